// Each indicator against its formula written out over the whole history, and against published values.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CanonicalReader } from '../canonical/canonical-reader.ts'
import { CanonicalWriter } from '../canonical/canonical-writer.ts'
import { Atr } from './atr.ts'
import { Bollinger } from './bollinger.ts'
import { createIndicator, type Indicator, type IndicatorSpec, updateByBar } from './indicator.ts'
import type { BarRange } from './indicator-kinds.ts'
import {
  atr,
  bollinger,
  ema,
  macd,
  rollingDeviation,
  rollingMax,
  rollingMin,
  rsi,
  sma,
} from './indicator-specs.ts'
import { Macd } from './macd.ts'
import { Rsi } from './rsi.ts'

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
const mean = (values: readonly number[]) => sum(values) / values.length

/** Defined from the end: a weighted sum of all values, the first with what weight is left. */
function naiveEma(values: readonly number[], period: number): number {
  const keep = 1 - 2 / (period + 1)
  const last = values.length - 1
  return sum(values.map((value, i) => value * (i === 0 ? keep ** last : (1 - keep) * keep ** (last - i))))
}

function naiveDeviation(values: readonly number[]): number {
  return Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)))
}

function naiveWilder(values: readonly number[], period: number): number {
  if (values.length <= period) return values.length === 0 ? 0 : mean(values)
  return (naiveWilder(values.slice(0, -1), period) * (period - 1) + (values.at(-1) as number)) / period
}

function naiveRsi(values: readonly number[], period: number): number {
  const changes = values.slice(1).map((value, i) => value - (values[i] as number))
  const gain = naiveWilder(
    changes.map((change) => Math.max(change, 0)),
    period,
  )
  const loss = naiveWilder(
    changes.map((change) => (change < 0 ? -change : 0)),
    period,
  )
  if (gain === 0 && loss === 0) return 50
  return loss === 0 ? 100 : 100 - 100 / (1 + gain / loss)
}

function naiveAtr(bars: readonly BarRange[], period: number): number {
  const ranges = bars.map(({ high_price_units: high, low_price_units: low }, i) => {
    const close = bars[i - 1]?.close_price_units
    return close === undefined
      ? high - low
      : Math.max(high - low, Math.abs(high - close), Math.abs(low - close))
  })
  return naiveWilder(ranges, period)
}

function naiveMacd(values: readonly number[], fast: number, slow: number): number {
  return naiveEma(values, fast) - naiveEma(values, slow)
}

const prefixes = <Item>(items: readonly Item[]) => items.map((_, i) => items.slice(0, i + 1))
const closes = fc.array(fc.integer({ min: -1_000_000, max: 1_000_000 }), { minLength: 1, maxLength: 60 })
const period = fc.integer({ min: 1, max: 20 })

function expectNear(actual: readonly number[], expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length)
  actual.forEach((value, i) => {
    expect(Math.abs(value - (expected[i] as number))).toBeLessThan(
      1e-6 * Math.max(1, Math.abs(expected[i] as number)),
    )
  })
}

type Follow<Item> = { update(item: Item): void; readonly value: number; readonly ready: boolean }

function follow<Item, Shown>(indicator: Follow<Item>, items: readonly Item[], show: () => Shown): Shown[] {
  return items.map((item) => {
    indicator.update(item)
    return show()
  })
}

test.each<
  [
    'ema' | 'sma' | 'rolling_deviation' | 'rsi' | 'rolling_max' | 'rolling_min',
    (values: number[], period: number) => number,
  ]
>([
  ['ema', naiveEma],
  ['sma', (values, period) => mean(values.slice(-period))],
  ['rolling_deviation', (values, period) => naiveDeviation(values.slice(-period))],
  ['rsi', naiveRsi],
  ['rolling_max', (values, period) => Math.max(...values.slice(-period))],
  ['rolling_min', (values, period) => Math.min(...values.slice(-period))],
])('%s follows its formula from the first value on', (kind, formula) => {
  fc.assert(
    fc.property(closes, period, (values, period) => {
      const indicator = createIndicator({ kind, period })
      const shown = values.map((value) => {
        updateByBar(indicator, { high_price_units: value, low_price_units: value, close_price_units: value })
        return indicator.value
      })
      expectNear(
        shown,
        prefixes(values).map((seen) => formula(seen, period)),
      )
    }),
  )
})

test('the middle and the band of Bollinger follow their formulas', () => {
  fc.assert(
    fc.property(closes, period, fc.constantFrom(1, 2, 2.5), (values, period, deviations) => {
      const bands = new Bollinger(period, deviations)
      const shown = follow(bands, values, () => [bands.lower, bands.value, bands.upper])
      const expected = prefixes(values).map((seen) => {
        const last = seen.slice(-period)
        const half = deviations * naiveDeviation(last)
        return [mean(last) - half, mean(last), mean(last) + half]
      })
      expectNear(shown.flat(), expected.flat())
    }),
  )
})

test('the three lines of MACD follow their formulas', () => {
  fc.assert(
    fc.property(closes, (values) => {
      const macd = new Macd(3, 7, 4)
      const shown = follow(macd, values, () => [macd.value, macd.signal, macd.histogram])
      const expected = prefixes(values).map((seen) => {
        const line = prefixes(seen).map((part) => naiveMacd(part, 3, 7))
        const [value, signal] = [line.at(-1) as number, naiveEma(line, 4)]
        return [value, signal, value - signal]
      })
      expectNear(shown.flat(), expected.flat())
    }),
  )
})

const bars = fc.array(
  fc
    .tuple(fc.integer({ min: -100, max: 100 }), fc.nat({ max: 50 }), fc.nat({ max: 50 }))
    .map(([low, range, close]) => ({
      high_price_units: low + range,
      low_price_units: low,
      close_price_units: low + Math.min(close, range),
    })),
  { minLength: 1, maxLength: 60 },
)

test('ATR follows its formula from the first bar on', () => {
  fc.assert(
    fc.property(bars, period, (list, period) => {
      const atr = new Atr(period)
      expectNear(
        follow(atr, list, () => atr.value),
        prefixes(list).map((seen) => naiveAtr(seen, period)),
      )
    }),
  )
})

test('RSI gives the values of the well-known worked example of fourteen days', () => {
  const prices = [
    44.3389, 44.0902, 44.1497, 43.6124, 44.3278, 44.8264, 45.0955, 45.4245, 45.8433, 46.0826, 45.8931,
    46.0328, 45.614, 46.282, 46.282, 46.0028, 46.0328, 46.4116, 46.2222, 45.6439,
  ]
  const rsi = new Rsi(14)
  const shown = follow(rsi, prices, () => (rsi.ready ? rsi.value.toFixed(2) : ''))
  expect(shown.filter((text) => text !== '')).toEqual(['70.53', '66.32', '66.55', '69.41', '66.36', '57.97'])
})

test('RSI is 100 when only gains were seen, 0 when only losses, 50 when nothing moved', () => {
  const after = (values: number[]) => {
    const rsi = new Rsi(3)
    for (const value of values) rsi.update(value)
    return rsi.value
  }
  expect([after([1, 2, 3, 4]), after([4, 3, 2, 1]), after([5, 5, 5, 5])]).toEqual([100, 0, 50])
})

const specs: readonly [IndicatorSpec, number][] = [
  [ema(4), 4],
  [sma(4), 4],
  [rsi(4), 5],
  [rollingDeviation(4), 4],
  [bollinger(4, 2), 4],
  [macd(2, 4, 3), 6],
  [rollingMax(4), 4],
  [rollingMin(4), 4],
  [atr(4), 4],
]

function feed(indicator: Indicator, close_price_units: number): void {
  updateByBar(indicator, {
    high_price_units: close_price_units + 2,
    low_price_units: close_price_units - 1,
    close_price_units,
  })
}

test.each(specs)('%j is ready after %i updates, and a number before', (spec, needed) => {
  const indicator = createIndicator(spec)
  const states = [indicator.ready]
  expect(indicator.value).toBe(0)
  for (let i = 1; i <= needed; i++) {
    feed(indicator, i * i)
    expect(Number.isFinite(indicator.value)).toBe(true)
    states.push(indicator.ready)
  }
  expect(states).toEqual([...new Array(needed).fill(false), true])
})

test.each(specs)('%j restored from its bytes goes on as the first one does', (spec) => {
  fc.assert(
    fc.property(closes, closes, (before, after) => {
      const first = createIndicator(spec)
      for (const value of before) feed(first, value)
      const second = restored(spec, first)
      const show = (indicator: Indicator) => [indicator.value, indicator.ready]
      expect(show(second)).toEqual(show(first))
      for (const value of after) {
        feed(first, value)
        feed(second, value)
        expect(show(second)).toEqual(show(first))
      }
    }),
  )
})

function restored(spec: IndicatorSpec, indicator: Indicator) {
  const writer = new CanonicalWriter()
  indicator.save(writer)
  const copy = createIndicator(spec)
  const reader = new CanonicalReader(writer.copy())
  copy.load(reader)
  reader.end()
  return copy
}

test.each(specs)('%j is as new after a reset', (spec) => {
  const bytes = (indicator: Indicator) => {
    const writer = new CanonicalWriter()
    indicator.save(writer)
    return writer.copy()
  }
  const used = createIndicator(spec)
  for (let i = 0; i < 10; i++) feed(used, i * i)
  used.reset()
  expect([used.value, used.ready, bytes(used)]).toEqual([0, false, bytes(createIndicator(spec))])
})

test.each(specs)('%j refuses a number that is not finite', (spec) => {
  expect(() => feed(createIndicator(spec), Number.NaN)).toThrow('finite')
})

test.each([0, -1, 1.5, Number.NaN, 1_000_001])('a period of %d is refused', (period) => {
  expect(() => createIndicator({ kind: 'ema', period })).toThrow('positive integer')
  expect(() => createIndicator({ kind: 'rolling_max', period })).toThrow('positive integer')
  expect(() => createIndicator({ kind: 'sma', period })).toThrow('positive integer')
  expect(() => createIndicator({ kind: 'atr', period })).toThrow('positive integer')
})
