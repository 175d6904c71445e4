// Children that wait for the rows of a time: some of them works already, and has traded or is lowered meanwhile.

import { expect, test } from 'vitest'
import { CanonicalWriter } from '../../../engine/canonical/canonical-writer.ts'
import { RandomStream } from '../../../engine/random-stream.ts'
import { must } from '../../../schemas/assert.ts'
import type { SimulationConfig } from '../../../schemas/config/simulation-config.ts'
import { dayTerms, inMicroseconds, withClock } from '../phases/trading-day.test-support.ts'
import { instrument, play, Scenario, specsOf, terms, venue } from '../scenario.test-support.ts'
import type { SimulatedVenuesTerms } from '../simulated-venues.ts'

const NAMES = ['X.sim', 'Y.sim', 'Z.sim']
const SIMULATION = {
  ...{ bars: 'fixed', takes: 'all_and_contingent', fills: { model: 'top_of_book' } },
} as const satisfies SimulationConfig
const HALT_OF_Y = {
  instrument: 'Y.sim',
  from: '1970-01-01T00:00:00.000005Z',
  to: '1970-01-01T00:00:00.000007Z',
}
const FROM = terms({
  venues: [venue({ simulation: SIMULATION })],
  specs: specsOf(...NAMES.map((instrument_id) => instrument({ instrument_id }))),
})
const BOTH = ['1 bar:X.sim last 100', '1 bar:Y.sim last 100']
/** Of 8 of b 4 work; in the minute 4 its parent trades the rest in X, and Y trades what works of b. */
const HALF = [
  ...['2 a:X.sim buy 8 limit 98 gtc as=1', '2 b:Y.sim sell 8 limit 105 gtc as=2 oto=1'],
  ...['3 bar:X.sim last 97 97 97 97 4', '3 bar:Y.sim last 100'],
]
const REST = ['4 bar:X.sim last 97 97 97 97 4', '4 bar:Y.sim last 106']
const SPENT = [...BOTH, ...HALF, ...REST]

test.each([
  ['a child', SPENT],
  [
    'one that only reduces',
    SPENT.toSpliced(2, 0, '1 y:Y.sim buy 20 market gtc as=9').map((line) =>
      line.includes(' b:') ? `${line} reduce` : line,
    ),
  ],
])('[K5] %s that has traded what works of it while more waits for rows is saved', (_, lines) => {
  const told = play(lines, FROM)
  expect(told).toContain('4 b trade 4@106 leaves 0')
  expect(reopened(lines, FROM)).toEqual(told)
})

test('[K5] it is among the open orders of its venue', () => {
  const scenario = new Scenario(FROM)
  for (const line of SPENT) scenario.step(line)
  expect(scenario.venues.books().open_orders.map(({ client_order_id }) => client_order_id)).toEqual(['b'])
})

test('[K4] it goes on with another price where it is replaced meanwhile, and ends where it is cancelled', () => {
  const lines = [...BOTH, ...HALF, '4 bar:Z.sim last 100']
  const replaced = play([...lines, '4 r:Y.sim replace b 8 107', ...REST, '5 bar:Y.sim last 108'], FROM)
  expect(replaced.slice(-3)).toEqual([
    ...['4 b trade 4@105 leaves 4', '4 r replaced b 8@107 leaves 4', '5 r trade 4@107 leaves 0'],
  ])
  const canceled = play([...lines, '4 c:Y.sim cancel b', ...REST, '5 bar:Y.sim last 108'], FROM)
  expect(canceled.slice(-2)).toEqual(['4 b trade 4@105 leaves 4', '4 c canceled b cum 4'])
})

const BRACKET = HALF.toSpliced(2, 0, '2 c:Y.sim sell 8 stop 90 gtc as=3 oto=1 ouo=2')
test.each([
  [
    'two instruments',
    [...BOTH, ...BRACKET, REST[0], '4 bar:Y.sim last 100 106 100 100', '5 bar:Y.sim last 85'],
  ],
  [
    'one, whose last prices come beside bids and asks',
    [
      ...['1 bar last 100', '1 bar bid 99', '1 bar ask 101', '2 a buy 8 limit 98 gtc as=1'],
      ...['2 b sell 8 limit 105 gtc as=2 oto=1', '2 c sell 8 stop 90 gtc as=3 oto=1 ouo=2'],
      ...['3 bar last 97 97 97 97 4', '3 bar bid 99', '3 bar ask 101', '4 bar last 97 97 97 97 4'],
      ...[
        '4 bar bid 99 106 99 99',
        '4 bar ask 101 108 101 101',
        '5 bar last 85',
        '5 bar bid 84',
        '5 bar ask 86',
      ],
    ],
  ],
])('[K4] a stop from which its pair takes all that works goes on with what waits: %s', (_, lines) => {
  const told = play(lines as string[], FROM)
  expect(tradedUnits(told, 'b')).toBe(4)
  expect(tradedUnits(told, 'c')).toBe(4)
  expect(told).not.toContain('4 c canceled cum 0')
})

/** A stop of a pair waits for its trigger, whatever of the pair trades meanwhile. */
test.each([
  [
    'behind a trade of its parent that releases less than was taken',
    FROM,
    [
      ...[...BOTH, '2 a:X.sim buy 16 limit 98 gtc as=1', ...BRACKET.slice(1, 3)],
      ...['3 bar:X.sim last 97 97 97 97 8', '3 bar:Y.sim last 100', '4 bar:X.sim last 97 97 97 97 4'],
      ...['4 bar:Y.sim last 100 106 100 100', '5 bar:Y.sim last 100'],
    ],
    [0, 2],
  ],
  [
    'where its market begins again',
    { ...FROM, venues: [venue({ simulation: { ...SIMULATION, halts: [HALT_OF_Y] } })] },
    [...BOTH, ...BRACKET, '8 bar:X.sim last 97 97 97 97 4', '8 bar:Y.sim last 106 106 104 104'],
    [0, 4],
  ],
])('[K2] %s', (_, from, lines, [traded, left]) => {
  const scenario = new Scenario(from)
  const told = scenario.play(...lines)
  expect(told.filter((report) => / [bc] canceled| c triggered/.test(report))).toEqual([])
  expect(tradedUnits(told, 'c')).toBe(traded)
  const stop = scenario.venues
    .exchange('sim')
    .openOrders()
    .find((order) => order.client_order_id === 'c')
  expect(stop).toMatchObject({ is_waiting: true, order_quantity_units: left })
})

test('[K2] a pair that takes the whole of a child which waits for its parent ends it', () => {
  const told = play(
    [
      ...[...BOTH, '2 a:X.sim buy 8 limit 90 gtc as=1', '2 b:Y.sim sell 4 limit 105 gtc as=2'],
      ...['2 c:Y.sim sell 4 limit 110 gtc as=3 whole=1 ouo=2', '4 bar:Y.sim last 106'],
    ],
    FROM,
  )
  expect(told.slice(-2)).toEqual(['4 b trade 4@105 leaves 0', '4 c canceled cum 0'])
})

test.each([
  ['all', 4, '4 bar:Y.sim last 106', 0],
  ['a part', 2, '4 bar:Y.sim last 100 106 100 100 8', 2],
])(
  '[K2] %s of what a parent bought that ends in part is sold by one of a pair, and the other, which waited, sells the rest',
  (_, first, row, second) => {
    const told = play(
      [
        ...[...BOTH, '2 a:X.sim buy 8 limit 98 gtc as=1', '2 b:Y.sim sell 8 limit 105 gtc as=2 oto=1'],
        ...['2 c:Y.sim sell 8 limit 103 gtc as=3 whole=1 ouo=2', '3 bar:X.sim last 97 97 97 97 4'],
        ...['3 bar:Y.sim last 100', row, '4 x:X.sim cancel a', '5 bar:Y.sim last 104'],
      ],
      FROM,
    )
    expect([tradedUnits(told, 'b'), tradedUnits(told, 'c')]).toEqual([first, second])
  },
)

test.each([
  [
    'a smaller one',
    ['2 b:Y.sim sell 8 limit 105 gtc as=2 oto=1', '2 c:Y.sim sell 4 limit 120 gtc as=3 whole=1 ouo=2'],
    '4 bar:Y.sim last 100 106 100 100 8',
  ],
  [
    'one of two targets beside a stop',
    [
      ...['2 b:Y.sim sell 8 stop 90 gtc as=2 oto=1', '2 c:Y.sim sell 4 limit 105 gtc as=3 oto=1 ouo=2'],
      '2 d:Y.sim sell 4 limit 120 gtc as=4 whole=1 ouo=2',
    ],
    '4 bar:Y.sim last 106',
  ],
])('[K2] what others have taken all of ends alone, and they keep what is left: %s', (_, exits, row) => {
  const scenario = new Scenario(FROM)
  scenario.play(
    ...[...BOTH, '2 a:X.sim buy 8 limit 98 gtc as=1', ...exits, '3 bar:X.sim last 97 97 97 97 4'],
    ...['3 bar:Y.sim last 100', row, '4 x:X.sim cancel a', '5 bar:Y.sim last 104'],
  )
  expect(scenario.venues.books().open_orders.map(({ client_order_id }) => client_order_id)).toEqual(['b'])
})

test.each([
  ['oto=1', 'ouo=2'],
  ['whole=1', 'ouo=2'],
  ['oto=1', 'oco=2'],
  ['whole=1', 'oco=2'],
])('[K3] a target whose share rounds to nothing leaves the stop: %s %s', (oto, group) => {
  const scenario = new Scenario(FROM)
  scenario.play(
    ...[...BOTH, '2 a:X.sim buy 8 limit 98 gtc as=1', `2 b:Y.sim sell 8 stop 90 gtc as=2 ${oto}`],
    ...[
      `2 c:Y.sim sell 7 limit 105 gtc as=3 ${oto} ${group}`,
      `2 d:Y.sim sell 1 limit 120 gtc as=4 ${oto} ${group}`,
    ],
    ...[
      '3 bar:X.sim last 97 97 97 97 4',
      '3 bar:Y.sim last 100',
      '4 x:X.sim cancel a',
      '5 bar:Y.sim last 104',
    ],
  )
  const open = scenario.venues.books().open_orders.map(({ client_order_id }) => client_order_id)
  expect(open.toSorted()).toEqual(['b', 'c'])
})

test('[K3] a child of an ouo of which its parent left too little ends with that one', () => {
  const scenario = new Scenario(FROM)
  scenario.play(
    ...[...BOTH, '2 a:X.sim buy 8 limit 98 gtc as=1', '2 b:Y.sim sell 1 stop 90 gtc as=2 oto=1'],
    ...['2 c:Y.sim sell 1 limit 105 gtc as=3 oto=1 ouo=2', '3 bar:X.sim last 97 97 97 97 4'],
    ...['3 bar:Y.sim last 100', '4 x:X.sim cancel a'],
  )
  const ends = scenario.deliveries.flatMap(({ message }) =>
    message.type === 'venue_report' &&
    message.report_type === 'canceled' &&
    /^[bc]$/.test(message.client_order_id)
      ? [`${message.client_order_id} ${message.reason_code}`]
      : [],
  )
  expect(ends).toEqual(['b parent_ended', 'c parent_ended'])
})

test('[K3] by what its group took no child comes in below the least order', () => {
  const specs = specsOf(...NAMES.map((instrument_id) => instrument({ instrument_id, quantity_min: '3' })))
  const told = play(
    [
      ...[...BOTH, '2 a:X.sim buy 8 limit 98 gtc as=1', '2 b:Y.sim sell 8 limit 105 gtc as=2 oto=1'],
      ...['2 c:Y.sim sell 8 limit 103 gtc as=3 whole=1 ouo=2', '3 bar:X.sim last 97 97 97 97 4'],
      ...['3 bar:Y.sim last 100', '4 bar:Y.sim last 100 106 100 100 8', '4 x:X.sim cancel a'],
    ],
    { ...FROM, specs },
  )
  expect(told.at(-1)).toBe('4 c canceled cum 0')
})

test('[K2] a stop that others took of before it came in is replaced as one that waits for its parent', () => {
  const lines = [
    ...[...BOTH, '2 a:X.sim buy 8 limit 98 gtc as=1', '2 x:Y.sim sell 4 limit 105 gtc as=2'],
    ...[
      '2 c:Y.sim sell 8 stop 95 gtc as=3 oto=1 ouo=2',
      '4 bar:Z.sim last 100',
      '4 r:Y.sim replace c 8 0 85',
    ],
    ...['4 bar:X.sim last 97', '4 bar:Y.sim last 106', '5 bar:Y.sim last 90', '6 bar:Y.sim last 80'],
  ]
  const told = play(lines, FROM)
  expect(told.filter((report) => / [cr] /.test(report)).slice(1, 4)).toEqual([
    ...['4 r replaced c 8@0 leaves 8', '6 r triggered', '6 r trade 4@80 leaves 4'],
  ])
})

test.each([
  ['a limit', SPENT, 'b', '5 bar:Y.sim last 107', '4 b trade 8@106 leaves 0'],
  [
    'a stop, which was triggered',
    [
      ...[...BOTH, ...BRACKET.map((line) => line.replace('limit 105', 'limit 120'))],
      ...['4 bar:X.sim last 97 97 97 97 16', '4 bar:Y.sim last 90 90 90 90 64'],
    ],
    ...(['c', '5 bar:Y.sim last 100', '4 c trade 8@90 leaves 0'] as const),
  ],
])(
  '[M14] what is taken back of a child while more of it waits trades again with that: %s',
  (_, lines, id, row, last) => {
    const scenario = new Scenario({ ...FROM, trade_retention: 10 })
    for (const line of lines) scenario.step(line)
    const { execution_id } = must(
      scenario.deliveries
        .flatMap(({ message }) => (message.type === 'venue_report' ? [message] : []))
        .findLast(({ report_type, client_order_id }) => report_type === 'trade' && client_order_id === id),
      'the child has traded',
    ) as { execution_id: string }
    scenario.venues.exchange('sim').act({ type: 'trade_cancel', execution_id } as never, 4)
    expect(
      scenario
        .play(row)
        .filter((report) => report.includes(` ${id} `))
        .at(-1),
    ).toBe(last)
  },
)

test('[K3] more of a post-only child does not come in where it would take', () => {
  const told = play(
    SPENT.map((line) => (line.includes(' b:') ? `${line} post` : line)),
    FROM,
  )
  expect(told.slice(-2)).toEqual(['4 b trade 4@105 leaves 4', '4 b canceled cum 4'])
})

test('[K4] a child for the day expires with it while more of it waits', () => {
  const day = { ...FROM, ...dayTerms(SIMULATION), specs: FROM.specs }
  const lines = [
    ...['09:01 bar:X.sim last 100', '09:01 bar:Y.sim last 100', '09:02 a:X.sim buy 8 limit 98 gtc as=1'],
    ...['09:02 b:Y.sim sell 8 limit 105 day as=2 oto=1', '09:03 bar:X.sim last 97 97 97 97 4'],
    ...['09:03 bar:Y.sim last 100', '17:31 bar:X.sim last 97', '17:31 bar:Y.sim last 106', '2/08:00 time'],
  ]
  const told = new Scenario(day).play(...lines.map(inMicroseconds)).map(withClock)
  expect(told.slice(-2)).toEqual(['17:35 b trade 4@106 leaves 4', '17:35 b expired leaves 0'])
})

test('no pair sells more than its parent bought, none of it untriggered, and what is open is for the rest (seed 20261203)', () => {
  const random = new RandomStream(20_261_203, 'children-behind-rows')
  let both = 0
  for (let round = 0; round < 2_000; round++) {
    const { from, lines } = drawnPair(random)
    const scenario = new Scenario(from)
    const told = scenario.play(...lines)
    const [bought, profit, stop] = ['a', 'b', 'c'].map((id) => tradedUnits(told, id)) as [
      number,
      number,
      number,
    ]
    const owed = Math.floor(bought / 2) - profit - stop
    const open = scenario.venues
      .exchange('sim')
      .openOrders()
      .filter(({ client_order_id: id }) => id !== 'a')
    const works = open.map((order) => order.order_quantity_units - order.cum_quantity_units)
    const isTriggered = stop === 0 || told.some((report) => report.includes(' c triggered'))
    expect({ round, lines, isTriggered, owed: Math.max(0, owed), works }).toEqual({
      ...{ round, lines, isTriggered: true, owed, works: works.map(() => owed) },
    })
    if (profit > 0 && stop > 0) both++
  }
  expect(both).toBeGreaterThan(50)
})

/** A parent, and a profit and a stop for half of what it buys, on data of several kinds, with a halt now and then. */
function drawnPair(random: RandomStream): { from: SimulatedVenuesTerms; lines: string[] } {
  const one = <T>(list: readonly T[]): T => list[random.nextInt(list.length)] as T
  const around = (price: number, by: number) => price + random.nextInt(2 * by + 1) - by
  const kinds = [1, 2].map(() => one([['last'], ['last', 'bid', 'ask'], ['bid', 'ask'], ['quote']]))
  const row = (minute: number, at: number, mid: number, kind: string) => {
    const start = `${minute} ${kind === 'quote' ? 'quote' : 'bar'}:${NAMES[at]}`
    if (kind === 'quote')
      return `${start} ${mid - 1}/${mid + 1} ${1 + random.nextInt(8)}x${1 + random.nextInt(8)}`
    const near = mid + ({ last: 0, bid: -1, ask: 1 }[kind] ?? 0)
    const [open, close] = [around(near, 2), around(near, 2)]
    const [high, low] = [Math.max(open, close) + random.nextInt(6), Math.min(open, close) - random.nextInt(6)]
    return `${start} ${kind} ${open} ${high} ${low} ${close}${one([' 4', ' 4', ' 8', ' 16'])}`
  }
  const rows = (minute: number) => {
    const all = [0, 1].flatMap((at) => {
      const mid = minute === 1 ? 100 : around(99, 4)
      return (kinds[at] as string[]).map((kind) => row(minute, at, mid, kind))
    })
    return random.nextInt(2) === 0 ? all : all.toReversed()
  }
  const units = 4 + random.nextInt(5)
  const stop = one(['stop 90', 'stop 94', 'stop_limit 94 90', 'trailing_stop 5'])
  const halts = random.nextInt(3) === 0 ? [HALT_OF_Y] : []
  return {
    from: {
      ...FROM,
      venues: [venue({ simulation: { ...SIMULATION, bars: one(['fixed', 'adaptive', 'close']), halts } })],
    },
    lines: [
      ...rows(1),
      `2 a:${one(['X.sim', 'Y.sim'])} buy ${2 * units} limit ${96 + random.nextInt(4)} gtc as=1`,
      `2 b:Y.sim sell ${units} limit ${101 + random.nextInt(4)} gtc as=2 oto=1`,
      `2 c:Y.sim sell ${units} ${stop} gtc as=3 oto=1 ouo=2`,
      ...[3, 4, 5, 6, 7, 8, 9, 10, 11, 12].flatMap(rows),
    ],
  }
}

test('[K3] of bars of two lengths a child waits for both, whichever comes first', () => {
  const orders = ['2 a sell 5 limit 105 gtc as=1', '2 b buy 5 market gtc as=2 oto=1']
  const rows = ['3 bar bid*1 106', '3 bar ask*5 109']
  for (const order of [rows, rows.toReversed()])
    expect(play(['1 bar bid 99', '1 bar ask 101', ...orders, ...order], FROM).at(-1)).toBe(
      '3 b trade 5@109 leaves 0',
    )
})

test('in whatever order the rows of a time come, orders and their children trade the same (seed 20261201)', () => {
  const random = new RandomStream(20_261_201, 'children-behind-rows')
  let trades = 0
  for (let round = 0; round < 400; round++) {
    const { before, minutes } = drawn(random, false)
    const told = (turn: (rows: readonly string[]) => readonly string[]) =>
      play([...before, ...minutes.flatMap(turn)], FROM)
        .filter((report) => / trade | canceled /.test(report))
        .toSorted()
    const first = told((rows) => rows)
    trades += first.length
    expect({ round, told: told((rows) => rows.toReversed()) }).toEqual({ round, told: first })
  }
  expect(trades).toBeGreaterThan(1_000)
})

test('saved behind any row they go on as they would have (seed 20261202)', () => {
  const random = new RandomStream(20_261_202, 'children-behind-rows')
  let trades = 0
  for (let round = 0; round < 120; round++) {
    const { before, minutes } = drawn(random, true)
    const lines = [...before, ...minutes.flat()]
    const told = play(lines, FROM)
    trades += told.filter((report) => report.includes(' trade ')).length
    expect({ round, told: reopened(lines, FROM) }).toEqual({ round, told })
  }
  expect(trades).toBeGreaterThan(400)
})

/**
 * Parents, children and groups of them over three instruments, and bars of some minutes. With volumes parents trade in parts;
 * who of several takes what is shown is the order's in which they come.
 */
function drawn(random: RandomStream, hasVolumes: boolean): { before: string[]; minutes: string[][] } {
  const one = <T>(list: readonly T[]): T => list[random.nextInt(list.length)] as T
  const kinds = NAMES.map(() => one([['last'], ['bid', 'ask'], ['last', 'bid', 'ask']]))
  const mids = NAMES.map(() => 100)
  const bar = (minute: number, name: string, kind: string, mid: number) => {
    const open = mid + random.nextInt(3) - 1
    const close = mid + random.nextInt(5) - 2
    const high = Math.max(open, close) + random.nextInt(4)
    const low = Math.min(open, close) - random.nextInt(4)
    const volume = hasVolumes ? one([' 8', ' 16', ' 40']) : ''
    return `${minute} bar:${name} ${kind} ${open} ${high} ${low} ${close}${volume}`
  }
  const rowsOf = (minute: number) =>
    NAMES.flatMap((name, at) => {
      const mid = (mids[at] as number) + (minute === 1 ? 0 : random.nextInt(9) - 4)
      mids[at] = mid
      const offset = { last: 0, bid: -1, ask: 1 } as Record<string, number>
      return (kinds[at] as string[]).map((kind) => bar(minute, name, kind, mid + (offset[kind] as number)))
    })
  const orders = [1, 2, 3, 4, 5, 6].map((counter) => {
    const parent = counter > 1 && random.nextInt(4) > 0 ? 1 + random.nextInt(counter - 1) : 0
    const type = one(parent === 0 ? ['limit', 'stop'] : ['limit', 'limit', 'stop', 'market'])
    const price = type === 'market' ? '' : ` ${92 + random.nextInt(17)}`
    const link = parent === 0 ? '' : ` ${hasVolumes ? 'oto' : one(['oto', 'whole'])}=${parent}`
    const pair = hasVolumes && counter > 1 && random.nextInt(3) === 0 ? ` ouo=${counter - 1}` : ''
    const quantity = hasVolumes ? 1 + random.nextInt(12) : 10
    return `2 o${counter}:${one(NAMES)} ${one(['buy', 'sell'])} ${quantity} ${type}${price} gtc as=${counter}${link}${pair}`
  })
  return { before: [...rowsOf(1), ...orders], minutes: [3, 4, 5, 6, 7, 8].map(rowsOf) }
}

/** What is told where venues are saved and loaded behind every line; each loaded one has the state of the one that was saved. */
function reopened(lines: readonly string[], from: SimulatedVenuesTerms): string[] {
  const whole = new Scenario(from)
  let part = new Scenario(from)
  for (const line of lines) {
    part.step(line)
    whole.deliveries.push(...part.deliveries)
    const before = saved(part)
    part = part.reopened(from)
    expect(Buffer.compare(saved(part), before)).toBe(0)
  }
  part.finish()
  whole.deliveries.push(...part.deliveries)
  return whole.reports()
}

function saved({ venues }: Scenario): Uint8Array {
  const writer = new CanonicalWriter(1 << 14)
  venues.save(writer)
  return writer.copy()
}

function tradedUnits(told: readonly string[], id: string): number {
  return told
    .flatMap((report) => new RegExp(` ${id} trade (\\d+)@`).exec(report)?.[1] ?? [])
    .reduce((sum, units) => sum + Number(units), 0)
}
