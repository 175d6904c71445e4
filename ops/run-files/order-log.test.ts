import { expect, test } from 'vitest'
import type { OrderEvent } from '../../actors/order/order-event.ts'
import {
  absent,
  answer,
  correction,
  newOrder,
  REPLACE_ID,
  replace,
  report,
  send,
  trade,
} from '../../actors/order/order-events.test-support.ts'
import type { OrderEffect } from '../../actors/order/order-facts.ts'
import { orderTable } from '../../actors/order/order-machine.ts'
import { approvedOrder } from '../../actors/order/order-record.ts'
import { fxSpec } from '../../engine/instrument.test-support.ts'
import type { OrderRow } from '../../schemas/run-files.ts'
import { sizeUnits, timeUs } from '../../schemas/units.ts'
import { OrderLog } from './order-log.ts'

const accepted = report('new')

test.each<[string, OrderEvent[]]>([
  ['not_sent', [send('new', 'refused')]],
  ['not_sent', [send('new', 'unproven'), absent()]],
  ['rejected', [report('rejected')]],
  ['canceled', [accepted, report('canceled')]],
  ['expired', [accepted, report('expired')]],
  ['filled', [accepted, trade('x1', 100)]],
  ['filled', [accepted, trade('x1', 130)]],
  ['filled', [accepted, trade('x1', 40), correction('x1', 100)]],
  ['filled', [accepted, replace(51, 40), trade('x1', 40), replacedTo(40)]],
  ['filled', [accepted, replace(51, 120), trade('x1', 100), answer('replace_rejected', REPLACE_ID)]],
  ['open_at_end', [accepted, replace(51, 120), trade('x1', 100), replacedTo(120)]],
])('an order that ends is written once, as %s', (outcome, events) => {
  expect(rowsAfter(events).map((row) => row.outcome)).toEqual([outcome])
})

function replacedTo(quantity: number): OrderEvent {
  return answer('replaced', REPLACE_ID, { order_quantity_units: sizeUnits(quantity) })
}

function rowsAfter(events: readonly OrderEvent[]): OrderRow[] {
  const rows: OrderRow[] = []
  const log = new OrderLog([fxSpec({ instrument_id: 'EURUSD.sim' })], (row) => rows.push(row))
  const command = newOrder()
  log.onCommand(command, 1)
  const order = approvedOrder(command, timeUs(1))
  const effects: OrderEffect[] = []
  for (const event of events) orderTable.dispatch(order, event, effects)
  for (const effect of effects) {
    if (effect.type !== 'order_cancel_request' && effect.type !== 'order_cancel_replace_request')
      log.onFact(effect, 2)
  }
  log.finish()
  return rows
}
