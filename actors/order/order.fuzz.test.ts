// Random lives against what must hold in all of them. A failing run prints its seed and path; a found one is pinned.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import type { ClientOrderId } from '../../schemas/ids.ts'
import { type Fill, isFill } from '../../schemas/messages/order-fact.ts'
import { priceUnits, sizeUnits, timeUs } from '../../schemas/units.ts'
import { loadOrder, saveOrder } from './order-codec.ts'
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
import type { OrderEffect } from './order-facts.ts'
import { orderTable } from './order-machine.ts'
import { approvedOrder, notionalUnits, ORDER_STATES, type OrderRecord } from './order-record.ts'

const requestId = (n: number) => `day-1-ema-${n}` as ClientOrderId
const execution = fc.integer({ min: 1, max: 6 }).map((n) => `x${n}`)
const quantity = fc.constantFrom(10, 20, 30, 50, 100)
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
        )
        .map(
          ([type, id]): Maker =>
            (order) =>
              answer(type, id(order)),
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
        .constantFrom('pending_new' as const, 'rejected' as const, 'canceled' as const, 'expired' as const)
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

/** Anything the world may say, in any order. Requests get fresh ids, as callers make them. */
const life = fc.array(makers(), { maxLength: 40 }).map((made) => {
  const order = approvedOrder(newOrder(), timeUs(1))
  return made.map((make, i) => {
    const event = make(order, i + 2)
    orderTable.dispatch(order, event, [])
    return event
  })
})

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
    fc.property(life, (events) => property(lived(events))),
    { numRuns: 1_000 },
  )

test('random lives reach every state', () => {
  const lives = fc.sample(life, { numRuns: 1_000, seed: 7 })
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
    fc.property(life, fc.nat({ max: 40 }), (events, at) => {
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
