// The feeds a configuration asks for, each with its link to the node. In the node's process the simulated exchange sees
// every row first, as a venue does.

import { BusFeed } from '../../adapters/feeds/bus-feed.ts'
import { HistoryFeed } from '../../adapters/feeds/history-feed.ts'
import { ExchangeFeed } from '../../adapters/paper-venue/exchange-feed.ts'
import { exchangeAddress } from '../../adapters/paper-venue/frame-link.ts'
import type { MessageBus } from '../../engine/bus-port.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import { FeedLink } from '../../engine/live/feed-link.ts'
import type { RawTape } from '../../engine/live/raw-tape-port.ts'
import type { FeedClock, MarketFeed } from '../../engine/market-feed-port.ts'
import { isBookKind, type TickStore } from '../../engine/tick-store-port.ts'
import { must, unreachable } from '../../schemas/assert.ts'
import type { Config } from '../../schemas/config/config.ts'
import type { FeedConfig } from '../../schemas/config/live-config.ts'
import type { VenueId } from '../../schemas/ids.ts'
import type { Alert } from '../../schemas/messages/alert.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { timeUs } from '../../schemas/units.ts'
import { planData } from '../../sim/backtest/data-plan.ts'

import type { RowPlace } from '../../sim/paper-venue/history-books.ts'
import { environmentOf } from './bus-environment.ts'
import { generatorFeed, quotedInstruments } from './generated-market.ts'
import type { FeedTarget, SessionFeed } from './live-session.ts'
import { type RowVenue, VenueFirst } from './venue-first.ts'

export type FeedSurroundings = {
  readonly config: Config
  readonly instruments: readonly InstrumentSpec[]
  readonly clock: FeedClock
  readonly bus?: Pick<MessageBus, 'subscribe' | 'onConnection'> | undefined
  /** Where a history is read; asked for once. */
  readonly openStore: () => Promise<TickStore>
  /** Engine time of the journal's last input: a history goes on behind it. */
  readonly journaled_us: number
  /** How far the exchange in this process has taken the rows of a venue with a book; absent without one. */
  readonly placeOf?: ((venue_id: VenueId) => RowPlace | undefined) | undefined
  readonly onHistoryEnd: (error: unknown) => void
}

export type FeedLinks = {
  readonly config: Config
  readonly instruments: readonly InstrumentSpec[]
  readonly clock: FeedClock
  readonly tape?: RawTape | undefined
  /** The exchange in this process, which sees each row before the node. */
  readonly rows?: RowVenue | undefined
  readonly journaled_us: number
  readonly onAlert: (alert: Alert) => void
}

/** The feeds of a configuration, one a venue, not yet linked to a node. */
export function marketFeeds(surroundings: FeedSurroundings): Promise<MarketFeed[]> {
  refuseVenuesWithoutFeed(surroundings.config)
  refuseOtherTime(surroundings.config)
  return Promise.all(surroundings.config.live.feeds.map((feed) => marketFeed(feed, surroundings)))
}

/** Each feed with its link to the node. */
export function sessionFeeds(
  feeds: readonly MarketFeed[],
  links: FeedLinks,
  target: FeedTarget,
): SessionFeed[] {
  const { config, instruments, clock, tape, rows, journaled_us, onAlert } = links
  return feeds.map((source, index) => {
    const { kind, venue } = must(config.live.feeds[index], 'a feed is configured')
    const link = new FeedLink({
      stream: source.stream,
      sequencer: target,
      tape,
      instrument_count: instruments.length,
      in_gap: target.in_gap.filter((venue_id) => venue_id === venue),
      venueOfInstrument: (i) => must(instruments[i], 'a row is of a known instrument').venue_id,
      now_us: () => clock.now_us(),
      onRefused: (code) => onAlert(rowRefused(venue, code, clock)),
    })
    const shown_from_us = kind === 'history' ? journaled_us + 1 : Number.NEGATIVE_INFINITY
    const first = rows && new VenueFirst({ venue: rows, node: link, table: target.table, shown_from_us })
    return {
      venue_id: venue,
      counts: () => ({ ...link.counts, ...(first?.book_rows ? { book_rows: first.book_rows } : {}) }),
      refusals: () => Object.fromEntries(link.refusals),
      start: () => source.start(first ?? link),
      close: () => source.close(),
    }
  })
}

/** Told once for each code, however many rows follow; how many there were is in the session's status. */
function rowRefused(venue: string, code: string, clock: FeedClock): Alert {
  return {
    type: 'alert',
    code: 'feed.row_refused',
    severity: 'warning',
    about: venue,
    what: `A row of ${venue} is refused (${code}).`,
    remedy: 'docs/market-data.md has the codes; orrery status counts what is refused under each.',
    ts_us: timeUs(clock.now_us()),
  }
}

async function marketFeed(feed: FeedConfig, surroundings: FeedSurroundings): Promise<MarketFeed> {
  const { config, instruments, clock } = surroundings
  const { venue } = feed
  switch (feed.kind) {
    case 'generator':
      return generatorFeed({ config, venue, rows_per_s: feed.rows_per_s, instruments, clock })
    case 'exchange': {
      const address = exchangeAddress(requireExchange(config))
      const quoted = quotedInstruments(config, venue, instruments)
      return new ExchangeFeed({ address, venue_id: venue as VenueId, instruments: quoted, clock })
    }
    case 'bus':
      return busFeed(venue as VenueId, surroundings)
    case 'history':
      return historyFeed(venue as VenueId, surroundings)
    default:
      return unreachable(feed)
  }
}

function busFeed(venue_id: VenueId, { config, instruments, clock, bus }: FeedSurroundings): MarketFeed {
  if (bus === undefined) throw noBus(venue_id)
  const series = config.data.sources.flatMap((source) => {
    const { kind, venue } = source
    if (venue !== venue_id || kind === 'bar' || isBookKind(kind)) return []
    return source.instruments.map((symbol) => ({ kind, spec: specOf(instruments, `${symbol}.${venue}`) }))
  })
  return new BusFeed({ bus, environment: environmentOf(config), venue_id, series, clock })
}

async function historyFeed(venue_id: VenueId, surroundings: FeedSurroundings): Promise<MarketFeed> {
  const { config, instruments, clock, openStore, journaled_us, placeOf, onHistoryEnd } = surroundings
  const { series, range } = planData(config)
  const own = series.filter(({ instrument_id }) => specOf(instruments, instrument_id).venue_id === venue_id)
  const store = await openStore()
  const place = placeOf?.(venue_id)
  // A book that lacks what came before is another: its venue misses nothing of the history.
  const hasBook = own.some(({ kind }) => isBookKind(kind))
  const next_us = hasBook ? (place?.ts_event_us ?? range.from_us) : Math.max(range.from_us, journaled_us + 1)
  const from_us = Math.min(range.to_us, next_us)
  const readings = await store.read(own, { from_us, to_us: range.to_us })
  return new HistoryFeed({
    series: readings.map((reading) => {
      const { index } = specOf(instruments, reading.series.instrument_id)
      return { reading, instrument_index: index, venue_id }
    }),
    clock,
    behind: from_us < range.to_us ? place : undefined,
    onEnd: onHistoryEnd,
  })
}

function specOf(instruments: readonly InstrumentSpec[], id: string): InstrumentSpec {
  return must(
    instruments.find(({ instrument_id }) => instrument_id === id),
    'an instrument of a source is configured',
  )
}

/** A venue without rows would wait for ever, silently. */
function refuseVenuesWithoutFeed({ venues, live }: Config): void {
  const without = venues.filter(({ id }) => !live.feeds.some(({ venue }) => venue === id)).map(({ id }) => id)
  if (without.length === 0) return
  throw new OperatingError({
    code: 'config.no_feed',
    reason: 'usage',
    what: `No feed brings rows of ${without.join(', ')}.`,
    where: 'live.feeds',
    remedy: `Add one: live: { feeds: [{ venue: ${without[0]}, kind: generator }] }; docs/market-data.md has the kinds.`,
  })
}

/** What others publish happens now, whatever a session's clock says. */
function refuseOtherTime({ live }: Config): void {
  const hasHistory = live.feeds.some(({ kind }) => kind === 'history')
  if ((!hasHistory && Number(live.speed) === 1) || !live.feeds.some(({ kind }) => kind === 'bus')) return
  throw new OperatingError({
    code: 'config.bus_in_real_time',
    reason: 'usage',
    what: hasHistory
      ? 'Rows of the bus come in real time, and a history has a time of its own.'
      : `Rows of the bus come in real time, and the session runs at speed ${live.speed}.`,
    where: hasHistory ? 'live.feeds' : 'live.speed',
    remedy: 'Leave live.speed at 1, and feeds of kind history and of kind bus to sessions of their own.',
  })
}

function requireExchange({ live }: Config): string {
  if (live.exchange !== undefined) return live.exchange
  throw new OperatingError({
    code: 'config.no_exchange',
    reason: 'usage',
    what: 'A feed of kind exchange needs the exchange in a process of its own, and none is named.',
    where: 'live.exchange',
    remedy: 'Name it (live: { exchange: "tcp://127.0.0.1:4760" }), or use a generator.',
  })
}

function noBus(venue: string): OperatingError {
  return new OperatingError({
    code: 'config.no_bus',
    reason: 'usage',
    what: `The rows of ${venue} are to come from the bus, and the configuration names none.`,
    where: 'bus',
    remedy: 'Add bus: nats://127.0.0.1:4222 and start it with orrery nats up.',
  })
}
