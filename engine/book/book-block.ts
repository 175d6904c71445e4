// Rows of a book copied out of what they came in, as a block of their own that grows.

import type { BookColumns, BookKind } from '../tick-store-port.ts'

const CAPACITY = 64
const NAMES = ['ts_event_us', 'action', 'order_id', 'side', 'price_units', 'size_units', 'is_last'] as const
type Name = (typeof NAMES)[number]

export class BookBlock {
  readonly #kind: BookKind
  #count = 0
  #columns = columnsOf(CAPACITY)

  constructor(kind: BookKind) {
    this.#kind = kind
  }

  get count(): number {
    return this.#count
  }

  /** What it holds, until the next row comes. */
  get columns(): BookColumns {
    return { kind: this.#kind, count: this.#count, ...this.#columns }
  }

  clear(): void {
    this.#count = 0
  }

  add(row: { readonly [name in Name]: number }): void {
    if (this.#count === this.#columns.is_last.length) this.#grow()
    const at = this.#count++
    const columns = this.#columns
    columns.ts_event_us[at] = row.ts_event_us
    columns.action[at] = row.action
    columns.order_id[at] = row.order_id
    columns.side[at] = row.side
    columns.price_units[at] = row.price_units
    columns.size_units[at] = row.size_units
    columns.is_last[at] = row.is_last
  }

  /** Copies rows of a block of its kind. */
  addRows(columns: BookColumns, from: number, to: number): void {
    const { ts_event_us, action, side, price_units, size_units, is_last } = columns
    for (let at = from; at < to; at++) {
      this.add({
        ts_event_us: ts_event_us[at] as number,
        action: action[at] as number,
        order_id: columns.kind === 'book_order' ? (columns.order_id[at] as number) : 0,
        side: side[at] as number,
        price_units: price_units[at] as number,
        size_units: size_units[at] as number,
        is_last: is_last[at] as number,
      })
    }
  }

  #grow(): void {
    const larger = columnsOf(this.#columns.is_last.length * 2)
    for (const name of NAMES) larger[name].set(this.#columns[name])
    this.#columns = larger
  }
}

function columnsOf(capacity: number): { readonly [name in Name]: Float64Array } {
  const entries = NAMES.map((name) => [name, new Float64Array(capacity)] as const)
  return Object.fromEntries(entries) as { readonly [name in Name]: Float64Array }
}
