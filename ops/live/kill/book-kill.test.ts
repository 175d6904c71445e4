import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openChdbTickStore } from '../../../adapters/clickhouse/chdb-tick-store.ts'
import { openFileJournal } from '../../../adapters/journal-file/file-journal.ts'
import { BOOK_ACTION } from '../../../engine/book/book-action.ts'
import { CanonicalReader } from '../../../engine/canonical/canonical-reader.ts'
import { RECORD_KIND } from '../../../engine/journal-port.ts'
import { RandomStream } from '../../../engine/random-stream.ts'
import type { BookColumns } from '../../../engine/tick-store-port.ts'
import { builtInInstruments } from '../../../schemas/instrument-table.ts'
import { orderHistory, orderTape } from '../../../sim/backtest/book-history.test-support.ts'
import { sourceOf } from '../../../sim/backtest/memory-tick-store.test-support.ts'
import { START_US, type Tape } from '../../../sim/backtest/tape.test-support.ts'
import { NaiveQueue, type Shown } from '../../../sim/exchange/judges/naive-queue.test-support.ts'
import { readBookBatch } from '../../../sim/paper-venue/book-batch.ts'
import { auditLedger } from '../../../sim/paper-venue/ledger-audit.ts'
import { isLedgerBook, isLedgerCommand, readLedgerCommand } from '../../../sim/paper-venue/ledger-codec.ts'
import { NO_MODELS } from '../../../sim/paper-venue/venue-config.test-support.ts'
import { CRASH_POINTS } from './crash-points.test-support.ts'
import { killRun } from './kill-run.test-support.ts'

const ID = 'EURUSD.gen'
const EVENTS = 16_000
/** Fifty events a second, for longer than all lives. */
const STRETCH = 20
/** One at each; a hundred would take a longer history. */
const KILLS = CRASH_POINTS.length

/** One order at a time, at the touch, where it stands behind those who came before. */
const MAKER = `
import { defineStrategy, Type } from 'orrery'
export const maker = defineStrategy({
  name: 'maker',
  params: Type.Object({}),
  state: () => ({ quotes: 0 }),
  onQuote(ctx, { instrument_id: instrument, bid_price_units: bid, ask_price_units: ask }) {
    ctx.state.quotes++
    if (!ctx.is_trading || ctx.openOrders().length > 0) return
    const side = ctx.position(instrument) > 0 ? 'sell' : 'buy'
    const limit_price_units = side === 'buy' ? bid : ask
    ctx.submit({ instrument, side, quantity_units: 1 + (ctx.state.quotes % 3), limit_price_units })
  },
})
`

const SESSION = `
session: kill
data:
  store: ./ticks
  from: 2024-01-01T00:00:00Z
  to: 2024-01-01T00:10:00Z
  sources: [{ venue: gen, kind: book_order, instruments: [EURUSD] }]
live: { feeds: [{ venue: gen, kind: history }], snapshot_inputs: 300, record: false }
venues: [{ id: gen, simulation: { book: book_order } }]
accounts:
  - id: main
    venues: [gen]
    currency: USD
    balance: 100000
    risk:
      order_quantity_max: 10000
      order_notional_max: 20000
      position_quantity_max: 50000
      order_rate: { orders_max: 1000 }
strategies: [{ id: maker, source: trader.ts#maker, account: main, instruments: [${ID}] }]
`

test('[V19] [N7] killed at every crash point, a session on a book by order goes on with the book it had, and verifies', {
  timeout: 180_000 + KILLS * 20_000,
}, async () => {
  const seed = Date.now() % 100_000
  const events = orderHistory(new RandomStream(seed, 'orders'), EVENTS)
  const tape = orderTape(
    ID,
    events.map((event) => ({ ...event, ts_us: START_US + STRETCH * (event.ts_us - START_US) })),
  )
  let fills = 0
  const { broken, notes, orders } = await killRun({
    seed,
    kills: KILLS,
    session: {
      write: (folder) => writeSession(folder, tape),
      judge: async (folder) => {
        fills = await judgeLedger(join(folder, 'runs/kill/exchange'), tape)
      },
    },
  })
  expect({ seed, broken, kills: notes.length }).toEqual({ seed, broken: undefined, kills: KILLS })
  expect(Math.min(orders, fills)).toBeGreaterThan(KILLS)
})

async function writeSession(folder: string, { series, rows }: Tape): Promise<void> {
  await writeFile(join(folder, 'trader.ts'), MAKER)
  await writeFile(join(folder, 'session.yaml'), SESSION.replace('./ticks', join(folder, 'ticks')))
  const store = await openChdbTickStore({ directory: join(folder, 'ticks') })
  await store.putInstruments(builtInInstruments().filter(({ instrument_id }) => instrument_id === ID))
  await store.write(sourceOf(series, rows))
  await store.close()
}

/**
 * The ledger of all lives holds the rows of the history from its beginning, each once, and its fills are those of a matcher
 * written apart that saw all of them, and the orders where they came.
 */
async function judgeLedger(directory: string, { rows }: Tape): Promise<number> {
  const journal = await openFileJournal({ directory })
  try {
    const venue = new PlainVenue()
    for (const { epoch } of journal.epochs) {
      for await (const { kind, payload } of journal.read(epoch)) {
        if (kind !== RECORD_KIND.input) continue
        if (isLedgerBook(payload)) readBookBatch(payload, ({ columns }) => venue.take(columns))
        if (isLedgerCommand(payload)) venue.receive(payload)
      }
    }
    const { fills, is_consistent } = await auditLedger(journal, NO_MODELS)
    expect(venue.rows).toEqual(rows.slice(0, venue.rows.length))
    const told = fills.map(({ price_units, quantity_units }) => [price_units, quantity_units])
    expect({ is_consistent, fills: told }).toEqual({ is_consistent: true, fills: venue.fills })
    return fills.length
  } finally {
    await journal.close()
  }
}

class PlainVenue {
  readonly rows: (readonly number[])[] = []
  readonly #queue = new NaiveQueue()
  /** Of a snapshot whose last row has not come; undefined while there is none. */
  #shown: Shown[] | undefined

  get fills(): number[][] {
    return this.#queue.fills.map(({ price, size }) => [price, size])
  }

  take(columns: BookColumns): void {
    const { ts_event_us, action, side, price_units, size_units, is_last } = columns
    const ids = 'order_id' in columns ? columns.order_id : []
    for (let at = 0; at < columns.count; at++) {
      const all = [ts_event_us, action, ids, side, price_units, size_units, is_last]
      const row = all.map((column) => column[at] as number)
      this.rows.push(row)
      this.#apply(row)
    }
    expect(this.rows.at(-1)?.at(-1)).toBe(1)
  }

  receive(payload: Uint8Array): void {
    const { command } = readLedgerCommand(new CanonicalReader(payload), () => 0)
    if (command.type === 'order_cancel_request') this.#queue.cancel()
    if (command.type !== 'new_order_single') return
    const side = command.side === 'buy' ? 1 : -1
    this.#queue.rest(side, command.price_units, command.order_quantity_units)
  }

  #apply([, action, id = 0, side = 0, price = 0, size = 0, isLast = 0]: readonly number[]): void {
    const order = { id, side: side as 1 | -1, price, size }
    if (action === BOOK_ACTION.clear) this.#shown = []
    else if (this.#shown !== undefined) this.#shown.push(order)
    else if (action === BOOK_ACTION.add) this.#queue.apply({ is: 'add', ...order }, 0)
    else if (action === BOOK_ACTION.modify) this.#queue.apply({ is: 'modify', id, price, size }, 0)
    else if (action === BOOK_ACTION.delete) this.#queue.apply({ is: 'delete', id }, 0)
    else this.#queue.apply({ is: 'execute', id, size }, 0)
    if (this.#shown === undefined || isLast === 0) return
    this.#queue.apply({ is: 'snapshot', orders: this.#shown }, 0)
    this.#shown = undefined
  }
}
