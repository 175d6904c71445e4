// The files a strategy consists of, found by following its relative imports, and the packages those files name.

import { readFileSync, realpathSync, statSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { AUTHOR_KIT, AUTHOR_KIT_URL } from './author-kit-location.ts'
import { MODULE_ENDINGS, moduleFormat } from './module-format.ts'
import { type ModuleRequest, readModuleRequests } from './module-requests.ts'
import { strategyProblem } from './strategy-error.ts'

export type SourceFile = { readonly file: string; readonly bytes: Uint8Array }
export type PackageRequest = ModuleRequest & { readonly name: string; readonly file: string }

export type ImportGraph = {
  /** The entry first; real paths. */
  readonly files: readonly SourceFile[]
  /** Every import that runs, in the order found. */
  readonly requests: readonly ModuleRequest[]
  /** Those among them that name a package, with the importing file. */
  readonly packages: readonly PackageRequest[]
}

export async function readImportGraph(entry: string, where: string): Promise<ImportGraph> {
  const files: SourceFile[] = []
  const requests: ModuleRequest[] = []
  const packages: PackageRequest[] = []
  const pending = [locate(pathToFileURL(entry), { specifier: entry, where })]
  const known = new Set(pending)
  for (let file = pending.shift(); file !== undefined; file = pending.shift()) {
    const bytes = new Uint8Array(readFileSync(file))
    files.push({ file, bytes })
    for (const request of await requestsOf(file, bytes)) {
      requests.push(request)
      if (request.specifier === AUTHOR_KIT) continue
      if (!isPath(request.specifier)) {
        packages.push({ ...request, name: packageName(request), file })
        continue
      }
      const target = locate(new URL(request.specifier, pathToFileURL(file)), request)
      if (!known.has(target)) pending.push(target)
      known.add(target)
    }
  }
  return { files, requests, packages }
}

async function requestsOf(file: string, bytes: Uint8Array): Promise<ModuleRequest[]> {
  if (moduleFormat(file) === 'json') return []
  return readModuleRequests(file, new TextDecoder().decode(bytes))
}

/** The real path, because Node names modules by it. */
function locate(url: URL, { specifier, where }: ModuleRequest): string {
  const file = fileURLToPath(url)
  if (!isFile(file)) throw missingFile(file, specifier, where)
  const real = realpathSync(file)
  if (pathToFileURL(real).href === AUTHOR_KIT_URL) {
    throw strategyProblem({
      code: 'engine_by_path',
      what: 'A strategy or model imports the author kit by its path, so it could not be loaded anywhere else.',
      where,
      remedy: `Import it as "${AUTHOR_KIT}".`,
    })
  }
  refuseForm(real, specifier, where)
  return real
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}

function missingFile(file: string, specifier: string, where: string): Error {
  const ending = MODULE_ENDINGS.find((candidate) => isFile(file + candidate))
  return strategyProblem({
    code: 'missing_file',
    what: `There is no file ${file}.`,
    where,
    remedy: ending
      ? `Write the import with its ending: "${specifier}${ending}".`
      : 'Correct the path, or create the file.',
  })
}

function refuseForm(file: string, specifier: string, where: string): void {
  if (moduleFormat(file) === undefined) {
    throw strategyProblem({
      code: 'unsupported_file',
      what: `"${specifier}" is no file a strategy can consist of.`,
      where,
      remedy: `A strategy's files are ES modules and JSON, ending in ${MODULE_ENDINGS.join(', ')}.`,
    })
  }
  if (file.includes('/node_modules/') && /\.m?ts$/.test(file)) {
    throw strategyProblem({
      code: 'typescript_in_package',
      what: `"${specifier}" is TypeScript inside node_modules, which Node does not run.`,
      where,
      remedy: 'Publish the package as JavaScript, or keep the strategy outside node_modules.',
    })
  }
}

function isPath(specifier: string): boolean {
  return /^(\.{0,2}\/|file:)/.test(specifier)
}

function packageName({ specifier, where }: ModuleRequest): string {
  const name = /^(@[a-z0-9._~-]+\/)?[a-z0-9._~-]+(?=\/|$)/i.exec(specifier)?.[0]
  if (name !== undefined) return name
  throw strategyProblem({
    code: 'unsupported_import',
    what: `"${specifier}" names neither a file nor a package.`,
    where,
    remedy: 'Import a file by a relative path, or an installed package by its name.',
  })
}
