// Orders of every type on a market that goes nowhere, and what they earn there: each is marked at the middle some rows after
// its fill, where a martingale is worth its price of now.

import { RandomStream } from '../../engine/random-stream.ts'
import type { SimulationConfig } from '../../schemas/config/simulation-config.ts'
import { account, Scenario, terms, venue } from './scenario.test-support.ts'

export const SEED = 20_260_102
export const SPREAD = 10
/** Steps of the market that an order lives, and steps after its fill at which it is marked. */
const LIFE = 12
const HORIZON = 4

/** What follows `<id> <side> 1` of an order, from the bid and the ask it is decided at; `s` is what distances are counted in, below 0 for a sell. */
export type Shape = (near: number, far: number, s: number) => string
export const SHAPES: { readonly [type: string]: Shape } = {
  market: () => 'market ioc',
  'limit, waiting': (near, _far, s) => `limit ${near - s * 2} gtc`,
  'limit at its own touch': (near) => `limit ${near} gtc post`,
  'limit, taking': (_near, far) => `limit ${far} gtc`,
  'limit, immediate or cancel': (_near, far) => `limit ${far} ioc`,
  iceberg: (near, _far, s) => `limit ${near - s} gtc show=1`,
  stop: (_near, far, s) => `stop ${far + s * 4} gtc`,
  'stop by the middle': (_near, far, s) => `stop ${far + s * 2} gtc by=mid`,
  stop_limit: (_near, far, s) => `stop_limit ${far + s * 4} ${far + s * 5} gtc`,
  market_to_limit: () => 'market_to_limit gtc',
  market_if_touched: (_near, far, s) => `market_if_touched ${far - s * 4} gtc`,
  limit_if_touched: (_near, far, s) => `limit_if_touched ${far - s * 4} ${far - s * 5} gtc`,
  trailing_stop: () => 'trailing_stop 4 gtc',
  trailing_stop_limit: () => 'trailing_stop_limit 4 gtc limit=2',
}

export type Tape = {
  readonly orders: number
  /** Between bid and ask; 0 where a last price is all that is told. */
  readonly spread: number
  /** What orders count their distances in. */
  readonly unit: number
  /** Whether it passes every price, so that whoever takes pays half the spread, whatever made it take and when. */
  readonly pays_half?: boolean
  readonly simulation?: SimulationConfig
  /** The rows of one step of the walk from a bid, and by how much it moves. */
  readonly next: (
    random: RandomStream,
    bid: number,
    step: number,
  ) => { readonly lines: readonly string[]; readonly move: number }
}

/** Mean profit of an order against the middle at the horizon, and its standard error, in price units. */
export function profit(shape: Shape, simulation: SimulationConfig, tape: Tape) {
  const scenario = new Scenario(
    terms({
      venues: [venue({ simulation: { ...tape.simulation, ...simulation } })],
      accounts: [account({ balance: '1000000000', leverage_max: '100000' })],
    }),
  )
  const random = new RandomStream(SEED, 'walk')
  let bid = 1_000_000
  let ts = 0
  let steps = 0
  const quote = () => {
    const { lines, move } = tape.next(random, bid, ++steps)
    ts += lines.length
    for (const line of lines) scenario.step(`${ts} ${line}`)
    bid += move
  }
  const profits: number[] = []
  quote()
  for (let i = 0; i < tape.orders; i++) {
    const s = random.nextInt(2) === 0 ? 1 : -1
    const [near, far] = s === 1 ? [bid, bid + tape.spread] : [bid + tape.spread, bid]
    scenario.deliveries.length = 0
    scenario.step(`${ts} o${i} ${s === 1 ? 'buy' : 'sell'} 1 ${shape(near, far, s * tape.unit)}`)
    let price = priceOfFill(scenario)
    for (let age = 0; age < LIFE && price === undefined; age++) {
      quote()
      price = priceOfFill(scenario)
    }
    if (price === undefined) scenario.step(`${ts} c${i} cancel o${i}`)
    else {
      for (let wait = 0; wait < HORIZON; wait++) quote()
      profits.push(s * (bid + tape.spread / 2 - price))
    }
  }
  return momentsOf(profits)
}

/** Their mean, and its standard error. */
export function momentsOf(profits: readonly number[]) {
  const count = profits.length
  const mean = profits.reduce((sum, one) => sum + one, 0) / count
  const variance = profits.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (count - 1)
  return { count, mean, error: Math.sqrt(variance / count) }
}

export function priceOfFill(scenario: Scenario): number | undefined {
  for (const { message } of scenario.deliveries)
    if (message.type === 'venue_report' && message.report_type === 'trade') return message.last_price_units
  return undefined
}
