// Runs a strategy's modules from the very bytes that were listed and hashed. Hooks in Node's module loader hand those
// bytes out, map the author kit to the running engine, and refuse whatever the listing does not know, so that code
// which slipped past the listing cannot be loaded at all.

import { createRequire, registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'
import { must } from '../../schemas/assert.ts'
import { AUTHOR_KIT, AUTHOR_KIT_URL } from './author-kit-location.ts'
import type { ImportGraph } from './import-graph.ts'
import { moduleFormat } from './module-format.ts'
import { refuseBuiltin } from './module-requests.ts'
import { strategyProblem } from './strategy-error.ts'

type StrategyModule = {
  readonly bytes: Uint8Array
  readonly format: string
  /** Tells the modules of one strategy from those of another, and from the same file before it was edited. */
  readonly tag: string
  /** Packages this file names. */
  readonly packages: ReadonlySet<string>
  /** Where packages are looked up instead of beside the file. */
  readonly packages_from: string | undefined
}

type Hook<Name extends 'resolve' | 'load'> = NonNullable<Parameters<typeof registerHooks>[0][Name]>

/** Before a file's address: a module made up on the spot, since Node keeps what it requires by the bare file name. */
const ENTRY_PREFIX = 'orrery-strategy:'

// A plain `import()` would wait for a strategy that awaits at its top level; requiring an ES module refuses it.
const require = createRequire(import.meta.url)
const modulesByUrl = new Map<string, StrategyModule>()
let hooked = false

export type StrategyModules = {
  readonly graph: ImportGraph
  readonly strategy_hash: string
  readonly packages_from: string | undefined
}

/** Evaluates the files of the graph and returns the exports of its entry. */
export function runStrategyModules({ graph, strategy_hash, packages_from }: StrategyModules): object {
  const tag = `?strategy=${strategy_hash.slice(0, 16)}`
  for (const { file, bytes } of graph.files) {
    modulesByUrl.set(pathToFileURL(file).href, {
      bytes,
      format: must(moduleFormat(file), 'the graph lists files of known formats'),
      tag,
      packages: packagesNamedBy(file, graph),
      packages_from: packages_from && pathToFileURL(`${packages_from}/`).href,
    })
  }
  if (!hooked) registerHooks({ resolve, load })
  hooked = true
  const entry = must(graph.files[0], 'a graph has an entry').file
  const { exports } = require(`${ENTRY_PREFIX}${pathToFileURL(entry).href}${tag}`) as { exports: object }
  return exports
}

function packagesNamedBy(file: string, graph: ImportGraph): ReadonlySet<string> {
  return new Set(graph.packages.filter((request) => request.file === file).map(({ specifier }) => specifier))
}

const resolve: Hook<'resolve'> = (specifier, context, next) => {
  if (specifier === AUTHOR_KIT) return { url: AUTHOR_KIT_URL, shortCircuit: true }
  if (specifier.startsWith(ENTRY_PREFIX)) return { url: specifier, shortCircuit: true }
  if (context.parentURL?.startsWith(ENTRY_PREFIX)) return { url: specifier, shortCircuit: true }
  const importer = context.parentURL === undefined ? undefined : modulesByUrl.get(untagged(context.parentURL))
  return importer === undefined ? next(specifier, context) : resolveWithin(importer, specifier, context, next)
}

/** Resolves what a strategy file asks for: files of the same strategy, and the packages listed for it. */
function resolveWithin(
  importer: StrategyModule,
  specifier: string,
  context: Parameters<Hook<'resolve'>>[1],
  next: Parameters<Hook<'resolve'>>[2],
): ReturnType<Hook<'resolve'>> {
  const where = untagged(context.parentURL ?? '')
  refuseBuiltin(specifier, where)
  if (importer.packages.has(specifier)) {
    return next(specifier, { ...context, parentURL: importer.packages_from ?? context.parentURL })
  }
  const resolved = next(specifier, context)
  if (modulesByUrl.has(resolved.url)) return { ...resolved, url: resolved.url + importer.tag }
  throw strategyProblem({
    code: 'unlisted_import',
    what: `A strategy or model imports "${specifier}", which is not among the files it was listed with.`,
    where,
    remedy: 'Import by a literal name.',
  })
}

const load: Hook<'load'> = (url, context, next) => {
  if (url.startsWith(ENTRY_PREFIX)) {
    const target = JSON.stringify(url.slice(ENTRY_PREFIX.length))
    return { format: 'module', source: `export * as exports from ${target}`, shortCircuit: true }
  }
  const module = modulesByUrl.get(untagged(url))
  if (module === undefined || !url.endsWith(module.tag)) return next(url, context)
  return { format: module.format, source: module.bytes, shortCircuit: true }
}

function untagged(url: string): string {
  const at = url.indexOf('?strategy=')
  return at === -1 ? url : url.slice(0, at)
}
