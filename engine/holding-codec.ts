// Canonical bytes of one entry of an effect record: whether the engine itself keeps orders or links of an account. They
// are in no ledger section, so a changed build must know that there are any.

import type { AccountId } from '../schemas/ids.ts'
import type { CanonicalReader } from './canonical/canonical-reader.ts'
import type { CanonicalWriter } from './canonical/canonical-writer.ts'

/** Begins such an entry. */
export const HOLDING_ENTRY = 129

export type Holding = { readonly account_id: AccountId; readonly is_holding: boolean }

export function writeHoldingEntry(writer: CanonicalWriter, { account_id, is_holding }: Holding): void {
  writer.byte(HOLDING_ENTRY)
  writer.text(account_id)
  writer.flag(is_holding)
}

/** Behind the entry's first byte. */
export function readHoldingEntry(reader: CanonicalReader): Holding {
  return { account_id: reader.text() as AccountId, is_holding: reader.flag() }
}
