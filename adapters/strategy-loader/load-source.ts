// From `path#export` to what the file exports, with everything that makes up its code listed and hashed. Install the
// ambient guard first: code that takes `Date.now` into a variable keeps the function it found.

import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { must } from '../../schemas/assert.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { type ImportGraph, readImportGraph } from './import-graph.ts'
import { explainLoadFailure } from './load-failure.ts'
import { strategyProblem } from './strategy-error.ts'
import { type StrategyFile, strategyHash } from './strategy-hash.ts'
import { runStrategyModules } from './strategy-modules.ts'
import { describePackages, type StrategyPackage } from './strategy-packages.ts'

export type AuthoredSource = {
  /** `path#export`. */
  readonly source: string
  /** What the path is relative to. */
  readonly base_directory: string
  /** Where packages are looked up; absent: beside the file that imports them. */
  readonly packages_from?: string
}

export type StoredSource = {
  readonly source: string
  readonly files: readonly StrategyFile[]
  /** Packages are not stored, so they are looked up here. */
  readonly packages_from: string
}

export type LoadedSource<Definition> = {
  readonly definition: Definition
  readonly source: string
  /** Over files and packages. */
  readonly hash: string
  /** Sorted by path. */
  readonly files: readonly StrategyFile[]
  readonly packages: readonly StrategyPackage[]
}

/** What an export must be, by its brand, since another copy of the kit may have made it. */
export type Wanted = { readonly kind: string; readonly noun: string; readonly made_by: string }

export async function loadSource<Definition>(
  { source, base_directory, packages_from }: AuthoredSource,
  wanted: Wanted,
): Promise<LoadedSource<Definition>> {
  const { path, name } = parseSource(source, wanted)
  const graph = await readImportGraph(resolve(base_directory, path), source)
  const files = namedFiles(graph)
  const packages = describePackages(graph.packages, packages_from)
  const hash = strategyHash(files, packages)
  const exports = run({ graph, strategy_hash: hash, packages_from })
  const definition = pickDefinition(exports, name, source, wanted) as Definition
  return { definition, source, hash, files, packages }
}

/** Writes stored files under `directory`, an empty folder, and loads from there. The hash is the same. */
export async function materializeSource<Definition>(
  { source, files, packages_from }: StoredSource,
  directory: string,
  wanted: Wanted,
): Promise<LoadedSource<Definition>> {
  const { path, name } = parseSource(source, wanted)
  const home = join(directory, ...new Array<string>(depthAbove(files)).fill('below'))
  for (const file of files) {
    const target = join(home, file.path)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, file.bytes)
  }
  const from = { source: `${basename(path)}#${name}`, base_directory: home, packages_from }
  return { ...(await loadSource<Definition>(from, wanted)), source }
}

function parseSource(source: string, { noun, made_by }: Wanted): { path: string; name: string } {
  const [path, name, ...rest] = source.split('#')
  if (path && name && rest.length === 0) return { path, name }
  const example = made_by === 'defineStrategy' ? 'strategies/ema.ts#emaCross' : 'models/half.ts#half'
  throw strategyProblem({
    code: 'bad_source',
    what: `"${source}" does not name a ${noun}.`,
    where: source,
    remedy: `Write a file and the name it exports the ${noun} by: ${example}.`,
  })
}

function namedFiles({ files }: ImportGraph): StrategyFile[] {
  const home = dirname(must(files[0], 'a graph has an entry').file)
  return files
    .map(({ file, bytes }) => ({ path: relative(home, file).split(sep).join('/'), bytes }))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** How many folders above its own the imports of a source reach. */
function depthAbove(files: readonly StrategyFile[]): number {
  return Math.max(0, ...files.map(({ path }) => path.split('/').filter((part) => part === '..').length))
}

function run(modules: Parameters<typeof runStrategyModules>[0]): Record<string, unknown> {
  try {
    return runStrategyModules(modules) as Record<string, unknown>
  } catch (cause) {
    if (cause instanceof OperatingError) throw cause
    throw explainLoadFailure(cause, modules.graph)
  }
}

function pickDefinition(
  exports: Record<string, unknown>,
  name: string,
  source: string,
  { kind, noun, made_by }: Wanted,
): unknown {
  const candidate = exports[name]
  if (isOf(kind, candidate)) return candidate
  const fitting = Object.keys(exports).filter((key) => isOf(kind, exports[key]))
  const remedy =
    fitting.length > 0
      ? `Use one of the ${noun === 'strategy' ? 'strategies' : `${noun}s`} it exports: ${fitting.join(', ')}.`
      : `Export what ${made_by}() returns.`
  throw name in exports
    ? strategyProblem({
        code: `not_a_${noun.replaceAll(' ', '_')}`,
        what: `The export "${name}" is no ${noun}.`,
        where: source,
        remedy,
      })
    : strategyProblem({
        code: 'missing_export',
        what: `The file exports nothing named "${name}".`,
        where: source,
        remedy,
      })
}

function isOf(kind: string, value: unknown): boolean {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === kind
}
