// A table by the names that orders have for those who sent them: the account, the strategy and its counter. An order that
// is linked to another names that one so. Every order comes in and goes, so that no text is made of a name.

import type { CanonicalReader } from '../../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../../engine/canonical/canonical-writer.ts'
import { CounterMap } from '../../../engine/counter-map.ts'
import { NameMap } from '../../../engine/name-map.ts'

export type OrderName = {
  readonly account_id: string
  readonly strategy_id: string
  readonly counter: number
}

export class OwnerTable<Value extends object> {
  readonly #byAccount = new NameMap<string, NameMap<string, CounterMap<Value>>>()
  #size = 0

  get size(): number {
    return this.#size
  }

  get({ account_id, strategy_id, counter }: OrderName): Value | undefined {
    return this.#byAccount.get(account_id)?.get(strategy_id)?.get(counter)
  }

  set(name: OrderName, value: Value): void {
    if (this.#countersOf(name).set(name.counter, value)) this.#size++
  }

  delete({ account_id, strategy_id, counter }: OrderName): void {
    if (this.#byAccount.get(account_id)?.get(strategy_id)?.delete(counter) === true) this.#size--
  }

  /** Forgets all, and keeps the room. */
  clear(): void {
    for (const strategies of this.#byAccount.values())
      for (const counters of strategies.values()) counters.clear()
    this.#size = 0
  }

  /** By account, strategy and counter, in whatever order they came. */
  entries(): [name: OrderName, value: Value][] {
    return sorted(this.#byAccount).flatMap(([account_id, strategies]) =>
      sorted(strategies).flatMap(([strategy_id, counters]) =>
        counters
          .entries()
          .map(([counter, value]): [OrderName, Value] => [{ account_id, strategy_id, counter }, value]),
      ),
    )
  }

  save(writer: CanonicalWriter, saveValue: (value: Value) => void): void {
    writer.count(this.#byAccount.size)
    for (const [account_id, strategies] of sorted(this.#byAccount)) {
      writer.text(account_id)
      writer.count(strategies.size)
      for (const [strategy_id, counters] of sorted(strategies)) {
        writer.text(strategy_id)
        writer.count(counters.size)
        for (const [counter, value] of counters.entries()) {
          writer.number(counter)
          saveValue(value)
        }
      }
    }
  }

  /** Into a table just made. */
  load(reader: CanonicalReader, loadValue: () => Value): void {
    for (let accounts = reader.count(); accounts > 0; accounts--) {
      const account_id = reader.text()
      for (let strategies = reader.count(); strategies > 0; strategies--) {
        const strategy_id = reader.text()
        const counters = this.#countersOf({ account_id, strategy_id })
        for (let left = reader.count(); left > 0; left--) {
          counters.set(reader.number(), loadValue())
          this.#size++
        }
      }
    }
  }

  #countersOf({ account_id, strategy_id }: Omit<OrderName, 'counter'>): CounterMap<Value> {
    let strategies = this.#byAccount.get(account_id)
    if (strategies === undefined) {
      strategies = new NameMap()
      this.#byAccount.set(account_id, strategies)
    }
    let counters = strategies.get(strategy_id)
    if (counters === undefined) {
      counters = new CounterMap()
      strategies.set(strategy_id, counters)
    }
    return counters
  }
}

function sorted<Value>(map: ReadonlyMap<string, Value>): [string, Value][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1))
}
