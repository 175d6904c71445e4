// Parts on their own, to see where time goes: the exchange, the order store, the journal.

import { benchOrders } from '../../actors/order/order-bench.ts'
import { benchJournal } from '../../adapters/journal-file/journal.bench.ts'
import { benchExchange } from '../../sim/exchange/exchange-bench.ts'
import { type BenchScope, type Figure, figure } from './figure.ts'

export async function partFigures({ divisor, note }: BenchScope): Promise<Figure[]> {
  const now_ms = () => performance.now()
  note('exchange')
  const exchange = benchExchange(now_ms, 1 / divisor)
  note('order life')
  const orders = benchOrders(now_ms, 1 / divisor)
  note('journal')
  const { appends_per_s, commit_p50_us, commit_p99_us } = await benchJournal()
  return [
    ...[...exchange, ...orders].map(({ name, unit, value }) => figure(name, unit, [value])),
    figure('journal: appends', 'records/s', [appends_per_s]),
    figure('journal: group commit, median', 'µs', [commit_p50_us]),
    figure('journal: group commit, 99th percentile', 'µs', [commit_p99_us]),
  ]
}
