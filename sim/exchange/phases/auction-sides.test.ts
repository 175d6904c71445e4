import { expect, test } from 'vitest'
import { RandomStream } from '../../../engine/random-stream.ts'
import { BEHAVIOUR } from '../../../schemas/behaviour.ts'
import type { SimulationConfig } from '../../../schemas/config/simulation-config.ts'
import { Scenario } from '../scenario.test-support.ts'
import { dayTerms, inMicroseconds, playDay } from './trading-day.test-support.ts'

// Own orders on both sides of an auction, of a venue that does not let them trade with each other: each side comes out as
// it would without the other, as it does while the market trades.

const told = (lines: readonly string[], simulation: SimulationConfig = {}, behaviour = BEHAVIOUR) =>
  playDay(lines, { ...dayTerms(simulation), behaviour }).filter((report) => !report.includes(' new '))

const ON_OPEN = [
  ...['08:00 trade 99', '08:30 quote 100/101 10x20', '08:55 a buy 5 market opg', '08:56 b sell 5 market opg'],
  '09:00:01 quote 97/102',
]

test.each(['apart', 'cancel_aggressive', 'cancel_passive', 'cancel_both'] as const)(
  '[M5] [S3] who buys pays the ask and who sells gets the bid, and nobody is canceled: %s',
  (self_match) => {
    expect(told(ON_OPEN, { self_match })).toEqual([
      '09:00:01 a trade 5@102 leaves 0',
      '09:00:01 b trade 5@97 leaves 0',
    ])
  },
)

test.each([1, 2])('under behaviour %i they meet at the last price', (behaviour) => {
  expect(told(ON_OPEN, {}, behaviour)).toEqual([
    '09:00:01 a trade 5@99 leaves 0',
    '09:00:01 b trade 5@99 leaves 0',
  ])
})

test.each([
  ['apart', []],
  ['cancel_aggressive', ['09:00:01 b canceled cum 10']],
  ['cancel_passive', ['09:00:01 a canceled cum 10']],
  ['cancel_both', ['09:00:01 a canceled cum 10', '09:00:01 b canceled cum 10']],
] as const)(
  '[S3] what an auction leaves meets by the rule as it comes out of the call: %s',
  (self_match, ends) => {
    const lines = [
      ...['08:40 quote 100/102 10x10', '08:55 a buy 15 limit 105 gtc', '08:56 b sell 15 limit 95 gtc'],
      '09:00:01 quote 100/102 10x10',
    ]
    expect(told(lines, { self_match })).toEqual([
      '09:00:01 a trade 10@102 leaves 5',
      '09:00:01 b trade 10@100 leaves 5',
      ...ends,
    ])
  },
)

const SHARED = ['08:00 bar last 100 100 100 100 40', '09:01 bar last 100 100 100 100 32']

test('[M25] of a volume that both sides share both have no more than it is, the side first whose order came first', () => {
  const [before = '', open = ''] = SHARED
  // A quarter of 32 is shown at the open.
  const a = '08:55 a buy 5 limit 105 opg'
  const played = (b: string) => told([before, a, b, open])
  expect(played('08:56 b sell 6 limit 95 opg')).toEqual([
    '09:01 a trade 5@100 leaves 0',
    '09:01 b trade 3@99 leaves 3',
    '09:01 b expired leaves 0',
  ])
  expect(played('08:54 b sell 6 limit 95 opg')).toEqual([
    '09:01 b trade 6@100 leaves 0',
    '09:01 a trade 2@101 leaves 3',
    '09:01 a expired leaves 0',
  ])
})

const SEED = 20_261_130

test(`of bars no more trades than their volume, and nothing less than nothing (seed ${SEED})`, () => {
  let facing = 0
  for (let run = 0; run < 300; run++) {
    const random = new RandomStream(SEED, `shared/${run}`)
    const orders = Array.from({ length: 2 + random.nextInt(5) }, (_, at) => {
      const side = random.nextInt(2) === 0 ? 'buy' : 'sell'
      const price = random.nextInt(2) === 0 ? 'market opg' : `limit ${98 + random.nextInt(6)} gtc`
      return `08:55:0${at} o${at} ${side} ${1 + random.nextInt(12)} ${price}`
    })
    const volume = 4 * (1 + random.nextInt(12))
    const bar = `09:01 bar last 100 100 100 100 ${volume}`
    const scenario = new Scenario(dayTerms())
    scenario.play(...['08:00 bar last 100 100 100 100 40', ...orders, bar].map(inMicroseconds))
    const trades = scenario.deliveries.flatMap(({ message }) =>
      message.type === 'venue_report' && message.report_type === 'trade' ? [message] : [],
    )
    const units = trades.map(({ last_quantity_units }) => last_quantity_units)
    expect({ run, least: Math.min(1, ...units) }).toEqual({ run, least: 1 })
    expect({ run, isOver: units.reduce((sum, one) => sum + one, 0) > volume }).toEqual({ run, isOver: false })
    for (const { cum_quantity_units, order_quantity_units } of trades)
      expect(cum_quantity_units).toBeLessThanOrEqual(order_quantity_units)
    const auctioned = trades.filter(({ liquidity_side }) => liquidity_side === '')
    if (new Set(auctioned.map(({ side }) => side)).size === 2) facing++
  }
  expect(facing).toBeGreaterThan(30)
})

test('[M25] of a shared volume the side has its turn by its first order that trades', () => {
  const lines = [
    ...['08:00 bar last 100 100 100 100 40', '08:54 b sell 5 limit 120 gtc', '08:55 a buy 5 limit 105 opg'],
    ...['08:56 c sell 6 limit 95 opg', '09:01 bar last 100 100 100 100 32'],
  ]
  expect(told(lines).slice(0, 2)).toEqual(['09:01 a trade 5@100 leaves 0', '09:01 c trade 3@99 leaves 3'])
})

test('[Q9] what own sellers took in the auction that ends a halt moves no own buyer up in his queue', () => {
  const halts = [{ instrument: 'X.sim', from: '1970-01-01T10:00:00Z', to: '1970-01-01T10:10:00Z' }]
  const lines = (sold: readonly string[], shown: string) => [
    ...['09:01 quote 100/102 10x10', '09:02 a buy 5 limit 100 gtc', '09:03 trade 100 2 sell', ...sold],
    ...[`10:10:01 quote 100/102 ${shown}x10`, '10:11 trade 100 5 sell', '10:12 trade 100 6 sell'],
  ]
  for (const queue of [{ model: 'conservative' }, { model: 'by_position', weight: 'linear' }] as const)
    for (const book of ['quote', 'book_level'] as const)
      for (const shown of ['10', '9', '4']) {
        const simulation = { queue, halts, book }
        const as = book === 'quote' ? (line: string) => [line] : levels
        const alone = told(lines([], shown).flatMap(as), simulation)
        const sold = told(lines(['10:05 s sell 10 market gtc'], shown).flatMap(as), simulation)
        expect({ queue, book, shown, reports: sold.filter((report) => report.includes(' a ')) }).toEqual({
          ...{ queue, book, shown },
          reports: alone,
        })
        expect(sold.filter((report) => report.includes(' s trade')).length).toBeGreaterThan(0)
      }
})

/** A quote as levels of a book by price. */
function levels(line: string): string[] {
  const quote = /^(\S+) quote (\d+)\/(\d+) (\d+)x(\d+)$/.exec(line)
  if (quote === null) return [line]
  const [, time, bid, ask, bids, asks] = quote
  return [`${time} bid ${bid} ${bids}`, `${time} ask ${ask} ${asks}`]
}

test('[K1] of a group on both sides one order trades', () => {
  // The book is crossed: both would trade with it.
  const lines = [
    ...['08:40 bid 100 9', '08:41 ask 101 9', '08:51 bid 105 9', '08:52 ask 102 9'],
    ...['08:55 a buy 3 limit 110 opg as=1', '08:56 b sell 3 limit 90 opg as=2 oco=1', '09:01 time'],
  ]
  const reports = playDay(lines, dayTerms({ book: 'book_level' })).filter((report) =>
    report.includes('trade'),
  )
  expect(reports).toEqual(['09:00 a trade 3@103 leaves 0'])
})
