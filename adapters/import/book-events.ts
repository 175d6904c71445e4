// Puts the rows of a file of book changes together to events: the last row of each is marked, all get its time, since only
// then the book was whole again, and a snapshot begins with a row that empties the book.

import { BOOK_ACTION, LEVEL_ACTION } from '../../engine/book/book-action.ts'
import type { BookKind } from '../../engine/tick-store-port.ts'
import type { HistoryRow } from './history-file.ts'
import { importRefused } from './import-refusal.ts'

/** What a row says about the event it is part of. */
export type BookMark = {
  /** Rows one after the other that say the same are one event; undefined where only ends are marked. */
  readonly event: string | undefined
  readonly ends_event: boolean
  readonly is_snapshot: boolean
}

/** A row whose values lack the mark of the last one. */
export type MarkedRow = Omit<HistoryRow, 'values'> & {
  readonly values: readonly number[] | undefined
  readonly mark: BookMark
}

/** The deepest snapshots have tens of thousands of rows; a file whose events never end is another file than declared. */
const EVENT_ROWS_MAX = 1 << 20
const CLEAR: { readonly [kind in BookKind]: readonly number[] } = {
  book_level: [LEVEL_ACTION.clear, 0, 0, 0],
  book_order: [BOOK_ACTION.clear, 0, 0, 0, 0],
}

export async function* bookEvents(
  rows: AsyncIterable<MarkedRow>,
  kind: BookKind,
  path: string,
): AsyncGenerator<HistoryRow> {
  const open = new Map<string, OpenEvent>()
  for await (const row of rows) {
    let event = open.get(row.key)
    if (event === undefined) {
      event = new OpenEvent(kind)
      open.set(row.key, event)
    }
    if (event.isOver(row)) yield* event.take()
    event.add(row)
    if (row.mark.ends_event) yield* event.take()
    else if (event.row_count > EVENT_ROWS_MAX) throw endless(path)
  }
  // The end of a file ends what it has begun.
  for (const event of open.values()) yield* event.take()
}

class OpenEvent {
  readonly #kind: BookKind
  #values: (readonly number[])[] = []
  #row: MarkedRow | undefined
  #wasSnapshot = false

  constructor(kind: BookKind) {
    this.#kind = kind
  }

  get row_count(): number {
    return this.#values.length
  }

  /** Whether a row begins another event. */
  isOver({ mark }: MarkedRow): boolean {
    return this.#row !== undefined && mark.event !== this.#row.mark.event
  }

  add(row: MarkedRow): void {
    const { is_snapshot } = row.mark
    if (is_snapshot && !this.#wasSnapshot) this.#values.push(CLEAR[this.#kind])
    this.#wasSnapshot = is_snapshot
    if (row.values !== undefined) this.#values.push(row.values)
    this.#row = row
  }

  /** The event's rows; none where nothing in it changes the book. */
  *take(): Generator<HistoryRow> {
    const row = this.#row
    const all = this.#values
    this.#row = undefined
    this.#values = []
    if (row === undefined) return
    const { key, us, ns_rest } = row
    for (const [at, values] of all.entries()) {
      yield { key, us, ns_rest, values: [...values, at === all.length - 1 ? 1 : 0] }
    }
  }
}

function endless(path: string): Error {
  return importRefused({
    code: 'import.endless_event',
    what: `An event of more than ${EVENT_ROWS_MAX} rows does not end.`,
    where: path,
    remedy: 'Correct the columns event and last of the mapping.',
  })
}
