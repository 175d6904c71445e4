// From `path#export` to a strategy definition, with everything that makes up its code listed and hashed. Install the
// ambient guard first: a strategy that takes `Date.now` into a variable keeps the function it found.

import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { STRATEGY_KIND, type StrategyDefinition } from '../../actors/strategy/definition.ts'
import { must } from '../../schemas/assert.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { type ImportGraph, readImportGraph } from './import-graph.ts'
import { explainLoadFailure } from './load-failure.ts'
import { strategyProblem } from './strategy-error.ts'
import { type StrategyFile, strategyHash } from './strategy-hash.ts'
import { runStrategyModules } from './strategy-modules.ts'
import { describePackages, type StrategyPackage } from './strategy-packages.ts'

export type LoadedStrategy = {
  readonly definition: StrategyDefinition
  readonly source: string
  readonly strategy_hash: string
  /** Sorted by path. */
  readonly files: readonly StrategyFile[]
  readonly packages: readonly StrategyPackage[]
}

export type StrategySource = {
  /** `path#export`. */
  readonly source: string
  /** What the path is relative to. */
  readonly base_directory: string
  /** Where packages are looked up; absent: beside the file that imports them. */
  readonly packages_from?: string
}

export type StoredStrategy = {
  readonly source: string
  readonly files: readonly StrategyFile[]
  /** Packages are not stored, so they are looked up here. */
  readonly packages_from: string
}

export async function loadStrategy({
  source,
  base_directory,
  packages_from,
}: StrategySource): Promise<LoadedStrategy> {
  const { path, name } = parseSource(source)
  const graph = await readImportGraph(resolve(base_directory, path), source)
  const files = namedFiles(graph)
  const packages = describePackages(graph.packages, packages_from)
  const strategy_hash = strategyHash(files, packages)
  const exports = run({ graph, strategy_hash, packages_from })
  return { definition: pickDefinition(exports, name, source), source, strategy_hash, files, packages }
}

/** Writes stored files under `directory`, an empty folder, and loads the strategy from there. The hash is the same. */
export async function materializeStrategy(
  { source, files, packages_from }: StoredStrategy,
  directory: string,
): Promise<LoadedStrategy> {
  const { path, name } = parseSource(source)
  const home = join(directory, ...new Array<string>(depthAbove(files)).fill('below'))
  for (const file of files) {
    const target = join(home, file.path)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, file.bytes)
  }
  const loaded = await loadStrategy({
    source: `${basename(path)}#${name}`,
    base_directory: home,
    packages_from,
  })
  return { ...loaded, source }
}

function parseSource(source: string): { path: string; name: string } {
  const [path, name, ...rest] = source.split('#')
  if (path && name && rest.length === 0) return { path, name }
  throw strategyProblem({
    code: 'bad_source',
    what: `"${source}" does not name a strategy.`,
    where: source,
    remedy: 'Write a file and the name it exports the strategy by: strategies/ema.ts#emaCross.',
  })
}

function namedFiles({ files }: ImportGraph): StrategyFile[] {
  const home = dirname(must(files[0], 'a graph has an entry').file)
  return files
    .map(({ file, bytes }) => ({ path: relative(home, file).split(sep).join('/'), bytes }))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** How many folders above its own the strategy's imports reach. */
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

function pickDefinition(exports: Record<string, unknown>, name: string, source: string): StrategyDefinition {
  const candidate = exports[name]
  if (isStrategy(candidate)) return candidate
  const strategies = Object.keys(exports).filter((key) => isStrategy(exports[key]))
  const remedy =
    strategies.length > 0
      ? `Use one of the strategies it exports: ${strategies.join(', ')}.`
      : 'Export what defineStrategy() returns.'
  throw name in exports
    ? strategyProblem({
        code: 'not_a_strategy',
        what: `The export "${name}" is no strategy.`,
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

/** Recognised by its brand, since another copy of the kit may have made it. */
function isStrategy(value: unknown): value is StrategyDefinition {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === STRATEGY_KIND
}
