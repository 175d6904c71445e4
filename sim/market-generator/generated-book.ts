// A generated book as an import: its identity is the generator's version and options, as a file's is its content.

import { createHash } from 'node:crypto'
import type { BookKind, ImportSource, TickColumns } from '../../engine/tick-store-port.ts'
import { BookWalk, type BookWalkOptions } from './book-walk.ts'

export type GeneratedBookOptions = BookWalkOptions & {
  /** At least so many: the last event is whole. */
  readonly row_count: number
}

/** Raised with every change that makes other rows of the same options. */
const GENERATOR_VERSION = 1
const BLOCK_ROWS = 32_768
const COLUMNS: { readonly [kind in BookKind]: readonly string[] } = {
  book_level: ['action', 'side', 'price_units', 'size_units', 'is_last'],
  book_order: ['action', 'order_id', 'side', 'price_units', 'size_units', 'is_last'],
}

export function generatedBook(options: GeneratedBookOptions): ImportSource {
  const { kind, instrument_id, seed, row_count, start_us, gap_us_mean, start_price_units, size_units } =
    options
  const mapping = JSON.stringify({
    generator: 'book',
    version: GENERATOR_VERSION,
    kind,
    seed: String(seed),
    instrument_id,
    row_count,
    start_us,
    gap_us_mean,
    start_price_units,
    size_units,
  })
  return {
    import_id: createHash('sha256').update(mapping).digest('hex'),
    source_name: `generated ${kind} of ${instrument_id}, seed ${seed}`,
    mapping,
    series: { instrument_id, kind },
    blocks: blocksOf(options),
  }
}

/** A block is overwritten when the next is asked for, as the port allows. */
async function* blocksOf({ row_count, ...options }: GeneratedBookOptions): AsyncGenerator<TickColumns> {
  const { kind } = options
  const walk = new BookWalk(options)
  const names = COLUMNS[kind]
  const times = new Float64Array(BLOCK_ROWS)
  const columns = names.map(() => new Float64Array(BLOCK_ROWS))
  const block = (count: number) => {
    const values = Object.fromEntries(names.map((name, at) => [name, columns[at]]))
    return { kind, count, ts_event_us: times, ...values } as unknown as TickColumns
  }
  let at = 0
  for (let made = 0; made < row_count; ) {
    const rows = walk.next()
    for (const [index, row] of rows.entries()) {
      if (at === BLOCK_ROWS) {
        yield block(at)
        at = 0
      }
      times[at] = walk.ts_us
      for (let name = 0; name < row.length; name++) (columns[name] as Float64Array)[at] = row[name] as number
      ;(columns.at(-1) as Float64Array)[at] = index === rows.length - 1 ? 1 : 0
      at++
    }
    made += rows.length
  }
  yield block(at)
}
