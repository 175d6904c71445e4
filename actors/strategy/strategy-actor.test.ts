import fc from 'fast-check'
import { expect, test } from 'vitest'
import { must } from '../../schemas/assert.ts'
import type { ControlCommand } from '../../schemas/messages/control.ts'
import { EURUSD, strategy, TestNode, testStrategy } from '../trading-node.test-support.ts'
import type { OpenOrder } from './context.ts'

const SECOND_US = 1_000_000
const rest = { instrument: EURUSD, side: 'buy', quantity_units: 1_000, limit_price_units: 99_000 } as const

/** The states a strategy of one second's warm-up goes through. */
function states(...steps: readonly (ControlCommand | 'warm')[]): string[] {
  const node = new TestNode({ strategies: { s: strategy({ warm_up_us: () => SECOND_US }) } })
  return steps.map((step) => {
    if (step === 'warm') node.pass(node.now_us + SECOND_US)
    else node.control(step)
    return node.state('strategy/s')
  })
}

test('[ST1] a strategy warms up, is ready, and trades once trading is enabled', () => {
  expect(states('session_start', 'warm', 'trading_enable', 'session_stop')).toEqual([
    'warming',
    'ready',
    'trading',
    'stopped',
  ])
  expect(states('session_start', 'trading_enable', 'warm')).toEqual(['warming', 'warming', 'trading'])
})

test('[ST1] a pause holds whenever it is ordered, and is lifted by a resume alone', () => {
  expect(
    states('session_start', 'warm', 'trading_enable', 'strategy_pause', 'trading_enable', 'strategy_resume'),
  ).toEqual(['warming', 'ready', 'trading', 'paused', 'paused', 'trading'])
  expect(states('session_start', 'strategy_pause', 'trading_enable', 'warm', 'strategy_resume')).toEqual([
    'warming',
    'warming',
    'warming',
    'paused',
    'trading',
  ])
  expect(states('session_start', 'warm', 'strategy_pause', 'strategy_resume', 'trading_enable')).toEqual([
    'warming',
    'ready',
    'paused',
    'ready',
    'trading',
  ])
})

test('[ST1] a halted strategy stays halted until it is initialised again, with warm-up', () => {
  expect(
    states(
      'session_start',
      'trading_enable',
      'warm',
      'strategy_halt',
      'strategy_resume',
      'strategy_reinitialise',
      'warm',
    ),
  ).toEqual(['warming', 'warming', 'trading', 'halted', 'halted', 'warming', 'trading'])
})

test('[ST1] a session is started once: a second start resets no state and deposits nothing', () => {
  const seen: number[] = []
  const counting = strategy({
    state: () => ({ starts: 0 }),
    onStart: (ctx) => {
      ctx.state.starts += 1
    },
    onQuote: (ctx) => void seen.push(ctx.state.starts++),
  })
  const node = new TestNode({ strategies: { s: counting } }).start()
  node.control('session_start')
  node.quote(EURUSD, 100_000, 100_010)
  expect([node.state('strategy/s'), seen, node.ledger.length]).toEqual(['trading', [1, 2], 1])
})

test('[ST1] a control command reaches the strategy it names', () => {
  const node = new TestNode({
    config: (config) => ({
      ...config,
      strategies: ['a', 'b'].map((id) => testStrategy(id, 'main', [EURUSD])),
    }),
  }).start()
  node.control('strategy_halt', { strategy_id: 'a' })
  node.control('strategy_halt', { account_id: 'other' })
  expect([node.state('strategy/a'), node.state('strategy/b')]).toEqual(['halted', 'trading'])
})

test('[ST1] a strategy that stopped hears no more of the market and of its timers', () => {
  const seen: string[] = []
  const node = new TestNode({
    strategies: {
      s: strategy({
        onStart: (ctx) => ctx.setTimer('t', ctx.now_us + SECOND_US),
        onQuote: () => void seen.push('quote'),
        onTimer: () => void seen.push('timer'),
        onStop: () => void seen.push('stop'),
      }),
    },
  }).start()
  node.control('session_stop')
  node.quote(EURUSD, 1, 2)
  node.pass(node.now_us + 2 * SECOND_US)
  node.control('strategy_reinitialise')
  node.pass(node.now_us + SECOND_US - 1)
  expect(seen).toEqual(['quote', 'stop'])
})

test('[ST1] a strategy is warm when its time has passed and its indicators are ready', () => {
  const node = new TestNode({
    strategies: {
      s: strategy({
        bars: () => ({ m: { instrument: EURUSD, interval_us: SECOND_US, price_type: 'bid' } }),
        indicators: () => ({ mean: { bars: 'm', spec: { kind: 'sma', period: 2 } } }),
        warm_up_us: () => 1,
      }),
    },
  }).start()
  node.pass(node.now_us + 1)
  const at = (second: number) => {
    node.quote(EURUSD, 100_000 + second, 100_010 + second, second * SECOND_US)
    return node.state('strategy/s')
  }
  // The row at 3 s closes the second bar, and finds the strategy trading.
  expect([at(2), at(3), at(4)]).toEqual(['warming', 'trading', 'trading'])
})

const HANDLERS = [
  'onStart',
  'onQuote',
  'onTrade',
  'onBar',
  'onSignal',
  'onOrder',
  'onFill',
  'onDenied',
  'onTimer',
] as const
const SOURCES = ['quote', 'trade', 'timer', 'pause', 'resume', 'enable', 'reinitialise'] as const

test('[ST2] a strategy that is warming sends no order, whatever its handlers ask for and whatever comes', () => {
  fc.assert(
    fc.property(
      fc.subarray([...HANDLERS], { minLength: 1 }),
      fc.array(fc.record({ source: fc.constantFrom(...SOURCES), n: fc.nat(5) }), {
        maxLength: 80,
        size: 'max',
      }),
      (handlers, events) => {
        let asked = 0
        const order = (ctx: never) => {
          const { submit, cancel, replace } = bound(ctx)
          asked++
          submit({ instrument: EURUSD, side: 'buy', quantity_units: 1_000 })
          cancel(1)
          replace(1, { quantity_units: 1_000, limit_price_units: 99_000 })
        }
        const greedy = strategy({
          warm_up_us: () => 1_000 * SECOND_US,
          signals: () => (handlers.includes('onSignal') ? ['s.own'] : []),
          bars: () => ({ m: { instrument: EURUSD, interval_us: SECOND_US, price_type: 'bid' } }),
          ...Object.fromEntries(handlers.map((name) => [name, order])),
        })
        const node = new TestNode({
          strategies: { s: greedy },
          config: (config) => ({ ...config, limits: { ...config.limits, step_messages_max: 200 } }),
        })
        node.control('session_start', {}, SECOND_US)
        for (const { source, n } of events) act(node, source, n)
        expect(node.sent).toEqual([])
        expect(node.trading.orders.get('main')?.counts.open).toBe(0)
        if (handlers.includes('onStart')) expect(asked).toBeGreaterThan(0)
      },
    ),
    { numRuns: 150 },
  )
})

/** Never beyond the thousand seconds of the warm-up: 80 events of at most six seconds. */
function act(node: TestNode, source: (typeof SOURCES)[number], n: number): void {
  const later_us = node.now_us + n * SECOND_US
  if (source === 'quote') node.quote(EURUSD, 100_000 + n, 100_010 + n, later_us)
  else if (source === 'trade') node.trade(EURUSD, 100_000 + n, 1, later_us)
  else if (source === 'timer') node.pass(later_us)
  else if (source === 'pause') node.control('strategy_pause')
  else if (source === 'resume') node.control('strategy_resume')
  else if (source === 'enable') node.control('trading_enable')
  else node.control('strategy_reinitialise')
}

function bound(ctx: never) {
  const context = ctx as Parameters<NonNullable<ReturnType<typeof strategy>['onStart']>>[0]
  return {
    submit: context.submit.bind(context),
    cancel: context.cancel.bind(context),
    replace: context.replace.bind(context),
  }
}

const plain = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.double({ noNaN: true }),
    fc.string(),
    fc.boolean(),
    fc.bigInt(),
    fc.constantFrom(null, undefined),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie('value'), { maxKeys: 4 }),
    fc.array(fc.tuple(fc.string(), tie('value')), { maxLength: 4 }).map((entries) => new Map(entries)),
    fc.array(fc.string(), { maxLength: 4 }).map((items) => new Set(items)),
    fc.uint8Array({ maxLength: 4 }),
    fc.float64Array({ maxLength: 4, noNaN: true }),
  ),
})).value

test('[ST3] state is what it was after a save and a load, without the author’s help', () => {
  fc.assert(
    fc.property(plain, (value) => {
      const seen: unknown[] = []
      const keeper = strategy({
        state: () => ({ kept: undefined as unknown }),
        onQuote: (ctx, quote) => {
          if (quote.bid_price_units === 100_001) ctx.state.kept = structuredClone(value)
          else seen.push(ctx.state.kept)
        },
      })
      const node = new TestNode({ strategies: { s: keeper } }).start()
      node.quote(EURUSD, 100_001, 100_011)
      const copy = node.reloaded()
      seen.length = 0
      copy.quote(EURUSD, 100_002, 100_012)
      expect(seen).toEqual([value])
    }),
  )
})

test('[ST3] counters, timers and open orders go on where they were', () => {
  const seen: unknown[] = []
  const trader = strategy({
    onStart: (ctx) => ctx.setTimer('late', ctx.now_us + 10 * SECOND_US),
    onQuote: (ctx) => void ctx.submit(rest),
    onTimer: (ctx, id) => void seen.push([id, ctx.openOrders().map(({ counter }) => counter)]),
  })
  const node = new TestNode({ strategies: { s: trader } }).start()
  const copy = node.reloaded()
  copy.quote(EURUSD, 100_000, 100_010)
  expect(copy.lastOrder().client_order_id).toBe('t-1-s-2')
  copy.pass(copy.now_us + 10 * SECOND_US)
  expect(seen).toEqual([['late', [1, 2]]])
  copy.control('strategy_halt')
  for (const order of copy.orders) copy.accept(order)
  expect(copy.sent.map(({ type, counter }) => [type, counter])).toEqual([
    ['new_order_single', 2],
    ['order_cancel_request', 2],
  ])
})

test('[ST9] what a handler is given is its own to keep: later rows and fills do not change it', () => {
  const kept: { bid_price_units?: number; open?: readonly OpenOrder[] }[] = []
  const hoarder = strategy({
    onQuote: (ctx, quote) => {
      if (kept.length === 0) ctx.submit(rest)
      kept.push(quote, { open: ctx.openOrders() })
    },
  })
  const node = new TestNode({ strategies: { s: hoarder } }).start()
  node.quote(EURUSD, 100_001, 100_011)
  node.accept(node.lastOrder())
  node.fill(node.lastOrder(), 99_000, 400)
  node.quote(EURUSD, 100_002, 100_012)
  expect(kept.map(({ bid_price_units, open }) => bid_price_units ?? open?.[0]?.cum_quantity_units)).toEqual([
    100_000,
    undefined,
    100_001,
    0,
    100_002,
    400,
  ])
})

test('[ST9] a strategy hears of every change of its orders, and of no other’s', () => {
  const heard: string[] = []
  const listener = (id: string) =>
    strategy({
      onQuote: (ctx) => void (id === 'a' && ctx.submit(rest)),
      onOrder: (_, fact) => void heard.push(`${id} ${fact.type}`),
      onFill: (ctx, fill) =>
        void heard.push(`${id} fill ${fill.last_quantity_units} of ${ctx.position(EURUSD)}`),
    })
  const node = new TestNode({
    config: (config) => ({
      ...config,
      strategies: ['a', 'b'].map((id) => testStrategy(id, 'main', [EURUSD])),
    }),
    strategies: { a: listener('a'), b: listener('b') },
  }).start()
  const order = must(node.orders[0], 'an order was sent')
  node.accept(order)
  node.fill(order, 99_000, 1_000)
  expect(heard).toEqual(['a order.pending_new', 'a order.accepted', 'a order.filled', 'a fill 1000 of 1000'])
})
