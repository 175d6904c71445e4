// The records of a venue's ledger beside rows: a command as it came in, an operator's act upon the market, and a time that
// came without an input and made something happen. Rows are written as a node's are, and events of books by
// `book-batch.ts`.

import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { readCommand, writeCommand } from '../../engine/command-codec.ts'
import type { MarketAct } from '../../schemas/messages/market-act.ts'
import type { VenueCommand } from '../../schemas/messages/order.ts'

/** Stands where a record of rows has its own number. */
const COMMAND = 255
const TIME = 254
const ACT = 253
export const BOOK = 252
const TAG_OFFSET = 16

export type LedgerCommand = { readonly seq: number; readonly ts_us: number; readonly command: VenueCommand }

export type LedgerAct = { readonly seq: number; readonly ts_us: number; readonly act: MarketAct }

export function writeLedgerCommand(writer: CanonicalWriter, { seq, ts_us, command }: LedgerCommand): void {
  writer.number(seq)
  writer.number(ts_us)
  writer.byte(COMMAND)
  writeCommand(writer, command)
}

/** @param instrumentIndex finds the venue's index of an instrument id. */
export function readLedgerCommand(
  reader: CanonicalReader,
  instrumentIndex: (instrument_id: string) => number,
): LedgerCommand {
  const seq = reader.number()
  const ts_us = reader.number()
  reader.byte()
  return { seq, ts_us, command: readCommand(reader, instrumentIndex) }
}

export function writeLedgerAct(writer: CanonicalWriter, { seq, ts_us, act }: LedgerAct): void {
  writer.number(seq)
  writer.number(ts_us)
  writer.byte(ACT)
  writer.value(act)
}

export function readLedgerAct(reader: CanonicalReader): LedgerAct {
  const seq = reader.number()
  const ts_us = reader.number()
  reader.byte()
  return { seq, ts_us, act: reader.value() as MarketAct }
}

export function isLedgerAct(payload: Uint8Array): boolean {
  return payload[TAG_OFFSET] === ACT
}

export function writeLedgerTime(writer: CanonicalWriter, ts_us: number): void {
  writer.number(0)
  writer.number(ts_us)
  writer.byte(TIME)
}

export function isLedgerCommand(payload: Uint8Array): boolean {
  return payload[TAG_OFFSET] === COMMAND
}

export function isLedgerTime(payload: Uint8Array): boolean {
  return payload[TAG_OFFSET] === TIME
}

export function isLedgerBook(payload: Uint8Array): boolean {
  return payload[TAG_OFFSET] === BOOK
}

export function readLedgerTime(reader: CanonicalReader): number {
  reader.number()
  return reader.number()
}
