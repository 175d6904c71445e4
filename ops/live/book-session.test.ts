import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { openChdbTickStore } from '../../adapters/clickhouse/chdb-tick-store.ts'
import { openFileJournal } from '../../adapters/journal-file/file-journal.ts'
import { RandomStream } from '../../engine/random-stream.ts'
import { must } from '../../schemas/assert.ts'
import { builtInInstruments } from '../../schemas/instrument-table.ts'
import type { VenueCommand } from '../../schemas/messages/order.ts'
import { isFill, type OrderFact } from '../../schemas/messages/order-fact.ts'
import {
  apart,
  levelHistory,
  levelTape,
  orderHistory,
  orderTape,
  tradesOf,
} from '../../sim/backtest/book-history.test-support.ts'
import { sourceOf } from '../../sim/backtest/memory-tick-store.test-support.ts'
import type { Tape } from '../../sim/backtest/tape.test-support.ts'
import { auditLedger } from '../../sim/paper-venue/ledger-audit.ts'
import { NO_MODELS } from '../../sim/paper-venue/venue-config.test-support.ts'
import { runCli } from '../cli/run-cli.test-support.ts'
import { openPaperSession } from './paper-session.ts'

// A session on a book trades as a backtest of the same configuration does. Its clock is moved from event to event by the
// test, so that what an order meets depends on nothing else.

const SEED = 20_261_129
const EVENTS = 100
const ID = 'EURUSD.gen'

/** Reads neither fills nor positions. A quote of the moment decides, so that one shown twice would be seen. */
const TRADER = `
import { defineStrategy, Type } from 'orrery'
export const heedless = defineStrategy({
  name: 'heedless',
  params: Type.Object({}),
  state: () => ({}),
  onQuote(ctx, { instrument_id: instrument, bid_price_units: bid, ask_price_units: ask }) {
    const chance = Math.floor(ctx.random() * 12)
    const side = ctx.random() < 0.5 ? 'buy' : 'sell'
    const quantity_units = 1 + Math.floor(ctx.random() * 9)
    if (chance > 6) return
    if (chance === 0) return void ctx.submit({ instrument, side, quantity_units: 3 * quantity_units })
    const limit_price_units = side === 'buy' ? bid - (chance % 3) : ask + (chance % 3)
    ctx.submit({ instrument, side, quantity_units, limit_price_units })
  },
})
`

const SESSIONS = { book_level: 'levels', book_order: 'orders' } as const

const configOf = (kind: Kind, trades: string) => `
session: ${SESSIONS[kind]}
seed: 11
data:
  store: ./ticks
  from: 2024-01-01T00:00:00Z
  to: 2024-01-01T00:01:00Z
  sources: [${trades}{ venue: gen, kind: ${kind}, instruments: [EURUSD] }]
live: { feeds: [{ venue: gen, kind: history }], snapshot_inputs: 40 }
venues: [{ id: gen, simulation: { book: ${kind} } }]
accounts:
  - id: main
    venues: [gen]
    currency: USD
    balance: 1000000
    risk:
      order_quantity_max: 100000
      order_notional_max: 20000000
      position_quantity_max: 100000
      order_rate: { orders_max: 1000 }
strategies: [{ id: heedless, source: trader.ts#heedless, account: main, instruments: [${ID}] }]
`

const TAPES = {
  book_level: () => {
    const events = apart(levelHistory(new RandomStream(SEED, 'levels'), EVENTS))
    return [tradesOf(ID, events), levelTape(ID, events)]
  },
  book_order: () => [orderTape(ID, apart(orderHistory(new RandomStream(SEED, 'orders'), EVENTS)))],
} satisfies Record<string, () => Tape[]>
type Kind = keyof typeof TAPES

let cwd = ''
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'orrery-book-session-'))
  await writeFile(join(cwd, 'trader.ts'), TRADER)
  await writeFile(
    join(cwd, 'book_level.yaml'),
    configOf('book_level', '{ venue: gen, kind: trade, instruments: [EURUSD] }, '),
  )
  await writeFile(join(cwd, 'book_order.yaml'), configOf('book_order', ''))
  const store = await openChdbTickStore({ directory: join(cwd, 'ticks') })
  await store.putInstruments(builtInInstruments().filter(({ instrument_id }) => instrument_id === ID))
  for (const tapes of Object.values(TAPES))
    for (const { series, rows } of tapes()) await store.write(sourceOf(series, rows))
  await store.close()
})
afterAll(() => rm(cwd, { recursive: true }))

test.each(['book_level', 'book_order'] as const)(
  '[V8] [V19] a session on a %s, ended and started again, orders and fills as a backtest of its configuration, and orders as one over what it processed',
  { timeout: 240_000 },
  async (kind) => {
    const backtest = runCli(['backtest', `${kind}.yaml`, '--out', `bt-${kind}`, '--json'], { cwd })
    expect(backtest.stderr).toBe('')
    const first = await lifeOf(kind, 0, EVENTS / 2)
    const second = await lifeOf(kind, EVENTS / 2, EVENTS)
    expect(second.epoch).toBe(2)
    const orders = [...first.orders, ...second.orders]
    expect(orders.length).toBeGreaterThan(15)
    expect(orders).toEqual(backtestRows(`bt-${kind}`, 'orders.csv', 'submitted').sort(byCounter))
    const fills = await ledgerFills(kind)
    expect(fills.length).toBeGreaterThan(8)
    // What takes more than the best level shows walks the book.
    expect(fills.filter((fill, at) => isDeeper(fill, fills[at - 1])).length).toBeGreaterThan(0)
    expect(fills).toEqual(backtestRows(`bt-${kind}`, 'fills.csv', 'time'))
    const refused = runCli(['backtest', `${kind}.yaml`, ...PROCESSED[kind].slice(0, 2)], { cwd })
    expect(refused.exit_code).toBe(2)
    expect(refused.stderr).toContain(
      'of a book a session processes the quotes that it shows, and not its rows.',
    )
    const over = runCli(['backtest', `${kind}.yaml`, ...PROCESSED[kind], '--out', `over-${kind}`], { cwd })
    expect(over).toMatchObject({ stderr: '', exit_code: 0 })
    expect(backtestRows(`over-${kind}`, 'orders.csv', 'submitted').sort(byCounter)).toEqual(orders)
    expect(JSON.parse(runCli(['verify', SESSIONS[kind], '--json'], { cwd }).stdout)).toMatchObject({
      is_equal: true,
    })
  },
)

/** A backtest over what the session processed: of its book the quotes this showed. */
const PROCESSED = {
  book_level: processed('book_level', 1),
  book_order: processed('book_order', 0),
} as const

function processed(kind: Kind, source: number): string[] {
  const session = SESSIONS[kind]
  return [
    `data.processed=${session}/${session}`,
    `data.sources.${source}.kind=quote`,
    'venues.gen.simulation.book=quote',
  ].flatMap((value) => ['--set', value])
}

type Order = readonly [ts_us: number, counter: number, side: string, quantity: number, price: number]
type Life = { readonly epoch: number; readonly orders: readonly Order[] }

/** Events of the history from one to another, each when all that the one before caused is over; then the process is gone. */
async function lifeOf(kind: Kind, from: number, to: number): Promise<Life> {
  const events = eventsOf(kind)
  let passed_us = 0
  // Half a microsecond more, so that the clock comes to the very microsecond.
  const monotonic_ms = () => (passed_us === 0 ? 0 : (passed_us + 0.5) / 1_000)
  const orders: Order[] = []
  const pending = new Set<string>()
  const failure = Promise.withResolvers<never>()
  failure.promise.catch(() => undefined)
  const paper = await openPaperSession({
    path: join(cwd, `${kind}.yaml`),
    set: [`data.store=${join(cwd, 'ticks')}`],
    observer: {
      onCommand: (command, ts_us) => {
        pending.add(command.client_order_id)
        if (isOrder(command)) orders.push([ts_us, ...orderOf(command)])
      },
      onFact: (fact: OrderFact) => {
        if (fact.type === 'order.accepted' || isFill(fact) || fact.ended) pending.delete(fact.client_order_id)
      },
    },
    onAlert: () => undefined,
    onFault: ({ message }) => failure.reject(new Error(message)),
    onFailure: failure.reject,
    onHistoryEnd: (error) => error !== undefined && failure.reject(error),
    between: { time: { wall_ms: monotonic_ms, monotonic_ms } },
  })
  onTestFinished(() => paper.close())
  const { session } = paper
  const { sequencer } = session
  const isOver = () => {
    const { appended_lsn, durable_lsn } = session.journalState
    return !sequencer.has_input && pending.size === 0 && appended_lsn === durable_lsn
  }
  const until = (is: () => boolean) => Promise.race([failure.promise, reached(is)])
  await session.run()
  const begin_us = paper.clock.now_us()
  // What a venue is asked it answers when the moment of the last event is over.
  if (from > 0) passed_us = must(events[from - 1], 'an event is there').ts_us + 2 - begin_us
  await until(() => session.is_trading_enabled && isOver())
  let rows = 0
  for (const event of events.slice(from, to)) {
    passed_us = event.ts_us - begin_us
    rows += event.rows
    await until(() => (session.feeds[0]?.counts()['book_rows'] ?? 0) === rows && isOver())
  }
  await session.abandon()
  await paper.close()
  return { epoch: session.start.epoch, orders }
}

async function reached(is: () => boolean): Promise<void> {
  for (let quiet = 0; quiet < 2; await turn()) quiet = is() ? quiet + 1 : 0
}

function eventsOf(kind: Kind): { readonly ts_us: number; readonly rows: number }[] {
  const { rows } = must(TAPES[kind]().at(-1), 'a book is the last of its tapes')
  const counts = new Map<number, number>()
  for (const [ts_us = 0] of rows) counts.set(ts_us, (counts.get(ts_us) ?? 0) + 1)
  return [...counts].map(([ts_us, count]) => ({ ts_us, rows: count }))
}

type NewOrder = Extract<VenueCommand, { type: 'new_order_single' }>

function isOrder(command: VenueCommand): command is NewOrder {
  return command.type === 'new_order_single'
}

function orderOf({ counter, side, order_quantity_units, price_units }: NewOrder) {
  return [counter, side, order_quantity_units, price_units] as const
}

async function ledgerFills(kind: Kind): Promise<Order[]> {
  const journal = await openFileJournal({ directory: join(cwd, 'runs', SESSIONS[kind], 'exchange') })
  try {
    const { fills, is_consistent, duplicates_received } = await auditLedger(journal, NO_MODELS)
    expect({ is_consistent, duplicates_received }).toEqual({ is_consistent: true, duplicates_received: 0 })
    return fills.map(({ ts_event_us, client_order_id, side, quantity_units, price_units }) => [
      ts_event_us,
      Number(client_order_id.split('-').at(-1)),
      side,
      quantity_units,
      price_units,
    ])
  } finally {
    await journal.close()
  }
}

/** As the columns of a run's file have them, by name. */
function backtestRows(folder: string, file: string, time: string): Order[] {
  const [header = '', ...lines] = readFileSync(join(cwd, folder, file), 'utf8')
    .trimEnd()
    .split('\n')
  const names = header.split(',')
  return lines.map((line) => {
    const fields = line.split(',')
    const value = (name: string) => fields[names.indexOf(name)] ?? ''
    return [
      Number(Temporal.Instant.from(value(time)).epochNanoseconds / 1_000n),
      Number(value('order_counter')),
      value('side'),
      Number(value('quantity')),
      Math.round(Number(value('price')) * 100_000),
    ]
  })
}

/** A second price of one order in one moment. */
function isDeeper([ts_us, counter, , , price]: Order, before: Order | undefined): boolean {
  return before?.[0] === ts_us && before[1] === counter && before[4] !== price
}

function byCounter([, a]: Order, [, b]: Order): number {
  return a - b
}
