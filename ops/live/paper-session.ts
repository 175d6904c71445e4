// A paper session from its configuration file: strategies, journal, clock, the simulated exchange in
// this process or in one of its own, feeds. What starts here is a live session like any other.

import type { StrategyDefinition } from '../../actors/strategy/definition.ts'
import type { FaultReport } from '../../actors/strategy/strategy-fault.ts'
import { installAmbientGuard } from '../../adapters/ambient-guard/ambient-guard.ts'
import { buildIdentity } from '../../adapters/build-identity/build-identity.ts'
import { openFileJournal } from '../../adapters/journal-file/file-journal.ts'
import { SessionClock } from '../../adapters/session-clock/session-clock.ts'
import { nodeSha256 } from '../../adapters/sha256/node-sha256.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import type { Journal, JournalWriter } from '../../engine/journal-port.ts'
import { LIVE_BOUNDS_DEFAULT } from '../../engine/live/live-bounds.ts'
import type { BaseOrigin, LiveContents } from '../../engine/live/live-header.ts'
import type { VenueConnection } from '../../engine/live/venue-connection.ts'
import type { FeedClock } from '../../engine/market-feed-port.ts'
import { APPROVAL_AGE_MAX_US } from '../../engine/outbox.ts'
import type { OutputObserver } from '../../engine/outputs.ts'
import { createStepGate } from '../../engine/step-gate.ts'
import { must } from '../../schemas/assert.ts'
import type { Config } from '../../schemas/config.ts'
import type { Alert } from '../../schemas/messages/alert.ts'
import { SCHEMA_VERSION } from '../../schemas/schema-version.ts'
import { instrumentsOf } from '../../sim/backtest/instrument-set.ts'
import { configHash } from '../config/config-hash.ts'
import { loadConfig } from '../config/load-config.ts'
import { type LoadedSession, loadStrategies } from '../config/load-strategies.ts'
import { foldUnder } from './fold-node.ts'
import { lastJournaledUs } from './last-journaled.ts'
import { BAR_CLOSE_DELAY_US, liveNodeFactory } from './live-node.ts'
import { LiveSession } from './live-session.ts'
import { joinBus } from './session-bus.ts'
import { sessionFeeds } from './session-feeds.ts'
import { makeSessionFolder, sessionFolder, sessionJournal } from './session-folder.ts'
import { sessionVenues } from './session-venues.ts'
import { standBy } from './stand-by.ts'

export type PaperOptions = {
  /** The configuration file, and values laid over it. */
  readonly path: string
  readonly set: readonly string[]
  readonly observer: OutputObserver
  readonly onAlert: (alert: Alert) => void
  readonly onFault: (fault: FaultReport) => void
  readonly onFailure: (error: unknown) => void
  /** Follow another node until its lease is free, and go on from its journal. */
  readonly stand_by?: { readonly signal: AbortSignal; readonly print: (line: string) => void } | undefined
  /** Between the parts, for whoever copies, watches or disturbs what passes. */
  readonly between?: SessionSeams
}

export type SessionSeams = {
  readonly journal?: (journal: Journal) => Journal
  readonly writer?: (writer: JournalWriter) => JournalWriter
  readonly connection?: (connection: VenueConnection) => VenueConnection
  /** The time of the feeds, where it is to be finer than the platform's timers. */
  readonly feedClock?: (clock: SessionClock) => FeedClock
}

export type PaperSession = {
  readonly session: LiveSession
  readonly config: Config
  readonly folder: string
  readonly instruments: readonly InstrumentSpec[]
  readonly clock: SessionClock
  /** Lets go of what is beside the session, after its end. */
  readonly close: () => Promise<void>
}

export async function openPaperSession(options: PaperOptions): Promise<PaperSession> {
  const gate = createStepGate()
  // Before the strategies are loaded: what they take into a variable must be guarded already.
  const removeGuard = installAmbientGuard(gate, () => undefined)
  const loaded = await loadStrategies(await loadConfig(options))
  const config = liveConfig(loaded.loaded.config)
  const instruments = instrumentsOf(config)
  const folder = sessionFolder(config)
  await makeSessionFolder(folder)
  const { between = {}, stand_by } = options
  const held =
    stand_by === undefined
      ? undefined
      : await standBy({
          ...options,
          ...stand_by,
          config,
          directory: sessionJournal(folder),
          now_us: () => Date.now() * 1000,
        })
  const file = await openFileJournal({ directory: sessionJournal(folder) })
  const journal = between.journal?.(file) ?? file
  const journaled_us = await lastJournaledUs(journal)
  const clock = new SessionClock({ journaled_us, speed: Number(config.live.speed) })
  const venues = await sessionVenues({ config, instruments, folder, clock, onFailure: options.onFailure })
  const { onRow, absence_grace_ms } = venues
  const connections = venues.connections.map((connection) => between.connection?.(connection) ?? connection)
  const bus = await joinBus({
    config,
    journal,
    directory: sessionJournal(folder),
    now_us: () => clock.now_us(),
    onAlert: options.onAlert,
    onFailure: options.onFailure,
    held,
  })
  const wrapWriter = (writer: JournalWriter): JournalWriter => {
    const copied = bus?.wrapWriter(writer) ?? writer
    return between.writer?.(copied) ?? copied
  }
  const feedClock = between.feedClock?.(clock) ?? clock
  const session = await LiveSession.open({
    config,
    clock,
    connections,
    journal,
    wrapWriter,
    buildNode: liveNodeFactory({
      config,
      instruments,
      definitions: definitionsOf(loaded),
      venues: connections,
      sha256: nodeSha256,
      gate,
      permit: bus?.permit,
      approval_age_max_us: APPROVAL_AGE_MAX_US * Math.max(1, Number(config.live.speed)),
      observer: options.observer,
      onAlert: options.onAlert,
      onFault: options.onFault,
    }),
    bounds: { ...LIVE_BOUNDS_DEFAULT, snapshot_inputs: config.live.snapshot_inputs },
    sha256: nodeSha256,
    binding: bindingOf(loaded, config),
    contents: (base_from) => contentsOf(loaded, config, base_from),
    foldUnder: (header) => foldUnder(header, connections),
    instrumentIndex: (id) => indexOf(instruments, id),
    venueOfInstrument: (index) => must(instruments[index], 'an instrument is known').venue_id,
    makeFeeds: (target) =>
      sessionFeeds({ config, instruments, clock: feedClock, ...(onRow !== undefined && { onRow }) }, target),
    // What the other node sent at the last moment of its lease may still be on its way.
    absence_grace_ms: held === undefined ? absence_grace_ms : config.live.takeover_grace_ms,
    onAlert: options.onAlert,
    onFailure: options.onFailure,
  })
  const close = async () => {
    await bus?.close()
    await venues.close()
    removeGuard()
  }
  return { session, config, folder, instruments, clock, close }
}

/** What only a live session's configuration says in full: its orders wait for the disk, its bars for late rows. */
export function liveConfig(config: Config): Config {
  const { durability, bars } = config
  return {
    ...config,
    durability: durability === 'deferred' ? 'local' : durability,
    bars: { close_delay_us: bars.close_delay_us ?? BAR_CLOSE_DELAY_US },
  }
}

function bindingOf({ strategies }: LoadedSession, config: Config) {
  const hashes = strategies.map(({ strategy_hash }) => Buffer.from(strategy_hash, 'hex'))
  return {
    build_hash: buildIdentity().build_hash,
    strategy_hash: Buffer.from(nodeSha256.digest(...hashes)).toString('hex'),
    config_hash: configHash(config),
    schema_version: SCHEMA_VERSION,
  }
}

function contentsOf({ strategies }: LoadedSession, config: Config, base_from: BaseOrigin): LiveContents {
  const { version, node_version } = buildIdentity()
  return {
    kind: 'live',
    mode: 'paper',
    config,
    strategies: config.strategies.map(({ id }, i) => {
      const { source, strategy_hash, files } = must(strategies[i], 'every configured strategy is loaded')
      return {
        strategy_id: id,
        source,
        strategy_hash,
        files: files.map(({ path, bytes }) => ({ path, bytes })),
      }
    }),
    version,
    node_version,
    base_from,
  }
}

function definitionsOf({ loaded, strategies }: LoadedSession): Map<string, StrategyDefinition> {
  return new Map(
    loaded.config.strategies.map(({ id }, i) => [
      id,
      must(strategies[i], 'every configured strategy is loaded').definition as StrategyDefinition,
    ]),
  )
}

function indexOf(instruments: readonly InstrumentSpec[], id: string): number {
  return must(
    instruments.find(({ instrument_id }) => instrument_id === id),
    'an instrument is known',
  ).index
}
