import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fxSpec } from '../../engine/instrument.test-support.ts'
import { fact } from '../../engine/messages.test-support.ts'
import type { ClientOrderId } from '../../schemas/ids.ts'
import type { OrderFact } from '../../schemas/messages/order-fact.ts'
import { MONEY_SCALE } from '../../schemas/money.ts'
import { timeUs } from '../../schemas/units.ts'
import type { FillItem } from '../run-files/fill-rows.ts'
import { MeanPrice } from '../run-files/mean-price.ts'
import { markerColumns, profitBins } from './chart-data.ts'
import { ExtremeBuckets } from './extreme-buckets.ts'
import { groupedDecimal, moneyShown, percent, percentGain, ratio } from './formats.ts'
import { html, scriptJson } from './html.ts'
import { FILLS_SHOWN, RowRecorder } from './row-recorder.ts'
import { Thinned } from './thinned.ts'

test('amounts are rounded half to even, grouped, and carry a real minus sign', () => {
  expect(
    ['1234567.005', '1234567.015', '-0.5', '-1234.56789', '0'].map((text) => moneyShown(text, 2)),
  ).toEqual(['1,234,567.00', '1,234,567.02', '−0.50', '−1,234.57', '0.00'])
  expect(groupedDecimal('123456')).toBe('123,456')
  expect(groupedDecimal('-123456.123456')).toBe('−123,456.123456')
})

test('a small percentage shows what it is, and what rounds to nothing has no sign', () => {
  expect([0, -1.25e-2, 5e-4, 1e-4, -3.14e-5, 1e-9, -1e-9].map(percent)).toEqual([
    ...['0.00 %', '−1.25 %', '0.05 %', '0.01 %', '−0.0031 %', '0.00 %', '0.00 %'],
  ])
  expect([-2e-7, 3e-7, -3.14e-5, 1e-2].map((fraction) => percentGain(fraction).text)).toEqual([
    '<span class="">0.00 %</span>',
    '<span class="">0.00 %</span>',
    '<span class="loss">−0.0031 %</span>',
    '<span class="gain">1.00 %</span>',
  ])
  expect([percent(null), ratio(null), ratio(-1.5), ratio(-0.001)]).toEqual(['–', '–', '−1.50', '0.00'])
})

test('of fills at one time each has a marker', () => {
  const at = (ts_us: number, price: number) => ({ ts_us: timeUs(ts_us), side: 'sell', price }) as const
  expect(markerColumns([at(5, 7), at(5, 8), at(6, 9), at(1_000_000, 9)])).toEqual([
    [5e-6, 6e-6, 7e-6, 1],
    [7, 8, 9, 9],
  ])
})

test('values are escaped, markup made of markup is not', () => {
  expect(html`<b title="${'"x"'}">${"<&'>"}${[1, html`<i>${'&'}</i>`]}</b>`.text).toBe(
    '<b title="&quot;x&quot;">&lt;&amp;&#39;&gt;1<i>&amp;</i></b>',
  )
  expect(scriptJson({ a: '</script>' }).text).toBe('{"a":"\\u003c/script>"}')
})

test('a thinned price history keeps the lowest and the highest price, its ends in time, and stays small', () => {
  const ticks = fc.array(fc.record({ gap: fc.integer({ min: 0, max: 1e9 }), price: fc.integer() }), {
    minLength: 1,
    maxLength: 8_000,
    size: 'max',
  })
  fc.assert(
    fc.property(ticks, fc.integer({ min: 1, max: 5_000 }), (rows, block) => {
      const buckets = new ExtremeBuckets()
      let now = 1_700_000_000_000_000
      const times = rows.map(({ gap }) => (now += gap))
      for (let at = 0; at < rows.length; at += block) {
        const some = times.slice(at, at + block)
        const prices = rows.slice(at, at + block).map(({ price }) => price)
        buckets.add(Float64Array.from(some), Float64Array.from(prices), some.length)
      }
      const points = buckets.points()
      const stamps = new Set(times)
      const prices = rows.map(({ price }) => price)
      expect(points.length).toBeLessThanOrEqual(4_000)
      expect(Math.max(...points.map(({ price }) => price))).toBe(Math.max(...prices))
      if (stamps.size === times.length) {
        expect(Math.min(...points.map(({ price }) => price))).toBe(Math.min(...prices))
      }
      for (const [i, point] of points.entries()) {
        expect(point.ts_us).toBeGreaterThan(points[i - 1]?.ts_us ?? 0)
        expect(stamps.has(point.ts_us)).toBe(true)
      }
    }),
    { numRuns: 20 },
  )
})

test('every trade falls into one bin, losses left of zero and profits right of it', () => {
  // Money counts 10^-8; a profit of any size may be alone.
  const profit = fc.oneof(fc.integer({ max: 1e6 }), fc.maxSafeInteger()).map((units) => units / 1e8)
  const profits = fc.array(profit, { maxLength: 200 })
  fc.assert(
    fc.property(profits, (values) => {
      const [centres = [], losing = [], winning = []] = profitBins(values).columns
      const sum = (counts: readonly (number | null)[]) =>
        counts.reduce<number>((total, n) => total + (n ?? 0), 0)
      expect(sum(losing)).toBe(values.filter((value) => value < 0).length)
      expect(sum(winning)).toBe(values.filter((value) => value >= 0).length)
      expect(centres.length).toBeLessThan(42)
    }),
  )
})

test('what is thinned keeps its first item and never more than its bound', () => {
  const thinned = new Thinned<number>(4)
  for (let i = 0; i < 100; i++) thinned.add(i)
  expect(thinned.items).toEqual([0, 32, 64, 96])
  expect(thinned.seen).toBe(100)
})

test('of many fills the first and the last are kept, and market orders beyond the displayed size counted', () => {
  const rows = new RowRecorder()
  for (let i = 0; i < 3 * FILLS_SHOWN; i++)
    rows.onFill(fillOf({ execution_id: String(i), client_order_id: id(`a-${i}`), ts_event_us: timeUs(i) }))
  const residual = { client_order_id: id('b'), ts_event_us: timeUs(86_400_000_000) }
  rows.onFill(fillOf({ ...residual, execution_id: 'touch' }, 109_999))
  const last = fillOf({ ...residual, execution_id: 'residual' })
  rows.onFill(last)
  expect(rows.first_fills.map(({ execution_id }) => execution_id)).toEqual(
    Array.from({ length: FILLS_SHOWN }, (_, i) => String(i)),
  )
  expect(rows.last_fills.length).toBe(FILLS_SHOWN)
  expect(rows.last_fills.at(-1)?.execution_id).toBe('residual')
  expect([...rows.residual_counts]).toEqual([[last.fact.venue_id, 1]])
})

test('an auction and a passive order in parts are no residual, one order counts once, and what is taken back marks no fill', () => {
  const rows = new RowRecorder()
  const fill = (client_order_id: string, price_units: number, event?: 'reversal') =>
    rows.onFill(fillOf({ client_order_id: id(client_order_id) }, price_units, event))
  for (const price_units of [110_000, 110_000, 109_999]) fill('auction', price_units)
  for (const price_units of [110_000, 110_001, 110_002]) fill('deep', price_units)
  fill('deep', 110_002, 'reversal')
  expect([...rows.residual_counts.values()]).toEqual([1])
  expect([rows.fill_count, rows.markers(fact.instrument_id).seen]).toEqual([7, 6])
})

test('the ten best and the ten worst positions are kept, best and worst first', () => {
  const rows = new RowRecorder()
  const prices = new MeanPrice(spec)
  const position = { fact, spec, opened_us: 0, entry: prices, exit: prices, fees: 0n, currency: 'USD' }
  for (let i = 0; i < 50; i++) {
    const profit = BigInt(((i * 37) % 50) - 25) * 10n ** BigInt(MONEY_SCALE)
    rows.onPosition({ ...position, profit })
  }
  expect(rows.winners.map(({ profit }) => Number(profit))).toEqual([24, 23, 22, 21, 20, 19, 18, 17, 16, 15])
  expect(rows.losers.map(({ profit }) => Number(profit))).toEqual([
    -25, -24, -23, -22, -21, -20, -19, -18, -17, -16,
  ])
})

const spec = fxSpec({ instrument_id: fact.instrument_id })

function fillOf(
  fields: Partial<OrderFact>,
  price_units = 110_000,
  event: 'trade' | 'reversal' = 'trade',
): FillItem {
  const buy: OrderFact = { ...fact, side: 'buy', ...fields }
  return { fact: buy, spec, event, quantity_units: 1_000, price_units, commission: 0n }
}

function id(text: string): ClientOrderId {
  return text as ClientOrderId
}
