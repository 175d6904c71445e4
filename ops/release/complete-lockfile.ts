// npm leaves out of the lockfile the platform packages its registry does not carry, and then calls the file out of sync.
// Run after every change of dependencies: node ops/release/complete-lockfile.ts

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export type LockedPackage = {
  readonly version?: string
  readonly resolved?: string
  readonly integrity?: string
  readonly dev?: boolean
  readonly optional?: boolean
  readonly link?: boolean
  readonly hasInstallScript?: boolean
  readonly os?: readonly string[] | string
  readonly cpu?: readonly string[] | string
  readonly libc?: readonly string[]
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

export type Lockfile = { readonly packages: Readonly<Record<string, LockedPackage>> }

/** The lockfile with an entry for every optional package that a locked package names. Complete files come back equal. */
export function completeLockfile<L extends Lockfile>(lockfile: L): L {
  const packages: Record<string, LockedPackage> = { ...lockfile.packages }
  for (const missing of missingPlatformPackages(lockfile)) packages[missing.path] = missing.entry
  const sorted = Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, 'en'))
  return { ...lockfile, packages: Object.fromEntries(sorted) }
}

/** Optional packages that are named by a locked package and have no entry of their own. */
export function missingPlatformPackages(lockfile: Lockfile): { path: string; entry: LockedPackage }[] {
  const { packages } = lockfile
  return Object.entries(packages).flatMap(([parent, locked]) =>
    Object.entries(locked.optionalDependencies ?? {})
      .filter(
        ([name]) => !(`node_modules/${name}` in packages || `${parent}/node_modules/${name}` in packages),
      )
      .map(([name, version]) => ({
        path: `node_modules/${name}`,
        entry: entryOf(name, version, locked.dev),
      })),
  )
}

const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'sunos', 'win32']
const PROCESSORS = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64']
const C_LIBRARIES: Readonly<Record<string, string>> = { gnu: 'glibc', musl: 'musl' }

/** The platform is in the package's name (`lib-linux-arm64-gnu`); without one npm would install it everywhere. */
function entryOf(name: string, version: string, dev: boolean | undefined): LockedPackage {
  const words = name.split(/[/-]/)
  const os = words.filter((word) => SYSTEMS.includes(word))
  const cpu = words.filter((word) => PROCESSORS.includes(word))
  const libc = words.flatMap((word) => C_LIBRARIES[word] ?? [])
  if (os.length !== 1 || cpu.length !== 1) throw new Error(`the name of ${name} does not tell its platform`)
  const library = libc.length > 0 ? { libc } : {}
  return { version, cpu, ...(dev ? { dev } : {}), ...library, optional: true, os }
}

if (import.meta.main) {
  const path = join(import.meta.dirname, '../../package-lock.json')
  const lockfile = JSON.parse(readFileSync(path, 'utf8')) as Lockfile
  writeFileSync(path, `${JSON.stringify(completeLockfile(lockfile), null, 2)}\n`)
}
