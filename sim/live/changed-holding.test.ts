// Orders and links that the engine itself keeps, over a change of build, strategy or configuration. The oracle is the
// re-run of the same records by the code that wrote them.

import Type from 'typebox'
import { expect, test } from 'vitest'
import { defineStrategy, type StrategyDefinition } from '../../actors/strategy/definition.ts'
import { nodeSha256 } from '../../adapters/sha256/node-sha256.ts'
import { ledgerOfBase } from '../../engine/live/session-state.ts'
import { MemoryJournal, MemoryJournalStore } from '../../engine/memory-journal.test-support.ts'
import { must } from '../../schemas/assert.ts'
import type { LedgerHolding } from '../../schemas/ledger-section.ts'
import { LiveDesk } from './live-desk.test-support.ts'
import { control, type LiveScenario, liveScenario } from './live-engine.test-support.ts'
import { LiveWorld } from './live-world.test-support.ts'

const CHANGED = { build_hash: 'ff' }

/** Stops, trails, brackets and pairs, replaced and cancelled now and then: something is always kept here. */
const keeper = defineStrategy({
  name: 'keeper',
  params: Type.Object({}),
  state: () => ({ seen: 0 }),
  onQuote(ctx, { instrument_id: instrument, bid_price_units: bid, ask_price_units: ask }) {
    if (!ctx.is_trading || ++ctx.state.seen % 3 !== 0) return
    const quantity_units = 1_000 * (1 + Math.floor(ctx.random() * 3))
    const [buy, sell] = [
      { instrument, side: 'buy', quantity_units },
      { instrument, side: 'sell', quantity_units },
    ] as const
    const dice = Math.floor(ctx.random() * 6)
    if (dice === 0) ctx.submit({ ...sell, trigger_price_units: bid - 20 })
    if (dice === 1) ctx.submit({ ...sell, trail: { offset: 25, unit: 'price' } })
    if (dice === 2) {
      const parent = { counter: ctx.submit({ ...buy, limit_price_units: ask - 3 }) }
      const profit = ctx.submit({ ...sell, limit_price_units: ask + 20, parent })
      const group = { counter: profit, type: ctx.random() < 0.5 ? 'oco' : 'ouo' } as const
      ctx.submit({ ...sell, trigger_price_units: bid - 30, parent, group })
    }
    if (dice === 3) {
      const group = { counter: ctx.submit({ ...buy, limit_price_units: bid - 6 }), type: 'ouo' } as const
      ctx.submit({ ...buy, limit_price_units: bid - 9, group })
    }
    const kept = ctx.openOrders().filter(({ state }) => state === 'held')
    const one = kept[Math.floor(ctx.random() * kept.length)]
    if (dice === 4 && one !== undefined) ctx.cancel(one.counter)
    if (dice !== 5 || one === undefined) return
    const limit = one.price_units === 0 ? {} : { limit_price_units: one.price_units }
    ctx.replace(one.counter, { quantity_units: 4_000, ...limit })
  },
})

test('[E11] at any moment of a session the fold of a changed build keeps the orders and links that a re-run keeps', async () => {
  const scenario = await keeping(keeper)
  let kept = 0
  let linked = 0
  for (let seed = 1; seed <= 40; seed++) {
    const store = new MemoryJournalStore()
    const world = new LiveWorld(scenario.config, scenario.instruments, seed)
    let desk = await LiveDesk.open(scenario, { store, world })
    desk.start()
    await desk.trade(10 + seed * 3)
    if (seed % 3 === 0) {
      desk.die()
      desk = await LiveDesk.open(scenario, { store, world })
      desk.start()
      await desk.trade(seed)
    }
    desk.advance(300, 2)
    if (seed % 2 === 0) await desk.commit()
    desk.die()
    const folded = await holdingAfter(scenario, store, world, CHANGED)
    expect({ seed, holding: folded }).toEqual({
      seed,
      holding: await holdingAfter(scenario, store, world, {}),
    })
    kept += folded.orders.length
    linked += folded.groups.length
  }
  expect([kept > 100, linked > 50]).toEqual([true, true])
})

test('[E11] after a change a held stop triggers, a child goes with its parent, and no counter is used twice', async () => {
  const scenario = await keeping(keeper)
  const store = new MemoryJournalStore()
  const world = new LiveWorld(scenario.config, scenario.instruments, 3)
  const desk = await LiveDesk.open(scenario, { store, world })
  desk.start()
  await desk.trade(40)
  desk.die()
  const before = new Set(world.received.keys())
  const held = await holdingAfter(scenario, store, world, CHANGED)
  // The strategy of the new build asks for nothing, so that all that leaves is what was kept.
  const silent = { ...keeper, onQuote: () => undefined } as typeof keeper
  const next = await LiveDesk.open(await keeping(silent), { store, world, binding: CHANGED })
  next.start()
  await next.trade(400)
  const left = [...world.received.keys()].filter((id) => !before.has(id))
  const counters = new Set(held.orders.map(({ counter }) => `proof-2-keeper-${counter}`))
  expect(left.filter((id) => /-keeper-\d+$/.test(id) && !counters.has(id))).toEqual([])
  expect(left.filter((id) => counters.has(id)).length).toBeGreaterThan(3)
  const highest = Math.max(...held.orders.map(({ counter }) => counter))
  expect(held.counters['keeper']).toBeGreaterThanOrEqual(highest)
  next.die()
  const last = await LiveDesk.open(await keeping(silent), { store, world, binding: CHANGED })
  expect(last.begun.base_from).toBe('rerun')
})

test('[E11] a held order whose strategy is gone from the configuration is refused by name', async () => {
  const scenario = await keeping(bracketed)
  const store = new MemoryJournalStore()
  const world = new LiveWorld(scenario.config, scenario.instruments, 1)
  const desk = await LiveDesk.open(scenario, { store, world })
  desk.start()
  await desk.trade(3)
  desk.die()
  const without = { ...scenario, config: { ...scenario.config, strategies: [] }, before: scenario }
  await expect(LiveDesk.open(without, { store, world, binding: CHANGED })).rejects.toMatchObject({
    code: 'recovery.homeless_position',
  })
})

test('[E11] orders_cancel after a change ends what is kept', async () => {
  const scenario = await keeping(bracketed)
  const store = new MemoryJournalStore()
  const world = new LiveWorld(scenario.config, scenario.instruments, 1)
  const desk = await LiveDesk.open(scenario, { store, world })
  desk.start()
  await desk.trade(3)
  expect(executionState(desk)).toMatch(/, 2 held$/)
  desk.die()
  const next = await LiveDesk.open(scenario, { store, world, binding: CHANGED })
  expect(executionState(next)).toMatch(/, 2 held$/)
  next.sequencer.offer(control('orders_cancel'))
  await next.trade(1)
  expect(executionState(next)).not.toMatch(/held/)
})

/** One buy order near the market, with two children that cancel each other. */
const bracketed = defineStrategy({
  name: 'bracketed',
  params: Type.Object({}),
  state: () => ({ has_asked: false }),
  onQuote(ctx, { instrument_id, bid_price_units }) {
    if (ctx.state.has_asked || !ctx.is_trading) return
    ctx.state.has_asked = true
    const base = { instrument: instrument_id, quantity_units: 1_000 }
    const parent = ctx.submit({ ...base, side: 'buy', limit_price_units: bid_price_units - 20 })
    const child = { ...base, side: 'sell', parent: { counter: parent } } as const
    const profit = ctx.submit({ ...child, limit_price_units: bid_price_units + 1_000 })
    const group = { counter: profit, type: 'oco' } as const
    ctx.submit({ ...child, trigger_price_units: bid_price_units - 2_000, group })
  },
})

/** At venues that take market and limit orders alone. */
async function keeping(definition: unknown): Promise<LiveScenario> {
  const plain = await liveScenario(['nth'])
  const config = {
    ...plain.config,
    venues: plain.config.venues.map((venue) => ({
      ...venue,
      simulation: { takes: 'market_and_limit' as const },
    })),
    strategies: plain.config.strategies.map((strategy) => ({ ...strategy, id: 'keeper' })),
  }
  return { ...plain, config, definitions: new Map([['keeper', definition as StrategyDefinition]]) }
}

function executionState({ sequencer }: LiveDesk): string {
  return sequencer.node.stateOf('execution/main')
}

/** What the next epoch's base says is kept. The epoch is opened on a copy of the journal. */
async function holdingAfter(
  scenario: LiveScenario,
  store: MemoryJournalStore,
  world: LiveWorld,
  binding: { build_hash?: string },
): Promise<LedgerHolding> {
  const copy = store.copy()
  const desk = await LiveDesk.open(scenario, { store: copy, world, binding })
  desk.die()
  const last = must(new MemoryJournal(nodeSha256, copy).epochs.at(-1), 'the epoch is there')
  const { ledger } = must(ledgerOfBase(last.base, 'test'), 'a later base has a ledger')
  return must(ledger.holdings['main'], 'an account is in the ledger')
}
