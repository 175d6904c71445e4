// Puts a nats-server into the project's cache, from Debian's archive: the `forky` suite carries a new enough one whose
// binary runs on older releases. apt does the fetching with sources and state of its own, so that nothing of the machine
// changes and no root is needed; the archive's keyring, as the machine has it, decides what is genuine.

import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { OperatingError } from '../../schemas/operating-error.ts'
import { debianMirror } from './debian-mirror.ts'
import { cachedServerDirectory, type FoundServer, versionOf } from './find-server.ts'

export const ARCHIVE_KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'
const SUITE = 'forky'
const PACKAGE = 'nats-server'
const COMMAND_TIMEOUT_MS = 300_000

/** The parts of a fetch that a person waits for, told as they begin. */
export type FetchStep = 'index' | 'package' | 'unpack'

export type FetchOptions = {
  readonly cache: string
  readonly onStep?: (step: FetchStep, mirror: string) => void
  /** Other places than the machine's own. */
  readonly apt_directory?: string
  readonly keyring?: string
}

/** Whether this machine has what a fetch needs: apt and dpkg, as on Debian and Ubuntu. */
export function canFetch(): boolean {
  return ['/usr/bin/apt-get', '/usr/bin/dpkg-deb'].every((path) => existsSync(path))
}

/** Fetches, verifies, unpacks and tries the server. Two processes may do so at once: the folder appears whole, once. */
export async function fetchNatsServer(options: FetchOptions): Promise<FoundServer> {
  const { cache, onStep, keyring = ARCHIVE_KEYRING } = options
  if (!existsSync(keyring)) throw keyringMissing(keyring)
  const mirror = await debianMirror(options.apt_directory)
  await mkdir(cache, { recursive: true })
  const stage = await mkdtemp(join(cache, '.fetch-'))
  try {
    const config = await writeAptFiles(stage, mirror, keyring)
    onStep?.('index', mirror)
    await run('/usr/bin/apt-get', ['-c', config, '-qq', 'update'], stage, mirror)
    onStep?.('package', mirror)
    await run('/usr/bin/apt-get', ['-c', config, '-qq', 'download', PACKAGE], stage, mirror)
    onStep?.('unpack', mirror)
    return await install(stage, cache, mirror)
  } finally {
    await rm(stage, { recursive: true, force: true })
  }
}

/** Sources of its own, and a configuration read after the machine's: its proxies hold; its sources, pins and trust do not. */
export function aptConfig(
  stage: string,
  mirror: string,
  keyring: string,
): { readonly sources: string; readonly config: string } {
  const lines = [
    `Dir::State "${stage}";`,
    `Dir::State::lists "${join(stage, 'lists')}";`,
    `Dir::State::status "${join(stage, 'status')}";`,
    `Dir::Cache "${stage}";`,
    `Dir::Cache::archives "${join(stage, 'archives')}";`,
    `Dir::Etc::sourcelist "${join(stage, 'sources.list')}";`,
    ...['sourceparts', 'preferences', 'preferencesparts', 'trusted', 'trustedparts'].map(
      (name) => `Dir::Etc::${name} "/dev/null";`,
    ),
    'Acquire::AllowInsecureRepositories "false";',
    'Acquire::AllowWeakRepositories "false";',
    'APT::Get::AllowUnauthenticated "false";',
    // The folder is the user's alone, and apt's own user could not write to it.
    'APT::Sandbox::User "";',
    'APT::Update::Error-Mode "any";',
    'Acquire::Languages "none";',
    'Acquire::Retries "2";',
    ...['APT::Update::Pre-Invoke', 'APT::Update::Post-Invoke', 'APT::Update::Post-Invoke-Success'].map(
      (hook) => `#clear ${hook};`,
    ),
  ]
  return {
    sources: `deb [signed-by=${keyring} targets=Packages] ${mirror} ${SUITE} main\n`,
    config: `${lines.join('\n')}\n`,
  }
}

/** Returns the path of the configuration. */
async function writeAptFiles(stage: string, mirror: string, keyring: string): Promise<string> {
  for (const folder of ['lists/partial', 'archives/partial']) {
    await mkdir(join(stage, folder), { recursive: true })
  }
  const { sources, config } = aptConfig(stage, mirror, keyring)
  await writeFile(join(stage, 'sources.list'), sources)
  await writeFile(join(stage, 'status'), '')
  const path = join(stage, 'apt.conf')
  await writeFile(path, config)
  return path
}

async function install(stage: string, cache: string, mirror: string): Promise<FoundServer> {
  const deb = (await readdir(stage)).find((name) => name.endsWith('.deb'))
  if (deb === undefined) throw fetchFailed(mirror, `apt put no package of ${PACKAGE} into ${stage}`)
  const unpacked = join(stage, 'unpacked')
  const folder = join(stage, 'folder')
  await run('/usr/bin/dpkg-deb', ['-x', join(stage, deb), unpacked], stage, mirror)
  await mkdir(folder)
  await copyFile(join(unpacked, 'usr/share/doc/nats-server/copyright'), join(folder, 'copyright'))
  await rename(join(unpacked, 'usr/sbin/nats-server'), join(folder, PACKAGE))
  const version = await versionOf(join(folder, PACKAGE))
  if (typeof version !== 'string') throw fetchFailed(mirror, `it does not run here: ${version.message}`)
  const target = cachedServerDirectory(cache, version)
  await moveOnce(folder, target)
  return { path: join(target, PACKAGE), version, from: 'cache' }
}

/** Whoever comes second finds the same bytes in place and leaves them. */
async function moveOnce(folder: string, target: string): Promise<void> {
  try {
    await rename(folder, target)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EEXIST' && code !== 'ENOTEMPTY') throw error
  }
}

async function run(command: string, args: readonly string[], cwd: string, mirror: string): Promise<void> {
  try {
    await promisify(execFile)(command, args, { cwd, timeout: COMMAND_TIMEOUT_MS })
  } catch (error) {
    const stderr = String((error as { stderr?: unknown }).stderr ?? '').trim()
    const said = stderr === '' ? (error as Error).message : (stderr.split('\n').at(0) ?? '')
    throw fetchFailed(mirror, said, error)
  }
}

function keyringMissing(keyring: string): OperatingError {
  return new OperatingError({
    code: 'nats.keyring_missing',
    reason: 'unavailable',
    what: 'Debian’s archive keyring is not on this machine, so a fetched nats-server could not be verified.',
    where: keyring,
    remedy: 'Run apt-get install debian-archive-keyring, or install nats-server by hand.',
  })
}

function fetchFailed(mirror: string, said: string, cause?: unknown): OperatingError {
  return new OperatingError({
    code: 'nats.server_fetch_failed',
    reason: 'unavailable',
    what: `nats-server could not be fetched: ${said}.`,
    where: `${mirror} ${SUITE}`,
    remedy: 'Check the network and apt’s proxy, or install nats-server by hand and put it on the PATH.',
    cause,
  })
}
