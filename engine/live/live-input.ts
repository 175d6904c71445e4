// What a live node takes in. Market rows may be refused or conflated under overload; all else is kept.

import type { BarPriceType } from '../../schemas/messages/market.ts'
import type { ConflatedQuote } from '../conflation/conflated-quote.ts'
import type { KeptInput } from '../input-codec.ts'

export type TradeInput = {
  readonly type: 'trade'
  readonly instrument_index: number
  readonly ts_event_us: number
  readonly ts_recv_us: number
  readonly price_units: number
  readonly size_units: number
  /** 1 buy, -1 sell, 0 unknown. */
  readonly aggressor_side: number
}

/** A bar the venue made, at its end. */
export type BarInput = {
  readonly type: 'bar'
  readonly instrument_index: number
  readonly interval_us: number
  readonly price_type: BarPriceType
  readonly ts_event_us: number
  readonly ts_recv_us: number
  readonly open_price_units: number
  readonly high_price_units: number
  readonly low_price_units: number
  readonly close_price_units: number
  readonly volume_units: number
}

export type RowInput = ConflatedQuote | TradeInput | BarInput
export type LiveInput = RowInput | KeptInput
