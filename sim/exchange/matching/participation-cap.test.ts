import { expect, test } from 'vitest'
import { BOOK_ACTION } from '../../../engine/book/book-action.ts'
import { RandomStream } from '../../../engine/random-stream.ts'
import { account, Scenario, terms, venue } from '../scenario.test-support.ts'

const SEED = 20_261_128
const FROM = terms({
  venues: [venue({ simulation: { fills: { model: 'participation', participation_max: '0.3' } } })],
  accounts: [account(), account({ id: 'other' })],
})
const SHAPES = [
  'market ioc',
  'market_to_limit gtc',
  'limit 101 gtc',
  'limit 100 gtc',
  'limit 99 fok',
  'limit 102 fok',
  'stop 101 gtc',
  'market_if_touched 100 gtc',
] as const

test('[M25] whatever orders of two accounts do, they take no more of a side than one share until the next quote', () => {
  const random = new RandomStream(SEED, 'participation-cap')
  let traded = 0
  for (let round = 0; round < 100; round++) {
    let scenario = new Scenario(FROM)
    for (let at = 1; at <= 15; at++) {
      const bid = 98 + random.nextInt(5)
      const [bidSize, askSize] = [1 + random.nextInt(60), 1 + random.nextInt(60)]
      scenario.step(`${10 * at} quote ${bid}/${bid + 1 + random.nextInt(2)} ${bidSize}x${askSize}`)
      for (let one = 1; one <= 6; one++) {
        const name = `o${at}-${one}${random.nextInt(2) === 0 ? '' : ':X.sim:other'}`
        const side = random.nextInt(2) === 0 ? 'buy' : 'sell'
        scenario.step(
          `${10 * at + one} ${name} ${side} ${1 + random.nextInt(20)} ${SHAPES[random.nextInt(SHAPES.length)]}`,
        )
        // What was taken is in the snapshot.
        if (random.nextInt(10) === 0) scenario = goOn(scenario)
      }
      const filled = filledFrom(scenario, 10 * at)
      const isWithin = filled.buy <= Math.floor(askSize * 0.3) && filled.sell <= Math.floor(bidSize * 0.3)
      expect({ seed: SEED, round, at, filled, isWithin }).toEqual({
        seed: SEED,
        round,
        at,
        filled,
        isWithin: true,
      })
      traded += filled.buy + filled.sell
    }
  }
  expect(traded).toBeGreaterThan(5_000)
})

function goOn(scenario: Scenario): Scenario {
  const next = scenario.reopened(FROM)
  next.deliveries.push(...scenario.deliveries)
  return next
}

/** Units that buys and sells traded from a time on. */
function filledFrom({ deliveries }: Scenario, from_us: number): { buy: number; sell: number } {
  const filled = { buy: 0, sell: 0 }
  for (const { at_us, message } of deliveries)
    if (at_us >= from_us && message.type === 'venue_report' && message.report_type === 'trade')
      filled[message.side] += message.last_quantity_units
  return filled
}

test('[M25] of an order that comes into a book by order its share is taken once, as long as it is there', () => {
  const fills = { model: 'participation', participation_max: '0.5' } as const
  const scenario = new Scenario(terms({ venues: [venue({ simulation: { book: 'book_order', fills } })] }))
  const { deepRows } = scenario.venues.exchange('sim')
  deepRows.onBookOrder(0, 1, BOOK_ACTION.add, 1, 1, 100, 5)
  deepRows.onBookOrder(0, 1, BOOK_ACTION.add, 2, -1, 105, 5)
  scenario.step('2 a sell 9 limit 103 gtc')
  deepRows.onBookOrder(0, 4, BOOK_ACTION.add, 3, 1, 103, 10)
  deepRows.onBookOrder(0, 5, BOOK_ACTION.add, 4, 1, 99, 1)
  deepRows.onBookOrder(0, 6, BOOK_ACTION.add, 5, 1, 103, 1)
  scenario.drainInstants()
  expect(scenario.reports()).toEqual(['2 a new leaves 9', '4 a trade 5@103 leaves 4'])
})
