// Packages a strategy stands on. They are not stored with a session: a package is known by its name, its version and
// the hash of its files, and so are the packages it depends on in turn.

import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { nodeSha256 } from '../sha256/node-sha256.ts'
import { AUTHOR_KIT } from './author-kit-location.ts'
import type { PackageRequest } from './import-graph.ts'
import { strategyProblem } from './strategy-error.ts'

export type StrategyPackage = {
  readonly name: string
  readonly version: string
  readonly content_hash: string
}

type Manifest = {
  readonly name?: string
  readonly version?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

/** Every requested package and what it depends on, sorted. `packagesFrom`, where given, stands for the importing file's folder. */
export function describePackages(
  requests: readonly PackageRequest[],
  packagesFrom: string | undefined,
): StrategyPackage[] {
  const byFolder = new Map<string, StrategyPackage>()
  for (const request of requests) {
    const folder = findPackage(request.name, packagesFrom ?? dirname(request.file))
    if (folder === undefined) throw missingPackage(request)
    describe(folder, request.name, byFolder)
  }
  return [...byFolder.values()].sort(inOrder)
}

function describe(folder: string, name: string, byFolder: Map<string, StrategyPackage>): void {
  if (byFolder.has(folder)) return
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
  byFolder.set(folder, {
    name: manifest.name ?? name,
    version: manifest.version ?? '',
    content_hash: hashFolder(folder),
  })
  const { dependencies, optionalDependencies, peerDependencies } = manifest
  for (const dependency of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
    // What is not installed is optional on this machine, or fails by itself when the package is loaded.
    const found = dependency === AUTHOR_KIT ? undefined : findPackage(dependency, folder)
    if (found !== undefined) describe(found, dependency, byFolder)
  }
}

function findPackage(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name)
    if (existsSync(join(candidate, 'package.json'))) return realpathSync(candidate)
    if (folder === dirname(folder)) return undefined
  }
}

function hashFolder(folder: string): string {
  const writer = new CanonicalWriter(1 << 16)
  for (const path of filesOf(folder, '').sort()) {
    writer.text(path)
    writer.bytes(nodeSha256.digest(readFileSync(join(folder, path))))
  }
  return Buffer.from(nodeSha256.digest(writer.view())).toString('hex')
}

/** Packages nested in this one are described by themselves. */
function filesOf(root: string, prefix: string): string[] {
  return readdirSync(join(root, prefix), { withFileTypes: true }).flatMap((entry) => {
    const path = prefix + entry.name
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : filesOf(root, `${path}/`)
    return entry.isFile() ? [path] : []
  })
}

function inOrder(a: StrategyPackage, b: StrategyPackage): number {
  const [left, right] = [
    `${a.name}@${a.version} ${a.content_hash}`,
    `${b.name}@${b.version} ${b.content_hash}`,
  ]
  return left < right ? -1 : left > right ? 1 : 0
}

function missingPackage({ name, where }: PackageRequest): Error {
  return strategyProblem({
    code: 'missing_package',
    what: `The package "${name}" is not installed where the strategy could find it.`,
    where,
    remedy: `Install it beside the strategy: npm install ${name}.`,
  })
}
