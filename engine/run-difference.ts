// Where a re-run said something else than the run before, in words for people.

import { CanonicalReader } from './canonical/canonical-reader.ts'
import { readEffects } from './effect-record.ts'
import { isRowRecord, readInput } from './input-codec.ts'
import { RECORD_KIND, type RecordKind } from './journal-port.ts'

/** `recorded` or `again` is undefined where one side had nothing more to say. */
export type RunDifference = {
  readonly lsn: number
  readonly recorded: string | undefined
  readonly again: string | undefined
}

/** Thrown out of the step that differs; the session is not continued. */
export class RunDifferenceError extends Error {
  override readonly name = 'RunDifferenceError'
  readonly difference: RunDifference

  constructor(difference: RunDifference) {
    super(`the re-run differs from the journal at record ${difference.lsn}`)
    this.difference = difference
  }
}

/** Tells what an effect record says of the orders and links that the engine itself keeps. */
export type DescribeHolding = (change: Uint8Array) => unknown

/** A record in words. */
export function describeRecord(
  kind: RecordKind,
  payload: Uint8Array,
  describeHolding: DescribeHolding,
): string {
  if (kind === RECORD_KIND.effects) return describeEffects(payload, describeHolding)
  if (kind === RECORD_KIND.input) return describeInput(payload)
  return `a record of kind ${kind} with ${payload.length} bytes`
}

function describeEffects(payload: Uint8Array, describeHolding: DescribeHolding): string {
  const { holdings, ...said } = readEffects(payload, noIndex)
  const told = holdings.map(({ account_id, change }) => ({ account_id, change: describeHolding(change) }))
  return text({ ...said, holdings: told })
}

function describeInput(payload: Uint8Array): string {
  const reader = new CanonicalReader(payload)
  if (!isRowRecord(payload)) return text(readInput(reader, noIndex))
  return text({ seq: reader.number(), ts_seq_us: reader.number(), input: { type: 'rows' } })
}

function noIndex(): number {
  return -1
}

/** As JSON, with bigints as decimal texts. */
function text(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? part.toString() : part))
}
