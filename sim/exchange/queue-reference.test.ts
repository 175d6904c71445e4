import { expect, test } from 'vitest'
import { BOOK_ACTION } from '../../engine/book/book-action.ts'
import { RandomStream } from '../../engine/random-stream.ts'
import { type HistoryMessage, NaiveQueue } from './naive-queue.test-support.ts'
import { Scenario, terms, venue } from './scenario.test-support.ts'

const MESSAGES = 60

/** A history that a real book could have had, but for the own order: what crosses is executed, never left standing. */
function history(random: RandomStream): HistoryMessage[] {
  const live = new Map<number, { side: 1 | -1; price: number; size: number }>()
  let nextId = 1
  // Both sides always have a price.
  const messages: HistoryMessage[] = [
    { is: 'add', id: 901, side: 1, price: 90, size: 5 },
    { is: 'add', id: 902, side: -1, price: 111, size: 5 },
  ]
  const price = (side: 1 | -1) => (side === 1 ? 100 - random.nextInt(6) : 101 + random.nextInt(6))
  while (messages.length < MESSAGES) {
    const ids = [...live.keys()]
    const id = ids[random.nextInt(Math.max(1, ids.length))]
    const kind = random.nextInt(10)
    const known = id === undefined ? undefined : live.get(id)
    if (id === undefined || known === undefined || kind < 4) {
      const side = random.nextInt(2) === 0 ? 1 : -1
      // Now and then an id comes again.
      const add = {
        id: random.nextInt(20) === 0 && id !== undefined ? id : nextId++,
        side,
        price: price(side),
        size: 1 + random.nextInt(9),
      } as const
      live.set(add.id, add)
      messages.push({ is: 'add', ...add })
    } else if (kind < 6) {
      const change = {
        price: random.nextInt(2) === 0 ? known.price : price(known.side),
        size: 1 + random.nextInt(9),
      }
      live.set(id, { ...known, ...change })
      messages.push({ is: 'modify', id, ...change })
    } else if (kind < 8) {
      live.delete(id)
      messages.push({ is: 'delete', id })
    } else {
      const size = 1 + random.nextInt(known.size)
      if (size === known.size) live.delete(id)
      else live.set(id, { ...known, size: known.size - size })
      messages.push({ is: 'execute', id, size })
    }
  }
  return messages
}

function fillsOfExchange(
  messages: readonly HistoryMessage[],
  at: number,
  own: { side: 1 | -1; price: number; size: number },
) {
  const scenario = new Scenario(terms({ venues: [venue({ book: 'book_order' })] }))
  const exchange = scenario.venues.exchange('sim')
  for (const [i, message] of messages.entries()) {
    if (i === at)
      scenario.step(`${i} own ${own.side === 1 ? 'buy' : 'sell'} ${own.size} limit ${own.price} gtc`)
    const side = 'side' in message ? message.side : 1
    const price = 'price' in message ? message.price : 0
    const size = 'size' in message ? message.size : 0
    exchange.onBookOrder(0, i, BOOK_ACTION[message.is], message.id, side, price, size)
    scenario.drainInstants()
  }
  scenario.finish()
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
