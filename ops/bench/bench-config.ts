// Configurations of the measured runs, written as a user would write them.

import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { VenueBook } from '../../schemas/config/simulation-config.ts'

export type BenchRun = {
  readonly instruments: readonly string[]
  readonly strategy: 'ema_cross' | { readonly quotes_per_order: number }
  readonly folder: string
  /** What the rows are, and what the venue trades on; absent: quotes. */
  readonly kind?: VenueBook
}

/** YAML of a run over everything the bench store holds of its instruments. */
export function benchConfig({ instruments, strategy, folder, kind = 'quote' }: BenchRun): string {
  const source = strategy === 'ema_cross' ? EMA_CROSS : ORDER_EVERY
  const params =
    strategy === 'ema_cross'
      ? '{ fast_period: 10, slow_period: 20, interval_us: 60000000, quantity: "10000" }'
      : `{ quotes: ${strategy.quotes_per_order}, quantity: "1000" }`
  const strategies = instruments.map(
    (symbol, i) =>
      `  - {id: s${i}, source: ${JSON.stringify(source)}, account: main, instruments: [${symbol}.gen], params: ${params}}`,
  )
  return `
session: bench
journal: {directory: ${JSON.stringify(join(folder, 'runs'))}}
data:
  store: ${JSON.stringify(join(folder, 'ticks'))}
  from: 2024-01-01
  to: 2060-01-01
  sources: [{venue: gen, kind: ${kind}, instruments: [${instruments.join(', ')}]}]
venues: [{id: gen, commission: {basis_points: "0.2"}, simulation: {book: ${kind}}}]
accounts:
  - id: main
    venues: [gen]
    currency: USD
    balance: "1000000000"
    leverage_max: "20"
    risk:
      order_quantity_max: "1000000"
      order_notional_max: "10000000"
      position_quantity_max: "1000000"
      order_rate: {orders_max: 1000, window_us: 1}
strategies:
${strategies.join('\n')}
`
}

const EMA_CROSS = `${here('../../actors/strategy/examples/ema-cross')}#emaCross`
const ORDER_EVERY = `${here('./strategies/order-every')}#orderEvery`

/** The file beside this one, stripped in a release as this one is. */
function here(path: string): string {
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js'
  return fileURLToPath(new URL(`${path}${extension}`, import.meta.url))
}
