// The tables of a report: how orders ended, the best and worst positions, the fills.

import { MONEY_SCALE } from '../../schemas/money.ts'
import type { FillRow, PositionRow } from '../../schemas/run-files.ts'
import { gain, groupedDecimal, money, moneyDigits, time } from './formats.ts'
import { type Html, type HtmlValue, html } from './html.ts'
import type { ReportData } from './report-data.ts'

type Column<Row> = { readonly name: string; readonly cell: (row: Row) => HtmlValue; readonly number?: true }

export function orderTables({ rows, result }: ReportData): Html {
  const { submitted, accepted: _, ...ends } = result.orders
  const ways = Object.entries(ends).filter(([, count]) => count > 0)
  const share = (count: number) => `${((count / submitted) * 100).toFixed(1)} %`
  const coded = rows.outcomes().filter(({ reason_code }) => reason_code !== '')
  const byOutcome = table('Orders by outcome', ways, [
    { name: 'Outcome', cell: ([outcome]) => words(outcome) },
    { name: 'Orders', cell: ([, count]) => groupedDecimal(String(count)), number: true },
    { name: 'Share', cell: ([, count]) => share(count), number: true },
  ])
  const byReason = table('Denials, refusals, cancels and expiries by reason', coded, [
    { name: 'Outcome', cell: ({ outcome }) => words(outcome) },
    { name: 'Reason', cell: ({ reason_code }) => html`<code>${reason_code}</code>` },
    { name: 'Orders', cell: ({ count }) => groupedDecimal(String(count)), number: true },
  ])
  return html`<div class="pair">${byOutcome}${byReason}</div>`
}

export function positionTables({ rows, result }: ReportData): Html {
  const columns = positionColumns(moneyDigits(result))
  return html`<div class="stack">${table('Biggest winners', rows.winners, columns)}${table('Biggest losers', rows.losers, columns)}</div>`
}

export function fillTables({ rows, result }: ReportData): Html {
  // Commissions are small: two digits more tell them apart.
  const columns = fillColumns(Math.min(moneyDigits(result) + 2, MONEY_SCALE))
  const { first_fills, last_fills, fill_count } = rows
  const omitted = fill_count - first_fills.length - last_fills.length
  if (omitted === 0) return table('All fills', [...first_fills, ...last_fills], columns)
  return html`${table(`The first ${first_fills.length} fills`, first_fills, columns)}
<p class="omitted">${groupedDecimal(String(omitted))} more fills are in fills.csv.</p>
${table(`The last ${last_fills.length} fills`, last_fills, columns)}`
}

function fillColumns(digits: number): readonly Column<FillRow>[] {
  return [
    { name: 'Time (UTC)', cell: (row) => time(row.time) },
    { name: 'Instrument', cell: (row) => row.instrument_id },
    { name: 'Side', cell: (row) => html`<span class="${row.side}">${row.side}</span>` },
    { name: 'Quantity', cell: (row) => groupedDecimal(row.quantity), number: true },
    { name: 'Price', cell: (row) => groupedDecimal(row.price), number: true },
    { name: 'Liquidity', cell: (row) => row.liquidity_side },
    { name: 'Commission', cell: (row) => money(row.commission, digits), number: true },
    { name: 'Currency', cell: (row) => row.commission_currency },
    { name: 'Strategy', cell: (row) => row.strategy_id },
    { name: 'Order', cell: (row) => row.order_counter, number: true },
    { name: 'Execution', cell: (row) => row.execution_id },
  ]
}

function positionColumns(digits: number): readonly Column<PositionRow>[] {
  return [
    { name: 'Profit', cell: (row) => gain(row.profit, digits), number: true },
    { name: 'Instrument', cell: (row) => row.instrument_id },
    { name: 'Side', cell: (row) => row.side },
    { name: 'Quantity', cell: (row) => groupedDecimal(row.quantity), number: true },
    { name: 'Entry', cell: (row) => groupedDecimal(row.entry_price), number: true },
    { name: 'Exit', cell: (row) => groupedDecimal(row.exit_price), number: true },
    { name: 'Opened (UTC)', cell: (row) => time(row.opened) },
    { name: 'Closed (UTC)', cell: (row) => time(row.closed) },
  ]
}

/** A table that scrolls inside its own box, by keyboard too, where the page is narrower. */
function table<Row>(caption: string, rows: readonly Row[], columns: readonly Column<Row>[]): Html {
  if (rows.length === 0) return html`<div><p class="caption">${caption}</p><p class="omitted">None.</p></div>`
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table>
<caption>${caption}</caption>
<thead><tr>${columns.map(({ name, number }) => html`<th scope="col"${numeric(number)}>${name}</th>`)}</tr></thead>
<tbody>
${rows.map(
  (row) => html`<tr>${columns.map(({ cell, number }) => html`<td${numeric(number)}>${cell(row)}</td>`)}</tr>
`,
)}</tbody>
</table></div>`
}

function numeric(number: true | undefined): Html {
  return number === true ? html` class="number"` : html``
}

function words(name: string): string {
  return name.replaceAll('_', ' ')
}
