// An order as the ledger section holds it, which every later build reads: without the node's own index.

import type { AccountId } from '../../schemas/ids.ts'
import type { LedgerOrder } from '../../schemas/ledger-section.ts'
import type { OrderRecord } from './order-record.ts'

export function ledgerOrder(order: OrderRecord): LedgerOrder {
  const { account_id: _account, instrument_index: _index, ...rest } = order
  return { ...rest, executions: rest.executions.map((execution) => ({ ...execution })) }
}

export function orderOfLedger(
  order: LedgerOrder,
  account_id: AccountId,
  instrument_index: number,
): OrderRecord {
  // The section was checked against its schema, whose texts and numbers are those of the record.
  return { ...order, account_id, instrument_index } as OrderRecord
}
