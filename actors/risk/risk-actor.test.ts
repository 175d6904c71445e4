import { expect, test } from 'vitest'
import type { CapabilityTable } from '../../engine/venue-port.ts'
import type { Config } from '../../schemas/config/config.ts'
import { ORDER_TYPES } from '../../schemas/messages/order.ts'
import { SECURITY_STATUSES, type SecurityTradingStatus } from '../../schemas/messages/security-status.ts'
import { Desk, withRisk } from '../desk.test-support.ts'
import type { OrderChange, OrderRequest } from '../strategy/context.ts'
import {
  EURUSD,
  strategy,
  TestNode,
  type TestNodeOptions,
  testAccount,
  testInstrument,
  testStrategy,
  testVenue,
} from '../trading-node.test-support.ts'

test('[R1] each limit lets through what is one unit below it or on it, and denies one unit above', () => {
  const quantity = () => new Desk(withRisk({ order_quantity_max: '5000' }))
  expect([4_999, 5_000, 5_001].map((quantity_units) => quantity().ask({ quantity_units }))).toEqual([
    '',
    '',
    'order_quantity_max',
  ])
  const position = () => new Desk(withRisk({ position_quantity_max: '5000' }))
  expect([4_999, 5_000, 5_001].map((quantity_units) => position().ask({ quantity_units }))).toEqual([
    '',
    '',
    'position_quantity_max',
  ])
  // A buy meets the ask of 1.00010: 5,000 are worth 5,000.50.
  const notional = () => new Desk(withRisk({ order_notional_max: '5000.5' }))
  expect([4_999, 5_000, 5_001].map((quantity_units) => notional().ask({ quantity_units }))).toEqual([
    '',
    '',
    'order_notional_max',
  ])
})

test('[R1] the collar is a distance from the side of the book an order meets, both ways', () => {
  // Ten basis points of 1.00000 and of 1.00010 are 100 units, rounded down.
  const ask = (side: 'buy' | 'sell', limit_price_units: number) =>
    new Desk(withRisk({ price_collar_basis_points: '10' })).ask({ side, limit_price_units })
  expect([100_109, 100_110, 100_111].map((price) => ask('buy', price))).toEqual(['', '', 'price_collar'])
  expect([99_901, 99_900, 99_899].map((price) => ask('sell', price))).toEqual(['', '', 'price_collar'])
  expect([ask('buy', 1), ask('sell', 10_000_000)]).toEqual(['', ''])
})

test('[R1] the worst value of a sell below the bid is what the bid pays', () => {
  // At its limit of 0.99000 it would be worth 4,950.00, at the bid it is worth 5,000.00.
  const ask = (order_notional_max: string) =>
    new Desk(withRisk({ order_notional_max })).ask({
      side: 'sell',
      quantity_units: 5_000,
      limit_price_units: 99_000,
    })
  expect([ask('5000'), ask('4999.99')]).toEqual(['', 'order_notional_max'])
})

test('[R1] the value of an order is held against the limit in account currency', () => {
  const desk = (conversion_rates: { readonly [currency: string]: string }) =>
    new Desk({
      config: (config) => ({
        ...config,
        accounts: [
          {
            ...testAccount('main', ['sim'], { order_notional_max: '10' }),
            conversion_rates,
            currency: 'EUR',
          },
        ],
      }),
    })
  // 10 EUR are 20 USD, of which 19 units at 1.00010 leave something and 20 do not.
  expect([19, 20].map((quantity_units) => desk({ USD: '0.5' }).ask({ quantity_units }))).toEqual([
    '',
    'order_notional_max',
  ])
  expect(desk({}).ask({ quantity_units: 1 })).toBe('no_conversion_rate')
})

test('[R1] price and quantity keep the instrument’s increment, lot and minimum', () => {
  const instruments = [
    testInstrument(EURUSD, 0, {
      lot: '100',
      quantity_min: '200',
      increments: [{ price_increment: '0.0001' }],
    }),
  ]
  const ask = (order: Partial<OrderRequest>) => new Desk({ instruments }).ask(order)
  expect(ask({ quantity_units: 200, limit_price_units: 99_990 })).toBe('')
  expect(ask({ quantity_units: 250 })).toBe('quantity_off_lot')
  expect(ask({ quantity_units: 100 })).toBe('quantity_below_minimum')
  expect(ask({ quantity_units: 0 })).toBe('quantity_not_positive')
  expect(ask({ quantity_units: -1_000 })).toBe('quantity_not_positive')
  expect(ask({ limit_price_units: 99_991 })).toBe('price_off_increment')
  expect(ask({ limit_price_units: 0 })).toBe('price_not_positive')
})

test('[R1] an amount beyond what money can hold is a coded denial, never an assertion', () => {
  const instruments = [testInstrument(EURUSD, 0, { multiplier: '1000000000000000000' })]
  const desk = new Desk({ instruments })
  const huge = { quantity_units: 900_000_000_000_000, limit_price_units: 100_000 }
  expect(desk.ask(huge)).toBe('order_quantity_max')
  const unlimited = withRisk({
    order_quantity_max: '999999999999999',
    position_quantity_max: '999999999999999',
  })
  expect(new Desk({ ...unlimited, instruments }).ask(huge)).toBe('money_overflow')
})

test('[R2] without a price there is no order', () => {
  const blind = strategy({
    onStart: (ctx) => ctx.setTimer('go', ctx.now_us + 1),
    onTimer: (ctx) => void ctx.submit({ instrument: 'GBPUSD.sim', side: 'buy', quantity_units: 1 }),
  })
  const node = new TestNode({
    instruments: [testInstrument(EURUSD, 0), testInstrument('GBPUSD.sim', 1)],
    config: (config) => ({ ...config, strategies: [testStrategy('s', 'main', [EURUSD, 'GBPUSD.sim'])] }),
    strategies: { s: blind },
  })
  node.control('session_start')
  node.control('trading_enable')
  node.quote(EURUSD, 100_000, 100_010)
  node.pass(node.now_us + 1)
  expect(node.denials.map(({ reason_code }) => reason_code)).toEqual(['no_reference_price'])
})

const buy = { side: 'buy', quantity_units: 1 } as const

test('[R2] a price that is too old is no price; exactly as old as allowed it is one', () => {
  const ask = (age_us: number) => {
    const clock = strategy({ onTimer: (ctx) => void ctx.submit({ ...buy, instrument: EURUSD }) })
    const node = new TestNode({
      instruments: [testInstrument(EURUSD, 0), testInstrument('GBPUSD.sim', 1)],
      strategies: {
        s: { ...clock, onStart: (ctx) => ctx.setTimer('go', 1_000_000 + age_us) },
      },
    })
    node.start()
    // Another instrument keeps the feed live meanwhile.
    node.quote('GBPUSD.sim', 1, 2, 1_000_000 + age_us - 1)
    node.pass(1_000_000 + age_us)
    return node.denials.map(({ reason_code }) => reason_code)
  }
  expect(ask(60_000_000)).toEqual([])
  expect(ask(60_000_001)).toEqual(['market_data_stale'])
})

test('[R2] a lost connection denies, though the last price is young', () => {
  const clock = strategy({
    onStart: (ctx) => ctx.setTimer('go', ctx.now_us + 10),
    onTimer: (ctx) => void ctx.submit({ ...buy, instrument: EURUSD }),
  })
  const node = new TestNode({ strategies: { s: clock } }).start()
  node.feedEvent('disconnected')
  node.pass(node.now_us + 10)
  expect(node.denials.map(({ reason_code, value }) => [reason_code, value])).toEqual([
    ['market_data_stale', 'connecting'],
  ])
})

test('[R2] orders are denied unless the feed is live', () => {
  const desk = new Desk()
  expect(desk.ask()).toBe('')
  desk.feedEvent('gap')
  expect(desk.ask()).toBe('market_data_stale')
  desk.feedEvent('resynchronised')
  expect(desk.ask()).toBe('')
})

test('[R2] a strategy that has not said it trades is denied, and one that ordered before it paused is not', () => {
  const desk = new Desk()
  desk.control('strategy_pause', { strategy_id: 's' })
  expect(desk.ask()).toBe('strategy_not_trading')
  desk.control('strategy_resume', { strategy_id: 's' })
  expect(desk.ask()).toBe('')
  expect(desk.reloaded().state('strategy/s')).toBe('trading')
})

test('[R2] an order type the venue does not take is denied, and so is a replace', () => {
  const desk = new Desk({ capabilities: { orders: { limit: ['gtc'] }, replace: false } })
  expect(desk.ask()).toBe('order_type_not_supported')
  expect(desk.ask({ limit_price_units: 99_000, time_in_force: 'fok' })).toBe('order_type_not_supported')
  expect(desk.ask({ limit_price_units: 99_000 })).toBe('')
  desk.accept(desk.lastOrder())
  const counter = desk.lastOrder().counter
  desk.do((ctx) => ctx.replace(counter, { quantity_units: 1_000, limit_price_units: 99_001 }))
  expect(desk.denials.at(-1)).toMatchObject({
    request: 'replace',
    counter,
    reason_code: 'replace_not_supported',
  })
})

test('[R2] a denial says the whole order that was asked for', () => {
  const desk = new Desk({ capabilities: { orders: { limit: ['gtc'] }, replace: false } })
  const asked = { side: 'sell', quantity_units: 3_000 } as const
  desk.ask({ ...asked, limit_price_units: 100_020, time_in_force: 'fok' })
  desk.ask({ ...asked, time_in_force: 'ioc' })
  desk.ask({ ...asked, limit_price_units: 100_020 })
  const { counter } = desk.lastOrder()
  desk.accept(desk.lastOrder())
  desk.do((ctx) => ctx.replace(counter, { quantity_units: 4_000, limit_price_units: 100_030 }))
  const denied = {
    type: 'order_denied',
    account_id: 'main',
    strategy_id: 's',
    venue_id: 'sim',
    instrument_id: EURUSD,
    side: 'sell',
    trigger_price_units: 0,
    reason_code: 'order_type_not_supported',
    limit: '',
  }
  const limit = { order_type: 'limit', price_units: 100_020, order_quantity_units: 3_000 }
  expect(desk.denials.map(({ value: _, ts_event_us: __, ...denial }) => denial)).toEqual([
    { ...denied, ...limit, request: 'new', counter: 1, time_in_force: 'fok' },
    {
      ...denied,
      ...limit,
      request: 'new',
      counter: 2,
      order_type: 'market',
      time_in_force: 'ioc',
      price_units: 0,
    },
    {
      ...denied,
      ...limit,
      request: 'replace',
      counter: 3,
      time_in_force: '',
      price_units: 100_030,
      order_quantity_units: 4_000,
      reason_code: 'replace_not_supported',
    },
  ])
})

test('[R3] a halted account sends no order and still cancels', () => {
  const desk = new Desk()
  desk.ask({ limit_price_units: 99_000 })
  desk.accept(desk.lastOrder())
  desk.control('account_halt', { account_id: 'main' })
  expect(desk.ask()).toBe('account_halted')
  const { counter } = desk.lastOrder()
  desk.do((ctx) => ctx.cancel(counter))
  expect(desk.lastSent().type).toBe('order_cancel_request')
})

test('[R3] a halt of another account is not ours, and a halt is not loosened by one word', () => {
  const desk = new Desk()
  desk.control('account_halt', { account_id: 'other' })
  expect(desk.ask()).toBe('')
  desk.control('account_halt')
  desk.control('account_reduce_only')
  expect(desk.state('risk/main')).toBe('halted')
  desk.control('account_resume')
  desk.control('account_reduce_only')
  expect(desk.state('risk/main')).toBe('reduce_only')
})

test('[R3] reduce-only lets through what closes, counting all that already would, and not one unit more', () => {
  const desk = new Desk()
  desk.ask({ quantity_units: 1_000 })
  desk.accept(desk.lastOrder())
  desk.fill(desk.lastOrder(), 100_010, 1_000)
  desk.control('account_reduce_only')
  expect(desk.ask({ quantity_units: 1 })).toBe('account_reduce_only')
  expect(desk.ask({ side: 'sell', quantity_units: 600 })).toBe('')
  expect(desk.ask({ side: 'sell', quantity_units: 401 })).toBe('account_reduce_only')
  expect(desk.ask({ side: 'sell', quantity_units: 400 })).toBe('')
  expect(desk.ask({ side: 'sell', quantity_units: 1 })).toBe('account_reduce_only')
})

test('[R4] as many orders as allowed fit in any window, and one more when the first is a window old', () => {
  const desk = new Desk(withRisk({ order_rate: { orders_max: 2, window_us: 100 } }))
  const at = (ts_us: number) => {
    desk.quote(EURUSD, 100_000, 100_010, ts_us)
    return desk.ask()
  }
  const t = desk.now_us + 1_000
  expect([at(t), at(t + 50), at(t + 99), at(t + 100), at(t + 149), at(t + 150)]).toEqual([
    '',
    '',
    'order_rate',
    '',
    'order_rate',
    '',
  ])
})

test('[R4] a denied order takes no place in the window; a cancel needs none', () => {
  const desk = new Desk(withRisk({ order_rate: { orders_max: 1, window_us: 1_000 } }))
  expect(desk.ask({ quantity_units: 0 })).toBe('quantity_not_positive')
  expect(desk.ask({ limit_price_units: 99_000 })).toBe('')
  desk.accept(desk.lastOrder())
  expect(desk.ask()).toBe('order_rate')
  desk.do((ctx) => ctx.cancel(desk.lastOrder().counter))
  expect(desk.lastSent().type).toBe('order_cancel_request')
})

test('[R5] a replace passes the same checks as an order', () => {
  const risk = withRisk({
    order_quantity_max: '5000',
    price_collar_basis_points: '10',
    order_notional_max: '4990',
  })
  const replaced = (quantity_units: number, limit_price_units: number) => {
    const desk = new Desk(risk)
    desk.ask({ limit_price_units: 99_000 })
    desk.accept(desk.lastOrder())
    desk.do((ctx) => ctx.replace(desk.lastOrder().counter, { quantity_units, limit_price_units }))
    return desk.denials.at(-1)?.reason_code ?? desk.lastSent().type
  }
  expect(replaced(2_000, 99_001)).toBe('order_cancel_replace_request')
  expect(replaced(5_001, 99_001)).toBe('order_quantity_max')
  expect(replaced(5_000, 100_000)).toBe('order_notional_max')
  expect(replaced(2_000, 100_111)).toBe('price_collar')
  expect(replaced(2_000, -1)).toBe('price_not_positive')
})

test('[R6] a second replace is denied while the first is in flight, and the larger of both sizes stays counted', () => {
  const desk = new Desk(withRisk({ position_quantity_max: '3000' }))
  desk.ask({ limit_price_units: 99_000 })
  desk.accept(desk.lastOrder())
  const { counter } = desk.lastOrder()
  desk.do((ctx) => {
    ctx.replace(counter, { quantity_units: 3_000, limit_price_units: 99_000 })
    ctx.replace(counter, { quantity_units: 1_000, limit_price_units: 99_000 })
  })
  expect(desk.denials.map(({ reason_code }) => reason_code)).toEqual(['replace_in_flight'])
  expect(desk.sent.map(({ type }) => type)).toEqual(['new_order_single', 'order_cancel_replace_request'])
  expect(desk.ask({ quantity_units: 1 })).toBe('position_quantity_max')
})

test('[R6] an order of unknown sending counts in full until it is proven absent', () => {
  const desk = new Desk(withRisk({ position_quantity_max: '1000' }))
  desk.ask({ quantity_units: 1_000 })
  desk.outcome(desk.lastOrder(), 'unproven', 'timeout')
  expect(desk.ask({ quantity_units: 1 })).toBe('position_quantity_max')
  expect(desk.ask({ side: 'sell', quantity_units: 1_000 })).toBe('')
  expect(desk.ask({ side: 'sell', quantity_units: 1 })).toBe('position_quantity_max')
})

test('[R6] what an order not sent or rejected had reserved is free again', () => {
  const desk = new Desk(withRisk({ position_quantity_max: '1000' }))
  desk.ask({ quantity_units: 1_000 })
  desk.outcome(desk.lastOrder(), 'refused', 'test')
  expect(desk.ask({ quantity_units: 1_000 })).toBe('')
  desk.outcome(desk.lastOrder())
  desk.report('rejected', desk.lastOrder(), { reason_code: 'test' })
  expect(desk.ask({ quantity_units: 1_000 })).toBe('')
})

test('[R7] every request gets exactly one verdict: an order at the venue, or a denial the strategy hears', () => {
  const heard: string[] = []
  const eager = strategy({
    onQuote: (ctx) => {
      ctx.submit({ instrument: EURUSD, side: 'buy', quantity_units: 1_000 })
      ctx.submit({ instrument: EURUSD, side: 'buy', quantity_units: 0 })
    },
    onDenied: (_, denial) => void heard.push(`${denial.counter} ${denial.reason_code}`),
  })
  const node = new TestNode({ strategies: { s: eager } }).start()
  expect(heard).toEqual(['2 quantity_not_positive'])
  expect(node.orders.map(({ counter }) => counter)).toEqual([1])
  expect(node.trading.gates.get('main')?.counts).toEqual({ approved: 1, denied: 1 })
})

test('[R8] a strategy trades its own instruments at the venues of its account, and nothing else', () => {
  const config = (base: Config): Config => ({
    ...base,
    venues: [testVenue('sim'), testVenue('far')],
    strategies: [testStrategy('s', 'main', [EURUSD, 'GBPUSD.far'])],
  })
  const greedy = strategy({
    onQuote: (ctx, quote) =>
      void ctx.submit({ instrument: quote.instrument_id, side: 'buy', quantity_units: 1 }),
  })
  const instruments = [testInstrument(EURUSD, 0), testInstrument('GBPUSD.far', 1)]
  const node = new TestNode({ config, instruments, strategies: { s: greedy } }).start()
  expect(node.denials.map(({ instrument_id, reason_code }) => `${instrument_id} ${reason_code}`)).toEqual([
    'GBPUSD.far not_entitled',
  ])
})

test('[R9] exposure, rate window and latches are the same after a save and a load', () => {
  const desk = new Desk(
    withRisk({ position_quantity_max: '3000', order_rate: { orders_max: 2, window_us: 50 } }),
  )
  desk.ask({ limit_price_units: 99_000 })
  desk.accept(desk.lastOrder())
  desk.do((ctx) =>
    ctx.replace(desk.lastOrder().counter, { quantity_units: 3_000, limit_price_units: 99_000 }),
  )
  desk.control('account_reduce_only')
  const copy = desk.reloaded()
  expect(copy.save()).toEqual(desk.save())
  expect(copy.state('risk/main')).toBe('reduce_only')
})

const ALL_TYPES: CapabilityTable = {
  orders: Object.fromEntries(ORDER_TYPES.map((type) => [type, ['gtc', 'gtd']])),
  trigger_methods: ['bid_ask'],
  reduce_only: true,
  display_quantity: true,
  cancel: true,
  replace: true,
}

test.each<[string, Partial<OrderRequest>]>([
  ['', { trigger_price_units: 101_000 }],
  ['price_not_positive', { trigger_price_units: 0 }],
  // What the venue does not watch is watched here.
  ['', { trigger_price_units: 101_000, trigger_method: 'mid' }],
  ['flag_not_supported', { limit_price_units: 99_000, post_only: true }],
  ['', { limit_price_units: 99_000, reduce_only: true }],
  ['contingency_unknown', { limit_price_units: 99_000, parent: { counter: 1 } }],
  ['contingency_unknown', { limit_price_units: 99_000, group: { counter: 1, type: 'oco' } }],
  ['trail_offset', { trail: { offset: 0 } }],
  ['', { trail: { offset: 5 } }],
  // A sell at its whole price behind would stand where no market comes; a buy may stand at twice the price.
  ['', { side: 'sell', trail: { offset: 9_999, unit: 'basis_points' } }],
  ['trail_offset', { side: 'sell', trail: { offset: 10_000, unit: 'basis_points' } }],
  ['', { trail: { offset: 10_000, unit: 'basis_points' } }],
  ['price_not_positive', { trail: { offset: 5, activation_price_units: -1 } }],
  ['expire_time_past', { limit_price_units: 99_000, expire_time_us: 1 }],
  ['display_quantity', { limit_price_units: 99_000, display_quantity_units: 1_001 }],
  ['', { limit_price_units: 99_000, display_quantity_units: 100 }],
  // The collar of 3 % is measured from where the order would meet the book.
  ['', { trigger_price_units: 110_000, limit_price_units: 113_300 }],
  ['price_collar', { trigger_price_units: 110_000, limit_price_units: 113_301 }],
])('[R10] %s: %j', (code, order) => {
  expect(new Desk({ capabilities: ALL_TYPES }).ask(order)).toBe(code)
})

const WHOLE: Partial<OrderRequest> = { side: 'sell', trail: { offset: 10_000, unit: 'basis_points' } }
const BELOW_ZERO: Partial<OrderRequest> = { trail: { offset: 5, activation_price_units: -1 } }

test('[R10] where prices may be below zero a trail may begin there, and stay any way behind', () => {
  const instruments = [testInstrument(EURUSD, 0, { allow_non_positive_price: true })]
  const ask = (order: Partial<OrderRequest>) => new Desk({ capabilities: ALL_TYPES, instruments }).ask(order)
  expect([WHOLE, BELOW_ZERO].map(ask)).toEqual(['', ''])
})

test('[R10] a trail that no market meets is denied where the engine would follow it, too', () => {
  const { trailing_stop: _, ...orders } = ALL_TYPES.orders
  const ask = (order: Partial<OrderRequest>) =>
    new Desk({ capabilities: { ...ALL_TYPES, orders } }).ask(order)
  expect([WHOLE, BELOW_ZERO].map(ask)).toEqual(['trail_offset', 'price_not_positive'])
})

test('[R10] before behaviour 3 such a trail was taken, and is when it is run again', () => {
  const ask = (order: Partial<OrderRequest>) => new Desk({ capabilities: ALL_TYPES, behaviour: 2 }).ask(order)
  expect([WHOLE, BELOW_ZERO].map(ask)).toEqual(['', ''])
})

test('[R10] a stop counts at its trigger moved by the collar', () => {
  // 10 at 1.20000 and 3 % are 12.36 USD.
  const asks = ['12.35', '12.36'].map((order_notional_max) =>
    new Desk({ ...withRisk({ order_notional_max }), capabilities: ALL_TYPES }).ask({
      quantity_units: 10,
      trigger_price_units: 120_000,
    }),
  )
  expect(asks).toEqual(['order_notional_max', ''])
})

test('[R10] a stop at the last price that can be counted is denied, and so is a change to it', () => {
  const desk = new Desk({ capabilities: ALL_TYPES })
  const trigger_price_units = Number.MAX_SAFE_INTEGER
  expect(desk.ask({ trigger_price_units })).toBe('order_notional_max')
  desk.ask({ trigger_price_units: 101_000 })
  desk.accept(desk.lastOrder())
  desk.do((ctx) => ctx.replace(2, { trigger_price_units }))
  expect(desk.denials.map(({ request, reason_code }) => [request, reason_code])).toEqual([
    ['new', 'order_notional_max'],
    ['replace', 'order_notional_max'],
  ])
})

test('[R10] a replace of a stop has its new trigger price checked, and its reservation knows the type', () => {
  const desk = new Desk({ capabilities: ALL_TYPES })
  desk.ask({ trigger_price_units: 101_000 })
  desk.accept(desk.lastOrder())
  desk.do((ctx) => ctx.replace(1, { trigger_price_units: 0 }))
  expect(desk.denials.map(({ reason_code, order_type }) => [reason_code, order_type])).toEqual([
    ['price_not_positive', 'stop'],
  ])
  desk.do((ctx) => ctx.replace(1, { quantity_units: 1_000, trigger_price_units: 101_500 }))
  expect(desk.lastSent()).toMatchObject({ price_units: 0, trigger_price_units: 101_500 })
})

test('[E6] in reduce-only a way out of an entry that is open waits here, whatever its venue keeps', () => {
  const desk = new Desk({ capabilities: { ...ALL_TYPES, contingencies: ['oto', 'oco', 'ouo'] } })
  desk.ask({ limit_price_units: 99_000 })
  desk.accept(desk.lastOrder())
  const wayOut = { side: 'sell', limit_price_units: 101_000, parent: { counter: 1 } } as const
  expect([desk.ask(wayOut), desk.state('execution/main')]).toEqual(['', '2 intents'])
  desk.control('account_reduce_only')
  expect([desk.ask(wayOut), desk.state('execution/main')]).toEqual(['', '3 intents, 1 held'])
})

test('[R13] while an instrument does not trade, what the venue does not take then is denied, and cancels pass', () => {
  const limit = { limit_price_units: 99_000 }
  const verdicts = (capabilities: Partial<CapabilityTable>) =>
    SECURITY_STATUSES.map((status) => {
      const desk = new Desk({ capabilities })
      desk.securityStatus(EURUSD, status)
      return [
        status,
        desk.ask(limit),
        desk.ask({ ...limit, time_in_force: 'ioc' }),
        desk.ask({ ...limit, post_only: true }),
      ]
    })
  expect(verdicts({ post_only: true })).toEqual([
    ['trading', '', '', ''],
    ['closed', 'market_closed', 'market_closed', 'market_closed'],
    ['pre_open', '', 'not_in_call', 'not_in_call'],
    ['closing_call', '', 'not_in_call', 'not_in_call'],
    ['halted', 'market_halted', 'market_halted', 'market_halted'],
  ])
  expect(verdicts({ post_only: true, closed_orders: true, halted_orders: true }).slice(1)).toEqual(
    ['closed', 'pre_open', 'closing_call', 'halted'].map((status) => [
      status,
      '',
      'not_in_call',
      'not_in_call',
    ]),
  )
})

test('[R13] a replace is denied as an order is, and a cancel of what rests passes', () => {
  const desk = new Desk()
  desk.ask({ limit_price_units: 99_000 })
  desk.accept(desk.lastOrder())
  const { counter } = desk.lastOrder()
  desk.securityStatus(EURUSD, 'halted')
  desk.do((ctx) => ctx.replace(counter, { quantity_units: 1_000, limit_price_units: 99_001 }))
  expect(desk.denials.map(({ request, reason_code }) => [request, reason_code])).toEqual([
    ['replace', 'market_halted'],
  ])
  desk.do((ctx) => ctx.cancel(counter))
  expect(desk.denials).toHaveLength(1)
  expect(desk.sent.at(-1)?.type).toBe('order_cancel_request')
})

/** What a gate says of a strategy's change of an order for 1,000 at 99,000 with, if it is one, a stop at 98,000. */
function changed(
  change: OrderChange,
  {
    before,
    stop = false,
    options = {},
  }: { before?: (desk: Desk) => void; stop?: boolean; options?: TestNodeOptions },
): string {
  const desk = new Desk(options)
  if (stop) desk.ask({ side: 'sell', trigger_price_units: 98_000 })
  else desk.ask({ limit_price_units: 99_000 })
  desk.accept(desk.lastOrder())
  before?.(desk)
  desk.do((ctx) => ctx.replace(1, change))
  expect(desk.faults).toEqual([])
  const sent = desk.lastSent()
  return (
    desk.denials.at(-1)?.reason_code ??
    `${sent.type} ${'order_quantity_units' in sent && sent.order_quantity_units}`
  )
}

const halt = (desk: Desk) => desk.securityStatus(EURUSD, 'halted')
const LOWERED = 'order_cancel_replace_request 500'
const limit_price_units = 99_000

test('[R13] a strategy lowers an order in a halt and changes nothing else', () => {
  const before = halt
  expect(changed({ quantity_units: 500, limit_price_units }, { before })).toBe(LOWERED)
  expect(changed({ quantity_units: 500, limit_price_units: 98_999 }, { before })).toBe('market_halted')
  expect(changed({ quantity_units: 1_000, limit_price_units }, { before })).toBe('market_halted')
  expect(changed({ quantity_units: 1_001, limit_price_units }, { before })).toBe('market_halted')
  const options = {
    capabilities: { orders: { limit: ['gtc'], stop: ['gtc'] }, trigger_methods: ['bid_ask'] },
  } as const
  const stop = true
  expect(changed({ quantity_units: 500, trigger_price_units: 98_000 }, { before, stop, options })).toBe(
    LOWERED,
  )
  expect(changed({ quantity_units: 500, trigger_price_units: 98_001 }, { before, stop, options })).toBe(
    'market_halted',
  )
  expect(changed({ quantity_units: 500 }, { before, stop, options })).toBe(LOWERED)
  expect(changed({ trigger_price_units: 98_001 }, { before, stop, options })).toBe('market_halted')
  expect(changed({ quantity_units: 500, limit_price_units }, { before, options: { behaviour: 2 } })).toBe(
    'market_halted',
  )
})

test('[R13] what lowers an order passes a pause and reduce-only, and is bound by venue, lot and rate', () => {
  const change = { quantity_units: 500, limit_price_units }
  const pause = (desk: Desk) => desk.control('strategy_pause', { strategy_id: 's' })
  expect(changed(change, { before: pause })).toBe(LOWERED)
  expect(changed({ ...change, quantity_units: 1_001 }, { before: pause })).toBe('strategy_not_trading')
  expect(changed(change, { before: (desk) => desk.control('account_reduce_only') })).toBe(LOWERED)
  expect(changed(change, { before: (desk) => desk.control('account_halt') })).toBe('account_halted')
  expect(changed(change, { before: halt, options: { capabilities: { replace: false } } })).toBe(
    'replace_not_supported',
  )
  expect(changed({ ...change, quantity_units: 0 }, { before: halt })).toBe('quantity_not_positive')
  const one = withRisk({ order_rate: { orders_max: 1, window_us: 1_000 } })
  expect(changed(change, { before: halt, options: one })).toBe('order_rate')
})

test('[R14] a price is as old as it was when trading stopped; one that was stale then still is', () => {
  const ask = (age_us: number, status: SecurityTradingStatus) => {
    const clock = strategy({
      onStart: (ctx) => ctx.setTimer('go', 10_000_000_000),
      onTimer: (ctx) => void ctx.submit({ ...buy, instrument: EURUSD, limit_price_units: 99_000 }),
    })
    const node = new TestNode({ strategies: { s: clock }, capabilities: { halted_orders: true } }).start()
    node.pass(1_000_000 + age_us)
    node.securityStatus(EURUSD, 'halted', 1_000_000 + age_us)
    if (status !== 'halted') node.securityStatus(EURUSD, status)
    node.pass(10_000_000_000)
    return node.denials.map(({ reason_code, value }) => [reason_code, value])
  }
  expect(ask(60_000_000, 'halted')).toEqual([])
  expect(ask(60_000_001, 'halted')).toEqual([['market_data_stale', '60000001 us']])
  expect(ask(1, 'pre_open')).toEqual([])
  // Once it trades, silence counts again.
  expect(ask(1, 'trading')).toEqual([['market_data_stale', 'stale']])
})
