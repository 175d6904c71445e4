// Canonical bytes of one entry of an effect record: what changed in the orders and links that the engine itself keeps of an
// account. A changed build folds them in, as it does what was sent; what the bytes say is execution's own.

import type { AccountId } from '../schemas/ids.ts'
import type { CanonicalReader } from './canonical/canonical-reader.ts'
import type { CanonicalWriter } from './canonical/canonical-writer.ts'

/** Begins such an entry. */
export const HOLDING_ENTRY = 129

export type Holding = { readonly account_id: AccountId; readonly change: Uint8Array }

export function writeHoldingEntry(writer: CanonicalWriter, { account_id, change }: Holding): void {
  writer.byte(HOLDING_ENTRY)
  writer.text(account_id)
  writer.bytes(change)
}

/** Behind the entry's first byte. */
export function readHoldingEntry(reader: CanonicalReader): Holding {
  return { account_id: reader.text() as AccountId, change: reader.bytes() }
}
