// The orders held for an account, oldest first, found by key, by parent, and by the instrument whose prices they watch: a
// row and a trade cost what they concern, not what is held.

import { must } from '../../schemas/assert.ts'
import type { HeldOrder } from './held-order.ts'

export type HeldKey = { readonly strategy_id: string; readonly counter: number }

/** By key, oldest first. */
type Orders = Map<string, HeldOrder>

export class HeldOrders {
  readonly #all: Orders = new Map()
  readonly #byParent = new Map<string, Orders>()
  readonly #watching: Orders[]

  constructor(instrument_count: number) {
    this.#watching = Array.from({ length: instrument_count }, () => new Map())
  }

  get size(): number {
    return this.#all.size
  }

  /** How many wait for a trigger of the instrument: what a row looks at first. */
  watchingCount(instrument_index: number): number {
    return this.#watchingOn(instrument_index).size
  }

  get(key: string): HeldOrder | undefined {
    return this.#all.get(key)
  }

  all(): HeldOrder[] {
    return [...this.#all.values()]
  }

  watching(instrument_index: number): HeldOrder[] {
    return [...this.#watchingOn(instrument_index).values()]
  }

  childrenOf(strategy_id: string, parent_counter: number): HeldOrder[] {
    return [...(this.#byParent.get(heldKey({ strategy_id, counter: parent_counter }))?.values() ?? [])]
  }

  /** Where one of this key is held, in the place that one has. */
  put(order: HeldOrder): void {
    const key = heldKey(order)
    const former = this.#all.get(key)
    if (former !== undefined && this.#bucketOf(former) !== this.#bucketOf(order))
      this.#leaveBucket(key, former)
    this.#all.set(key, order)
    this.#bucketOf(order).set(key, order)
  }

  delete(key: string): HeldOrder | undefined {
    const order = this.#all.get(key)
    if (order === undefined) return undefined
    this.#all.delete(key)
    this.#leaveBucket(key, order)
    return order
  }

  #leaveBucket(key: string, order: HeldOrder): void {
    const bucket = this.#bucketOf(order)
    bucket.delete(key)
    if (bucket.size === 0 && order.awaits === 'parent') this.#byParent.delete(parentKey(order))
  }

  #bucketOf(order: HeldOrder): Orders {
    if (order.awaits === 'trigger') return this.#watchingOn(order.instrument_index)
    const key = parentKey(order)
    const known = this.#byParent.get(key)
    if (known !== undefined) return known
    const bucket: Orders = new Map()
    this.#byParent.set(key, bucket)
    return bucket
  }

  #watchingOn(instrument_index: number): Orders {
    return must(this.#watching[instrument_index], 'an order is of a known instrument')
  }
}

export function heldKey({ strategy_id, counter }: HeldKey): string {
  return `${strategy_id}/${counter}`
}

function parentKey({ strategy_id, terms }: HeldOrder): string {
  return heldKey({ strategy_id, counter: terms.parent_counter })
}
