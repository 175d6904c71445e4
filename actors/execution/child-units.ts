// A quantity for each of some orders that wait for a parent: what that one had traded when it ended (an order may wait for
// its market longer than the order actor remembers the parent), or what the order's group took of it meanwhile.

import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { type HeldKey, heldKey } from './held-orders.ts'

type Noted = HeldKey & { readonly units: number }

export class ChildUnits {
  /** By key of the child, in the order they were first noted. */
  readonly #byChild = new Map<string, Noted>()

  /** What is noted of the child; undefined where nothing is. */
  of(child: HeldKey): number | undefined {
    return this.#byChild.size === 0 ? undefined : this.#byChild.get(heldKey(child))?.units
  }

  put({ strategy_id, counter }: HeldKey, units: number): void {
    this.#byChild.set(heldKey({ strategy_id, counter }), { strategy_id, counter, units })
  }

  /** The child waits for its parent no more. */
  forget(child: HeldKey): void {
    if (this.#byChild.size > 0) this.#byChild.delete(heldKey(child))
  }

  all(): Noted[] {
    return [...this.#byChild.values()]
  }

  save(writer: CanonicalWriter): void {
    writer.count(this.#byChild.size)
    for (const { strategy_id, counter, units } of this.#byChild.values()) {
      writer.text(strategy_id)
      writer.number(counter)
      writer.number(units)
    }
  }

  load(reader: CanonicalReader): void {
    for (let left = reader.count(); left > 0; left--) {
      const child = { strategy_id: reader.text(), counter: reader.number() }
      this.put(child, reader.number())
    }
  }
}
