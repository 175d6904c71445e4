// Whenever a market begins, at an opening, behind a halt, in a closing call or under other rules, nothing trades at what was
// shown before, and what happens at one moment has one order.

import { expect, test } from 'vitest'
import { RandomStream } from '../../../engine/random-stream.ts'
import { must } from '../../../schemas/assert.ts'
import type { CalendarConfig } from '../../../schemas/config/calendar.ts'
import type { SimulationConfig } from '../../../schemas/config/simulation-config.ts'
import { Scenario, terms, venue } from '../scenario.test-support.ts'
import type { SimulatedVenuesTerms } from '../simulated-venues.ts'
import { clockUs, dayTerms, inMicroseconds, playDay, withClock } from './trading-day.test-support.ts'

const NO_AUCTIONS = { opening_auction: false, closing_auction: false }
const SIDES = ['09:01 bar bid 100', '09:01 bar ask 102']
const QUOTES = ['09:00:01 quote 100/102']

test.each([
  [
    'of bars, one side of which was shown before',
    [...SIDES, '17:00 a buy 5 market cls', '17:33 bar bid 200'],
  ],
  ['of quotes, none of which came behind it', [...QUOTES, '17:00 a buy 5 market cls']],
])(
  '[M3] behind a halt that ends in the closing call there is no auction of what was shown before: %s',
  (_, lines) => {
    const told = playDay([...lines, '17:36 time'], halted('17:10', '17:32'))
    expect(told).toEqual(['17:00 a new leaves 5', '17:35 a expired leaves 0'])
  },
)

test('[M3] what comes in the call behind a halt is in its auction', () => {
  const rows = [...QUOTES, '17:00 a buy 5 market cls', '17:33 quote 200/202', '17:36 time']
  expect(playDay(rows, halted('17:10', '17:32')).at(-1)).toBe('17:35 a trade 5@202 leaves 0')
})

test('[M3] halted from the opening into the closing call, no order meets a side of the day before', () => {
  const lines = [...SIDES, '2/17:32:30 a buy 5 market gtc', '2/17:33 bar bid 200', '2/17:36 time']
  expect(playDay(lines, halted('2/08:59', '2/17:32'))).toEqual(['2/17:32:30 a new leaves 5'])
})

const WITHOUT_CALL = { sessions: [{ days: ['thu', 'fri'], open: '09:00', close: '17:35' }] } as const
test.each([
  ['with a call', '17:20', {}],
  ['with a call, in which it began', '17:31', {}],
  ['without a call', '17:20', WITHOUT_CALL as never],
])('[M10] a halt to the very close lasts over it: %s', (_, from, calendar) => {
  const lines = [...QUOTES, '16:00 a buy 5 market cls', '17:36 time']
  expect(playDay(lines, halted(from, '17:35', {}, calendar)).at(-1)).toBe('17:35 a expired leaves 0')
})

test.each(['08:40', '08:55'])('[M5] a halt to the very opening, from %s, ends with an auction', (from) => {
  const lines = ['08:30 quote 99/101', '08:56 a buy 5 market day', '08:57 b buy 5 limit 106 day']
  const told = playDay([...lines, '09:00:01 quote 104/107 5x5'], halted(from, '09:00', {}, NO_AUCTIONS))
  expect(told.at(-1)).toBe('09:00:01 a trade 5@107 leaves 0')
})

test.each(['09:50', '10:00'])('[M1] one halt behind another is one, where the run begins at %s', (begin) => {
  const halts = [haltOf('09:55', '10:05'), haltOf('10:05', '10:15')]
  const lines = [
    '10:01 bid 100 5',
    '10:01 ask 101 5',
    '10:02 a buy 5 market day',
    '10:06 ask 101 0',
    '10:07 ask 150 5',
  ]
  const told = playDay([`${begin} time`, ...lines, '10:20 time'], dayTerms({ book: 'book_level', halts }))
  expect(told.at(-1)).toBe('10:15 a trade 5@150 leaves 0')
})

/** What was saved while closed goes on under other halts, or under none of the rules. */
const FAR = { halts: [haltOf('9/10:00', '9/10:05')] }
const NONE = (simulation: SimulationConfig) => terms({ venues: [venue({ simulation })] })
const BARS = { bars: 'fixed' } as const
test.each<[string, SimulatedVenuesTerms, SimulatedVenuesTerms, string[], string[], string]>([
  [
    'of bars',
    dayTerms(BARS, NO_AUCTIONS),
    dayTerms({ ...BARS, ...FAR }, NO_AUCTIONS),
    ['10:00 bar bid 100', '10:00 bar ask 102', '20:00 time'],
    ['2/11:30 bar bid 150', '2/11:40 a buy 5 market day', '2/11:41 bar bid 150', '2/11:42 bar ask 155'],
    '2/11:42 a trade 5@155 leaves 0',
  ],
  [
    'of quotes',
    dayTerms({}, NO_AUCTIONS),
    dayTerms(FAR, NO_AUCTIONS),
    ['10:00 quote 100/102', '20:00 time'],
    ['2/11:40 a buy 5 market day', '2/11:41 quote 150/155'],
    '2/11:41 a trade 5@155 leaves 0',
  ],
  [
    'of bars, under no rules any more',
    dayTerms(BARS, NO_AUCTIONS),
    NONE(BARS),
    ['10:00 bar bid 100', '10:00 bar ask 102', '2/08:55 a buy 5 market gtc', '2/09:01 bar bid 150'],
    ['2/09:03 bar bid 150', '2/09:04 bar ask 155', '2/09:05 time'],
    '2/09:04 a trade 5@155 leaves 0',
  ],
  [
    'of quotes, under no rules any more',
    dayTerms({}, NO_AUCTIONS),
    NONE({}),
    ['10:00 quote 100/102', '2/08:55 a buy 5 market gtc'],
    ['2/09:04 quote 150/155', '2/09:05 time'],
    '2/09:04 a trade 5@155 leaves 0',
  ],
  [
    'in a closing call',
    dayTerms(BARS),
    dayTerms({ ...BARS, ...FAR }),
    ['10:00 bar bid 100', '10:00 bar ask 102', '20:00 time'],
    ['2/17:31 bar bid 200', '2/17:32 a buy 5 market day', '2/18:00 time'],
    '2/17:35 a expired leaves 0',
  ],
])('[M11] under other rules orders meet the next row: %s', (_, before, after, first, then, last) => {
  const scenario = new Scenario(before)
  for (const line of first) scenario.step(inMicroseconds(line))
  const again = scenario.reopened(after)
  // Saved before its first input it begins no less anew.
  for (const one of [again.reopened(after), again])
    expect(
      one
        .play(...then.map(inMicroseconds))
        .map(withClock)
        .at(-1),
    ).toBe(last)
})

test('[M11] under no rules any more no status is said before the market begins', () => {
  const scenario = new Scenario(dayTerms())
  for (const line of [...QUOTES, '20:00 time']) scenario.step(inMicroseconds(line))
  const again = scenario.reopened(NONE({}))
  const { venues } = again
  const statuses = () =>
    venues
      .exchange('sim')
      .statuses(0)
      .map(({ status }) => status)
  expect(statuses()).toEqual([])
  again.step(inMicroseconds('2/10:00 time'))
  // The second says when a day ended last.
  expect(statuses()).toEqual(['pre_open', 'pre_open'])
  again.step(inMicroseconds('2/10:01 quote 100/102'))
  expect(statuses()).toEqual(['trading', 'trading'])
})

test('[M11] the end of a day that is over is told, then the status of now', () => {
  const scenario = new Scenario(dayTerms())
  for (const line of QUOTES) scenario.step(inMicroseconds(line))
  const again = scenario.reopened(dayTerms(FAR))
  again.step(inMicroseconds('2/10:00 time'))
  const told = again.deliveries.map(({ message }) => message).filter(({ type }) => type === 'security_status')
  const at = { ts_event_us: clockUs('2/10:00') }
  expect(told).toMatchObject([
    { status: 'closed', ends_day: true, ...at },
    { status: 'pre_open', ends_day: false, ...at },
  ])
})

test('[M11] [M26] a day that ended before is told, too, to whoever asked before the market began', () => {
  const scenario = new Scenario(dayTerms())
  for (const line of [...QUOTES, '18:00 time']) scenario.step(inMicroseconds(line))
  const again = scenario.reopened(dayTerms(FAR))
  expect(again.venues.exchange('sim').statuses(clockUs('2/08:00'))).toEqual([])
  again.step(inMicroseconds('2/08:51 time'))
  const told = again.deliveries.map(({ message }) => message).filter(({ type }) => type === 'security_status')
  expect(told).toMatchObject([
    { status: 'pre_open', ends_day: false, ts_event_us: clockUs('2/08:51') },
    { status: 'pre_open', ends_day: true, ts_event_us: clockUs('17:35') },
  ])
})

const WITH_LATENCY = (simulation: SimulationConfig) => ({
  ...dayTerms(simulation),
  venues: [venue({ calendar: 'day', simulation, latency: { submit_us: 1_000_000, report_us: 0 } })],
})
test('[M11] an order that was on its way to the earlier market is for its day', () => {
  const scenario = new Scenario(WITH_LATENCY({}))
  for (const line of [...QUOTES, '17:20 a buy 5 limit 90 day']) scenario.step(inMicroseconds(line))
  const told = scenario
    .reopened(WITH_LATENCY(FAR))
    .play(...['2/10:00 time', '2/10:01 quote 80/81'].map(inMicroseconds))
  expect(told.map(withClock)).toEqual(['17:20:01 a new leaves 5', '2/10:00 a expired leaves 0'])
})

test('[M3] [M11] bars that waited for each other as the earlier market was left open no other', () => {
  const scenario = new Scenario(dayTerms(BARS, NO_AUCTIONS))
  for (const line of ['10:00 bar bid 100', '10:00 bar ask 102']) scenario.step(inMicroseconds(line))
  const then = ['2/10:20 a buy 5 market gtc', '2/10:30 bar bid 200', '2/10:30 bar ask 202', '2/10:31 time']
  const again = scenario.reopened(dayTerms({ ...BARS, ...FAR }, NO_AUCTIONS))
  expect(again.play(...then.map(inMicroseconds)).map(withClock)).toEqual([
    '2/10:20 a new leaves 5',
    '2/10:30 a trade 5@202 leaves 0',
  ])
})

test('[M26] a status says how things stand, and beside it when a day ended last', () => {
  const scenario = new Scenario(dayTerms())
  const statuses = (time: string) => {
    scenario.step(inMicroseconds(`${time} time`))
    const now = scenario.venues.exchange('sim').statuses(clockUs(time))
    return now.map(({ status, ends_day, ts_event_us }) => [status, ends_day, withClock(`${ts_event_us}`)])
  }
  expect(statuses('12:00')).toEqual([['trading', false, '12:00']])
  expect(statuses('20:00')).toEqual([
    ['closed', false, '20:00'],
    ['closed', true, '17:35'],
  ])
  expect(statuses('2/08:55')).toEqual([
    ['pre_open', false, '2/08:55'],
    ['pre_open', true, '17:35'],
  ])
})

test('[M11] under no rules any more an order for an auction ends', () => {
  const scenario = new Scenario(dayTerms())
  for (const line of [...QUOTES, '10:00 a buy 5 market cls']) scenario.step(inMicroseconds(line))
  const told = scenario.reopened(NONE({})).play(inMicroseconds('10:01 quote 100/102'))
  expect(told.map(withClock)).toEqual(['10:01 a expired leaves 0'])
})

test.each([
  ['quotes', ['09:00:01 quote 100/102', '10:00 quote 100/102']],
  ['trades', ['09:00:01 trade 101 5', '10:00 trade 101 5']],
])('[M6] behind a halt that ends in the closing call a print is the price: %s', (_, rows) => {
  const lines = [...rows, '17:00 a buy 5 limit 110 cls', '17:35:01 trade 105 50', '17:40 time']
  const auctions = { price: 'print', print_wait_us: MINUTE_US } as const
  expect(playDay(lines, halted('17:10', '17:32', { auctions })).at(-1)).toBe(
    '17:35:01 a trade 5@105 leaves 0',
  )
})

test('[M6] [M11] a market of other rules that begins in its closing call waits for the print', () => {
  const auctions = { price: 'print', print_wait_us: MINUTE_US } as const
  const scenario = new Scenario(dayTerms({ auctions }))
  for (const line of [...QUOTES, '17:00 a buy 5 limit 110 cls', '17:31 time'])
    scenario.step(inMicroseconds(line))
  const again = scenario.reopened(dayTerms({ auctions, ...FAR }))
  const told = again.play(...['17:32 time', '17:35:01 trade 105 50', '17:40 time'].map(inMicroseconds))
  expect(told.map(withClock).at(-1)).toBe('17:35:01 a trade 5@105 leaves 0')
})

test.each([
  ['of before', [...QUOTES, '2/09:01 quote 100/102'], []],
  ['of the day before', QUOTES, []],
  ['that comes in the call', QUOTES, ['2/17:34 quote 103/104']],
])('[M3] [M11] without its print the close of other rules is never at a quote %s', (_, before, rows) => {
  const auctions = { price: 'print', print_wait_us: MINUTE_US } as const
  const scenario = new Scenario(dayTerms({ auctions }))
  for (const line of [...before, '2/08:51 a buy 5 limit 110 cls', '2/17:31 time'])
    scenario.step(inMicroseconds(line))
  const again = scenario.reopened(dayTerms({ auctions, ...FAR }))
  const told = again.play(...['2/17:32 time', ...rows, '2/17:40 time'].map(inMicroseconds)).map(withClock)
  expect(told.at(-1)).toBe(
    rows.length === 0 ? '2/17:36 a expired leaves 0' : '2/17:36 a trade 5@104 leaves 0',
  )
})

test.each(['17:29', '17:30', '17:32', '17:34'])(
  '[M3] [M6] a session that has had rows has its print, though a halt lasted to %s',
  (to) => {
    const auctions = { price: 'print', print_wait_us: MINUTE_US } as const
    const lines = [...QUOTES, '09:20 quote 100/102', '17:00 a buy 5 limit 110 cls', '17:35:01 trade 105 50']
    expect(playDay([...lines, '17:40 time'], halted('17:10', to, { auctions })).at(-1)).toBe(
      '17:35:01 a trade 5@105 leaves 0',
    )
  },
)

test.each(['17:20', '17:29', '17:31'])(
  '[M6] [M11] a market of other rules from %s on has its print',
  (at) => {
    const auctions = { price: 'print', print_wait_us: MINUTE_US } as const
    const scenario = new Scenario(dayTerms({ auctions }))
    for (const line of [...QUOTES, '17:00 a buy 5 limit 110 cls']) scenario.step(inMicroseconds(line))
    const then = [`${at} time`, '17:35:01 trade 105 50', '17:40 time'].map(inMicroseconds)
    const told = scenario.reopened(dayTerms({ auctions, ...FAR })).play(...then)
    expect(told.map(withClock).at(-1)).toBe('17:35:01 a trade 5@105 leaves 0')
  },
)

test('[M3] [M6] nor is the close behind a halt that ends in its call', () => {
  const auctions = { price: 'print', print_wait_us: MINUTE_US } as const
  const lines = [...QUOTES, '17:00 a buy 5 limit 110 cls', '17:40 time']
  expect(playDay(lines, halted('17:10', '17:32', { auctions })).at(-1)).toBe('17:36 a expired leaves 0')
})

test('[M3] [M11] a book that has both sides begins at once under other rules', () => {
  const book = 'book_level' as const
  const scenario = new Scenario(dayTerms({ book }))
  for (const line of ['10:00 bid 100 5', '10:00 bid 99 5', '10:00 ask 102 5', '10:00 ask 103 5'])
    scenario.step(inMicroseconds(line))
  const again = scenario.reopened(dayTerms({ book, ...FAR }))
  const then = ['11:00 bid 98 7', '11:01 ask 104 7', '11:02 a buy 5 market ioc']
  expect(
    again
      .play(...then.map(inMicroseconds))
      .map(withClock)
      .at(-1),
  ).toBe('11:02 a trade 5@102 leaves 0')
})

const PRINTS = { price: 'print', print_wait_us: 60 * 60_000_000 } as const
const QUEUED: SimulationConfig = { closed_orders: 'queue' }
const DAY_ORDER = '10:00 a buy 5 limit 90 day'
const CLOSE_ORDER = '10:00 b buy 5 limit 90 cls'
const IN_PRINT = [DAY_ORDER, CLOSE_ORDER, '17:36 c buy 5 limit 80 day']
const LINKED: SimulationConfig = { takes: 'all_and_contingent' }
const CHILD = ['10:00 a buy 5 limit 90 gtc', '10:00 b sell 5 limit 110 day as=2 oto=1']
const hours = (...times: (readonly [string, string])[]): Partial<CalendarConfig> => ({
  sessions: times.map(([open, close]) => ({ days: ['thu', 'fri', 'sat'], open, close })),
})
const TWO = hours(['09:00', '12:00'], ['13:00', '17:35'])
const HOURS = (change: Partial<CalendarConfig>) => dayTerms({}, change)
type Ends = [string, SimulatedVenuesTerms, SimulatedVenuesTerms, string[], string, string[]]
const of = (simulation: SimulationConfig, change: Partial<CalendarConfig> = {}) =>
  [dayTerms(simulation, change), dayTerms({ ...simulation, ...FAR }, change)] as const

test.each<Ends>([
  ['the day', ...of({}), [DAY_ORDER], '2/10:00', ['a expired']],
  ['no end', ...of({}), ['10:00 a buy 5 limit 90 gtc'], '2/10:00', []],
  ['the day, which goes on', ...of({}), [DAY_ORDER], '17:34', []],
  ['the day, which ends now', ...of({}), [DAY_ORDER], '17:35', ['a expired']],
  ['a day that is longer now', dayTerms(), HOURS(hours(['09:00', '22:00'])), [DAY_ORDER], '18:00', []],
  ['one that is shorter', dayTerms(), HOURS(hours(['09:00', '12:00'])), [DAY_ORDER], '13:00', ['a expired']],
  ['a day of two sessions', ...of({}, TWO), [DAY_ORDER, CLOSE_ORDER], '14:00', ['b expired']],
  ['the same, later', ...of({}, TWO), [DAY_ORDER, CLOSE_ORDER], '18:00', ['a expired', 'b expired']],
  ['the next day', ...of({}, TWO), [DAY_ORDER, CLOSE_ORDER], '2/09:30', ['a expired', 'b expired']],
  ['another close', ...of({}), [CLOSE_ORDER], '2/10:00', ['b expired']],
  [
    'a session to come, that has been',
    ...of(QUEUED),
    ['20:00 a buy 5 limit 90 day'],
    '3/10:00',
    ['a expired'],
  ],
  ['one that is on', ...of(QUEUED), ['20:00 a buy 5 limit 90 day'], '2/10:00', []],
  ['a print', ...of({ ...QUEUED, auctions: PRINTS }), IN_PRINT, '17:40', ['a expired', 'b expired']],
  [
    'a print, and another day',
    ...of({ ...QUEUED, auctions: PRINTS }),
    IN_PRINT,
    '2/10:00',
    ['a expired', 'b expired'],
  ],
  [
    'a print, under no rules',
    dayTerms({ ...QUEUED, auctions: PRINTS }),
    NONE(QUEUED),
    IN_PRINT,
    '17:40',
    ['a expired', 'b expired'],
  ],
  ['its parent', ...of(LINKED), CHILD, '2/10:00', ['b expired']],
])(
  '[M11] under other rules what was for a session that is over ends: for %s',
  (_, before, after, first, time, ended) => {
    const scenario = new Scenario(before)
    for (const line of [...QUOTES, ...first]) scenario.step(inMicroseconds(line))
    const again = scenario.reopened(after)
    // Saved before its first input, under these rules or under others, it ends no less.
    for (const one of [
      again.reopened(after),
      scenario.reopened(dayTerms({ ...QUEUED, ...LINKED, ...FAR })).reopened(after),
      again,
    ]) {
      const told = one.play(`${clockUs(time)} time`).map(withClock)
      expect(told.map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual(
        ended.map((end) => `${time} ${end}`),
      )
    }
  },
)

test.each([
  ['without a calendar, but with halts', NONE(FAR), false],
  ['without rules, but with what an operator has halted', NONE({}), true],
])('[M10] [M11] no order for an auction is left where there is none any more: %s', (_, after, isHeld) => {
  const scenario = new Scenario(dayTerms())
  for (const line of [...QUOTES, '10:00 a buy 5 market cls']) scenario.step(inMicroseconds(line))
  const act = { venue_id: 'sim', instrument_id: 'X.sim', operator: 'desk', reason: '' }
  if (isHeld) scenario.venues.exchange('sim').act({ type: 'halt', ...act } as never, clockUs('10:01'))
  const again = scenario.reopened(after)
  again.step(inMicroseconds('10:02 quote 100/102'))
  expect(again.venues.books().open_orders).toEqual([])
})

test.each(['bar last', 'trade'])('[M3] a last price that opens gives no side up: %s', (last) => {
  const rows = ['2/09:01 bar bid 150', `2/10:05 ${last} 160`, '2/10:06 bar bid 155']
  const told = playDay(
    [...SIDES, ...rows, '2/10:07 a buy 5 market day', '2/10:08 time'],
    dayTerms(BARS, NO_AUCTIONS),
  )
  expect(told.at(-1)).toBe('2/10:07 a trade 5@160 leaves 0')
})

test.each([
  [
    'two of one side are no next bar',
    ['2/11:00 bar bid*1 200', '2/11:00 bar bid*5 200', '2/11:01 bar ask 205'],
    205,
  ],
  [
    'one of the other is among them',
    ['2/09:30 bar bid 150', '2/10:05 bar bid*1 201', '2/10:05 bar ask*5 205'],
    205,
  ],
  ['the same, turned round', ['2/09:30 bar bid 150', '2/10:05 bar ask*5 205', '2/10:05 bar bid*1 201'], 205],
])('[M3] of bars of one time no side is given up: %s', (_, rows, price) => {
  const lines = [...SIDES, '2/08:55 a buy 5 market day', ...rows, '2/11:02 time']
  expect(playDay(lines, dayTerms(BARS, NO_AUCTIONS)).at(-1)).toMatch(
    new RegExp(`a trade 5@${price} leaves 0$`),
  )
})

const DAYS = 4
const DAY_US = clockUs('2/00:00')
const OPEN_US = clockUs('09:00')
const CALL_US = clockUs('17:30')
const CLOSE_US = clockUs('17:35')
const MINUTE_US = 60_000_000

test('[M3] no order trades at what was shown before its market began last (seed 20261204)', () => {
  let trades = 0
  for (let run = 0; run < 400; run++) {
    const random = new RandomStream(20_261_204, `beginnings/${run}`)
    const halts = drawnHalts(random)
    const hours = random.nextInt(2) === 0 ? NO_AUCTIONS : {}
    const isOfBars = random.nextInt(3) > 0
    const script = halts.map(({ from_us, to_us }) => ({
      ...{
        instrument: 'X.sim',
        from: new Date(from_us / 1_000).toISOString(),
        to: new Date(to_us / 1_000).toISOString(),
      },
    }))
    const simulation: SimulationConfig = { closed_orders: 'queue', ...(isOfBars ? BARS : {}), halts: script }
    const scenario = new Scenario(dayTerms(simulation, hours))
    const shown = new Map<number, number>()
    for (let day = 0; day < DAYS; day++)
      for (const ts_us of drawnTimes(random, day)) {
        const order = `o${scenario.deliveries.length}x${ts_us}`
        const side = run % 2 === 0 ? 'buy' : 'sell'
        if (random.nextInt(3) > 0) scenario.step(`${ts_us - 20_000_000} ${order} ${side} 1 market gtc`)
        const price = 10_000 + shown.size
        const rows = isOfBars
          ? ['bid', 'ask']
              .filter(() => random.nextInt(4) > 0)
              .map((of) => `bar ${of} ${of === 'ask' ? price + 5_000 : price}`)
          : [`quote ${price}/${price + 5_000}`]
        for (const row of rows) scenario.step(`${ts_us} ${row}`)
        for (const one of [price, price + 5_000]) shown.set(one, ts_us)
      }
    scenario.step(`${(DAYS + 1) * DAY_US} time`)
    for (const { message } of scenario.deliveries) {
      if (message.type !== 'venue_report' || message.report_type !== 'trade') continue
      trades++
      const { ts_event_us, last_price_units } = message
      const shown_us = must(shown.get(last_price_units), `run ${run}: somebody showed ${last_price_units}`)
      const begun_us = lastBeginning(ts_event_us, halts)
      expect({ run, ts_event_us, isOfBefore: shown_us < begun_us }).toEqual({
        run,
        ts_event_us,
        isOfBefore: false,
      })
    }
  }
  expect(trades).toBeGreaterThan(2_000)
})

type HaltTimes = { readonly from_us: number; readonly to_us: number }

function drawnHalts(random: RandomStream): HaltTimes[] {
  const halts: HaltTimes[] = []
  let at_us = OPEN_US
  for (let count = random.nextInt(4); count > 0; count--) {
    const from_us = at_us + random.nextInt(900) * MINUTE_US + 30_000_000
    const lasts_us = (1 + random.nextInt([5, 60, 600, 1_500][random.nextInt(4)] as number)) * MINUTE_US
    const call_us = Math.floor(from_us / DAY_US) * DAY_US + CALL_US + random.nextInt(6) * MINUTE_US
    const to_us = random.nextInt(2) === 0 && call_us > from_us ? call_us : from_us + lasts_us
    halts.push({ from_us, to_us })
    at_us = to_us + MINUTE_US
  }
  return halts
}

/** Of a session, its closing call and a while behind it. */
function drawnTimes(random: RandomStream, day: number): number[] {
  const times = Array.from({ length: 8 }, () => OPEN_US + random.nextInt(530) * MINUTE_US)
  const call = Array.from({ length: 2 }, () => CALL_US + random.nextInt(6) * MINUTE_US)
  return [...new Set([...times, ...call])].sort((a, b) => a - b).map((ts_us) => day * DAY_US + ts_us)
}

/** The opening of the session, or the end of a halt that ended in it, whichever was last. */
function lastBeginning(ts_us: number, halts: readonly HaltTimes[]): number {
  const day_us = Math.floor(ts_us / DAY_US) * DAY_US
  const opening_us = day_us + OPEN_US
  const halt = halts.findLast(({ to_us }) => to_us < ts_us && to_us > opening_us && to_us < day_us + CLOSE_US)
  return Math.max(opening_us, halt?.to_us ?? 0)
}

function haltOf(from: string, to: string) {
  const at = (time: string) => new Date(clockUs(time) / 1_000).toISOString()
  return { instrument: 'X.sim', from: at(from), to: at(to) }
}

function halted(
  from: string,
  to: string,
  simulation: SimulationConfig = {},
  calendar: Partial<CalendarConfig> = {},
): SimulatedVenuesTerms {
  return dayTerms({ bars: 'fixed', ...simulation, halts: [haltOf(from, to)] }, calendar)
}
