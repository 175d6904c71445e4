// Quotes as tests write them.

import { createHash } from 'node:crypto'
import type {
  ImportSource,
  QuoteColumns,
  TickColumns,
  TickSeries,
  TickStore,
} from '../../engine/tick-store-port.ts'
import { assert, must } from '../../schemas/assert.ts'

/** One quote: time in µs, nanoseconds below it, bid. The ask is the bid plus one, the sizes are three and four. */
export type QuoteRow = readonly [ts_us: number, ns_rest: number, bid: number]

export const EURUSD: TickSeries = { instrument_id: 'EURUSD.fxcm', kind: 'quote' }
export const ALWAYS = { from_us: 0, to_us: Number.POSITIVE_INFINITY }

export function quoteBlock(rows: readonly QuoteRow[]): QuoteColumns {
  return {
    kind: 'quote',
    count: rows.length,
    ts_event_us: Float64Array.from(rows, ([us]) => us),
    ts_event_ns_rest: Uint16Array.from(rows, ([, rest]) => rest),
    bid_price_units: Float64Array.from(rows, ([, , bid]) => bid),
    ask_price_units: Float64Array.from(rows, ([, , bid]) => bid + 1),
    bid_size_units: new Float64Array(rows.length).fill(3),
    ask_size_units: new Float64Array(rows.length).fill(4),
  }
}

export function sourceOf(
  name: string,
  blocks: readonly TickColumns[],
  series: TickSeries = EURUSD,
): ImportSource {
  async function* stream() {
    yield* blocks
  }
  return {
    import_id: createHash('sha256').update(name).digest('hex'),
    source_name: name,
    mapping: '{}',
    series,
    blocks: stream(),
  }
}

/** The times and bids a store reads back. */
export async function readQuotes(store: TickStore, series = EURUSD, range = ALWAYS): Promise<number[][]> {
  const [reading] = await store.read([series], range)
  const rows: number[][] = []
  for await (const block of must(reading, 'a reading per series').blocks) {
    const quotes = block as QuoteColumns
    for (let index = 0; index < block.count; index++) {
      rows.push([quotes.ts_event_us[index] as number, quotes.bid_price_units[index] as number])
    }
  }
  assert(rows.length === reading?.row_count, 'a reading has as many rows as it says')
  return rows
}
