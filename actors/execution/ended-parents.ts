// What the parents of orders that wait had traded when they ended. An order may wait for its market longer than the order
// actor remembers the parent; what it was granted is not forgotten with that one.

import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import type { LedgerEndedParent } from '../../schemas/ledger-section.ts'
import { type HeldKey, heldKey } from './held-orders.ts'

export class EndedParents {
  /** By key of the child, in the order their parents ended. */
  readonly #byChild = new Map<string, LedgerEndedParent>()

  /** What the parent of the child had traded; undefined where it has not ended, as far as is known here. */
  tradedUnits(child: HeldKey): number | undefined {
    return this.#byChild.size === 0 ? undefined : this.#byChild.get(heldKey(child))?.traded_units
  }

  put({ strategy_id, counter, traded_units }: LedgerEndedParent): void {
    this.#byChild.set(heldKey({ strategy_id, counter }), { strategy_id, counter, traded_units })
  }

  /** The child waits for its parent no more. */
  forget(child: HeldKey): void {
    if (this.#byChild.size > 0) this.#byChild.delete(heldKey(child))
  }

  save(writer: CanonicalWriter): void {
    writer.count(this.#byChild.size)
    for (const { strategy_id, counter, traded_units } of this.#byChild.values()) {
      writer.text(strategy_id)
      writer.number(counter)
      writer.number(traded_units)
    }
  }

  load(reader: CanonicalReader): void {
    for (let left = reader.count(); left > 0; left--)
      this.put({ strategy_id: reader.text(), counter: reader.number(), traded_units: reader.number() })
  }

  saveLedger(): LedgerEndedParent[] {
    return [...this.#byChild.values()]
  }
}
