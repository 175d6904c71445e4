import { expect, test } from 'vitest'
import { account, instrument, Scenario, specsOf, terms, venue } from '../scenario.test-support.ts'

// Of a group no more trades than its largest order is for, so that it weighs once: at www.binance.com/en/support/articles/360032605831
// 300 USDT are enough for a pair of orders for ten, one at 27 and one near 30.

const FROM = terms({
  venues: [venue({ simulation: { takes: 'all_and_contingent' } })],
  specs: specsOf(instrument({ short_allowed: false })),
})
const HELD = ['1 quote 100/101 50x50', '2 p buy 10 market ioc as=1']
const play = (...lines: string[]) => new Scenario(FROM).play(...HELD, ...lines).slice(2)

test('a stop beside a limit that sells the same position is triggered, and ends the other', () => {
  const reports = play(
    '3 t sell 10 limit 110 gtc as=2',
    '4 s sell 10 stop 95 gtc as=3 oco=2',
    '5 quote 95/96 50x50',
  )
  expect(reports.slice(2)).toEqual(['5 s triggered', '5 s trade 10@95 leaves 0', '5 t canceled cum 0'])
})

test('two limits of a group are taken, a third beyond them is not, and neither is one of no group', () => {
  const pair = ['3 t sell 10 limit 110 gtc as=2', '4 u sell 10 limit 115 gtc as=3 oco=2']
  expect(play(...pair, '5 w sell 11 limit 120 gtc as=4 oco=2')).toEqual([
    '3 t new leaves 10',
    '4 u new leaves 10',
    '5 w rejected short_not_allowed',
  ])
  expect(play(...pair, '5 w sell 1 limit 120 gtc as=4').at(-1)).toBe('5 w rejected short_not_allowed')
})

test('a replace of one raises what the group weighs by what is above the largest', () => {
  const uneven = ['3 t sell 4 limit 110 gtc as=2', '4 u sell 10 limit 115 gtc as=3 oco=2']
  expect(play(...uneven, '5 v replace t 10 110').at(-1)).toBe('5 v replaced t 10@110 leaves 10')
  expect(play(...uneven, '5 v replace t 11 110').at(-1)).toContain('short_not_allowed')
})

test('children of a group grow with their parent, both limits', () => {
  const reports = new Scenario(FROM).play(
    '1 quote 100/101 50x50',
    '2 p buy 10 limit 99 gtc as=1',
    '3 t sell 10 limit 110 gtc as=2 oto=1',
    '4 u sell 10 limit 115 gtc as=3 oto=1 oco=2',
    '5 quote 98/99 50x4',
    '6 quote 98/99 50x6',
    '7 quote 115/116 50x50',
  )
  expect(reports.filter((report) => / (trade|canceled) /.test(report))).toEqual([
    '5 p trade 4@99 leaves 6',
    '6 p trade 6@99 leaves 0',
    '7 t trade 10@110 leaves 0',
    '7 u canceled cum 0',
  ])
})

test('before behaviour 3 each of a group weighed by itself', () => {
  const reports = new Scenario({ ...FROM, behaviour: 2 }).play(
    ...HELD,
    '3 t sell 10 limit 110 gtc as=2',
    '4 u sell 10 limit 115 gtc as=3 oco=2',
  )
  expect(reports.at(-1)).toBe('4 u rejected short_not_allowed')
})

test('margin of a pair is that of its larger order', () => {
  const from = terms({
    venues: [venue({ simulation: { takes: 'all_and_contingent' } })],
    specs: specsOf(instrument({ margin_initial: '1' })),
    accounts: [account({ balance: '12', leverage_max: '1' })],
  })
  const reports = new Scenario(from).play(
    '1 quote 100/101 50x50',
    '2 t buy 10 limit 90 gtc as=1',
    '3 u buy 10 limit 80 gtc as=2 oco=1',
    '4 w buy 10 limit 80 gtc as=3',
  )
  expect(reports).toEqual(['2 t new leaves 10', '3 u new leaves 10', '4 w rejected insufficient_margin'])
})
