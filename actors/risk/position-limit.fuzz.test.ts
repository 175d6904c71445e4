import fc from 'fast-check'
import { expect, test } from 'vitest'
import { must } from '../../schemas/assert.ts'
import type { NewOrderSingle, Side } from '../../schemas/messages/order.ts'
import { sizeUnits } from '../../schemas/units.ts'
import { Desk, withRisk } from '../desk.test-support.ts'

const LIMIT = 20

/** An order as the test counts it, from what it asked for and what it told the node, not from what the gate keeps. */
type ModelOrder = {
  readonly side: Side
  readonly command: NewOrderSingle
  quantity: number
  /** New total of a replace in flight. */
  replace: number
  filled: number
  isOpen: boolean
  readonly trades: { readonly id: string; readonly quantity: number }[]
}

/** The largest position on a side: all that has traded, and every open order there to its largest possible size. */
function worstPosition(orders: readonly ModelOrder[], side: Side): number {
  let worst = 0
  for (const order of orders) {
    const isSame = order.side === side
    worst += isSame ? order.filled : -order.filled
    if (order.isOpen && isSame) worst += Math.max(0, Math.max(order.quantity, order.replace) - order.filled)
  }
  return worst
}

const VENUE_MOVES = [
  'accept',
  'unproven',
  'fill',
  'fill_all',
  'replaced',
  'canceled',
  'rejected',
  'bust',
] as const
type Move =
  | { readonly kind: 'order'; readonly side: Side; readonly quantity: number }
  | { readonly kind: 'replace' | 'cancel'; readonly pick: number; readonly quantity: number }
  | { readonly kind: (typeof VENUE_MOVES)[number]; readonly pick: number; readonly quantity: number }

const quantity = fc.integer({ min: 1, max: 12 })
const anyMove: fc.Arbitrary<Move> = fc.oneof(
  fc.record({ kind: fc.constant('order' as const), side: fc.constantFrom<Side>('buy', 'sell'), quantity }),
  fc.record({
    kind: fc.constantFrom('accept' as const, 'replace' as const, 'cancel' as const, ...VENUE_MOVES),
    pick: fc.nat(1_000),
    quantity,
  }),
)

test('[R6] no sequence of accepted orders breaks the position limit, whatever the venue does, and the gate agrees with a naive model', () => {
  fc.assert(
    fc.property(fc.array(anyMove, { maxLength: 60, size: 'max' }), (moves) => {
      const desk = new Desk(withRisk({ position_quantity_max: String(LIMIT) }))
      const orders: ModelOrder[] = []
      for (const move of moves) play(desk, orders, move)
      for (const side of ['buy', 'sell'] as const) {
        const room = LIMIT - worstPosition(orders, side)
        // A bust is the venue's act and may leave more than the limit; then nothing fits.
        if (!moves.some(({ kind }) => kind === 'bust')) expect(room).toBeGreaterThanOrEqual(0)
        ask(desk, orders, side, Math.max(0, room) + 1)
        if (room > 0) ask(desk, orders, side, room)
      }
    }),
    { numRuns: 200 },
  )
})

/** Asks the gate for an order that rests, and holds its answer against the model's. */
function ask(desk: Desk, orders: ModelOrder[], side: Side, size: number): void {
  const fits = worstPosition(orders, side) + size <= LIMIT
  const limit_price_units = side === 'buy' ? 99_000 : 101_000
  expect(desk.ask({ side, quantity_units: size, limit_price_units })).toBe(
    fits ? '' : 'position_quantity_max',
  )
  if (!fits) return
  const command = desk.lastOrder()
  orders.push({ side, command, quantity: size, replace: 0, filled: 0, isOpen: true, trades: [] })
}

function play(desk: Desk, orders: ModelOrder[], move: Move): void {
  if (move.kind === 'order') return ask(desk, orders, move.side, move.quantity)
  const open = orders.filter(({ isOpen }) => isOpen)
  const order = open[move.pick % Math.max(1, open.length)]
  if (order === undefined) return
  if (move.kind === 'replace') replace(desk, order, move.quantity)
  else if (move.kind === 'cancel') desk.do((ctx) => ctx.cancel(order.command.counter))
  else answer(desk, order, move.kind, move.quantity)
  order.isOpen = lastFact(desk, order)?.ended !== true
}

function replace(desk: Desk, order: ModelOrder, total: number): void {
  const { counter, price_units } = order.command
  const before = desk.sent.length
  desk.do((ctx) => ctx.replace(counter, { quantity_units: total, limit_price_units: price_units }))
  if (desk.sent.length > before) order.replace = total
}

function answer(desk: Desk, order: ModelOrder, kind: (typeof VENUE_MOVES)[number], size: number): void {
  const { command } = order
  const client_order_id = lastFact(desk, order)?.client_order_id ?? command.client_order_id
  switch (kind) {
    case 'accept':
      return desk.accept(command)
    case 'unproven':
      return desk.outcome(command, 'unproven', 'test')
    case 'canceled':
    case 'rejected':
      return desk.report(kind, command, { client_order_id })
    case 'fill':
      return trade(desk, order, Math.min(size, order.quantity - order.filled))
    case 'fill_all':
      return trade(desk, order, order.quantity - order.filled)
    case 'replaced':
      return confirmReplace(desk, order)
    case 'bust':
      return bust(desk, order)
  }
}

function trade(desk: Desk, order: ModelOrder, size: number): void {
  if (size <= 0) return
  order.filled += size
  const cum_quantity_units = sizeUnits(order.filled)
  order.trades.push({ id: desk.fill(order.command, 100_000, size, { cum_quantity_units }), quantity: size })
}

function confirmReplace(desk: Desk, order: ModelOrder): void {
  if (order.replace === 0) return
  const request = desk.sent.findLast(
    ({ type, counter }) => type === 'order_cancel_replace_request' && counter === order.command.counter,
  )
  const before = desk.facts.length
  desk.report('replaced', must(request, 'a replace in flight was sent'))
  if (!desk.facts.slice(before).some(({ type }) => type === 'order.replaced')) return
  order.quantity = order.replace
  order.replace = 0
}

function bust(desk: Desk, order: ModelOrder): void {
  const taken = order.trades.pop()
  if (taken === undefined) return
  desk.report('trade_cancel', order.command, { execution_reference_id: taken.id })
  order.filled -= taken.quantity
}

function lastFact(desk: Desk, { command }: ModelOrder) {
  return desk.facts.findLast(({ counter }) => counter === command.counter)
}
