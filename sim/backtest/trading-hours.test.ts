import Type from 'typebox'
import { expect, test } from 'vitest'
import { defineStrategy } from '../../actors/strategy/definition.ts'
import type { CalendarConfig } from '../../schemas/config/calendar.ts'
import type { SimulationConfig } from '../../schemas/config/simulation-config.ts'
import { type ProofRun, runScenario, scenarioOf, strategyOf } from './proof-session.test-support.ts'
import { plain } from './proof-strategies.test-support.ts'
import { SECOND_US, START_US, type Tape } from './tape.test-support.ts'

/** Five minutes of a trading day, from midnight on: a call, an opening, a halt, a closing call, a close. */
const CALENDAR: CalendarConfig = {
  id: 'short',
  time_zone: 'UTC',
  sessions: [{ days: ['mon'], pre_open: '00:01', open: '00:02', closing_call: '00:04', close: '00:05' }],
  opening_auction: true,
  closing_auction: true,
  opening_cutoff_us: 0,
  closing_cutoff_us: 0,
  holidays: [],
  early_closes: [],
  utc_offsets: ['1970-01-01T00:00:00Z +00:00'],
}
const HALTS: NonNullable<SimulationConfig['halts']> = [
  { instrument: 'AAA.one', from: '2024-01-01T00:03:00.000000Z', to: '2024-01-01T00:03:10.000000Z' },
]

/** A quote each ten seconds, silent in the call: the price of before is what orders are measured by. */
const TAPE: Tape = {
  series: { kind: 'quote', instrument_id: 'AAA.one' },
  rows: Array.from({ length: 37 }, (_, at) => at * 10)
    .filter((second) => second < 20 || second > 120)
    .map((second) => [START_US + second * SECOND_US + 1, 110_000 + second, 110_002 + second, 0, 0]),
}

const trader = defineStrategy({
  name: 'trader',
  params: Type.Object({}),
  state: () => ({ statuses: [] as string[] }),
  onStatus(ctx, { instrument_id, status, ts_event_us }) {
    ctx.state.statuses.push(`${(ts_event_us - START_US) / SECOND_US} ${status}`)
    const order = { instrument: instrument_id, side: 'buy', quantity_units: 1_000 } as const
    if (status === 'pre_open') {
      ctx.submit({ ...order, order_type: 'market', time_in_force: 'opg' })
      ctx.submit({ ...order, order_type: 'market', time_in_force: 'ioc' })
    }
    if (status === 'trading' && ctx.openOrders().length === 0) {
      ctx.submit({ ...order, limit_price_units: 109_000, time_in_force: 'day' })
      ctx.submit({ ...order, order_type: 'market', time_in_force: 'cls' })
      ctx.submit({ ...order, side: 'sell', trigger_price_units: 109_000, time_in_force: 'day' })
    }
    if (status === 'closed') ctx.submit({ ...order, limit_price_units: 109_000, time_in_force: 'gtc' })
  },
  onStop(ctx) {
    ctx.publish('statuses', ctx.state.statuses.length)
  },
})

async function run(block_rows: number, simulation: SimulationConfig = {}): Promise<ProofRun> {
  return runScenario(
    await scenarioOf({
      tapes: [TAPE],
      block_rows,
      more: [{ config: strategyOf('trader', ['AAA.one']), definition: plain(trader) }],
      venue: {
        calendar: 'short',
        simulation: { halts: HALTS, ...simulation },
        market_data: { stale_after_us: 15 * SECOND_US },
      },
      config: { calendars: [CALENDAR] },
    }),
  )
}

function told({ outputs }: ProofRun): string[] {
  const facts = outputs.facts.map(({ type, counter, ts_event_us, ...fact }) => {
    const price = 'last_price_units' in fact && fact.last_price_units !== 0 ? ` ${fact.last_price_units}` : ''
    return { ts_event_us, line: `${counter} ${type}${price}` }
  })
  const denials = outputs.denials.map(({ counter, reason_code, ts_event_us }) => ({
    ts_event_us,
    line: `${counter} denied ${reason_code}`,
  }))
  return [...facts, ...denials]
    .toSorted((a, b) => a.ts_event_us - b.ts_event_us)
    .map(({ ts_event_us, line }) => `${(ts_event_us - START_US) / SECOND_US} ${line}`)
}

test('a session opens, is halted and closes in a backtest: strategy, gate and exchange know of it', async () => {
  const ran = await run(1_000)
  expect(ran.outcome.faults).toEqual([])
  expect(told(ran)).toEqual([
    // The venue says that it is closed as the session begins, before any strategy trades.
    '0 1 denied strategy_not_trading',
    '60 2 order.pending_new',
    '60 2 order.accepted',
    '60 3 denied not_in_call',
    '130.000001 2 order.filled 110132',
    // Behind a halt orders gather again, but not for the opening.
    '190 4 order.pending_new',
    '190 4 order.rejected',
    '190 5 denied not_in_call',
    '190.000001 6 order.pending_new',
    '190.000001 7 order.pending_new',
    '190.000001 8 order.pending_new',
    '190.000001 6 order.accepted',
    '190.000001 7 order.accepted',
    '190.000001 8 order.accepted',
    '300 7 order.filled 110292',
    '300 6 order.expired',
    '300 8 order.expired',
    '300 9 denied market_closed',
  ])
})

test('behind the cut-off for cancels an order at the close stays, and the strategy hears why', async () => {
  const definition = defineStrategy({
    name: 'regretter',
    params: Type.Object({}),
    state: () => ({}),
    onStatus(ctx, { instrument_id, status }) {
      const order = { instrument: instrument_id, side: 'buy', quantity_units: 1_000 } as const
      if (status === 'pre_open') ctx.submit({ ...order, order_type: 'market', time_in_force: 'cls' })
      for (const { counter } of status === 'closing_call' ? ctx.openOrders() : []) ctx.cancel(counter)
    },
  })
  const day = async (change: Partial<CalendarConfig>) =>
    told(
      await runScenario(
        await scenarioOf({
          tapes: [TAPE],
          more: [{ config: strategyOf('regretter', ['AAA.one']), definition: plain(definition) }],
          venue: { calendar: 'short', market_data: { stale_after_us: 15 * SECOND_US } },
          config: { calendars: [{ ...CALENDAR, ...change }] },
        }),
      ),
    ).slice(2)
  expect(await day({ closing_cancel_cutoff_us: 120 * SECOND_US })).toEqual([
    '240 1 order.pending_cancel',
    '240 1 order.cancel_rejected',
    '300 1 order.filled 110292',
  ])
  expect(await day({})).toEqual(['240 1 order.pending_cancel', '240 1 order.canceled'])
})

test('a stop is lowered in a halt, though the venue takes no orders there and the trade was heard of late', async () => {
  const definition = defineStrategy({
    name: 'paired',
    params: Type.Object({}),
    state: () => ({}),
    onStatus(ctx, { instrument_id, status }) {
      if (status !== 'trading' || ctx.openOrders().length > 0) return
      const order = { instrument: instrument_id, side: 'sell', quantity_units: 2_000 } as const
      const counter = ctx.submit({ ...order, limit_price_units: 110_170 })
      ctx.submit({ ...order, trigger_price_units: 100_000, group: { counter, type: 'ouo' } })
    },
  })
  const rows = TAPE.rows.map(([ts_us = 0, bid = 0, ask = 0]) => [ts_us, bid, ask, 1_500, 1_500])
  const ran = await runScenario(
    await scenarioOf({
      tapes: [{ ...TAPE, rows }],
      more: [{ config: strategyOf('paired', ['AAA.one']), definition: plain(definition) }],
      venue: {
        calendar: 'short',
        latency: { submit_us: 0, report_us: 12 * SECOND_US },
        simulation: { halts: HALTS, halted_orders: 'reject', takes: 'all' },
        market_data: { stale_after_us: 15 * SECOND_US },
      },
      config: { calendars: [CALENDAR] },
    }),
  )
  expect(told(ran).slice(4, 8)).toEqual([
    '170.000001 1 order.partially_filled 110170',
    '182.000001 2 order.pending_replace',
    '182.000001 2 order.replaced',
    '190.000001 1 order.filled 110190',
  ])
})

test.each(['all_and_contingent', 'all', 'market_and_limit'] as const)(
  'what an order at the close releases is there in the next session: %s',
  async (takes) => {
    const definition = defineStrategy({
      name: 'closer',
      params: Type.Object({}),
      state: () => ({}),
      onStatus(ctx, { instrument_id, status }) {
        if (status !== 'closing_call' || ctx.openOrders().length > 0) return
        const order = { instrument: instrument_id, side: 'sell', quantity_units: 1_000 } as const
        const counter = ctx.submit({
          ...order,
          side: 'buy',
          limit_price_units: 111_000,
          time_in_force: 'cls',
        })
        const target = ctx.submit({ ...order, limit_price_units: 112_000, parent: { counter } })
        const group = { counter: target, type: 'oco' } as const
        ctx.submit({ ...order, trigger_price_units: 109_900, parent: { counter }, group })
      },
    })
    const evening = { days: ['mon'], pre_open: '00:06', open: '00:07', closing_call: '00:09', close: '00:10' }
    const later = [430, 440].map((second) => [START_US + second * SECOND_US, 109_800, 109_802, 0, 0])
    const ran = await runScenario(
      await scenarioOf({
        tapes: [{ ...TAPE, rows: [...TAPE.rows, ...later] }],
        more: [{ config: strategyOf('closer', ['AAA.one']), definition: plain(definition) }],
        venue: { calendar: 'short', simulation: { takes }, market_data: { stale_after_us: 15 * SECOND_US } },
        config: { calendars: [{ ...CALENDAR, sessions: [...CALENDAR.sessions, evening] } as CalendarConfig] },
      }),
    )
    expect(told(ran).filter((line) => line.includes('filled'))).toEqual([
      '300 1 order.filled 110292',
      '430 3 order.filled 109800',
    ])
  },
)

test('a trading day gives the same outputs and state in blocks of any size', async () => {
  const whole = await run(1_000)
  for (const block_rows of [1, 3]) expect((await run(block_rows)).hashes).toEqual(whole.hashes)
})

test('a venue that keeps orders while closed is sent them, and one that refuses them in a halt is not', async () => {
  const ran = await run(1_000, { closed_orders: 'queue', halted_orders: 'reject' })
  expect(told(ran).slice(-2)).toEqual(['300 9 order.pending_new', '300 9 order.accepted'])
})

test('an order for the day that the engine holds ends with the day, too', async () => {
  const ran = await run(1_000, { takes: 'market_and_limit' })
  expect(told(ran).filter((line) => line.includes(' 8 '))).toEqual([
    '190.000001 8 order.held',
    '300 8 order.expired',
  ])
})
