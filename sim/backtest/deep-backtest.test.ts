import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Type from 'typebox'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { defineStrategy } from '../../actors/strategy/definition.ts'
import { openCsvFile } from '../../adapters/import/csv-file.ts'
import { importHistory } from '../../adapters/import/import-history.ts'
import { fxPair } from '../../engine/instrument.test-support.ts'
import { RandomStream } from '../../engine/random-stream.ts'
import type { CsvMapping } from '../../schemas/csv-mapping.ts'
import { NaiveQueue } from '../exchange/judges/naive-queue.test-support.ts'
import {
  type BookEvent,
  LEVEL_MAPPING,
  type LevelRow,
  levelCsv,
  levelHistory,
  ORDER_MAPPING,
  type OrderRow,
  orderCsv,
  orderHistory,
  TRADE_MAPPING,
  tradeCsv,
} from './book-history.test-support.ts'
import { MemoryTickStore } from './memory-tick-store.test-support.ts'
import { type NaiveFill, NaiveLevels } from './naive-levels.test-support.ts'
import { runScenario, scenarioOf, strategyOf } from './proof-session.test-support.ts'
import { plain } from './proof-strategies.test-support.ts'
import { quoteTape, START_US, type Tape } from './tape.test-support.ts'

const SEED = 20_261_127
const INSTRUMENT = fxPair({ instrument_id: 'AAA.one', lot: '1', quantity_min: '1' })
const EVENTS = 120
const NO_BARS = {
  venue_id: 'one',
  bar_order_fill_count: 0,
  bar_count: 0,
  closed_bar_count: 0,
  unsized_instruments: [],
}

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orrery-deep-'))
})
afterAll(() => rm(folder, { recursive: true }))

type File = { readonly csv: string; readonly mapping: CsvMapping }
type Own = { readonly side: 1 | -1; readonly price: number; readonly size: number; readonly at_quote: number }
type Quote = readonly [ts_us: number, bid: number, ask: number, bid_size: number, ask_size: number]
type Case = {
  readonly files: readonly File[]
  readonly own: Own
  readonly book: 'quote' | 'book_level' | 'book_order'
  readonly block_rows?: number
  readonly data_us?: number
  readonly beside?: readonly Tape[]
}

/** Imports the files as CSV, and runs a strategy that notes the quotes it sees and places one order at one of them. */
async function run({ files, own, book, block_rows = 64, data_us, beside = [] }: Case) {
  const store = new MemoryTickStore(block_rows)
  const tapes: Tape[] = [...beside]
  for (const { csv, mapping } of files) {
    const path = join(folder, 'history.csv')
    await writeFile(path, csv)
    const file = await openCsvFile(path, mapping, new Map([['AAA.one', INSTRUMENT]]))
    for (const { manifest } of await importHistory(store, file)) {
      tapes.push({ series: manifest.series, rows: store.rowsOf(manifest.import_id) })
    }
  }
  const quotes: Quote[] = []
  const placer = defineStrategy({
    name: 'placer',
    params: Type.Object({}),
    state: () => ({}),
    onQuote: (ctx, quote) => {
      const { ts_event_us, bid_price_units, ask_price_units, bid_size_units, ask_size_units } = quote
      quotes.push([ts_event_us, bid_price_units, ask_price_units, bid_size_units, ask_size_units])
      if (quotes.length !== own.at_quote) return
      ctx.submit({
        instrument: 'AAA.one',
        side: own.side === 1 ? 'buy' : 'sell',
        quantity_units: own.size,
        limit_price_units: own.price,
      })
    },
  })
  const { outcome, outputs, hashes } = await runScenario(
    await scenarioOf({
      tapes,
      more: [{ config: strategyOf('placer', ['AAA.one']), definition: plain(placer) }],
      instruments: [INSTRUMENT],
      venue: {
        simulation: { book },
        latency: { submit_us: 0, report_us: 0, ...(data_us === undefined ? {} : { data_us }) },
      },
      block_rows,
    }),
  )
  const fills = outputs.fills.map(({ fill }) => ({
    at: fill.ts_event_us as number,
    price: fill.last_price_units as number,
    size: fill.last_quantity_units as number,
  }))
  return { fills, quotes, hashes, result: outcome.result }
}

/** What the strategy must have seen: the best of both sides where they are others than before, seen one event at a time. */
class NaiveQuotes {
  readonly quotes: Quote[] = []

  /** Returns whether a quote was shown. */
  show(ts_us: number, levels: NaiveLevels): boolean {
    const [bid, ask] = [levels.best(1), levels.best(-1)]
    if (bid === undefined || ask === undefined || bid.price > ask.price) return false
    const quote = [ts_us, bid.price, ask.price, bid.size, ask.size] as const
    if (String(this.quotes.at(-1)?.slice(1)) === String(quote.slice(1))) return false
    this.quotes.push(quote)
    return true
  }
}

function naiveLevels(events: readonly BookEvent<LevelRow>[], own: Own) {
  const venue = new NaiveLevels()
  const data = new NaiveLevels()
  const seen = new NaiveQuotes()
  // All trades of a moment come before the book of that moment: their source stands first in the configuration.
  for (const [at, { ts_us, rows }] of events.entries()) {
    if (events[at - 1]?.ts_us !== ts_us) {
      for (const { trade } of events.filter((event) => event.ts_us === ts_us))
        if (trade !== undefined) venue.trade(trade.price, trade.size, trade.side, ts_us)
    }
    for (const book of [venue, data]) {
      for (const row of rows) {
        if (row.is === 'clear') book.clear()
        else book.set(row.side, row.price, row.size)
      }
    }
    venue.endEvent(ts_us)
    if (seen.show(ts_us, data) && seen.quotes.length === own.at_quote)
      venue.enter(own.side, own.price, own.size, ts_us)
  }
  return { fills: venue.fills, quotes: seen.quotes }
}

function naiveOrders(events: readonly BookEvent<OrderRow>[], own: Own) {
  const venue = new NaiveQueue()
  const seen = new NaiveQuotes()
  const live = new Map<number, { side: 1 | -1; price: number; size: number }>()
  for (const { ts_us, rows } of events) {
    // A snapshot is an event of its own.
    const orders = rows.flatMap((row) => (row.is === 'add' ? [row] : []))
    const isSnapshot = rows[0]?.is === 'clear'
    if (isSnapshot) live.clear()
    if (isSnapshot) venue.apply({ is: 'snapshot', orders }, ts_us)
    for (const row of rows) {
      if (row.is === 'clear') continue
      if (!isSnapshot) venue.apply(row as Exclude<OrderRow, { is: 'delete' | 'clear' }>, ts_us)
      note(live, row)
    }
    const levels = new NaiveLevels()
    for (const { side, price, size } of live.values()) {
      const same = [...live.values()].filter((order) => order.side === side && order.price === price)
      levels.set(side, price, same.reduce((sum, order) => sum + order.size, 0) || size)
    }
    if (seen.show(ts_us, levels) && seen.quotes.length === own.at_quote)
      venue.rest(own.side, own.price, own.size)
  }
  return { fills: venue.fills as readonly NaiveFill[], quotes: seen.quotes }
}

function note(live: Map<number, { side: 1 | -1; price: number; size: number }>, row: OrderRow): void {
  const known = live.get(row.id)
  if (row.is === 'add') live.set(row.id, row)
  else if (row.is === 'modify' && known !== undefined)
    live.set(row.id, { ...known, price: row.price, size: row.size })
  else if (row.is === 'execute' && known !== undefined && known.size > row.size)
    live.set(row.id, { ...known, size: known.size - row.size })
  else live.delete(row.id)
}

function ownOf(random: RandomStream, isTaker: boolean): Own {
  const side = random.nextInt(2) === 0 ? 1 : -1
  const price = 110_000 - side * (isTaker ? -1 - random.nextInt(3) : 1 + random.nextInt(4))
  return { side, price, size: 1 + random.nextInt(12), at_quote: 3 + random.nextInt(10) }
}

test('a CSV of a book by price fills orders as a matcher written apart, and shows its quotes', async () => {
  let filled = 0
  for (let round = 0; round < 40; round++) {
    const random = new RandomStream(SEED, `levels/${round}`)
    const events = levelHistory(random, EVENTS)
    const own = ownOf(random, round % 3 === 0)
    const files = [
      { csv: tradeCsv(events), mapping: TRADE_MAPPING },
      { csv: levelCsv(events), mapping: LEVEL_MAPPING },
    ]
    const { fills, quotes } = await run({
      files,
      own,
      book: 'book_level',
      block_rows: 1 + random.nextInt(20),
    })
    filled += fills.length
    expect({ SEED, round, fills, quotes }).toEqual({ SEED, round, ...naiveLevels(events, own) })
  }
  expect(filled).toBeGreaterThan(40)
})

test('a CSV of a book by order fills orders as a matcher written apart, and shows its quotes', async () => {
  let filled = 0
  for (let round = 0; round < 40; round++) {
    const random = new RandomStream(SEED, `orders/${round}`)
    const events = orderHistory(random, EVENTS)
    const own = ownOf(random, false)
    const files = [{ csv: orderCsv(events), mapping: ORDER_MAPPING }]
    const { fills, quotes } = await run({
      files,
      own,
      book: 'book_order',
      block_rows: 1 + random.nextInt(20),
    })
    filled += fills.length
    expect({ SEED, round, fills, quotes }).toEqual({ SEED, round, ...naiveOrders(events, own) })
  }
  expect(filled).toBeGreaterThan(40)
})

const OWN: Own = { side: 1, price: 110_001, size: 9, at_quote: 4 }
const levels = (seed: number) => {
  const events = levelHistory(new RandomStream(seed, 'levels'), EVENTS)
  return [
    { csv: tradeCsv(events), mapping: TRADE_MAPPING },
    { csv: levelCsv(events), mapping: LEVEL_MAPPING },
  ]
}
const orders = (seed: number) => [
  { csv: orderCsv(orderHistory(new RandomStream(seed, 'orders'), EVENTS)), mapping: ORDER_MAPPING },
]

test.each(['book_level', 'book_order'] as const)(
  'blocks of any size give the same run of a %s',
  async (book) => {
    const files = book === 'book_level' ? levels(7) : orders(7)
    const expected = await run({ files, own: OWN, book })
    expect(expected.fills.length).toBeGreaterThan(0)
    for (const block_rows of [1, 2, 3, 7, 10_000])
      expect(await run({ files, own: OWN, book, block_rows })).toEqual(expected)
  },
)

test('with a latency of data the exchange has its book at once, and the node its quotes later', async () => {
  const files = orders(7)
  const onTime = await run({ files, own: { ...OWN, at_quote: 999 }, book: 'book_order' })
  const late = await run({ files, own: OWN, book: 'book_order', data_us: 1_500 })
  expect(late.quotes).toEqual(onTime.quotes)
  expect(late.result.data).toEqual(onTime.result.data)
  expect(late.fills.length).toBeGreaterThan(0)
  const placed_us = (late.quotes[3]?.[0] ?? 0) + 1_500
  expect(late.fills[0]?.at).toBeGreaterThanOrEqual(placed_us)
  for (const block_rows of [1, 3])
    expect(await run({ files, own: OWN, book: 'book_order', data_us: 1_500, block_rows })).toEqual(late)
})

test('a venue that trades on quotes takes those its book shows, and ignores nothing', async () => {
  const [, book] = levels(8)
  const { fills, quotes, result } = await run({
    files: book === undefined ? [] : [book],
    own: { ...OWN, price: 110_020, size: 1_000 },
    book: 'quote',
  })
  const [ts_us, , ask, , size] = quotes[3] ?? []
  // What is shown at the touch, and the rest when the next quote shows anew.
  expect(fills[0]).toEqual({ at: ts_us, price: ask, size })
  expect(result.venues).toEqual([{ ...NO_BARS, ignored_row_count: 0 }])
})

test('quotes beside a book are what the node sees; the venue of the book ignores and counts them', async () => {
  const tape = quoteTape({ instrument_id: 'AAA.one', row_count: 30, gap_ms_max: 5 })
  const { quotes, result } = await run({ files: orders(9), own: OWN, book: 'book_order', beside: [tape] })
  expect(quotes).toEqual(tape.rows.map((row) => row.slice(0, 5)))
  expect(result.venues).toEqual([{ ...NO_BARS, ignored_row_count: 30 }])
  expect(result.data).toMatchObject({ quotes: 30, trades: 0, bars: 0, book_levels: 0 })
})

test('a book beside quotes is ignored and counted by a venue that trades on quotes', async () => {
  const tape = quoteTape({ instrument_id: 'AAA.one', row_count: 30, gap_ms_max: 5 })
  const beside = lines(`${at(0)},1,update,bid,1.10000,5`, `${at(0)},1,update,ask,1.10002,5`)
  const { result } = await run({ files: [beside], own: OWN, book: 'quote', beside: [tape] })
  expect(result.data).toMatchObject({ quotes: 30, book_levels: 2 })
  expect(result.venues).toMatchObject([{ ignored_row_count: 2 }])
})

const lines = (...rows: string[]): File => ({
  csv: ['t,e,a,s,p,q', ...rows].join('\n'),
  mapping: LEVEL_MAPPING,
})
const at = (us: number) => START_US + us

test('a book that is crossed, or lost a side, shows nothing; one that stands is confirmed before it is stale', async () => {
  const { quotes } = await run({
    files: [
      lines(
        `${at(0)},1,update,bid,1.10000,5`,
        `${at(0)},1,update,ask,1.10002,5`,
        `${at(1)},2,update,bid,1.10003,5`,
        `${at(2)},3,update,bid,1.10003,0`,
        `${at(3)},4,clear,,,`,
        `${at(4)},5,update,bid,1.10000,5`,
        `${at(5)},6,update,ask,1.10002,5`,
        `${at(6)},7,update,ask,1.10009,1`,
        `${at(30_000_000)},8,update,ask,1.10009,2`,
        `${at(30_000_001)},9,update,ask,1.10002,4`,
      ),
    ],
    own: { ...OWN, at_quote: 99 },
    book: 'book_level',
  })
  expect(quotes).toEqual([
    [at(0), 110_000, 110_002, 5, 5],
    // Thirty seconds are half of what makes a quote stale.
    [at(30_000_000), 110_000, 110_002, 5, 5],
    [at(30_000_001), 110_000, 110_002, 5, 4],
  ])
})
