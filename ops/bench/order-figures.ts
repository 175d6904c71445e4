// Orders through the whole engine: submit, gate, journal record, exchange, acceptance, fill, portfolio, ledger.

import type { StrategyDefinition } from '../../actors/strategy/definition.ts'
import { emaCross } from '../../actors/strategy/examples/ema-cross.ts'
import { assert } from '../../schemas/assert.ts'
import { type BenchScope, type Figure, figure } from './figure.ts'
import { heldQuotes, sessionOver } from './in-memory-run.ts'
import { naiveEmaCross } from './naive-loop.ts'
import { orderEvery } from './strategies/order-every.ts'

const ORDERS = 1_000_000
const QUOTES = 10_000_000

export async function orderFigures({ divisor, runs, note }: BenchScope): Promise<Figure[]> {
  const orders = ORDERS / divisor
  const first: number[] = []
  const last: number[] = []
  const all: number[] = []
  note('order round trips')
  const quotes = await heldQuotes(orders)
  for (let i = 0; i < runs; i++) {
    const times = await roundTrips(quotes, orders)
    const at = (share: number) => times[Math.round(share * 10)] as number
    first.push((orders / 10 / (at(0.1) - at(0))) * 1000)
    last.push((orders / 10 / (at(1) - at(0.9))) * 1000)
    all.push((orders / (at(1) - at(0))) * 1000)
  }
  const engine = await engineAgainstNaive(QUOTES / divisor, runs, note)
  return [
    figure('orders: round trips, all', 'orders/s', all),
    figure('orders: round trips, first tenth', 'orders/s', first),
    figure('orders: round trips, last tenth', 'orders/s', last),
    ...engine,
  ]
}

/** Times at which each tenth of the orders was filled, the start first. */
async function roundTrips(quotes: Parameters<typeof sessionOver>[0], orders: number): Promise<number[]> {
  let filled = 0
  const times: number[] = []
  const session = await sessionOver(
    quotes,
    orderEvery as unknown as StrategyDefinition,
    { quotes_per_order: 1 },
    {
      onFact: ({ type }) => {
        if (type === 'order.filled' && ++filled % (orders / 10) === 0) times.push(performance.now())
      },
    },
  )
  times.push(performance.now())
  await session.run()
  assert(filled === orders, 'every order of the bench is filled')
  return times
}

async function engineAgainstNaive(
  row_count: number,
  runs: number,
  note: BenchScope['note'],
): Promise<Figure[]> {
  note('the engine beside a naive loop')
  const quotes = await heldQuotes(row_count)
  const engine: number[] = []
  const naive: number[] = []
  // In turn, so that a slow moment of the machine meets both.
  for (let i = 0; i < runs + 1; i++) {
    const session = await sessionOver(quotes, emaCross as unknown as StrategyDefinition, 'ema_cross')
    let began = performance.now()
    await session.run()
    const engine_ms = performance.now() - began
    began = performance.now()
    const { trades } = naiveEmaCross(quotes, 10, 20, 10_000)
    const naive_ms = performance.now() - began
    assert(trades > 0, 'the naive loop trades')
    // The first round warms both up.
    if (i === 0) continue
    engine.push((row_count / engine_ms) * 1000)
    naive.push((row_count / naive_ms) * 1000)
  }
  const ratios = engine.map((speed, i) => (naive[i] as number) / speed)
  return [
    figure('engine alone: EMA cross over arrays in memory', 'quotes/s', engine),
    figure('naive loop: the same arithmetic over the same arrays', 'quotes/s', naive),
    figure('engine overhead: naive loop over engine', 'times', ratios),
  ]
}
