// Drawn lives of an order: anything the world may say, in any order.

import fc from 'fast-check'
import type { ClientOrderId } from '../../schemas/ids.ts'
import { priceUnits, sizeUnits, timeUs } from '../../schemas/units.ts'
import type { OrderEvent } from './order-event.ts'
import {
  absent,
  answer,
  bust,
  cancel,
  correction,
  found,
  newOrder,
  replace,
  report,
  send,
  trade,
} from './order-events.test-support.ts'
import { orderTable } from './order-machine.ts'
import { approvedOrder, type OrderRecord } from './order-record.ts'

const requestId = (n: number) => `day-1-ema-${n}` as ClientOrderId
const execution = fc.integer({ min: 1, max: 6 }).map((n) => `x${n}`)
const quantity = fc.constantFrom(10, 20, 30, 50, 100)
/** A venue may answer in words that are the engine's own. */
const reason = fc.constantFrom('', 'too_late_to_cancel', 'already_pending_cancel', 'request_in_flight')
const outcome = fc.constantFrom('sent' as const, 'refused' as const, 'unproven' as const)

/** Whose id an answer carries: mostly of what is in flight, so that lives go deep, and sometimes a foreign one. */
const whose = fc.constantFrom(
  (order: OrderRecord) => order.client_order_id,
  (order: OrderRecord) => order.cancel_client_order_id || order.client_order_id,
  (order: OrderRecord) => order.replace_client_order_id || order.client_order_id,
  () => requestId(99),
)

type Maker = (order: OrderRecord, n: number) => OrderEvent

function makers(): fc.Arbitrary<Maker> {
  return fc.oneof(
    {
      weight: 2,
      arbitrary: fc.constantFrom<Maker[]>(
        () => send('new', 'sent'),
        () => report('new'),
        () => found(),
      ),
    },
    {
      weight: 3,
      arbitrary: fc.tuple(execution, quantity).map(
        ([id, size]) =>
          () =>
            trade(id, size),
      ),
    },
    { weight: 1, arbitrary: execution.map((id) => () => bust(id)) },
    {
      weight: 1,
      arbitrary: fc.tuple(execution, quantity).map(
        ([id, size]) =>
          () =>
            correction(id, size),
      ),
    },
    { weight: 2, arbitrary: fc.constant<Maker>((_order, n) => cancel(requestId(n))) },
    {
      weight: 2,
      arbitrary: quantity.map(
        (size): Maker =>
          (_order, n) =>
            replace(51, size * 2, requestId(n)),
      ),
    },
    {
      weight: 3,
      arbitrary: fc
        .tuple(fc.constantFrom('new' as const, 'cancel' as const, 'replace' as const), outcome, whose)
        .map(
          ([command, what, id]): Maker =>
            (order) =>
              send(command, what, id(order)),
        ),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(
          fc.constantFrom('canceled' as const, 'cancel_rejected' as const, 'replace_rejected' as const),
          whose,
          reason,
        )
        .map(
          ([type, id, reason_code]): Maker =>
            (order) =>
              answer(type, id(order), { reason_code }),
        ),
    },
    {
      weight: 2,
      arbitrary: fc.tuple(whose, quantity).map(
        ([id, size]): Maker =>
          (order) => {
            const inForce = { price_units: priceUnits(51), order_quantity_units: sizeUnits(size * 2) }
            return answer('replaced', id(order), inForce)
          },
      ),
    },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom(
          ...(['pending_new', 'pending_cancel', 'pending_replace', 'triggered'] as const),
          ...(['rejected', 'canceled', 'expired'] as const),
        )
        .map(
          (type): Maker =>
            () =>
              report(type),
        ),
    },
    {
      weight: 1,
      arbitrary: whose.map(
        (id): Maker =>
          (order) =>
            absent(id(order)),
      ),
    },
  )
}

/** Requests get fresh ids, as callers make them. */
export const orderLife = fc.array(makers(), { maxLength: 40 }).map((made) => {
  const order = approvedOrder(newOrder(), timeUs(1))
  return made.map((make, i) => {
    const event = make(order, i + 2)
    orderTable.dispatch(order, event, [])
    return event
  })
})
