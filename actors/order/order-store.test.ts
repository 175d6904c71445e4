import { expect, test } from 'vitest'
import { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { type ClientOrderId, clientOrderId, ENGINE_COUNTER_BASE, type StrategyId } from '../../schemas/ids.ts'
import { priceUnits, sizeUnits, timeUs } from '../../schemas/units.ts'
import type { OrderEvent } from './order-event.ts'
import {
  answer,
  CANCEL_ID,
  cancel,
  newOrder,
  REPLACE_ID,
  replace,
  report,
  send,
  trade,
  venueReport,
} from './order-events.test-support.ts'
import type { OrderRecord } from './order-record.ts'
import { OrderStore } from './order-store.ts'

const idOf = (counter: number) => `day-1-ema-${counter}` as ClientOrderId
const EMA = 'ema' as StrategyId

function approve(store: OrderStore, counter: number, strategy = EMA): OrderRecord {
  const client_order_id = `day-1-${strategy}-${counter}` as ClientOrderId
  return store.approve(newOrder({ counter, client_order_id, strategy_id: strategy }), timeUs(1))
}

function apply(store: OrderStore, order: OrderRecord, ...events: OrderEvent[]): OrderRecord {
  for (const event of events) store.apply(order, event, [])
  return order
}

function saved(store: OrderStore): Uint8Array {
  const writer = new CanonicalWriter()
  store.save(writer)
  return writer.copy()
}

function reloaded(store: OrderStore, retention: number): OrderStore {
  const copy = new OrderStore(retention)
  const reader = new CanonicalReader(saved(store))
  copy.load(reader)
  reader.end()
  return copy
}

/** Two open orders, one of them replaced with a cancel in flight, and one ended in each way. */
function busyStore(retention: number): OrderStore {
  const store = new OrderStore(retention)
  const first = approve(store, 1)
  const inForce = { price_units: priceUnits(51), order_quantity_units: sizeUnits(120) }
  apply(store, first, report('new'), replace(51, 120), answer('replaced', REPLACE_ID, inForce), cancel())
  const ends = [
    report('rejected'),
    trade('x1', 100),
    report('canceled'),
    report('expired'),
    send('new', 'refused'),
  ]
  ends.forEach((end, i) => {
    const order = approve(store, 10 + i)
    const named =
      'report_type' in end.body ? { ...end, body: { ...end.body, client_order_id: idOf(10 + i) } } : end
    apply(store, order, named as OrderEvent)
  })
  approve(store, 1, 'trend' as StrategyId)
  return store
}

test('[O19] an id that the engine gave a request is not given out again by a store that took the request in', () => {
  const store = new OrderStore(10)
  const order = apply(store, approve(store, 1), report('new'))
  const counter = ENGINE_COUNTER_BASE + 3
  const client_order_id = clientOrderId('day', 1, EMA, counter)
  apply(store, order, { type: 'request.cancel', ts_seq_us: timeUs(2), body: { client_order_id, counter } })
  expect(store.strategy(EMA).nextEngineCounter()).toBe(ENGINE_COUNTER_BASE + 4)
})

test('an order is found by every id the venue has seen for it', () => {
  const store = busyStore(10)
  const order = store.find(idOf(1))
  expect(order?.counter).toBe(1)
  expect([CANCEL_ID, REPLACE_ID].map((id) => store.find(id))).toEqual([order, order])
  expect(store.strategy(EMA).find(1)).toBe(order)
  expect(store.find(idOf(77))).toBeUndefined()
})

test('a report finds its order by the id it answers, or by the one it refers to', () => {
  const store = busyStore(10)
  const byReference = venueReport('canceled', {
    client_order_id: idOf(77),
    original_client_order_id: REPLACE_ID,
  })
  expect(store.findReported(byReference)).toBe(store.find(idOf(1)))
  expect(store.findReported(venueReport('trade', { client_order_id: CANCEL_ID }))).toBe(store.find(idOf(1)))
  expect(store.findReported(venueReport('trade', { client_order_id: idOf(77) }))).toBeUndefined()
})

test('[O16] each order is counted in one final state, and the accepted ones beside', () => {
  expect(busyStore(10).counts()).toEqual({
    accepted: 4,
    not_sent: 1,
    rejected: 1,
    filled: 1,
    canceled: 1,
    expired: 1,
    open: 2,
  })
})

test('open orders are walked oldest first, and one that ends meanwhile is left out', () => {
  const store = new OrderStore(10)
  for (const counter of [1, 2, 3, 4]) approve(store, counter)
  const walked: number[] = []
  for (const order of store.open()) {
    walked.push(order.counter)
    const third = store.find(idOf(3))
    if (order.counter === 2 && third !== undefined) apply(store, third, send('new', 'refused'))
  }
  expect(walked).toEqual([1, 2, 4])
})

test('[O17] the last ended orders are retained, open ones always', () => {
  const store = new OrderStore(3)
  const open = approve(store, 1)
  for (let counter = 2; counter <= 9; counter++) apply(store, approve(store, counter), send('new', 'refused'))
  const held = Array.from({ length: 9 }, (_, i) => store.find(idOf(i + 1))?.counter)
  expect(held).toEqual([1, undefined, undefined, undefined, undefined, undefined, 7, 8, 9])
  expect(store.find(idOf(1))).toBe(open)
  const { counter_high_water, dropped_high_water } = store.strategy(EMA)
  expect({ counter_high_water, dropped_high_water }).toEqual({ counter_high_water: 9, dropped_high_water: 6 })
  expect(store.counts().not_sent).toBe(8)
})

test('[O17] what comes late to a retained order is kept, under every id of its', () => {
  const store = new OrderStore(3)
  const order = apply(store, approve(store, 1), report('new'), replace(51, 120), report('canceled'))
  apply(store, approve(store, 12), send('new', 'refused'))
  const found = store.find(REPLACE_ID) as OrderRecord
  expect(found).toEqual(order)
  expect(found).not.toBe(order)
  apply(store, found, trade('x1', 40))
  apply(store, approve(store, 13), send('new', 'refused'))
  for (const id of [idOf(1), REPLACE_ID]) expect(store.find(id)?.cum_quantity_units).toBe(40)
  expect(store.strategy(EMA).find(1)).toEqual(found)
  apply(store, approve(store, 14), send('new', 'refused'))
  expect([store.find(idOf(1)), store.find(REPLACE_ID), store.strategy(EMA).find(1)]).toEqual([
    undefined,
    undefined,
    undefined,
  ])
})

test('[O17] a retained order is the order as it ended, to the order of its fields, which a ledger keeps', () => {
  const store = new OrderStore(10)
  const inForce = { price_units: priceUnits(51), order_quantity_units: sizeUnits(120) }
  const order = approve(store, 1)
  apply(store, order, report('new'), replace(51, 120), answer('replaced', REPLACE_ID, inForce))
  apply(store, order, trade('x1', 40), trade('x2', 80))
  const kept = store.strategy(EMA).find(1)
  expect(order.ended).toBe(true)
  expect(kept).not.toBe(order)
  expect(kept).toEqual(order)
  expect(Object.keys(kept ?? {})).toEqual(Object.keys(order))
})

test('[O17] a late fill of a retained order is booked once', () => {
  const store = new OrderStore(3)
  const order = apply(store, approve(store, 1), report('canceled'), trade('x1', 40), trade('x1', 40))
  expect([order.state, order.cum_quantity_units]).toEqual(['canceled', 40])
  expect(store.counts()).toEqual({
    accepted: 1,
    not_sent: 0,
    rejected: 0,
    filled: 0,
    canceled: 1,
    expired: 0,
    open: 0,
  })
})

test("requests raise the strategy's counter mark, so that no id is given twice after a restart", () => {
  const store = new OrderStore(3)
  apply(store, approve(store, 1), cancel(idOf(41)), replace(51, 120, idOf(42)))
  expect(reloaded(store, 3).strategy(EMA).counter_high_water).toBe(42)
})

test('a client order id names one order', () => {
  const store = new OrderStore(3)
  approve(store, 1)
  expect(() => approve(store, 1)).toThrow("a strategy's counter is used once")
})

test.each([10, 3])('a loaded store with %i ended orders goes on as if it had never stopped', (retention) => {
  const through = busyStore(retention)
  const loaded = reloaded(through, retention)
  expect(saved(loaded)).toEqual(saved(through))
  for (const store of [through, loaded]) {
    const order = store.find(CANCEL_ID)
    if (order !== undefined) apply(store, order, trade('x9', 30), answer('canceled', CANCEL_ID))
    apply(store, approve(store, 50), send('new', 'refused'))
  }
  expect(loaded.counts()).toEqual(through.counts())
  expect(saved(loaded)).toEqual(saved(through))
})

test('a lower retention drops the oldest ended orders at load', () => {
  const loaded = reloaded(busyStore(10), 2)
  const held = [10, 11, 12, 13, 14].filter((counter) => loaded.find(idOf(counter)) !== undefined)
  expect(held).toEqual([13, 14])
})
