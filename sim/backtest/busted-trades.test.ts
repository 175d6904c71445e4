import { expect, test } from 'vitest'
import type { SimulationConfig } from '../../schemas/config/simulation-config.ts'
import { runScenario, scenarioOf } from './proof-session.test-support.ts'
import { quoteTape, START_US } from './tape.test-support.ts'

const SIMULATION: SimulationConfig = {
  busts: {
    bust_probability: '0.2',
    correct_probability: '0.2',
    correct_increments: 2,
    delay_us: 3_000_000,
  },
}

/** A tape that ends with a silence, in which everything under way arrives. */
const { series, rows } = quoteTape({ instrument_id: 'AAA.one', row_count: 900 })
const TAPE = { series, rows: rows.filter(([ts = 0]) => ts < START_US + 500_000_000) }

async function run(block_rows: number) {
  return runScenario(
    await scenarioOf({
      tapes: [TAPE],
      block_rows,
      strategies: ['nth', 'quoter'],
      venue: { simulation: SIMULATION, latency: { submit_us: 5_000, report_us: 300_000 } },
    }),
  )
}

test('trades that the venue takes back or corrects leave its books and ours the same, to the last digit', async () => {
  const ran = await run(1_000)
  const { session } = ran.outcome
  expect(ran.outcome.faults).toEqual([])
  const kinds = Map.groupBy(ran.outputs.facts, ({ type }) => type)
  expect(kinds.get('order.trade_busted')?.length).toBeGreaterThan(10)
  expect(kinds.get('order.trade_corrected')?.length).toBeGreaterThan(10)
  expect(kinds.get('order.unexpected_event')).toBeUndefined()
  const books = session.venues.books()
  expect(session.venues.agenda.count).toBe(0)
  expect(books.accounts.map(({ positions: _, ...money }) => money)).toEqual(
    [...session.trading.portfolios].map(([account_id, portfolio]) => {
      const { currency, cash, equity } = portfolio.marks()
      return { account_id, currency, balance: cash, equity }
    }),
  )
  const held = books.accounts.flatMap(({ positions }) =>
    positions.map(({ quantity_units }) => quantity_units),
  )
  const ours = [...session.trading.portfolios.values()].map((portfolio) => portfolio.quantity(0))
  expect(held).toEqual(ours.filter((quantity) => quantity !== 0))
  // What the engine counts as left to trade is what the venue does.
  const leaves = new Map(
    books.open_orders.map((order) => [order.client_order_id, order.leaves_quantity_units]),
  )
  const records = [...session.trading.orders.values()].flatMap((orders) => [...orders.openRecords()])
  expect(new Map(records.map((order) => [order.client_order_id, order.leaves_quantity_units]))).toEqual(
    leaves,
  )
})

test('the same trades are taken back in blocks of any size', async () => {
  const whole = await run(1_000)
  expect((await run(7)).hashes).toEqual(whole.hashes)
})
