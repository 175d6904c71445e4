// What a command prints of a finished run for a person.

import type { BacktestResult } from '../../schemas/backtest-result.ts'
import type { Config } from '../../schemas/config/config.ts'
import { alignedRows, grouped } from '../text/table.ts'
import { moneyDigits, moneyShown, percent, ratio, UNDEFINED } from './formats.ts'
import { netProfit } from './headline.ts'

export type Summary = {
  readonly result: BacktestResult
  readonly config: Pick<Config, 'strategies'>
  readonly folder: string
  /** Names of the files in the folder. */
  readonly files: readonly string[]
  /** Path of the report. */
  readonly report: string
}

const HASH_LENGTH_SHOWN = 12

/** Under 25 lines, aligned, without what did not happen. */
export function summaryText({ result, config, folder, files, report }: Summary): string {
  const rows = [...runRows(result, config), ...moneyRows(result), ...statisticRows(result)]
  rows.push(...checkRows(result), ['written', folder], ['', files.join(', ')], ['report', report])
  // A terminal need not know more than ASCII.
  return `${alignedRows(rows).join('\n')}\n`.replaceAll('−', '-').replaceAll(UNDEFINED, 'n/a')
}

function runRows(
  { run_id, data, orders, fills, venues }: BacktestResult,
  { strategies }: Summary['config'],
): string[][] {
  const { from, to, ...read } = data
  const { submitted, accepted: _, ...ends } = orders
  const traded = strategies.map(({ id, instruments }) => `${id} on ${instruments.join(', ')}`)
  return [
    ['run', run_id],
    ['strategies', traded.join('; ')],
    ['history', `${briefTime(from)} to ${briefTime(to)} UTC: ${counts(read)}`],
    ['orders', `${grouped(submitted)} submitted: ${counts(ends)}`],
    ['fills', grouped(fills)],
    ...venues.flatMap(({ venue_id, ...assumed }) => venueRow(venue_id, assumed)),
  ]
}

/** What a venue had to assume or left out, where there is any. */
function venueRow(venue_id: string, counts: Omit<BacktestResult['venues'][number], 'venue_id'>): string[][] {
  const parts: string[] = []
  if (counts.bar_order_fill_count > 0)
    parts.push(`${grouped(counts.bar_order_fill_count)} fills depended on the order of a bar's high and low`)
  if (counts.ignored_row_count > 0) parts.push(`${grouped(counts.ignored_row_count)} rows ignored`)
  if (counts.closed_bar_count > 0)
    parts.push(`${grouped(counts.closed_bar_count)} of ${grouped(counts.bar_count)} bars ended while closed`)
  return parts.length === 0 ? [] : [[`venue ${venue_id}`, parts.join(', ')]]
}

function moneyRows(result: BacktestResult): string[][] {
  const { equity, pnl, statistics } = result
  const digits = moneyDigits(result)
  const amounts = {
    'equity, start': equity.start,
    'equity, end': equity.end,
    realized: pnl.realized,
    unrealized: pnl.unrealized,
    fees: pnl.fees,
    'profit after fees': netProfit(result),
    'max. drawdown': statistics.max_drawdown,
  }
  const shown = Object.entries(amounts).map(([name, exact]) => [name, moneyShown(exact, digits)] as const)
  const width = Math.max(...shown.map(([, amount]) => amount.length))
  const remarks: Readonly<Record<string, string>> = {
    'profit after fees': ` (${percent(statistics.return_fraction)})`,
    'max. drawdown': ` (${percent(statistics.max_drawdown_fraction)})`,
  }
  return shown.map(([name, amount]) => [
    name,
    `${amount.padStart(width)} ${equity.currency}${remarks[name] ?? ''}`,
  ])
}

function statisticRows({ statistics, timing }: BacktestResult): string[][] {
  const { trades, win_rate, profit_factor, sharpe_ratio, sortino_ratio } = statistics
  const { quotes_per_s, rows_per_s } = timing
  const per_s = (value: number, name: string) => `${grouped(Math.round(value))} ${name}/s, `
  const speed =
    quotes_per_s !== null
      ? per_s(quotes_per_s, 'quotes')
      : rows_per_s !== null
        ? per_s(rows_per_s, 'rows')
        : ''
  return [
    ['trades', `${grouped(trades)}, win rate ${percent(win_rate)}, profit factor ${ratio(profit_factor)}`],
    ['ratios', `Sharpe ${ratio(sharpe_ratio)}, Sortino ${ratio(sortino_ratio)}`],
    ['speed', `${speed}${timing.wall_s.toFixed(2)} s in all, ${Math.round(timing.peak_rss_mb)} MB`],
  ]
}

function checkRows({ data_hash, output_hash, state_hash }: BacktestResult): string[][] {
  const hashes = Object.entries({ data: data_hash, output: output_hash, state: state_hash })
  return [['hashes', hashes.map(([name, hash]) => `${name} ${hash.slice(0, HASH_LENGTH_SHOWN)}`).join(', ')]]
}

/** `12 filled, 1 denied`, without what did not happen. */
function counts(named: Readonly<Record<string, number>>): string {
  const parts = Object.entries(named).filter(([, count]) => count > 0)
  if (parts.length === 0) return 'none'
  return parts.map(([name, count]) => `${grouped(count)} ${name.replaceAll('_', ' ')}`).join(', ')
}

function briefTime(iso: string): string {
  return iso.slice(0, 19).replace('T', ' ').replace(' 00:00:00', '')
}
