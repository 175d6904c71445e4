import { expect, test } from 'vitest'
import { RandomStream } from '../../../engine/random-stream.ts'
import type { AuctionsConfig } from '../../../schemas/config/market-rules.ts'
import { momentsOf, priceOfFill } from '../random-walk.test-support.ts'
import { account, Scenario, venue } from '../scenario.test-support.ts'
import { clockUs, dayTerms } from './trading-day.test-support.ts'

// On a market that goes nowhere nobody earns in an auction either: each order is marked at the middle of a later quote,
// where a martingale is worth its price of now. With best prices alone an auction costs half the spread; a print at the
// value of the moment costs nothing.

const SEED = 20_260_103
const DAYS = 1_200
const SPREAD = 10
const DAY_US = clockUs('2/00:00')

type Kind = { readonly time_in_force: 'opg' | 'cls'; readonly isLimit: boolean }
const KINDS: Readonly<Record<string, Kind>> = {
  'market on open': { time_in_force: 'opg', isLimit: false },
  'limit on open': { time_in_force: 'opg', isLimit: true },
  'market on close': { time_in_force: 'cls', isLimit: false },
  'limit on close': { time_in_force: 'cls', isLimit: true },
}

/** One order a day, alone in its auction. Mean profit against the middle behind it, and its standard error. */
function profit({ time_in_force, isLimit }: Kind, price: AuctionsConfig['price']) {
  const terms = dayTerms({ auctions: { price, print_wait_us: 60_000_000 } })
  const accounts = [account({ balance: '1000000000', leverage_max: '100000' })]
  const scenario = new Scenario({ ...terms, accounts, venues: [venue({ ...terms.venues[0] })] })
  const random = new RandomStream(SEED, `auction-walk/${time_in_force}/${isLimit}`)
  let bid = 1_000_000
  const profits: number[] = []
  const step = (day: number, time: string, words: string) =>
    scenario.step(`${day * DAY_US + clockUs(time)} ${words}`)
  const quote = (day: number, time: string) => {
    bid += random.nextInt(7) - 3
    step(day, time, `quote ${bid}/${bid + SPREAD}`)
  }
  /** The auction trades at what the market is worth then. */
  const print = (day: number, time: string) => {
    if (price === 'print') step(day, time, `trade ${bid + SPREAD / 2} 50`)
  }
  for (let day = 0; day < DAYS; day++) {
    quote(day, '08:00')
    const s = random.nextInt(2) === 0 ? 1 : -1
    const limit = bid + SPREAD / 2 + s * (random.nextInt(9) - 1)
    const order = `o${day} ${s === 1 ? 'buy' : 'sell'} 1 ${isLimit ? `limit ${limit}` : 'market'} ${time_in_force}`
    scenario.deliveries.length = 0
    if (time_in_force === 'opg') step(day, '08:55', order)
    quote(day, '08:56')
    quote(day, '09:00:01')
    print(day, '09:00:02')
    if (time_in_force === 'cls') step(day, '09:30', order)
    for (const time of ['10:00', '12:00', '17:31', '17:34']) quote(day, time)
    print(day, '17:35:01')
    // What comes behind the close is of the same walk.
    quote(day, '18:00')
    const paid = priceOfFill(scenario)
    if (paid !== undefined) profits.push(s * (bid + SPREAD / 2 - paid))
  }
  return momentsOf(profits)
}

test.each(Object.entries(KINDS))(`%s earns nothing on a driftless walk (seed ${SEED})`, (_name, kind) => {
  for (const price of ['book', 'print'] as const) {
    const { count, mean, error } = profit(kind, price)
    // A type that hardly ever fills would prove nothing.
    expect(count).toBeGreaterThan(200)
    expect(error).toBeLessThanOrEqual(0.05 * SPREAD)
    expect(mean).toBeLessThanOrEqual(3 * error)
  }
})

test(`orders at the opening and at the close lose half the spread, or nothing at a print (seed ${SEED})`, () => {
  for (const name of ['market on open', 'market on close']) {
    const kind = KINDS[name] as Kind
    const book = profit(kind, 'book')
    expect(Math.abs(book.mean + SPREAD / 2)).toBeLessThanOrEqual(3 * book.error)
    const print = profit(kind, 'print')
    expect(Math.abs(print.mean)).toBeLessThanOrEqual(3 * print.error)
  }
})
