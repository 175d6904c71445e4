import { expect, test } from 'vitest'
import { BOOK_ACTION } from '../../../engine/book/book-action.ts'
import { RandomStream } from '../../../engine/random-stream.ts'
import { isoTime } from '../../../schemas/units.ts'
import {
  type HistoryMessage,
  history,
  historyWithSnapshots,
  NaiveQueue,
} from '../judges/naive-queue.test-support.ts'
import { Scenario, terms, venue } from '../scenario.test-support.ts'

type Own = { readonly side: 1 | -1; readonly price: number; readonly size: number }

/** After which message trading stops, and after which it goes on. */
type Halt = { readonly from: number; readonly to: number }

function fillsOfExchange(
  messages: readonly HistoryMessage[],
  at: number,
  own: Own,
  halt?: Halt,
  changes: ReadonlyMap<number, Change> = new Map(),
) {
  const halts = halt && [{ instrument: 'X.sim', from: isoTime(halt.from), to: isoTime(halt.to) }]
  const simulation = { book: 'book_order', ...(halts !== undefined && { halts }) } as const
  const scenario = new Scenario(terms({ venues: [venue({ simulation })] }))
  scenario.venues.begin(0)
  for (const [i, message] of messages.entries()) {
    scenario.drainBefore(i)
    const change = changes.get(i)
    if (i === at)
      scenario.step(`${i} own ${own.side === 1 ? 'buy' : 'sell'} ${own.size} limit ${own.price} gtc`)
    else if (change !== undefined) {
      // A replace that was refused leaves the order its name.
      const name = scenario.venues.exchange('sim').openOrders()[0]?.client_order_id ?? 'own'
      const how = change === 'cancel' ? '' : ` ${change.size} ${change.price}`
      scenario.step(`${i} c${i} ${change === 'cancel' ? 'cancel' : 'replace'} ${name}${how}`)
    }
    for (const row of rowsOf(message, i)) row(scenario)
    scenario.drainInstants()
  }
  scenario.finish()
  return fillsOf(scenario)
}

/** What a message is as rows of one event. */
function rowsOf(message: HistoryMessage, ts_us: number): ((scenario: Scenario) => void)[] {
  if (message.is === 'snapshot') {
    const { orders } = message
    return [
      ({ venues }) => venues.exchange('sim').deepRows.onBookCleared(0, ts_us, false),
      ...orders.map(({ id, side, price, size }, place) => ({ venues }: Scenario) => {
        const isLast = place === orders.length - 1
        venues.exchange('sim').deepRows.onBookOrder(0, ts_us, BOOK_ACTION.add, id, side, price, size, isLast)
      }),
    ]
  }
  const then = 'then' in message ? message.then : undefined
  const messages = then === undefined ? [message] : [message, then]
  return messages.map((one, place) => ({ venues }: Scenario) => {
    const side = 'side' in one ? one.side : 1
    const price = 'price' in one ? one.price : 0
    const size = 'size' in one ? one.size : 0
    const isLast = place === messages.length - 1
    const rows = venues.exchange('sim').deepRows
    rows.onBookOrder(0, ts_us, BOOK_ACTION[one.is], one.id, side, price, size, isLast)
  })
}

function fillsOf(scenario: Scenario) {
  return scenario.deliveries.flatMap(({ message }) =>
    message.type === 'venue_report' && message.report_type === 'trade'
      ? [{ at: message.ts_event_us, price: message.last_price_units, size: message.last_quantity_units }]
      : [],
  )
}

test('in a history by order an own order fills as in a matcher written apart, in 1,000 random cases', () => {
  const seed = 20_260_101
  let filled = 0
  for (let round = 0; round < 1_000; round++) {
    const random = new RandomStream(seed, `history/${round}`)
    const messages = history(random)
    const at = 10 + random.nextInt(20)
    const side = random.nextInt(2) === 0 ? 1 : -1
    // Never marketable: what takes is another test's.
    const own = {
      side,
      price: side === 1 ? 100 - random.nextInt(4) : 101 + random.nextInt(4),
      size: 1 + random.nextInt(12),
    } as const
    const naive = new NaiveQueue()
    for (const [i, message] of messages.entries()) {
      if (i === at) naive.rest(own.side, own.price, own.size)
      naive.apply(message, i)
    }
    const fills = fillsOfExchange(messages, at, own)
    filled += fills.length
    expect({ seed, round, fills }).toEqual({ seed, round, fills: naive.fills })
  }
  // The proof is about fills, so there must be many.
  expect(filled).toBeGreaterThan(1_000)
})

/** What becomes of an own order before a message. */
type Change = { readonly price: number; readonly size: number } | 'cancel'

/** Found: what replaces an order by coming in under its id stands in front of an own order only through that one. */
const ACROSS: readonly (readonly [seed: number, round: number])[] = [
  [4_242, 247],
  ...Array.from({ length: 1_000 }, (_, round) => [20_261_129, round] as const),
]

test('an own order that takes, is met, is changed and taken back fills as there, in 1,000 random cases', () => {
  const fillsBy = { itself: 0, execute: 0, fill: 0, add: 0, modify: 0 }
  for (const [seed, round] of ACROSS) {
    const random = new RandomStream(seed, `across/${round}`)
    const messages = history(random, true)
    const at = 8 + random.nextInt(20)
    const side = random.nextInt(2) === 0 ? 1 : -1
    const own = { side, price: 97 + random.nextInt(8), size: 1 + random.nextInt(20) } as const
    const changes = new Map<number, Change>()
    for (let i = at + 1 + random.nextInt(12); i < messages.length; i += 1 + random.nextInt(12)) {
      const price = random.nextInt(2) === 0 ? own.price : 97 + random.nextInt(8)
      changes.set(i, random.nextInt(6) === 0 ? 'cancel' : { price, size: 1 + random.nextInt(20) })
    }
    const naive = new NaiveQueue()
    let cum = 0
    for (const [i, message] of messages.entries()) {
      const before = naive.fills.length
      const change = changes.get(i)
      if (i === at) naive.enter(own.side, own.price, own.size, i)
      else if (change === 'cancel') naive.cancel()
      else if (change !== undefined && change.size > cum) naive.replace(change.price, change.size - cum, i)
      const behind = naive.fills.length
      naive.apply(message, i)
      fillsBy.itself += behind - before
      // Who takes an order back, or a part of it, trades with nobody.
      if (message.is !== 'delete' && message.is !== 'cancel')
        fillsBy[message.is] += naive.fills.length - behind
      cum = naive.fills.reduce((sum, { size }) => sum + size, 0)
    }
    const fills = fillsOfExchange(messages, at, own, undefined, changes)
    expect({ seed, round, fills }).toEqual({ seed, round, fills: naive.fills })
  }
  // Each way to trade is drawn often.
  for (const [by, count] of Object.entries(fillsBy))
    expect({ by, isOften: count > 50 }).toEqual({ by, isOften: true })
})

test('[Q10] over snapshots an own order gains no place, as in a matcher written apart, wherever the venue is loaded', () => {
  const seed = 20_261_130
  let filled = 0
  for (let round = 0; round < 600; round++) {
    const random = new RandomStream(seed, `snapshots/${round}`)
    const messages = historyWithSnapshots(random)
    const at = 5 + random.nextInt(20)
    const side = random.nextInt(2) === 0 ? 1 : -1
    const price = side === 1 ? 100 - random.nextInt(4) : 101 + random.nextInt(4)
    const own = { side, price, size: 1 + random.nextInt(12) } as const
    const naive = new NaiveQueue()
    for (const [i, message] of messages.entries()) {
      if (i === at) naive.rest(own.side, own.price, own.size)
      naive.apply(message, i)
    }
    const isLoaded = round % 6 === 0
    const fills = isLoaded ? fillsOfLoaded(messages, at, own) : fillsOfExchange(messages, at, own)
    filled += fills.length
    expect({ seed, round, fills }).toEqual({ seed, round, fills: naive.fills })
  }
  expect(filled).toBeGreaterThan(500)
})

/** As `fillsOfExchange`, of venues that are saved and loaded behind every row. */
function fillsOfLoaded(messages: readonly HistoryMessage[], at: number, own: Own) {
  const from = terms({ venues: [venue({ simulation: { book: 'book_order' } })] })
  let scenario = new Scenario(from)
  const fills: ReturnType<typeof fillsOf> = []
  for (const [i, message] of messages.entries()) {
    const line = `${i} own ${own.side === 1 ? 'buy' : 'sell'} ${own.size} limit ${own.price} gtc`
    const enter = i === at ? [(one: Scenario) => one.step(line)] : []
    for (const row of [...enter, ...rowsOf(message, i)]) {
      row(scenario)
      scenario.drainInstants()
      fills.push(...fillsOf(scenario))
      scenario = scenario.reopened(from)
    }
  }
  return fills
}

test('[Q9] over a halt an own order keeps its place as in a matcher written apart, in 1,000 random cases', () => {
  const seed = 20_261_127
  let filled = 0
  let differing = 0
  let compared = 0
  for (let round = 0; round < 1_400; round++) {
    const random = new RandomStream(seed, `halted/${round}`)
    const messages = history(random)
    const at = 10 + random.nextInt(10)
    const side = random.nextInt(2) === 0 ? 1 : -1
    const price = side === 1 ? 100 - random.nextInt(4) : 101 + random.nextInt(4)
    const own = { side, price, size: 1 + random.nextInt(12) } as const
    const from = at + random.nextInt(15)
    const halt = { from, to: from + 1 + random.nextInt(15) }
    const [keeping, losing] = [naive(messages, at, own, halt, false), naive(messages, at, own, halt, true)]
    // An auction of the own order with others is another test's.
    if (keeping === undefined || losing === undefined) continue
    const fills = fillsOfExchange(messages, at, own, halt)
    filled += fills.length
    compared++
    if (JSON.stringify(keeping) !== JSON.stringify(losing)) differing++
    expect({ seed, round, fills }).toEqual({ seed, round, fills: keeping })
  }
  // The proof is about fills, and about fills that the place decides.
  expect(compared).toBeGreaterThanOrEqual(1_000)
  expect(filled).toBeGreaterThan(800)
  expect(differing).toBeGreaterThan(40)
})

/** Undefined where the own order would trade in the auction. */
function naive(messages: readonly HistoryMessage[], at: number, own: Own, halt: Halt, loses: boolean) {
  const queue = new NaiveQueue()
  let isCrossed = false
  for (const [i, message] of messages.entries()) {
    if (i === halt.from + 1) queue.isHalted = true
    if (i === halt.to + 1) {
      queue.isHalted = false
      isCrossed = queue.isCrossed
      if (loses) queue.loseTime()
    }
    if (i === at) queue.rest(own.side, own.price, own.size)
    queue.apply(message, i)
  }
  return isCrossed ? undefined : queue.fills
}
