import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { FillRow, PositionRow } from '../../schemas/run-files.ts'
import { profitBins } from './chart-data.ts'
import { ExtremeBuckets } from './extreme-buckets.ts'
import { groupedDecimal, moneyShown } from './formats.ts'
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
  for (let i = 0; i < 3 * FILLS_SHOWN; i++) {
    const time = `2024-01-01T00:00:00.${String(i).padStart(6, '0')}Z`
    rows.onFill(fillRow({ execution_id: String(i), client_order_id: `a-${i}`, time }))
  }
  const last = fillRow({
    execution_id: 'residual',
    client_order_id: 'b',
    time: '2024-01-02T00:00:00.000000Z',
  })
  rows.onFill({ ...last, execution_id: 'touch', price: '1.09999' })
  rows.onFill(last)
  expect(rows.first_fills.map(({ execution_id }) => execution_id)).toEqual(
    Array.from({ length: FILLS_SHOWN }, (_, i) => String(i)),
  )
  expect(rows.last_fills.length).toBe(FILLS_SHOWN)
  expect(rows.last_fills.at(-1)?.execution_id).toBe('residual')
  expect([...rows.residual_counts]).toEqual([[last.venue_id, 1]])
})

test('an auction and a passive order in parts are no residual, one order counts once, and what is taken back marks no fill', () => {
  const rows = new RowRecorder()
  const fill = (client_order_id: string, price: string, more: Partial<FillRow> = {}) =>
    rows.onFill(fillRow({ client_order_id, price, side: 'buy', ...more }))
  for (const price of ['1.10000', '1.10000', '1.09999']) fill('auction', price)
  for (const price of ['1.10000', '1.10001', '1.10002']) fill('deep', price)
  fill('deep', '1.10002', { event: 'reversal' })
  expect([...rows.residual_counts.values()]).toEqual([1])
  expect([rows.fill_count, rows.markers(fillRow({}).instrument_id).seen]).toEqual([7, 6])
})

test('the ten best and the ten worst positions are kept, best and worst first', () => {
  const rows = new RowRecorder()
  for (let i = 0; i < 50; i++) rows.onPosition({ profit: String(((i * 37) % 50) - 25) } as PositionRow)
  expect(rows.winners.map(({ profit }) => Number(profit))).toEqual([24, 23, 22, 21, 20, 19, 18, 17, 16, 15])
  expect(rows.losers.map(({ profit }) => Number(profit))).toEqual([
    -25, -24, -23, -22, -21, -20, -19, -18, -17, -16,
  ])
})

function fillRow(fields: Partial<FillRow>): FillRow {
  return {
    time: '2024-01-01T00:00:00.000000Z',
    account_id: 'main',
    strategy_id: 'ema',
    order_counter: '1',
    intent_id: 'main/ema/1',
    client_order_id: 'demo-1-ema-1',
    execution_id: 'gen-1',
    venue_id: 'gen',
    instrument_id: 'EURUSD.gen',
    event: 'trade',
    side: 'buy',
    quantity: '1000',
    price: '1.10000',
    liquidity_side: 'taker',
    commission: '0.02',
    commission_currency: 'USD',
    ...fields,
  }
}
