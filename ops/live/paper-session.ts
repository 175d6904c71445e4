// A paper session from its configuration file: strategies, journal, clock, venues, bus, recorder, feeds. What starts here
// is a live session like any other.

import type { StrategyDefinition } from '../../actors/strategy/definition.ts'
import type { FaultReport } from '../../actors/strategy/strategy-fault.ts'
import { installAmbientGuard } from '../../adapters/ambient-guard/ambient-guard.ts'
import { openExistingStore } from '../../adapters/clickhouse/existing-store.ts'
import { openFileJournal } from '../../adapters/journal-file/file-journal.ts'
import { SessionClock, type TimeSource } from '../../adapters/session-clock/session-clock.ts'
import { nodeSha256 } from '../../adapters/sha256/node-sha256.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import type { JournalFs } from '../../engine/journal-fs-port.ts'
import type { Journal, JournalWriter } from '../../engine/journal-port.ts'
import { LIVE_BOUNDS_DEFAULT } from '../../engine/live/live-bounds.ts'
import type { BaseOrigin } from '../../engine/live/live-header.ts'
import type { VenueConnection } from '../../engine/live/venue-connection.ts'
import type { FeedClock } from '../../engine/market-feed-port.ts'
import { APPROVAL_AGE_MAX_US } from '../../engine/outbox.ts'
import type { OutputObserver } from '../../engine/outputs.ts'
import { createStepGate, type StepGate } from '../../engine/step-gate.ts'
import { must } from '../../schemas/assert.ts'
import type { Config } from '../../schemas/config/config.ts'
import type { Alert } from '../../schemas/messages/alert.ts'
import { planData } from '../../sim/backtest/data-plan.ts'
import { instrumentsOf } from '../../sim/backtest/instrument-set.ts'
import { loadConfig } from '../config/load-config.ts'
import { type LoadedSession, loadStrategies } from '../config/load-strategies.ts'
import { ComparedConnection } from './compared-connection.ts'
import { foldUnder } from './fold-node.ts'
import { lastJournaled } from './last-journaled.ts'
import { BAR_CLOSE_DELAY_US, liveNodeFactory } from './live-node.ts'
import { LiveSession } from './live-session.ts'
import { type NodePlace, nodePlace } from './node-place.ts'
import { refuseBooks } from './refuse-books.ts'
import { refuseOtherUnits } from './refuse-other-units.ts'
import { type HeldLease, joinBus, type SessionBus } from './session-bus.ts'
import type { BeforeOpen } from './session-desk.ts'
import { marketFeeds, sessionFeeds } from './session-feeds.ts'
import { makeSessionFolder, sessionFolder, sessionJournal } from './session-folder.ts'
import { bindingOf, contentsOf } from './session-identity.ts'
import { openSessionTape, startRecorder } from './session-tape.ts'
import { type SessionVenues, sessionVenues } from './session-venues.ts'
import { type StandByOptions, standBy } from './stand-by.ts'

export type PaperOptions = {
  /** The configuration file, and values laid over it. */
  readonly path: string
  readonly set: readonly string[]
  /** Which of the configuration's nodes this process hosts; absent: all. */
  readonly node?: string | undefined
  readonly observer: OutputObserver
  readonly onAlert: (alert: Alert) => void
  readonly onFault: (fault: FaultReport) => void
  readonly onFailure: (error: unknown) => void
  /** A history has come to its end, or cannot be read any further. */
  readonly onHistoryEnd: (error: unknown) => void
  /** Follow another node until its lease is free, and go on from its journal. */
  readonly stand_by?: Pick<StandByOptions, 'signal' | 'print'> | undefined
  /** For whoever is to be answered before the session is open, and may end what only waits. */
  readonly start?: SessionStartWatch
  /** Between the parts, for whoever copies, watches or disturbs what passes. */
  readonly between?: SessionSeams
}

export type SessionStartWatch = {
  readonly signal: AbortSignal
  /** The session's folder is this process's, which is now doing this. */
  readonly onHeld: (folder: string, before_open: BeforeOpen) => Promise<void>
}

export type SessionSeams = {
  /** The disk of the session's journal, and the clocks of the machine. */
  readonly fs?: JournalFs
  readonly time?: TimeSource
  readonly journal?: (journal: Journal) => Journal
  readonly writer?: (writer: JournalWriter) => JournalWriter
  readonly connection?: (connection: VenueConnection) => VenueConnection
  /** The time of the feeds, where it is to be finer than the platform's timers. */
  readonly feedClock?: (clock: SessionClock) => FeedClock
}

export type PaperSession = {
  readonly session: LiveSession
  readonly config: Config
  readonly place: NodePlace
  readonly folder: string
  readonly instruments: readonly InstrumentSpec[]
  readonly clock: SessionClock
  /** Undefined where the exchange is not in this process. */
  readonly market: SessionVenues['market']
  /** Lets go of what is beside the session, after its end. */
  readonly close: () => Promise<void>
}

export async function openPaperSession(options: PaperOptions): Promise<PaperSession> {
  await using opened = new AsyncDisposableStack()
  const { onAlert, onFailure, between = {} } = options
  const { gate, loaded, config, place } = await load(options, opened)
  const instruments = instrumentsOf(config)
  const folder = sessionFolder(config, place.node_id)
  await makeSessionFolder(folder)
  const { base_directory } = loaded.loaded
  const held = await heldLease(options, { base_directory, config, place, instruments }, folder)
  const journal = await openJournal(options, folder, opened)
  await options.start?.onHeld(folder, 'starting')
  refuseOtherUnits(journal, instruments, folder)
  const { ts_us: journaled_us } = await lastJournaled(journal)
  const clock = sessionClock(config, journaled_us, between)
  const authored = { models: loaded.models, gate }
  const hosting = { config, place, instruments, folder, clock, authored, base_directory, onAlert, onFailure }
  const venues = opened.use(disposable(await sessionVenues(hosting)))
  const connections = venues.connections.map(
    (connection) => new ComparedConnection(between.connection?.(connection) ?? connection),
  )
  const directory = sessionJournal(folder)
  const now_us = () => clock.now_us()
  const signal = options.start?.signal
  const joining = { config, place, instruments, journal, directory, now_us, onAlert, onFailure, held, signal }
  const bus = await joinBus(joining)
  if (bus !== undefined) opened.use(disposable(bus))
  const recorder = startRecorder({ config, clock, onAlert }, options)
  if (recorder !== undefined) opened.use(disposable(recorder))
  const taped = { ...joining, node: place.name, folder, clock, bus: bus?.bus }
  const recording = await openSessionTape(taped)
  if (recording !== undefined) opened.use(disposable(recording))
  const feedClock = between.feedClock?.(clock) ?? clock
  const feeds = await marketFeeds({
    config,
    instruments,
    clock: feedClock,
    bus: bus?.bus,
    openStore: async () => {
      await recorder?.ready
      return openExistingStore(config.data.store)
    },
    journaled_us,
    placeOf: venues.placeOf,
    onHistoryEnd: options.onHistoryEnd,
  })
  const { rows } = venues
  const links = { config, instruments, clock: feedClock, tape: recording?.tape, rows, journaled_us, onAlert }
  const session = await LiveSession.open({
    config,
    accounts: place.accounts,
    messages: bus?.messages,
    permit: bus?.permit,
    clock,
    connections,
    journal,
    snapshots: { directory, base_directory },
    wrapWriter: (writer) => wrapped(writer, bus, between),
    ...nodeOptions({ options, loaded, config, place, instruments, gate, connections, bus }),
    tape: recording?.tape,
    makeFeeds: (target) => sessionFeeds(feeds, links, target),
    // What the other node sent at the last moment of its lease may still be on its way.
    absence_grace_ms: held === undefined ? venues.absence_grace_ms : config.live.takeover_grace_ms,
    onAlert,
    onFailure,
  })
  const beside = opened.move()
  const { market } = venues
  return { session, config, place, folder, instruments, clock, market, close: () => beside.disposeAsync() }
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

type Loaded = {
  readonly gate: StepGate
  readonly loaded: LoadedSession
  readonly config: Config
  readonly place: NodePlace
}

async function load(options: PaperOptions, opened: AsyncDisposableStack): Promise<Loaded> {
  const gate = createStepGate()
  // Before the strategies are loaded: what they take into a variable must be guarded already.
  opened.defer(installAmbientGuard(gate, () => undefined))
  const read = await loadConfig(options)
  const place = nodePlace(read.config, options.node)
  refuseBooks(read.config, place)
  const loaded = await loadStrategies(read)
  return { gate, loaded, config: liveConfig(loaded.loaded.config), place }
}

async function heldLease(
  options: PaperOptions,
  hosted: Pick<StandByOptions, 'base_directory' | 'config' | 'place' | 'instruments'>,
  folder: string,
): Promise<HeldLease | undefined> {
  const { stand_by, start, onAlert, onFailure } = options
  if (stand_by === undefined) return undefined
  const now_us = () => Date.now() * 1000
  const onFollowing = async () => start?.onHeld(folder, 'standing_by')
  const directory = sessionJournal(folder)
  return standBy({ ...stand_by, ...hosted, directory, now_us, onAlert, onFailure, onFollowing })
}

/** A session closes its journal when it ends; closing it again does nothing. */
async function openJournal(
  { between = {} }: PaperOptions,
  folder: string,
  opened: AsyncDisposableStack,
): Promise<Journal> {
  const { fs } = between
  const file = await openFileJournal({ directory: sessionJournal(folder), ...(fs !== undefined && { fs }) })
  opened.defer(() => file.close())
  return between.journal?.(file) ?? file
}

/** A history's time is its own, from its start or from where the journal ended. */
function sessionClock(config: Config, journaled_us: number, { time }: SessionSeams): SessionClock {
  const terms = { journaled_us, speed: Number(config.live.speed), ...(time !== undefined && { time }) }
  if (!config.live.feeds.some(({ kind }) => kind === 'history')) return new SessionClock(terms)
  return new SessionClock({ ...terms, start_us: planData(config).range.from_us })
}

function wrapped(writer: JournalWriter, bus: SessionBus | undefined, between: SessionSeams): JournalWriter {
  const copied = bus?.wrapWriter(writer) ?? writer
  return between.writer?.(copied) ?? copied
}

type NodeParts = Loaded & {
  readonly options: PaperOptions
  readonly instruments: readonly InstrumentSpec[]
  readonly connections: readonly VenueConnection[]
  readonly bus: SessionBus | undefined
}

/** How the node is built, and what its epochs are bound to. */
function nodeOptions({ options, loaded, config, place, instruments, gate, connections, bus }: NodeParts) {
  const { observer, onAlert, onFault } = options
  return {
    buildNode: liveNodeFactory({
      config,
      instruments,
      definitions: definitionsOf(loaded),
      venues: connections,
      node_id: place.node_id,
      sha256: nodeSha256,
      gate,
      permit: bus?.permit,
      approval_age_max_us: APPROVAL_AGE_MAX_US * Math.max(1, Number(config.live.speed)),
      observer,
      onAlert,
      onFault,
    }),
    bounds: LIVE_BOUNDS_DEFAULT,
    binding: bindingOf(loaded, config),
    contents: (base_from: BaseOrigin) => contentsOf(loaded, config, place.node_id, base_from),
    foldUnder: (header: Uint8Array) => foldUnder(header, connections),
    instrumentIndex: (id: string) => indexOf(instruments, id),
    venueOfInstrument: (index: number) => must(instruments[index], 'an instrument is known').venue_id,
  }
}

function disposable<Part extends { close(): Promise<unknown> }>(part: Part): Part & AsyncDisposable {
  return Object.assign(part, {
    [Symbol.asyncDispose]: async () => {
      await part.close()
    },
  })
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
