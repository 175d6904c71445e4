// A session that goes on with another build, strategy or configuration: its ledger is taken up and its records folded in.
// The oracle is the re-run of the same records by the code that wrote them.

import { expect, test } from 'vitest'
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

test('[N9] what paused, halted or faulted a strategy in the very epoch that is folded stays, and what was lifted does not', async () => {
  const scenario = withThrower(await liveScenario(['nth', 'quoter', 'timed', 'drawing']))
  const { store, world, desk } = await traded(scenario, 5)
  const { sequencer } = desk
  const words = [
    control('strategy_pause', 'nth'),
    control('strategy_halt', 'quoter', 'test'),
    control('strategy_pause', 'timed'),
    control('strategy_resume', 'timed'),
  ]
  for (const word of words) sequencer.offer(word)
  await desk.trade(3)
  const stood = statesOf(desk)
  expect(stood).toEqual({ nth: 'paused', quoter: 'halted', timed: 'trading', drawing: 'faulted' })
  desk.die()
  const next = await LiveDesk.open(scenario, { store, world, binding: CHANGED })
  next.start()
  await next.trade(3)
  expect(statesOf(next)).toEqual(stood)
  next.sequencer.offer(control('strategy_reinitialise', 'quoter'))
  next.sequencer.offer(control('strategy_resume', 'nth'))
  await next.trade(3)
  next.die()
  const last = await LiveDesk.open(scenario, { store, world, binding: { build_hash: 'ee' } })
  last.start()
  await last.trade(3)
  expect(statesOf(last)).toEqual({ nth: 'trading', quoter: 'trading', timed: 'trading', drawing: 'faulted' })
})

test('[N9] a pause outlives a stop and a change, whatever the strategy was doing when it came', async () => {
  const scenario = await liveScenario(['nth', 'quoter'])
  const { store, world, desk } = await traded(scenario, 5)
  desk.sequencer.offer(control('strategy_pause', 'nth'))
  desk.sequencer.offer(control('strategy_halt', 'quoter'))
  desk.sequencer.offer(control('strategy_pause', 'quoter'))
  desk.sequencer.offer(control('session_stop'))
  await desk.trade(1)
  desk.die()
  const same = await LiveDesk.open(scenario, { store, world })
  same.die()
  const next = await LiveDesk.open(scenario, { store, world, binding: CHANGED })
  next.start()
  next.sequencer.offer(control('strategy_reinitialise', 'quoter'))
  await next.trade(3)
  expect(statesOf(next)).toEqual({ nth: 'paused', quoter: 'paused' })
})

test.each([{}, CHANGED])(
  '[N9] [ST1] a halt, and a fault of the very last handler, outlive a stop: %j',
  async (binding) => {
    const plain = await liveScenario(['nth', 'quoter', 'timed'])
    const timed = must(plain.definitions.get('timed'), 'the strategy is there')
    const onStop = (): void => {
      throw new Error('of its own')
    }
    const definitions = new Map([...plain.definitions, ['timed', { ...timed, onStop }]])
    const { store, world, desk } = await traded({ ...plain, definitions } as typeof plain, 5)
    desk.sequencer.offer(control('strategy_halt', 'nth'))
    desk.sequencer.offer(control('session_stop'))
    await desk.trade(1, 0)
    const stood = { nth: 'halted', quoter: 'stopped', timed: 'faulted' }
    expect(statesOf(desk)).toEqual(stood)
    desk.die()
    const next = await LiveDesk.open({ ...plain, definitions } as typeof plain, { store, world, binding })
    next.start()
    await next.trade(3)
    expect(statesOf(next)).toEqual({ ...stood, quoter: 'trading' })
  },
)

test('[N9] [ST5] a strategy that is halted after a change has the orders of before cancelled', async () => {
  const scenario = await liveScenario(['quoter'])
  const { store, world } = await traded(scenario, 4, settled)
  const next = await LiveDesk.open(scenario, { store, world, binding: CHANGED })
  expect(openOrders(next)).toBeGreaterThan(0)
  next.sequencer.offer(control('session_start'))
  next.sequencer.offer(control('trading_enable'))
  next.sequencer.offer(control('strategy_halt', 'quoter'))
  await settled(next)
  expect(openOrders(next)).toBe(0)
})

test('[N9] [R4] a limit of the day is not spent anew after a change', async () => {
  const plain = await liveScenario(['nth', 'timed'])
  const day = { orders_max: 30, window_us: 86_400_000_000 }
  const accounts = plain.config.accounts.map(({ risk, ...account }) => ({
    ...account,
    risk: { ...risk, order_rate: day },
  }))
  const scenario = { ...plain, config: { ...plain.config, accounts } }
  const { store, world, desk } = await traded(scenario, 2)
  expect(world.handed.size).toBeGreaterThan(3)
  expect(world.handed.size).toBeLessThan(day.orders_max)
  for (const build_hash of ['ee', 'ff']) {
    desk.die()
    const next = await LiveDesk.open(scenario, { store, world, binding: { build_hash } })
    next.start()
    await next.trade(120)
    next.die()
  }
  expect(world.handed.size).toBe(day.orders_max)
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

/** What is under way arrives, and its answers do. */
async function settled(desk: LiveDesk): Promise<void> {
  for (let turn = 0; turn < 5; turn++) {
    desk.advance(1_000)
    await desk.commit()
  }
}

/** The last of its strategies throws after a while. */
function withThrower(scenario: LiveScenario): LiveScenario {
  const drawing = must(scenario.definitions.get('drawing'), 'the strategy is there')
  const onQuote = (): void => {
    throw new Error('of its own')
  }
  return {
    ...scenario,
    definitions: new Map([...scenario.definitions, ['drawing', { ...drawing, onQuote }]]),
  }
}

function statesOf({ sequencer }: LiveDesk): Record<string, string> {
  const states = [...sequencer.node.states()].filter(([name]) => name.startsWith('strategy/'))
  return Object.fromEntries(states.map(([name, state]) => [name.slice('strategy/'.length), state]))
}

function openOrders({ sequencer }: LiveDesk): number {
  return Number(/^(\d+) open/.exec(sequencer.node.stateOf('order/main'))?.[1])
}

/** A session that died in the middle of trading. */
async function traded(scenario: LiveScenario, seed: number, before?: (desk: LiveDesk) => Promise<void>) {
  const store = new MemoryJournalStore()
  const world = new LiveWorld(scenario.config, scenario.instruments, seed)
  const desk = await LiveDesk.open(scenario, { store, world })
  desk.start()
  await desk.trade(20 + seed * 3)
  desk.advance(300, 2)
  if (seed % 2 === 0) await desk.commit()
  await before?.(desk)
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
function shared({ orders, portfolios, risks, strategies, seq, now_us }: LedgerSection) {
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
  const open_counters = Object.values(strategies).map((strategy) => strategy.open_counters)
  return { recorded, portfolios, risks, open_counters, seq, now_us }
}
