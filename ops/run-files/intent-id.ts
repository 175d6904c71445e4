// The name of an order's intent, the same in every file.

import type { OrderKey } from '../../schemas/messages/order.ts'

export function intentId({ account_id, strategy_id, counter }: OrderKey): string {
  return `${account_id}/${strategy_id}/${counter}`
}
