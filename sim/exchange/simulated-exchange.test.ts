import { expect, test } from 'vitest'
import type { CapabilityTable } from '../../engine/venue-port.ts'
import { REJECT_TEXT, type RejectCode } from './reject-code.ts'
import { account, instrument, play, Scenario, specsOf, terms, venue } from './scenario.test-support.ts'

type Case = readonly [rule: string, lines: readonly string[], reports: readonly string[]]

const MARKET: Case[] = [
  [
    'a market buy pays the ask',
    ['1 quote 100/101 10x20', '2 a buy 5 market day'],
    ['2 a new leaves 5', '2 a trade 5@101 leaves 0'],
  ],
  [
    'a market sell receives the bid',
    ['1 quote 100/101 10x20', '2 a sell 5 market day'],
    ['2 a new leaves 5', '2 a trade 5@100 leaves 0'],
  ],
  [
    'a market buy beyond the displayed size pays one increment more for the residual',
    ['1 quote 100/101 10x20', '2 a buy 25 market gtc'],
    ['2 a new leaves 25', '2 a trade 20@101 leaves 5', '2 a trade 5@102 leaves 0'],
  ],
  [
    'a market sell beyond the displayed size receives one increment less for the residual',
    ['1 quote 100/101 10x20', '2 a sell 11 market ioc'],
    ['2 a new leaves 11', '2 a trade 10@100 leaves 1', '2 a trade 1@99 leaves 0'],
  ],
  [
    'a fill-or-kill market order fills whole like any other',
    ['1 quote 100/101 10x20', '2 a buy 21 market fok'],
    ['2 a new leaves 21', '2 a trade 20@101 leaves 1', '2 a trade 1@102 leaves 0'],
  ],
  [
    'the displayed size is shared by all orders until the next quote',
    [
      '1 quote 100/101 10x20',
      '2 a buy 15 market day',
      '3 b buy 15 market day',
      '4 quote 100/101 10x20',
      '5 c buy 5 market day',
    ],
    [
      '2 a new leaves 15',
      '2 a trade 15@101 leaves 0',
      '3 b new leaves 15',
      '3 b trade 5@101 leaves 10',
      '3 b trade 10@102 leaves 0',
      '5 c new leaves 5',
      '5 c trade 5@101 leaves 0',
    ],
  ],
  [
    'buys leave the displayed size of the bid alone',
    ['1 quote 100/101 10x20', '2 a buy 20 market day', '3 b sell 10 market day'],
    ['2 a new leaves 20', '2 a trade 20@101 leaves 0', '3 b new leaves 10', '3 b trade 10@100 leaves 0'],
  ],
  [
    'a size of zero in the data means the configured default, on either side',
    ['1 quote 100/101', '2 a buy 1001 market day', '3 b sell 1001 market day'],
    [
      '2 a new leaves 1001',
      '2 a trade 1000@101 leaves 1',
      '2 a trade 1@102 leaves 0',
      '3 b new leaves 1001',
      '3 b trade 1000@100 leaves 1',
      '3 b trade 1@99 leaves 0',
    ],
  ],
  [
    'a residual that would sell at zero is sold at the bid itself',
    ['1 quote 1/2 10x20', '2 a sell 11 market day'],
    ['2 a new leaves 11', '2 a trade 10@1 leaves 1', '2 a trade 1@1 leaves 0'],
  ],
]

const LIMIT: Case[] = [
  [
    'a limit buy at the ask fills at the ask up to the displayed size, and the rest waits',
    ['1 quote 100/101 10x20', '2 a buy 25 limit 101 day'],
    ['2 a new leaves 25', '2 a trade 20@101 leaves 5'],
  ],
  [
    'a limit buy above the ask pays the ask, not its limit',
    ['1 quote 100/101 10x20', '2 a buy 5 limit 105 day'],
    ['2 a new leaves 5', '2 a trade 5@101 leaves 0'],
  ],
  [
    'a limit sell below the bid receives the bid',
    ['1 quote 100/101 10x20', '2 a sell 5 limit 95 gtc'],
    ['2 a new leaves 5', '2 a trade 5@100 leaves 0'],
  ],
  [
    'a limit order that crosses nothing waits',
    ['1 quote 100/101 10x20', '2 a buy 5 limit 100 day', '2 b sell 5 limit 101 day'],
    ['2 a new leaves 5', '2 b new leaves 5'],
  ],
  [
    'a resting buy fills at its own price when the ask comes down to it',
    ['1 quote 100/103 10x20', '2 a buy 5 limit 101 day', '3 quote 100/101 10x20'],
    ['2 a new leaves 5', '3 a trade 5@101 leaves 0'],
  ],
  [
    'a resting buy fills at its own price when the ask falls through it',
    ['1 quote 100/103 10x20', '2 a buy 5 limit 101 day', '3 quote 90/91 10x20'],
    ['2 a new leaves 5', '3 a trade 5@101 leaves 0'],
  ],
  [
    'a bid that touches a resting buy is not a cross',
    ['1 quote 99/103 10x20', '2 a buy 5 limit 100 day', '3 quote 100/103 10x20', '4 quote 101/102 10x20'],
    ['2 a new leaves 5'],
  ],
  [
    'a resting sell fills at its own price when the bid rises to it',
    ['1 quote 100/103 10x20', '2 a sell 5 limit 102 day', '3 quote 101/103', '4 quote 102/103 10x20'],
    ['2 a new leaves 5', '4 a trade 5@102 leaves 0'],
  ],
  [
    'a row that fills a buy leaves a sell one increment above its bid alone',
    ['1 quote 99/110', '2 a buy 5 limit 105 day', '2 b sell 5 limit 101 day', '3 quote 100/105'],
    ['2 a new leaves 5', '2 b new leaves 5', '3 a trade 5@105 leaves 0'],
  ],
  [
    'resting orders fill by price first, then by time, within the displayed size',
    [
      '1 quote 100/110 10x20',
      '2 a buy 5 limit 101 day',
      '2 b buy 5 limit 102 day',
      '2 c buy 5 limit 102 day',
      '2 d buy 5 limit 101 day',
      '3 quote 100/101 10x12',
      '4 quote 100/101 10x20',
    ],
    [
      '2 a new leaves 5',
      '2 b new leaves 5',
      '2 c new leaves 5',
      '2 d new leaves 5',
      '3 b trade 5@102 leaves 0',
      '3 c trade 5@102 leaves 0',
      '3 a trade 2@101 leaves 3',
      '4 a trade 3@101 leaves 0',
      '4 d trade 5@101 leaves 0',
    ],
  ],
  [
    'resting sells fill lowest price first',
    ['1 quote 100/110', '2 a sell 5 limit 103 day', '2 b sell 5 limit 102 day', '3 quote 104/110 7x7'],
    ['2 a new leaves 5', '2 b new leaves 5', '3 b trade 5@102 leaves 0', '3 a trade 2@103 leaves 3'],
  ],
  [
    'the rest of a partly filled limit order fills at its own price later',
    ['1 quote 100/101 10x20', '2 a buy 25 limit 102 day', '3 quote 100/101 10x20'],
    ['2 a new leaves 25', '2 a trade 20@101 leaves 5', '3 a trade 5@102 leaves 0'],
  ],
  [
    'an arriving order finds only what resting orders have left',
    ['1 quote 100/103', '2 a buy 8 limit 101 day', '3 quote 100/101 10x10', '4 b buy 5 limit 101 ioc'],
    [
      '2 a new leaves 8',
      '3 a trade 8@101 leaves 0',
      '4 b new leaves 5',
      '4 b trade 2@101 leaves 3',
      '4 b canceled cum 2',
    ],
  ],
  [
    'orders of the run do not trade with each other',
    ['1 quote 100/110', '2 a buy 5 limit 105 day', '3 b sell 5 limit 105 day'],
    ['2 a new leaves 5', '3 b new leaves 5'],
  ],
]

const TIME_IN_FORCE: Case[] = [
  [
    'immediate-or-cancel fills what is there and cancels the rest',
    ['1 quote 100/101 10x20', '2 a buy 25 limit 101 ioc'],
    ['2 a new leaves 25', '2 a trade 20@101 leaves 5', '2 a canceled cum 20'],
  ],
  [
    'immediate-or-cancel that crosses nothing is canceled whole',
    ['1 quote 100/101 10x20', '2 a buy 25 limit 100 ioc'],
    ['2 a new leaves 25', '2 a canceled cum 0'],
  ],
  [
    'fill-or-kill fills whole when all of it is displayed',
    ['1 quote 100/101 10x20', '2 a buy 20 limit 101 fok'],
    ['2 a new leaves 20', '2 a trade 20@101 leaves 0'],
  ],
  [
    'fill-or-kill beyond the displayed size is canceled without a fill',
    ['1 quote 100/101 10x20', '2 a buy 21 limit 105 fok', '3 b buy 20 limit 101 ioc'],
    ['2 a new leaves 21', '2 a canceled cum 0', '3 b new leaves 20', '3 b trade 20@101 leaves 0'],
  ],
  [
    'a day and a good-till-cancel order stay in force',
    ['1 quote 100/105', '2 a buy 1 limit 101 day', '2 b buy 1 limit 101 gtc', '864000000000 quote 100/101'],
    [
      '2 a new leaves 1',
      '2 b new leaves 1',
      '864000000000 a trade 1@101 leaves 0',
      '864000000000 b trade 1@101 leaves 0',
    ],
  ],
]

const CANCEL_REPLACE: Case[] = [
  [
    'a canceled order fills no more',
    ['1 quote 100/103', '2 a buy 5 limit 101 day', '3 c cancel a', '4 quote 100/101'],
    ['2 a new leaves 5', '3 c canceled a cum 0'],
  ],
  [
    'canceling a partly filled order keeps what it has',
    ['1 quote 100/101 10x20', '2 a buy 25 limit 101 day', '3 c cancel a'],
    ['2 a new leaves 25', '2 a trade 20@101 leaves 5', '3 c canceled a cum 20'],
  ],
  [
    'a cancel of an unknown order is rejected',
    ['1 quote 100/101', '2 c cancel a'],
    ['2 c cancel_rejected a unknown_order'],
  ],
  [
    'a cancel of a filled order is rejected as too late',
    ['1 quote 100/101', '2 a buy 5 market day', '3 c cancel a'],
    ['2 a new leaves 5', '2 a trade 5@101 leaves 0', '3 c cancel_rejected a order_terminal'],
  ],
  [
    'a second cancel is rejected',
    ['1 quote 100/103', '2 a buy 5 limit 101 day', '3 c cancel a', '4 d cancel a'],
    ['2 a new leaves 5', '3 c canceled a cum 0', '4 d cancel_rejected a order_terminal'],
  ],
  [
    'a cancel of an incarnation that was replaced is rejected, and the order stays',
    ['1 quote 100/103', '2 a buy 5 limit 101 day', '3 b replace a 5 102', '4 c cancel a', '5 quote 101/102'],
    [
      '2 a new leaves 5',
      '3 b replaced a 5@102 leaves 5',
      '4 c cancel_rejected a order_replaced',
      '5 b trade 5@102 leaves 0',
    ],
  ],
  [
    'a replace to a price that crosses fills at the touch',
    ['1 quote 100/103 10x20', '2 a buy 5 limit 101 day', '3 b replace a 25 104'],
    ['2 a new leaves 5', '3 b replaced a 25@104 leaves 25', '3 b trade 20@103 leaves 5'],
  ],
  [
    'the quantity of a replace counts what is already filled',
    ['1 quote 100/101 10x20', '2 a buy 25 limit 101 day', '3 b replace a 22 101', '4 quote 100/101'],
    [
      '2 a new leaves 25',
      '2 a trade 20@101 leaves 5',
      '3 b replaced a 22@101 leaves 2',
      '4 b trade 2@101 leaves 0',
    ],
  ],
  [
    'a replace to no more than what is filled is rejected, and the order stays',
    ['1 quote 100/101 10x20', '2 a buy 25 limit 101 day', '3 b replace a 20 101', '4 quote 100/101'],
    [
      '2 a new leaves 25',
      '2 a trade 20@101 leaves 5',
      '3 b replace_rejected a quantity_not_above_filled',
      '4 a trade 5@101 leaves 0',
    ],
  ],
  [
    'lowering the quantity keeps the place in time',
    [
      '1 quote 100/110',
      '2 a buy 5 limit 101 day',
      '3 b buy 5 limit 101 day',
      '4 c replace a 4 101',
      '5 quote 100/101 9x4',
    ],
    ['2 a new leaves 5', '3 b new leaves 5', '4 c replaced a 4@101 leaves 4', '5 c trade 4@101 leaves 0'],
  ],
  [
    'a replace that changes nothing keeps the place in time',
    [
      '1 quote 100/110',
      '2 a buy 5 limit 101 day',
      '3 b buy 5 limit 101 day',
      '4 c replace a 5 101',
      '5 quote 100/101 9x5',
    ],
    ['2 a new leaves 5', '3 b new leaves 5', '4 c replaced a 5@101 leaves 5', '5 c trade 5@101 leaves 0'],
  ],
  [
    'raising the quantity loses the place in time',
    [
      '1 quote 100/110',
      '2 a buy 5 limit 101 day',
      '3 b buy 5 limit 101 day',
      '4 c replace a 6 101',
      '5 quote 100/101 9x5',
    ],
    ['2 a new leaves 5', '3 b new leaves 5', '4 c replaced a 6@101 leaves 6', '5 b trade 5@101 leaves 0'],
  ],
  [
    'changing the price away and back loses the place in time',
    [
      '1 quote 100/110',
      '2 a buy 5 limit 101 day',
      '3 b buy 5 limit 101 day',
      '4 c replace a 5 102',
      '4 d replace c 5 101',
      '5 quote 100/101 9x5',
    ],
    [
      '2 a new leaves 5',
      '3 b new leaves 5',
      '4 c replaced a 5@102 leaves 5',
      '4 d replaced c 5@101 leaves 5',
      '5 b trade 5@101 leaves 0',
    ],
  ],
  [
    'a replace of a filled order is rejected as too late',
    ['1 quote 100/101', '2 a buy 5 limit 101 day', '3 b replace a 9 101'],
    ['2 a new leaves 5', '2 a trade 5@101 leaves 0', '3 b replace_rejected a order_terminal'],
  ],
  [
    'a replace under an id already used is rejected, and the order stays',
    ['1 quote 100/103', '2 a buy 5 limit 101 day', '3 a replace a 9 101', '4 c cancel a'],
    ['2 a new leaves 5', '3 a replace_rejected a duplicate_client_order_id', '4 c canceled a cum 0'],
  ],
  [
    'a replace to an invalid quantity or price is rejected',
    ['1 quote 100/103', '2 a buy 5 limit 101 day', '3 b replace a 1.5 101', '4 c replace a 5 0'],
    [
      '2 a new leaves 5',
      '3 b replace_rejected a quantity_out_of_range',
      '4 c replace_rejected a price_not_positive',
    ],
  ],
]

const OTHER_DATA: Case[] = [
  [
    'a trade puts both sides at its price where there are no quotes',
    ['1 trade 100', '2 a buy 5 market day', '3 b sell 5 limit 105 day', '4 trade 105'],
    ['2 a new leaves 5', '2 a trade 5@100 leaves 0', '3 b new leaves 5', '4 b trade 5@105 leaves 0'],
  ],
  [
    'a trade does not move a book made of quotes',
    ['1 quote 100/101', '2 a buy 5 limit 100 day', '3 trade 90', '4 bar bid 90', '5 b buy 1 market day'],
    ['2 a new leaves 5', '5 b new leaves 1', '5 b trade 1@101 leaves 0'],
  ],
  [
    "a bid bar's close stands for both sides while there are no ask bars",
    ['1 bar bid 100', '2 a buy 5 market day', '3 b sell 5 market day'],
    ['2 a new leaves 5', '2 a trade 5@100 leaves 0', '3 b new leaves 5', '3 b trade 5@100 leaves 0'],
  ],
  [
    'bid and ask bars make a spread',
    ['1 bar bid 100', '1 bar ask 103', '2 bar bid 101', '3 a buy 5 market day', '3 b sell 5 market day'],
    ['3 a new leaves 5', '3 a trade 5@103 leaves 0', '3 b new leaves 5', '3 b trade 5@101 leaves 0'],
  ],
]

test.each([...MARKET, ...LIMIT, ...TIME_IN_FORCE, ...CANCEL_REPLACE, ...OTHER_DATA])(
  '%s',
  (_rule, lines, reports) => {
    expect(play(lines)).toEqual(reports)
  },
)

const coarse = terms({
  specs: specsOf(
    instrument({
      increments: [{ price_increment: '0.05' }],
      lot: '10',
      quantity_min: '20',
      short_allowed: false,
    }),
  ),
})

test.each([
  ['no price yet', ['1 a buy 20 limit 100 day'], 'no_market'],
  ['a price between increments', ['1 quote 100/105', '2 a buy 20 limit 101 day'], 'price_off_increment'],
  ['a price of zero', ['1 quote 100/105', '2 a buy 20 limit 0 day'], 'price_not_positive'],
  ['a fractional price', ['1 quote 100/105', '2 a buy 20 limit 100.5 day'], 'price_out_of_range'],
  ['a quantity between lots', ['1 quote 100/105', '2 a buy 25 market day'], 'quantity_off_lot'],
  ['a quantity below the minimum', ['1 quote 100/105', '2 a buy 10 market day'], 'quantity_below_minimum'],
  ['a quantity of zero', ['1 quote 100/105', '2 a buy 0 market day'], 'quantity_not_positive'],
  ['a short sale that is not allowed', ['1 quote 100/105', '2 a sell 20 market day'], 'short_not_allowed'],
  [
    'an account of another venue',
    ['1 quote 100/105', '2 a:X.sim:other buy 20 market day'],
    'unknown_account',
  ],
])('%s is rejected', (_name, lines, code) => {
  const scenario = new Scenario(coarse)
  scenario.play(...lines)
  const reasons = scenario.deliveries.flatMap(({ message }) =>
    message.type === 'venue_report' ? [[message.report_type, message.reason_code, message.reason_text]] : [],
  )
  expect(reasons).toEqual([['rejected', code, REJECT_TEXT[code as RejectCode]]])
})

test('only whole lots of the displayed size trade', () => {
  expect(play(['1 quote 100/105 25x25', '2 a buy 30 limit 105 day'], coarse)).toEqual([
    '2 a new leaves 30',
    '2 a trade 20@105 leaves 10',
  ])
})

test('a client order id is used once, be it open, finished or rejected', () => {
  const lines = [
    '1 x buy 1 market day',
    '2 quote 100/101',
    '3 x buy 1 market day',
    '4 a buy 1 limit 99 day',
    '5 a buy 1 limit 99 day',
    '6 b buy 1 market day',
    '7 b buy 1 market day',
  ]
  expect(play(lines)).toEqual([
    '1 x rejected no_market',
    '3 x rejected duplicate_client_order_id',
    '4 a new leaves 1',
    '5 a rejected duplicate_client_order_id',
    '6 b new leaves 1',
    '6 b trade 1@101 leaves 0',
    '7 b rejected duplicate_client_order_id',
  ])
})

test('an account cannot cancel the order of another', () => {
  const two = terms({ accounts: [account(), account({ id: 'other' })] })
  expect(play(['1 quote 100/103', '2 a buy 5 limit 101 day', '3 c:X.sim:other cancel a'], two)).toEqual([
    '2 a new leaves 5',
    '3 c cancel_rejected a unknown_order',
  ])
})

test('the venue takes only what its capability table names', () => {
  const capabilities: CapabilityTable = { orders: { limit: ['day'] }, cancel: false, replace: false }
  const scenario = new Scenario(terms({ venues: [{ ...venue(), capabilities }] }))
  expect(scenario.venues.exchange('sim').capabilities).toEqual(capabilities)
  const lines = [
    '1 quote 100/103',
    '2 a buy 5 market day',
    '3 b buy 5 limit 101 gtc',
    '4 c buy 5 limit 101 day',
    '5 d cancel c',
    '6 e replace c 6 101',
  ]
  expect(scenario.play(...lines)).toEqual([
    '2 a rejected unsupported_order_type',
    '3 b rejected unsupported_order_type',
    '4 c new leaves 5',
    '5 d cancel_rejected c unsupported_cancel',
    '6 e replace_rejected c unsupported_replace',
  ])
})

test('a venue lists its own instruments only, and counts orders and executions by itself', () => {
  const both = terms({
    venues: [venue(), venue({ id: 'far' })],
    accounts: [account({ venues: ['sim', 'far'] })],
    specs: specsOf(instrument(), instrument({ instrument_id: 'Y.far' })),
  })
  const scenario = new Scenario(both)
  scenario.play(
    '1 quote 100/101',
    '1 quote:Y.far 200/201',
    '2 a buy 1 market day',
    '3 b:Y.far buy 1 market day',
    '4 c buy 1 market day',
  )
  const ids = scenario.deliveries.flatMap(({ message }) =>
    message.type === 'venue_report' && message.report_type === 'trade'
      ? [[message.venue_order_id, message.execution_id, message.instrument_id]]
      : [],
  )
  expect(ids).toEqual([
    ['sim-o1', 'sim-1', 'X.sim'],
    ['far-o1', 'far-1', 'Y.far'],
    ['sim-o2', 'sim-2', 'X.sim'],
  ])
})

test('a trade report carries every field of FIX that the engine books by', () => {
  const priced = terms({ venues: [venue({ commission: { basis_points: '2.5' } })] })
  const scenario = new Scenario(priced)
  scenario.play('1 quote 10000/10001 10x20', '2 a buy 25 limit 10001 day')
  expect(scenario.deliveries).toEqual([
    {
      at_us: 2,
      message: {
        type: 'send_outcome',
        outcome: 'sent',
        account_id: 'main',
        client_order_id: 'a',
        command_type: 'new_order_single',
        reason_code: '',
      },
    },
    { at_us: 2, message: { ...blank, report_type: 'new', leaves_quantity_units: 25 } },
    {
      at_us: 2,
      message: {
        ...blank,
        report_type: 'trade',
        execution_id: 'sim-1',
        last_price_units: 10001,
        last_quantity_units: 20,
        liquidity_side: 'taker',
        cum_quantity_units: 20,
        leaves_quantity_units: 5,
        // 20 at 100.01 are worth 2000.20, of which 2.5 basis points are 0.50005.
        commission: 50_005_000n,
        commission_currency: 'USD',
      },
    },
  ])
})

const blank = {
  type: 'venue_report',
  venue_id: 'sim',
  account_id: 'main',
  report_id: '',
  instrument_id: 'X.sim',
  instrument_index: 0,
  client_order_id: 'a',
  original_client_order_id: '',
  venue_order_id: 'sim-o1',
  execution_id: '',
  execution_reference_id: '',
  side: 'buy',
  last_price_units: 0,
  last_quantity_units: 0,
  liquidity_side: '',
  cum_quantity_units: 0,
  price_units: 10001,
  order_quantity_units: 25,
  commission: 0n,
  commission_currency: '',
  reason_code: '',
  reason_text: '',
  ts_event_us: 2,
}
