// What a strategy asked for, in words for a person: only what it set.

import { unreachable } from '../../schemas/assert.ts'
import type { Intent, SubmitIntent } from '../../schemas/messages/intent.ts'
import { decimalString, isoTime } from '../../schemas/units.ts'
import type { WhyEvent } from './why-event.ts'

type Scales = Pick<WhyEvent, 'price_scale' | 'size_scale'>

export function intentWords(intent: Intent, scales: Scales): string {
  const price = (units: number) => decimalString(units, scales.price_scale)
  const size = (units: number) => decimalString(units, scales.size_scale)
  switch (intent.type) {
    case 'submit_intent': {
      const { side, order_quantity_units, instrument_id, order_type, time_in_force } = intent
      const limit = intent.price_units === 0 ? '' : ` at ${price(intent.price_units)}`
      const order = `${side} ${size(order_quantity_units)}${limit} ${instrument_id} ${order_type} ${time_in_force}`
      return [order, ...termWords(intent, scales)].join(', ')
    }
    case 'cancel_intent':
      return `cancel it, as ${intent.request_counter}`
    case 'replace_intent': {
      // What a change left out was 0 once.
      const { price_units = 0, trigger_price_units = 0, order_quantity_units = 0 } = intent
      const quantity = order_quantity_units === 0 ? '' : ` by ${size(order_quantity_units)}`
      const limit = price_units === 0 ? '' : ` at ${price(price_units)}`
      const trigger = trigger_price_units === 0 ? '' : `, triggered at ${price(trigger_price_units)}`
      return `replace it${quantity}${limit}${trigger}, as ${intent.request_counter}`
    }
    default:
      return unreachable(intent)
  }
}

function termWords({ terms, counter }: SubmitIntent, { price_scale, size_scale }: Scales): string[] {
  const price = (units: number) => decimalString(units, price_scale)
  const words: string[] = []
  if (terms.trigger_price_units !== 0)
    words.push(`triggered at ${price(terms.trigger_price_units)} (${terms.trigger_method})`)
  if (terms.trail_offset !== 0)
    words.push(
      `trailing ${terms.trail_unit === 'price' ? price(terms.trail_offset) : `${terms.trail_offset} ${terms.trail_unit}`} behind`,
    )
  if (terms.activation_price_units !== 0) words.push(`active from ${price(terms.activation_price_units)} on`)
  if (terms.limit_offset_units !== 0) words.push(`limit ${price(terms.limit_offset_units)} beyond the stop`)
  if (terms.expire_time_us !== 0) words.push(`until ${isoTime(terms.expire_time_us)}`)
  if (terms.post_only) words.push('post only')
  if (terms.reduce_only) words.push('reduce only')
  if (terms.display_quantity_units !== 0)
    words.push(`showing ${decimalString(terms.display_quantity_units, size_scale)}`)
  if (terms.parent_counter !== 0)
    words.push(`once ${terms.parent_counter} has traded${terms.parent_fill === 'full' ? ' whole' : ''}`)
  if (terms.group_type !== '' && terms.group_counter !== counter)
    words.push(`in one group with ${terms.group_counter} (${terms.group_type})`)
  return words
}
