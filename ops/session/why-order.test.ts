import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from '../cli/run-cli.test-support.ts'
import { sessionText } from '../cli/trading-session.test-support.ts'
import type { OrderChain } from './why-order.ts'
import { told } from './why-told.test-support.ts'

let cwd = ''
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'orrery-why-test-'))
  await writeFile(join(cwd, 'trader.ts'), TRADER)
  await writeFile(join(cwd, 'asked.yaml'), SESSION)
  const ran = runCli(['paper', 'asked.yaml', '--for', '3'], { cwd })
  expect({ exit_code: ran.exit_code, stderr: ran.stderr }).toMatchObject({ exit_code: 0 })
})
afterAll(() => rm(cwd, { recursive: true }))

test('an order is told from the quote it was decided on to the position after its fill', () => {
  const { order, client_order_ids, events, difference } = why('asked-1-t-1')
  expect({ order, client_order_ids, difference }).toEqual({
    order: { account_id: 'main', strategy_id: 't', counter: 1 },
    client_order_ids: ['asked-1-t-1'],
    difference: null,
  })
  expect(events.map((event) => [event.kind, told(event)])).toEqual([
    ['input', 'quote'],
    ['decision', 'onQuote'],
    ['gate', ''],
    ['effect', 'new_order_single'],
    ['input', 'send_outcome'],
    ['fact', 'order.pending_new'],
    ['input', 'venue_report'],
    ['fact', 'order.accepted'],
    ['input', 'venue_report'],
    ['fact', 'order.filled'],
  ])
  expect(events[1]).toMatchObject({ trigger: { instrument_id: 'EURUSD.gen' }, state: { asked: 1 } })
  expect(events.at(-1)).toMatchObject({ position_after: { strategy_units: 1000, account_units: 1000 } })
})

test('[R11] each check of the gate is told with its value and its limit', () => {
  const [gate] = why('main/t/1').events.filter(({ kind }) => kind === 'gate')
  expect(gate?.kind === 'gate' && gate.checks.map(({ check, outcome }) => [check, outcome])).toEqual(
    PASSED.map((check) => [check, 'passed']),
  )
  expect(gate).toMatchObject({
    checks: expect.arrayContaining([
      { check: 'order_quantity_max', value: decimal('1000'), limit: decimal('10000'), outcome: 'passed' },
      { check: 'position_quantity_max', value: decimal('1000'), limit: decimal('50000'), outcome: 'passed' },
      { check: 'order_rate', value: '1', limit: '100 in 1000000 us', outcome: 'passed' },
    ]),
  })
})

test('[R11] a denied order is told up to the check that refused it', () => {
  const { client_order_ids, events } = why('main/t/2')
  expect(client_order_ids).toEqual([])
  const gate = events.find(({ kind }) => kind === 'gate')
  const checks = gate?.kind === 'gate' ? gate.checks : []
  expect(checks.at(-1)).toEqual({
    check: 'order_quantity_max',
    value: decimal('10001'),
    limit: decimal('10000'),
    outcome: 'refused',
  })
  expect(checks.slice(0, -1).every(({ outcome }) => outcome === 'passed')).toBe(true)
  expect(events.at(-1)).toMatchObject({ kind: 'denied', denial: { reason_code: 'order_quantity_max' } })
})

test('a cancelled order is found by the id of the cancel, too', () => {
  const { client_order_ids, events } = why('main/t/3')
  expect(client_order_ids).toHaveLength(2)
  expect(why(client_order_ids[1] as string).events).toEqual(events)
  expect(why('main/t/4').events).toEqual(events)
  expect(events.at(-1)).toMatchObject({ kind: 'fact', fact: { type: 'order.canceled' } })
  expect(events.filter(({ kind }) => kind === 'decision')).toHaveLength(2)
})

test('for a person it is said in lines; what the session never had is refused with a code', () => {
  const { stdout } = runCli(['why', 'asked-1-t-1'], { cwd })
  expect(stdout).toMatch(/decision +t in onQuote on the quote\n(.*\n)*.*gate +let the order through/)
  expect(stdout).toMatch(/position after: 1000/)
  for (const [order, code] of [
    ['main/t/99', 'why.order_unknown'],
    ['nonsense', 'why.not_an_order'],
  ] as const) {
    const { exit_code, stdout: text } = runCli(['why', order, '--session', 'asked', '--json'], { cwd })
    expect({ exit_code, code: JSON.parse(text).error.code }).toEqual({ exit_code: 2, code })
  }
  const { error } = JSON.parse(runCli(['why', 'main/t/1', '--json'], { cwd }).stdout)
  expect([error.code, error.remedy]).toEqual([
    'why.no_session',
    'Add it: orrery why main/t/1 --session first. orrery sessions lists them.',
  ])
})

const PASSED = [
  'instrument',
  'venue',
  'account_state',
  'reconciliation',
  'strategy_state',
  'entitled',
  'intent_age',
  'order_type',
  'trading_status',
  'feed_state',
  'reference_price',
  'reference_age',
  'quantity',
  'order_quantity_max',
  'order_notional',
  'conversion_rate',
  'order_notional_max',
  'position_quantity_max',
  'order_rate',
]

function why(order: string): OrderChain {
  const { stdout } = runCli(['why', order, '--session', 'asked', '--json'], { cwd })
  return JSON.parse(stdout)
}

/** Sizes may have trailing digits of the instrument's scale. */
function decimal(whole: string): unknown {
  return expect.stringMatching(new RegExp(`^${whole}(\\.0+)?$`))
}

const TRADER = `
import { defineStrategy, Type } from 'orrery'

export const trader = defineStrategy({
  name: 'trader',
  params: Type.Object({}),
  state: () => ({ asked: 0, resting: 0, quotes: 0 }),
  onQuote(ctx, quote) {
    if (!ctx.is_trading) return
    const state = ctx.state
    const instrument = quote.instrument_id
    state.quotes++
    if (state.quotes % 5 !== 0) return
    state.asked++
    if (state.asked === 1) ctx.submit({ instrument, side: 'buy', quantity_units: 1000 })
    if (state.asked === 2) ctx.submit({ instrument, side: 'buy', quantity_units: 10001 })
    if (state.asked === 3) {
      const limit_price_units = quote.bid_price_units - 500
      state.resting = ctx.submit({ instrument, side: 'buy', quantity_units: 1000, limit_price_units })
    }
    if (state.asked === 4) ctx.cancel(state.resting)
  },
})
`

const SESSION = sessionText('asked', '  feeds: [{ venue: gen, kind: generator, rows_per_s: 50 }]')
