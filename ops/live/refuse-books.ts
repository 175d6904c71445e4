// Books by price and by order come from a stored history to the exchange in the process of a session, which keeps them in its
// ledger. Nothing else has a book: no generated market and no bus, and no node that has no exchange.

import { isBookKind } from '../../engine/tick-store-port.ts'
import type { Config } from '../../schemas/config/config.ts'
import type { VenueConfig } from '../../schemas/config/venue-config.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import type { NodePlace } from './node-place.ts'

/** A session's books, where nobody here could keep them or nothing brings them. */
export function refuseBooks(config: Config, place: Pick<NodePlace, 'accounts'>): void {
  const { live, venues } = config
  if (live.exchange !== undefined || place.accounts.length === 0) return refuseAllBooks(config)
  const venue = venues.find(
    ({ id }) =>
      hasBook(config, id) && !live.feeds.some((feed) => feed.venue === id && feed.kind === 'history'),
  )
  if (venue === undefined) return
  throw new OperatingError({
    code: 'config.book_without_history',
    reason: 'usage',
    what: `The book of ${venue.id} comes from a stored history alone, and its rows come from another feed.`,
    where: 'live.feeds',
    remedy: `Take live.feeds: [{ venue: ${venue.id}, kind: history }], or read quotes and leave out simulation.book.`,
  })
}

/** Of an exchange in a process of its own, and of whoever has none in its own. */
export function refuseAllBooks(config: Config): void {
  const venue = config.venues.find(({ id }) => hasBook(config, id))
  if (venue === undefined) return
  throw new OperatingError({
    code: 'config.book_apart',
    reason: 'usage',
    what: `${venue.id} has a book by price or by order, which only an exchange in the process of its session can keep.`,
    where: `data.sources, and simulation.book of ${venue.id}`,
    remedy:
      'Run the session without live.exchange and in one node, or read quotes and leave out simulation.book.',
  })
}

function hasBook({ data, venues }: Config, venue_id: string): boolean {
  const trades = (venue: VenueConfig) =>
    venue.id === venue_id && (venue.simulation?.book ?? 'quote') !== 'quote'
  return venues.some(trades) || data.sources.some(({ venue, kind }) => venue === venue_id && isBookKind(kind))
}
