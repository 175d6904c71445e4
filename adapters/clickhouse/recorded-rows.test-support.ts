// Recorded rows as tests write and read them, and a process that records them, to be killed. The process prints a line
// when the store is open and one for each batch that is durable.

import { writeSync } from 'node:fs'
import type { QuoteColumns, TickSeries, TickStore } from '../../engine/tick-store-port.ts'
import type { PackedRows } from '../../engine/wire/packed-rows.ts'
import { assert, must } from '../../schemas/assert.ts'
import { builtInInstruments } from '../../schemas/instrument-table.ts'
import { openChdbTickStore } from './chdb-tick-store.ts'
import type { TapeRows } from './recording.ts'
import { EURUSD } from './rows.test-support.ts'

export const GBPUSD: TickSeries = { instrument_id: 'GBPUSD.fxcm', kind: 'quote' }
export const TAPE = 'trading/paper1'

/** A recorded quote: event time, bid, the input that carried it and the rows of that input. */
export type RecordedQuote = readonly [ts_us: number, bid: number, seq: number, count: number]

export function section(series: TickSeries, first_row: number, rows: readonly RecordedQuote[]): PackedRows {
  const column = (value: (row: RecordedQuote, at: number) => number) => Float64Array.from(rows, value)
  const columns = [
    column(([us]) => us),
    column(([, bid]) => bid),
    column(([, bid]) => bid + 1),
    column(() => 3),
    column(() => 4),
    column(([us]) => us + 5),
    column(([, , seq]) => seq * 1_000),
    column(([, , seq]) => seq),
    column(([, , , count]) => count),
    column(() => 0),
    column((_, at) => first_row + at + 1),
    column(() => 0),
  ]
  return { series, price_scale: 5, size_scale: 0, first_row, count: rows.length, columns }
}

export function tapeOf(sections: readonly PackedRows[], epoch = 1): TapeRows {
  return { tape: TAPE, epoch, streams: ['generator'], history_venues: [], sections }
}

const BATCHES = 24
const BATCH_ROWS = 300

/** Two series, of which one is in every second batch; some rows are late, some conflated, some refused. */
export function childBatches(): TapeRows[] {
  return Array.from({ length: BATCHES }, (_, batch) => {
    const rowsOf = (from: number): RecordedQuote[] =>
      Array.from({ length: BATCH_ROWS }, (_, at) => {
        const row = from + at
        const [seq, count] =
          row % 10 === 9 ? [0, 0] : row % 10 < 3 ? [10 * Math.floor(row / 10) + 1, 3] : [row, 1]
        return [1_000_000 + row * 7 - (row % 5 === 0 ? 30 : 0), 110_000 + row, seq, count]
      })
    const first = section(EURUSD, batch * BATCH_ROWS, rowsOf(batch * BATCH_ROWS))
    if (batch % 2 === 1) return tapeOf([first])
    const half = (batch / 2) * BATCH_ROWS
    return tapeOf([first, section(GBPUSD, half, rowsOf(half))])
  })
}

/** What a session processed of a series: bids with the input, its time and its count. */
export async function readProcessedQuotes(
  store: TickStore,
  series: TickSeries,
  tape = TAPE,
): Promise<number[][]> {
  const [reading] = await store.readProcessed([series], tape)
  const rows: number[][] = []
  for await (const block of must(reading, 'a reading per series').blocks) {
    const quotes = block as typeof block & QuoteColumns
    const columns = [quotes.bid_price_units, quotes.processed_seq, quotes.ts_seq_us, quotes.processed_count]
    for (let at = 0; at < block.count; at++) rows.push(columns.map((column) => column[at] as number))
  }
  return rows
}

async function main(directory: string): Promise<void> {
  const store = await openChdbTickStore({ directory })
  writeSync(1, 'opened\n')
  await store.putInstruments(builtInInstruments())
  const batches = childBatches()
  // Two at a time and the last one again, as files and messages come in after a restart.
  for (let at = 0; at < batches.length; at += 2) {
    const counts = await store.record(batches.slice(Math.max(0, at - 1), at + 2))
    assert(counts.missing === 0, 'no row is missing')
    writeSync(1, `recorded ${at}\n`)
  }
  await store.close()
  writeSync(1, 'closed\n')
}

const [, script, directory] = process.argv
if (script === import.meta.filename && directory !== undefined) await main(directory)
