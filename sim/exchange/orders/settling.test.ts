import { expect, test } from 'vitest'
import type { SimulationConfig } from '../../../schemas/config/simulation-config.ts'
import { clockUs, dayTerms, inMicroseconds, playDay } from '../phases/trading-day.test-support.ts'
import { Scenario, terms, venue } from '../scenario.test-support.ts'
import type { SimulatedVenuesTerms } from '../simulated-venues.ts'

// What a trade or an end leads to comes about behind the row or the order that was matched, and a snapshot between any two
// inputs changes nothing of it.

type Line = string | ((s: Scenario) => void)

const of = (simulation: SimulationConfig) => terms({ venues: [venue({ simulation })] })
const linked = of({ takes: 'all_and_contingent' })

/** Reports of the lines; `restored`: with a snapshot behind each. */
function told(from: SimulatedVenuesTerms, lines: readonly Line[], restored = false): string[] {
  let s = new Scenario(from)
  const reports: string[] = []
  for (const line of lines) {
    if (typeof line === 'string') s.step(line)
    else {
      line(s)
      s.drainInstants()
    }
    if (!restored) continue
    reports.push(...s.reports())
    s = s.reopened(from)
  }
  s.finish()
  return [...reports, ...s.reports()]
}

/** A message of a book by order, the last of its event or not. */
const order =
  (ts: number, action: number, id: number, side: 1 | -1, price: number, size: number, isLast = true) =>
  (s: Scenario) =>
    s.venues.exchange('sim').deepRows.onBookOrder(0, ts, action, id, side, price, size, isLast)

// r sells 2 of 5 and is moved away; x closes the position with a row that does not reach r, which ends behind that row.
const PARENT_SPENT = [
  '1 quote 100/101 50x50',
  '2 p buy 5 market ioc as=1',
  '3 r sell 5 limit 103 gtc reduce as=2',
  '4 c buy 5 limit 99 gtc as=3 whole=2',
  '5 x sell 3 limit 104 gtc as=4',
  '6 quote 103/104 2x50',
  '7 r2 replace r 5 110',
  '8 quote 104/105 3x50',
  '9 quote 98/99 50x50',
]

test('[K3] what the end of a parent that only reduces releases comes in with the row that ended it', () => {
  const reports = told(linked, PARENT_SPENT)
  expect(reports.filter((report) => report.includes(' c trade '))).toEqual(['9 c trade 2@99 leaves 3'])
})

test('[K4] a parent that only reduces and ends at a row cancels the child that waits for it', () => {
  const lines = [
    '1 quote 100/101 50x50',
    '2 a buy 10 market ioc as=1',
    '3 x sell 10 limit 105 gtc as=2',
    '4 p sell 10 limit 110 gtc reduce as=3',
    '5 c buy 10 limit 90 gtc as=4 oto=3',
    '6 quote 105/106 50x50',
  ]
  expect(told(linked, lines).slice(-2)).toEqual(['6 p canceled cum 0', '6 c canceled cum 0'])
})

test('an order that only reduces ends when a child released by a cancel closes the position', () => {
  const lines = [
    '1 quote 100/105 50x50',
    '2 a buy 8 limit 99 gtc as=1',
    '3 b sell 8 limit 90 gtc as=2 whole=1',
    '4 quote 98/99 50x5',
    '5 r sell 5 limit 120 gtc reduce as=3',
    '6 c cancel a',
  ]
  const ofReducer = told(linked, lines).filter((report) => report.includes(' r '))
  expect(ofReducer).toEqual(['5 r new leaves 5', '6 r canceled cum 0'])
})

test('the children of an order for the close end with it where a print settles the close', () => {
  const from = dayTerms({
    takes: 'all_and_contingent',
    closed_orders: 'queue',
    auctions: { price: 'print', print_wait_us: 60_000_000 },
  })
  const s = new Scenario(from)
  const lines = [
    '09:01 quote 100/101 5x5',
    '10:00 p buy 5 limit 90 cls as=1',
    '10:01 c sell 5 limit 110 gtc as=2 oto=1',
    '17:35:10 trade 100 5',
  ]
  for (const line of lines) s.step(inMicroseconds(line))
  expect(s.reports().at(-1)).toBe(`${clockUs('17:35:10')} c canceled cum 0`)
})

test('[M8] a child that trades at once or not at all leaves nothing in the call that its parent traded in', () => {
  const lines = [
    '08:00 quote 99/101',
    '09:00:01 quote 99/101 50x50',
    '17:00 a buy 5 limit 103 cls as=1',
    '17:01 b sell 5 market ioc as=2 oto=1',
    '17:02 d sell 5 limit 98 fok as=3 oto=1',
    '17:34 quote 99/101 50x50',
    '17:36 quote 99/101 50x50',
    '2/09:00:01 quote 80/81 50x50',
  ]
  const reports = playDay(lines, dayTerms({ takes: 'all_and_contingent' }))
  expect(reports.filter((report) => report.startsWith('2/'))).toEqual([])
  expect(reports.filter((report) => / [bd] canceled/.test(report))).toHaveLength(2)
})

test('[K4] a child that the venue ends by itself takes its parent along: immediate-or-cancel, and post-only when triggered', () => {
  const parent = ['1 quote 100/101 50x50', '2 p buy 10 limit 99 gtc as=1']
  const ended = (child: string, ...rows: string[]) =>
    told(linked, [...parent, child, ...rows]).filter((report) => / [pc] canceled/.test(report))
  expect(ended('3 c sell 10 limit 105 ioc as=2 oto=1', '4 quote 98/99 50x4')).toEqual([
    '4 c canceled cum 0',
    '4 p canceled cum 4',
  ])
  const stop = '3 c sell 10 stop_limit 90 89 gtc post as=2 oto=1'
  expect(ended(stop, '4 quote 98/99 50x4', '5 quote 90/105 50x50')).toEqual([
    '5 c canceled cum 0',
    '5 p canceled cum 4',
  ])
})

test.each<[string, SimulatedVenuesTerms, Line[]]>([
  ['rows that end what only reduces, and its children', linked, PARENT_SPENT],
  [
    'orders that only reduce, one of them released late',
    linked,
    [
      '1 quote 100/101 100x100',
      '2 p buy 5 market ioc as=1',
      '3 par buy 5 limit 99 gtc as=2',
      '4 ch sell 3 limit 110 gtc as=3 oto=2 reduce',
      '5 z sell 5 limit 111 gtc as=4 reduce',
      '6 quote 98/99 100x100',
      '7 quote 100/101 100x100',
      '8 x sell 10 market ioc as=5',
    ],
  ],
  [
    'a child, in the midst of an event of a book by order',
    of({ book: 'book_order', takes: 'all_and_contingent' }),
    [
      order(1, 0, 11, 1, 100, 10),
      order(1, 0, 12, -1, 102, 50),
      '2 p buy 5 limit 101 gtc as=1',
      '2 c sell 5 limit 110 gtc as=2 oto=1',
      order(3, 3, 11, 1, 100, 10, false),
      order(3, 0, 14, 1, 99, 10),
    ],
  ],
  [
    'what only reduces, in the midst of an event of a book by order',
    of({ book: 'book_order' }),
    [
      order(1, 0, 11, 1, 100, 10),
      order(1, 0, 12, -1, 102, 50),
      '2 o buy 5 market ioc',
      '2 p sell 5 limit 103 gtc',
      '2 c sell 5 limit 110 gtc reduce',
      order(3, 0, 13, 1, 104, 10, false),
      order(3, 0, 14, 1, 99, 10),
    ],
  ],
])('a snapshot between any two inputs changes nothing: %s', (_what, from, lines) => {
  expect(told(from, lines, true)).toEqual(told(from, lines))
})
