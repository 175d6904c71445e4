// The top of a report: what ran, and the figures a run is judged by.

import { MONEY_SCALE } from '../../schemas/money.ts'
import { decimalString, parseDecimal } from '../../schemas/units.ts'
import {
  briefTime,
  gain,
  groupedDecimal,
  money,
  moneyDigits,
  percent,
  percentGain,
  ratio,
} from './formats.ts'
import { type Html, html } from './html.ts'
import type { ReportData } from './report-data.ts'

export function headline(data: ReportData): Html {
  const { result, config } = data
  const instruments = [...new Set(config.strategies.flatMap((strategy) => strategy.instruments))]
  const { quotes, trades, bars, book_levels, book_orders, from, to } = result.data
  const rows = [
    counted(quotes, 'quote'),
    counted(trades, 'trade'),
    counted(bars, 'bar'),
    counted(book_levels, 'book level'),
    counted(book_orders, 'book order'),
  ].filter(Boolean)
  return html`<header>
<p class="kicker">Backtest · ${result.run_id}</p>
<h1>${config.strategies.map(({ id }) => id).join(', ')}</h1>
<p class="lead">${instruments.join(', ')} · ${briefTime(from)} to ${briefTime(to)} UTC · ${rows.join(', ')}</p>
</header>
${figures(data)}`
}

/** Equity at the end less equity at the start, exactly. */
export function netProfit({ equity }: ReportData['result']): string {
  const [start = 0n, end = 0n] = [equity.start, equity.end].map((text) => parseDecimal(text, MONEY_SCALE))
  return decimalString(end - start, MONEY_SCALE).replace(/0{1,6}$/, '')
}

type Figure = { readonly name: string; readonly value: Html | string; readonly note?: Html | string }

function figures({ result }: ReportData): Html {
  const { statistics, pnl, equity, orders } = result
  const digits = moneyDigits(result)
  const { currency } = equity
  const main: Figure[] = [
    {
      name: `Profit after fees, ${currency}`,
      value: gain(netProfit(result), digits),
      note: html`${money(equity.start, digits)} → ${money(equity.end, digits)}`,
    },
    {
      name: 'Return',
      value: percentGain(statistics.return_fraction),
      note: html`Sharpe ${ratio(statistics.sharpe_ratio)} · Sortino ${ratio(statistics.sortino_ratio)}`,
    },
    {
      name: 'Max. drawdown',
      value: percent(statistics.max_drawdown_fraction),
      note: html`${money(statistics.max_drawdown, digits)} ${currency}`,
    },
    {
      name: 'Closed trades',
      value: groupedDecimal(String(statistics.trades)),
      note: `${groupedDecimal(String(result.fills))} fills · ${groupedDecimal(String(orders.submitted))} orders`,
    },
    {
      name: 'Win rate',
      value: percent(statistics.win_rate),
      note: html`average ${gain(statistics.average_win, digits)} / ${gain(statistics.average_loss, digits)}`,
    },
    {
      name: 'Profit factor',
      value: ratio(statistics.profit_factor),
      note: html`expectancy ${gain(statistics.expectancy, digits)}`,
    },
  ]
  const parts: Figure[] = [
    { name: 'Realized', value: gain(pnl.realized, digits) },
    { name: 'Unrealized', value: gain(pnl.unrealized, digits) },
    { name: 'Fees', value: money(pnl.fees, digits) },
    { name: 'Time in position', value: percent(statistics.exposure_fraction) },
  ]
  return html`<dl class="figures">${main.map(figure)}</dl>
<dl class="figures minor">${parts.map(figure)}</dl>`
}

function figure({ name, value, note }: Figure): Html {
  return html`<div><dt>${name}</dt><dd class="value">${value}</dd>${note === undefined ? '' : html`<dd class="note">${note}</dd>`}</div>
`
}

function counted(count: number, name: string): string {
  return count === 0 ? '' : `${groupedDecimal(String(count))} ${name}${count === 1 ? '' : 's'}`
}
