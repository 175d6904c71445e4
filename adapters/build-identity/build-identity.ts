// What this build is, for epochs and reports: the bytes that decide, the versions pinned beside them, and Node's own.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { must } from '../../schemas/assert.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { nodeSha256 } from '../sha256/node-sha256.ts'

export type BuildIdentity = {
  /** SHA-256 (hex) over the sources, the lockfile and Node's version. */
  readonly build_hash: string
  /** The release, as package.json names it. */
  readonly version: string
  /** Node's version, without the leading `v`. */
  readonly node_version: string
}

const SOURCE_FOLDERS = ['schemas', 'engine', 'actors', 'adapters', 'sim', 'ops'] as const
const SOURCE = /\.[cm]?[jt]s$/
const TEST = /\.test\.[cm]?[jt]s$/
/** A published package cannot carry a package-lock.json, so a release pins by the other name of the same format. */
const LOCKFILES = ['package-lock.json', 'npm-shrinkwrap.json'] as const

let running: BuildIdentity | undefined

/** The identity of the running build. Read once per process: what was loaded does not change with the disk. */
export function buildIdentity(): BuildIdentity {
  running ??= readBuildIdentity(fileURLToPath(new URL('../../', import.meta.url)), process.versions.node)
  return running
}

export function readBuildIdentity(root: string, node_version: string): BuildIdentity {
  const writer = new CanonicalWriter(1 << 21)
  writer.text(node_version)
  writer.bytes(readFileSync(lockfile(root)))
  for (const path of SOURCE_FOLDERS.flatMap((folder) => sourcesOf(root, folder)).sort()) {
    writer.text(path)
    writer.bytes(readFileSync(join(root, path)))
  }
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version?: string }
  return {
    build_hash: Buffer.from(nodeSha256.digest(writer.view())).toString('hex'),
    version: must(manifest.version, 'package.json has a version'),
    node_version,
  }
}

function sourcesOf(root: string, folder: string): string[] {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) return sourcesOf(root, path)
    return SOURCE.test(entry.name) && !TEST.test(entry.name) ? [path] : []
  })
}

function lockfile(root: string): string {
  const found = LOCKFILES.map((name) => join(root, name)).find((path) => existsSync(path))
  if (found !== undefined) return found
  throw new OperatingError({
    code: 'build.missing_lockfile',
    reason: 'unavailable',
    what: 'The build cannot be named: the file that pins its dependencies is missing.',
    where: root,
    remedy: `Restore ${LOCKFILES.join(' or ')} from the release or the repository.`,
  })
}
