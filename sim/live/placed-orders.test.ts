// What a strategy sees of its open orders in a node of its own, against what it sees beside its account: the same world, the
// same seeds, and a tape so slow that no message overtakes another.

import Type from 'typebox'
import { expect, test } from 'vitest'
import type { OpenOrder, StrategyContext } from '../../actors/strategy/context.ts'
import { defineStrategy, type StrategyDefinition } from '../../actors/strategy/definition.ts'
import { must } from '../../schemas/assert.ts'
import type { Config } from '../../schemas/config/config.ts'
import type { NodeConfig } from '../../schemas/config/node-config.ts'
import { type LiveScenario, liveScenario } from './live-engine.test-support.ts'
import { commandsOf, PlacedSession } from './placed-nodes.test-support.ts'

/** Longer than a venue takes to answer; and than the answer to what follows from that. */
const ANSWERED_US = 50_000
const SETTLED_US = 3 * ANSWERED_US

type Orders = readonly OpenOrder[]
type Ctx = StrategyContext<{ readonly look_after_us: number }, { readonly seen: Orders[] }>

/**
 * Asks for orders of all kinds, moves and cancels them at once or later. It looks when all that followed from a quote has
 * been told: what the engine does at the very row a strategy sees is news to a node apart. Before a venue has answered
 * nothing tells that a child was let go: who looks so soon has none.
 */
const watcher = defineStrategy({
  name: 'watcher',
  params: Type.Object({ look_after_us: Type.Integer() }),
  state: (): { readonly seen: Orders[] } => ({ seen: [] }),
  onQuote(ctx, { instrument_id, bid_price_units, ask_price_units }) {
    ctx.setTimer('look', ctx.now_us + ctx.params.look_after_us)
    if (ctx.is_trading) act(ctx, instrument_id, bid_price_units, ask_price_units)
  },
  onTimer(ctx) {
    ctx.state.seen.push(ctx.openOrders())
  },
})

const LATE = ['held', 'new', 'partially_filled']
const SOON = [...LATE, 'approved', 'pending_cancel', 'pending_replace']

test.each([
  ['before a venue has answered', 1, 1, SOON],
  ['before a venue has answered', 2, 1, SOON],
  ['when all are answered', 1, SETTLED_US, LATE],
  ['when all are answered', 2, SETTLED_US, LATE],
])(
  '[P1] [P5] a strategy apart sees the open orders it sees in one node, %s (seed %i)',
  async (_, seed, look_after_us, reached) => {
    const one = await played(await scenarioOf(look_after_us, { seed }))
    const apart = await played(await scenarioOf(look_after_us, { seed, nodes: NODES }))
    const seen = seenBy(one, 0)
    for (const [at, orders] of seenBy(apart, 1).entries())
      expect({ at, orders }).toEqual({ at, orders: seen[at] })
    expect(seenBy(apart, 1).length).toBe(seen.length)
    expect(await commandsOf(must(apart.nodes[0], 'a node').journal)).toEqual(
      await commandsOf(must(one.nodes[0], 'a node').journal),
    )
    const states = new Set(seen.flat().map(({ state }) => state))
    expect(reached.filter((state) => !states.has(state))).toEqual([])
    expect(Math.max(...seen.map((orders) => orders.length))).toBeGreaterThan(8)
  },
)

function act(ctx: Ctx, instrument: string, bid: number, ask: number): void {
  const quantity_units = 1_000 * (1 + Math.floor(ctx.random() * 3))
  const [buy, sell] = [
    { instrument, side: 'buy', quantity_units },
    { instrument, side: 'sell', quantity_units },
  ] as const
  const open = ctx.state.seen.at(-1) ?? []
  const one = open[Math.floor(ctx.random() * open.length)]
  const dice = Math.floor(ctx.random() * 9)
  if (dice === 0) ctx.submit({ ...sell, trigger_price_units: bid - 15 })
  if (dice === 1) ctx.submit({ ...sell, trail: { offset: 20, unit: 'price' } })
  if (dice === 2 && ctx.params.look_after_us > ANSWERED_US) {
    const parent = { counter: ctx.submit({ ...buy, limit_price_units: ask - 1 }) }
    const profit = ctx.submit({ ...sell, limit_price_units: ask + 15, parent })
    const group = { counter: profit, type: ctx.random() < 0.5 ? 'oco' : 'ouo' } as const
    ctx.submit({ ...sell, trigger_price_units: bid - 25, parent, group })
  }
  if (dice === 3) {
    const group = { counter: ctx.submit({ ...buy, limit_price_units: bid - 3 }), type: 'ouo' } as const
    ctx.submit({ ...buy, limit_price_units: bid - 6, group })
  }
  if (dice === 4) ctx.submit({ ...buy, quantity_units: 3_000, limit_price_units: ask })
  if (dice === 5) ctx.cancel(ctx.submit({ ...buy, limit_price_units: bid - 40 }))
  if (one === undefined) return
  if (dice === 6) ctx.cancel(one.counter)
  if (dice > 6) {
    // What waits for a trigger has no limit; what is left out stays as it is.
    const limit = one.price_units !== 0 && { limit_price_units: bid - 4 }
    ctx.replace(
      one.counter,
      dice === 7 && limit ? limit : { quantity_units: 4_000, ...(one.counter % 2 === 0 && limit) },
    )
    if (ctx.random() < 0.3) ctx.cancel(one.counter)
  }
}

const NODES: NodeConfig[] = [
  { id: 'trading', accounts: ['main'], strategies: ['nth'] },
  { id: 'strat', accounts: [], strategies: ['watcher'] },
]

/** At venues that take market and limit orders alone, so that the engine holds all others. */
async function scenarioOf(look_after_us: number, change: Partial<Config>): Promise<LiveScenario> {
  const plain = await liveScenario(['nth'], change)
  const { config, definitions } = plain
  const [nth] = config.strategies
  const venues = config.venues.map((venue) => ({
    ...venue,
    simulation: { takes: 'market_and_limit' as const },
  }))
  const strategies = [
    must(nth, 'a strategy'),
    { ...must(nth, 'a strategy'), id: 'watcher', params: { look_after_us } },
  ]
  return {
    ...plain,
    config: { ...config, venues, strategies },
    definitions: new Map([...definitions, ['watcher', watcher as unknown as StrategyDefinition]]),
  }
}

async function played(scenario: LiveScenario): Promise<PlacedSession> {
  const session = new PlacedSession(scenario, 7)
  await session.open()
  for (let turn = 0; turn < 200; turn++) {
    await session.turn(turn % 7 === 0 ? 700_000 : 200_000, turn % 2, turn % 3 === 0 ? 1_000 : 0)
    for (let answer = 0; answer < 2; answer++) {
      session.world.pass(ANSWERED_US)
      await session.settle()
    }
  }
  return session
}

function seenBy(session: PlacedSession, at: number): Orders[] {
  const { ledger } = must(session.nodes[at], 'a node').sequencer.built
  return (must(ledger.save().strategies['watcher'], 'a strategy').state as { seen: Orders[] }).seen
}
