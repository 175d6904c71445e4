import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PLAIN_TERMS } from '../../schemas/messages/order-terms.ts'
import type { HeldOrder } from './held-order.ts'
import { HeldOrders, heldKey } from './held-orders.ts'

const STRATEGIES = ['a', 'b']
const INSTRUMENTS = 3

const change = fc.record({
  strategy_id: fc.constantFrom(...STRATEGIES),
  counter: fc.integer({ min: 1, max: 12 }),
  is_gone: fc.boolean(),
  instrument_index: fc.integer({ min: 0, max: INSTRUMENTS - 1 }),
  parent_counter: fc.integer({ min: 0, max: 3 }),
})

test('what is held is found by key, parent and instrument as a look through all of it finds it, oldest first', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
      const held = new HeldOrders(INSTRUMENTS)
      let list: HeldOrder[] = []
      for (const { is_gone, ...wanted } of changes) {
        const order = heldOf(wanted)
        const at = list.findIndex((one) => heldKey(one) === heldKey(order))
        if (is_gone) {
          expect(held.delete(heldKey(order))).toBe(list[at])
          list = list.filter((_, i) => i !== at)
        } else {
          // One that waits for something else has left before it comes again: it is the youngest then.
          const isSame = at >= 0 && bucketOf(list[at] as HeldOrder) === bucketOf(order)
          if (at >= 0 && !isSame) held.delete(heldKey(order))
          held.put(order)
          list = isSame ? list.with(at, order) : [...list.filter((_, i) => i !== at), order]
        }
        expectSame(held, list)
      }
    }),
  )
})

function expectSame(held: HeldOrders, list: readonly HeldOrder[]): void {
  expect([held.size, held.all()]).toEqual([list.length, list])
  for (let i = 0; i < INSTRUMENTS; i++) {
    const watching = list.filter(
      ({ awaits, instrument_index }) => awaits === 'trigger' && instrument_index === i,
    )
    expect([held.watchingCount(i), held.watching(i)]).toEqual([watching.length, watching])
  }
  for (const id of STRATEGIES) {
    for (let parent = 1; parent <= 3; parent++) {
      const children = list.filter(
        ({ awaits, strategy_id, terms }) =>
          awaits === 'parent' && strategy_id === id && terms.parent_counter === parent,
      )
      expect(held.childrenOf(id, parent)).toEqual(children)
    }
  }
}

function bucketOf({ awaits, strategy_id, instrument_index, terms }: HeldOrder): string {
  return awaits === 'parent' ? `${strategy_id} ${terms.parent_counter}` : `${instrument_index}`
}

/** As much of an order as its place depends on. */
function heldOf(wanted: {
  readonly strategy_id: string
  readonly counter: number
  readonly instrument_index: number
  readonly parent_counter: number
}): HeldOrder {
  const { parent_counter, ...order } = wanted
  const awaits = parent_counter === 0 ? 'trigger' : 'parent'
  return { ...order, awaits, terms: { ...PLAIN_TERMS, parent_counter } } as HeldOrder
}
