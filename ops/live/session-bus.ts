// What a session has of the bus: the lease of its accounts, asked before each order leaves, under `replicated` a copy of
// its journal that orders wait for, and the messages that nodes say to each other. A node without accounts has no lease.
// Without a bus there is none of it, and the journal's own lock is all that keeps a second engine out.

import { hostname } from 'node:os'
import { acquireLease, type LeaseOptions } from '../../adapters/nats/acquire-lease.ts'
import { connectNats } from '../../adapters/nats/connect.ts'
import { JetStreamBus } from '../../adapters/nats/jetstream-bus.ts'
import { type JournalCopy, openJournalCopy } from '../../adapters/nats/journal-copy.ts'
import type { AccountLease } from '../../adapters/nats/lease.ts'
import { TRADING_ROLE } from '../../adapters/nats/roles.ts'
import { leaseBucket, streamName, streamOf } from '../../adapters/nats/streams.ts'
import type { MessageBus } from '../../engine/bus-port.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import type { Journal, JournalWriter } from '../../engine/journal-port.ts'
import type { Config } from '../../schemas/config/config.ts'
import type { Alert } from '../../schemas/messages/alert.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { BUS_SUBJECT, type BusEnvironment } from '../../schemas/subjects.ts'
import { timeUs } from '../../schemas/units.ts'
import { busSignIn } from '../nats/bus-sign-in.ts'
import type { NodePlace } from './node-place.ts'
import { NodeVoices } from './node-voices.ts'
import { SessionMessages } from './session-messages.ts'
import { BUS_WAIT_MS, whenBusIsUp } from './when-bus-is-up.ts'

export type SessionBusOptions = {
  readonly config: Config
  readonly place: NodePlace
  readonly instruments: readonly InstrumentSpec[]
  readonly journal: Journal
  /** The journal's folder. */
  readonly directory: string
  readonly now_us: () => number
  readonly onAlert: (alert: Alert) => void
  /** The session may not go on: its lease is another's, or it did on the bus what it may not. */
  readonly onFailure: (error: unknown) => void
  /** What a standby has taken already. */
  readonly held?: HeldLease | undefined
  /** Aborted when the session is to end while it waits for its bus. */
  readonly signal: AbortSignal | undefined
}

export type HeldLease = { readonly connection: Connection; readonly lease: AccountLease }

/** A publish that takes longer is told; messages under way at once. */
const PUBLISH_DEADLINE_MS = 2_000
const PENDING_MAX = 1_024

export type SessionBus = {
  /** '' while an order may leave at this moment; absent in a node that sends none. */
  readonly permit: (() => string) | undefined
  readonly wrapWriter: (writer: JournalWriter) => JournalWriter
  readonly bus: MessageBus
  /** Between nodes. */
  readonly messages: SessionMessages
  /** After the journal was closed: gives up what was held. */
  readonly close: () => Promise<void>
}

/** Undefined where the configuration names no bus. */
export async function joinBus(options: SessionBusOptions): Promise<SessionBus | undefined> {
  const { config, held } = options
  const { bus: url } = config
  if (url === undefined) {
    if (config.durability === 'replicated') throw nothingToCopyTo()
    return undefined
  }
  const attempt = () => (held === undefined ? joinAnew(options, url) : join(options, held.connection))
  try {
    return await whenBusIsUp({
      attempt,
      signal: options.signal,
      onAway: ({ what }) => tell(options, 'bus.awaited', 'warning', what, AWAITED),
    })
  } catch (error) {
    await held?.lease.release()
    await held?.connection.close()
    throw error
  }
}

const AWAITED = `The node waits for it for up to ${BUS_WAIT_MS / 1_000} s.`

async function joinAnew(options: SessionBusOptions, url: string): Promise<SessionBus> {
  const connection = await connectAs(options, url)
  try {
    return await join(options, connection)
  } catch (error) {
    await connection.close()
    throw error
  }
}

async function join(options: SessionBusOptions, connection: Connection): Promise<SessionBus> {
  const { config, place, held, onFailure } = options
  const voices = new NodeVoices(config)
  const env = voices.environment
  const epoch = (options.journal.epochs.at(-1)?.epoch ?? 0) + 1
  const lease =
    held?.lease ??
    (place.accounts.length === 0
      ? undefined
      : await acquireLease(leaseOptions({ ...options, connection, env, epoch })))
  try {
    const bus = new JetStreamBus({
      connection,
      streamOf,
      deadline_ms: PUBLISH_DEADLINE_MS,
      pending_max: PENDING_MAX,
      ...(place.role === TRADING_ROLE ? {} : { fixed_consumer: place.role }),
    })
    bus.onFault(onFailure)
    const messages = new SessionMessages({
      ...options,
      bus,
      voices,
      node: place.name,
      session: config.session,
      epoch,
    })
    const copy =
      config.durability === 'replicated'
        ? await openCopy(options, voices.ofNode(place.name), connection, lease, messages)
        : undefined
    return {
      permit: lease && (() => lease.permit()),
      wrapWriter: (writer) => copy?.follow(writer) ?? writer,
      bus,
      messages,
      close: async () => {
        await messages.close()
        await bus.close()
        await copy?.close()
        await lease?.release()
        await connection.close()
      },
    }
  } catch (error) {
    if (held === undefined) await lease?.release()
    throw error
  }
}

async function connectAs(options: SessionBusOptions, url: string): Promise<Connection> {
  const { role } = options.place
  const { connection } = await connectNats({
    ...busSignIn(options.config, url, role),
    money: 'paper',
    onDoubt: ({ what, remedy }) => tell(options, 'bus.doubtful_server', 'warning', what, remedy),
    onViolation: options.onFailure,
  })
  return connection
}

type Connection = Awaited<ReturnType<typeof connectNats>>['connection']

type LeaseScope = Pick<SessionBusOptions, 'config' | 'place' | 'onFailure'> & {
  readonly connection: Connection
  readonly env: BusEnvironment
  /** The epoch the holder is about to open. */
  readonly epoch: number
}

/** How a session's lease is taken, by the node itself or by its standby. */
export function leaseOptions({ config, place, onFailure, connection, env, epoch }: LeaseScope): LeaseOptions {
  return {
    connection,
    bucket: leaseBucket(env),
    accounts: place.accounts.map(({ id }) => id),
    claim: {
      node: place.name,
      session: config.session,
      epoch,
      holder: `${hostname()}, pid ${process.pid}`,
    },
    margin_ms: config.live.lease_margin_ms,
    onLost: onFailure,
  }
}

function openCopy(
  options: SessionBusOptions,
  voice: BusEnvironment,
  connection: Connection,
  lease: AccountLease | undefined,
  messages: SessionMessages,
): Promise<JournalCopy> {
  const { place, journal, directory } = options
  return openJournalCopy({
    connection,
    stream: streamName(voice, 'journal'),
    subject: BUS_SUBJECT.journal(voice, place.name),
    directory,
    epochs: journal.epochs,
    isHeld: () => lease?.is_held ?? true,
    fixed_consumer: place.role === TRADING_ROLE ? undefined : place.role,
    onBehind: (behind, reason) => {
      messages.hold(behind)
      if (behind)
        tell(options, 'bus.copy_behind', 'critical', `The copy of the journal is late: ${reason}.`, HELD)
      else
        tell(
          options,
          'bus.copy_caught_up',
          'info',
          'The copy of the journal has caught up.',
          'Orders wait for it no longer.',
        )
    },
  })
}

const HELD = 'Orders are held until the server has it; cancels still go.'

function tell(
  { onAlert, now_us }: SessionBusOptions,
  code: string,
  severity: Alert['severity'],
  what: string,
  remedy: string,
): void {
  onAlert({ type: 'alert', code, severity, about: '', what, remedy, ts_us: timeUs(now_us()) })
}

function nothingToCopyTo(): OperatingError {
  return new OperatingError({
    code: 'config.no_bus',
    reason: 'usage',
    what: 'Replicated durability needs a bus that holds the copy, and the configuration names none.',
    where: 'bus',
    remedy: 'Add bus: nats://127.0.0.1:4222 and start it with orrery nats up, or use durability: local.',
  })
}
