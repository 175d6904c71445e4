import { expect, test } from 'vitest'
import {
  EURUSD,
  strategy,
  TestNode,
  type testConfig,
  testInstrument,
  testStrategy,
} from '../trading-node.test-support.ts'
import type { StrategyContext } from './context.ts'
import type { StrategyFaultCode } from './strategy-fault.ts'

type Ctx = StrategyContext<unknown, unknown>
type Deed = (ctx: Ctx) => unknown

const rest = { instrument: EURUSD, side: 'buy', quantity_units: 1_000, limit_price_units: 99_000 } as const

/** Two strategies with a resting order each; then the first misbehaves in a handler that also asks for an order. */
function misbehave(deed: Deed, step_messages_max = 10_000): TestNode {
  const bad = strategy({
    onQuote: (ctx, quote) => {
      if (quote.bid_price_units === 100_000) return void ctx.submit(rest)
      ctx.submit({ ...rest, quantity_units: 7 })
      ctx.setTimer('later', ctx.now_us + 1)
      return deed(ctx as Ctx) as undefined
    },
    onTimer: (ctx) => void ctx.submit({ ...rest, quantity_units: 8 }),
  })
  const good = strategy({ onQuote: (ctx) => void ctx.submit(rest) })
  const node = new TestNode({
    config: (config) => ({
      ...config,
      strategies: [testStrategy('bad', 'main', [EURUSD]), testStrategy('good', 'main', [EURUSD])],
      limits: { ...config.limits, step_messages_max },
    }),
    strategies: { bad, good },
  }).start()
  for (const order of node.orders) node.accept(order)
  node.quote(EURUSD, 100_001, 100_011)
  return node
}

const DEEDS: readonly (readonly [string, StrategyFaultCode, Deed])[] = [
  ['throws', 'threw', () => fail('boom')],
  ['throws what is no error', 'threw', () => failWith('boom')],
  ['throws what throws when it is told', 'threw', () => failWith({ toString: () => fail('twice') })],
  ['throws what has no text', 'threw', () => failWith(Object.create(null))],
  [
    'throws an error without a stack',
    'threw',
    () => failWith(Object.assign(new Error('boom'), { stack: 5 })),
  ],
  [
    'throws an error that cannot be read',
    'threw',
    () => failWith(Object.defineProperty(new Error(), 'message', { get: () => fail('twice') })),
  ],
  ['orders a quantity of NaN', 'not_a_number', (ctx) => ctx.submit({ ...rest, quantity_units: Number.NaN })],
  [
    'orders at a price of NaN',
    'not_a_number',
    (ctx) => ctx.submit({ ...rest, limit_price_units: Number.NaN }),
  ],
  ['orders half a unit', 'bad_order', (ctx) => ctx.submit({ ...rest, quantity_units: 0.5 })],
  ['orders on no side', 'bad_order', (ctx) => ctx.submit({ ...rest, side: 'long' as never })],
  [
    'orders for a time nobody knows',
    'bad_order',
    (ctx) => ctx.submit({ ...rest, time_in_force: 'foo' as never }),
  ],
  ['misspells a limit', 'bad_order', (ctx) => ctx.submit({ ...rest, price_units: 5 } as never)],
  [
    'misspells the limit of a change',
    'bad_order',
    (ctx) => ctx.replace(1, { quantity_units: 1, price_units: 5 } as never),
  ],
  ['changes nothing of an open order', 'bad_order', (ctx) => ctx.replace(1, {})],
  [
    'gives what it has just asked for a trigger that it has not',
    'bad_order',
    (ctx) => {
      const counter = ctx.submit({
        instrument: EURUSD,
        side: 'sell',
        quantity_units: 1,
        trail: { offset: 5 },
      })
      ctx.replace(counter, { quantity_units: 1, trigger_price_units: 101_000 })
    },
  ],
  [
    'joins a pair that it has just asked for as one of another type',
    'bad_order',
    (ctx) => {
      const counter = ctx.submit(rest)
      ctx.submit({ ...rest, group: { counter, type: 'oco' } })
      ctx.submit({ ...rest, group: { counter, type: 'ouo' } })
    },
  ],
  [
    'joins such a pair by its last order',
    'bad_order',
    (ctx) => {
      const group = { counter: ctx.submit(rest), type: 'ouo' } as const
      ctx.submit({ ...rest, group: { counter: ctx.submit({ ...rest, group }), type: 'oco' } })
    },
  ],
  ['orders at the price of no text', 'bad_order', (ctx) => ctx.instrument(EURUSD).price(undefined as never)],
  ['orders the quantity of no text', 'bad_order', (ctx) => ctx.instrument(EURUSD).size(undefined as never)],
  ['writes to its parameters', 'threw', (ctx) => Object.assign(ctx.params as object, { counter: 5 })],
  ['keeps something on the context', 'threw', (ctx) => Object.assign(ctx, { counter: 5 })],
  ['adds to its instruments', 'threw', (ctx) => (ctx.instruments as string[]).push('GBPUSD.fxcm')],
  ['cancels NaN', 'not_a_number', (ctx) => ctx.cancel(Number.NaN)],
  [
    'replaces by NaN',
    'not_a_number',
    (ctx) => ctx.replace(1, { quantity_units: 1, limit_price_units: Number.NaN }),
  ],
  ['publishes NaN', 'not_a_number', (ctx) => ctx.publish('x', Number.NaN)],
  ['sets a timer at NaN', 'not_a_number', (ctx) => ctx.setTimer('t', Number.NaN)],
  ['takes the engine’s timer', 'unknown_name', (ctx) => ctx.setTimer('engine/warm_up', 1)],
  ['cancels the engine’s timer', 'unknown_name', (ctx) => ctx.cancelTimer('engine/warm_up')],
  ['names a timer by a number', 'unknown_name', (ctx) => ctx.setTimer(5 as never, ctx.now_us + 5)],
  ['cancels a timer without a name', 'unknown_name', (ctx) => ctx.cancelTimer(undefined as never)],
  ['names a timer by half a character', 'unknown_name', (ctx) => ctx.setTimer('\ud800', ctx.now_us + 5)],
  ['publishes under a name no signal has', 'unknown_name', (ctx) => ctx.publish('a b', 1)],
  ['publishes under no name', 'unknown_name', (ctx) => ctx.publish(undefined as never, 1)],
  ['writes a quantity finer than the instrument', 'bad_order', (ctx) => ctx.instrument(EURUSD).size('0.5')],
  ['names an instrument it does not have', 'unknown_instrument', (ctx) => ctx.quote('GBPUSD.sim')],
  ['names an indicator it does not have', 'unknown_name', (ctx) => ctx.indicator('fast')],
  [
    'names an indicator as objects name what they inherit',
    'unknown_name',
    (ctx) => ctx.indicator('toString'),
  ],
  ['returns a promise', 'returned_a_promise', () => Promise.resolve()],
  ['returns a promise that fails', 'returned_a_promise', () => Promise.reject(new Error('late'))],
  // biome-ignore lint/suspicious/noThenProperty: that is what is tested.
  ['returns a thenable', 'returned_a_promise', () => ({ then: () => undefined })],
  ['asks for too many orders', 'bound_exceeded', (ctx) => repeat(10_001, () => ctx.submit(rest))],
  ['sets too many timers', 'bound_exceeded', (ctx) => repeat(10_001, () => ctx.setTimer('t', ctx.now_us))],
  ['cancels too many timers', 'bound_exceeded', (ctx) => repeat(10_001, () => ctx.cancelTimer('t'))],
]

test.each(DEEDS)(
  '[ST4] a strategy that %s is faulted as %s, and that handler has asked for nothing',
  (_, code, deed) => {
    const node = misbehave(deed)
    expect(node.state('strategy/bad')).toBe('faulted')
    expect(node.faults.map((fault) => [fault.strategy_id, fault.handler, fault.code])).toEqual([
      ['bad', 'onQuote', code],
    ])
    const ofBad = node.sent.filter(({ strategy_id }) => strategy_id === 'bad')
    expect(ofBad.map(({ type, counter, client_order_id }) => [type, counter, client_order_id])).toEqual([
      ['new_order_single', 1, 't-1-bad-1'],
      // [ST5] The resting order is cancelled, and nothing else; the counters of the faulted handler are given out anew.
      ['order_cancel_request', 1, 't-1-bad-2'],
    ])
    node.pass(node.now_us + 10)
    expect(node.orders.map(({ strategy_id }) => strategy_id)).toEqual(['bad', 'good', 'good'])
    expect(node.state('strategy/good')).toBe('trading')
  },
)

test('[ST13] a timer of a strategy that hears none faults it', () => {
  const deaf = strategy({ onQuote: (ctx) => ctx.setTimer('late', ctx.now_us + 1) })
  const node = new TestNode({ strategies: { s: deaf } }).start()
  node.quote(EURUSD, 100_000, 100_010)
  expect(node.faults).toMatchObject([
    { code: 'unknown_name', message: "setTimer('late'): the strategy has no onTimer that would hear it" },
  ])
})

test('[ST4] a fault says what was thrown, and in which handler', () => {
  const untold = misbehave(() => failWith(Object.create(null)))
  expect(untold.faults[0]).toMatchObject({ message: 'what was thrown cannot be told', handler: 'onQuote' })
  const node = misbehave(() => fail('boom'))
  expect(node.faults[0]).toMatchObject({ message: 'boom', handler: 'onQuote' })
})

const BAD_STARTS: readonly (readonly [string, Parameters<typeof strategy>[0], StrategyFaultCode])[] = [
  ['a state that throws', { state: () => fail('boom') }, 'threw'],
  ['a warm-up of NaN', { warm_up_us: () => Number.NaN }, 'not_a_number'],
  ['a warm-up of half a microsecond', { warm_up_us: () => 0.5 }, 'bad_order'],
  ['a warm-up before its start', { warm_up_us: () => -5 }, 'bad_order'],
  ['a warm-up that is not returned', { warm_up_us: () => undefined as never }, 'bad_order'],
]

test.each(BAD_STARTS)(
  '[ST4] a strategy with %s is faulted at its start, and the node goes on',
  (_, fields, code) => {
    const node = new TestNode({ strategies: { s: strategy(fields) } }).start()
    expect(node.faults.map((fault) => [fault.handler, fault.code])).toEqual([['(set-up)', code]])
    expect([node.state('strategy/s'), node.state('feed/sim')]).toEqual(['faulted', 'live'])
  },
)

test('[ST5] a faulted strategy cancels every order that may rest, and asks about nothing else', () => {
  const busy = strategy({
    onQuote: (ctx, quote) => {
      if (quote.bid_price_units === 100_000) for (let i = 0; i < 3; i++) ctx.submit(rest)
      if (quote.bid_price_units === 100_001) {
        ctx.replace(1, { quantity_units: 2_000, limit_price_units: 99_001 })
        // Denied, and the order rests on.
        ctx.replace(2, { quantity_units: 0, limit_price_units: 99_001 })
        ctx.cancel(3)
      }
      if (quote.bid_price_units === 100_002) throw new Error('boom')
    },
  })
  const node = new TestNode({ strategies: { s: busy } }).start()
  for (const order of node.orders) node.accept(order)
  node.quote(EURUSD, 100_001, 100_011)
  node.report('replaced', node.sent[3] as never)
  node.report('canceled', node.orders[2] as never)
  const before = node.sent.length
  const denials = node.denials.length
  node.quote(EURUSD, 100_002, 100_012)
  expect(node.sent.slice(before).map(({ type, counter }) => [type, counter])).toEqual([
    ['order_cancel_request', 1],
    ['order_cancel_request', 2],
  ])
  expect(node.denials.length).toBe(denials)
})

test('[ST5] state of a faulted strategy is gone until it is initialised again, and then it warms up anew', () => {
  const calls: string[] = []
  const fragile = strategy({
    state: () => ({ seen: 0 }),
    warm_up_us: () => 1_000,
    onStart: () => void calls.push('start'),
    onQuote: (ctx, quote) => {
      ctx.state.seen += 1
      calls.push(`quote ${ctx.state.seen}`)
      if (quote.bid_price_units === 1) throw new Error('boom')
    },
  })
  const node = new TestNode({ strategies: { s: fragile } }).start()
  node.pass(node.now_us + 1_000)
  expect(node.state('strategy/s')).toBe('trading')
  node.quote(EURUSD, 1, 2)
  node.quote(EURUSD, 100_000, 100_010)
  node.control('strategy_reinitialise', { strategy_id: 's' })
  expect(node.state('strategy/s')).toBe('warming')
  node.quote(EURUSD, 100_000, 100_010)
  node.pass(node.now_us + 1_000)
  expect(node.state('strategy/s')).toBe('trading')
  expect(calls).toEqual(['start', 'quote 1', 'quote 2', 'start', 'quote 1'])
})

test('[ST4] what a faulted handler asked for, and the timers before it, are gone after a new start, too', () => {
  const seen: string[] = []
  const second = strategy({
    onQuote: (ctx, quote) => {
      ctx.setTimer('late', ctx.now_us + 10)
      if (quote.bid_price_units === 100_001) ctx.submit(rest)
      if (quote.bid_price_units === 100_001) throw new Error('boom')
      if (quote.bid_price_units === 100_002) ctx.publish('x', 1)
    },
    onTimer: (_, id) => void seen.push(id),
  })
  const node = new TestNode({ strategies: { s: second } }).start()
  node.quote(EURUSD, 100_001, 100_011)
  node.control('strategy_reinitialise')
  node.pass(node.now_us + 20)
  expect([seen, node.state('strategy/s')]).toEqual([[], 'trading'])
  node.quote(EURUSD, 100_002, 100_012)
  expect(node.sent).toEqual([])
})

test('[ST6] a state with NaN is left out; no handler runs without it, and a control input faults the strategy', () => {
  const rotten = strategy({
    state: () => ({ mean: 0 }),
    onQuote: (ctx, quote) => {
      ctx.submit(rest)
      if (quote.bid_price_units === 100_001) ctx.state.mean = Number.NaN
    },
  })
  const node = new TestNode({ strategies: { s: rotten } }).start()
  node.accept(node.lastOrder())
  node.quote(EURUSD, 100_001, 100_011)
  const problem = (of: TestNode) => of.trading.strategies.get('s')?.stateProblem()
  expect(problem(node)).toMatchObject({
    code: 'strategy.bad_state',
    what: 'The state of the strategy s cannot be kept: NaN has no canonical encoding.',
    where: 'strategies.s: ctx.state.mean',
  })
  const copy = node.reloaded()
  expect(copy.save()).toEqual(node.save())
  expect(problem(copy)?.what).toContain('left out when the session was saved')
  copy.quote(EURUSD, 100_002, 100_012)
  expect(copy.sent).toEqual([])
  copy.control('strategy_fault', { strategy_id: 's', reason: 'bad_state' })
  expect(copy.faults.map(({ code }) => code)).toEqual(['bad_state'])
  expect(copy.state('strategy/s')).toBe('faulted')
  expect(copy.lastSent()).toMatchObject({ type: 'order_cancel_request', counter: 1 })
  expect(problem(copy)).toBeUndefined()
})

test('[ST7] what a promise asks for after its handler reaches nobody, is told, and a control input ends the strategy', async () => {
  let thrown: unknown
  const floating = strategy({
    onQuote: (ctx, quote) => {
      if (quote.bid_price_units !== 100_001) return
      Promise.resolve()
        .then(() => ctx.submit(rest))
        .catch((error: unknown) => {
          thrown = error
        })
    },
  })
  const node = new TestNode({ strategies: { s: floating } }).start()
  node.quote(EURUSD, 100_001, 100_011)
  await new Promise((resolve) => setImmediate(resolve))
  expect(thrown).toMatchObject({ code: 'outside_step' })
  expect(node.outside.map(({ strategy_id, code, message }) => [strategy_id, code, message])).toEqual([
    ['s', 'outside_step', 'ctx.submit was used outside a handler of the strategy'],
  ])
  expect(node.state('strategy/s')).toBe('trading')
  node.control('strategy_halt', { strategy_id: 's', reason: 'outside_step' })
  expect(node.state('strategy/s')).toBe('halted')
  expect(node.sent).toEqual([])
})

test('[ST7] the context of one strategy is closed while another’s handler runs', () => {
  let stolen: Ctx | undefined
  const owner = strategy({
    onStart: (ctx) => {
      stolen = ctx as Ctx
    },
  })
  const thief = strategy({ onQuote: () => void stolen?.submit(rest) })
  const node = new TestNode({
    config: (config) => ({
      ...config,
      strategies: [testStrategy('owner', 'main', [EURUSD]), testStrategy('thief', 'main', [EURUSD])],
    }),
    strategies: { owner, thief },
  }).start()
  expect(node.outside.map(({ strategy_id }) => strategy_id)).toEqual(['owner'])
  expect(node.state('strategy/thief')).toBe('faulted')
  expect(node.sent).toEqual([])
})

test('[ST8] a strategy that floods the step is faulted once, its orders are cancelled, and the node goes on', () => {
  const flood = strategy({
    onQuote: (ctx, quote) => {
      if (quote.bid_price_units === 100_001) repeat(60, () => ctx.submit(rest))
    },
  })
  const other = strategy({ onQuote: (ctx) => void ctx.submit({ ...rest, quantity_units: 5 }) })
  const node = new TestNode({
    config: (config) => ({
      ...config,
      strategies: [testStrategy('flood', 'main', [EURUSD]), testStrategy('other', 'main', [EURUSD])],
      limits: { ...config.limits, step_messages_max: 100 },
    }),
    strategies: { flood, other },
  }).start()
  node.quote(EURUSD, 100_001, 100_011)
  expect(node.faults.map(({ strategy_id, code }) => [strategy_id, code])).toEqual([
    ['flood', 'bound_exceeded'],
  ])
  expect(node.state('strategy/other')).toBe('trading')
  for (const order of node.orders.filter(({ strategy_id }) => strategy_id === 'flood')) node.accept(order)
  expect(
    node.trading.orders
      .get('main')
      ?.openOrders('flood')
      .map(({ state }) => state),
  ).toEqual(Array(60).fill('pending_cancel'))
  node.quote(EURUSD, 100_002, 100_012)
  expect(node.orders.at(-1)).toMatchObject({ strategy_id: 'other', order_quantity_units: 5 })
})

test('[ST8] two strategies that answer each other without end are both faulted, and the node goes on', () => {
  const a = strategy({ signals: () => ['b.pong'], onSignal: (ctx) => ctx.publish('ping', 1) })
  const b = strategy({ signals: () => ['a.ping'], onSignal: (ctx) => ctx.publish('pong', 1) })
  const config = (base: ReturnType<typeof testConfig>) => ({
    ...base,
    strategies: [testStrategy('a', 'main', [EURUSD]), testStrategy('b', 'main', [EURUSD])],
  })
  const node = new TestNode({
    config,
    strategies: { a: { ...a, onStart: (ctx) => ctx.publish('ping', 1) }, b },
  }).start()
  expect(node.faults.map(({ strategy_id, code }) => [strategy_id, code])).toEqual([
    ['a', 'bound_exceeded'],
    ['b', 'bound_exceeded'],
  ])
  expect(node.state('feed/sim')).toBe('live')
})

test('[ST8] more open orders than a step has messages can all be cancelled at once', () => {
  const patient = strategy({
    onQuote: (ctx, quote) => {
      if (quote.bid_price_units === 1) throw new Error('boom')
      ctx.submit(rest)
    },
  })
  const node = new TestNode({
    instruments: [testInstrument(EURUSD, 0)],
    config: (config) => ({ ...config, limits: { ...config.limits, step_messages_max: 20 } }),
    strategies: { s: patient },
  }).start()
  for (let i = 0; i < 50; i++) {
    node.quote(EURUSD, 100_000, 100_010)
    node.accept(node.lastOrder())
  }
  const count = node.orders.length
  node.quote(EURUSD, 1, 2)
  expect(node.sent.filter(({ type }) => type === 'order_cancel_request').length).toBe(count - 1)
})

function fail(message: string): never {
  throw new Error(message)
}

function failWith(value: unknown): never {
  throw value
}

function repeat(times: number, act: () => void): void {
  for (let i = 0; i < times; i++) act()
}

test('[ST9] parameters and signals are frozen to their depths: who writes to one is faulted', () => {
  const writer = strategy({
    signals: () => ['p.x'],
    onSignal: (_, signal) => void Object.assign(signal, { value: 2 }),
  })
  const publisher = strategy({
    onQuote: (ctx) => {
      ctx.publish('x', 1)
      const { levels } = ctx.params as { levels: number[] }
      if (ctx.now_us > 2_000_000) levels.push(1)
    },
  })
  const node = new TestNode({
    config: (config) => ({
      ...config,
      strategies: [
        testStrategy('w', 'main', [EURUSD]),
        { ...testStrategy('p', 'main', [EURUSD]), params: { levels: [5] } },
      ],
    }),
    strategies: { w: writer, p: publisher },
  }).start()
  node.quote(EURUSD, 100_001, 100_011, 3_000_000)
  expect(node.faults.map(({ strategy_id, handler, code }) => [strategy_id, handler, code])).toEqual([
    ['w', 'onSignal', 'threw'],
    ['p', 'onQuote', 'threw'],
  ])
})
