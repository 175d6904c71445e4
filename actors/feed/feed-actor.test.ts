import { expect, test } from 'vitest'
import type { Config } from '../../schemas/config/config.ts'
import { Desk } from '../desk.test-support.ts'
import { EURUSD, strategy, TestNode, testInstrument } from '../trading-node.test-support.ts'

const STALE_US = 60_000_000

/** The state after each step. */
function walk(node: TestNode, steps: readonly (() => void)[]): string[] {
  return steps.map((step) => {
    step()
    return node.state('feed/sim')
  })
}

const quote = (node: TestNode) => () => node.quote(EURUSD, 100_000, 100_010)

test('[F1] a feed is live from its first row, and after a lost connection from the first row that comes again', () => {
  const node = new TestNode()
  expect(node.state('feed/sim')).toBe('connecting')
  const steps = [
    () => node.feedEvent('connected'),
    quote(node),
    () => node.feedEvent('disconnected'),
    quote(node),
  ]
  expect(walk(node, steps)).toEqual(['connecting', 'live', 'connecting', 'live'])
})

test('[F2] a feed without a row for stale_after_us is stale at that very microsecond, and live with the next row', () => {
  const node = new TestNode()
  node.quote(EURUSD, 100_000, 100_010, 1_000)
  node.quote(EURUSD, 100_000, 100_010, 2_000)
  const pass = (ts_us: number) => () => node.pass(ts_us)
  expect(
    walk(node, [
      pass(1_000 + STALE_US),
      pass(1_999 + STALE_US),
      pass(2_000 + STALE_US),
      quote(node),
      pass(2_000 + 2 * STALE_US),
    ]),
  ).toEqual(['live', 'live', 'stale', 'live', 'stale'])
})

test('[F3] only a resynchronisation heals a gap: neither rows, nor a new connection, nor silence', () => {
  const node = new TestNode()
  node.quote(EURUSD, 100_000, 100_010)
  expect(
    walk(node, [
      () => node.feedEvent('gap'),
      quote(node),
      () => node.feedEvent('disconnected'),
      () => node.feedEvent('connected'),
      quote(node),
      () => node.pass(node.now_us + STALE_US),
      () => node.feedEvent('resynchronised'),
    ]),
  ).toEqual(['gap', 'gap', 'gap', 'gap', 'gap', 'gap', 'live'])
})

test('[F2] silence counts after a gap, too, from the resynchronisation on', () => {
  const node = new TestNode()
  node.quote(EURUSD, 100_000, 100_010, 1_000)
  node.feedEvent('gap')
  node.pass(1_000 + STALE_US)
  node.feedEvent('resynchronised')
  const healed_us = node.now_us
  expect(
    walk(node, [() => node.pass(healed_us + STALE_US - 1), () => node.pass(healed_us + STALE_US)]),
  ).toEqual(['live', 'stale'])
})

test('[F4] whoever trades on the feed is told of every change of its state', () => {
  const desk = new Desk()
  const ask = () => desk.ask()
  desk.feedEvent('gap')
  expect(ask()).toBe('market_data_stale')
  desk.feedEvent('resynchronised')
  expect(ask()).toBe('')
})

test('[F5] one venue’s events are not another’s', () => {
  const node = new TestNode()
  node.quote(EURUSD, 100_000, 100_010)
  node.feedEvent('gap', 'other')
  expect(node.state('feed/sim')).toBe('live')
})

function withSources(sources: Config['data']['sources']): TestNode {
  return new TestNode({ config: (config) => ({ ...config, data: { ...config.data, sources } }) })
}

function prices(node: TestNode): number[] {
  const { bid_price_units, ask_price_units } = node.trading.table
  return [bid_price_units[0] as number, ask_price_units[0] as number]
}

const source = { venue: 'sim', instruments: ['EURUSD'] }
const bars = (price_type: 'bid' | 'ask' | 'last') =>
  ({ ...source, kind: 'bar', interval_us: 60_000_000, price_type }) as const

test('[F6] where an instrument has quotes, neither its trades nor its bars move its prices', () => {
  const node = withSources([{ ...source, kind: 'quote' }, { ...source, kind: 'trade' }, bars('last')])
  node.quote(EURUSD, 100_000, 100_010)
  node.trade(EURUSD, 100_500, 1)
  node.bar(EURUSD, 'last', 60_000_000, 100_700)
  expect(prices(node)).toEqual([100_000, 100_010])
})

test('[F6] without quotes the last trade stands for both sides', () => {
  const node = withSources([{ ...source, kind: 'trade' }])
  node.trade(EURUSD, 100_500, 1)
  expect(prices(node)).toEqual([100_500, 100_500])
})

test('[F6] a bar’s close stands for its own side, and for the other one until that has bars', () => {
  const node = withSources([bars('bid'), bars('ask')])
  const bar = (price_type: 'bid' | 'ask', close: number) => {
    node.bar(EURUSD, price_type, 60_000_000, close)
    return prices(node)
  }
  expect([bar('bid', 100), bar('bid', 110), bar('ask', 112), bar('bid', 90), bar('ask', 95)]).toEqual([
    [100, 100],
    [110, 110],
    [110, 112],
    [90, 112],
    [90, 95],
  ])
  const copy = node.reloaded()
  copy.bar(EURUSD, 'bid', 60_000_000, 80)
  expect(prices(copy)).toEqual([80, 95])
})

test('[F7] state and silence are the same after a save and a load, and loading tells nobody', () => {
  const node = new TestNode({ instruments: [testInstrument(EURUSD, 0)] })
  node.quote(EURUSD, 100_000, 100_010, 1_000)
  const copy = node.reloaded()
  expect(copy.save()).toEqual(node.save())
  expect(copy.node.bus.isIdle).toBe(true)
  copy.pass(1_000 + STALE_US)
  expect(copy.state('feed/sim')).toBe('stale')
})

test('[F8] a change of the trading status is told once, to the strategies of the instrument', () => {
  const heard: string[] = []
  const listener = strategy({
    onStatus: (ctx, { instrument_id, status }) => {
      heard.push(`${instrument_id} ${status} ${ctx.status(EURUSD)}`)
    },
  })
  const instruments = [testInstrument(EURUSD, 0), testInstrument('GBPUSD.sim', 1)]
  const config = (base: Config): Config => ({
    ...base,
    data: { ...base.data, sources: [{ venue: 'sim', kind: 'quote', instruments: ['EURUSD', 'GBPUSD'] }] },
  })
  const node = new TestNode({ instruments, config, strategies: { s: listener } }).start()
  node.securityStatus(EURUSD, 'trading')
  node.securityStatus(EURUSD, 'halted')
  node.securityStatus(EURUSD, 'halted')
  node.securityStatus('GBPUSD.sim', 'closed')
  node.securityStatus(EURUSD, 'trading')
  expect(heard).toEqual(['EURUSD.sim halted halted', 'EURUSD.sim trading trading'])
  expect(node.state('feed/sim')).toBe('live')
  // With the end of a day that nobody heard the status of now is told again, once.
  for (const said of [{ ends_day: true }, { ends_day: true }, {}])
    node.securityStatus(EURUSD, 'trading', node.now_us, said)
  expect(heard.slice(2)).toEqual(['EURUSD.sim trading trading'])
})
