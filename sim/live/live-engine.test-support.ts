// A live session of the real actors for proofs: what a process of it is given, and how its journal is read afterwards.

import { nodeSha256 } from '../../adapters/sha256/node-sha256.ts'
import { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import { isRowRecord, readInput } from '../../engine/input-codec.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import { sameBytes } from '../../engine/journal/parse-batch.ts'
import { type Journal, RECORD_KIND, type RecoveredEpoch } from '../../engine/journal-port.ts'
import { EpochReplay } from '../../engine/live/epoch-replay.ts'
import type { LiveBounds } from '../../engine/live/live-bounds.ts'
import type { NodeFactory } from '../../engine/live/node-factory.ts'
import { stateOfBase } from '../../engine/live/session-state.ts'
import type { OutputObserver } from '../../engine/outputs.ts'
import { createStepGate } from '../../engine/step-gate.ts'
import type { VenuePort } from '../../engine/venue-port.ts'
import { liveNodeFactory } from '../../ops/live/live-node.ts'
import type { SessionOptions } from '../../ops/live/open-session.ts'
import { SnapshotFollower, type SnapshotFollowerOptions } from '../../ops/live/snapshot-follower.ts'
import { must } from '../../schemas/assert.ts'
import type { Config } from '../../schemas/config/config.ts'
import type { Control, ControlCommand } from '../../schemas/messages/control.ts'
import type { OrderFact } from '../../schemas/messages/order-fact.ts'
import { SCHEMA_VERSION } from '../../schemas/schema-version.ts'
import { instrumentsOf } from '../backtest/instrument-set.ts'
import { type Scenario, scenarioOf } from '../backtest/proof-session.test-support.ts'
import type { ProofStrategyId } from '../backtest/proof-strategies.test-support.ts'
import { quoteTape } from '../backtest/tape.test-support.ts'

export type LiveScenario = Pick<Scenario, 'config' | 'definitions'> & {
  readonly instruments: readonly InstrumentSpec[]
  /** Which of the configuration's nodes; absent: all in one. */
  readonly node_id?: string
  /** What the last epoch ran under, where that is something else. */
  readonly before?: LiveScenario
  /** Hears what a node that runs says. */
  readonly observer?: OutputObserver
}

export const BOUNDS: LiveBounds = {
  conflate_from: 1_000,
  market_max: 2_000,
  kept_max: 100,
  pending_bytes_max: 1 << 20,
  unpublished_max: 1_000,
  instant_inputs_max: 50,
}

const BINDING = { build_hash: '01', strategy_hash: '02', config_hash: '03', schema_version: SCHEMA_VERSION }

/** Two instruments of one venue that answers after a while. */
export async function liveScenario(
  strategies: readonly ProofStrategyId[],
  change: Partial<Config> = {},
): Promise<LiveScenario> {
  const { config, definitions } = await scenarioOf({
    tapes: ['AAA.one', 'BBB.one'].map((instrument_id) => quoteTape({ instrument_id, row_count: 1 })),
    strategies,
    venue: { latency: { submit_us: 300, report_us: 200 } },
    config: {
      durability: 'local',
      bars: { close_delay_us: 200_000 },
      limits: { step_messages_max: 1_000, instant_inputs_max: 50, order_retention: 10_000 },
      ...change,
    },
  })
  return { config, definitions, instruments: instrumentsOf(config) }
}

export function nodeFactory(
  { config, definitions, instruments, node_id, observer: own = {} }: LiveScenario,
  venues: readonly VenuePort[],
  observer = own,
): NodeFactory {
  return liveNodeFactory({
    config,
    instruments,
    definitions,
    venues,
    node_id,
    observer,
    sha256: nodeSha256,
    gate: createStepGate(),
    onFault: () => undefined,
  })
}

export function sessionOptions(
  scenario: LiveScenario,
  venues: readonly VenuePort[],
  journal: Journal,
  bounds: Partial<LiveBounds> = {},
): SessionOptions {
  const { instruments } = scenario
  return {
    journal,
    buildNode: nodeFactory(scenario, venues),
    instrumentIndex: (id) => indexOf(scenario, id),
    foldUnder: () => ({
      buildNode: nodeFactory(scenario.before ?? scenario, venues),
      instrumentIndex: (id) => indexOf(scenario.before ?? scenario, id),
    }),
    venueOfInstrument: (index) => must(instruments[index], 'an instrument is known').venue_id,
    bounds: { ...BOUNDS, ...bounds },
    binding: BINDING,
    contents: (base_from) => ({ session: scenario.config.session, base_from }),
  }
}

export function control(command: ControlCommand, strategy_id = '', reason = ''): Control {
  return { type: 'control', command, account_id: '', strategy_id, reason, operator: 'test' }
}

/** How many of the venues' reports the journal holds: they are processed in the order they were made. */
export async function reportsIn(journal: Journal): Promise<number> {
  let reports = 0
  for (const { epoch } of journal.epochs) {
    for await (const { kind, payload } of journal.read(epoch)) {
      if (kind !== RECORD_KIND.input || isRowRecord(payload)) continue
      const { input } = readInput(new CanonicalReader(payload), () => 0)
      if (input.type === 'venue_report') reports++
    }
  }
  return reports
}

export type Rerun = {
  /** The state after the last record. */
  readonly state: Uint8Array
  /** The last fact of each order, by every client order id it had. */
  readonly orders: ReadonlyMap<string, OrderFact>
  readonly snapshots: number
  /** Orders that became unknown, and that were proven never sent, at a restart. */
  readonly unknown: number
  readonly never_sent: number
}

/**
 * Runs every epoch again from its own base, without its snapshots: each snapshot is the state on the way, each end the
 * next epoch's base, byte for byte. Returns what is wrong as a text.
 */
export async function rerun(
  scenario: LiveScenario,
  venues: readonly VenuePort[],
  journal: Journal,
): Promise<Rerun | string> {
  const orders = new Map<string, OrderFact>()
  const restarts = { unknown: 0, never_sent: 0 }
  const observer: OutputObserver = {
    onFact: (fact) => {
      orders.set(fact.client_order_id, fact)
      if (fact.type === 'order.unknown') restarts.unknown++
      if (fact.reason_code === 'never_sent') restarts.never_sent++
    },
  }
  const watched = nodeFactory(scenario, venues, observer)
  const buildNode: NodeFactory = (binding) => watched({ ...binding, role: 'live' })
  const instrumentIndex = (id: string) => indexOf(scenario, id)
  let end: Uint8Array | undefined
  let snapshots = 0
  for (const { epoch, base } of journal.epochs) {
    if (end !== undefined && !sameBytes(end, base))
      return `the base of epoch ${epoch} is not the end before it`
    const replay = new EpochReplay({ epoch, buildNode, instrumentIndex }, stateOfBase(base))
    const taken = new Map((await journal.snapshots(epoch)).map(({ lsn, state }) => [lsn, state]))
    for await (const record of journal.read(epoch)) {
      replay.take(record)
      const snapshot = taken.get(record.lsn)
      if (snapshot === undefined) continue
      snapshots++
      if (!sameBytes(snapshot, replay.state()))
        return `the snapshot behind record ${epoch}.${record.lsn} is not the state there`
    }
    end = replay.finish()
  }
  return { state: stateOfBase(must(end, 'a session has an epoch')), orders, snapshots, ...restarts }
}

/** Takes snapshots beside a session, as its thread does, from a journal read by `cursor`. */
export function followerOf(
  scenario: LiveScenario,
  venues: readonly VenuePort[],
  { epoch, base }: Pick<RecoveredEpoch, 'epoch' | 'base'>,
  options: Pick<SnapshotFollowerOptions, 'cursor' | 'save' | 'onLost'>,
): SnapshotFollower {
  const replay = {
    epoch,
    buildNode: nodeFactory(scenario, venues),
    instrumentIndex: (id: string) => indexOf(scenario, id),
  }
  return new SnapshotFollower({
    ...options,
    run: new EpochReplay(replay, stateOfBase(base)),
    from: undefined,
    snapshot_inputs: SNAPSHOT_INPUTS,
  })
}

const SNAPSHOT_INPUTS = 25

function indexOf({ instruments }: LiveScenario, id: string): number {
  return must(
    instruments.find(({ instrument_id }) => instrument_id === id),
    'an instrument is known',
  ).index
}
