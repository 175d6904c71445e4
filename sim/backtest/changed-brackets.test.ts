// Brackets that are changed as a whole before they trade: what an entry buys is sold, all of it and no more, whoever keeps
// the links. Judged by fills alone.

import Type from 'typebox'
import { expect, test } from 'vitest'
import type { StrategyContext } from '../../actors/strategy/context.ts'
import { defineStrategy, type StrategyDefinition } from '../../actors/strategy/definition.ts'
import type { SimulationConfig } from '../../schemas/config/simulation-config.ts'
import {
  type ProofRun,
  ROOMY_ACCOUNT,
  runScenario,
  scenarioOf,
  strategyOf,
} from './proof-session.test-support.ts'
import { plain } from './proof-strategies.test-support.ts'
import { quoteTape, SECOND_US, START_US, type Tape } from './tape.test-support.ts'

type Ctx = StrategyContext<unknown, unknown>
type Where = { readonly takes?: SimulationConfig['takes']; readonly is_crowded?: boolean }

const PRICE = 110_000
const SELL = { instrument: 'AAA.one', side: 'sell' } as const
const BUY = { instrument: 'AAA.one', side: 'buy', limit_price_units: PRICE - 50 } as const

/** Who keeps the links: the venue, the engine, and the engine where the gate has no room at the venue. */
const KEEPERS: readonly Where[] = [{}, { takes: 'all' }, { is_crowded: true }]
/** The gate lets an entry through, and has no room for all its ways out. */
const CROWDED = { order_rate: { orders_max: 3, window_us: 100_000 } } as const

async function ran(tape: Tape, definition: StrategyDefinition, where: Where): Promise<ProofRun> {
  const { takes, is_crowded = false } = where
  const { risk } = ROOMY_ACCOUNT
  const run = await runScenario(
    await scenarioOf({
      tapes: [tape],
      more: [{ config: strategyOf('changer', ['AAA.one']), definition }],
      venue: {
        simulation: { ...(takes && { takes }), fills: { model: 'top_of_book' } },
        market_data: { stale_after_us: 3_600 * SECOND_US },
      },
      account: { ...ROOMY_ACCOUNT, risk: { ...risk, ...(is_crowded && CROWDED) } },
      // At the end all stops are triggered at once.
      config: {
        limits: { step_messages_max: 10_000, instant_inputs_max: 100_000, order_retention: 1_000 },
      },
    }),
  )
  expect(run.outcome.faults).toEqual([])
  const isVenues = run.outputs.commands.some((one) => 'terms' in one && one.terms.parent_counter !== 0)
  expect(isVenues).toBe(takes === undefined && !is_crowded)
  return run
}

function fillsOf({ outputs }: ProofRun): string[] {
  return outputs.fills.map(({ fill }) => `${fill.counter} ${fill.side} ${fill.last_quantity_units}`)
}

/** At 80 below, where entries trade, 1,000 are shown at a time; at the end the market falls through every stop. */
function fall(buys: number): Tape {
  const prices = [
    ...Array.from({ length: 6 }, () => 0),
    ...Array.from({ length: buys }, () => -80),
    0,
    0,
    -700,
    -700,
  ]
  const rows = prices.map((by, at) => {
    const size = by === -80 ? 1_000 : 50_000
    return [START_US + at * SECOND_US + 1, PRICE + by, PRICE + by + 2, size, size]
  })
  return { series: { kind: 'quote', instrument_id: 'AAA.one' }, rows }
}

/** A strategy that acts at each quote, by its number. */
function acting(act: (ctx: Ctx, quote: number) => void): StrategyDefinition {
  return plain(
    defineStrategy({
      name: 'changer',
      params: Type.Object({}),
      state: () => ({ quotes: 0 }),
      onQuote: (ctx) => act(ctx as unknown as Ctx, ++ctx.state.quotes),
    }),
  )
}

function asked(ctx: Ctx, quantity_units: number, post_only = false): void {
  const counter = ctx.submit({ ...BUY, quantity_units, post_only })
  ctx.submit({ ...SELL, quantity_units, trigger_price_units: PRICE - 500, parent: { counter } })
}

/** From one quantity to another, by the order in which entry (1) and stop (2) are changed; then the entry alone is lowered. */
const CHANGES = [
  { from: 1_000, to: 2_000, order: [1, 2], last: 2_000 },
  { from: 1_000, to: 2_000, order: [2, 1], last: 2_000 },
  { from: 2_000, to: 1_000, order: [1, 2], last: 1_000 },
  { from: 1_000, to: 9_000, order: [1, 2], last: 2_000 },
  { from: 1_000, to: 9_000, order: [2, 1], last: 2_000 },
] as const

test.each(CHANGES.flatMap((change) => KEEPERS.map((where) => ({ ...change, ...where }))))(
  '[E6] [K3] entry and stop are changed alike, and what was bought is sold: %j',
  async ({ from, to, order, last, ...where }) => {
    const definition = acting((ctx, quote) => {
      if (quote === 2) asked(ctx, from)
      if (quote === 4) for (const counter of order) ctx.replace(counter, { quantity_units: to })
      if (quote === 5 && last !== to) ctx.replace(1, { quantity_units: last })
      if (quote === 8) ctx.cancel(1)
    })
    expect(fillsOf(await ran(fall(1), definition, where))).toEqual(['1 buy 1000', '2 sell 1000'])
  },
)

test.each(KEEPERS)('[E6] [K3] an entry and both its exits are lowered alike: %j', async (where) => {
  const definition = acting((ctx, quote) => {
    if (quote === 2) {
      const counter = ctx.submit({ ...BUY, quantity_units: 4_000 })
      const way = { ...SELL, quantity_units: 4_000, parent: { counter } }
      const first = ctx.submit({ ...way, limit_price_units: PRICE + 500 })
      ctx.submit({ ...way, trigger_price_units: PRICE - 500, group: { counter: first, type: 'oco' } })
    }
    if (quote === 4) for (const counter of [1, 2, 3]) ctx.replace(counter, { quantity_units: 2_000 })
  })
  const fills = fillsOf(await ran(fall(2), definition, where))
  expect(fills).toEqual(['1 buy 1000', '1 buy 1000', '3 sell 2000'])
})

test.each(
  [
    { from: 1_000, to: 2_000 },
    { from: 2_000, to: 1_000 },
  ].flatMap((change) => KEEPERS.map((where) => ({ ...change, ...where }))),
)(
  '[E6] [K3] a stop is for what its entry was changed to in the same handler: %j',
  async ({ from, to, ...where }) => {
    const definition = acting((ctx, quote) => {
      if (quote === 3) ctx.submit({ ...BUY, quantity_units: from })
      if (quote === 4) {
        ctx.replace(1, { quantity_units: to })
        const trigger_price_units = PRICE - 500
        ctx.submit({ ...SELL, quantity_units: to, trigger_price_units, parent: { counter: 1 } })
      }
      if (quote === 8) ctx.cancel(1)
    })
    expect(fillsOf(await ran(fall(1), definition, where))).toEqual(['1 buy 1000', '3 sell 1000'])
  },
)

/** Changes of entry (1) and stop (2) that come to something for the stop alone, or for it first; 1,000 are bought. */
const REFUSED: readonly { readonly why: string; readonly change: (ctx: Ctx) => void }[] = [
  {
    why: 'the raise of the entry would take, and must not',
    change: (ctx) => {
      ctx.replace(1, { quantity_units: 9_000, limit_price_units: PRICE + 50 })
      ctx.replace(2, { quantity_units: 9_000 })
    },
  },
  {
    why: 'the entry has another replace under way',
    change: (ctx) => {
      ctx.replace(1, { limit_price_units: PRICE - 60 })
      for (const counter of [1, 2]) ctx.replace(counter, { quantity_units: 9_000 })
    },
  },
  {
    why: 'the bracket is changed once more before the first change is answered',
    change: (ctx) => {
      for (const quantity_units of [9_000, 1_000, 3_000])
        for (const counter of [1, 2]) ctx.replace(counter, { quantity_units })
    },
  },
]

test.each(REFUSED.flatMap((one) => KEEPERS.map((where) => ({ ...one, where }))))(
  '[E6] [K3] what is refused of a change leaves no more to sell than was bought, and no less: $why, $where',
  async ({ change, where }) => {
    const definition = acting((ctx, quote) => {
      if (quote === 2) asked(ctx, 1_000, true)
      if (quote === 4) change(ctx)
      if (quote === 8) ctx.cancel(1)
    })
    expect(fillsOf(await ran(fall(1), definition, where))).toEqual(['1 buy 1000', '2 sell 1000'])
  },
)

test.each(KEEPERS)('[E6] [K3] an entry and its halves are doubled in one handler: %j', async (where) => {
  const definition = acting((ctx, quote) => {
    if (quote === 2) {
      const counter = ctx.submit({ ...BUY, quantity_units: 2_000 })
      const half = { ...SELL, quantity_units: 1_000, trigger_price_units: PRICE - 500, parent: { counter } }
      for (let i = 0; i < 2; i++) ctx.submit(half)
    }
    if (quote === 4) {
      ctx.replace(1, { quantity_units: 4_000 })
      for (const counter of [2, 3]) ctx.replace(counter, { quantity_units: 2_000 })
    }
    if (quote === 9) ctx.cancel(1)
  })
  const fills = fillsOf(await ran(fall(2), definition, where))
  expect(fills.toSorted()).toEqual(['1 buy 1000', '1 buy 1000', '2 sell 1000', '3 sell 1000'])
})

test.each(KEEPERS)('[E6] [K3] a child of more than its entry keeps its share of it: %j', async (where) => {
  const definition = acting((ctx, quote) => {
    if (quote === 2) {
      const counter = ctx.submit({ ...BUY, quantity_units: 4_000 })
      ctx.submit({ ...SELL, quantity_units: 8_000, trigger_price_units: PRICE - 500, parent: { counter } })
    }
    if (quote === 4) ctx.replace(1, { quantity_units: 2_000 })
    if (quote === 5) ctx.replace(2, { quantity_units: 4_000 })
    if (quote === 8) ctx.cancel(1)
  })
  expect(fillsOf(await ran(fall(1), definition, where))).toEqual(['1 buy 1000', '2 sell 2000'])
})

test.each(KEEPERS)(
  '[E6] [K3] an entry that is raised alone has its stop for what it was for: %j',
  async (where) => {
    const definition = acting((ctx, quote) => {
      if (quote === 2) asked(ctx, 1_000)
      if (quote === 4) ctx.replace(1, { quantity_units: 5_000 })
      if (quote === 8) ctx.cancel(1)
    })
    expect(fillsOf(await ran(fall(1), definition, where))).toEqual(['1 buy 1000', '2 sell 1000'])
  },
)

test.each(KEEPERS)(
  '[E6] [K3] the halves of an entry that is lowered alone sell what it buys: %j',
  async (where) => {
    const definition = acting((ctx, quote) => {
      if (quote === 2) {
        const counter = ctx.submit({ ...BUY, quantity_units: 4_000 })
        const half = { ...SELL, quantity_units: 2_000, trigger_price_units: PRICE - 500, parent: { counter } }
        for (let i = 0; i < 2; i++) ctx.submit(half)
      }
      if (quote === 4) ctx.replace(1, { quantity_units: 2_000 })
      // A change of price leaves the proportion.
      if (quote === 5) ctx.replace(2, { trigger_price_units: PRICE - 510 })
    })
    const fills = fillsOf(await ran(fall(2), definition, where))
    expect(fills.toSorted()).toEqual(['1 buy 1000', '1 buy 1000', '2 sell 1000', '3 sell 1000'])
  },
)

const QUOTES = 900

/** What becomes of brackets that are drawn, changed and cut short, by entry: bought and sold. */
class Drawn {
  readonly exits = new Map<number, number[]>()
  readonly traded = new Set<number>()
  changed_count = 0

  act(ctx: Ctx, quote: number, bid: number): void {
    const below = (count: number) => Math.floor(ctx.random() * count)
    const untouched = [...this.exits].filter(([entry]) => !this.traded.has(entry))
    const open = new Set(ctx.openOrders().map(({ counter }) => counter))
    const [entry, exits] = untouched[below(untouched.length)] ?? []
    // No row is to meet an entry and its exits.
    if (quote > QUOTES - 40) for (const counter of open) if (this.exits.has(counter)) ctx.cancel(counter)
    if (quote > QUOTES - 40) return
    if (quote % 7 === 0) this.#ask(ctx, bid, below)
    else if (entry === undefined || exits === undefined || !open.has(entry)) return
    else if (quote % 7 === 3) this.#change(ctx, [entry, ...exits], below)
    else if (quote % 21 === 5) ctx.cancel([...open].find((counter) => this.exits.has(counter)) ?? entry)
  }

  #ask(ctx: Ctx, bid: number, below: (count: number) => number): void {
    const quantity_units = 1_000 * (1 + below(40))
    const counter = ctx.submit({ ...BUY, quantity_units, limit_price_units: bid - below(30) })
    const fill = below(3) === 0 ? 'full' : 'partial'
    const way = { ...SELL, quantity_units, parent: { counter, fill } } as const
    const stop = ctx.submit({ ...way, trigger_price_units: PRICE / 2 })
    const group = { counter: stop, type: 'ouo' } as const
    const isPair = below(2) === 0
    const more = isPair ? [ctx.submit({ ...way, limit_price_units: PRICE * 2, group })] : []
    this.exits.set(counter, [stop, ...more])
  }

  /** All of a bracket to another quantity: the entry first, or last, where it is raised. */
  #change(ctx: Ctx, counters: readonly number[], below: (count: number) => number): void {
    const [entry, ...exits] = counters
    const before = ctx.openOrders().find(({ counter }) => counter === entry)?.order_quantity_units ?? 0
    const quantity_units = 1_000 * (1 + below(40))
    if (quantity_units === before || entry === undefined) return
    const isLast = quantity_units > before && below(2) === 0
    for (const counter of isLast ? [...exits, entry] : counters) ctx.replace(counter, { quantity_units })
    this.changed_count++
  }
}

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8]

test.each(SEEDS.flatMap((seed) => KEEPERS.map((where) => ({ seed, ...where }))))(
  '[E6] [K3] what the entries of changed brackets buy is sold in the end: %j',
  async ({ seed, ...where }) => {
    const { series, rows } = quoteTape({ instrument_id: 'AAA.one', row_count: QUOTES, seed, gap_ms_max: 200 })
    const [last = 0] = rows.at(-1) ?? []
    // Long enough for what the order rate lets wait, too.
    const crash = Array.from({ length: 60 }, (_, at) => at + 1).map((at) => [
      last + at * SECOND_US,
      PRICE / 4,
      PRICE / 4 + 2,
      9e9,
      9e9,
    ])
    const drawn = new Drawn()
    const definition = plain(
      defineStrategy({
        name: 'changer',
        params: Type.Object({}),
        state: () => ({ quotes: 0 }),
        onQuote: (ctx, { bid_price_units }) =>
          drawn.act(ctx as unknown as Ctx, ++ctx.state.quotes, bid_price_units),
        onFill: (_ctx, { counter }) => void drawn.traded.add(counter),
      }),
    )
    const { outputs } = await ran({ series, rows: [...rows, ...crash] }, definition, where)
    const units = (counters: readonly number[]) =>
      outputs.fills
        .filter(({ fill }) => counters.includes(fill.counter))
        .reduce((sum, { fill }) => sum + fill.last_quantity_units, 0)
    let bought = 0
    // A change that meets a trade of its row comes too late: then entry and exits are no longer for the same.
    const refusals = ['order.replace_rejected', 'order.stale_report']
    const refused = outputs.facts.filter(({ type }) => refusals.includes(type))
    const late = new Set([...refused, ...outputs.denials].map(({ counter }) => counter))
    for (const [entry, exits] of drawn.exits) {
      if ([entry, ...exits].some((counter) => late.has(counter))) continue
      expect({ seed, entry, sold: units(exits) }).toEqual({ seed, entry, sold: units([entry]) })
      if (units([entry]) > 0) bought++
    }
    expect([bought > 15, drawn.changed_count > 15]).toEqual([true, true])
  },
)
