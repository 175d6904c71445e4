import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CanonicalReader } from '../canonical/canonical-reader.ts'
import { CanonicalWriter } from '../canonical/canonical-writer.ts'
import { isRowRecord, readInput, writeInput } from '../input-codec.ts'
import type { BarRow, QuoteRow, TradeRow } from '../market/market-rows.ts'
import type { Node } from '../node.ts'
import { indexOf, journaledInput, rowInput } from './live-input.test-support.ts'
import type { RowInput } from './live-input.ts'
import { BATCH_ROWS_MAX, RowBatch } from './row-batch.ts'

test('[N1] an input reads back as it was written, with its place and its time', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.maxSafeNat(), journaledInput, (seq, ts_seq_us, input) => {
      const writer = new CanonicalWriter()
      writeInput(writer, seq, ts_seq_us, input)
      expect(isRowRecord(writer.view())).toBe(false)
      expect(readInput(new CanonicalReader(writer.view()), indexOf)).toEqual({ seq, ts_seq_us, input })
    }),
    { numRuns: 1000 },
  )
})

test('[N2] the step sees the same rows, extremes and counts included, when a record of them is read back', () => {
  fc.assert(
    fc.property(fc.nat(), fc.array(rowInput, { minLength: 1, maxLength: 40 }), (seqBase, rows) => {
      const live: Seen[] = []
      const again: Seen[] = []
      for (const { batch, record } of batched(rows, seqBase, live)) {
        expect(isRowRecord(record)).toBe(true)
        batch.read(new CanonicalReader(record))
        for (let at = 0; at < batch.count; at++) batch.step(watching(again, batch.seq(at)), at)
        const rewritten = new CanonicalWriter()
        batch.write(rewritten)
        expect(rewritten.copy()).toEqual(record)
      }
      expect(live).toEqual(rows.map((row, i) => seenOf(row, seqBase + i, 10 * i)))
      expect(again).toEqual(live)
    }),
    { numRuns: 500 },
  )
})

test('[N2] a batch takes rows of one kind, bars of one series, up to its bound', () => {
  const quote = fc.sample(rowInput, { seed: 1, numRuns: 100 }).find(({ type }) => type === 'quote')
  if (quote?.type !== 'quote') throw new Error('the sample has a quote')
  const batch = new RowBatch()
  const bar = (interval_us: number): RowInput => ({
    type: 'bar',
    instrument_index: 0,
    interval_us,
    price_type: 'bid',
    ts_event_us: 0,
    ts_recv_us: 0,
    open_price_units: 1,
    high_price_units: 1,
    low_price_units: 1,
    close_price_units: 1,
    volume_units: 1,
  })
  batch.add(bar(1_000_000), 1, 0)
  expect([batch.takes(bar(1_000_000)), batch.takes(bar(60_000_000)), batch.takes(quote)]).toEqual([
    true,
    false,
    false,
  ])
  batch.clear()
  for (let seq = 1; seq <= BATCH_ROWS_MAX; seq++) {
    expect(batch.takes(quote)).toBe(true)
    batch.add(quote, seq, 0)
  }
  expect(batch.takes(quote)).toBe(false)
})

type Seen = { readonly seq: number; readonly ts_seq_us: number; readonly row: Record<string, unknown> }

/** Sequences rows as a live journal does, noting what the step sees, and yields each record. */
function* batched(
  rows: readonly RowInput[],
  seqBase: number,
  live: Seen[],
): Generator<{ batch: RowBatch; record: Uint8Array }> {
  const open = new RowBatch()
  const written = () => {
    const writer = new CanonicalWriter()
    open.write(writer)
    open.clear()
    return { batch: new RowBatch(), record: writer.copy() }
  }
  for (const [i, row] of rows.entries()) {
    if (!open.takes(row)) yield written()
    open.add(row, seqBase + i, 10 * i)
    open.step(watching(live, seqBase + i), open.count - 1)
  }
  yield written()
}

/** The part of a node a batch steps, which copies what it is shown. */
function watching(seen: Seen[], seq: number): Node {
  const see = (row: QuoteRow | TradeRow | BarRow, ts_seq_us: number) =>
    void seen.push({ seq, ts_seq_us, row: valuesOf(row) })
  return { stepQuote: see, stepTrade: see, stepBar: see } as unknown as Node
}

function valuesOf(row: QuoteRow | TradeRow | BarRow): Record<string, unknown> {
  const getters = Object.entries(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(row)))
    .filter(([, { get }]) => get !== undefined)
    .map(([name]) => [name, row[name as keyof typeof row]])
  return { instrument_index: row.instrument_index, ...Object.fromEntries(getters) }
}

/** What a handler can see of a row: all of it but its kind and when the adapter saw it. */
function seenOf({ type: _, ts_recv_us: __, ...row }: RowInput, seq: number, ts_seq_us: number): Seen {
  return { seq, ts_seq_us, row }
}
