import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AccountId } from '../schemas/ids.ts'
import { CanonicalWriter } from './canonical/canonical-writer.ts'
import { writeHoldingEntry } from './holding-codec.ts'
import { writeInput } from './input-codec.ts'
import { RECORD_KIND } from './journal-port.ts'
import { journaledInput, rowInput } from './live/live-input.test-support.ts'
import { RowBatch } from './live/row-batch.ts'
import { describeRecord } from './run-difference.ts'

test('any input record is put into words, with its place, its time and what it is', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), journaledInput, (seq, ts_seq_us, input) => {
      const writer = new CanonicalWriter()
      writeInput(writer, seq, ts_seq_us, input)
      const said: unknown = JSON.parse(describeRecord(RECORD_KIND.input, writer.view(), describeHolding))
      expect(said).toMatchObject({ seq, ts_seq_us, input: { type: input.type } })
    }),
  )
})

test('a record of rows is named by its first row, any other kind by its size', () => {
  const [row] = fc.sample(rowInput, { seed: 1, numRuns: 1 })
  const batch = new RowBatch()
  if (row !== undefined) batch.add(row, 7, 1_000)
  const writer = new CanonicalWriter()
  batch.write(writer)
  expect(describeRecord(RECORD_KIND.input, writer.view(), describeHolding)).toBe(
    '{"seq":7,"ts_seq_us":1000,"input":{"type":"rows"}}',
  )
  expect(describeRecord(RECORD_KIND.snapshot, new Uint8Array(3), describeHolding)).toBe(
    'a record of kind 3 with 3 bytes',
  )
})

test('what an effect record says of held orders is told in the words of whoever keeps them', () => {
  const record = new CanonicalWriter()
  record.number(7)
  record.number(1_000)
  const entry = new CanonicalWriter()
  writeHoldingEntry(entry, { account_id: 'main' as AccountId, change: new Uint8Array([1, 2]) })
  record.bytes(entry.view())
  expect(JSON.parse(describeRecord(RECORD_KIND.effects, record.view(), describeHolding))).toEqual({
    seq: 7,
    ts_seq_us: 1_000,
    commands: [],
    messages: [],
    holdings: [{ account_id: 'main', change: '2 bytes' }],
  })
})

function describeHolding(change: Uint8Array): string {
  return `${change.length} bytes`
}
