// Draws the charts of a report. It runs in the reader's browser, inside the page, after uPlot.

const data = JSON.parse(document.getElementById('chart-data').textContent)
const charts = []

const DAY_S = 86_400
const clock = (options) => new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', hourCycle: 'h23', ...options })
const DAY = clock({ day: 'numeric', month: 'short' })
const YEAR = clock({ month: 'short', year: 'numeric' })
const MINUTE = clock({ hour: '2-digit', minute: '2-digit' })
const SECOND = clock({ hour: '2-digit', minute: '2-digit', second: '2-digit' })
const MOMENT = clock({ dateStyle: 'medium', timeStyle: 'medium' })
const compact = new Intl.NumberFormat('en-US', { maximumFractionDigits: 8 })

/** A property of the style sheet, so that charts follow it into the dark and onto paper. */
const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()
const decimals = (digits) => {
  const format = new Intl.NumberFormat('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
  return (value) => (value == null ? '–' : format.format(value).replace('-', '−'))
}

function timeLabels(_, splits, _axis, _space, step_s) {
  return splits.map((split) => {
    const format =
      step_s >= 28 * DAY_S
        ? YEAR
        : step_s >= DAY_S || split % DAY_S === 0
          ? DAY
          : step_s >= 60
            ? MINUTE
            : SECOND
    return format.format(split * 1000)
  })
}

function axis(options) {
  const grid = { stroke: style('--line'), width: 1 }
  return { stroke: style('--soft'), grid, ticks: grid, font: '12px system-ui, sans-serif', ...options }
}

/** Between the marks of an axis that counts: no mark stands at a half. */
const COUNTS = [1, 2, 5]
  .flatMap((step) => Array.from({ length: 9 }, (_, power) => step * 10 ** power))
  .sort((a, b) => a - b)

/** The left axis is as wide as its widest label, so that no figure is cut off. */
function valueAxis(format, more = {}) {
  const size = (_, values) => 16 + 7 * Math.max(4, ...(values ?? []).map((value) => value.length))
  return axis({ size, values: (_, splits) => splits.map(format), ...more })
}

const timeSeries = { label: 'Time', value: (_, value) => (value == null ? '–' : MOMENT.format(value * 1000)) }

/** Room on the right for half a time under the last place. */
const PADDING = [null, 32, null, null]

function draw(id, options, columns) {
  const place = document.getElementById(id)
  if (place === null || columns[0].length === 0) return
  const chart = new uPlot({ width: place.clientWidth, padding: PADDING, ...options }, columns, place)
  charts.push({ chart, place })
}

function timeChart(id, height, format, series, columns, more = {}) {
  const axes = [axis({ values: timeLabels, space: 70 }), valueAxis(format)]
  const utc = (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC')
  draw(id, { height, tzDate: utc, axes, series: [timeSeries, ...series], ...more }, columns)
}

function drawEquity() {
  const [times, equity, drawdown] = data.equity
  const cursor = { sync: { key: 'equity' } }
  const money = decimals(Math.abs(equity[0]) >= 1000 ? 2 : 8)
  const deepest = 100 * drawdown.reduce((most, value) => Math.max(most, Math.abs(value ?? 0)), 0)
  // Two digits, or as many as tell the marks of a shallow one apart.
  const figure = decimals(
    deepest === 0 || deepest >= 0.02 ? 2 : Math.min(8, 1 + Math.ceil(-Math.log10(deepest))),
  )
  const percent = (value) => (value == null ? '–' : `${figure(value * 100)} %`)
  const line = {
    label: `Equity ${data.currency}`,
    stroke: style('--accent'),
    fill: style('--accent-fill'),
    width: 1.5,
  }
  const fall = { label: 'Drawdown', stroke: style('--loss'), fill: style('--loss-fill'), width: 1 }
  const floor = (u) => u.scales.y.min
  const value = (format) => (_, shown) => format(shown)
  timeChart('equity', 300, compactMoney, [{ ...line, fillTo: floor, value: value(money) }], [times, equity], {
    cursor,
  })
  timeChart('drawdown', 150, percent, [{ ...fall, value: value(percent) }], [times, drawdown], { cursor })
}

function compactMoney(value) {
  return compact.format(value).replace('-', '−')
}

/** Buys and sells are drawn by hand: triangles, tips at the price. */
function drawTriangles(chart) {
  const [first, last] = chart.series[0].idxs ?? [0, -1]
  const visible = [2, 3].map((series) => chart.data[series].slice(first, last + 1))
  const count = visible.flat().filter((price) => price != null).length
  const size = (count > chart.width / 2 ? 2.5 : 4.5) * uPlot.pxRatio
  const { ctx, bbox } = chart
  ctx.save()
  ctx.beginPath()
  ctx.rect(bbox.left - size, bbox.top, bbox.width + 2 * size, bbox.height)
  ctx.clip()
  for (const [marked, colour, down] of [
    [0, '--gain', 1],
    [1, '--loss', -1],
  ]) {
    ctx.fillStyle = style(colour)
    ctx.beginPath()
    visible[marked].forEach((price, i) => {
      if (price == null) return
      const x = chart.valToPos(chart.data[0][first + i], 'x', true)
      const y = chart.valToPos(price, 'y', true)
      ctx.moveTo(x, y)
      ctx.lineTo(x - size, y + down * size * 1.8)
      ctx.lineTo(x + size, y + down * size * 1.8)
    })
    ctx.fill()
  }
  ctx.restore()
}

function drawPrices() {
  data.prices.forEach(({ name, price_scale, line, buys, sells }, index) => {
    const columns = uPlot.join([line, buys, sells])
    const price = decimals(price_scale)
    const value = (_, shown) => price(shown)
    const marker = { paths: () => null, points: { show: false }, value }
    const series = [
      { label: name, stroke: style('--accent'), width: 1, spanGaps: true, value },
      { label: 'Buy', stroke: style('--gain'), ...marker },
      { label: 'Sell', stroke: style('--loss'), ...marker },
    ]
    timeChart(`price-${index}`, 320, price, series, columns, {
      // Values of the cursor's own place only, not of a fill hours away.
      cursor: { hover: { prox: 16, skip: [null, undefined] } },
      hooks: { draw: [drawTriangles] },
    })
  })
}

function drawProfits() {
  const { width, columns } = data.profits
  const bars = { paths: uPlot.paths.bars({ size: [0.9, 60] }), points: { show: false }, width: 0 }
  const span = (value) =>
    value == null ? '–' : `${compactMoney(value - width / 2)} to ${compactMoney(value + width / 2)}`
  const range = (_, low, high) => [low - width, high + width]
  draw(
    'profits',
    {
      height: 240,
      scales: { x: { time: false, range }, y: { range: (_, _low, high) => [0, high * 1.1] } },
      axes: [
        axis({ values: (_, splits) => splits.map(compactMoney) }),
        valueAxis(decimals(0), { incrs: COUNTS }),
      ],
      series: [
        { label: `Profit ${data.currency}`, value: (_, value) => span(value) },
        { label: 'Losing', fill: style('--loss'), stroke: style('--loss'), ...bars },
        { label: 'Winning', fill: style('--gain'), stroke: style('--gain'), ...bars },
      ],
    },
    columns,
  )
}

function drawAll() {
  for (const { chart } of charts.splice(0)) chart.destroy()
  drawEquity()
  drawPrices()
  drawProfits()
}

function fit() {
  for (const { chart, place } of charts) chart.setSize({ width: place.clientWidth, height: chart.height })
}

drawAll()
addEventListener('resize', fit)
for (const query of ['(prefers-color-scheme: dark)', 'print'])
  matchMedia(query).addEventListener('change', drawAll)
addEventListener('beforeprint', () => {
  for (const details of document.querySelectorAll('details')) details.open = true
})
