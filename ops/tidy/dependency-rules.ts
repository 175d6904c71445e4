// What every dependency owes us: an exact version, a reason in ARCHITECTURE.md, no script at install, no registry's host.

import type { Lockfile } from '../release/complete-lockfile.ts'

export type Manifest = {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

export function directDependencies(manifest: Manifest): Record<string, string> {
  return { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies }
}

export function unpinnedDependencies(manifest: Manifest): string[] {
  return namesWhere(directDependencies(manifest), (version) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
}

export function undocumentedDependencies(manifest: Manifest, architecture: string): string[] {
  return namesWhere(directDependencies(manifest), (_, name) => !architecture.includes(`\`${name}\``))
}

export function packagesWithInstallScript(lockfile: Lockfile): string[] {
  return namesWhere(lockfile.packages, (locked) => locked.hasInstallScript === true)
}

/** A lockfile that names hosts installs from them, whatever registry its reader has configured. */
export function packagesWithHost(lockfile: Lockfile): string[] {
  return namesWhere(lockfile.packages, (locked) => locked.resolved?.includes('://') === true)
}

function namesWhere<T>(
  record: Readonly<Record<string, T>>,
  condition: (value: T, name: string) => boolean,
): string[] {
  return Object.entries(record)
    .filter(([name, value]) => condition(value, name))
    .map(([name]) => name)
}
