// What the server holds against what it should hold: streams, and the readers made for strategy nodes. Nothing is ever
// deleted or purged; what cannot be changed in place is said, and left to a person.

import {
  AckPolicy,
  type ConsumerConfig,
  DeliverPolicy,
  JetStreamApiError,
  type JetStreamManager,
  PersistMode,
  type StreamConfig,
} from '@nats-io/jetstream'
import { environmentOf, type FixedConsumer, type Installation, rolesOf } from '../../adapters/nats/roles.ts'
import { featureSince, hasFeature } from '../../adapters/nats/server-version.ts'
import { type StreamDefinition, streamDefinitions } from '../../adapters/nats/streams.ts'
import { assert } from '../../schemas/assert.ts'
import { OperatingError } from '../../schemas/operating-error.ts'

/** One value that is not what it should be. `wanted` is absent where the field is not ours and stands at no default. */
export type Difference = {
  readonly field: string
  readonly found: unknown
  readonly wanted?: unknown
  /** The server sets it when a stream is made and never again: it is left as it is, and this is what a person can do. */
  readonly remedy?: string
}

export type PlannedChange = {
  readonly kind: 'stream' | 'consumer'
  /** A stream's name, or `<stream> <consumer>`. */
  readonly name: string
  readonly change: 'create' | 'update'
  readonly differences: readonly Difference[]
}

export type DesiredState = {
  readonly streams: readonly StreamDefinition[]
  readonly consumers: readonly FixedConsumer[]
}

/** What belongs to an installation. Strategy nodes need a server that can reset a reader. */
export function desiredState(installation: Installation, version: string, replicas: number): DesiredState {
  const consumers = rolesOf(installation).flatMap(({ fixed_consumers }) => fixed_consumers)
  if (consumers.length > 0 && !hasFeature(version, 'consumer_reset')) throw resetMissing(version)
  const streams = streamDefinitions(
    environmentOf(installation),
    installation.strategy_nodes,
    replicas,
    hasFeature(version, 'async_persist'),
  )
  return { streams, consumers }
}

/** The changes that make the server's state the desired one, in the order in which they are made. */
export async function planChanges(jsm: JetStreamManager, desired: DesiredState): Promise<PlannedChange[]> {
  const changes: PlannedChange[] = []
  for (const wanted of desired.streams) {
    const found = await orMissing(jsm.streams.info(wanted.name))
    const differences = found === undefined ? [] : streamDifferences(found.config, wanted)
    const change = found === undefined ? 'create' : 'update'
    if (change === 'create' || differences.length > 0)
      changes.push({ kind: 'stream', name: wanted.name, change, differences })
  }
  for (const { stream, name, filter_subjects } of desired.consumers) {
    const found = await orMissing(jsm.consumers.info(stream, name))
    const wanted = consumerConfig(name, filter_subjects)
    const differences = found === undefined ? [] : differencesOf(found.config, wanted)
    const change = found === undefined ? 'create' : 'update'
    if (change === 'create' || differences.length > 0)
      changes.push({ kind: 'consumer', name: consumerTitle({ stream, name }), change, differences })
  }
  return changes
}

/** Makes the changes; rejects at the first the server refuses, with those before it made. */
export async function applyChanges(
  jsm: JetStreamManager,
  desired: DesiredState,
  changes: readonly PlannedChange[],
): Promise<void> {
  for (const { kind, name, change } of changes) {
    try {
      if (kind === 'stream') await applyStream(jsm, change, streamNamed(desired, name))
      else await applyConsumer(jsm, change, consumerNamed(desired, name))
    } catch (error) {
      if (!(error instanceof JetStreamApiError)) throw error
      throw changeRefused(name, error)
    }
  }
}

async function applyStream(
  jsm: JetStreamManager,
  change: PlannedChange['change'],
  wanted: StreamDefinition,
): Promise<void> {
  // The client writes into what it is given.
  if (change === 'create') return void (await jsm.streams.add({ ...wanted }))
  const { config } = await jsm.streams.info(wanted.name)
  const differences = streamDifferences(config, wanted)
  if (differences.every(({ remedy }) => remedy !== undefined)) return
  // An update keeps what it does not name, so what somebody else has set is named with nothing.
  const foreign = differences.filter(({ field }) => !(field in wanted)).map(({ field }) => [field, undefined])
  const kept = differences.flatMap(({ field, found, remedy }) =>
    remedy === undefined ? [] : [[field, found]],
  )
  await jsm.streams.update(wanted.name, {
    ...Object.fromEntries(foreign),
    ...wanted,
    ...Object.fromEntries(kept),
  })
}

/** Of a stream; those that the server cannot change are marked. */
function streamDifferences(found: StreamConfig, wanted: StreamDefinition): Difference[] {
  // A stream that is written behind its readers has one copy for ever.
  const isFixed = (field: string) =>
    field === 'persist_mode' || (field === 'num_replicas' && found.persist_mode === PersistMode.Async)
  return differencesOf(found, wanted).map((difference) =>
    isFixed(difference.field) ? { ...difference, remedy: madeAnew(wanted.name) } : difference,
  )
}

/** Only market data is such a stream, and what is worth keeping of it is recorded. */
function madeAnew(name: string): string {
  return `only a new stream can have it: end the sessions and the server, remove the folder ${name} from its store, start it and apply again`
}

async function applyConsumer(
  jsm: JetStreamManager,
  change: PlannedChange['change'],
  { stream, name, filter_subjects }: FixedConsumer,
): Promise<void> {
  const wanted = consumerConfig(name, filter_subjects)
  if (change === 'create') await jsm.consumers.add(stream, wanted)
  // An update keeps what it does not name, and a reader has one way to say what it hands out.
  else await jsm.consumers.update(stream, name, { ...wanted, filter_subject: '' })
}

function streamNamed({ streams }: DesiredState, name: string): StreamDefinition {
  const found = streams.find((stream) => stream.name === name)
  assert(found !== undefined, 'a change is of what is desired')
  return found
}

function consumerNamed({ consumers }: DesiredState, name: string): FixedConsumer {
  const found = consumers.find((consumer) => consumerTitle(consumer) === name)
  assert(found !== undefined, 'a change is of what is desired')
  return found
}

function consumerTitle({ stream, name }: Pick<FixedConsumer, 'stream' | 'name'>): string {
  return `${stream} ${name}`
}

/** Whoever reads sets it to the sequence it knows first, and again after each gap; so nothing is acknowledged. */
function consumerConfig(name: string, filter_subjects: readonly string[]) {
  return {
    name,
    durable_name: name,
    deliver_policy: DeliverPolicy.All,
    ack_policy: AckPolicy.None,
    filter_subjects: [...filter_subjects],
  }
}

/** Fields that differ, by name. Fields we do not set count when they stand at something. */
export function differencesOf(
  found: Partial<StreamConfig> | Partial<ConsumerConfig>,
  wanted: object,
): Difference[] {
  const desired = new Map<string, unknown>(Object.entries(wanted))
  const actual = new Map<string, unknown>(Object.entries(found))
  const ours = [...desired].flatMap(([field, value]) =>
    isSame(actual.get(field), value) ? [] : [{ field, found: actual.get(field), wanted: value }],
  )
  const foreign = [...actual].flatMap(([field, value]) =>
    desired.has(field) || isDefault(field, value) ? [] : [{ field, found: value }],
  )
  return [...ours, ...foreign].sort((a, b) => (a.field < b.field ? -1 : 1))
}

/** The server leaves out what is false, zero or empty. */
function isSame(found: unknown, wanted: unknown): boolean {
  if (found === undefined) return wanted === false || wanted === 0 || wanted === ''
  return JSON.stringify(found) === JSON.stringify(wanted)
}

const SERVER_DEFAULTS: Readonly<Record<string, readonly unknown[]>> = {
  compression: ['none'],
  persist_mode: ['default'],
  max_consumers: [-1],
  // Of a consumer.
  replay_policy: ['instant'],
  max_deliver: [-1],
  max_waiting: [512],
  ack_wait: [30_000_000_000],
}

function isDefault(field: string, value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === 0 || value === '') return true
  if (field === 'metadata') return Object.keys(value).every((key) => key.startsWith('_nats.'))
  if (typeof value === 'object') return Object.keys(value).length === 0
  return SERVER_DEFAULTS[field]?.includes(value) === true
}

async function orMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof JetStreamApiError && error.status === 404) return undefined
    throw error
  }
}

/** The server sets a stream's bound aside on its disk. */
const NO_ROOM = 'insufficient storage'

function changeRefused(name: string, cause: JetStreamApiError): OperatingError {
  return new OperatingError({
    code: 'nats.change_refused',
    reason: 'mismatch',
    what: `The NATS server does not change ${name}: ${cause.message}.`,
    where: name,
    remedy: cause.message.includes(NO_ROOM)
      ? 'Free space on its disk, or give the journals of strategy nodes less with orrery nats up --journal-mib.'
      : 'Some settings are for ever: move the data to a new server, or keep the setting.',
    cause,
  })
}

function resetMissing(version: string): OperatingError {
  return new OperatingError({
    code: 'nats.feature_missing',
    reason: 'unavailable',
    what: `Strategies in nodes of their own need nats-server ${featureSince('consumer_reset')}; this one is ${version}.`,
    remedy: 'Run a newer nats-server, or host all actors in one node.',
  })
}
