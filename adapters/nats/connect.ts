// The one way to the server: signs in as a role, then asks the server what it is. A server that is too old, or that
// acknowledges before it is on the disk, is refused for real money and warned about on paper; what cannot be learnt
// counts as the worse. A permission violation is nothing a program may go on after.

import { readFile, stat } from 'node:fs/promises'
import { isIP } from 'node:net'
import { fromSeed } from '@nats-io/nkeys'
import {
  AuthorizationError,
  ConnectionError,
  connect,
  type NatsConnection,
  type NodeConnectionOptions,
  nkeyAuthenticator,
  PermissionViolationError,
} from '@nats-io/transport-node'
import { OperatingError } from '../../schemas/operating-error.ts'
import { inboxPrefix, SERVER_SETTINGS_SUBJECT } from './roles.ts'
import { type ServerCheck, type ServerDoubt, serverCheck } from './server-check.ts'
import { hostOf, tlsFailure, tlsSettings } from './tls-settings.ts'

const CONNECT_TIMEOUT_MS = 5_000
/** Two missed pings, and the connection counts as lost: a frozen server is noticed in at most six seconds. */
const PING_INTERVAL_MS = 2_000
const PINGS_MISSED_MAX = 2
const RECONNECT_WAIT_MS = 100
const RECONNECT_JITTER_MS = 50

export type ConnectOptions = {
  /** `nats://host:port`, or `tls://host:port`, several with commas between. */
  readonly url: string
  /** Who signs in: names the connection and its inbox. */
  readonly role: string
  /** File with the role's NKey seed; absent where the server asks for none. */
  readonly seed_file?: string
  /** Real money refuses a doubtful server; paper warns about it. */
  readonly money: 'paper' | 'live'
  /** Authority that signed the server's certificate; absent: the system's. */
  readonly tls_ca_file?: string | undefined
  /** What is wrong with the server, on paper. */
  readonly onDoubt: (doubt: ServerDoubt) => void
  /** Told once: the connection did what its role may not, and is closed. */
  readonly onViolation: (fault: OperatingError) => void
}

export type CheckedConnection = {
  readonly connection: NatsConnection
  readonly server: ServerCheck
}

/** Rejects with an `OperatingError` where the server cannot be reached, refuses the role, or is not fit. */
export async function connectNats(options: ConnectOptions): Promise<CheckedConnection> {
  refusePlainText(options.url)
  const connection = await open(options)
  watch(connection, options)
  try {
    const server = await serverCheck(connection)
    const [doubt] = server.doubts
    if (doubt !== undefined && options.money === 'live') throw refusal(doubt, options.url)
    for (const each of server.doubts) options.onDoubt(each)
    return { connection, server }
  } catch (error) {
    await connection.close()
    throw error
  }
}

async function open(options: ConnectOptions): Promise<NatsConnection> {
  const seed = options.seed_file === undefined ? undefined : await readSeed(options.seed_file)
  const settings: NodeConnectionOptions = {
    servers: options.url.split(','),
    name: `orrery ${options.role}`,
    inboxPrefix: inboxPrefix(options.role),
    timeout: CONNECT_TIMEOUT_MS,
    pingInterval: PING_INTERVAL_MS,
    maxPingOut: PINGS_MISSED_MAX,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_WAIT_MS,
    reconnectJitter: RECONNECT_JITTER_MS,
    ...(seed === undefined ? {} : { authenticator: nkeyAuthenticator(seed) }),
    ...(await tlsSettings(options)),
  }
  try {
    return await connect(settings)
  } catch (error) {
    throw connectFailure(error, options)
  }
}

/** A key proves who speaks and hides nothing: what leaves this machine is encrypted. */
function refusePlainText(url: string): void {
  const open = url.split(',').find((server) => !server.startsWith('tls://') && !isLoopbackUrl(server))
  if (open === undefined) return
  throw new OperatingError({
    code: 'nats.tls_required',
    reason: 'usage',
    what: 'A NATS server on another machine is spoken to with TLS only.',
    where: open,
    remedy: 'Write tls:// in place of nats://, and give the server a certificate.',
  })
}

function isLoopbackUrl(url: string): boolean {
  const host = hostOf(url)
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

async function readSeed(path: string): Promise<Uint8Array> {
  try {
    const { mode } = await stat(path)
    if ((mode & 0o077) !== 0) throw seedExposed(path)
    const seed = new TextEncoder().encode((await readFile(path, 'utf8')).trim())
    fromSeed(seed)
    return seed
  } catch (cause) {
    if (cause instanceof OperatingError) throw cause
    throw new OperatingError({
      code: 'nats.seed_unreadable',
      reason: 'usage',
      what: 'The key of the role cannot be read.',
      where: path,
      remedy: 'Run orrery nats up, or name the folder it made with bus_credentials.',
      cause,
    })
  }
}

function seedExposed(path: string): OperatingError {
  return new OperatingError({
    code: 'nats.seed_exposed',
    reason: 'usage',
    what: 'The key of the role can be read by others than its owner.',
    where: path,
    remedy: `Run chmod 600 on it, and make a new one if others have read it.`,
  })
}

/** Reads the connection's state for as long as it lives. The first violation closes it. */
function watch(connection: NatsConnection, { role, onViolation }: ConnectOptions): void {
  let isTold = false
  const read = async (): Promise<void> => {
    for await (const status of connection.status()) {
      const fault = status.type === 'error' ? status.error : undefined
      // A server set up by hand may not let the role ask for its settings, which then count as unknown.
      if (!(fault instanceof PermissionViolationError) || fault.subject === SERVER_SETTINGS_SUBJECT) continue
      if (!isTold) onViolation(violation(fault, role))
      isTold = true
      await connection.close()
    }
  }
  void read()
}

function violation({ operation, subject }: PermissionViolationError, role: string): OperatingError {
  const what = operation === 'publish' ? 'publish to' : 'listen to'
  return new OperatingError({
    code: 'nats.permission_violation',
    reason: 'bug',
    what: `The role ${role} may not ${what} ${subject}, and tried to.`,
    where: subject,
    remedy:
      'See docs/nats.md for what each role may do; run orrery nats up again after a change of the installation.',
  })
}

function refusal({ what, remedy }: ServerDoubt, url: string): OperatingError {
  return new OperatingError({
    code: 'nats.server_unfit',
    reason: 'unavailable',
    what: `${what} Real money is not traded over it.`,
    where: url,
    remedy,
  })
}

function connectFailure(cause: unknown, options: ConnectOptions): OperatingError {
  const { url, role, seed_file } = options
  const fault = tlsFailure(cause, options)
  if (fault !== undefined) return fault
  const isRefused = cause instanceof AuthorizationError
  const said = cause instanceof Error ? cause.message : String(cause)
  return isRefused
    ? new OperatingError({
        code: 'nats.not_authorized',
        reason: 'unavailable',
        what: `The NATS server does not know the key of the role ${role}.`,
        where: `${url}, ${seed_file ?? 'no key'}`,
        remedy: 'Use the folder of credentials that belongs to this server.',
        cause,
      })
    : new OperatingError({
        code: 'nats.unreachable',
        reason: 'unavailable',
        what: `The NATS server does not answer: ${said}.`,
        where: url,
        remedy: cause instanceof ConnectionError ? 'Start it with orrery nats up.' : 'Check its log.',
        cause,
      })
}
