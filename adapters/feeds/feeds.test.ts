import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { BusDelivery, BusStart } from '../../engine/bus-port.ts'
import { fxPair } from '../../engine/instrument.test-support.ts'
import { compileInstrument } from '../../engine/instrument-spec.ts'
import type {
  BookColumns,
  BookKind,
  QuoteColumns,
  SeriesReading,
  TickColumns,
  TradeColumns,
} from '../../engine/tick-store-port.ts'
import type { VenueId } from '../../schemas/ids.ts'
import type { BusEnvironment } from '../../schemas/subjects.ts'
import { BusFeed } from './bus-feed.ts'
import { HandClock } from './hand-clock.test-support.ts'
import { HistoryFeed } from './history-feed.ts'
import { OfferedRows } from './offered-rows.test-support.ts'
import { ReaderLag } from './reader-lag.ts'

const VENUE = 'fxcm' as VenueId
/** Long before the clock of these tests, and no stamp in another unit. */
const LATE_US = 900_000_000
const SPECS = ['EURUSD.fxcm', 'NZDUSD.fxcm'].map((instrument_id, at) =>
  compileInstrument(fxPair({ instrument_id }), at),
)

test('[B5] what is published on a venue’s subjects is offered with its place in the stream, once', async () => {
  const { bus, feed, sink, clock } = await busDesk()
  expect(bus.subscribed).toEqual([
    ['paper.md.quote.fxcm.EURUSD', 'paper.md.quote.fxcm.NZDUSD', 'paper.md.trade.fxcm.EURUSD'],
    { at: 'new' },
  ])
  const quote = { ts_event_us: clock.now_us(), bid: '1.10000', ask: '1.10001' }
  bus.deliver(7, 'paper.md.quote.fxcm.NZDUSD', [quote, { nonsense: true }, quote])
  bus.deliver(9, 'paper.md.trade.fxcm.EURUSD', { ts_event_us: LATE_US, price: '1.1', size: '3' })
  bus.deliver(9, 'paper.md.trade.fxcm.EURUSD', { ts_event_us: LATE_US, price: '1.1', size: '3' })
  bus.deliver(10, 'paper.md.quote.fxcm.EURUSD', { ...quote, ts_event_us: clock.now_us() + 10_000_001 })
  expect(sink.rows.map(({ type, instrument_index }) => [type, instrument_index])).toEqual([
    ['quote', 1],
    ['quote', 1],
    ['trade', 0],
  ])
  expect(sink.origins).toEqual([
    [7, 0],
    [7, 2],
    [9, 0],
  ])
  expect([feed.repeated_count, sink.refused_codes]).toEqual([1, ['bad_row', 'time_ahead']])
  await feed.close()
  bus.deliver(11, 'paper.md.quote.fxcm.NZDUSD', quote)
  expect(sink.rows.length).toBe(3)
})

test('[B9] a bus that lost the end of its stream gives numbers again: their rows are taken once, told apart, behind a gap', async () => {
  const { bus, feed, sink } = await busDesk()
  const trade = (sequence: number, size: string) =>
    bus.deliver(sequence, 'paper.md.trade.fxcm.EURUSD', { ts_event_us: LATE_US, price: '1.1', size })
  trade(7, '1')
  trade(8, '2')
  bus.stream_life = 2
  trade(8, '3')
  trade(8, '3')
  trade(9, '4')
  expect(sink.rows.map((row) => row.type === 'trade' && row.size_units)).toEqual([1, 2, 3, 4])
  expect([sink.origins, sink.streams, feed.repeated_count]).toEqual([
    [
      [7, 0],
      [8, 0],
      [8, 0],
      [9, 0],
    ],
    ['bus/fxcm/2'],
    1,
  ])
  expect(sink.events).toEqual([
    [VENUE, 'connected'],
    [VENUE, 'gap'],
    [VENUE, 'resynchronised'],
  ])
})

test('[B2] a quote of long ago is not the market again, one that is a little late is taken, and a late trade is', async () => {
  const { bus, sink, clock } = await busDesk()
  const at = (ts_event_us: number) => ({ ts_event_us, bid: '1.10000', ask: '1.10001' })
  const now_us = clock.now_us()
  bus.deliver(1, 'paper.md.quote.fxcm.EURUSD', at(now_us))
  bus.deliver(2, 'paper.md.quote.fxcm.EURUSD', [at(now_us - 10_000_000), at(now_us - 10_000_001), at(now_us)])
  bus.deliver(3, 'paper.md.quote.fxcm.NZDUSD', at(LATE_US))
  bus.deliver(4, 'paper.md.trade.fxcm.EURUSD', { ts_event_us: LATE_US, price: '1.1', size: '3' })
  expect(sink.origins).toEqual([
    [1, 0],
    [2, 0],
    [2, 2],
    [3, 0],
    [4, 0],
  ])
  expect(sink.refused_codes).toEqual(['time_behind'])
})

test('[B5] a connection lost and found again is told to the node', async () => {
  const { bus, sink } = await busDesk()
  bus.connection(false, 'the server has gone')
  bus.connection(true, 'connected again')
  expect(sink.events).toEqual([
    [VENUE, 'connected'],
    [VENUE, 'disconnected'],
    [VENUE, 'connected'],
  ])
})

test('[B8] quotes that have waited conflate, and a market that waited longer is in gap before its row comes, until none waits', async () => {
  const { bus, sink, clock } = await busDesk()
  const next = waitingQuotes(bus, clock)
  next(0, 0)
  next(100_000, 9)
  expect([sink.isBehind, sink.events]).toEqual([false, [[VENUE, 'connected']]])
  next(100_001, 8)
  next(1_000_000, 7)
  expect([sink.isBehind, sink.events.length, sink.rows.length]).toEqual([true, 1, 4])
  sink.onEvent = () => expect(sink.rows.length).toBe(4)
  next(1_000_001, 6)
  expect(sink.events.at(-1)).toEqual([VENUE, 'gap'])
  // However long nothing comes, there is more.
  clock.pass(60_000_000)
  sink.onEvent = () => expect(sink.rows.length).toBe(6)
  next(150_000, 5)
  next(100_000, 4)
  expect([sink.isBehind, sink.events.slice(1)]).toEqual([
    false,
    [
      [VENUE, 'gap'],
      [VENUE, 'resynchronised'],
    ],
  ])
})

test('[B8] where the last that waited has nothing behind it the gap ends when nothing has come for a while', async () => {
  const { bus, feed, sink, clock } = await busDesk()
  const next = waitingQuotes(bus, clock)
  next(0, 0)
  next(2_000_000, 1)
  next(2_000_000, 0)
  clock.pass(90_000)
  next(1_900_000, 0)
  clock.pass(99_999)
  expect([sink.isBehind, sink.events.at(-1)]).toEqual([true, [VENUE, 'gap']])
  clock.pass(1)
  expect([sink.isBehind, sink.events.at(-1)]).toEqual([false, [VENUE, 'resynchronised']])
  next(2_000_000, 0)
  await feed.close()
  clock.pass(1_000_000)
  expect(sink.events.at(-1)).toEqual([VENUE, 'gap'])
})

test('[B8] a clock that is set is followed within two minutes', () => {
  const lag = new ReaderLag()
  const second = 1_000_000
  expect([lag.of(3 * second, 0, 0), lag.of(3 * second, 4, second)]).toEqual([0, second])
  // Ahead: at once. Back: what comes looks old until the windows that knew it better are over.
  expect([lag.of(9 * second, 0, second), lag.of(9 * second, 4, 2 * second)]).toEqual([0, second])
  const ages = Array.from({ length: 180 }, (_, at) => lag.of(at * second, 0, at * second))
  expect(ages.findLastIndex((age) => age > 0)).toBeLessThan(122)
  expect(lag.of(180 * second, 1, 181 * second)).toBe(second)
})

test('[B8] of a sender that says nothing of what waits, what comes in time tells the difference of the clocks', () => {
  const lag = new ReaderLag()
  const second = 1_000_000
  // A way that takes a little longer each second, as by a clock that is slow, is no lag; what has waited stays one.
  const ages = Array.from({ length: 600 }, (_, at) => lag.ofSteady(at * second, at * (second + 200)))
  expect(Math.max(...ages)).toBeLessThanOrEqual(100_000)
  const late = Array.from({ length: 300 }, (_, at) =>
    lag.ofSteady((600 + at) * second, (600 + at) * (second + 200) + 2 * second),
  )
  expect(Math.min(...late)).toBeGreaterThan(1_900_000)
})

test('[B6] a history is offered in order of time, each row when the clock has reached it, and its end is told', async () => {
  const clock = new HandClock(1_000)
  const sink = new OfferedRows()
  const ended: unknown[] = []
  const series = [
    historyOf(0, [quotes([1_500, 3_000]), quotes([]), quotes([9_000])]),
    historyOf(1, [trades([1_400, 3_000, 20_000])]),
  ]
  const feed = new HistoryFeed({ series, clock, onEnd: (error) => ended.push(error) })
  await feed.start(sink)
  for (let at = 0; at < 40; at++) {
    clock.pass(500)
    await turn()
    expect(sink.rows.every(({ ts_event_us }) => ts_event_us <= clock.now_us())).toBe(true)
  }
  expect(sink.rows.map(({ ts_event_us, instrument_index }) => [ts_event_us, instrument_index])).toEqual([
    [1_400, 1],
    [1_500, 0],
    [3_000, 0],
    [3_000, 1],
    [9_000, 0],
    [20_000, 1],
  ])
  expect(sink.rows.every(({ ts_recv_us, ts_event_us }) => ts_recv_us >= ts_event_us)).toBe(true)
  expect([ended, sink.events]).toEqual([
    [undefined],
    [
      [VENUE, 'connected'],
      [VENUE, 'disconnected'],
    ],
  ])
  await feed.close()
})

test('[B6] a history waits while the node has no room, and loses nothing', async () => {
  const clock = new HandClock(1_000_000)
  const sink = new OfferedRows()
  sink.room = 3
  const stamps = Array.from({ length: 10 }, (_, at) => 1_000 + at)
  const feed = new HistoryFeed({ series: [historyOf(0, [quotes(stamps)])], clock, onEnd: () => undefined })
  await feed.start(sink)
  await turn()
  expect(sink.rows.length).toBe(3)
  for (let at = 0; at < 20; at++) {
    sink.room = 2
    clock.pass(1_000)
    await turn()
  }
  expect(sink.rows.map(({ ts_event_us }) => ts_event_us)).toEqual(stamps)
  await feed.close()
})

test('[B6] a history that cannot be read further is a lost connection, and the reason is told', async () => {
  const clock = new HandClock(1_000_000)
  const sink = new OfferedRows()
  const ended: unknown[] = []
  async function* broken() {
    yield quotes([1])
    throw new Error('the recorder has gone')
  }
  const series = [{ ...historyOf(0, []), reading: { ...historyOf(0, []).reading, blocks: broken() } }]
  const feed = new HistoryFeed({ series, clock, onEnd: (error) => ended.push(error) })
  await feed.start(sink)
  for (let at = 0; at < 4; at++) await turn()
  expect([sink.rows.length, ended, sink.events.at(-1)]).toEqual([
    1,
    [new Error('the recorder has gone')],
    [VENUE, 'disconnected'],
  ])
  await feed.close()
})

const EVENTS = [
  { ts_us: 1_000, rows: 1 },
  { ts_us: 1_000, rows: 3 },
  { ts_us: 2_000, rows: 2 },
  { ts_us: 2_000, rows: 1 },
  { ts_us: 5_000, rows: 4 },
]

test.each(['book_level', 'book_order'] as const)(
  '[B7] an event of a %s is offered whole, whatever blocks it comes in, behind a trade of its moment',
  async (kind) => {
    const whole = await offered({ kind, block_rows: 100 })
    expect(whole.books.map(({ rows }) => rows.length)).toEqual([1, 3, 2, 1, 4])
    expect(whole.books.flatMap(({ rows }) => rows)).toEqual(bookRows(kind))
    expect(whole.rows.map(({ ts_event_us }) => ts_event_us)).toEqual([1_000, 2_000])
    expect(whole.origins.map(([sequence]) => sequence)).toEqual([1, 2, 3, 4, 5, 6, 7])
    for (const block_rows of [1, 2, 3, 4, 5])
      expect((await offered({ kind, block_rows })).books).toEqual(whole.books)
  },
)

test('[B7] a history goes on behind what was taken, and is refused where that is not there any more', async () => {
  const whole = await offered({ kind: 'book_order', block_rows: 2 })
  // At 2,000 the trade and the first of two events.
  const behind = { ts_event_us: 2_000, row_count: 3 }
  const rest = await offered({ kind: 'book_order', block_rows: 2, behind })
  expect([rest.books, rest.rows]).toEqual([whole.books.slice(3), []])
  for (const gone of [
    { ts_event_us: 1_500, row_count: 1 },
    { ts_event_us: 2_000, row_count: 5 },
  ])
    await expect(offered({ kind: 'book_order', block_rows: 2, behind: gone })).rejects.toMatchObject({
      code: 'session.other_history',
    })
})

type Offered = {
  readonly kind: BookKind
  readonly block_rows: number
  readonly behind?: { readonly ts_event_us: number; readonly row_count: number }
}

/** A book with a trade before it, from where it goes on. */
async function offered({ kind, block_rows, behind }: Offered): Promise<OfferedRows> {
  const from_us = behind?.ts_event_us ?? 0
  const rows = bookRows(kind).filter(([ts_us = 0]) => ts_us >= from_us)
  const blocks = Array.from({ length: Math.ceil(rows.length / block_rows) }, (_, at) =>
    bookBlock(kind, rows.slice(at * block_rows, (at + 1) * block_rows)),
  )
  const sink = new OfferedRows()
  const ended = Promise.withResolvers<unknown>()
  const stamps = [1_000, 2_000].filter((ts_us) => ts_us >= from_us)
  const series = [historyOf(0, [trades(stamps)]), historyOf(0, blocks)]
  const feed = new HistoryFeed({ series, clock: new HandClock(1_000_000), behind, onEnd: ended.resolve })
  await feed.start(sink)
  expect(await ended.promise).toBe(undefined)
  await feed.close()
  return sink
}

/** Rows as `OfferedRows` notes them, no two alike. */
function bookRows(kind: BookKind): number[][] {
  let price = 0
  return EVENTS.flatMap(({ ts_us, rows }) =>
    Array.from({ length: rows }, (_, at) => {
      const id = kind === 'book_order' ? [++price] : []
      return [ts_us, 0, ...id, 1, ++price, 5, Number(at === rows - 1)]
    }),
  )
}

function bookBlock(kind: BookKind, rows: readonly (readonly number[])[]): BookColumns {
  const names = ['ts_event_us', 'action', 'side', 'price_units', 'size_units', 'is_last']
  if (kind === 'book_order') names.splice(2, 0, 'order_id')
  const columns = names.map((name, at) => [name, Float64Array.from(rows, (row) => row[at] as number)])
  return { kind, count: rows.length, ...Object.fromEntries(columns) } as BookColumns
}

/** The clock of its server is no better than another. */
const SERVER_OFF_US = -7_000_000

/** A bus that delivers what a test says. */
class HandBus {
  readonly #clock: HandClock
  subscribed: [readonly string[], BusStart] | undefined
  stream_life = 1
  #onMessage: (delivery: BusDelivery) => void | Promise<void> = () => undefined
  #listener: (connected: boolean, reason: string) => void = () => undefined

  constructor(clock: HandClock) {
    this.#clock = clock
  }

  subscribe(
    subjects: readonly string[],
    start: BusStart,
    onMessage: (delivery: BusDelivery) => void | Promise<void>,
  ) {
    this.subscribed = [subjects, start]
    this.#onMessage = onMessage
    return Promise.resolve({ close: () => Promise.resolve() })
  }

  onConnection(listener: (connected: boolean, reason: string) => void): void {
    this.#listener = listener
  }

  /** @param place when the bus took it, and what waited behind it; absent: it was handed out at once. */
  deliver(
    sequence: number,
    subject: string,
    value: unknown,
    place = { ts_stored_us: this.#clock.now_us() + SERVER_OFF_US, pending_count: 0 },
  ): void {
    const payload = Buffer.from(JSON.stringify(value))
    const { stream_life } = this
    const delivery = { subject, message_id: '', payload, stream: 'paper_md', stream_life, sequence, ...place }
    expect(this.#onMessage(delivery)).toBe(undefined)
  }

  connection(connected: boolean, reason: string): void {
    this.#listener(connected, reason)
  }
}

/** Hands in a quote that has waited so long, with so many behind it. */
function waitingQuotes(bus: HandBus, clock: HandClock) {
  let sequence = 0
  return (waited_us: number, pending_count: number) => {
    const now_us = clock.now_us()
    const quote = { ts_event_us: now_us, bid: '1.10000', ask: '1.10001' }
    const ts_stored_us = now_us + SERVER_OFF_US - waited_us
    bus.deliver(++sequence, 'paper.md.quote.fxcm.EURUSD', quote, { ts_stored_us, pending_count })
  }
}

async function busDesk() {
  const clock = new HandClock()
  const bus = new HandBus(clock)
  const sink = new OfferedRows()
  const [eurusd, nzdusd] = SPECS as [(typeof SPECS)[number], (typeof SPECS)[number]]
  const feed = new BusFeed({
    bus,
    environment: 'paper' as BusEnvironment,
    venue_id: VENUE,
    series: [
      { spec: eurusd, kind: 'quote' },
      { spec: nzdusd, kind: 'quote' },
      { spec: eurusd, kind: 'trade' },
    ],
    clock,
  })
  await feed.start(sink)
  return { bus, feed, sink, clock }
}

function historyOf(instrument_index: number, blocks: TickColumns[]) {
  async function* stream() {
    yield* blocks
  }
  const series = { instrument_id: 'EURUSD.fxcm', kind: 'quote' } as const
  const reading: SeriesReading = { series, row_count: 0, manifests: [], blocks: stream() }
  return { reading, instrument_index, venue_id: VENUE }
}

function quotes(stamps: number[]): QuoteColumns {
  const column = Float64Array.from(stamps)
  const prices = { bid_price_units: column, ask_price_units: column }
  return {
    kind: 'quote',
    count: stamps.length,
    ts_event_us: column,
    ...prices,
    bid_size_units: column,
    ask_size_units: column,
  }
}

function trades(stamps: number[]): TradeColumns {
  const column = Float64Array.from(stamps)
  return {
    kind: 'trade',
    count: stamps.length,
    ts_event_us: column,
    price_units: column,
    size_units: column,
    aggressor_side: column,
  }
}
