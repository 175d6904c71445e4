// What a fact of an order books, in words for a person: a trade, one taken back, or one put in the place of another.

import type { OrderFact } from '../../schemas/messages/order-fact.ts'

type Units = (units: number) => string

export function tradeWords(
  fact: Pick<
    OrderFact,
    'last_quantity_units' | 'last_price_units' | 'reversed_quantity_units' | 'reversed_price_units'
  >,
  size: Units,
  price: Units,
): string {
  const { last_quantity_units, last_price_units, reversed_quantity_units, reversed_price_units } = fact
  const booked = `${size(last_quantity_units)} at ${price(last_price_units)}`
  if (reversed_quantity_units === 0) return booked
  const reversed = `${size(reversed_quantity_units)} at ${price(reversed_price_units)}`
  return last_quantity_units === 0 ? `${reversed} taken back` : `${booked}, instead of ${reversed}`
}
