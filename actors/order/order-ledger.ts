// An order as the ledger section holds it, which every later build reads: without the node's own index.

import type { AccountId } from '../../schemas/ids.ts'
import type { LedgerOrder } from '../../schemas/ledger-section.ts'
import { type OrderTerms, PLAIN_TERMS } from '../../schemas/messages/order-terms.ts'
import type { OrderRecord } from './order-record.ts'

export function ledgerOrder(order: OrderRecord): LedgerOrder {
  const { account_id: _account, instrument_index: _index, terms, ...rest } = order
  const said = terms === PLAIN_TERMS ? {} : { terms: { ...terms } }
  return { ...rest, ...said, executions: rest.executions.map((execution) => ({ ...execution })) }
}

export function orderOfLedger(
  order: LedgerOrder,
  account_id: AccountId,
  instrument_index: number,
): OrderRecord {
  // The section was checked against its schema, whose texts and numbers are those of the record.
  const terms = (order.terms ?? PLAIN_TERMS) as OrderTerms
  return { ...order, terms, account_id, instrument_index } as OrderRecord
}
