// Accounts of which the engine itself keeps orders or links: held for a trigger or a parent, or in a group.

import type { CanonicalReader } from '../canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../canonical/canonical-writer.ts'
import type { Holding } from '../holding-codec.ts'

export class HoldingAccounts {
  readonly #accounts = new Set<string>()

  /** By name. */
  get names(): string[] {
    return [...this.#accounts].sort()
  }

  note({ account_id, is_holding }: Holding): void {
    if (is_holding) this.#accounts.add(account_id)
    else this.#accounts.delete(account_id)
  }

  save(writer: CanonicalWriter): void {
    const { names } = this
    writer.count(names.length)
    for (const name of names) writer.text(name)
  }

  load(reader: CanonicalReader): void {
    for (let count = reader.count(); count > 0; count--) this.#accounts.add(reader.text())
  }
}
