import { expect, test } from 'vitest'
import { BOOK_ACTION } from '../../engine/book/book-action.ts'
import { RandomStream } from '../../engine/random-stream.ts'
import { type HistoryMessage, history, NaiveQueue } from './naive-queue.test-support.ts'
import { Scenario, terms, venue } from './scenario.test-support.ts'

function fillsOfExchange(
  messages: readonly HistoryMessage[],
  at: number,
  own: { side: 1 | -1; price: number; size: number },
) {
  const scenario = new Scenario(terms({ venues: [venue({ simulation: { book: 'book_order' } })] }))
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
