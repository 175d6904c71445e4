// Random lives against what must hold in all of them. A failing run prints its seed and path; a found one is pinned.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { type Fill, isFill } from '../../schemas/messages/order-fact.ts'
import { timeUs } from '../../schemas/units.ts'
import { loadOrder, saveOrder } from './order-codec.ts'
import type { OrderEvent } from './order-event.ts'
import { newOrder } from './order-events.test-support.ts'
import type { OrderEffect } from './order-facts.ts'
import { orderLife } from './order-lives.test-support.ts'
import { orderTable } from './order-machine.ts'
import { approvedOrder, notionalUnits, ORDER_STATES, type OrderRecord } from './order-record.ts'

type Step = { event: OrderEvent; before: OrderRecord; after: OrderRecord; effects: OrderEffect[] }

function lived(events: readonly OrderEvent[]): Step[] {
  const order = approvedOrder(newOrder(), timeUs(1))
  return events.map((event) => {
    const before = structuredClone(order)
    const effects: OrderEffect[] = []
    orderTable.dispatch(order, event, effects)
    return { event, before, after: structuredClone(order), effects }
  })
}

function fillsOf(effects: readonly OrderEffect[]): Fill[] {
  return effects.filter((effect): effect is Fill => 'execution_id' in effect && isFill(effect))
}

const always = (property: (steps: Step[]) => void) =>
  fc.assert(
    fc.property(orderLife, (events) => property(lived(events))),
    { numRuns: 1_000 },
  )

test('random lives reach every state', () => {
  const lives = fc.sample(orderLife, { numRuns: 1_000, seed: 7 })
  const reached = new Set(lives.flatMap((events) => lived(events).map((step) => step.after.state)))
  expect(reached).toEqual(new Set(ORDER_STATES))
})

test('[O2] an order that has ended stays where it ended, but for one adopted', () => {
  always((steps) => {
    for (const { before, after, effects } of steps) {
      if (before.ended && !effects.some(({ type }) => type === 'order.adopted'))
        expect([after.ended, after.state, after.leaves_quantity_units]).toEqual([true, before.state, 0])
    }
  })
})

test('[O2] every change of state is told', () => {
  always((steps) => {
    for (const { before, after, effects } of steps) {
      if (before.state !== after.state) expect(effects.length).toBeGreaterThan(0)
    }
  })
})

test('[O5] the filled quantity is the sum of unique executions, told exactly once each', () => {
  always((steps) => {
    const fills = fillsOf(steps.flatMap((step) => step.effects))
    const last = steps.at(-1)?.after
    const sum = (of: (fill: Fill) => number) => fills.reduce((total, fill) => total + of(fill), 0)
    expect(sum((fill) => fill.last_quantity_units - fill.reversed_quantity_units)).toBe(
      last?.cum_quantity_units ?? 0,
    )
    expect(new Set(fills.map((fill) => fill.execution_id)).size).toBe(fills.length)
    const notional = sum(
      (fill) =>
        fill.last_price_units * fill.last_quantity_units -
        fill.reversed_price_units * fill.reversed_quantity_units,
    )
    expect(last === undefined ? 0n : notionalUnits(last)).toBe(BigInt(notional))
  })
})

test('[O6] the filled quantity only falls by a bust or a correction', () => {
  always((steps) => {
    for (const { event, before, after } of steps) {
      if (event.type === 'report.trade_cancel' || event.type === 'report.trade_correct') continue
      expect(after.cum_quantity_units).toBeGreaterThanOrEqual(before.cum_quantity_units)
    }
  })
})

test('[O8] more than was ordered is filled only under a flag', () => {
  always((steps) => {
    for (const { before, after, effects } of steps) {
      const quantity = Math.max(before.order_quantity_units, before.replace_quantity_units)
      if (after.cum_quantity_units <= quantity || after.cum_quantity_units <= before.cum_quantity_units)
        continue
      const flags = effects.map((effect) => effect.type)
      expect(flags.some((type) => type === 'order.overfilled' || type === 'order.trade_corrected')).toBe(true)
    }
  })
})

test('[O3] commands go out only for an open order, each under an id of its own', () => {
  always((steps) => {
    const ids: string[] = []
    for (const { before, after, effects } of steps) {
      for (const effect of effects) {
        if (!effect.type.endsWith('_request')) continue
        expect([before.ended, after.ended, after.accepted]).toEqual([false, false, true])
        ids.push(effect.client_order_id)
      }
    }
    expect(new Set(ids).size).toBe(ids.length)
  })
})

test('state, open quantity and requests in flight agree', () => {
  always((steps) => {
    for (const { after } of steps) {
      expect(after.replace_client_order_id !== '').toBe(after.state === 'pending_replace')
      if (after.state === 'pending_cancel') expect(after.cancel_client_order_id).not.toBe('')
      if (after.state === 'new') expect(after.cum_quantity_units).toBe(0)
      if (after.state === 'partially_filled') expect(after.cum_quantity_units).toBeGreaterThan(0)
      if (!after.ended) {
        const open = Math.max(0, after.order_quantity_units - after.cum_quantity_units)
        expect(after.leaves_quantity_units).toBe(open)
      }
    }
  })
})

test('an order saved and loaded in mid-life goes on as if it had never stopped', () => {
  fc.assert(
    fc.property(orderLife, fc.nat({ max: 40 }), (events, at) => {
      const through = approvedOrder(newOrder(), timeUs(1))
      const expected: OrderEffect[] = []
      for (const event of events) orderTable.dispatch(through, event, expected)

      let stopped = approvedOrder(newOrder(), timeUs(1))
      const effects: OrderEffect[] = []
      for (const event of events.slice(0, at)) orderTable.dispatch(stopped, event, effects)
      stopped = loadOrder(new CanonicalReader(bytesOf(stopped)))
      for (const event of events.slice(at)) orderTable.dispatch(stopped, event, effects)

      expect(effects).toEqual(expected)
      expect(stopped).toEqual(through)
      expect(bytesOf(stopped)).toEqual(bytesOf(through))
    }),
    { numRuns: 1_000 },
  )
})

function bytesOf(order: OrderRecord): Uint8Array {
  const writer = new CanonicalWriter()
  saveOrder(writer, order)
  return writer.copy()
}
