import { expect, test } from 'vitest'
import { RandomStream } from '../../../engine/random-stream.ts'
import type { QueueConfig, QueueWeight } from '../../../schemas/config/market-models.ts'
import type { VenueBook } from '../../../schemas/config/simulation-config.ts'
import { isoTime } from '../../../schemas/units.ts'
import { type NaiveEvent, NaivePlaces, type Weigh } from '../judges/naive-places.test-support.ts'
import { play, Scenario, terms, venue } from '../scenario.test-support.ts'

// Queue models as hftbacktest documents its own, https://hftbacktest.readthedocs.io/en/latest/order_fill.html: a place
// that only trades move, and one that cancellations move by where the order stands. That a touch is no cross, and what is
// known of a price that quotes do not show, are ours.

const SEED = 20_260_301

function queued(queue: QueueConfig, book: VenueBook = 'quote') {
  return terms({ venues: [venue({ simulation: { queue, book } })] })
}

const CONSERVATIVE: QueueConfig = { model: 'conservative' }
const LINEAR: QueueConfig = { model: 'by_position', weight: 'linear' }
const Q = '1 quote 100/102 10x10'

type Case = readonly [rule: string, queue: QueueConfig, lines: readonly string[], reports: readonly string[]]
const CASES: Case[] = [
  [
    'an order that joins a level stands behind all of it, and trades there use that up',
    CONSERVATIVE,
    [Q, '2 a buy 5 limit 100 gtc', '3 trade 100 8 sell', '4 trade 100 4 sell', '5 trade 100 9 sell'],
    ['2 a new leaves 5', '4 a trade 2@100 leaves 3', '5 a trade 3@100 leaves 0'],
  ],
  [
    'trades on the other side of the market use up nothing',
    CONSERVATIVE,
    [Q, '2 a buy 5 limit 100 gtc', '3 trade 102 50 buy', '4 trade 100 50 buy', '5 trade 100 10 sell'],
    ['2 a new leaves 5'],
  ],
  [
    'a trade that does not say who took is of the side whose best price it has',
    CONSERVATIVE,
    [Q, '2 a buy 5 limit 100 gtc', '3 trade 100 11', '4 trade 101 50', '5 trade 102 50'],
    ['2 a new leaves 5', '3 a trade 1@100 leaves 4'],
  ],
  [
    'what others take back helps nothing',
    CONSERVATIVE,
    [Q, '2 a buy 5 limit 100 gtc', '3 quote 100/102 1x10', '4 trade 100 9 sell'],
    ['2 a new leaves 5'],
  ],
  [
    'a level that vanishes leaves nobody in front, and fills nothing',
    CONSERVATIVE,
    [Q, '2 a buy 5 limit 100 gtc', '3 quote 99/102 7x10', '4 quote 100/102 50x10', '5 trade 100 2 sell'],
    ['2 a new leaves 5', '5 a trade 2@100 leaves 3'],
  ],
  [
    'a trade at a worse price would have met the order first',
    CONSERVATIVE,
    [Q, '2 a buy 5 limit 100 gtc', '3 trade 99 3 sell', '4 trade 98 9 sell'],
    ['2 a new leaves 5', '3 a trade 3@100 leaves 2', '4 a trade 2@100 leaves 0'],
  ],
  [
    'it meets an iceberg part after part, each behind the others at its price, before it comes to a worse one',
    CONSERVATIVE,
    [
      Q,
      '2 a buy 5 limit 100 gtc show=2',
      '2 b buy 1 limit 100 gtc',
      '2 c buy 3 limit 99 gtc show=1',
      '3 trade 98 7 sell',
    ],
    [
      ...['2 a new leaves 5', '2 b new leaves 1', '2 c new leaves 3'],
      ...['3 a trade 2@100 leaves 3', '3 b trade 1@100 leaves 0', '3 a trade 2@100 leaves 1'],
      ...['3 a trade 1@100 leaves 0', '3 c trade 1@99 leaves 2'],
    ],
  ],
  [
    'the other side that comes through fills, up to what it shows',
    CONSERVATIVE,
    [Q, '2 a buy 5 limit 100 gtc', '3 quote 98/99 10x4', '4 quote 98/99 10x4'],
    ['2 a new leaves 5', '3 a trade 4@100 leaves 1', '4 a trade 1@100 leaves 0'],
  ],
  [
    'a locked market is a touch: who has others in front waits',
    CONSERVATIVE,
    [Q, '2 a buy 5 limit 100 gtc', '3 quote 100/100 10x9', '4 quote 99/100 10x9'],
    ['2 a new leaves 5', '4 a trade 5@100 leaves 0'],
  ],
  [
    'between the best prices nobody stands in front',
    CONSERVATIVE,
    [Q, '2 a buy 5 limit 101 gtc', '3 trade 101 3 sell', '4 quote 101/103 40x10', '5 trade 101 1 sell'],
    ['2 a new leaves 5', '3 a trade 3@101 leaves 2', '5 a trade 1@101 leaves 1'],
  ],
  [
    'behind the best price an order stands behind whatever is first shown there',
    CONSERVATIVE,
    [Q, '2 a buy 5 limit 99 gtc', '3 trade 99 80 sell', '4 quote 99/102 6x10', '5 trade 99 8 sell'],
    ['2 a new leaves 5', '5 a trade 2@99 leaves 3'],
  ],
  [
    'own orders stand behind each other, with those in between who came in between',
    CONSERVATIVE,
    [
      Q,
      '2 a sell 2 limit 102 gtc',
      '3 quote 100/102 10x14',
      '4 b sell 2 limit 102 gtc',
      '5 trade 102 11 buy',
    ].concat('6 trade 102 4 buy', '7 trade 102 3 buy'),
    ['2 a new leaves 2', '4 b new leaves 2'].concat(
      '5 a trade 1@102 leaves 1',
      '6 a trade 1@102 leaves 0',
      '7 b trade 2@102 leaves 0',
    ),
  ],
  [
    'a replace that loses its place goes behind what is shown now',
    CONSERVATIVE,
    [Q, '2 a buy 5 limit 100 gtc', '3 trade 100 10 sell', '4 b replace a 6 100', '5 trade 100 11 sell'],
    ['2 a new leaves 5', '4 b replaced a 6@100 leaves 6', '5 b trade 1@100 leaves 5'],
  ],
  [
    'the next part of an iceberg goes behind what is shown',
    CONSERVATIVE,
    [Q, '2 a buy 4 limit 100 gtc show=2', '3 trade 100 14 sell', '4 trade 100 11 sell'],
    ['2 a new leaves 4', '3 a trade 2@100 leaves 2', '4 a trade 1@100 leaves 1'],
  ],
  [
    'trades and bars alone show no queue: only a price beyond fills',
    CONSERVATIVE,
    ['1 trade 100', '2 a buy 5 limit 99 gtc', '3 trade 99 50', '4 bar last 99', '5 trade 98 50'],
    ['2 a new leaves 5', '5 a trade 5@99 leaves 0'],
  ],
  [
    'of what is taken back the part that was in front is counted',
    LINEAR,
    [Q, '2 a buy 5 limit 100 gtc', '3 quote 100/102 30x10', '4 quote 100/102 15x10', '5 trade 100 6 sell'],
    ['2 a new leaves 5', '5 a trade 1@100 leaves 4'],
  ],
  [
    'what traded was not taken back',
    LINEAR,
    [Q, '2 a buy 5 limit 100 gtc', '3 trade 100 6 sell', '4 quote 100/102 4x10', '5 trade 100 5 sell'],
    ['2 a new leaves 5', '5 a trade 1@100 leaves 4'],
  ],
  [
    'nobody stands behind more than is shown',
    LINEAR,
    [Q, '2 a buy 5 limit 100 gtc', '3 quote 100/102 3x10', '4 trade 100 4 sell'],
    ['2 a new leaves 5', '4 a trade 1@100 leaves 4'],
  ],
  [
    'far in front of a long queue a square counts fewer cancellations than a line',
    { model: 'by_position', weight: 'square' },
    [Q, '2 a buy 5 limit 100 gtc', '3 quote 100/102 30x10', '4 quote 100/102 15x10', '5 trade 100 8 sell'],
    ['2 a new leaves 5', '5 a trade 1@100 leaves 4'],
  ],
  [
    'small cancellations add up',
    LINEAR,
    [
      Q,
      '2 a buy 5 limit 100 gtc',
      '3 quote 100/102 20x10',
      '4 quote 100/102 19x10',
      '5 quote 100/102 18x10',
    ].concat('6 trade 100 10 sell'),
    ['2 a new leaves 5', '6 a trade 1@100 leaves 4'],
  ],
  [
    'and with a trade between them',
    LINEAR,
    [
      Q,
      '2 a buy 5 limit 100 gtc',
      '3 quote 100/102 20x10',
      '4 quote 100/102 19x10',
      '5 trade 100 1 sell',
    ].concat('6 quote 100/102 17x10', '7 trade 100 9 sell'),
    ['2 a new leaves 5', '7 a trade 1@100 leaves 4'],
  ],
  [
    'no own order comes to have fewer in front than one that came before it',
    { model: 'by_position', weight: 'cube' },
    [
      Q,
      '2 a buy 5 limit 100 gtc',
      '3 trade 100 6 sell',
      '4 quote 100/102 6x10',
      '5 b buy 5 limit 100 gtc',
    ].concat(
      ['6 quote 100/102 10x10', '7 quote 100/102 5x10', '8 quote 100/102 4x10', '9 c cancel a'],
      ['10 trade 100 3 sell', '11 trade 100 1 sell'],
    ),
    ['2 a new leaves 5', '5 b new leaves 5', '9 c canceled a cum 0', '11 b trade 1@100 leaves 4'],
  ],
]

test.each(CASES)('queues on quotes: %s', (_rule, queue, lines, reports) => {
  expect(play(lines, queued(queue))).toEqual(reports)
})

test('a queue that the book of a venue cannot have is refused', () => {
  const refusals = [
    () => new Scenario(queued({ model: 'exact' })),
    () => new Scenario(queued({ model: 'exact' }, 'book_level')),
    () => new Scenario(queued(CONSERVATIVE, 'book_order')),
    () => {
      const fills = { model: 'probabilistic', slip_probability: '0', touch_probability: '0.5' } as const
      return new Scenario(terms({ venues: [venue({ simulation: { fills, queue: CONSERVATIVE } })] }))
    },
  ]
  const codes = refusals.map((refusal) => {
    try {
      return refusal()
    } catch (error) {
      return (error as { code?: string }).code
    }
  })
  expect(codes).toEqual(Array(4).fill('exchange.unfit_queue'))
})

type Asked = { id: string; readonly side: 1 | -1; price: number; size: number }

/** Prices from 95 to 105, so that own orders, trades and the market's best prices keep meeting. */
function tape(random: RandomStream, book: 'quote' | 'book_level', hasChanges = false): NaiveEvent[] {
  const events: NaiveEvent[] = []
  const asked: Asked[] = []
  const sizes = { 1: new Map<number, number>(), [-1]: new Map<number, number>() }
  let [bid, ask] = [100, 101]
  const bestOf = (side: 1 | -1) => {
    const prices = [...sizes[side]].filter(([, size]) => size > 0).map(([price]) => price)
    if (book === 'quote' || prices.length === 0) return side === 1 ? bid : ask
    return side === 1 ? Math.max(...prices) : Math.min(...prices)
  }
  const show = () => {
    if (book === 'quote') {
      bid = Math.max(96, Math.min(103, bid + random.nextInt(3) - 1))
      // Now and then the market is locked.
      ask = bid + (random.nextInt(8) === 0 ? 0 : 1 + random.nextInt(2))
      events.push({ is: 'quote', bid, ask, bidSize: 1 + random.nextInt(12), askSize: 1 + random.nextInt(12) })
      return
    }
    const side = random.nextInt(2) === 0 ? 1 : -1
    const price = side === 1 ? 101 - random.nextInt(6) : 100 + random.nextInt(6)
    const size = random.nextInt(4) === 0 ? 0 : 1 + random.nextInt(12)
    sizes[side].set(price, size)
    events.push({ is: 'level', side, price, size })
  }
  // An order is taken once both sides have had a price.
  if (book === 'book_level') {
    for (const side of [1, -1] as const) {
      sizes[side].set(100.5 - side * 4.5, 3)
      events.push({ is: 'level', side, price: 100.5 - side * 4.5, size: 3 })
    }
  }
  for (let i = 0; i < 6; i++) show()
  for (let i = 0; events.length < 70; i++) {
    const kind = random.nextInt(10)
    if (kind < 5) show()
    else if (kind < 8) {
      const aggressor = (random.nextInt(3) - 1) as -1 | 0 | 1
      const price = bestOf(random.nextInt(2) === 0 ? 1 : -1) + random.nextInt(3) - 1
      events.push({ is: 'trade', price, size: 1 + random.nextInt(9), aggressor })
    } else if (kind < 9) {
      const side = random.nextInt(2) === 0 ? 1 : -1
      // Never marketable: what takes is another test's.
      const price = bestOf(side === 1 ? -1 : 1) - side * (1 + random.nextInt(3))
      const order = { id: `o${i}`, side, price, size: 1 + random.nextInt(6) } as const
      asked.push({ ...order })
      events.push({ is: 'rest', ...order })
    } else if (hasChanges && random.nextInt(4) !== 0) {
      const event = changeOf(random, asked, `c${i}`, bestOf)
      if (event !== undefined) events.push(event)
    } else {
      const rests = events.filter((event) => event.is === 'rest')
      const one = rests[random.nextInt(Math.max(1, rests.length))]
      if (one !== undefined) events.push({ is: 'cancel', id: one.id })
    }
  }
  return events
}

/** An own order that takes, or another price, more or less of one that rests. */
function changeOf(
  random: RandomStream,
  asked: Asked[],
  id: string,
  bestOf: (side: 1 | -1) => number,
): NaiveEvent | undefined {
  const one = asked[random.nextInt(Math.max(1, asked.length))]
  if (one === undefined || random.nextInt(3) === 0) {
    const side = random.nextInt(2) === 0 ? 1 : -1
    const price = bestOf(side === 1 ? -1 : 1) + side * random.nextInt(2)
    return { is: 'take', id, side, price, size: 1 + random.nextInt(9) }
  }
  const { side } = one
  const touch = bestOf(side === 1 ? -1 : 1)
  const size = Math.max(1, one.size + random.nextInt(5) - 3)
  const price = random.nextInt(3) === 0 ? touch - side * (1 + random.nextInt(3)) : one.price
  // Never marketable by what it changes.
  if (size > one.size && side * (touch - price) <= 0) return undefined
  const of = one.id
  Object.assign(one, { id, price, size })
  return { is: 'replace', id, of, price, size }
}

/** Fills as `<time> <id> <size>@<price>`, those of one order at one time together. */
function fillsOf(scenario: Scenario): string[] {
  const fills: string[] = []
  for (const { message } of scenario.deliveries) {
    if (message.type !== 'venue_report' || message.report_type !== 'trade') continue
    const name = `${message.ts_event_us} ${message.client_order_id} `
    const before = fills.at(-1)
    const same = before?.startsWith(name) ? Number(before.slice(name.length).split('@')[0]) : 0
    if (same > 0) fills.pop()
    fills.push(`${name}${message.last_quantity_units + same}@${message.last_price_units}`)
  }
  return fills
}

function playTape(events: readonly NaiveEvent[], queue: QueueConfig, book: 'quote' | 'book_level'): Scenario {
  const scenario = new Scenario(queued(queue, book))
  for (const [i, event] of events.entries()) hand(scenario, event, i)
  scenario.finish()
  return scenario
}

function hand(scenario: Scenario, event: NaiveEvent, at: number): void {
  const exchange = scenario.venues.exchange('sim')
  if (event.is === 'rest')
    scenario.step(
      `${at} ${event.id} ${event.side === 1 ? 'buy' : 'sell'} ${event.size} limit ${event.price} gtc`,
    )
  else if (event.is === 'cancel') scenario.step(`${at} c${at} cancel ${event.id}`)
  else if (event.is === 'replace')
    scenario.step(`${at} ${event.id} replace ${event.of} ${event.size} ${event.price}`)
  else if (event.is === 'take')
    scenario.step(
      `${at} ${event.id} ${event.side === 1 ? 'buy' : 'sell'} ${event.size} limit ${event.price} ioc`,
    )
  else if (event.is === 'level') exchange.deepRows.onLevel(0, at, event.side, event.price, event.size)
  else if (event.is === 'trade') exchange.rows.onTrade(0, at, event.price, event.size, event.aggressor)
  else exchange.rows.onQuote(0, at, event.bid, event.ask, event.bidSize, event.askSize)
  scenario.drainInstants()
}

const WEIGHTS: Readonly<Partial<Record<QueueWeight, Weigh>>> = {
  linear: (units) => units,
  square: (units) => units ** 2n,
  cube: (units) => units ** 3n,
}
const MODELS: readonly [name: string, queue: QueueConfig, weigh: Weigh | undefined][] = [
  ['conservative', CONSERVATIVE, undefined],
  ...Object.entries(WEIGHTS)
    .map(
      ([weight, weigh]) =>
        [`by position, ${weight}`, { model: 'by_position', weight: weight as QueueWeight }, weigh] as const,
    )
    .map(([name, queue, weigh]) => [name, queue as QueueConfig, weigh] as [string, QueueConfig, Weigh]),
]

test.each(MODELS)(
  `%s: orders fill, changed or not, as in a reckoning written apart, in 1,000 random cases (seed ${SEED})`,
  (_name, queue, weigh) => {
    for (const book of ['quote', 'book_level'] as const) {
      let filled = 0
      for (let round = 0; round < 500; round++) {
        const events = tape(new RandomStream(SEED, `places/${book}/${round}`), book, round % 2 === 1)
        const naive = new NaivePlaces(weigh, book === 'book_level')
        for (const [i, event] of events.entries()) naive.apply(event, i)
        const fills = fillsOf(playTape(events, queue, book))
        filled += fills.length
        expect({ book, round, fills }).toEqual({ book, round, fills: naive.fills })
      }
      // The proof is about fills, so there must be many.
      expect(filled).toBeGreaterThan(250)
    }
  },
)

/** As `playTape`, with a halt behind one event up to behind another. */
function playHalted(
  events: readonly NaiveEvent[],
  queue: QueueConfig,
  book: 'quote' | 'book_level',
  [from, to]: readonly [number, number],
): Scenario {
  const halts = [{ instrument: 'X.sim', from: isoTime(from), to: isoTime(to) }]
  const scenario = new Scenario(terms({ venues: [venue({ simulation: { queue, book, halts } })] }))
  scenario.venues.begin(0)
  for (const [i, event] of events.entries()) {
    scenario.drainBefore(i)
    hand(scenario, event, i)
  }
  scenario.finish()
  return scenario
}

/** What fills, or undefined where an auction would trade. */
function naiveHalted(
  events: readonly NaiveEvent[],
  naive: NaivePlaces,
  [from, to]: readonly [number, number],
) {
  for (const [i, event] of events.entries()) {
    if (i === from + 1) naive.halt()
    if (i === to + 1) {
      if (naive.isBeyond) return undefined
      naive.resume()
    }
    naive.apply(event, i)
    if (naive.isAwaiting && event.is === 'quote') return undefined
  }
  return naive.fills
}

test.each(MODELS)(
  `[Q9] %s: over a halt places are kept as in a reckoning written apart (seed ${SEED})`,
  (_name, queue, weigh) => {
    for (const book of ['quote', 'book_level'] as const) {
      let filled = 0
      let compared = 0
      for (let round = 0; round < 500; round++) {
        const random = new RandomStream(SEED, `halted places/${book}/${round}`)
        const events = tape(random, book)
        const from = 15 + random.nextInt(20)
        const halt = [from, from + 1 + random.nextInt(12)] as const
        const wanted = naiveHalted(events, new NaivePlaces(weigh, book === 'book_level'), halt)
        if (wanted === undefined) continue
        const fills = fillsOf(playHalted(events, queue, book, halt))
        filled += fills.length
        compared++
        expect({ book, round, fills }).toEqual({ book, round, fills: wanted })
      }
      expect(Math.min(filled, compared)).toBeGreaterThan(100)
    }
  },
)
