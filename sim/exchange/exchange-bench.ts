// Figures of the exchange alone: quotes with and without resting orders, and order round trips. The caller gives the
// clock and prints.

import { BOOK_ACTION } from '../../engine/book/book-action.ts'
import { compileInstrument } from '../../engine/instrument-spec.ts'
import { RandomStream } from '../../engine/random-stream.ts'
import type { BookKind } from '../../engine/tick-store-port.ts'
import type { QueueConfig } from '../../schemas/config/market-models.ts'
import type { SimulationConfig, VenueBook } from '../../schemas/config/simulation-config.ts'
import type { AccountId, ClientOrderId, StrategyId, VenueId } from '../../schemas/ids.ts'
import type { NewOrderSingle } from '../../schemas/messages/order.ts'
import { PLAIN_TERMS } from '../../schemas/messages/order-terms.ts'
import type { PriceUnits, SizeUnits } from '../../schemas/units.ts'
import type { SimulatedExchange } from './simulated-exchange.ts'
import { SimulatedVenues } from './simulated-venues.ts'

export type BenchFigure = { readonly name: string; readonly unit: string; readonly value: number }

const RESTING_ORDERS = 10_000
/** With an order every microsecond, a latency of so many microseconds keeps so many under way. */
const IN_FLIGHT_ORDERS = 1_000

/** `now_ms`: a clock of any origin. `scale`: 1 for the figures, less for a trial. */
export function benchExchange(now_ms: () => number, scale = 1): BenchFigure[] {
  const quotes = Math.round(50_000_000 * scale)
  const orders = Math.round(1_000_000 * scale)
  const bare = quotesPerSecond(now_ms, quotes, 0)
  const loaded = quotesPerSecond(now_ms, quotes, RESTING_ORDERS)
  const trips = roundTripsPerSecond(now_ms, orders, 0)
  const delayed = roundTripsPerSecond(now_ms, orders, IN_FLIGHT_ORDERS)
  return [
    { name: 'exchange.quotes', unit: '1/s', value: bare },
    { name: `exchange.quotes_${RESTING_ORDERS}_resting`, unit: '1/s', value: loaded },
    { name: 'exchange.resting_cost_ratio', unit: '1', value: bare / loaded },
    { name: 'exchange.queued_cost_ratio', unit: '1', value: queuedCostRatio(now_ms, quotes) },
    {
      name: 'exchange.level_deltas',
      unit: '1/s',
      value: deltasPerSecond(now_ms, Math.round(20_000_000 * scale)),
    },
    {
      name: 'exchange.book_orders',
      unit: '1/s',
      value: messagesPerSecond(now_ms, Math.round(10_000_000 * scale)),
    },
    { name: 'exchange.round_trips_first_tenth', unit: '1/s', value: trips.first },
    { name: 'exchange.round_trips_last_tenth', unit: '1/s', value: trips.last },
    { name: `exchange.round_trips_${IN_FLIGHT_ORDERS}_in_flight`, unit: '1/s', value: delayed.last },
  ]
}

/** The dearest of the queue models: what its resting orders cost a quote that touches none of them, against none resting. */
function queuedCostRatio(now_ms: () => number, count: number): number {
  const queues: QueueConfig[] = [{ model: 'conservative' }, { model: 'by_position', weight: 'logarithm' }]
  return Math.max(
    ...queues.map((queue) => {
      const simulation = { queue, taken_until: 'level_changes' } as const
      const bare = quotesPerSecond(now_ms, count, 0, simulation)
      return bare / quotesPerSecond(now_ms, count, RESTING_ORDERS, simulation)
    }),
  )
}

/** Quotes that touch none of the resting orders, which stand far from the market. */
function quotesPerSecond(
  now_ms: () => number,
  count: number,
  resting: number,
  simulation: SimulationConfig = {},
): number {
  const venues = benchVenues(0, 'quote', simulation)
  const exchange = venues.exchange('bench')
  exchange.rows.onQuote(0, 0, 110_000, 110_010, 0, 0)
  for (let i = 0; i < resting; i++) {
    exchange.arrive(benchOrder(i, i % 2 === 0 ? 'buy' : 'sell', i % 2 === 0 ? 50_000 + i : 200_000 + i), 0)
  }
  drain(venues, exchange, 0)
  feed(exchange, count / 10)
  const start_ms = now_ms()
  feed(exchange, count)
  return perSecond(count, now_ms() - start_ms)
}

function feed(exchange: SimulatedExchange, count: number): void {
  for (let i = 0; i < count; i++) {
    const bid = 110_000 + (i & 255)
    exchange.rows.onQuote(0, i, bid, bid + 10, 1_000_000, 1_000_000)
  }
}

/** Deltas of a book by price, most of them at the best levels, with ten orders resting in it. */
function deltasPerSecond(now_ms: () => number, count: number): number {
  const exchange = deepVenue('book_level')
  const random = new RandomStream(1, 'bench/levels')
  const size = 1 << 16
  const steps = Float64Array.from({ length: size }, () => Math.floor(random.nextFloat() ** 3 * 30))
  const sizes = Float64Array.from({ length: size }, () => random.nextInt(50) * 1_000)
  const feedDeltas = (from: number, to: number) => {
    for (let i = from; i < to; i++) {
      const depth = steps[i & (size - 1)] as number
      const isBid = (i & 1) === 0
      const price = isBid ? 110_000 - depth : 110_010 + depth
      exchange.deepRows.onLevel(0, i, isBid ? 1 : -1, price, sizes[i & (size - 1)] as number)
    }
  }
  feedDeltas(0, count / 10)
  const start_ms = now_ms()
  feedDeltas(0, count)
  return perSecond(count, now_ms() - start_ms)
}

/** Messages of a book by order: adds, and for each of them in time a reduction, an execution or a deletion. */
function messagesPerSecond(now_ms: () => number, count: number): number {
  const exchange = deepVenue('book_order')
  const random = new RandomStream(1, 'bench/orders')
  const size = 1 << 16
  const steps = Float64Array.from({ length: size }, () => Math.floor(random.nextFloat() ** 3 * 30))
  const LIVE = 4_096
  const feedMessages = (from: number, to: number) => {
    for (let i = from; i < to; i += 2) {
      const id = i >> 1
      const isBid = (id & 1) === 0
      const depth = steps[id & (size - 1)] as number
      const price = isBid ? 110_000 - depth : 110_010 + depth
      exchange.deepRows.onBookOrder(0, i, BOOK_ACTION.add, id, isBid ? 1 : -1, price, 1_000)
      const action = (id & 7) === 0 ? BOOK_ACTION.execute : BOOK_ACTION.delete
      exchange.deepRows.onBookOrder(0, i, action, id - LIVE, isBid ? 1 : -1, price, 1_000)
    }
  }
  feedMessages(0, count / 10)
  const start_ms = now_ms()
  feedMessages(count, 2 * count)
  return perSecond(count, now_ms() - start_ms)
}

function deepVenue(book: BookKind): SimulatedExchange {
  const venues = benchVenues(0, book)
  const exchange = venues.exchange('bench')
  for (const [side, price] of [
    [1, 110_000],
    [-1, 110_010],
  ] as const) {
    if (book === 'book_level') exchange.deepRows.onLevel(0, 0, side, price, 1_000)
    else exchange.deepRows.onBookOrder(0, 0, BOOK_ACTION.add, side === 1 ? 1e9 : 1e9 + 1, side, price, 1_000)
  }
  for (let i = 0; i < 10; i++)
    exchange.arrive(benchOrder(i, i % 2 === 0 ? 'buy' : 'sell', i % 2 === 0 ? 109_000 - i : 111_000 + i), 0)
  drain(venues, exchange, 0)
  return exchange
}

/** Market orders that open and close in turn: send, outcome, arrival, new, trade. */
function roundTripsPerSecond(
  now_ms: () => number,
  count: number,
  submit_us: number,
): { first: number; last: number } {
  const venues = benchVenues(submit_us)
  const exchange = venues.exchange('bench')
  const tenth = count / 10
  const tenths = Array.from({ length: 10 }, (_, part) => {
    const start_ms = now_ms()
    for (let i = part * tenth; i < (part + 1) * tenth; i++) {
      drain(venues, exchange, i)
      exchange.rows.onQuote(0, i, 110_000 + (i & 255), 110_010 + (i & 255), 1_000_000, 1_000_000)
      exchange.send(benchOrder(i, i % 2 === 0 ? 'buy' : 'sell', 0), i)
      drain(venues, exchange, i)
    }
    return perSecond(tenth, now_ms() - start_ms)
  })
  return { first: tenths[0] ?? 0, last: tenths[9] ?? 0 }
}

/** Handles what is due before `ts_us`, and every instant. */
function drain(venues: SimulatedVenues, exchange: SimulatedExchange, ts_us: number): void {
  const { agenda } = venues
  while (agenda.has_instant || agenda.next_due_us < ts_us) {
    const item = agenda.pop()
    if (item.kind === 'arrival') exchange.arrive(item.message, item.due_us)
  }
}

function perSecond(count: number, elapsed_ms: number): number {
  return Math.round((count / elapsed_ms) * 1000)
}

function benchVenues(
  submit_us = 0,
  book: VenueBook = 'quote',
  simulation: SimulationConfig = {},
): SimulatedVenues {
  const spec = compileInstrument(
    {
      asset_class: 'fx_pair',
      instrument_id: 'EURUSD.bench',
      base_currency: 'EUR',
      quote_currency: 'USD',
      price_scale: 5,
      size_scale: 0,
      increments: [{ price_increment: '0.00001' }],
      lot: '1',
      quantity_min: '1',
      multiplier: '1',
      calendar: 'always',
      time_zone: 'UTC',
      allow_non_positive_price: false,
      margin_initial: '0.02',
      short_allowed: true,
      aliases: [],
    },
    0,
  )
  return new SimulatedVenues({
    calendars: [],
    venues: [
      {
        id: 'bench',
        latency: { submit_us, report_us: 0 },
        commission: { basis_points: '0.2' },
        displayed_quantity_default: '1000000',
        simulation: { book, ...simulation },
      },
    ],
    accounts: [
      {
        id: 'main',
        venues: ['bench'],
        currency: 'USD',
        balance: '1000000000',
        leverage_max: '50',
        conversion_rates: {},
      },
    ],
    specs: [spec],
    order_retention: 10_000,
    trade_retention: 0,
    seed: 1,
  })
}

/** `price_units` 0 makes a market order. */
function benchOrder(counter: number, side: 'buy' | 'sell', price_units: number): NewOrderSingle {
  return {
    type: 'new_order_single',
    account_id: 'main' as AccountId,
    strategy_id: 'bench' as StrategyId,
    counter,
    incarnation: 1,
    client_order_id: `bench-1-b-${counter}` as ClientOrderId,
    venue_id: 'bench' as VenueId,
    instrument_id: 'EURUSD.bench' as NewOrderSingle['instrument_id'],
    instrument_index: 0,
    side,
    order_type: price_units === 0 ? 'market' : 'limit',
    time_in_force: 'gtc',
    price_units: price_units as PriceUnits,
    order_quantity_units: 1000 as SizeUnits,
    terms: PLAIN_TERMS,
  }
}
