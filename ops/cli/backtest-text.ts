// A backtest's result for a person.

import type { BacktestResult } from '../../schemas/backtest-result.ts'
import { alignedRows, grouped } from '../text/table.ts'

export type Written = { readonly folder: string; readonly report: string }

export function backtestText(result: BacktestResult, written: Written): string {
  const { data, orders, equity, pnl, statistics, timing } = result
  const currency = equity.currency
  const rows = [
    ['run', result.run_id],
    ['history', `${data.from} to ${data.to}: ${rowCounts(data)}`],
    ['orders', orderCounts(orders)],
    ['fills', `${grouped(result.fills)}, positions closed ${grouped(result.positions_closed)}`],
    ['equity', `${equity.start} to ${equity.end} ${currency}`],
    ['profit', `realized ${pnl.realized}, unrealized ${pnl.unrealized}, fees ${pnl.fees} ${currency}`],
    [
      'trades',
      `win rate ${percent(statistics.win_rate)}, profit factor ${rounded(statistics.profit_factor)}`,
    ],
    ['drawdown', `${statistics.max_drawdown} ${currency} (${percent(statistics.max_drawdown_fraction)})`],
    ['Sharpe', rounded(statistics.sharpe_ratio)],
    [
      'speed',
      `${speed(timing.quotes_per_s)}, ${timing.wall_s.toFixed(2)} s in all, ${Math.round(timing.peak_rss_mb)} MB`,
    ],
    ['output_hash', result.output_hash],
    ['written', written.folder],
    ['report', written.report],
  ]
  return `${alignedRows(rows).join('\n')}\n`
}

function rowCounts({ quotes, trades, bars }: BacktestResult['data']): string {
  return counts({ quotes, trades, bars })
}

function orderCounts({ submitted, accepted: _, ...ends }: BacktestResult['orders']): string {
  return `${grouped(submitted)} submitted: ${counts(ends)}`
}

/** `12 filled, 1 denied`, without what did not happen. */
function counts(named: Readonly<Record<string, number>>): string {
  const parts = Object.entries(named).filter(([, count]) => count > 0)
  if (parts.length === 0) return 'none'
  return parts.map(([name, count]) => `${grouped(count)} ${name.replaceAll('_', ' ')}`).join(', ')
}

function percent(fraction: number | null): string {
  return fraction === null ? 'undefined' : `${(fraction * 100).toFixed(2)} %`
}

function rounded(value: number | null): string {
  return value === null ? 'undefined' : value.toFixed(2)
}

function speed(quotes_per_s: number | null): string {
  return quotes_per_s === null ? 'no quotes' : `${grouped(Math.round(quotes_per_s))} quotes/s`
}
