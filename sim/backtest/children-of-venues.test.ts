import Type from 'typebox'
import { expect, test } from 'vitest'
import type { StrategyContext } from '../../actors/strategy/context.ts'
import { defineStrategy } from '../../actors/strategy/definition.ts'
import type { CalendarConfig } from '../../schemas/config/calendar.ts'
import type { SimulationConfig } from '../../schemas/config/simulation-config.ts'
import { ROOMY_ACCOUNT, runScenario, scenarioOf, strategyOf } from './proof-session.test-support.ts'
import { plain } from './proof-strategies.test-support.ts'
import { SECOND_US, START_US, type Tape } from './tape.test-support.ts'

// A venue that keeps children is sent them as they are asked for, which is when the gate judges them. One that the gate would
// not take then waits in the engine, as at a venue that keeps none: no entry is left without its ways out.

type Ctx = StrategyContext<unknown, unknown>
const LINKED = { takes: 'all_and_contingent' } as const
const KEPT = { takes: 'all' } as const
const PRICE = 110_000

/** A quote every three seconds at a price of its time, and none where it is undefined. */
function tape(priceAt: (second: number) => number | undefined, instrument_id = 'AAA.one'): Tape {
  const seconds = Array.from({ length: 200 }, (_, at) => at * 3)
  const rows = seconds.flatMap((second) => {
    const price = priceAt(second)
    return price === undefined ? [] : [[START_US + second * SECOND_US + 1, price, price + 2, 50_000, 50_000]]
  })
  return { series: { kind: 'quote', instrument_id }, rows }
}

type Day = {
  readonly ask: (ctx: Ctx, moment: string) => void
  readonly simulation: SimulationConfig
  readonly tapes: readonly Tape[]
  readonly risk?: Partial<typeof ROOMY_ACCOUNT.risk>
  readonly calendar?: CalendarConfig
}

/** What the strategy is told of denials and fills; it is to ask at each quote and status. */
async function told({ ask, simulation, tapes, risk = {}, calendar }: Day): Promise<string[]> {
  const said: string[] = []
  const asker = defineStrategy({
    name: 'asker',
    params: Type.Object({}),
    state: () => ({ quotes: 0 }),
    onQuote(ctx) {
      ask(ctx as unknown as Ctx, `quote ${++ctx.state.quotes}`)
    },
    onStatus(ctx, { status }) {
      if (ctx.state.quotes > 3) ask(ctx as unknown as Ctx, status)
    },
    onDenied(_ctx, { counter, reason_code }) {
      said.push(`${counter} denied ${reason_code}`)
    },
    onFill(_ctx, { counter, last_quantity_units, last_price_units }) {
      said.push(`${counter} ${last_quantity_units} at ${last_price_units - PRICE}`)
    },
  })
  const instruments = tapes.map(({ series }) => series.instrument_id)
  await runScenario(
    await scenarioOf({
      tapes,
      more: [{ config: strategyOf('asker', instruments), definition: plain(asker) }],
      venue: {
        simulation,
        market_data: { stale_after_us: 3_600 * SECOND_US },
        ...(calendar && { calendar: calendar.id }),
      },
      account: { ...ROOMY_ACCOUNT, risk: { ...ROOMY_ACCOUNT.risk, ...risk } },
      config: calendar === undefined ? {} : { calendars: [calendar] },
    }),
  )
  return said
}

function bracket(ctx: Ctx, entry_units: number, counter = 0): void {
  const order = { instrument: 'AAA.one', quantity_units: 1_000 } as const
  const parent = counter || ctx.submit({ ...order, side: 'buy', limit_price_units: entry_units })
  const way = { ...order, side: 'sell', parent: { counter: parent } } as const
  const target = ctx.submit({ ...way, limit_price_units: PRICE + 500 })
  ctx.submit({ ...way, trigger_price_units: PRICE - 500, group: { counter: target, type: 'oco' } })
}

const FALL = tape((second) => PRICE - (second > 230 ? 700 : second > 190 ? 80 : 0))

test('[E6] ways out that the order rate has no room for wait in the engine', async () => {
  const ask = (ctx: Ctx) => {
    bracket(ctx, PRICE - 50)
    bracket(ctx, PRICE - 60)
  }
  const risk = { order_rate: { orders_max: 5, window_us: 1_000_000 } }
  const [linked, kept] = [LINKED, KEPT].map((simulation) =>
    told({ ask: once(ask), simulation, tapes: [FALL], risk }),
  )
  expect((await linked)?.toSorted()).toEqual((await kept)?.toSorted())
  expect(await linked).toHaveLength(4)
})

test('[E6] ways out that the position limit has no room for before the entry trades wait in the engine', async () => {
  const ask = (ctx: Ctx, moment: string) => {
    const order = { instrument: 'AAA.one', quantity_units: 1_000, side: 'sell' } as const
    if (moment === 'quote 2') ctx.submit({ ...order, limit_price_units: PRICE + 900 })
    if (moment === 'quote 3') bracket(ctx, PRICE - 50)
    if (moment === 'quote 5') ctx.cancel(1)
  }
  const day = { ask, tapes: [FALL] }
  const risk = { position_quantity_max: '1000' }
  const linked = await told({ ...day, simulation: LINKED, risk })
  expect(linked).toEqual(['2 1000 at -50', '4 1000 at -700'])
  expect(await told({ ...day, simulation: KEPT, risk })).toEqual(linked)
  // With room the venue keeps them.
  expect(await told({ ...day, simulation: LINKED })).toEqual(linked)
})

/** Two entries with target and stop each, asked for in one handler, one bracket after the other or all of a kind together. */
function brackets(ctx: Ctx, isMixed: boolean): void {
  const order = { instrument: 'AAA.one', quantity_units: 1_000 } as const
  const stops: (() => void)[] = []
  for (const limit_price_units of [PRICE - 150, PRICE - 50]) {
    const parent = ctx.submit({ ...order, side: 'buy', limit_price_units })
    const way = { ...order, side: 'sell', parent: { counter: parent } } as const
    const counter = ctx.submit({ ...way, limit_price_units: PRICE + 500 })
    const stop = () =>
      ctx.submit({ ...way, trigger_price_units: PRICE - 500, group: { counter, type: 'oco' } })
    if (isMixed) stops.push(stop)
    else stop()
  }
  for (const stop of stops) stop()
}

test.each([true, false])(
  '[E6] [R6] where the position limit has room for the entries, it has it for their ways out: mixed %j',
  async (isMixed) => {
    const day = { ask: once((ctx) => brackets(ctx, isMixed)), tapes: [FALL] }
    const risk = { position_quantity_max: '2000' }
    const linked = await told({ ...day, simulation: LINKED, risk })
    expect(linked.toSorted()).toEqual(
      isMixed
        ? ['1 1000 at -150', '3 1000 at -50', '5 1000 at -700', '6 1000 at -700']
        : ['1 1000 at -150', '3 1000 at -700', '4 1000 at -50', '6 1000 at -700'],
    )
    expect((await told({ ...day, simulation: KEPT, risk })).toSorted()).toEqual(linked.toSorted())
  },
)

test('[R6] a stop asked for behind another order has room where its target is at the venue', async () => {
  const ask = (ctx: Ctx, moment: string) => {
    const order = { instrument: 'AAA.one', quantity_units: 1_000 } as const
    const way = { ...order, side: 'sell', parent: { counter: 1 } } as const
    if (moment === 'quote 2') {
      ctx.submit({ ...order, side: 'buy', limit_price_units: PRICE - 50 })
      ctx.submit({ ...way, limit_price_units: PRICE + 500 })
    }
    if (moment === 'quote 3') ctx.submit({ ...order, side: 'sell', limit_price_units: PRICE + 900 })
    if (moment === 'quote 4')
      ctx.submit({ ...way, trigger_price_units: PRICE - 500, group: { counter: 2, type: 'oco' } })
  }
  const day = { ask, tapes: [FALL], risk: { position_quantity_max: '2000' } }
  expect(await told({ ...day, simulation: LINKED })).toEqual(['1 1000 at -50', '4 1000 at -700'])
})

test('[E6] a way out that joins one of those waits with it, and what was bought is sold once', async () => {
  const ask = (ctx: Ctx, moment: string) => {
    const order = { instrument: 'AAA.one', quantity_units: 10_000 } as const
    if (moment === 'quote 3') {
      const parent = ctx.submit({ ...order, side: 'buy', limit_price_units: PRICE - 50 })
      ctx.submit({ ...order, side: 'sell', limit_price_units: PRICE + 20, parent: { counter: parent } })
    }
    if (moment === 'quote 6')
      ctx.submit({
        ...{ ...order, side: 'sell', trigger_price_units: PRICE - 200, parent: { counter: 1 } },
        group: { counter: 2, type: 'ouo' },
      })
  }
  // The entry trades 4,000, the target 1,000, the entry the rest, and then the market falls.
  const prices = [0, 0, 0, 0, -60, -40, 30, 0, -60, -40, -300, -300, -300]
  const sizes = new Map([
    [4, 4_000],
    [6, 1_000],
  ])
  const rows = prices.map((price, at) => {
    const size = sizes.get(at) ?? 50_000
    return [START_US + at * SECOND_US + 1, PRICE + price, PRICE + price + 2, size, size]
  })
  const day = { ask, tapes: [{ series: { kind: 'quote', instrument_id: 'AAA.one' }, rows } as const] }
  const simulation = { fills: { model: 'top_of_book' } } as const
  const risk = { position_quantity_max: '10000' }
  const linked = await told({ ...day, simulation: { ...LINKED, ...simulation }, risk })
  expect(linked).toEqual(['1 4000 at -50', '2 1000 at 20', '1 6000 at -50', '3 9000 at -300'])
  expect(await told({ ...day, simulation: { ...KEPT, ...simulation }, risk })).toEqual(linked)
})

test('[E7] nobody joins an order that has ended, at a venue that keeps groups either', async () => {
  const ask = (ctx: Ctx, moment: string) => {
    const way = {
      instrument: 'AAA.one',
      side: 'sell',
      quantity_units: 10_000,
      parent: { counter: 1 },
    } as const
    const group = (counter: number) => ({ counter, type: 'ouo' }) as const
    if (moment === 'quote 3') {
      ctx.submit({
        instrument: 'AAA.one',
        side: 'buy',
        quantity_units: 10_000,
        limit_price_units: PRICE - 50,
      })
      const far = ctx.submit({ ...way, limit_price_units: PRICE + 500 })
      ctx.submit({ ...way, quantity_units: 4_000, limit_price_units: PRICE + 20, group: group(far) })
    }
    if (moment === 'quote 8') ctx.submit({ ...way, limit_price_units: PRICE + 30, group: group(3) })
  }
  const rows = [0, 0, 0, 0, -60, 0, 25, 0, 40, 600].map((price, at) => {
    return [START_US + at * SECOND_US + 1, PRICE + price, PRICE + price + 2, 50_000, 50_000]
  })
  const day = { ask, tapes: [{ series: { kind: 'quote', instrument_id: 'AAA.one' }, rows } as const] }
  // Without room for them in the position limit both wait here, and go out without their links.
  const risk = { position_quantity_max: '10000' }
  const linked = await told({ ...day, simulation: LINKED, risk })
  expect(linked).toEqual(['1 10000 at -50', '3 4000 at 20', '4 denied contingency_unknown', '2 6000 at 500'])
  expect(await told({ ...day, simulation: KEPT, risk })).toEqual(linked)
  expect(await told({ ...day, simulation: LINKED })).toEqual(linked)
})

test('[E6] a target for a part and a stop for the whole wait where the limit has no room for both', async () => {
  const ask = once((ctx) => {
    const order = { instrument: 'AAA.one', side: 'sell', parent: { counter: 1 } } as const
    ctx.submit({ instrument: 'AAA.one', side: 'buy', quantity_units: 3_000, limit_price_units: PRICE - 50 })
    const target = ctx.submit({ ...order, quantity_units: 1_000, limit_price_units: PRICE + 500 })
    const stop = { ...order, quantity_units: 3_000, trigger_price_units: PRICE - 500 } as const
    ctx.submit({ ...stop, group: { counter: target, type: 'ouo' } })
  })
  const day = { ask, tapes: [FALL], risk: { position_quantity_max: '3000' } }
  const linked = await told({ ...day, simulation: LINKED })
  expect(linked).toEqual(['1 3000 at -50', '3 3000 at -700'])
  expect(await told({ ...day, simulation: KEPT })).toEqual(linked)
})

const CALENDAR: CalendarConfig = {
  id: 'short',
  time_zone: 'UTC',
  sessions: [
    { days: ['mon'], open: '00:00', close: '00:02' },
    { days: ['mon'], open: '00:03', close: '00:10' },
  ],
  opening_auction: false,
  closing_auction: false,
  opening_cutoff_us: 0,
  closing_cutoff_us: 0,
  holidays: [],
  early_closes: [],
  utc_offsets: ['1970-01-01T00:00:00Z +00:00'],
}

test('[E6] ways out that are asked for while the market is closed wait in the engine', async () => {
  const ask = (ctx: Ctx, moment: string) => {
    if (moment === 'quote 3')
      ctx.submit({ instrument: 'AAA.one', side: 'buy', quantity_units: 1_000, limit_price_units: PRICE - 50 })
    if (moment === 'closed' && ctx.openOrders().length === 1) bracket(ctx, 0, 1)
  }
  const day = { ask, tapes: [FALL], calendar: CALENDAR }
  const linked = await told({ ...day, simulation: LINKED })
  expect(linked).toEqual(['1 1000 at -50', '3 1000 at -700'])
  expect(await told({ ...day, simulation: KEPT })).toEqual(linked)
})

test('[E6] a child in an instrument that has no price yet waits in the engine', async () => {
  const ask = once((ctx) => {
    const parent = ctx.submit({
      instrument: 'AAA.one',
      side: 'buy',
      quantity_units: 1_000,
      limit_price_units: PRICE - 50,
    })
    const hedge = {
      instrument: 'BBB.one',
      side: 'sell',
      quantity_units: 1_000,
      order_type: 'market',
    } as const
    ctx.submit({ ...hedge, parent: { counter: parent } })
  })
  const later = tape((second) => (second < 100 ? undefined : PRICE), 'BBB.one')
  const day = { ask, tapes: [FALL, later] }
  const linked = await told({ ...day, simulation: LINKED })
  expect(linked).toEqual(['1 1000 at -50', '2 1000 at 0'])
  expect(await told({ ...day, simulation: KEPT })).toEqual(linked)
})

test('[R16] a child of an order that was denied is denied, too', async () => {
  const ask = once((ctx) => bracket(ctx, PRICE * 2))
  const denied = ['1 denied price_collar', '2 denied contingency_unknown', '3 denied contingency_unknown']
  expect(await told({ ask, simulation: LINKED, tapes: [FALL] })).toEqual(denied)
})

function once(ask: (ctx: Ctx) => void): Day['ask'] {
  return (ctx, moment) => {
    if (moment === 'quote 3') ask(ctx)
  }
}
