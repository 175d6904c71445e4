// The denial of an intent that never became a request to the gate.

import type { Intent } from '../../schemas/messages/intent.ts'
import type { DenialCode, OrderDenied } from '../../schemas/messages/risk.ts'
import { priceUnits, sizeUnits, timeUs } from '../../schemas/units.ts'

export type IntentDenial = {
  readonly reason_code: DenialCode
  /** What broke the rule; '' where there is nothing to name. */
  readonly value: string
  readonly limit?: string
  readonly now_us: number
}

/** Which venue the order would have gone to is not said. */
export function denialOf(
  intent: Intent,
  { reason_code, value, limit = '', now_us }: IntentDenial,
): OrderDenied {
  const { account_id, strategy_id, counter } = intent
  const isNew = intent.type === 'submit_intent'
  const isCancel = intent.type === 'cancel_intent'
  return {
    type: 'order_denied',
    account_id,
    strategy_id,
    counter,
    request: isNew ? 'new' : isCancel ? 'cancel' : 'replace',
    venue_id: '',
    instrument_id: isNew ? intent.instrument_id : '',
    side: isNew ? intent.side : '',
    order_type: isNew ? intent.order_type : '',
    time_in_force: isNew ? intent.time_in_force : '',
    price_units: isCancel ? priceUnits(0) : (intent.price_units ?? priceUnits(0)),
    trigger_price_units: isNew
      ? intent.terms.trigger_price_units
      : isCancel
        ? priceUnits(0)
        : (intent.trigger_price_units ?? priceUnits(0)),
    order_quantity_units: isCancel ? sizeUnits(0) : (intent.order_quantity_units ?? sizeUnits(0)),
    reason_code,
    value,
    limit,
    ts_event_us: timeUs(now_us),
  }
}
