// The feeds a configuration asks for, each with its link to the node. In the node's process the simulated exchange sees
// every row first, as a venue does.

import { ExchangeFeed } from '../../adapters/paper-venue/exchange-feed.ts'
import { exchangeAddress } from '../../adapters/paper-venue/frame-link.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import { FeedLink } from '../../engine/live/feed-link.ts'
import type { RowInput } from '../../engine/live/live-input.ts'
import type { FeedClock, FeedSink, MarketFeed } from '../../engine/market-feed-port.ts'
import { must } from '../../schemas/assert.ts'
import type { Config, FeedConfig } from '../../schemas/config.ts'
import type { VenueId } from '../../schemas/ids.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { generatorFeed, quotedInstruments } from './generated-market.ts'
import type { FeedTarget, SessionFeed } from './live-session.ts'

export type FeedSurroundings = {
  readonly config: Config
  readonly instruments: readonly InstrumentSpec[]
  readonly clock: FeedClock
  /** Whoever sees each row before the node. */
  readonly onRow?: (row: RowInput) => void
}

export function sessionFeeds(surroundings: FeedSurroundings, target: FeedTarget): SessionFeed[] {
  const { config, instruments, clock, onRow } = surroundings
  refuseVenuesWithoutFeed(config)
  return config.live.feeds.map((feed) => {
    const source = marketFeed(feed, surroundings)
    const link = new FeedLink({
      stream: source.stream,
      sequencer: target,
      instrument_count: instruments.length,
      venueOfInstrument: (index) => must(instruments[index], 'a row is of a known instrument').venue_id,
      now_us: () => clock.now_us(),
    })
    const sink = onRow === undefined ? link : seenFirst(link, onRow)
    return {
      venue_id: feed.venue,
      counts: () => link.counts,
      start: () => source.start(sink),
      close: () => source.close(),
    }
  })
}

function marketFeed(feed: FeedConfig, { config, instruments, clock }: FeedSurroundings): MarketFeed {
  const { venue } = feed
  if (feed.kind === 'generator')
    return generatorFeed({ config, venue, rows_per_s: feed.rows_per_s, instruments, clock })
  if (feed.kind === 'exchange') {
    const address = exchangeAddress(requireExchange(config))
    const quoted = quotedInstruments(config, venue, instruments)
    return new ExchangeFeed({ address, venue_id: venue as VenueId, instruments: quoted, clock })
  }
  throw notYet(feed)
}

function seenFirst(sink: FeedSink, onRow: (row: RowInput) => void): FeedSink {
  return {
    get room() {
      return sink.room
    },
    quote: (quote, sequence, row) => {
      onRow(quote)
      return sink.quote(quote, sequence, row)
    },
    row: (row, sequence, row_in_message) => {
      onRow(row)
      return sink.row(row, sequence, row_in_message)
    },
    refused: (rows) => sink.refused(rows),
    event: (venue_id, event, reason) => sink.event(venue_id, event, reason),
  }
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

function notYet({ venue, kind }: FeedConfig): OperatingError {
  return new OperatingError({
    code: 'config.feed_not_supported',
    reason: 'usage',
    what: `A feed of kind ${kind} is not supported by this build.`,
    where: `live.feeds, venue ${venue}`,
    remedy: 'Use a generator, or the exchange in a process of its own.',
  })
}
