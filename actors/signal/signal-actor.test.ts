import { expect, test } from 'vitest'
import type { Config } from '../../schemas/config/config.ts'
import type { Bar, BarPriceType } from '../../schemas/messages/market.ts'
import { EURUSD, strategy, TestNode, testStrategy } from '../trading-node.test-support.ts'

const SECOND_US = 1_000_000
const MINUTE_US = 60 * SECOND_US

function minutes(price_type: BarPriceType) {
  return () => ({ minute: { instrument: EURUSD, interval_us: MINUTE_US, price_type } })
}

/** A strategy that notes everything it is shown, in order, on bars of one kind. */
function witness(price_type: BarPriceType, seen: string[]) {
  return strategy({
    bars: minutes(price_type),
    indicators: () => ({ last: { bars: 'minute', spec: { kind: 'sma', period: 1 } } }),
    onQuote: (_, quote) => void seen.push(`quote ${quote.bid_price_units}`),
    onTrade: (_, trade) => void seen.push(`trade ${trade.price_units}`),
    onBar: (ctx, bar, name) =>
      void seen.push(
        `${name} ${prices(bar)} ends ${bar.ts_event_us / SECOND_US}, mean ${ctx.indicator('last').value}`,
      ),
  })
}

function prices(bar: Bar): string {
  const { open_price_units, high_price_units, low_price_units, close_price_units } = bar
  return [open_price_units, high_price_units, low_price_units, close_price_units].join('/')
}

function withSources(...kinds: Config['data']['sources'][number][]) {
  return (config: Config): Config => ({ ...config, data: { ...config.data, sources: kinds } })
}

function imported(price_type: BarPriceType): Config['data']['sources'][number] {
  return { venue: 'sim', instruments: ['EURUSD'], kind: 'bar', interval_us: MINUTE_US, price_type }
}

test('[S1] a bar that ended before a row reaches a strategy before the row does, its indicators updated', () => {
  const seen: string[] = []
  const node = new TestNode({ strategies: { s: witness('bid', seen) }, bar_close_delay_us: SECOND_US })
  node.control('session_start')
  const at = (second: number, bid: number) => node.quote(EURUSD, bid, bid + 10, second * SECOND_US)
  at(1, 100)
  at(30, 105)
  at(60, 103)
  at(61, 110)
  expect(seen).toEqual([
    'quote 100',
    'quote 105',
    'quote 103',
    'minute 100/105/100/103 ends 60, mean 103',
    'quote 110',
  ])
})

test('[S2] without a row the bar closes by the timer, a delay after its end, and a late row enters no bar', () => {
  const seen: string[] = []
  const node = new TestNode({ strategies: { s: witness('bid', seen) }, bar_close_delay_us: SECOND_US })
  node.control('session_start')
  node.quote(EURUSD, 100, 110, SECOND_US)
  node.pass(61 * SECOND_US - 1)
  expect(seen).toEqual(['quote 100'])
  node.pass(61 * SECOND_US)
  expect(seen.at(-1)).toBe('minute 100/100/100/100 ends 60, mean 100')
  expect(node.now_us).toBe(61 * SECOND_US)
  node.pass(200 * SECOND_US)
  expect(seen.length).toBe(2)
})

test('[S3] ask bars are made of asks and last bars of trades', () => {
  const asks: string[] = []
  const lasts: string[] = []
  const node = new TestNode({
    config: (config) => ({
      ...withSources(
        { venue: 'sim', instruments: ['EURUSD'], kind: 'quote' },
        { venue: 'sim', instruments: ['EURUSD'], kind: 'trade' },
      )(config),
      strategies: ['a', 'l'].map((id) => testStrategy(id, 'main', [EURUSD])),
    }),
    strategies: { a: witness('ask', asks), l: witness('last', lasts) },
  })
  node.control('session_start')
  node.quote(EURUSD, 100, 110, SECOND_US)
  node.trade(EURUSD, 107, 5, 2 * SECOND_US)
  node.quote(EURUSD, 101, 112, 59 * SECOND_US)
  node.pass(60 * SECOND_US)
  expect(asks.filter((line) => line.startsWith('minute'))).toEqual([
    'minute 110/112/110/112 ends 60, mean 112',
  ])
  expect(lasts.filter((line) => line.startsWith('minute'))).toEqual([
    'minute 107/107/107/107 ends 60, mean 107',
  ])
})

test('[S4] an imported series is not built from ticks, and only bars of its own kind are its bars', () => {
  const seen: string[] = []
  const node = new TestNode({
    config: withSources({ venue: 'sim', instruments: ['EURUSD'], kind: 'quote' }, imported('bid')),
    strategies: { s: { ...witness('bid', seen), onQuote: () => undefined } },
  })
  node.control('session_start')
  node.quote(EURUSD, 100, 110, SECOND_US)
  node.bar(EURUSD, 'bid', MINUTE_US, 555, MINUTE_US)
  node.bar(EURUSD, 'ask', MINUTE_US, 777, MINUTE_US)
  node.bar(EURUSD, 'bid', 2 * MINUTE_US, 999, MINUTE_US)
  node.pass(10 * MINUTE_US)
  expect(seen).toEqual(['minute 555/555/555/555 ends 60, mean 555'])
})

test('[S5] two strategies share a series and have indicators of their own', () => {
  const means: string[] = []
  const averaging = (id: string, period: number) =>
    strategy({
      bars: minutes('bid'),
      indicators: () => ({ mean: { bars: 'minute', spec: { kind: 'sma', period } } }),
      onBar: (ctx) => void means.push(`${id} ${ctx.indicator('mean').value}`),
    })
  const node = new TestNode({
    config: (config) => ({
      ...config,
      strategies: ['a', 'b'].map((id) => testStrategy(id, 'main', [EURUSD])),
    }),
    strategies: { a: averaging('a', 1), b: averaging('b', 2) },
  })
  node.control('session_start')
  for (const [minute, bid] of [100, 200, 300].entries()) {
    node.quote(EURUSD, bid, bid + 1, minute * MINUTE_US + SECOND_US)
  }
  expect(node.state('signal/bars')).toBe('1 series, 2 bars')
  expect(means.slice(-2)).toEqual(['a 200', 'b 150'])
})

test('[S5] a strategy that writes to a shared bar is faulted, and the next sees the bar as it was', () => {
  const closes: number[] = []
  const writing = strategy({
    bars: minutes('bid'),
    onBar: (_, bar) => void Object.assign(bar, { close_price_units: 1 }),
  })
  const reading = strategy({
    bars: minutes('bid'),
    onBar: (_, bar) => void closes.push(bar.close_price_units),
  })
  const node = new TestNode({
    config: (config) => ({
      ...config,
      strategies: ['a', 'b'].map((id) => testStrategy(id, 'main', [EURUSD])),
    }),
    strategies: { a: writing, b: reading },
  })
  node.control('session_start')
  for (const minute of [0, 1]) node.quote(EURUSD, 100, 110, minute * MINUTE_US + SECOND_US)
  expect(closes).toEqual([100])
  expect([node.state('strategy/a'), node.state('strategy/b')]).toEqual(['faulted', 'ready'])
})

test('[S5] initialising one strategy again restarts its indicators and no other’s', () => {
  const ready: string[] = []
  const averaging = (id: string) =>
    strategy({
      bars: minutes('bid'),
      indicators: () => ({ mean: { bars: 'minute', spec: { kind: 'sma', period: 2 } } }),
      onBar: (ctx) => void ready.push(`${id} ${ctx.indicator('mean').ready}`),
    })
  const node = new TestNode({
    config: (config) => ({
      ...config,
      strategies: ['a', 'b'].map((id) => testStrategy(id, 'main', [EURUSD])),
    }),
    strategies: { a: averaging('a'), b: averaging('b') },
  })
  node.control('session_start')
  const bar = (minute: number) => node.quote(EURUSD, 100, 110, minute * MINUTE_US + SECOND_US)
  for (const minute of [0, 1, 2]) bar(minute)
  node.control('strategy_halt', { strategy_id: 'a' })
  node.control('strategy_reinitialise', { strategy_id: 'a' })
  bar(3)
  expect(ready.slice(-2)).toEqual(['a false', 'b true'])
})

test('[S6] open bars, their timers and indicators are the same after a save and a load', () => {
  const seen: string[] = []
  const node = new TestNode({ strategies: { s: witness('bid', seen) } })
  node.control('session_start')
  node.quote(EURUSD, 100, 110, SECOND_US)
  const copy = node.reloaded()
  expect(copy.stateHash()).toBe(node.stateHash())
  seen.length = 0
  copy.pass(MINUTE_US)
  expect(seen).toEqual(['minute 100/100/100/100 ends 60, mean 100'])
})
