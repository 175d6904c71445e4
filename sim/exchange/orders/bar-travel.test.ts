import { expect, test } from 'vitest'
import { RandomStream } from '../../../engine/random-stream.ts'
import { BEHAVIOUR } from '../../../schemas/behaviour.ts'
import type { SimulationConfig } from '../../../schemas/config/simulation-config.ts'
import { play, terms, venue } from '../scenario.test-support.ts'

// What a parent releases inside an expanded bar. The rules as cases are in ../rules/bars.test-support.ts.

const LINKED = { bars: 'fixed', takes: 'all_and_contingent' } as const
const of = (simulation: SimulationConfig, behaviour: number = BEHAVIOUR) => ({
  ...terms({ venues: [venue({ simulation })] }),
  behaviour,
})
const PRESSING = { model: 'linear', permanent_share: '1', half_life_us: 1 } as const
const tradesOf = (lines: readonly string[], from: ReturnType<typeof of>) =>
  play(lines, from).filter((report) => report.includes(' trade '))

test.each([
  // It came in at the end of the way.
  { behaviour: 2, traded: ['4 a trade 9@98 leaves 0', '4 b trade 9@90 leaves 0'] },
  { behaviour: BEHAVIOUR, traded: ['4 a trade 9@98 leaves 0', '4 b trade 9@96 leaves 0'] },
])('[K3] what a parent releases inside a bar is there from its price on: %j', ({ behaviour, traded }) => {
  const orders = ['2 a buy 9 limit 98 gtc as=1', '3 b sell 9 stop 96 gtc as=2 oto=1']
  const lines = ['1 bar last 100', ...orders, '4 bar last 100 101 90 95']
  expect(tradesOf(lines, of(LINKED, behaviour))).toEqual(traded)
})

test('a parent that meets pressed prices releases where the market has come so far', () => {
  const impact = { ...PRESSING, increments: '2', quantity: '9' } as const
  // What was bought before presses the ask by two: the order at 98 trades with the market at 95, beyond it as pressed.
  const orders = [
    '2 first buy 9 market ioc',
    '3 a buy 9 limit 98 gtc as=1',
    '4 b sell 9 stop 97 gtc as=2 oto=1',
  ]
  const lines = ['1 bar last 100', ...orders, '5 bar last 100 101 90 95']
  expect(tradesOf(lines, of({ ...LINKED, impact })).slice(1)).toEqual([
    '5 a trade 9@98 leaves 0',
    '5 b trade 9@95 leaves 0',
  ])
})

test('on any way through a bar a released stop trades where the market first is behind its parent (seed 20261130)', () => {
  const random = new RandomStream(20_261_130, 'bar-travel')
  let stopped = 0
  for (let round = 0; round < 2_000; round++) {
    const [open, close] = [90 + random.nextInt(21), 90 + random.nextInt(21)]
    const high = Math.max(open, close) + random.nextInt(5)
    const low = Math.min(open, close) - random.nextInt(5)
    const [parent, stop] = [85 + random.nextInt(30), 85 + random.nextInt(30)]
    const orders = [`2 a buy 9 limit ${parent} gtc as=1`, `3 b sell 9 stop ${stop} gtc as=2 oto=1`]
    const lines = ['1 bar last 130', ...orders, `4 bar last ${open} ${high} ${low} ${close}`]
    const expected = walked([open, high, low, close], parent, stop)
    const prices = tradesOf(lines, of(LINKED)).map((trade) => Number(/@(\d+)/.exec(trade)?.[1]))
    expect({ lines, prices }).toEqual({ lines, prices: expected })
    if (expected.length === 2) stopped++
  }
  expect(stopped).toBeGreaterThan(500)
})

/** The prices at which a buy limit trades and then the sell stop it releases, cent by cent: a touch of the limit is none. */
function walked(path: readonly number[], parent: number, stop: number): number[] {
  const traded: number[] = []
  let [at = 0] = path
  const look = (price: number, trades_at: number) => {
    if (traded.length === 0 && price < parent) traded.push(trades_at)
    if (traded.length === 1 && price <= stop) traded.push(price)
  }
  look(at, at)
  for (const to of path.slice(1)) {
    for (; at !== to; look(at, parent)) at += Math.sign(to - at)
  }
  return traded
}
