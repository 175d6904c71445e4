import { expect, test } from 'vitest'
import type { OrderEvent } from '../../actors/order/order-event.ts'
import {
  absent,
  answer,
  CANCEL_ID,
  cancel,
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
import type { NewOrderSingle, ReportType } from '../../schemas/messages/order.ts'
import type { OrderDenied } from '../../schemas/messages/risk.ts'
import type { OrderRow } from '../../schemas/run-files.ts'
import { priceUnits, sizeUnits, type TimeUs, timeUs } from '../../schemas/units.ts'
import { textRow } from './cells.ts'
import { ORDER_COLUMNS, OrderLog } from './order-log.ts'

const accepted = report('new')
const HALTED = { reason_code: 'order_halted', reason_text: 'Not now.' }
const refused = (type: ReportType) => report(type, HALTED)

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

test.each<[string, string, string, OrderEvent[]]>([
  ['a rejected order has the reason of its rejection', 'order_halted', 'Not now.', [refused('rejected')]],
  ['a canceled one that of its cancel', 'order_halted', 'Not now.', [accepted, refused('canceled')]],
  ['an expired one that of its expiry', 'order_halted', 'Not now.', [accepted, refused('expired')]],
  ['one that was never sent that of the send', 'refused_by_test', '', [send('new', 'refused')]],
  [
    'one that filled has none, though the replace that was on its way had one',
    '',
    '',
    [accepted, replace(51, 120), trade('x1', 100), answer('replace_rejected', REPLACE_ID, HALTED)],
  ],
  [
    'one that filled has none, though a cancel beside had one',
    '',
    '',
    [accepted, cancel(), answer('cancel_rejected', CANCEL_ID, HALTED), trade('x1', 100)],
  ],
  [
    'an open one has none',
    '',
    '',
    [accepted, replace(51, 120), answer('replace_rejected', REPLACE_ID, HALTED)],
  ],
])('%s', (_, reason_code, reason, events) => {
  expect(rowsAfter(events)).toMatchObject([{ reason_code, reason }])
})

test('a denied order is a whole row: what was asked for, and why not', () => {
  const rows: OrderRow[] = []
  const log = new OrderLog([fxSpec({ instrument_id: 'EURUSD.sim' })], (item) => {
    rows.push(textRow(ORDER_COLUMNS, item))
  })
  const time = timeUs(1_700_000_000_000_000)
  const limit = newOrder({ counter: 8, time_in_force: 'day', price_units: priceUnits(109_005) })
  const market = newOrder({ counter: 9, order_type: 'market', price_units: priceUnits(0) })
  log.onDenied(denialOf(limit, time))
  log.onDenied(denialOf(market, time))
  log.onDenied({ ...denialOf(limit, time), request: 'replace' })
  const row: OrderRow = {
    submitted: '2023-11-14T22:13:20.000000Z',
    ended: '2023-11-14T22:13:20.000000Z',
    account_id: limit.account_id,
    strategy_id: limit.strategy_id,
    order_counter: '8',
    intent_id: `${limit.account_id}/${limit.strategy_id}/8`,
    client_order_id: '',
    venue_id: 'sim',
    instrument_id: 'EURUSD.sim',
    side: 'buy',
    order_type: 'limit',
    time_in_force: 'day',
    quantity: '100',
    price: '1.09005',
    trigger_price: '',
    filled_quantity: '0',
    average_price: '',
    outcome: 'denied',
    reason_code: 'price_collar',
    reason: '1.1, limit 1.0',
  }
  const intent_id = `${market.account_id}/${market.strategy_id}/9`
  const asked = { order_type: 'market', time_in_force: 'gtc', price: '' }
  expect(rows).toEqual([row, { ...row, ...asked, order_counter: '9', intent_id }])
})

function denialOf(command: NewOrderSingle, ts_event_us: TimeUs): OrderDenied {
  const { account_id, strategy_id, counter, venue_id, instrument_id, terms } = command
  const { side, order_type, time_in_force, price_units, order_quantity_units } = command
  return {
    type: 'order_denied',
    ...{ account_id, strategy_id, counter, request: 'new', venue_id, instrument_id },
    ...{ side, order_type, time_in_force, price_units, order_quantity_units },
    trigger_price_units: terms.trigger_price_units,
    ...{ reason_code: 'price_collar', value: '1.1', limit: '1.0', ts_event_us },
  }
}

function replacedTo(quantity: number): OrderEvent {
  return answer('replaced', REPLACE_ID, { order_quantity_units: sizeUnits(quantity) })
}

function rowsAfter(events: readonly OrderEvent[]): OrderRow[] {
  const rows: OrderRow[] = []
  const log = new OrderLog([fxSpec({ instrument_id: 'EURUSD.sim' })], (item) => {
    rows.push(textRow(ORDER_COLUMNS, item))
  })
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
