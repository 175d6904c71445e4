// Finds the author's line in an error's stack, for people. It never enters state or outputs: stacks hold paths.

const ROOT = new URL('../../', import.meta.url).href
const ENGINE = [`${ROOT}engine/`, `${ROOT}actors/`, `${ROOT}adapters/`, `${ROOT}sim/`, `${ROOT}ops/`]
const EXAMPLES = `${ROOT}actors/strategy/examples/`
const FRAME = /(file:\/\/[^\s()]+:\d+):\d+/

/** `file:line` of the first frame outside the engine, '' where the stack has none. */
export function authorLine(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  for (const line of stack.split('\n')) {
    const frame = FRAME.exec(line)?.[1]
    if (frame !== undefined && isAuthors(frame)) return frame.slice('file://'.length)
  }
  return ''
}

function isAuthors(frame: string): boolean {
  return frame.startsWith(EXAMPLES) || !ENGINE.some((folder) => frame.startsWith(folder))
}
