import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { CapabilityTable } from '../../engine/venue-port.ts'
import { ORDER_TYPES, TIMES_IN_FORCE, type VenueCommand } from '../../schemas/messages/order.ts'
import { TRIGGER_METHODS } from '../../schemas/messages/order-terms.ts'
import { Desk } from '../desk.test-support.ts'
import { EURUSD } from '../trading-node.test-support.ts'

// Whatever a strategy asks for, and though it catches what it is told, nothing of it ends the node, and what is no order leaves as none.

/** Each type as it is right, but for what is put in place of a field or two. */
const RIGHT: readonly object[] = [
  {},
  { limit_price_units: 99_900 },
  { limit_price_units: 99_900, post_only: true, display_quantity_units: 500 },
  { trigger_price_units: 100_100 },
  { trigger_price_units: 100_100, limit_price_units: 100_200 },
  { order_type: 'market_to_limit' },
  { order_type: 'market_if_touched', trigger_price_units: 99_900 },
  { order_type: 'limit_if_touched', trigger_price_units: 99_900, limit_price_units: 99_950 },
  { trail: { offset: 50 } },
  {
    order_type: 'trailing_stop_limit',
    trail: { offset: 50, limit_offset_units: 5, activation_price_units: 99_900 },
  },
  { limit_price_units: 100_100, parent: { counter: 1 } },
  {
    trigger_price_units: 99_900,
    side: 'sell',
    parent: { counter: 1, fill: 'full' },
    group: { counter: 2, type: 'ouo' },
  },
  { limit_price_units: 100_100, side: 'sell', reduce_only: true, group: { counter: 1, type: 'oco' } },
]
const FIELDS = [
  ...['instrument', 'side', 'quantity_units', 'order_type', 'limit_price_units', 'trigger_price_units'],
  ...[
    'trigger_method',
    'time_in_force',
    'expire_time_us',
    'post_only',
    'reduce_only',
    'display_quantity_units',
  ],
  ...['trail.offset', 'trail.unit', 'trail.limit_offset_units', 'trail.activation_price_units'],
  ...['parent.counter', 'parent.fill', 'group.counter', 'group.type'],
]
const most = Number.MAX_SAFE_INTEGER
const word = fc.constantFrom<unknown>(
  ...[undefined, null, '1', {}, true, 'ticks', 'basis_points', 'full', 'oco', 'ouo', 'buy', 'sell'],
  ...[...ORDER_TYPES, ...TIMES_IN_FORCE, ...TRIGGER_METHODS],
)
const value = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom<unknown>(most, -most, 0, -1, 2 ** 53) },
  { weight: 2, arbitrary: fc.constantFrom<unknown>(1, 3, 1_000, 99_990, 100_110, 1e15, 9_000_000_000) },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(1.5, Number.NaN, Number.POSITIVE_INFINITY) },
  { weight: 2, arbitrary: word },
)
const changes = (fields: readonly string[]) =>
  fc.array(fc.record({ field: fc.constantFrom(...fields), value }), { maxLength: 2 })
const counter = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 12 }) },
  { weight: 1, arbitrary: value },
)
const change = fc.constantFrom<object>(
  { quantity_units: 500 },
  { limit_price_units: 99_950 },
  { quantity_units: 2_000, trigger_price_units: 100_150 },
)
const move = fc.record({
  asked: fc.oneof(
    { weight: 4, arbitrary: fc.record({ order: fc.constantFrom(...RIGHT), put: changes(FIELDS) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        ...{ counter, change },
        put: changes(['quantity_units', 'limit_price_units', 'trigger_price_units']),
      }),
    },
    { weight: 1, arbitrary: fc.record({ counter }) },
  ),
  bid: fc.integer({ min: 99_880, max: 100_220 }),
  fills: fc.boolean(),
})
type Move = typeof move extends fc.Arbitrary<infer Drawn> ? Drawn : never

/** Found: a limit that a change gave to a trailing stop went out with the market order that it became. */
const LIMIT_OF_NONE: Move[] = [
  { asked: { order: { trail: { offset: 50 } }, put: [] }, bid: 99_880, fills: false },
  { asked: { counter: 1, change: { limit_price_units: 99_950 }, put: [] }, bid: 99_880, fills: false },
  { asked: { order: {}, put: [] }, bid: 99_990, fills: false },
]

const BARE: Partial<CapabilityTable> = { orders: { market: ['ioc', 'gtc'], limit: ['gtc', 'gtd', 'day'] } }
const WHOLE: Partial<CapabilityTable> = {
  orders: Object.fromEntries(ORDER_TYPES.map((type) => [type, TIMES_IN_FORCE])),
  ...{ trigger_methods: TRIGGER_METHODS, contingencies: ['oco', 'ouo', 'oto'] },
  ...{ post_only: true, reduce_only: true, display_quantity: true },
}

test.each([
  { name: 'market and limit orders alone', capabilities: BARE },
  { name: 'all there is', capabilities: WHOLE },
])('[ST11] [R1] no order, change or cancel ends a node whose venue takes $name', ({ capabilities }) => {
  fc.assert(
    fc.property(fc.array(move, { minLength: 5, maxLength: 25 }), (moves) => {
      const desk = new Desk({ capabilities })
      for (const one of moves) {
        const before = desk.sent.length
        desk.do((ctx) => ask(ctx, one), one.bid, one.bid + 10)
        for (const command of desk.sent.slice(before)) answer(desk, command, one.fills)
      }
      expect(desk.reloaded().save()).toEqual(desk.save())
    }),
    { numRuns: 300, examples: [[LIMIT_OF_NONE]] },
  )
})

function ask(ctx: Parameters<Parameters<Desk['do']>[0]>[0], { asked }: Move): void {
  try {
    if ('order' in asked) {
      const order = { instrument: EURUSD, side: 'buy', quantity_units: 1_000, ...asked.order }
      ctx.submit(put(order, asked.put) as never)
    } else if ('change' in asked) ctx.replace(asked.counter as number, put(asked.change, asked.put))
    else ctx.cancel(asked.counter as number)
  } catch {
    // The strategy goes on.
  }
}

function put(said: object, values: readonly { field: string; value: unknown }[]): object {
  const copy = structuredClone(said) as Record<string, Record<string, unknown>>
  for (const { field, value: other } of values) {
    const [outer = '', inner] = field.split('.')
    if (inner === undefined) Object.assign(copy, { [outer]: other })
    else copy[outer] = { ...copy[outer], [inner]: other }
  }
  return copy
}

/** The venue takes what comes, and trades a part of it. */
function answer(desk: Desk, command: VenueCommand, fills: boolean): void {
  if (command.type === 'order_cancel_request') return desk.report('canceled', command)
  expect(Number.isSafeInteger(command.order_quantity_units) && command.order_quantity_units > 0).toBe(true)
  if (command.type === 'order_cancel_replace_request') return desk.report('replaced', command)
  const { order_type, price_units } = command
  const isPriced = ['limit', 'stop_limit', 'limit_if_touched'].includes(order_type)
  expect(isPriced ? price_units > 0 && Number.isSafeInteger(price_units) : price_units === 0).toBe(true)
  desk.accept(command)
  if (fills) desk.fill(command, 100_000, Math.min(400, command.order_quantity_units))
}
