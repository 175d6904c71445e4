// The port of the raw tape: every row a feed offered, as it was before conflation, with the input that carried it.
//
// Ownership: the tape keeps what it is handed. Order: rows of one instrument are sequenced in the order they were
// offered, whatever conflates, so a queue per instrument finds the rows of an input. It is off the decision path: it
// never refuses, never waits, and drops with a count beyond its bound.

import type { RowInput } from './live-input.ts'

export interface RawTape {
  /** Rows that a feed which can wait may offer before it waits; others may go on. */
  readonly room: number
  /** Names a feed's stream; the number stands for it in `offered`. */
  stream(name: string): number
  /** A row was offered. `taken` is false where the node refused it; then no input carries it. */
  offered(row: RowInput, taken: boolean, stream: number, sequence: number, row_in_message: number): void
  /** The oldest `count` rows taken of an instrument were stepped as the input `seq`. Called in order of `seq`. */
  sequenced(instrument_index: number, count: number, seq: number, ts_seq_us: number): void
  /** All inputs up to `seq` are in the journal's records up to `lsn`: after each turn of the session. */
  appended(lsn: number, seq: number): void
  /** The journal's records up to `lsn` are durable: rows of their inputs may be told to others. */
  durable(lsn: number): void
}
