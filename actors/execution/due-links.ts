// What is due between linked orders and cannot be done now, since market or account are not open: children to release, and
// members of groups whose venue is owed a word. Only these are looked at again, however many are held.

import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { type HeldKey, heldKey } from './held-orders.ts'

export class DueLinks {
  /** By key, the longest due first. */
  readonly #members = new Map<string, HeldKey>()
  readonly #children = new Map<string, HeldKey>()
  readonly #onDue: () => void
  readonly #due_alone: boolean

  /**
   * @param onDue says when all are looked at again.
   * @param due_alone whether they alone are, and what comes to them puts nothing off (schemas/behaviour.ts).
   */
  constructor(onDue: () => void, due_alone: boolean) {
    this.#onDue = onDue
    this.#due_alone = due_alone
  }

  noteMember(member: HeldKey): void {
    this.#note(this.#members, member)
  }

  noteChild(child: HeldKey): void {
    this.#note(this.#children, child)
  }

  /** All that is due; what is still not to be done is noted again. */
  take(): { readonly members: readonly HeldKey[]; readonly children: readonly HeldKey[] } {
    const taken = { members: [...this.#members.values()], children: [...this.#children.values()] }
    this.#members.clear()
    this.#children.clear()
    return taken
  }

  save(writer: CanonicalWriter): void {
    for (const due of [this.#members, this.#children]) {
      writer.count(due.size)
      for (const { strategy_id, counter } of due.values()) {
        writer.text(strategy_id)
        writer.number(counter)
      }
    }
  }

  load(reader: CanonicalReader): void {
    for (const due of [this.#members, this.#children])
      for (let left = reader.count(); left > 0; left--) {
        const key = { strategy_id: reader.text(), counter: reader.number() }
        due.set(heldKey(key), key)
      }
  }

  #note(due: Map<string, HeldKey>, { strategy_id, counter }: HeldKey): void {
    const isFirst = this.#members.size === 0 && this.#children.size === 0
    if (isFirst || !this.#due_alone) this.#onDue()
    due.set(heldKey({ strategy_id, counter }), { strategy_id, counter })
  }
}
