// Finds the author's line in an error's stack, for people. It never enters state or outputs: stacks hold paths.

import { findLocation, pathOfUrl, printLocation } from '../../engine/source-location.ts'

const ROOT = pathOfUrl(new URL('../../', import.meta.url).href)
const ENGINE = ['schemas', 'engine', 'actors', 'adapters', 'sim', 'ops', 'node_modules'].map(
  (folder) => `${ROOT}${folder}/`,
)
const EXAMPLES = `${ROOT}actors/strategy/examples/`

/** `file:line` of the first frame outside the engine, '' where the stack has none. */
export function authorLine(error: unknown): string {
  const stack: unknown = error instanceof Error ? error.stack : ''
  const location = findLocation(typeof stack === 'string' ? stack : '', ({ file }) => isAuthors(file))
  return location === undefined ? '' : printLocation(location)
}

function isAuthors(file: string): boolean {
  return file.startsWith(EXAMPLES) || !ENGINE.some((folder) => file.startsWith(folder))
}
