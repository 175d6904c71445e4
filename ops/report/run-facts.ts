// Which assumptions of the simulated exchange a run rests on. What is told as not in force cannot have acted: the
// configuration, the kinds of data or the orders that were sent leave it nothing to act on.

import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import type { Config } from '../../schemas/config/config.ts'
import { ASSUMPTIONS, type Assumption, type RunFact } from '../../sim/exchange/assumptions.ts'
import { linksKeptBy, takesOf } from '../../sim/exchange/orders/capability-tables.ts'
import type { OrdersUsed } from './orders-used.ts'

type Venue = Config['venues'][number]
type Claims = readonly (readonly [RunFact, boolean])[]

export type Run = {
  readonly config: Config
  readonly specs: readonly InstrumentSpec[]
  readonly used: OrdersUsed
}

/** The assumptions in their order, in force in the run and not. */
export function assumptionsOf(run: Run): { readonly inForce: Assumption[]; readonly others: Assumption[] } {
  const facts = run.config.venues.map((venue) => factsOf(venue, run))
  const isInForce = ({ needs }: Assumption) =>
    facts.some((known) => needs.every((needed) => known.has(needed)))
  return {
    inForce: ASSUMPTIONS.filter(isInForce),
    others: ASSUMPTIONS.filter((assumption) => !isInForce(assumption)),
  }
}

/** What is the case at one venue: a rule of one and an order at another make nothing. */
function factsOf(venue: Venue, run: Run): ReadonlySet<RunFact> {
  const claims = [
    ...marketFacts(venue, run),
    ...dataFacts(venue, run),
    ...bookFacts(venue),
    ...wayFacts(venue, run),
  ]
  const held = claims.filter(([, holds]) => holds).map(([fact]) => fact)
  return new Set<RunFact>([...held, ...run.used.traits(venue.id)])
}

function marketFacts({ id, calendar, simulation = {} }: Venue, { config, specs }: Run): Claims {
  const { halts = [], price_bands, auctions, busts } = simulation
  const own = specs.filter(({ venue_id }) => venue_id === id)
  const names = new Set([calendar, ...own.map((spec) => spec.calendar)])
  const calendars = (config.calendars ?? []).filter((named) => names.has(named.id))
  // What halts goes on with an auction, wherever it is.
  const halted = halts.length > 0 || price_bands !== undefined
  const called = calendars.some(({ opening_auction, closing_auction }) => opening_auction || closing_auction)
  return [
    ['closures', calendars.length > 0 || halted],
    ['auctions', called || halted],
    ['auction_prints', auctions?.price === 'print'],
    ['price_bands', price_bands !== undefined],
    ['band_plan', price_bands?.plan !== undefined],
    ['busts', busts !== undefined],
    [
      'increments_by_price',
      own.some(({ increments }) => increments.some((rule) => rule.price_from_units > 0)),
    ],
  ]
}

function dataFacts({ id, simulation = {} }: Venue, { config }: Run): Claims {
  const kinds = new Set(config.data.sources.filter(({ venue }) => venue === id).map(({ kind }) => kind))
  const bars = kinds.has('bar')
  const trades = kinds.has('trade')
  const rows = kinds.has('book_level') || kinds.has('book_order')
  const expands = simulation.bars !== 'close'
  return [
    // A book in the data shows quotes, too.
    ['quotes', kinds.has('quote') || rows],
    ['trades', trades],
    ['bars', bars],
    ['expanded_bars', bars && expands],
    ['trades_or_bars', trades || bars],
    ['trades_or_closes', trades || (bars && !expands)],
    ['book_rows', rows],
  ]
}

function bookFacts({ simulation = {} }: Venue): Claims {
  const { book = 'quote' } = simulation
  const isDeep = book !== 'quote'
  const fills = simulation.fills?.model ?? (isDeep ? 'walk_book' : 'residual_worse')
  const queue =
    simulation.queue?.model ?? (isDeep ? (book === 'book_level' ? 'conservative' : 'exact') : 'none')
  return [
    ['quote_book', !isDeep],
    ['deep_book', isDeep],
    ['book_by_order', book === 'book_order'],
    // A model of somebody's own may fill residuals, too.
    ['residuals', fills === 'residual_worse' || fills === 'probabilistic' || fills === 'custom'],
    ['other_fills', fills !== 'residual_worse' && fills !== 'custom'],
    ['participation', fills === 'participation'],
    ['queue', queue !== 'none'],
    ['queue_of_levels', queue === 'conservative' || queue === 'by_position'],
    ['impact', simulation.impact !== undefined],
    ['self_match', (simulation.self_match ?? 'apart') !== 'apart'],
  ]
}

function wayFacts({ id, latency, simulation = {} }: Venue, { config, used }: Run): Claims {
  const takes = takesOf(simulation)
  const { data_us = 0, ...ways } = latency
  const accounts = config.accounts.filter(({ venues }) => venues.includes(id))
  return [
    ['engine_triggers', takes === 'market_and_limit' || takes === 'alpaca'],
    ['venue_links', linksKeptBy(simulation).length > 0],
    ['latency', Object.values(ways).some((delay) => delay !== 0)],
    ['data_latency', data_us !== 0],
    ['conversion', accounts.some(({ conversion_rates }) => Object.keys(conversion_rates).length > 0)],
    // Each command has an id of its own, and ids are forgotten beyond so many.
    ['forgotten_orders', used.commandCount(id) > config.limits.order_retention],
  ]
}
