import { afterEach, beforeEach, expect, test } from 'vitest'
import type { StrategyContext } from '../../actors/strategy/context.ts'
import { EURUSD, strategy, TestNode } from '../../actors/trading-node.test-support.ts'
import { installAmbientGuard } from './ambient-guard.ts'

const rest = { instrument: EURUSD, side: 'buy', quantity_units: 1_000, limit_price_units: 99_000 } as const

const DEEDS: readonly (readonly [string, (ctx: StrategyContext<unknown, unknown>) => unknown])[] = [
  ['reads the clock', () => Date.now()],
  ['makes a date of now', () => new Date()],
  ['draws at random', () => Math.random()],
  ['starts a timer', () => setTimeout(() => undefined, 0)],
  ['measures its own speed', () => performance.now()],
  ['asks the network', () => fetch('http://localhost')],
]

let uninstall = () => {}
let node: TestNode

function build(deed: (ctx: StrategyContext<unknown, unknown>) => unknown): TestNode {
  const curious = strategy({
    onQuote: (ctx, quote) => {
      ctx.submit(rest)
      if (quote.bid_price_units === 100_001) deed(ctx as StrategyContext<unknown, unknown>)
    },
  })
  return new TestNode({ strategies: { s: curious } })
}

beforeEach(() => {
  uninstall = installAmbientGuard(
    {
      get step_running() {
        return node?.gate.step_running ?? false
      },
      set step_running(_) {
        throw new Error('the node alone opens the gate')
      },
    },
    () => undefined,
  )
})
afterEach(() => uninstall())

test.each(DEEDS)(
  'a strategy that %s inside a handler is faulted as ambient_in_step, and loses that handler’s orders',
  (_, deed) => {
    node = build(deed).start()
    node.accept(node.lastOrder())
    node.quote(EURUSD, 100_001, 100_011)
    expect(node.faults.map(({ handler, code }) => [handler, code])).toEqual([['onQuote', 'ambient_in_step']])
    expect(node.sent.map(({ type, counter }) => [type, counter])).toEqual([
      ['new_order_single', 1],
      ['order_cancel_request', 1],
    ])
    expect(node.gate.step_running).toBe(false)
  },
)

test('nothing of the engine, its machines included, touches what the guard closes', () => {
  node = build((ctx) => ctx.random()).start()
  node.control('strategy_pause')
  node.control('account_halt')
  node.feedEvent('gap')
  node.pass(node.now_us + 100_000_000)
  expect(node.faults).toEqual([])
})
