import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Config } from '../schemas/config/config.ts'
import {
  EURUSD,
  strategy,
  TestNode,
  testAccount,
  testInstrument,
  testStrategy,
  testVenue,
} from './trading-node.test-support.ts'

const rest = { side: 'buy', quantity_units: 1_000, limit_price_units: 99_000 } as const

function withStrategies(...ids: string[]) {
  return (config: Config): Config => ({
    ...config,
    strategies: ids.map((id) => testStrategy(id, 'main', [EURUSD])),
  })
}

test('a row is handled by strategies in the order of the configuration, and their orders leave in that order', () => {
  const seen: string[] = []
  const eager = (id: string) =>
    strategy({
      onQuote: (ctx) => {
        seen.push(id)
        ctx.submit({ instrument: EURUSD, ...rest })
      },
    })
  const node = new TestNode({
    config: withStrategies('z', 'a', 'm'),
    strategies: { a: eager('a'), m: eager('m'), z: eager('z') },
  }).start()
  expect(seen).toEqual(['z', 'a', 'm'])
  expect(node.sent.map(({ client_order_id }) => client_order_id)).toEqual(['t-1-z-1', 't-1-a-1', 't-1-m-1'])
})

test('within a step messages go through one queue: what a fill causes comes after everybody has heard of the fill', () => {
  const seen: string[] = []
  const a = strategy({
    signals: () => ['b.echo'],
    onQuote: (ctx) => void ctx.submit({ instrument: EURUSD, ...rest }),
    onFill: (ctx) => {
      seen.push(`a fill, position ${ctx.position(EURUSD)}`)
      ctx.publish('filled', 1)
      ctx.submit({ instrument: EURUSD, side: 'sell', quantity_units: 0 })
      seen.push('a done')
    },
    onDenied: () => void seen.push('a denied'),
    onSignal: (_, { name }) => void seen.push(`a hears ${name}`),
  })
  const b = strategy({
    signals: () => ['a.filled'],
    onSignal: (ctx, { name }) => {
      seen.push(`b hears ${name}`)
      ctx.publish('echo', 2)
    },
  })
  const node = new TestNode({ config: withStrategies('a', 'b'), strategies: { a, b } }).start()
  node.accept(node.lastOrder())
  node.fill(node.lastOrder(), 99_000, 1_000)
  expect(seen).toEqual(['a fill, position 1000', 'a done', 'b hears filled', 'a hears echo', 'a denied'])
})

test('every input is one step with the next seq and its own time, and time never goes back', () => {
  const node = new TestNode()
  node.quote(EURUSD, 1, 2, 50)
  node.control('session_start', {}, 60)
  expect([node.node.seq, node.now_us]).toEqual([2, 60])
  expect(() => node.quote(EURUSD, 1, 2, 59)).toThrow('engine time never goes back')
})

test('the step gate is shut while handlers run and open between inputs', () => {
  const seen: boolean[] = []
  const node: TestNode = new TestNode({
    strategies: { s: strategy({ onQuote: () => void seen.push(node.gate.step_running) }) },
  })
  node.start()
  expect([seen, node.gate.step_running]).toEqual([[true], false])
})

test('an order whose approval grew old while the disk was slow ends as not sent, and its strategy is told', () => {
  const heard: string[] = []
  const patient = strategy({
    onQuote: (ctx, quote) => {
      if (quote.bid_price_units === 100_001) ctx.submit({ instrument: EURUSD, ...rest })
    },
    onOrder: (_, { type, reason_code }) => void heard.push(`${type} ${reason_code}`),
  })
  const node = new TestNode({ strategies: { s: patient } }).start()
  node.journal.hold()
  node.quote(EURUSD, 100_001, 100_011)
  node.quote(EURUSD, 100_002, 100_012, node.now_us + 500_001)
  node.journal.letGo()
  node.release()
  expect([node.sent, node.refused.length]).toEqual([[], 1])
  for (const outcome of node.refused) node.node.stepOutcome(outcome, node.now_us)
  expect(heard).toEqual(['order.not_sent approval_too_old'])
  expect(node.trading.orders.get('main')?.counts).toMatchObject({ not_sent: 1, open: 0 })
})

test('[R12] an order that was approved before a halt and has not left ends as not sent; a cancel leaves', () => {
  const heard: string[] = []
  const hasty = strategy({
    onQuote: (ctx, quote) => {
      if (quote.bid_price_units === 100_001) ctx.submit({ instrument: EURUSD, ...rest })
      if (quote.bid_price_units !== 100_002) return
      for (const order of ctx.openOrders()) if (order.state === 'new') ctx.cancel(order.counter)
      ctx.submit({ instrument: EURUSD, ...rest })
    },
    onOrder: (_, { type, reason_code }) => void heard.push(`${type} ${reason_code}`),
  })
  const node = new TestNode({ strategies: { s: hasty } }).start()
  node.quote(EURUSD, 100_001, 100_011)
  node.accept(node.lastOrder())
  node.journal.hold()
  node.quote(EURUSD, 100_002, 100_012)
  node.control('account_halt', { account_id: 'main' })
  node.journal.letGo()
  node.release()
  expect(node.sent.map(({ type }) => type)).toEqual(['new_order_single', 'order_cancel_request'])
  for (const outcome of node.refused) node.node.stepOutcome(outcome, node.now_us)
  expect(heard.at(-1)).toBe('order.not_sent account_halted')
})

test('a command is journaled before it leaves, as the step that wanted it', () => {
  const node = new TestNode({
    strategies: { s: strategy({ onQuote: (ctx) => void ctx.submit({ instrument: EURUSD, ...rest }) }) },
  })
  node.journal.hold()
  node.start()
  expect([node.sent.length, node.journal.records.length]).toEqual([0, 3])
  node.journal.letGo()
  node.release()
  expect(node.sent.length).toBe(1)
})

test('random numbers come from the strategy’s own stream: another strategy that draws changes nothing', () => {
  const draws = (others: boolean) => {
    const drawn: number[] = []
    const gambler = strategy({ onQuote: (ctx) => void drawn.push(ctx.random()) })
    const other = strategy({ onQuote: (ctx) => void (others && ctx.random()) })
    const node = new TestNode({
      config: withStrategies('other', 'gambler'),
      strategies: { other, gambler },
    }).start()
    for (let i = 0; i < 5; i++) node.quote(EURUSD, 1, 2)
    return drawn
  }
  expect(draws(true)).toEqual(draws(false))
  expect(new Set(draws(false)).size).toBe(6)
})

test('two actors of one name, and an input of an unknown account, are bugs', () => {
  const node = new TestNode().start()
  const feed = {
    name: 'feed/sim',
    state: '',
    onTimer: () => undefined,
    save: () => undefined,
    load: () => undefined,
  }
  expect(() => node.node.addActor(feed)).toThrow('actor names are unique: feed/sim')
  const outcome = {
    type: 'send_outcome',
    outcome: 'sent',
    command_type: 'new_order_single',
    reason_code: '',
  } as const
  const stray = { ...outcome, account_id: 'nobody' as never, client_order_id: 'x' as never }
  expect(() => node.node.stepOutcome(stray, node.now_us)).toThrow('an input names an account of the node')
})

test('every actor’s state is visible by name', () => {
  expect(Object.fromEntries(new TestNode().start().node.states())).toEqual({
    'market/table': 'last prices',
    'market/statuses': 'trading statuses',
    'feed/sim': 'live',
    'signal/bars': '0 series, 0 bars',
    'portfolio/main': '0 open positions, 0 fills',
    'risk/main': 'active',
    'reconciliation/main': 'unchecked',
    'order/main': '0 open, 0 filled, 0 canceled, 0 rejected',
    'execution/main': '0 intents',
    'strategy/s': 'trading',
  })
})

test('a bar interval that can be no bar’s is refused with the path of the strategy', () => {
  const bars = () => ({ m: { instrument: EURUSD, interval_us: 1_500_000, price_type: 'bid' as const } })
  expect(() => new TestNode({ strategies: { s: strategy({ bars }) } })).toThrow(
    /bars m of s are 1500000 us long.*\(strategies\.s\).*whole seconds/,
  )
})

test('a signal or an instrument that is not there is refused while wiring, with what there is', () => {
  const build = (definition: ReturnType<typeof strategy>) => () =>
    new TestNode({ config: withStrategies('a', 'b'), strategies: { a: definition } })
  expect(build(strategy({ signals: () => ['c.x'] }))).toThrow(/'c', which is not there.*Use one of: a, b\./)
  expect(
    build(
      strategy({ bars: () => ({ m: { instrument: 'X.sim', interval_us: 1_000_000, price_type: 'bid' } }) }),
    ),
  ).toThrow(/X\.sim is asked for/)
  expect(
    build(strategy({ indicators: () => ({ fast: { bars: 'm', spec: { kind: 'ema', period: 2 } } }) })),
  ).toThrow(/indicator fast of a refers to 'm'/)
})

// Two accounts, each at a venue of its own, one of them at both.

const instruments = [testInstrument('EURUSD.sim', 0), testInstrument('EURUSD.far', 1)]

function twoOfEach(config: Config): Config {
  return {
    ...config,
    venues: [testVenue('sim'), testVenue('far')],
    accounts: [testAccount('main', ['sim']), testAccount('both', ['sim', 'far'])],
    strategies: [
      testStrategy('m', 'main', ['EURUSD.sim']),
      testStrategy('n', 'both', ['EURUSD.sim', 'EURUSD.far']),
    ],
  }
}

function twoAccounts(): TestNode {
  const each = strategy({
    onQuote: (ctx, { instrument_id, bid_price_units }) => {
      if (bid_price_units === 100_001) ctx.submit({ instrument: instrument_id, ...rest })
    },
  })
  return new TestNode({ config: twoOfEach, instruments, strategies: { m: each, n: each } }).start()
}

test('two accounts and two venues in one node: each order goes to its venue, each fill to its account', () => {
  const node = twoAccounts()
  node.quote('EURUSD.sim', 100_001, 100_011)
  node.quote('EURUSD.far', 100_001, 100_011)
  expect(
    node.orders.map(({ account_id, venue_id, client_order_id }) => [account_id, venue_id, client_order_id]),
  ).toEqual([
    ['main', 'sim', 't-1-m-1'],
    ['both', 'sim', 't-1-n-1'],
    ['both', 'far', 't-1-n-2'],
  ])
  for (const [i, order] of node.orders.entries()) {
    node.accept(order)
    node.fill(order, 99_000 + i, 1_000 - i)
  }
  const positions = ['main', 'both'].map((id) =>
    [0, 1].map((i) => node.trading.portfolios.get(id)?.quantity(i)),
  )
  expect(positions).toEqual([
    [1_000, 0],
    [999, 998],
  ])
})

test('two accounts and two venues in one node: a halt, a gap and a limit touch only whom they are about', () => {
  const node = twoAccounts()
  node.control('account_halt', { account_id: 'main' })
  node.feedEvent('gap', 'far')
  node.quote('EURUSD.sim', 100_001, 100_011)
  node.quote('EURUSD.far', 100_001, 100_011)
  expect(node.orders.map(({ account_id, venue_id }) => [account_id, venue_id])).toEqual([['both', 'sim']])
  expect(node.denials.map(({ account_id, reason_code }) => [account_id, reason_code])).toEqual([
    ['main', 'account_halted'],
    ['both', 'market_data_stale'],
  ])
})

// Running on from a snapshot.

type Step = { readonly kind: 'quote' | 'timer' | 'accept' | 'fill' | 'cancel'; readonly n: number }
const anyStep: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('quote', 'quote', 'quote', 'timer', 'accept', 'fill', 'cancel'),
  n: fc.nat(20),
})

/** Trades on what it keeps, so that anything not kept shows. */
const busy = strategy({
  state: () => ({ seen: 0, orders: [] as number[], map: new Map<string, number>() }),
  warm_up_us: () => 1_500_000,
  bars: () => ({ short: { instrument: EURUSD, interval_us: 1_000_000, price_type: 'bid' } }),
  indicators: () => ({ mean: { bars: 'short', spec: { kind: 'ema', period: 3 } } }),
  onQuote: (ctx, quote) => {
    const { state } = ctx
    state.seen += 1
    state.map.set(`k${state.seen % 3}`, ctx.random())
    const mean = ctx.indicator('mean').value
    if (state.seen % 2 === 0) {
      const side = (state.map.get('k0') ?? 0) > 0.5 ? 'buy' : 'sell'
      const limit = quote.bid_price_units + (Number.isFinite(mean) ? Math.round(mean) % 7 : 0)
      state.orders.push(
        ctx.submit({
          instrument: EURUSD,
          side,
          quantity_units: 1_000 + state.seen,
          limit_price_units: limit,
        }),
      )
    }
    if (state.seen % 5 === 0) ctx.setTimer('tidy', ctx.now_us + 700_000)
  },
  onTimer: (ctx) => {
    const oldest = ctx.state.orders.shift()
    if (oldest !== undefined) ctx.cancel(oldest)
  },
  onFill: (ctx, fill) => {
    ctx.state.seen += fill.last_quantity_units
  },
})

function drive(node: TestNode, { kind, n }: Step): void {
  const order = node.orders[n % Math.max(1, node.orders.length)]
  if (kind === 'quote') node.quote(EURUSD, 100_000 + n, 100_010 + n, node.now_us + n * 100_000)
  else if (kind === 'timer') node.pass(node.now_us + n * 100_000)
  else if (order === undefined) return
  else if (kind === 'accept') node.accept(order)
  else if (kind === 'fill') node.fill(order, 100_000, 1 + n)
  else node.report('canceled', order)
}

test('a node saved after any input and loaded into a new one goes on as if nothing had been', () => {
  fc.assert(
    fc.property(fc.array(anyStep, { minLength: 5, maxLength: 60, size: 'max' }), fc.nat(), (steps, cut) => {
      const at = cut % steps.length
      const options = { strategies: { s: busy } }
      const through = new TestNode(options).start()
      for (const step of steps.slice(0, at)) drive(through, step)
      const loaded = through.reloaded()
      // What the venue has been sent is the test's to remember, not the node's.
      loaded.sent.push(...through.sent)
      expect(loaded.stateHash()).toBe(through.stateHash())
      for (const step of steps.slice(at)) {
        drive(through, step)
        drive(loaded, step)
        expect(loaded.stateHash()).toBe(through.stateHash())
      }
      expect(loaded.sent).toEqual(through.sent)
      expect(loaded.node.outputs.digest()).toEqual(through.node.outputs.digest())
    }),
    { numRuns: 150 },
  )
})
