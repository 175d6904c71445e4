// A strategy that does what the test tells it to: the shortest way to an order, a replace, a cancel.

import type { Config } from '../schemas/config/config.ts'
import type { OrderRequest, StrategyContext } from './strategy/context.ts'
import { EURUSD, strategy, TestNode, type TestNodeOptions, testAccount } from './trading-node.test-support.ts'

type Ctx = StrategyContext<unknown, unknown>

/** A node whose strategy does what the test tells it to at the next quote. */
export class Desk extends TestNode {
  readonly #todo: ((ctx: Ctx) => void)[]

  /** @param prepare what the node takes up before it starts. */
  constructor(options: TestNodeOptions = {}, prepare: (node: TestNode) => void = () => undefined) {
    const todo: ((ctx: Ctx) => void)[] = []
    const obedient = strategy({
      onQuote: (ctx) => {
        for (const act of todo.splice(0)) act(ctx as Ctx)
      },
    })
    super({ strategies: { s: obedient }, ...options })
    this.#todo = todo
    prepare(this)
    this.start()
  }

  do(act: (ctx: Ctx) => void, bid = 100_000, ask = 100_010): void {
    this.#todo.push(act)
    this.quote(EURUSD, bid, ask)
  }

  /** Asks for an order; what the gate says: '' when it let it through. */
  ask(order: Partial<OrderRequest> = {}): string {
    const before = this.denials.length
    this.do((ctx) => ctx.submit({ instrument: EURUSD, side: 'buy', quantity_units: 1_000, ...order }))
    return this.denials[before]?.reason_code ?? ''
  }
}

export function withRisk(risk: Partial<Config['accounts'][number]['risk']>): TestNodeOptions {
  return { config: (config) => ({ ...config, accounts: [testAccount('main', ['sim'], risk)] }) }
}
