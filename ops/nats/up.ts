// One call to a server that runs, is set up and serves an installation. Called again it changes only what differs.

import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { lockDirectory } from '../../adapters/journal-file/directory-lock.ts'
import { connectNats } from '../../adapters/nats/connect.ts'
import { ADMIN_ROLE, rolesOf } from '../../adapters/nats/roles.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { applyInstallation, type InstalledServer, type Plan } from './apply-installation.ts'
import { ensureCredentials, seedFile } from './credentials.ts'
import type { FoundServer } from './find-server.ts'
import {
  type FolderPaths,
  type InstallationFile,
  serverUrl,
  writeInstallation,
  writeWhole,
} from './installation-folder.ts'
import { serverConfig } from './server-config.ts'
import { reloadServer, runningServer, startServer } from './server-process.ts'

/** An account added at one reload is connected to the system account by the next (2.15.1). */
const RELOADS = 2

export type UpServer = Plan & {
  readonly url: string
  readonly pid: number
  readonly credentials: string
  readonly roles: readonly string[]
  readonly started: boolean
  /** Who signed its certificate, where that was said. */
  readonly tls_ca_file?: string
}

/** One call at a time for a folder: a second server would take the first one's pid file before it finds the port taken. */
export async function bringUp(
  paths: FolderPaths,
  wanted: InstallationFile,
  findServer: () => Promise<FoundServer>,
): Promise<UpServer> {
  await mkdir(paths.directory, { recursive: true, mode: 0o700 })
  const release = lockedFolder(paths)
  try {
    return await bringUpAlone(paths, wanted, findServer)
  } finally {
    release()
  }
}

async function bringUpAlone(
  paths: FolderPaths,
  wanted: InstallationFile,
  findServer: () => Promise<FoundServer>,
): Promise<UpServer> {
  const installation = { ...wanted, port: wanted.port === 0 ? await freePort(wanted.host) : wanted.port }
  const roles = rolesOf(installation).map(({ name }) => name)
  const text = await configText(paths, installation, roles)
  const running = await runningServer(paths)
  const isChanged = !existsSync(paths.config) || (await readFile(paths.config, 'utf8')) !== text
  if (running !== undefined && isChanged) await refuseMoved(paths, text)
  await writeInstallation(paths, installation)
  await writeWhole(paths.config, text)
  const target = installedServer(paths, installation)
  if (running !== undefined && isChanged)
    for (let round = 0; round < RELOADS; round++) await reloadServer(running, paths)
  const isReady = () => answers(target)
  const pid = running ?? (await startServer((await findServer()).path, paths, isReady))
  const plan = await applyInstallation(target)
  const { url, credentials, tls_ca_file } = target
  const signed = tls_ca_file === undefined ? {} : { tls_ca_file }
  return { ...plan, url, pid, credentials, roles, started: running === undefined, ...signed }
}

export function installedServer(paths: FolderPaths, installation: InstallationFile): InstalledServer {
  const { replicas, tls_ca_file } = installation
  return {
    url: serverUrl(installation),
    credentials: paths.credentials,
    installation,
    replicas,
    tls_ca_file,
  }
}

async function configText(
  paths: FolderPaths,
  installation: InstallationFile,
  roles: readonly string[],
): Promise<string> {
  const { host, port, monitor_port, tls } = installation
  const settings = {
    host,
    port,
    monitor_port,
    store_directory: paths.store,
    sync_interval: 'always',
    pid_file: paths.pid,
    log_file: paths.log,
    ...(tls === undefined ? {} : { tls }),
  }
  // Written only when the rest is known to be allowed: the text is made first with no keys at all.
  serverConfig(settings, installation, new Map())
  return serverConfig(settings, installation, await ensureCredentials(paths.credentials, roles))
}

/** Nobody there yet, or somebody else's server, which ours then says in its log. */
const NOT_OURS_YET = ['nats.unreachable', 'nats.not_authorized']

/** Whether the admin can sign in. */
async function answers(target: InstalledServer): Promise<boolean> {
  const { url, credentials, tls_ca_file } = target
  try {
    const { connection } = await connectNats({
      url,
      role: ADMIN_ROLE,
      seed_file: seedFile(credentials, ADMIN_ROLE),
      money: 'paper',
      tls_ca_file,
      onDoubt: () => undefined,
      onViolation: (fault) => {
        throw fault
      },
    })
    await connection.close()
    return true
  } catch (error) {
    if (error instanceof OperatingError && NOT_OURS_YET.includes(error.code)) return false
    throw error
  }
}

/** A running server takes new roles, but no new address. */
async function refuseMoved(paths: FolderPaths, text: string): Promise<void> {
  const addressOf = (config: string): string =>
    config
      .split('\n')
      .filter((line) => /^(host|port|tls|http| {2}(cert|key|ca)_file)/.test(line))
      .join('\n')
  if (addressOf(await readFile(paths.config, 'utf8')) === addressOf(text)) return
  throw new OperatingError({
    code: 'nats.server_elsewhere',
    reason: 'usage',
    what: 'The server of this folder runs with another address or certificate.',
    where: paths.config,
    remedy: 'Run orrery nats down first.',
  })
}

function lockedFolder({ directory }: FolderPaths): () => void {
  try {
    return lockDirectory(directory)
  } catch (cause) {
    if (!(cause instanceof OperatingError)) throw cause
    throw new OperatingError({
      code: 'nats.up_under_way',
      reason: 'unavailable',
      what: 'Another orrery nats up works on this folder.',
      where: directory,
      remedy: 'Wait until it has ended.',
      cause,
    })
  }
}

async function freePort(host: string): Promise<number> {
  const probe = createServer().listen(0, host)
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}
