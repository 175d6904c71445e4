// The report as one HTML document that needs nothing beside itself: style, script and data are inside, and its policy
// lets it load nothing and run no script but that one.

import { createHash } from 'node:crypto'
import { stringify } from 'yaml'
import type { Assumption } from '../../sim/exchange/assumptions.ts'
import type { ReportAssets } from './assets.ts'
import { chartData } from './chart-data.ts'
import { groupedDecimal } from './formats.ts'
import { headline } from './headline.ts'
import { Html, html, scriptJson } from './html.ts'
import { proofSection } from './proof.ts'
import type { ReportData } from './report-data.ts'
import { assumptionsOf } from './run-facts.ts'
import { fillTables, orderTables, positionTables } from './tables.ts'
import { warningsOf } from './warnings.ts'

export function reportPage(data: ReportData, directory: string, assets: ReportAssets): string {
  const { result, config } = data
  const hash = createHash('sha256').update(assets.script).digest('base64')
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'`
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${config.strategies.map(({ id }) => id).join(', ')} · ${result.run_id}</title>
<style>${new Html(assets.style)}</style>
</head>
<body>
<a class="skip" href="#results">Skip to the results</a>
${headline(data)}
<main id="results">
${warningSection(data)}
${section('Equity', equityCharts(data))}
${section('Prices and fills', priceCharts(data))}
${section('Trades', html`${profitChart(data)}${positionTables(data)}`)}
${section('Orders', orderTables(data))}
${section('Fills', fillTables(data))}
${section('Proof', proofSection(result, directory))}
${section('Assumptions of the simulated exchange', assumptions(data))}
${section('Configuration', folded('The complete configuration, defaults filled in', html`<pre tabindex="0"><code>${configText(config)}</code></pre>`))}
</main>
<footer><p class="hint">Drag across a chart to look closer, double-click it to see all again.</p>
<p>Every figure is in result.json and the CSV files beside this page. Times are UTC.</p></footer>
<script type="application/json" id="chart-data">${scriptJson(chartData(data))}</script>
<script>${new Html(assets.script)}</script>
</body>
</html>
`.text
}

/** A recording of delays is part of the configuration, and too long to be read. */
function configText(config: ReportData['config']): string {
  return stringify(config, (key, value: unknown) =>
    key === 'delays_us' && Array.isArray(value)
      ? `${groupedDecimal(String(value.length))} recorded delays`
      : value,
  )
}

function section(title: string, content: Html): Html {
  return html`<section><h2>${title}</h2>
${content}</section>`
}

function folded(summary: string, content: Html): Html {
  return html`<details><summary>${summary}</summary>${content}</details>`
}

/** All of them, since a reader may look for one: those that cannot have acted are told apart. */
function assumptions({ config, specs, rows }: ReportData): Html {
  const { inForce, others } = assumptionsOf({ config, specs, used: rows.used })
  const list = (sentences: readonly Assumption[]) =>
    html`<ul class="sentences">${sentences.map(({ sentence }) => html`<li>${sentence}</li>`)}</ul>`
  return html`<p class="note">What the simulation took for granted, by the configuration of this run, its kinds of data and the orders it sent.</p>
${list(inForce)}
${folded(`Not in force in this run: ${others.length} more`, list(others))}`
}

function warningSection(data: ReportData): Html {
  const warnings = warningsOf(data)
  if (warnings.length === 0) return html``
  return html`<aside aria-label="Before you believe it"><h2>Before you believe it</h2><ul>${warnings.map((warning) => html`<li>${warning}</li>`)}</ul></aside>`
}

function equityCharts({ result }: ReportData): Html {
  const { currency, start, end } = result.equity
  return html`${chart('equity', `Equity in ${currency}`, `Equity from ${start} to ${end} ${currency}.`)}
${chart('drawdown', 'Drawdown from the highest equity so far', `Largest drawdown ${result.statistics.max_drawdown} ${currency}.`)}`
}

function priceCharts({ prices, rows }: ReportData): Html {
  return html`${prices.map(({ instrument_id, price_name }, index) => {
    const { items, seen } = rows.markers(instrument_id)
    const total = groupedDecimal(String(seen))
    const shown = items.length === seen ? total : `${groupedDecimal(String(items.length))} of ${total}`
    const legend = html`<strong>${instrument_id}</strong>: ${price_name}, <span class="buy">▲ buys</span> and <span class="sell">▼ sells</span> (${shown} ${seen === 1 ? 'fill' : 'fills'})`
    return chart(`price-${index}`, legend, `Price of ${instrument_id} with ${seen} fills.`)
  })}`
}

function profitChart({ result, profits }: ReportData): Html {
  if (profits.length === 0) return html`<p class="omitted">No position was closed.</p>`
  const { currency } = result.equity
  return chart(
    'profits',
    `Closed trades by profit after fees, in ${currency}`,
    `${profits.length} closed trades by profit.`,
  )
}

function chart(id: string, caption: Html | string, description: string): Html {
  return html`<figure><figcaption>${caption}</figcaption><div class="chart" id="${id}" role="img" aria-label="${description}"></div></figure>
`
}
