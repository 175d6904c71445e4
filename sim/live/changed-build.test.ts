// A session that goes on with another build, strategy or configuration: its ledger is taken up and its records folded in.
// The oracle is the re-run of the same records by the code that wrote them.

import Type from 'typebox'
import { expect, test } from 'vitest'
import { defineStrategy, type StrategyDefinition } from '../../actors/strategy/definition.ts'
import { nodeSha256 } from '../../adapters/sha256/node-sha256.ts'
import { ledgerOfBase } from '../../engine/live/session-state.ts'
import { MemoryJournal, MemoryJournalStore } from '../../engine/memory-journal.test-support.ts'
import { must } from '../../schemas/assert.ts'
import type { LedgerSection } from '../../schemas/ledger-section.ts'
import { LiveDesk } from './live-desk.test-support.ts'
import { control, type LiveScenario, liveScenario } from './live-engine.test-support.ts'
import { LiveWorld } from './live-world.test-support.ts'

const TRADERS = ['nth', 'quoter', 'timed'] as const
const CHANGED = { build_hash: 'ff' }

test('[N9] at any moment of a session the fold of a changed build has the ledger that a re-run has', async () => {
  const scenario = await liveScenario(TRADERS)
  let open = 0
  for (let seed = 1; seed <= 40; seed++) {
    const { store, world } = await traded(scenario, seed)
    const folded = await ledgerAfter(scenario, store, world, CHANGED)
    const rerun = await ledgerAfter(scenario, store, world, {})
    expect({ seed, ledger: shared(folded) }).toEqual({ seed, ledger: shared(rerun) })
    open += folded.orders['main']?.open.length ?? 0
  }
  expect(open).toBeGreaterThan(20)
})

test('[N9] an upgrade over open orders: they live on, fill once, and the strategies start anew with their counters', async () => {
  const scenario = await liveScenario(TRADERS)
  const { store, world } = await traded(scenario, 4)
  const next = await LiveDesk.open(scenario, { store, world, binding: CHANGED })
  expect(next.begun).toEqual({ epoch: 2, base_from: 'fold', changed: ['build'] })
  expect(openOrders(next)).toBeGreaterThan(0)
  next.start()
  await next.trade(120)
  for (const strategy of TRADERS) expect(next.sequencer.node.stateOf(`strategy/${strategy}`)).toBe('trading')
  expect([...world.received.values()].filter((count) => count > 1)).toEqual([])
  const last = await LiveDesk.open(scenario, { store, world, binding: CHANGED })
  expect(last.begun).toEqual({ epoch: 3, base_from: 'rerun', changed: [] })
})

test('[N9] what an operator ordered for an account stays after a change, and what a fault ended does too', async () => {
  const scenario = await liveScenario(TRADERS)
  const { store, world, desk } = await traded(scenario, 5)
  desk.sequencer.offer(control('account_halt'))
  desk.sequencer.offer(control('strategy_fault', 'nth', 'test'))
  desk.advance(400)
  await desk.commit()
  desk.die()
  const same = await LiveDesk.open(scenario, { store, world })
  same.die()
  const next = await LiveDesk.open(scenario, { store, world, binding: { config_hash: 'ee' } })
  next.start()
  await next.trade(3)
  const { node } = next.sequencer
  expect([node.stateOf('risk/main'), node.stateOf('strategy/nth'), node.stateOf('strategy/quoter')]).toEqual([
    'halted',
    'faulted',
    'trading',
  ])
})

test('[N9] a strategy migrates what it kept, or starts from nothing', async () => {
  const plain = await liveScenario(['nth', 'quoter'])
  const { store, world, desk } = await traded(plain, 7)
  desk.die()
  const same = await LiveDesk.open(plain, { store, world })
  same.die()
  const former: unknown[] = []
  const definition = must(plain.definitions.get('nth'), 'the strategy is there')
  const migrating = {
    ...definition,
    migrate: (state: unknown) => {
      former.push(structuredClone(state))
      return state
    },
  } as typeof definition
  const scenario = { ...plain, definitions: new Map([...plain.definitions, ['nth', migrating]]) }
  const next = await LiveDesk.open(scenario, { store, world, binding: { strategy_hash: 'dd' } })
  next.start()
  await next.trade(2)
  expect(former).toEqual([{ seen: expect.any(Number) }])
  expect((former[0] as { seen: number }).seen).toBeGreaterThan(10)
})

test('[N9] a strategy that is gone from the configuration while it holds a position is refused by name', async () => {
  const scenario = await liveScenario(['nth'])
  const { store, world, desk } = await traded(scenario, 9)
  desk.die()
  const without = { ...scenario, config: { ...scenario.config, strategies: [] }, before: scenario }
  await expect(LiveDesk.open(without, { store, world, binding: CHANGED })).rejects.toMatchObject({
    code: 'recovery.homeless_position',
  })
})

test('[N9] while the engine holds orders or links of its own a change is refused, a restart is not', async () => {
  const plain = await liveScenario(['nth'])
  const scenario = { ...plain, definitions: new Map([['nth', bracketed as unknown as StrategyDefinition]]) }
  const store = new MemoryJournalStore()
  const world = new LiveWorld(scenario.config, scenario.instruments, 1)
  let desk = await LiveDesk.open(scenario, { store, world })
  desk.start()
  await desk.trade(3)
  expect(executionState(desk)).toBe('3 intents, 2 held')
  desk.die()
  await expect(LiveDesk.open(scenario, { store, world, binding: CHANGED })).rejects.toMatchObject({
    code: 'recovery.held_orders',
  })
  // The epoch of a restart knows it from its base alone.
  desk = await LiveDesk.open(scenario, { store, world })
  expect([desk.begun.base_from, executionState(desk)]).toEqual(['rerun', '3 intents, 2 held'])
  desk.die()
  await expect(LiveDesk.open(scenario, { store, world, binding: CHANGED })).rejects.toMatchObject({
    code: 'recovery.held_orders',
  })
  desk = await LiveDesk.open(scenario, { store, world })
  desk.start()
  desk.sequencer.offer(control('orders_cancel'))
  await desk.trade(4)
  expect(executionState(desk)).toBe('3 intents')
  desk.die()
  const next = await LiveDesk.open(scenario, { store, world, binding: CHANGED })
  expect(next.begun.base_from).toBe('fold')
})

/** One order far from the market, with two children that cancel each other. */
const bracketed = defineStrategy({
  name: 'bracketed',
  params: Type.Object({}),
  state: () => ({ has_asked: false }),
  onQuote(ctx, { instrument_id, bid_price_units }) {
    if (ctx.state.has_asked || !ctx.is_trading) return
    ctx.state.has_asked = true
    const base = { instrument: instrument_id, quantity_units: 1_000 }
    const parent = ctx.submit({ ...base, side: 'buy', limit_price_units: bid_price_units - 1_000 })
    const child = { ...base, side: 'sell', parent: { counter: parent } } as const
    const profit = ctx.submit({ ...child, limit_price_units: bid_price_units + 1_000 })
    const group = { counter: profit, type: 'oco' } as const
    ctx.submit({ ...child, trigger_price_units: bid_price_units - 2_000, group })
  },
})

function executionState({ sequencer }: LiveDesk): string {
  return sequencer.node.stateOf('execution/main')
}

function openOrders({ sequencer }: LiveDesk): number {
  return Number(/^(\d+) open/.exec(sequencer.node.stateOf('order/main'))?.[1])
}

/** A session that died in the middle of trading. */
async function traded(scenario: LiveScenario, seed: number) {
  const store = new MemoryJournalStore()
  const world = new LiveWorld(scenario.config, scenario.instruments, seed)
  const desk = await LiveDesk.open(scenario, { store, world })
  desk.start()
  await desk.trade(20 + seed * 3)
  desk.advance(300, 2)
  if (seed % 2 === 0) await desk.commit()
  desk.die()
  return { store, world, desk }
}

/** The ledger of the next epoch's base. The epoch is opened on a copy of the journal. */
async function ledgerAfter(
  scenario: LiveScenario,
  store: MemoryJournalStore,
  world: LiveWorld,
  binding: { build_hash?: string },
): Promise<LedgerSection> {
  const copy = store.copy()
  const desk = await LiveDesk.open(scenario, { store: copy, world, binding })
  desk.die()
  const last = must(new MemoryJournal(nodeSha256, copy).epochs.at(-1), 'the epoch is there')
  return must(ledgerOfBase(last.base, 'test'), 'a later base has a ledger').ledger
}

/** What a re-run and a fold must agree in. A cancel that waits for its order is a decision, and nothing records it. */
function shared({ orders, portfolios, risks, seq, now_us }: LedgerSection) {
  const recorded = Object.values(orders).map(({ open, ended, counts, stray_count }) => ({
    open: open.map((order) => ({
      ...order,
      cancel_client_order_id: order.client_order_ids.includes(order.cancel_client_order_id)
        ? order.cancel_client_order_id
        : '',
    })),
    ended,
    counts,
    stray_count,
  }))
  return { recorded, portfolios, risks, seq, now_us }
}
