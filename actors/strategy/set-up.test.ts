import { expect, test } from 'vitest'
import { OperatingError } from '../../schemas/operating-error.ts'
import { EURUSD, strategy, TestNode } from '../trading-node.test-support.ts'
import { runSetUp } from './set-up.ts'

type Fields = Parameters<typeof strategy>[0]

const MINUTE = { instrument: EURUSD, interval_us: 60_000_000, price_type: 'bid' } as const
const bars: Fields['bars'] = () => ({ minute: MINUTE })
const mean = (spec: object): Fields => ({
  bars,
  indicators: () => ({ mean: { bars: 'minute', spec: spec as never } }),
})
const onSignal = () => undefined
const fail = (): never => {
  throw new Error('boom')
}

const BAD: readonly (readonly [string, Fields, string])[] = [
  ['whose bars throw', { bars: fail }, 'strategy.bad_set_up'],
  ['whose bars are nothing', { bars: () => ({ minute: null as never }) }, 'strategy.bad_set_up'],
  ['whose indicators throw', { bars, indicators: fail }, 'strategy.bad_set_up'],
  ['with a period of zero', mean({ kind: 'sma', period: 0 }), 'strategy.bad_set_up'],
  ['with an indicator nobody knows', mean({ kind: 'magic', period: 3 }), 'strategy.bad_set_up'],
  ['with a signal without a name', { signals: () => ['s'], onSignal }, 'strategy.bad_set_up'],
  ['with a signal and nothing that hears it', { signals: () => ['s.x'] }, 'strategy.bad_set_up'],
  [
    'with bars of no price type',
    { bars: () => ({ minute: { ...MINUTE, price_type: 'middle' as never } }) },
    'strategy.bad_bar_price_type',
  ],
  [
    'with bars of trades, where no source has trades',
    { bars: () => ({ minute: { ...MINUTE, price_type: 'last' } }) },
    'strategy.no_source',
  ],
  ['whose bars are not returned', { bars: () => undefined as never }, 'strategy.bad_set_up'],
  [
    'whose bars are promised',
    { bars: (() => Promise.resolve({ minute: MINUTE })) as never },
    'strategy.bad_set_up',
  ],
  [
    'whose bars say what no bars have',
    { bars: () => ({ minute: { ...MINUTE, delay_us: 1 } }) },
    'strategy.bad_set_up',
  ],
  [
    'whose indicator says what no indicator has',
    {
      bars,
      indicators: () => ({
        mean: { bars: 'minute', spec: { kind: 'sma', period: 3 }, source: 'high' } as never,
      }),
    },
    'strategy.bad_set_up',
  ],
  ['whose mean says what no mean has', mean({ kind: 'sma', period: 3, perod: 5 }), 'strategy.bad_set_up'],
  [
    'whose bands say what a mean does not',
    mean({ kind: 'bollinger', period: 3, deviations: 2, deviation: 3 }),
    'strategy.bad_set_up',
  ],
  [
    'whose crossing means have a period',
    mean({ kind: 'macd', fast_period: 2, slow_period: 3, signal_period: 2, period: 5 }),
    'strategy.bad_set_up',
  ],
  ['with a period no memory holds', mean({ kind: 'sma', period: 1e9 }), 'strategy.bad_set_up'],
  ['with one signal twice', { signals: () => ['s.x', 's.x'], onSignal }, 'strategy.bad_set_up'],
  ['with a signal of three parts', { signals: () => ['s.x.y'], onSignal }, 'strategy.bad_set_up'],
]

test.each(BAD)(
  'a strategy %s is refused before anything runs, as its author’s to mend',
  (_, fields, code) => {
    const start = () => new TestNode({ strategies: { s: strategy(fields) } })
    expect(start).toThrow(OperatingError)
    expect(start).toThrow(expect.objectContaining({ code }))
  },
)

test('the ambient world is closed while a definition is asked, and open again whatever comes of it', () => {
  const gate = { step_running: false }
  expect(runSetUp(gate, 's', 'bars', () => gate.step_running)).toBe(true)
  expect(gate.step_running).toBe(false)
  expect(() => runSetUp(gate, 's', 'bars', fail)).toThrow(OperatingError)
  expect(gate.step_running).toBe(false)
})
