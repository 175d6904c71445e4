// What a handler can see and do. Valid inside the handler it was handed to and nowhere else.

import type { OrderType, Side, TimeInForce } from '../../schemas/messages/order.ts'
import type { GroupType, ParentFill, TrailUnit, TriggerMethod } from '../../schemas/messages/order-terms.ts'
import type { SecurityTradingStatus } from '../../schemas/messages/security-status.ts'

/** A quote as a strategy gets it: a copy, safe to keep. Prices and sizes in units of the instrument. */
export type QuoteView = {
  readonly instrument_id: string
  readonly ts_event_us: number
  readonly bid_price_units: number
  readonly ask_price_units: number
  readonly bid_size_units: number
  readonly ask_size_units: number
  /** Quotes this one stands for; 1 unless the feed was conflated. */
  readonly conflated_count: number
}

export type TradeView = {
  readonly instrument_id: string
  readonly ts_event_us: number
  readonly price_units: number
  readonly size_units: number
  /** 1 buy, -1 sell, 0 unknown. */
  readonly aggressor_side: number
}

/** An instrument as a strategy sees it, with exact conversions between decimal text and units. */
export type InstrumentView = {
  readonly instrument_id: string
  readonly quote_currency: string
  /** Units of a decimal price; throws when the text is finer than the instrument. */
  price(text: string): number
  /** Units of a decimal quantity. */
  size(text: string): number
  priceText(price_units: number): string
  sizeText(size_units: number): string
}

/** An instrument has changed its trading status. */
export type StatusView = {
  readonly instrument_id: string
  readonly status: SecurityTradingStatus
  readonly ts_event_us: number
}

export type IndicatorView = { readonly value: number; readonly ready: boolean }

export type OrderRequest = {
  readonly instrument: string
  readonly side: Side
  /** Quantity in size units; `ctx.instrument(id).size('0.5')` makes them from a decimal. */
  readonly quantity_units: number
  /** Default: what the prices say, from `market` over `limit` and `stop` to `stop_limit`, and `trailing_stop` with `trail`. */
  readonly order_type?: OrderType
  /** The limit in price units, for the types that have one. */
  readonly limit_price_units?: number
  /** Stop or touch price in price units; of a trailing stop where it stands at first, if not its offset from the market. */
  readonly trigger_price_units?: number
  /** Which price the trigger watches: the side it will meet (the default), the last trade, or the middle. */
  readonly trigger_method?: TriggerMethod
  /** How a trailing stop follows the market. */
  readonly trail?: {
    /** Price units, ticks or basis points behind the best price seen. */
    readonly offset: number
    readonly unit?: TrailUnit
    /** How far beyond the stop the limit of a trailing stop-limit order stands, in price units. */
    readonly limit_offset_units?: number
    /** Begins to trail when the market is here or better; absent, or 0: at once. */
    readonly activation_price_units?: number
  }
  /** Default: `ioc` for market orders, `gtd` where `expire_time_us` is given, `gtc` for all others. */
  readonly time_in_force?: TimeInForce
  /** When an order good till date expires, µs since the epoch. */
  readonly expire_time_us?: number
  /** Never takes liquidity: refused where it would. */
  readonly post_only?: boolean
  /** Closes what is open and never turns it over. */
  readonly reduce_only?: boolean
  /** Shows no more than this at a time. */
  readonly display_quantity_units?: number
  /** Waits until the order with this counter trades: a part of it (the default), with which it then grows, or all. */
  readonly parent?: { readonly counter: number; readonly fill?: ParentFill }
  /** Orders of one group, named by the counter of any one of them: one cancels, or updates, the others. */
  readonly group?: { readonly counter: number; readonly type: GroupType }
}

/**
 * What a replace changes: the new total, filled part included, and the prices the order's type has. What is left out stays as it
 * is. A trailing order has no trigger price to say.
 */
export type OrderChange = {
  readonly quantity_units?: number
  readonly limit_price_units?: number
  readonly trigger_price_units?: number
}

/** An open order of the strategy. */
export type OpenOrder = {
  readonly counter: number
  readonly instrument_id: string
  readonly side: Side
  readonly state: string
  readonly price_units: number
  readonly order_quantity_units: number
  readonly cum_quantity_units: number
}

export interface StrategyContext<Params, State> {
  readonly params: Params
  /** The strategy's own state. Plain data; change it freely inside a handler. */
  readonly state: State
  /** Engine time, µs since the epoch. */
  readonly now_us: number
  /** Whether orders would pass the lifecycle check: false while warming up, paused or halted. */
  readonly is_trading: boolean
  readonly instruments: readonly string[]
  instrument(id: string): InstrumentView
  /** Last quote of an instrument, undefined before the first. */
  quote(id: string): QuoteView | undefined
  /** Whether an instrument trades now, as its venue says; `trading` where it says nothing. */
  status(id: string): SecurityTradingStatus
  indicator(name: string): IndicatorView
  /** Signed size units of the strategy's own book. */
  position(instrument: string): number
  openOrders(): readonly OpenOrder[]
  /** Asks for an order; returns its counter, the name to cancel or replace it by. */
  submit(order: OrderRequest): number
  cancel(counter: number): void
  replace(counter: number, change: OrderChange): void
  /** Publishes a number under a name; other strategies subscribe to `<strategy id>.<name>`. */
  publish(name: string, value: number): void
  /** Calls onTimer(id), which the strategy must have, at a time; setting an id again moves it. */
  setTimer(id: string, at_us: number): void
  cancelTimer(id: string): void
  /** Uniform in [0, 1), from the strategy's own stream of the session's seed. */
  random(): number
}
