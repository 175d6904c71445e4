// The streams of an installation, defined here alone. Their names carry the environment, so that paper and live share
// none; and what a strategy node says is in streams of its own, bounded and full for that node alone.

import {
  DiscardPolicy,
  PersistMode,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream'
import { assert } from '../../schemas/assert.ts'
import {
  apartEnvironment,
  BUS_SUBJECT,
  type BusEnvironment,
  type BusFamily,
  parseBusPattern,
  splitEnvironment,
} from '../../schemas/subjects.ts'

const SECOND_NS = 1_000_000_000
const HOUR_NS = 3_600 * SECOND_NS
const DAY_NS = 24 * HOUR_NS
const KIB = 1024
const MIB = 1024 * KIB
const GIB = 1024 * MIB

/**
 * What the server takes as one message. Batches of a journal and openings of an epoch travel whole; with subject and
 * headers a message has to stay below the 32 MiB at which the server's own files take a record for damaged.
 */
export const MAX_PAYLOAD_BYTES = 32 * MIB
export const LEASE_TTL_MS = 2_000
/** Within this a `message_id` that comes again is stored once. Receivers drop it at any later time. */
const DUPLICATE_WINDOW_NS = 120 * SECOND_NS
/** Messages a person can read are far smaller. */
const CONTROL_BYTES_MAX = 64 * KIB

/** The part of a stream's configuration that is ours to say; everything else must be as the server makes it. */
export type StreamDefinition = Pick<
  StreamConfig,
  | 'name'
  | 'description'
  | 'subjects'
  | 'storage'
  | 'retention'
  | 'discard'
  | 'max_age'
  | 'max_bytes'
  | 'max_msg_size'
  | 'max_msgs'
  | 'max_msgs_per_subject'
  | 'duplicate_window'
  | 'deny_delete'
  | 'deny_purge'
  | 'allow_direct'
  | 'allow_rollup_hdrs'
  | 'no_ack'
  | 'num_replicas'
> & {
  /** Absent: the server's default, which is what a server before 2.12 knows. */
  readonly persist_mode?: PersistMode
}

type Layout = Pick<StreamDefinition, 'description'> &
  Partial<
    Pick<
      StreamDefinition,
      | 'retention'
      | 'discard'
      | 'max_age'
      | 'max_bytes'
      | 'max_msg_size'
      | 'deny_delete'
      | 'deny_purge'
      | 'no_ack'
      | 'persist_mode'
    >
  >

const FOR_EVER = { deny_delete: true, deny_purge: true } as const

/** The server sets `max_bytes` aside when it makes a stream, so bounds are no larger than they have to be. */
const LAYOUTS: Readonly<Record<BusFamily, Layout>> = {
  // An acknowledgement goes to the reply subject a publisher names, whatever it may publish to itself; nobody waits for
  // one of market data.
  md: {
    description: 'Market data in packed batches, for a short replay',
    max_age: 6 * HOUR_NS,
    max_bytes: GIB,
    no_ack: true,
    // Nobody waits for the disk on the way to a decision. A killed server loses the last moments of it.
    persist_mode: PersistMode.Async,
  },
  // Nothing is dropped for lack of room: the node keeps what the stream does not take.
  mdseq: {
    description: 'Raw tapes with the input of each row, until they are recorded',
    retention: RetentionPolicy.Workqueue,
    discard: DiscardPolicy.New,
    max_bytes: GIB,
  },
  sig: {
    description: 'Signals of strategies',
    max_age: 7 * DAY_NS,
    max_bytes: 256 * MIB,
    max_msg_size: CONTROL_BYTES_MAX,
  },
  intent: {
    description: 'What trading nodes ask each other for',
    max_age: 7 * DAY_NS,
    max_bytes: 256 * MIB,
    max_msg_size: CONTROL_BYTES_MAX,
  },
  state: {
    description: 'States of strategies in trading nodes, for the node of their account',
    max_age: 7 * DAY_NS,
    max_bytes: 64 * MIB,
    max_msg_size: CONTROL_BYTES_MAX,
  },
  order: {
    description: 'Order events with the approval inside, for ever',
    max_msg_size: CONTROL_BYTES_MAX,
    ...FOR_EVER,
  },
  risk: {
    description: 'Denials, halts and latches of the risk gate',
    max_bytes: 64 * MIB,
    max_msg_size: CONTROL_BYTES_MAX,
  },
  ctl: {
    description: 'Commands of operators',
    max_bytes: 64 * MIB,
    max_msg_size: CONTROL_BYTES_MAX,
  },
  journal: { description: 'Copies of the sealed batches of the file journals, for ever', ...FOR_EVER },
}

/** What a strategy node says. */
export const APART_FAMILIES = ['intent', 'state', 'sig', 'mdseq', 'journal'] as const
type ApartFamily = (typeof APART_FAMILIES)[number]

/**
 * Of one strategy node. What does not fit is refused, and not made room for: the node is told, and whoever hears it takes
 * no more in the time than the bound, since each message is in the hearer's journal.
 */
const APART_LAYOUTS: Readonly<Record<ApartFamily, Layout>> = {
  intent: {
    description: 'what it asks trading nodes for',
    discard: DiscardPolicy.New,
    max_age: DAY_NS,
    max_bytes: 512 * MIB,
    max_msg_size: CONTROL_BYTES_MAX,
  },
  state: {
    description: 'states of its strategies, for the node of their account',
    discard: DiscardPolicy.New,
    max_age: 7 * DAY_NS,
    max_bytes: 16 * MIB,
    max_msg_size: CONTROL_BYTES_MAX,
  },
  sig: {
    description: 'signals of its strategies',
    discard: DiscardPolicy.New,
    max_age: DAY_NS,
    max_bytes: 512 * MIB,
    max_msg_size: CONTROL_BYTES_MAX,
  },
  mdseq: { ...LAYOUTS.mdseq, description: 'its raw tapes, until they are recorded', max_bytes: 512 * MIB },
  // Whole epochs may be removed, by the admin alone: a stream that denies it denies it for ever.
  journal: {
    description: 'the copy of its file journal, until an operator removes old epochs',
    discard: DiscardPolicy.New,
    deny_delete: true,
  },
}

/** `PAPER_MD`, `LIVE_ORDER`, `SIM_<run id>_SIG`; of a strategy node `PAPER_INTENT_<node>`. */
export function streamName(env: BusEnvironment, family: BusFamily): string {
  const { root, node } = splitEnvironment(env)
  const [first = '', run_id] = root.split('.')
  const environment = run_id === undefined ? first.toUpperCase() : `${first.toUpperCase()}_${run_id}`
  return [environment, family.toUpperCase(), ...(node === undefined ? [] : [node])].join('_')
}

/** The stream that holds a subject, or all that match one with wildcards behind its family. */
export function streamOf(subject: string): string {
  const parts = parseBusPattern(subject)
  assert(parts !== undefined, 'a subject names its environment and its family')
  return streamName(parts.env, parts.family)
}

/** The bucket of the leases, one key per account. */
export function leaseBucket(env: BusEnvironment): string {
  return `orrery_lease_${env.replace('.', '_')}`
}

export function leaseStreamName(env: BusEnvironment): string {
  return `KV_${leaseBucket(env)}`
}

/** A strategy node as far as streams go. */
export type ApartStreams = { readonly node: string; readonly journal_bytes_max: number }

/**
 * All streams of an environment and of its strategy nodes. A cluster of three servers holds `replicas: 3`; only a stream
 * of one copy, on a server that can (`async_persist`), is written behind its readers.
 */
export function streamDefinitions(
  env: BusEnvironment,
  apart: readonly ApartStreams[],
  replicas = 1,
  canPersistAsync = true,
): StreamDefinition[] {
  return allDefinitions(env, apart, replicas).map(({ persist_mode, ...definition }) =>
    persist_mode !== undefined && canPersistAsync && replicas === 1
      ? { ...definition, persist_mode }
      : definition,
  )
}

function allDefinitions(
  env: BusEnvironment,
  apart: readonly ApartStreams[],
  replicas: number,
): StreamDefinition[] {
  const families = Object.entries(LAYOUTS) as [BusFamily, Layout][]
  return [
    ...families.map(([family, layout]) => ({
      ...plain(streamName(env, family), [BUS_SUBJECT.all(env, family)], replicas),
      ...layout,
    })),
    leaseDefinition(env, replicas),
    ...apart.flatMap((node) => apartDefinitions(env, node, replicas)),
  ]
}

function apartDefinitions(
  env: BusEnvironment,
  { node, journal_bytes_max }: ApartStreams,
  replicas: number,
): StreamDefinition[] {
  const own = apartEnvironment(env, node)
  return APART_FAMILIES.map((family) => {
    const layout = APART_LAYOUTS[family]
    return {
      ...plain(streamName(own, family), [BUS_SUBJECT.all(own, family)], replicas),
      ...layout,
      ...(family === 'journal' && { max_bytes: journal_bytes_max }),
      description: `Strategy node ${node}: ${layout.description}`,
    }
  })
}

/**
 * The bucket as a stream: the last value of each key, gone when it is not renewed in time. It is read from the leader
 * only, since a copy may be late.
 */
function leaseDefinition(env: BusEnvironment, replicas: number): StreamDefinition {
  const ttl_ns = LEASE_TTL_MS * 1_000_000
  return {
    ...plain(leaseStreamName(env), [`$KV.${leaseBucket(env)}.>`], replicas),
    description: 'Leases of accounts',
    discard: DiscardPolicy.New,
    max_age: ttl_ns,
    max_bytes: MIB,
    max_msg_size: CONTROL_BYTES_MAX,
    max_msgs_per_subject: 1,
    duplicate_window: ttl_ns,
    deny_delete: true,
    allow_rollup_hdrs: true,
  }
}

function plain(name: string, subjects: string[], num_replicas: number): StreamDefinition {
  return {
    name,
    description: '',
    subjects,
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.Old,
    max_age: 0,
    max_bytes: -1,
    max_msg_size: -1,
    max_msgs: -1,
    max_msgs_per_subject: -1,
    duplicate_window: DUPLICATE_WINDOW_NS,
    deny_delete: false,
    deny_purge: false,
    allow_direct: false,
    allow_rollup_hdrs: false,
    no_ack: false,
    num_replicas,
  }
}
