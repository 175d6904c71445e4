import Type from 'typebox'
import { expect, test } from 'vitest'
import { defineStrategy, type StrategyDefinition } from '../../actors/strategy/definition.ts'
import { type ProofRun, runScenario, scenarioOf, strategyOf } from './proof-session.test-support.ts'
import { plain } from './proof-strategies.test-support.ts'
import { quoteTape, START_US } from './tape.test-support.ts'

const TAPE = quoteTape({ instrument_id: 'AAA.one', row_count: 200 })
const NONE = Type.Object({})
const INSTANT_INPUTS_MAX = 50

/** Answers every fill with the next order: without latency, time would stand still for ever. */
const spinning = defineStrategy({
  name: 'spinning',
  params: NONE,
  state: () => ({ seen: 0 }),
  onQuote(ctx, quote) {
    if (++ctx.state.seen === 10)
      ctx.submit({ instrument: quote.instrument_id, side: 'buy', quantity_units: 1_000 })
  },
  onFill(ctx, fill) {
    const side = fill.side === 'buy' ? 'sell' : 'buy'
    ctx.submit({ instrument: fill.instrument_id, side, quantity_units: 1_000 })
  },
})

/** Three orders on the quote on which the other begins to spin. */
const once = defineStrategy({
  name: 'once',
  params: NONE,
  state: () => ({ seen: 0 }),
  onQuote(ctx, quote) {
    if (++ctx.state.seen !== 10) return
    for (let order = 0; order < 3; order++)
      ctx.submit({ instrument: quote.instrument_id, side: 'buy', quantity_units: 1_000 })
  },
})

const timer = (name: string, next_us: (now_us: number) => number) =>
  defineStrategy({
    name,
    params: NONE,
    state: () => ({ fired: 0 }),
    onStart: (ctx) => ctx.setTimer('again', ctx.now_us + 30_000_000),
    onTimer(ctx, id) {
      ctx.state.fired += 1
      ctx.setTimer(id, next_us(ctx.now_us))
    },
  })

/** Two that answer each other's signals within one step. */
const echo = (other: string) =>
  defineStrategy({
    name: 'echo',
    params: NONE,
    signals: () => [`${other}.say`],
    state: () => ({ said: 0 }),
    onQuote: (ctx) => {
      if (++ctx.state.said === 20) ctx.publish('say', 1)
    },
    onSignal: (ctx, signal) => ctx.publish('say', signal.value + 1),
  })

const flooding = defineStrategy({
  name: 'flooding',
  params: NONE,
  state: () => ({}),
  onQuote(ctx, quote) {
    for (;;) ctx.submit({ instrument: quote.instrument_id, side: 'buy', quantity_units: 1_000 })
  },
})

async function run(strategies: Readonly<Record<string, unknown>>): Promise<ProofRun> {
  return runScenario(
    await scenarioOf({
      tapes: [TAPE],
      more: Object.entries(strategies).map(([id, definition]) => ({
        config: strategyOf(id, ['AAA.one']),
        definition: plain(definition) satisfies StrategyDefinition,
      })),
      strategies: ['nth'],
      account: { risk: { ...RISK, order_rate: { orders_max: 1_000_000, window_us: 1 } } },
      config: {
        limits: { step_messages_max: 1_000, instant_inputs_max: INSTANT_INPUTS_MAX, order_retention: 20 },
      },
    }),
  )
}

const RISK = {
  order_quantity_max: '50000',
  order_notional_max: '200000',
  position_quantity_max: '100000',
  price_collar_basis_points: '300',
}

test.each([
  ['one that spins on its own fills', { spin: spinning }],
  ['one whose timer re-arms at now', { now: timer('at_now', (now_us) => now_us) }],
  ['one whose timer re-arms in the past', { past: timer('in_the_past', () => START_US) }],
  ['two that spin on their own fills at once', { spin: spinning, spin2: spinning }],
  ['two whose timers re-arm at now at once', { a: timer('a', (now) => now), b: timer('b', (now) => now) }],
  ['a spinning one beside a timer that stands still', { spin: spinning, now: timer('at_now', (now) => now) }],
])('%s: each is faulted, and the rest runs on to the end', async (_, strategies) => {
  const alone = await run({})
  const { outcome, outputs } = await run(strategies)
  expect(outcome.faults.map(({ line: _line, ts_us: _ts, ...fault }) => fault)).toEqual(
    Object.keys(strategies).map((strategy_id) => ({
      strategy_id,
      handler: '(between handlers)',
      code: 'bound_exceeded',
      message: `more than ${INSTANT_INPUTS_MAX} inputs at one moment (limits.instant_inputs_max)`,
    })),
  )
  for (const id of Object.keys(strategies))
    expect(outcome.session.trading.strategies.get(id)?.state).toEqual('faulted')
  expect(outcome.session.trading.strategies.get('nth')?.state).toEqual('stopped')
  expect(fillsOf(outputs, 'nth')).toEqual(fillsOf(alone.outputs, 'nth'))
  // At no moment were there many more orders than inputs are allowed.
  const perMoment = Map.groupBy(outputs.commands, ({ strategy_id, counter }) => `${strategy_id} ${counter}`)
  expect(perMoment.size).toBeLessThan(
    INSTANT_INPUTS_MAX * Object.keys(strategies).length + alone.outputs.commands.length,
  )
})

test('a strategy that trades at the moment another spins is not blamed', async () => {
  for (const innocent of [
    { a: once, spin: spinning },
    { spin: spinning, z: once },
  ]) {
    const { outcome } = await run(innocent)
    expect(outcome.faults.map(({ strategy_id }) => strategy_id)).toEqual(['spin'])
  }
})

test('bars that end at one moment are no excess, however many series there are', async () => {
  const intervals = [1, 2, 3, 5, 6]
  const bars = defineStrategy({
    name: 'bars',
    params: NONE,
    bars: () =>
      Object.fromEntries(
        intervals.flatMap((seconds) =>
          (['bid', 'ask'] as const).map((price_type) => [
            `${seconds} ${price_type}`,
            { instrument: 'AAA.one', interval_us: seconds * 1_000_000, price_type },
          ]),
        ),
      ),
    state: () => ({ bars: 0 }),
    onBar: (ctx) => {
      ctx.state.bars += 1
    },
  })
  const limits = { step_messages_max: 1_000, instant_inputs_max: 5, order_retention: 20 }
  const more = [{ config: strategyOf('bars', ['AAA.one']), definition: plain(bars) }]
  const { outcome } = await runScenario(await scenarioOf({ tapes: [TAPE], more, config: { limits } }))
  expect(outcome.faults).toEqual([])
  expect(outcome.session.trading.strategies.get('bars')?.state).toEqual('stopped')
})

test('strategies that answer each other without end in one step: the one over the bound is faulted', async () => {
  const { outcome, outputs } = await run({ a: echo('b'), b: echo('a') })
  expect(outcome.faults.length).toBeGreaterThanOrEqual(1)
  for (const fault of outcome.faults) {
    expect(fault).toMatchObject({ code: 'bound_exceeded', message: 'step_messages_max exceeded' })
    expect(outcome.session.trading.strategies.get(fault.strategy_id)?.state).toEqual('faulted')
  }
  expect(fillsOf(outputs, 'nth').length).toBeGreaterThan(20)
})

test('a handler that asks without end is faulted, and nothing it asked for happens', async () => {
  const { outcome, outputs } = await run({ flood: flooding })
  expect(outcome.faults).toMatchObject([{ strategy_id: 'flood', handler: 'onQuote', code: 'bound_exceeded' }])
  expect(outputs.commands.filter(({ strategy_id }) => strategy_id === 'flood')).toEqual([])
  expect(fillsOf(outputs, 'nth').length).toBeGreaterThan(20)
})

function fillsOf({ fills }: ProofRun['outputs'], strategy: string) {
  return fills
    .filter(({ fill }) => fill.strategy_id === strategy)
    .map(({ fill, ts_us }) => [ts_us, fill.side, fill.last_price_units, fill.last_quantity_units])
}
