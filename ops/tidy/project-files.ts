// The project's own files, without what is installed, generated or ignored.

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseSource, type SourceFile } from './source-file.ts'

export const ROOT = join(import.meta.dirname, '../..')

const OUTSIDE = ['.git', '.orrery', 'coverage', 'data', 'dist', 'node_modules', 'runs']
/** The last is the door of live sessions: their tests come in by it, and so will the command that runs them. */
const ENTRY_FOLDERS = [
  'actors/strategy/examples/',
  'ops/bench/strategies/',
  'ops/tidy/',
  'vitest.config.ts',
  'ops/live/open-session.ts',
]
const BINARY = /\.(png|jpg|gz|zip|tgz|bin|woff2)$/

/** Paths relative to the root, sorted. */
export function projectPaths(): string[] {
  const top = readdirSync(ROOT).filter((name) => !OUTSIDE.includes(name))
  return top.flatMap(pathsUnder).sort()
}

export function readProjectFile(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

export function projectSources(): SourceFile[] {
  return projectPaths()
    .filter((path) => path.endsWith('.ts'))
    .map((path) => parseSource(path, readProjectFile(path)))
}

/** Every text file with its content. */
export function projectTexts(): { path: string; text: string }[] {
  return projectPaths()
    .filter((path) => !BINARY.test(path))
    .map((path) => ({ path, text: readProjectFile(path) }))
}

/** Where running starts: what package.json, the command and vitest name, what strategies are loaded by path, and these rules. */
export function entryPaths(sourcePaths: readonly string[]): string[] {
  const naming = ['package.json', 'bin/orrery', 'vitest.config.ts'].map(readProjectFile).join('\n')
  return sourcePaths.filter(
    (path) => naming.includes(path) || ENTRY_FOLDERS.some((entry) => path.startsWith(entry)),
  )
}

function pathsUnder(path: string): string[] {
  if (statSync(join(ROOT, path)).isFile()) return [path]
  return readdirSync(join(ROOT, path)).flatMap((name) => pathsUnder(`${path}/${name}`))
}
