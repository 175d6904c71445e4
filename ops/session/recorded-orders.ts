// The orders a journal recorded as sent, of a live session or a backtest: what a strategy asked for and the gate let
// through, whatever became of it.

import { readEffects } from '../../engine/effect-record.ts'
import { type Journal, RECORD_KIND } from '../../engine/journal-port.ts'
import type { NewOrderSingle } from '../../schemas/messages/order.ts'

/** By `<account>/<strategy>/<counter>`, in the order they were sent. */
export async function recordedOrders(
  journal: Pick<Journal, 'epochs' | 'read'>,
): Promise<Map<string, NewOrderSingle>> {
  const orders = new Map<string, NewOrderSingle>()
  for (const { epoch } of journal.epochs) {
    for await (const { kind, payload } of journal.read(epoch)) {
      if (kind !== RECORD_KIND.effects) continue
      for (const command of readEffects(payload, () => -1).commands) {
        if (command.type !== 'new_order_single') continue
        const { account_id, strategy_id, counter } = command
        orders.set(`${account_id}/${strategy_id}/${counter}`, command)
      }
    }
  }
  return orders
}
