// What becomes of held orders, trails, brackets and pairs when the build or configuration changes in the middle of them:
// the same as in the same session without a change.

import Type from 'typebox'
import { expect, test } from 'vitest'
import type { StrategyContext } from '../../actors/strategy/context.ts'
import { defineStrategy, type StrategyDefinition } from '../../actors/strategy/definition.ts'
import { nodeSha256 } from '../../adapters/sha256/node-sha256.ts'
import type { EpochBinding } from '../../engine/live/epoch-binding.ts'
import { ledgerOfBase } from '../../engine/live/session-state.ts'
import { MemoryJournal, MemoryJournalStore } from '../../engine/memory-journal.test-support.ts'
import { must } from '../../schemas/assert.ts'
import type { Config } from '../../schemas/config/config.ts'
import type { LedgerSection } from '../../schemas/ledger-section.ts'
import type { OrderFact } from '../../schemas/messages/order-fact.ts'
import { LiveDesk } from './live-desk.test-support.ts'
import { control, type LiveScenario, liveScenario } from './live-engine.test-support.ts'
import { LiveWorld } from './live-world.test-support.ts'

type Ctx = StrategyContext<unknown, unknown>
const CHANGED = { build_hash: 'ff' }
const AAA = 'AAA.one'
const BASE = 110_000
/** Where the market stands when the orders are asked for, and never again. */
const START = 7

/** What a strategy asks for at first, what the market does before the change, and what it does after. */
const CASES: { readonly [name: string]: Case } = {
  'a stop triggers': {
    ask: (ctx) => ctx.submit({ ...order('sell', 10_000), trigger_price_units: BASE - 50 }),
    before: [[START], [-20]],
    after: [[-30], [-60], [-60]],
    told: [
      '1 held of 10000',
      '1 triggered of 10000',
      '1 pending_new of 10000',
      '1 accepted of 10000',
      '1 filled 10000 at -60 of 10000',
    ],
  },
  'a trailing stop stands where the best price before the change has led it': {
    ask: (ctx) => ctx.submit({ ...order('sell', 10_000), trail: { offset: 40 } }),
    before: [[START], [100], [80]],
    after: [[70], [59], [50]],
    told: [
      '1 held of 10000',
      '1 triggered of 10000',
      '1 pending_new of 10000',
      '1 accepted of 10000',
      '1 filled 10000 at 59 of 10000',
    ],
  },
  'children of a parent that is filled after the change are released, and cancel each other': {
    ask: (ctx) => bracket(ctx, 'oco', 'full'),
    before: [[START], [-10]],
    after: [[-101], [-50], [120], [120], [-300]],
    told: [
      '2 held of 10000',
      '3 held of 10000',
      '1 pending_new of 10000',
      '1 accepted of 10000',
      '1 filled 10000 at -100 of 10000',
      '3 held of 10000',
      '2 pending_new of 10000',
      '2 accepted of 10000',
      '2 filled 10000 at 100 of 10000',
      '3 canceled of 10000',
    ],
  },
  'children of a parent that is filled in part grow with it, and lower each other': {
    ask: (ctx) => bracket(ctx, 'ouo', 'partial'),
    before: [[START], [-101, 4_000], [-90]],
    after: [[-50], [-101, 6_000], [-101], [110, 3_000], [110], [-300], [-300]],
    told: [
      '2 held of 10000',
      '3 held of 10000',
      '1 pending_new of 10000',
      '1 accepted of 10000',
      '1 partially_filled 4000 at -100 of 10000',
      '3 held of 4000',
      '2 pending_new of 4000',
      '2 accepted of 4000',
      '1 filled 6000 at -100 of 10000',
      '3 replaced of 10000',
      '2 pending_replace of 4000',
      '2 replaced of 10000',
      '2 partially_filled 3000 at 100 of 10000',
      '3 replaced of 7000',
      '2 filled 7000 at 100 of 10000',
      '3 canceled of 7000',
    ],
  },
  'a parent cancelled by the operator takes its children along': {
    ask: (ctx) => bracket(ctx, 'oco', 'full'),
    before: [[START], [-10]],
    after: [[0], 'cancel', [0], [-300]],
    told: [
      '2 held of 10000',
      '3 held of 10000',
      '1 pending_new of 10000',
      '1 accepted of 10000',
      '1 pending_cancel of 10000',
      '2 canceled of 10000',
      '3 canceled of 10000',
      '1 canceled of 10000',
    ],
  },
  'an order held until a time expires': {
    ask: (ctx) => {
      const expire_time_us = ctx.now_us + 5_000_000
      ctx.submit({ ...order('sell', 10_000), trigger_price_units: BASE - 50, expire_time_us })
    },
    before: [[START], [-20]],
    after: [[0], [0], [0], [0], [0], [-60]],
    told: ['1 held of 10000', '1 expired of 10000'],
  },
}

type Move = readonly [offset: number, size?: number] | 'cancel'
type Case = {
  readonly ask: (ctx: Ctx) => unknown
  readonly before: readonly Move[]
  readonly after: readonly Move[]
  /** All that is told. */
  readonly told: readonly string[]
}

test.each(Object.entries(CASES))('[N9] [E11] over a changed build %s, as without one', async (_name, run) => {
  const runs = await Promise.all([{}, CHANGED, { config_hash: 'ee' }].map((binding) => told(run, binding)))
  const [same, ...changed] = runs
  for (const facts of changed) expect(facts).toEqual(same)
  expect(same).toEqual(run.told)
})

test.each(['a stop triggers', 'a trailing stop stands where the best price before the change has led it'])(
  '[N9] [E4] what is held is watched on where its venue has come to watch triggers itself: %s',
  async (name) => {
    const run = must(CASES[name], 'there is such a case')
    const scenario = await holding(once(run.ask))
    const { store, world, desk } = await begun(scenario, run.before)
    desk.die()
    const config = withTakes(scenario.config, 'all')
    world.reopen(config)
    const next = await LiveDesk.open(
      { ...scenario, config },
      { store, world, binding: { config_hash: 'ee' } },
    )
    next.start()
    await play(next, world, run.after)
    expect(scenario.said).toEqual(run.told)
  },
)

test.each(['open', 'ended'])(
  '[N9] [E6] a venue that has come to keep links knows what was open, and the engine what had ended: %s',
  async (state) => {
    const entry = BASE + (state === 'open' ? -100 : 100)
    const buy = once((ctx) => ctx.submit({ ...order('buy', 10_000), limit_price_units: entry }))
    const plain = await holding(buy)
    const scenario = { ...plain, config: withTakes(plain.config, 'all') }
    const { store, world, desk } = await begun(scenario, [[START], [0]])
    desk.die()
    const config = withTakes(scenario.config, 'all_and_contingent')
    world.reopen(config)
    const exits = once((ctx) => {
      const way = { ...order('sell', 10_000), parent: { counter: 1 } } as const
      const target = ctx.submit({ ...way, limit_price_units: BASE + 200 })
      ctx.submit({ ...way, trigger_price_units: BASE - 200, group: { counter: target, type: 'oco' } })
    })
    const definitions = new Map([['nth', exits]])
    const binding = { config_hash: 'ee', build_hash: 'ff' }
    const next = await LiveDesk.open({ ...scenario, config, definitions }, { store, world, binding })
    next.start()
    await play(next, world, [[START], [0], [-101], [0], [-300], [0]])
    const fills = scenario.said.filter((line) => line.includes('filled'))
    expect(fills).toEqual([
      `1 filled 10000 at ${state === 'open' ? -100 : START + 1} of 10000`,
      '3 filled 10000 at -300 of 10000',
    ])
  },
)

test.each(['oco', 'ouo'] as const)(
  '[N9] [E6] what joins a pair that its venue keeps is kept there when the session has begun again: %s',
  async (type) => {
    const plain = await holding(
      once((ctx) => {
        const parent = ctx.submit({ ...order('buy', 10_000), limit_price_units: BASE + 100 })
        const way = { ...order('sell', 10_000), parent: { counter: parent } } as const
        const target = ctx.submit({ ...way, limit_price_units: BASE + 200 })
        ctx.submit({ ...way, trigger_price_units: BASE - 200, group: { counter: target, type } })
      }),
    )
    const scenario = { ...plain, config: withTakes(plain.config, 'all_and_contingent') }
    const { store, world, desk } = await begun(scenario, [[START], [0]])
    desk.die()
    const third = once((ctx) => {
      const way = { ...order('sell', 10_000), parent: { counter: 1 }, limit_price_units: BASE + 150 } as const
      ctx.submit({ ...way, group: { counter: 2, type } })
    })
    const definitions = new Map([['nth', third]])
    const next = await LiveDesk.open({ ...scenario, definitions }, { store, world, binding: CHANGED })
    next.start()
    await play(next, world, [[START], [0], [150, 4_000], [0], [-300], [-300]])
    const sold = scenario.said.flatMap((line) => {
      const [, counter, units] = /^([234]) \w*filled (\d+)/.exec(line) ?? []
      return counter === undefined ? [] : [[Number(counter), Number(units)]]
    })
    expect(sold).toEqual(
      type === 'oco'
        ? [[4, 4_000]]
        : [
            [4, 4_000],
            [3, 6_000],
          ],
    )
  },
)

test('[N9] a held order whose instrument or strategy is gone is refused by name, as an open one is', async () => {
  const scenario = await holding(
    once((ctx) => ctx.submit({ ...order('sell', 10_000), trigger_price_units: BASE - 50 })),
  )
  const { store, world, desk } = await begun(scenario, [[START]])
  desk.die()
  const { config } = scenario
  const without = { ...scenario, config: { ...config, strategies: [] }, before: scenario }
  await expect(LiveDesk.open(without, { store, world, binding: CHANGED })).rejects.toMatchObject({
    code: 'recovery.homeless_position',
    what: expect.stringContaining('strategy nth'),
  })
  const [strategy] = config.strategies
  const moved = [{ ...must(strategy, 'there is one'), instruments: ['BBB.one'] }]
  const instruments = scenario.instruments.filter(({ instrument_id }) => instrument_id !== AAA)
  const elsewhere = {
    ...scenario,
    before: scenario,
    instruments: instruments.map((spec, index) => ({ ...spec, index })),
    config: { ...config, strategies: moved, data: withoutFirst(config.data) },
  }
  await expect(LiveDesk.open(elsewhere, { store, world, binding: CHANGED })).rejects.toMatchObject({
    code: 'recovery.homeless_position',
    what: expect.stringContaining('instrument AAA.one'),
  })
})

test('[N9] what was decided but has no record is decided again after the change: a parent filled in the last moment', async () => {
  const scenario = await holding(once((ctx) => bracket(ctx, 'oco', 'full')))
  const { store, world, desk } = await begun(scenario, [[START], [0], [-10]])
  // The engine is gone while the venue fills the parent: it is told with the first reports of the next epoch.
  desk.die()
  world.show(0, BASE - 101, BASE - 100)
  const next = await LiveDesk.open(scenario, { store, world, binding: CHANGED })
  next.start()
  await play(next, world, [[-90], [-90], [120], [120]])
  expect(scenario.said).toEqual([
    '2 held of 10000',
    '3 held of 10000',
    '1 pending_new of 10000',
    '1 accepted of 10000',
    '1 filled 10000 at -100 of 10000',
    '3 held of 10000',
    '2 pending_new of 10000',
    '2 accepted of 10000',
    '2 filled 10000 at 100 of 10000',
    '3 canceled of 10000',
  ])
})

test('[N9] a process that dies while it takes up a change takes it up at its next start', async () => {
  const scenario = await holding(once((ctx) => bracket(ctx, 'ouo', 'partial')))
  const { store, world, desk } = await begun(scenario, [[START], [-101, 4_000], [-90]])
  desk.die()
  const left = await ledgerAfter(scenario, store, world, CHANGED)
  // Dead before the epoch is visible: nothing is there of it. Dead behind: the next start runs it again.
  const first = await LiveDesk.open(scenario, { store, world, binding: CHANGED })
  first.die()
  const second = await LiveDesk.open(scenario, { store, world, binding: CHANGED })
  expect(second.begun).toMatchObject({ epoch: 3, base_from: 'rerun', changed: [] })
  second.die()
  const last = await LiveDesk.open(scenario, { store, world, binding: { build_hash: 'fe' } })
  last.die()
  const base = must(new MemoryJournal(nodeSha256, store).epochs.at(-1), 'the epoch is there').base
  expect(must(ledgerOfBase(base, 'test'), 'it has a ledger').ledger.holdings).toEqual(left.holdings)
})

/** What becomes of the orders, told by a node of each epoch, where the second has changed so much. */
async function told(run: Case, binding: Partial<EpochBinding>): Promise<string[]> {
  const scenario = await holding(once(run.ask))
  const { store, world, desk } = await begun(scenario, run.before)
  desk.die()
  const next = await LiveDesk.open(scenario, { store, world, binding })
  next.start()
  await play(next, world, run.after)
  return scenario.said
}

async function begun(scenario: LiveScenario, moves: readonly Move[]) {
  const store = new MemoryJournalStore()
  const world = new LiveWorld(scenario.config, scenario.instruments, 1)
  const desk = await LiveDesk.open(scenario, { store, world })
  desk.start()
  await play(desk, world, moves)
  return { store, world, desk }
}

/** Each move is a quote, a second apart, and what it brings about. */
async function play(desk: LiveDesk, world: LiveWorld, moves: readonly Move[]): Promise<void> {
  for (const move of moves) {
    world.pass(1_000_000)
    if (move === 'cancel') desk.sequencer.offer(control('orders_cancel'))
    else desk.sequencer.offerQuote(world.show(0, BASE + move[0], BASE + move[0] + 1, move[1] ?? 100_000))
    for (let turn = 0; turn < 6; turn++) {
      desk.advance(400)
      await desk.commit()
    }
  }
}

/** A session whose one strategy trades at a venue that takes market and limit orders alone. */
async function holding(definition: StrategyDefinition): Promise<LiveScenario & { readonly said: string[] }> {
  const said: string[] = []
  const plain = await liveScenario(['nth'])
  return {
    ...plain,
    config: withTakes(plain.config, 'market_and_limit'),
    definitions: new Map([['nth', definition]]),
    observer: { onFact: (fact) => said.push(textOf(fact)) },
    said,
  }
}

function withTakes(config: Config, takes: 'all' | 'all_and_contingent' | 'market_and_limit'): Config {
  const venues = config.venues.map((venue) => ({ ...venue, simulation: { ...venue.simulation, takes } }))
  return { ...config, venues }
}

function textOf({
  counter,
  type,
  order_quantity_units,
  last_quantity_units,
  last_price_units,
}: OrderFact): string {
  const trade = last_quantity_units === 0 ? '' : ` ${last_quantity_units} at ${last_price_units - BASE}`
  return `${counter} ${type.slice('order.'.length)}${trade} of ${order_quantity_units}`
}

/** Asks when the session begins; a change has it begin anew, with nothing in mind. */
function once(ask: (ctx: Ctx) => unknown): StrategyDefinition {
  return defineStrategy({
    name: 'once',
    params: Type.Object({}),
    state: () => ({}),
    onQuote(ctx, { bid_price_units }) {
      if (ctx.is_trading && bid_price_units === BASE + START) ask(ctx as unknown as Ctx)
    },
  }) as unknown as StrategyDefinition
}

function bracket(ctx: Ctx, type: 'oco' | 'ouo', fill: 'partial' | 'full'): void {
  const parent = ctx.submit({ ...order('buy', 10_000), limit_price_units: BASE - 100 })
  const child = { ...order('sell', 10_000), parent: { counter: parent, fill } } as const
  const profit = ctx.submit({ ...child, limit_price_units: BASE + 100 })
  ctx.submit({ ...child, trigger_price_units: BASE - 200, group: { counter: profit, type } })
}

function order<S extends 'buy' | 'sell'>(side: S, quantity_units: number) {
  return { instrument: AAA, side, quantity_units }
}

function withoutFirst(data: LiveScenario['config']['data']): LiveScenario['config']['data'] {
  return { ...data, sources: data.sources.filter(({ instruments }) => !instruments.includes('AAA')) }
}

/** The ledger of the next epoch's base. The epoch is opened on a copy of the journal. */
async function ledgerAfter(
  scenario: LiveScenario,
  store: MemoryJournalStore,
  world: LiveWorld,
  binding: Partial<EpochBinding>,
): Promise<LedgerSection> {
  const copy = store.copy()
  const desk = await LiveDesk.open(scenario, { store: copy, world, binding })
  desk.die()
  const last = must(new MemoryJournal(nodeSha256, copy).epochs.at(-1), 'the epoch is there')
  return must(ledgerOfBase(last.base, 'test'), 'a later base has a ledger').ledger
}
