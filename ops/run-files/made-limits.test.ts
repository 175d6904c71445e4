// Limits that orders come to by themselves, in orders.csv.

import Type from 'typebox'
import { expect, test } from 'vitest'
import { defineStrategy } from '../../actors/strategy/definition.ts'
import { nodeSha256 } from '../../adapters/sha256/node-sha256.ts'
import { MemoryJournal } from '../../engine/memory-journal.test-support.ts'
import type { SimulationConfig } from '../../schemas/config/simulation-config.ts'
import type { OrderRow } from '../../schemas/run-files.ts'
import { instrumentsOf } from '../../sim/backtest/instrument-set.ts'
import { requestOf, scenarioOf, strategyOf } from '../../sim/backtest/proof-session.test-support.ts'
import { plain } from '../../sim/backtest/proof-strategies.test-support.ts'
import { runBacktest } from '../../sim/backtest/run-backtest.ts'
import { SECOND_US, START_US } from '../../sim/backtest/tape.test-support.ts'
import { textRow } from './cells.ts'
import { ORDER_COLUMNS, OrderLog } from './order-log.ts'

/** At the first quote two trailing sells, of which the market comes to one, and one that comes to its limit by trading. */
const maker = defineStrategy({
  name: 'maker',
  params: Type.Object({}),
  state: () => ({ quotes: 0 }),
  onQuote(ctx, { instrument_id: instrument }) {
    if (++ctx.state.quotes !== 1) return
    const sell = { instrument, side: 'sell', quantity_units: 1_000 } as const
    const order_type = 'trailing_stop_limit'
    ctx.submit({ ...sell, order_type, trail: { offset: 20, limit_offset_units: 3 } })
    ctx.submit({ ...sell, order_type, trail: { offset: 200, limit_offset_units: 3 } })
    ctx.submit({ ...sell, order_type: 'market_to_limit', quantity_units: 5_000 })
    ctx.submit({ ...sell, order_type: 'market' })
  },
})

async function pricesAt(takes: NonNullable<SimulationConfig['takes']>) {
  // The stop of the first stands at 1.09980; its limit, three lower, is above the bid it then meets.
  const quotes = [110_000, 110_000, 109_960, 109_960].map((bid, at) => {
    return [START_US + at * SECOND_US, bid, bid + 1, 1_000, 1_000]
  })
  const scenario = await scenarioOf({
    tapes: [{ series: { instrument_id: 'AAA.one', kind: 'quote' }, rows: quotes }],
    more: [{ config: strategyOf('maker', ['AAA.one']), definition: plain(maker) }],
    venue: { simulation: { takes } },
  })
  const rows: OrderRow[] = []
  const log = new OrderLog(instrumentsOf(scenario.config), (item) => {
    rows.push(textRow(ORDER_COLUMNS, item))
  })
  const observer = {
    onAsked: log.onAsked.bind(log),
    onCommand: log.onCommand.bind(log),
    onFact: log.onFact.bind(log),
    onDenied: log.onDenied.bind(log),
  }
  await runBacktest({ ...requestOf(scenario, new MemoryJournal(nodeSha256)), observer })
  log.finish()
  return rows
    .sort((a, b) => Number(a.order_counter) - Number(b.order_counter))
    .map(({ order_type, outcome, price }) => [order_type, outcome, price])
}

test.each(['all', 'market_and_limit'] as const)(
  'the price of an order is the limit it has come to, where the venue takes %s',
  async (takes) => {
    expect(await pricesAt(takes)).toEqual([
      ['trailing_stop_limit', 'open_at_end', '1.09977'],
      ['trailing_stop_limit', 'open_at_end', ''],
      ['market_to_limit', takes === 'all' ? 'open_at_end' : 'denied', takes === 'all' ? '1.10000' : ''],
      ['market', 'filled', ''],
    ])
  },
)
