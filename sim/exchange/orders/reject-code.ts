// Why the venue refuses. Codes are stable: strategies, metrics and tests match them.

import type { PriceReason, QuantityReason } from '../../../engine/instrument-spec.ts'
import type { AccountRefusal } from '../accounts/venue-account.ts'

export type RejectCode =
  | Exclude<PriceReason, ''>
  | Exclude<QuantityReason, ''>
  | Exclude<AccountRefusal, ''>
  | 'unknown_account'
  | 'unknown_instrument'
  | 'unsupported_order_type'
  | 'unsupported_cancel'
  | 'unsupported_replace'
  | 'duplicate_client_order_id'
  | 'no_market'
  | 'unsupported_trigger_method'
  | 'unsupported_instruction'
  | 'display_quantity'
  | 'trail_offset'
  | 'expire_time_past'
  | 'post_only_would_take'
  | 'would_not_reduce'
  | 'market_closed'
  | 'market_halted'
  | 'not_in_call'
  | 'auction_missed'
  | 'too_late_to_cancel'
  | 'linked_order_gone'
  | 'linked_quantity'
  | 'linked_type'
  | 'unknown_order'
  | 'order_terminal'
  | 'order_replaced'
  | 'quantity_not_above_filled'

export const REJECT_TEXT: { readonly [code in RejectCode]: string } = {
  unknown_account: 'The account does not trade at this venue.',
  unknown_instrument: 'The venue does not list the instrument.',
  unsupported_order_type: 'The venue does not take this order type with this time in force.',
  unsupported_cancel: 'The venue does not take cancel requests.',
  unsupported_replace: 'The venue does not take replace requests.',
  duplicate_client_order_id: 'An order with this client order id was already received.',
  price_out_of_range: 'The price is out of range.',
  price_not_positive: 'The price must be above zero.',
  price_no_increment: 'No price increment is defined for this price at this time.',
  price_off_increment: 'The price is not a multiple of the price increment.',
  quantity_out_of_range: 'The quantity is out of range.',
  quantity_not_positive: 'The quantity must be above zero.',
  quantity_below_minimum: 'The quantity is below the smallest the venue takes.',
  quantity_off_lot: 'The quantity is not a multiple of the lot.',
  unsupported_trigger_method: 'The venue does not watch this price for triggers.',
  unsupported_instruction: 'The venue does not take post-only, reduce-only, displayed quantities or links.',
  linked_order_gone: 'The order it is linked to is not there, or leaves nothing of it.',
  linked_quantity: 'The quantity of an order that grows with its parent cannot be replaced.',
  linked_type: 'The group it is to join is of another type.',
  display_quantity: 'The displayed quantity is not a valid part of the quantity.',
  trail_offset: 'A trailing order needs an offset above zero, and a sell one below its whole price.',
  expire_time_past: 'The expire time is past.',
  post_only_would_take: 'The order is post-only and would take liquidity.',
  would_not_reduce: 'The order may only reduce, and there is nothing to reduce on the other side.',
  no_market: 'The instrument has no price yet.',
  short_not_allowed: 'The instrument cannot be sold short.',
  insufficient_margin: 'Equity does not cover margin and leverage of the worst case with this order.',
  market_closed: 'The venue is closed and keeps no orders for its next opening.',
  market_halted: 'Trading in the instrument is halted.',
  not_in_call: 'The instrument does not trade at the moment, and the order cannot wait.',
  auction_missed: 'The auction the order is for is over, or takes no further orders.',
  too_late_to_cancel: 'Orders for the auction can no longer be canceled or replaced.',
  unknown_order: 'The venue knows no such order of this account.',
  order_terminal: 'The order is already filled, canceled or rejected.',
  order_replaced: 'The order was replaced; a later incarnation is in force.',
  quantity_not_above_filled: 'The new quantity is not above what is already filled.',
}
