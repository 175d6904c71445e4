// Where two sessions ordered something else: order by order, as strategies name them, in what a strategy decides.

import type { NewOrderSingle } from '../../schemas/messages/order.ts'

/** What makes two orders the same decision; ids, times and epochs are a session's own. */
export const COMPARED = [
  'instrument_id',
  'side',
  'order_type',
  'order_quantity_units',
  'price_units',
  'time_in_force',
] as const satisfies readonly (keyof NewOrderSingle)[]

export type OrderDifference = {
  /** `<account>/<strategy>/<counter>` */
  readonly order: string
  /** The first field that differs; '' where one side has no such order. */
  readonly field: (typeof COMPARED)[number] | ''
  readonly a: string
  readonly b: string
}

export type OrderComparison = {
  readonly equal: number
  readonly differing: number
  readonly only_a: number
  readonly only_b: number
  readonly first: OrderDifference | undefined
}

type Orders = ReadonlyMap<string, NewOrderSingle>

export function compareOrders(a: Orders, b: Orders): OrderComparison {
  const differences: OrderDifference[] = []
  let equal = 0
  let only_a = 0
  for (const [order, ours] of a) {
    const theirs = b.get(order)
    if (theirs === undefined) {
      only_a++
      differences.push({ order, field: '', a: describe(ours), b: 'no such order' })
      continue
    }
    const field = COMPARED.find((name) => ours[name] !== theirs[name])
    if (field === undefined) equal++
    else differences.push({ order, field, a: String(ours[field]), b: String(theirs[field]) })
  }
  const strange = [...b].filter(([order]) => !a.has(order))
  for (const [order, theirs] of strange)
    differences.push({ order, field: '', a: 'no such order', b: describe(theirs) })
  const only_b = strange.length
  const differing = differences.length - only_a - only_b
  return { equal, differing, only_a, only_b, first: differences[0] }
}

function describe({ side, order_type, order_quantity_units, instrument_id }: NewOrderSingle): string {
  return `${side} ${order_quantity_units} units of ${instrument_id}, ${order_type}`
}
