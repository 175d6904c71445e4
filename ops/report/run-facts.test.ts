import { beforeAll, expect, test } from 'vitest'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import type { Config } from '../../schemas/config/config.ts'
import type { OrderType, TimeInForce } from '../../schemas/messages/order.ts'
import { type OrderTerms, PLAIN_TERMS } from '../../schemas/messages/order-terms.ts'
import { ASSUMPTIONS } from '../../sim/exchange/assumptions.ts'
import { smallRun } from '../run-files/small-run.test-support.ts'
import { OrdersUsed } from './orders-used.ts'
import { assumptionsOf } from './run-facts.ts'

type Venue = Config['venues'][number]
type Source = Config['data']['sources'][number]
type Asked = readonly [OrderType, TimeInForce, Partial<OrderTerms>?]
type Changes = {
  readonly simulation?: Venue['simulation']
  readonly latency?: Venue['latency']
  readonly kinds?: readonly Source['kind'][]
  readonly orders?: readonly Asked[]
  readonly requests?: readonly ('order_cancel_request' | 'order_cancel_replace_request')[]
  readonly config?: Partial<Config>
  readonly specs?: Partial<InstrumentSpec>
}

const MARKET: Asked = ['market', 'ioc']
const LIMIT: Asked = ['limit', 'gtc']
let small: Awaited<ReturnType<typeof smallRun>>
beforeAll(async () => {
  small = await smallRun()
})

function sentences(changes: Changes): { inForce: string[]; others: string[] } {
  const { simulation, kinds = ['quote'], orders = [], requests = [] } = changes
  const [venue] = small.config.venues as [Venue]
  const sources = kinds.map((kind) => ({ ...small.config.data.sources[0], kind }) as Source)
  const latency = changes.latency ?? { submit_us: 0, report_us: 0 }
  const config: Config = {
    ...small.config,
    venues: [{ ...venue, latency, ...(simulation && { simulation }) }],
    data: { ...small.config.data, sources },
    ...changes.config,
  }
  const used = new OrdersUsed()
  for (const [order_type, time_in_force, terms] of orders)
    used.onOrder(
      { venue_id: 'gen', instrument_id: 'GEN1.gen' },
      {
        order_type,
        time_in_force,
        terms: terms ? { ...PLAIN_TERMS, ...terms } : PLAIN_TERMS,
      },
    )
  for (const type of requests)
    used.onCommand({ venue_id: 'gen', type } as Parameters<OrdersUsed['onCommand']>[0])
  const specs = small.specs.map((spec) => ({ ...spec, ...changes.specs }))
  const { inForce, others } = assumptionsOf({ config, specs, used })
  return { inForce: inForce.map((one) => one.sentence), others: others.map((one) => one.sentence) }
}

/** Whether the one sentence that begins so is in force. */
function holds(begin: string, changes: Changes): boolean {
  const { inForce, others } = sentences(changes)
  const told = [...inForce, ...others].filter((sentence) => sentence.startsWith(begin))
  expect(told.length).toBe(1)
  return inForce.includes(told[0] as string)
}

const CALENDAR = {
  id: 'day',
  time_zone: 'UTC',
  sessions: [],
  opening_auction: true,
  closing_auction: false,
  opening_cutoff_us: 0,
  closing_cutoff_us: 0,
  holidays: [],
  early_closes: [],
  utc_offsets: [],
}
const BANDS = { reference_window_us: 1, limit_state_us: 1, pause_us: 1 }
const PRESSING = { increments: '1', quantity: '1', half_life_us: 1, permanent_share: '0' }
const GROUP = { group_counter: 1, group_type: 'oco' } as const
const HALT = { instrument: 'GEN1.gen', from: '2024-01-01', to: '2024-01-02' }
const BUSTS = { bust_probability: '0.5', correct_probability: '0', correct_increments: 1, delay_us: 1 }

test.each<[begin: string, with_it: Changes, without: Changes]>([
  ['While an instrument is closed', { simulation: { halts: [HALT] } }, { simulation: { halts: [] } }],
  [
    'The price of an auction is',
    { config: { calendars: [CALENDAR] }, specs: { calendar: 'day' } },
    { config: { calendars: [{ ...CALENDAR, opening_auction: false }] }, specs: { calendar: 'day' } },
  ],
  [
    'The price of an auction is',
    { simulation: { price_bands: BANDS } },
    { config: { calendars: [CALENDAR] } },
  ],
  [
    'Where a venue takes auction prices',
    { simulation: { halts: [HALT], auctions: { price: 'print', print_wait_us: 1 } } },
    { simulation: { auctions: { price: 'print', print_wait_us: 1 } } },
  ],
  ['Orders for an auction', { orders: [['market', 'opg']] }, { orders: [MARKET, LIMIT] }],
  [
    'Under the US limit',
    { simulation: { price_bands: { ...BANDS, plan: 'us_luld' } } },
    { simulation: { price_bands: BANDS } },
  ],
  ['Market buys pay the ask', { orders: [['stop', 'gtc']] }, { orders: [LIMIT, ['stop_limit', 'gtc']] }],
  [
    'A market order fills up',
    { orders: [MARKET] },
    { orders: [MARKET], simulation: { fills: { model: 'top_of_book' } } },
  ],
  ['A market order fills up', { orders: [MARKET] }, { orders: [MARKET], simulation: { book: 'book_level' } }],
  ['Under top_of_book', { simulation: { book: 'book_level' } }, { simulation: {} }],
  ['Under participation', { simulation: { fills: { model: 'participation', participation_max: '1' } } }, {}],
  [
    'Where trades, or bars that are not expanded, are the market, the share',
    { kinds: ['trade'], simulation: { fills: { model: 'participation', participation_max: '1' } } },
    { kinds: ['bar'], simulation: { fills: { model: 'participation', participation_max: '1' } } },
  ],
  ['The marketable part', { orders: [['limit', 'ioc']] }, { orders: [MARKET] }],
  ['A resting limit order', { orders: [['market_to_limit', 'gtc']] }, { orders: [['limit', 'fok']] }],
  [
    'With a queue on quotes',
    { orders: [LIMIT], simulation: { queue: { model: 'conservative' } } },
    { orders: [LIMIT] },
  ],
  [
    'In a conservative queue',
    { orders: [LIMIT], simulation: { book: 'book_level' } },
    { orders: [LIMIT], simulation: { book: 'book_order' } },
  ],
  [
    'In a queue trades',
    { orders: [LIMIT], simulation: { book: 'book_order' } },
    { simulation: { book: 'book_order' } },
  ],
  [
    'Over a snapshot of a book',
    { simulation: { book: 'book_order' } },
    { simulation: { book: 'book_level' } },
  ],
  ['The rows of one event', { kinds: ['book_level'] }, { kinds: ['quote', 'trade'] }],
  ['A size of zero in the data', { kinds: ['book_level'] }, { kinds: ['trade', 'bar'] }],
  ['A trade that does not say', { kinds: ['trade'] }, { kinds: ['quote', 'bar'] }],
  ['A trade or an imported bar', { kinds: ['bar'] }, { kinds: ['quote'] }],
  [
    'Where trades, or bars that are not expanded, are the market, the configured',
    { kinds: ['bar'], simulation: { bars: 'close' } },
    { kinds: ['bar'] },
  ],
  ['Where trades or bars', { kinds: ['trade'] }, { kinds: ['quote'] }],
  ['Where the last prices that are', { kinds: ['trade'] }, { kinds: ['quote'] }],
  ['Once an instrument has had a quote', { kinds: ['quote', 'trade'] }, { kinds: ['trade', 'bar'] }],
  [
    'Inside an expanded bar the market',
    { kinds: ['bar'] },
    { kinds: ['bar'], simulation: { bars: 'close' } },
  ],
  [
    'An imported bar is a row of its end',
    { kinds: ['bar'], simulation: { halts: [HALT] } },
    { kinds: ['bar'] },
  ],
  ['An impact makes', { simulation: { impact: { model: 'linear', ...PRESSING } } }, {}],
  [
    'Where orders of one account meet',
    { simulation: { self_match: 'allowed' } },
    { simulation: { self_match: 'apart' } },
  ],
  [
    'What one account sends',
    { latency: { submit_us: 0, report_us: 1 } },
    { latency: { submit_us: 0, report_us: 0, data_us: 1 } },
  ],
  [
    'Where a venue has a data latency',
    { latency: { submit_us: 0, report_us: 0, data_us: 1 } },
    { latency: { submit_us: 1, report_us: 1 } },
  ],
  ['A race of a fill', { requests: ['order_cancel_request'] }, { orders: [LIMIT] }],
  [
    'A replace keeps its place',
    { requests: ['order_cancel_replace_request'] },
    { requests: ['order_cancel_request'] },
  ],
  ['A buy stop watches', { orders: [['trailing_stop_limit', 'gtc']] }, { orders: [LIMIT] }],
  [
    'Inside an expanded bar a trail',
    { kinds: ['bar'], orders: [['trailing_stop', 'gtc']] },
    { kinds: ['bar'], orders: [['stop', 'gtc']] },
  ],
  ['A triggered stop is', { orders: [['trailing_stop', 'gtc']] }, { orders: [['market_if_touched', 'gtc']] }],
  [
    'An order whose trigger',
    { orders: [['stop', 'gtc']], simulation: { takes: 'alpaca' } },
    { orders: [['stop', 'gtc']] },
  ],
  [
    'An order that only reduces',
    { orders: [['market', 'ioc', { reduce_only: true }]] },
    { orders: [['limit', 'gtc', { post_only: true }]] },
  ],
  ['A post-only order', { orders: [['limit', 'gtc', { post_only: true }]] }, { orders: [LIMIT] }],
  [
    'A displayed part',
    { orders: [['limit', 'gtc', { display_quantity_units: 1 as never }]] },
    { orders: [LIMIT] },
  ],
  ['An order good till date', { orders: [['limit', 'gtd']] }, { orders: [LIMIT] }],
  ['Links between orders', { orders: [['limit', 'gtc', { parent_counter: 1 }]] }, { orders: [LIMIT] }],
  [
    'Orders of a group',
    { orders: [['limit', 'gtc', GROUP]] },
    { orders: [['limit', 'gtc', { parent_counter: 1 }]] },
  ],
  [
    'Kept by the venue',
    { orders: [['limit', 'gtc', GROUP]] },
    { orders: [['limit', 'gtc', GROUP]], simulation: { takes: 'all' } },
  ],
  [
    'What linked orders did',
    { orders: [['limit', 'gtc', GROUP]], simulation: { busts: BUSTS } },
    { simulation: { busts: BUSTS } },
  ],
  [
    'The venue forgets',
    {
      requests: ['order_cancel_request', 'order_cancel_request'],
      config: { limits: { order_retention: 1 } as Config['limits'] },
    },
    { orders: [LIMIT] },
  ],
  [
    'Where the increment depends',
    { specs: { increments: [{ from_us: 0, price_from_units: 1, increment_units: 1 }] } },
    {},
  ],
])('%s: in force with what brings it about alone', (begin, with_it, without) => {
  expect(holds(begin, with_it)).toBe(true)
  expect(holds(begin, without)).toBe(false)
})

test('a rule of one venue and an order at another bring nothing about', () => {
  const [gen] = small.config.venues as [Venue]
  const venues: Venue[] = [gen, { ...gen, id: 'other', simulation: { takes: 'alpaca' } }]
  const stop: Asked = ['stop', 'gtc']
  expect(holds('An order whose trigger', { orders: [stop], config: { venues } })).toBe(false)
})

test('money is converted where an account that trades at the venue has rates', () => {
  const [account] = small.config.accounts as [Config['accounts'][number]]
  const rated = { ...account, conversion_rates: { EUR: '1.1' } }
  expect(holds('Money is converted', { config: { accounts: [rated] } })).toBe(true)
  expect(holds('Money is converted', { config: { accounts: [account, { ...rated, venues: ['x'] }] } })).toBe(
    false,
  )
})

test('every sentence is told once, in the order of the guide, and what needs nothing is always in force', () => {
  const { inForce, others } = sentences({ orders: [MARKET, LIMIT] })
  const all = ASSUMPTIONS.map(({ sentence }) => sentence)
  expect(all.filter((sentence) => inForce.includes(sentence))).toEqual(inForce)
  expect(all.filter((sentence) => others.includes(sentence))).toEqual(others)
  expect(inForce.length + others.length).toBe(all.length)
  for (const { sentence, needs } of ASSUMPTIONS) if (needs.length === 0) expect(inForce).toContain(sentence)
})
