import { expect, test } from 'vitest'
import { BEHAVIOUR } from '../../../schemas/behaviour.ts'
import type { SimulationConfig } from '../../../schemas/config/simulation-config.ts'
import { dayTerms, inMicroseconds, playDay, withClock } from '../phases/trading-day.test-support.ts'
import { play, Scenario, terms, venue } from '../scenario.test-support.ts'

const OCO = { takes: 'all_and_oco' } as const
const LINKED = { takes: 'all_and_contingent' } as const
const OPENED = ['08:00 quote 99/101', '09:00:01 quote 99/101 50x50']

test('[K1] orders of a group for the day end once each with it', () => {
  const lines = [
    ...OPENED,
    '09:00:02 a buy 5 limit 90 day as=1',
    '09:00:03 b buy 5 limit 89 day as=2 oco=1',
    '17:36 time',
  ]
  expect(playDay([...lines, '17:37 quote 99/101'], dayTerms(OCO)).slice(2)).toEqual([
    '17:35 a expired leaves 0',
    '17:35 b canceled cum 0',
  ])
})

test('[K1] a limit and a stop of a group end once each with the day', () => {
  const lines = [
    ...OPENED,
    '09:00:02 a sell 5 limit 110 day as=1',
    '09:00:03 b sell 5 stop 90 day as=2 oco=1',
    '17:36 time',
  ]
  expect(playDay([...lines, '17:37 quote 99/101'], dayTerms(OCO)).slice(2)).toEqual([
    '17:35 a expired leaves 0',
    '17:35 b canceled cum 0',
  ])
})

test.each([true, false])(
  '[K1] a limit that trades at the opening ends the stop of its group (auction: %s)',
  (auction) => {
    const lines = [
      ...OPENED,
      '09:00:02 a sell 5 limit 110 gtc as=1',
      '09:00:03 b sell 5 stop 90 gtc as=2 oco=1',
      '17:36 time',
      '2/09:00:01 quote 115/116 50x50',
    ]
    expect(
      playDay(lines, dayTerms(OCO, { opening_auction: auction, closing_auction: auction })).slice(2),
    ).toEqual(['2/09:00:01 a trade 5@115 leaves 0', '2/09:00:01 b canceled cum 0'])
  },
)

test('[K1] a group comes out of the call of a market that is none any more', () => {
  const first = new Scenario(dayTerms(OCO))
  first.play(
    ...[
      '08:00 quote 99/101 50x50',
      '08:51 a sell 5 limit 98 gtc as=1',
      '08:52 b sell 5 stop 90 gtc as=2 oco=1',
    ].map(inMicroseconds),
  )
  const again = first.reopened(terms({ venues: [venue({ simulation: OCO })] }))
  expect(again.play(inMicroseconds('09:00:02 quote 99/101 50x50')).map(withClock)).toEqual([
    '09:00:02 a trade 5@99 leaves 0',
    '09:00:02 b canceled cum 0',
  ])
})

test.each(['allowed', 'cancel_both', 'cancel_passive', 'cancel_aggressive'] as const)(
  '[K1] orders of one group do not meet: %s',
  (self_match) => {
    const from = terms({ venues: [venue({ simulation: { ...OCO, self_match } })] })
    expect(
      play(
        ['1 quote 100/105 10x10', '2 a sell 4 limit 103 gtc as=1', '3 b buy 4 limit 103 gtc as=2 oco=1'],
        from,
      ),
    ).toEqual(['2 a new leaves 4', '3 b new leaves 4'])
  },
)

test('[K1] in an auction as much is bought as is sold where two orders of a group would trade', () => {
  const lines = [
    '08:00 quote 99/101 5x5',
    '08:55 c sell 20 limit 102 day as=9',
    '08:55:01 a buy 10 limit 103 day as=1',
    '08:55:02 b buy 10 limit 103 day as=2 oco=1',
    '09:00:01 quote 99/104 5x5',
  ]
  expect(playDay(lines, dayTerms({ ...OCO, self_match: 'allowed' })).slice(3)).toEqual([
    '09:00:01 a trade 10@102 leaves 0',
    '09:00:01 b canceled cum 0',
    '09:00:01 c trade 10@102 leaves 10',
  ])
})

test('[K5] children, what was lowered and what ended parents had traded come back from a snapshot', () => {
  const from = terms({ venues: [venue({ simulation: LINKED })] })
  const before = [
    '1 quote 100/105 50x50',
    '2 a buy 8 limit 99 gtc as=1',
    '3 b sell 8 limit 110 gtc as=2 oto=1',
    '4 c sell 8 stop 95 gtc as=3 oto=1 ouo=2',
    '5 d buy 4 market ioc as=4',
    '6 e sell 8 limit 105 gtc as=5',
    '7 f sell 8 stop 90 gtc as=6 ouo=5',
    '8 quote 98/99 50x2',
    '9 quote 105/106 3x50',
  ]
  const after = ['10 quote 97/99 50x50', '11 g sell 4 limit 96 gtc as=7 oto=4', '12 quote 89/90 50x50']
  const whole = new Scenario(from)
  const reports = whole.play(...before, ...after)
  const first = new Scenario(from)
  first.play(...before)
  expect(first.reopened(from).play(...after)).toEqual(reports.slice(9))
  expect(reports.slice(9)).toEqual([
    '10 a trade 6@99 leaves 0',
    '11 g new leaves 4',
    '11 g trade 4@97 leaves 0',
    '12 f triggered',
    '12 f trade 5@89 leaves 3',
    '12 e canceled cum 3',
    '12 f canceled cum 5',
    '12 c triggered',
    '12 c trade 8@89 leaves 0',
    '12 b canceled cum 0',
  ])
})

test('[K3] of the parents that it remembers a venue loaded knows the older ones, too', () => {
  const from = terms({ venues: [venue({ simulation: LINKED })], order_retention: 2 })
  const first = new Scenario(from)
  first.play(
    '1 quote 100/105 50x50',
    '2 a buy 4 market ioc as=1',
    '3 b buy 4 market ioc as=2',
    '4 c buy 4 market ioc as=3',
  )
  expect(first.reopened(from).play('5 d sell 4 limit 100 gtc as=4 oto=1')).toEqual([
    '5 d new leaves 4',
    '5 d trade 4@100 leaves 0',
  ])
})

test.each(['oto', 'oco', 'ouo'])(
  '[K5] a venue that is to keep no links any more does not open on orders that are linked: %s',
  (link) => {
    const first = new Scenario(terms({ venues: [venue({ simulation: LINKED })] }))
    const child = `3 b sell 8 limit 110 gtc as=2 ${link}=1`
    first.play('1 quote 100/105', '2 a buy 8 limit 99 gtc as=1', child, '4 c buy 8 limit 98 gtc as=3')
    const reopen = (takes: NonNullable<SimulationConfig['takes']>) =>
      first.reopened(terms({ venues: [venue({ simulation: { takes } })] }))
    const refused = [
      'all',
      'market_and_limit',
      ...(link === 'oco' ? [] : (['all_and_oco'] as const)),
    ] as const
    for (const takes of refused) expect(() => reopen(takes)).toThrow('holds orders that are linked to others')
    if (link === 'oco') expect(reopen('all_and_oco').play('6 quote 98/98 50x50')).toHaveLength(3)
    first.play('5 d cancel b')
    expect(reopen('all').play('6 quote 90/98 50x50')).not.toEqual([])
  },
)

test.each([1, 2])('under behaviour %i a venue that keeps no links any more lets groups go', (behaviour) => {
  const kept = { ...terms({ venues: [venue({ simulation: LINKED })] }), behaviour }
  const first = new Scenario(kept)
  first.play('1 quote 100/105', '2 a buy 8 limit 99 gtc as=1', '3 b buy 8 limit 98 gtc as=2 oco=1')
  const again = first.reopened({ ...terms({ venues: [venue({ simulation: { takes: 'all' } })] }), behaviour })
  expect(again.play('4 quote 97/97 50x50').filter((report) => report.includes('trade'))).toHaveLength(2)
})

test('[K2] an order that lowers those of its group and traded whole before the other came leaves it the rest', () => {
  const from = terms({ venues: [venue({ simulation: LINKED })] })
  const lines = [
    ...['1 quote 100/105 50x50', '2 p buy 8 market ioc as=1', '3 t sell 3 limit 100 gtc as=2'],
    ...['4 s sell 8 stop 95 gtc as=3 ouo=2', '5 quote 94/96 50x50'],
  ]
  const reports = new Scenario(from).play(...lines)
  expect(reports.slice(4)).toEqual([
    ...['4 s new leaves 8', '5 s triggered', '5 s trade 5@94 leaves 3', '5 s canceled cum 5'],
  ])
  // As a child of the order that trades both, and over a snapshot between the two.
  const first = new Scenario(from)
  first.play(lines[0] ?? '', lines[1] ?? '', '3 t sell 3 limit 100 gtc as=2 oto=1')
  expect(first.reopened(from).play('4 s sell 8 stop 95 gtc as=3 oto=1 ouo=2', '5 quote 94/96 50x50')).toEqual(
    reports.slice(4),
  )
  // Whoever comes next joins the other, with what both leave; the one that ended has its group now.
  const third = (link: string) =>
    new Scenario(from)
      .play(...lines.slice(0, 4), `5 u sell 8 stop 96 gtc as=4 ${link}`, '6 quote 94/96 50x50')
      .slice(5)
  expect(third('ouo=2')).toEqual([
    '5 u rejected linked_order_gone',
    '6 s triggered',
    '6 s trade 5@94 leaves 3',
    '6 s canceled cum 5',
  ])
  expect(third('ouo=3').filter((report) => report.includes('trade'))).toEqual(['6 s trade 5@94 leaves 3'])
  // One that ended in part ends the others.
  const part = new Scenario(from).play(
    '1 quote 100/105 3x50',
    '2 a sell 5 limit 100 ioc as=1',
    '3 b sell 8 stop 90 gtc as=2 ouo=1',
  )
  expect(part.at(-1)).toBe('3 b rejected linked_order_gone')
  // What it leaves nothing of is refused, and so is one whose group goes on without the one it names.
  const refused = (...more: string[]) => new Scenario(from).play(...lines.slice(0, 3), ...more).at(-1)
  expect(refused('4 s sell 3 stop 95 gtc as=3 ouo=2')).toBe('4 s rejected linked_order_gone')
  expect(refused('4 s sell 8 stop 95 gtc as=3 oco=2')).toBe('4 s rejected linked_order_gone')
  const grouped = new Scenario(from).play(
    ...lines.slice(0, 2),
    ...['3 t sell 3 limit 106 gtc as=2', '3 u sell 8 limit 120 gtc as=4 ouo=2', '4 quote 106/107 50x50'],
    '5 s sell 8 stop 95 gtc as=3 ouo=2',
  )
  expect(grouped.at(-1)).toBe('5 s rejected linked_order_gone')
})

test('[K4] a child for the day ends with the day while it waits', () => {
  const lines = [
    ...OPENED,
    '09:00:02 a buy 5 limit 90 gtc as=1',
    '09:00:03 b sell 5 limit 110 day as=2 oto=1',
    '17:36 time',
  ]
  expect(playDay([...lines, '17:37 quote 99/101'], dayTerms(LINKED)).slice(2)).toEqual([
    '17:35 b expired leaves 0',
  ])
})

test.each([
  // What had traded whole was told as canceled, and what it had ended traded.
  {
    behaviour: 2,
    told: [
      'b trade 2@104 leaves 0',
      'a triggered',
      'a trade 4@104 leaves 2',
      'b canceled cum 2',
      'a canceled cum 4',
    ],
  },
  {
    behaviour: BEHAVIOUR,
    told: ['b trade 2@104 leaves 0', 'a triggered', 'a trade 4@104 leaves 2', 'a canceled cum 4'],
  },
])(
  '[K2] an order that trades whole at the opening has ended before others trade: %j',
  ({ behaviour, told }) => {
    const lines = [
      '08:00 quote 99/101 50x50',
      '08:51 a buy 6 stop 103 gtc as=1',
      '08:52 b buy 2 limit 105 gtc as=2 ouo=1',
      '09:00:01 quote 103/104 50x50',
    ]
    const reports = playDay(lines, { ...dayTerms(LINKED), behaviour }).slice(2)
    expect(reports.map((report) => report.replace('09:00:01 ', ''))).toEqual(told)
  },
)
