// Who imports whom. Imports point one way, in no circle, and every file is reached from an entry.

import { posix } from 'node:path'
import {
  type Finding,
  folderOf,
  isNode,
  isTestFile,
  lineAt,
  nodesOf,
  type SourceFile,
  type SyntaxNode,
} from './source-file.ts'

/** What a folder may import besides itself. */
const BELOW: Readonly<Record<string, readonly string[]>> = {
  schemas: [],
  engine: ['schemas'],
  actors: ['schemas', 'engine'],
  adapters: ['schemas', 'engine', 'actors'],
  sim: ['schemas', 'engine', 'actors'],
  ops: ['schemas', 'engine', 'actors', 'adapters', 'sim'],
}

export type Import = {
  readonly from: string
  readonly line: number
  readonly to: string
}

/** Relative imports as paths from the root; packages by their specifier. `new URL('./x.ts', …)` names a file, too. */
export function importsOf(source: SourceFile): Import[] {
  return [...nodesOf(source.program)].flatMap((node) => {
    const specifier = specifierOf(node)
    if (specifier === undefined) return []
    const to = specifier.startsWith('.') ? posix.join(posix.dirname(source.path), specifier) : specifier
    return [{ from: source.path, line: lineAt(source.text, node.start), to }]
  })
}

export function wrongDirections(imports: readonly Import[]): Finding[] {
  return imports
    .filter(({ from, to }) => !isTestFile(from) && folderOf(from) in BELOW && folderOf(to) in BELOW)
    .filter(
      ({ from, to }) => folderOf(to) !== folderOf(from) && !BELOW[folderOf(from)]?.includes(folderOf(to)),
    )
    .map(({ from, line, to }) => ({
      path: from,
      line,
      rule: `${folderOf(from)}/ imports ${to}: move what both need down, or take it as a port`,
    }))
}

export function missingFiles(imports: readonly Import[], paths: readonly string[]): Finding[] {
  return imports
    .filter(({ to }) => to.endsWith('.ts') && !paths.includes(to))
    .map(({ from, line, to }) => ({ path: from, line, rule: `names ${to}, which is not there` }))
}

/** Packages imported under a name that `declared` lacks. A subpath belongs to its package; `node:` belongs to Node. */
export function undeclaredPackages(imports: readonly Import[], declared: readonly string[]): Finding[] {
  return imports
    .filter(({ to }) => !to.endsWith('.ts') && !to.startsWith('node:') && !declared.includes(packageOf(to)))
    .map(({ from, line, to }) => ({
      path: from,
      line,
      rule: `imports ${packageOf(to)}, which a release does not bring`,
    }))
}

/** Each circle of files that name each other, if only in types, once, as the path around it. */
export function importCycles(imports: readonly Import[]): string[][] {
  const targets = Map.groupBy(imports, ({ from }) => from)
  const cycles: string[][] = []
  const done = new Set<string>()
  const walk = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path)
    if (start >= 0) cycles.push([...trail.slice(start), path])
    if (start >= 0 || done.has(path)) return
    for (const { to } of targets.get(path) ?? []) walk(to, [...trail, path])
    done.add(path)
  }
  for (const path of targets.keys()) walk(path, [])
  return cycles
}

/** Files no entry reaches. What only tests reach is alive if its name says so: `*.test-support.ts`. */
export function deadFiles(
  imports: readonly Import[],
  paths: readonly string[],
  entries: readonly string[],
): string[] {
  const tests = paths.filter((path) => path.endsWith('.test.ts'))
  const alive = reachedFrom(entries, imports)
  const tested = reachedFrom(tests, imports)
  return paths.filter((path) => !alive.has(path) && !(isTestFile(path) && tested.has(path)))
}

function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}

function reachedFrom(entries: readonly string[], imports: readonly Import[]): Set<string> {
  const targets = Map.groupBy(imports, ({ from }) => from)
  const reached = new Set(entries)
  for (const path of reached) for (const { to } of targets.get(path) ?? []) reached.add(to)
  return reached
}

function specifierOf(node: SyntaxNode): string | undefined {
  const { source } = node
  if (isNode(source) && typeof source.value === 'string') return source.value
  if (node.type !== 'NewExpression' || !isNode(node.callee) || node.callee.name !== 'URL') return undefined
  const first: unknown = Array.isArray(node.arguments) ? node.arguments[0] : undefined
  const value = isNode(first) ? first.value : undefined
  return typeof value === 'string' && /^\.{1,2}\/.*\.ts$/.test(value) ? value : undefined
}
