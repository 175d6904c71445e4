// The cells that name an order's intent, the same in every file.

import type { OrderKey } from '../../schemas/messages/order.ts'
import type { OrderRow } from '../../schemas/run-files.ts'

type IntentCells = Pick<OrderRow, 'account_id' | 'strategy_id' | 'order_counter' | 'intent_id'>

export function intentCells({ account_id, strategy_id, counter }: OrderKey): IntentCells {
  const intent_id = `${account_id}/${strategy_id}/${counter}`
  return { account_id, strategy_id, order_counter: String(counter), intent_id }
}
