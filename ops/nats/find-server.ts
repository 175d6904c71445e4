// Where this machine has a nats-server: the one named in the environment, one on the PATH, or one in the project's cache.

import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import {
  compareVersions,
  isOldServer,
  NATS_SERVER_VERSION_MIN,
  parseServerVersion,
} from '../../adapters/nats/server-version.ts'
import { OperatingError } from '../../schemas/operating-error.ts'

export const SERVER_VARIABLE = 'ORRERY_NATS_SERVER'
const BINARY = 'nats-server'
const CACHED = /^nats-server-(\d+\.\d+\.\d+)$/
const VERSION_TIMEOUT_MS = 10_000

export type FoundServer = {
  readonly path: string
  readonly version: string
  readonly from: 'environment' | 'path' | 'cache'
}

export type ServerSearch = {
  readonly found: FoundServer | undefined
  /** What is there and cannot be used, in words: `/usr/sbin/nats-server is 2.9.10`. */
  readonly passed_over: readonly string[]
}

export type Environment = Readonly<Record<string, string | undefined>>

/** The first server that is new enough. One named in the environment is taken or refused, never passed over. */
export async function findNatsServer(environment: Environment = process.env): Promise<ServerSearch> {
  const named = environment[SERVER_VARIABLE]
  if (named !== undefined && named !== '') {
    return { found: await namedServer(named), passed_over: [] }
  }
  const passed_over: string[] = []
  for (const candidate of [...onPath(environment), ...(await inCache(environment))]) {
    const version = await versionOf(candidate.path)
    if (typeof version === 'string' && !isOldServer(version))
      return { found: { ...candidate, version }, passed_over }
    passed_over.push(
      `${candidate.path} ${typeof version === 'string' ? `is ${version}` : `does not run: ${version.message}`}`,
    )
  }
  return { found: undefined, passed_over }
}

/** The project's cache: `$XDG_CACHE_HOME/orrery`, else `~/.cache/orrery`. */
export function cacheDirectory(environment: Environment = process.env): string {
  const configured = environment['XDG_CACHE_HOME']
  const base = configured === undefined || configured === '' ? join(homedir(), '.cache') : configured
  return join(base, 'orrery')
}

export function cachedServerDirectory(cache: string, version: string): string {
  return join(cache, `${BINARY}-${version}`)
}

/** What `--version` says, or why it cannot say it. */
export async function versionOf(path: string): Promise<string | Error> {
  try {
    const { stdout } = await promisify(execFile)(path, ['--version'], { timeout: VERSION_TIMEOUT_MS })
    return parseServerVersion(stdout) ?? new Error(`it says ${JSON.stringify(stdout.trim())}`)
  } catch (error) {
    return error as Error
  }
}

async function namedServer(path: string): Promise<FoundServer> {
  const version = await versionOf(path)
  if (typeof version === 'string' && !isOldServer(version)) return { path, version, from: 'environment' }
  const fault = typeof version === 'string' ? `is version ${version}` : `does not run: ${version.message}`
  throw new OperatingError({
    code: 'nats.server_unusable',
    reason: 'unavailable',
    what: `The nats-server named by ${SERVER_VARIABLE} ${fault}.`,
    where: path,
    remedy: `Name one of version ${NATS_SERVER_VERSION_MIN} or newer, or unset ${SERVER_VARIABLE}.`,
  })
}

type Candidate = Pick<FoundServer, 'path' | 'from'>

function onPath(environment: Environment): Candidate[] {
  const folders = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  // Debian puts servers where only root's PATH looks.
  const paths = [...folders, '/usr/local/sbin', '/usr/sbin'].map((folder) => join(folder, BINARY))
  return [...new Set(paths)].filter((path) => existsSync(path)).map((path) => ({ path, from: 'path' }))
}

/** The newest first. */
async function inCache(environment: Environment): Promise<Candidate[]> {
  const cache = cacheDirectory(environment)
  const names = existsSync(cache) ? await readdir(cache) : []
  const versions = names.flatMap((name) => CACHED.exec(name)?.[1] ?? [])
  return versions
    .sort((a, b) => compareVersions(b, a))
    .map((version) => ({ path: join(cachedServerDirectory(cache, version), BINARY), from: 'cache' }))
}
