// What a handler can see and do. Valid inside the handler it was handed to and nowhere else.

import type { Side, TimeInForce } from '../../schemas/messages/order.ts'

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

export type IndicatorView = { readonly value: number; readonly ready: boolean }

export type OrderRequest = {
  readonly instrument: string
  readonly side: Side
  /** Quantity in size units; `ctx.instrument(id).size('0.5')` makes them from a decimal. */
  readonly quantity_units: number
  /** A limit order's price in price units; absent: a market order. */
  readonly limit_price_units?: number
  /** Default: `ioc` for market orders, `gtc` for limit orders. */
  readonly time_in_force?: TimeInForce
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
  indicator(name: string): IndicatorView
  /** Signed size units of the strategy's own book. */
  position(instrument: string): number
  openOrders(): readonly OpenOrder[]
  /** Asks for an order; returns its counter, the name to cancel or replace it by. */
  submit(order: OrderRequest): number
  cancel(counter: number): void
  replace(
    counter: number,
    change: { readonly quantity_units: number; readonly limit_price_units: number },
  ): void
  /** Publishes a number under a name; other strategies subscribe to `<strategy id>.<name>`. */
  publish(name: string, value: number): void
  /** Calls onTimer(id) at a time; setting an id again moves it. */
  setTimer(id: string, at_us: number): void
  cancelTimer(id: string): void
  /** Uniform in [0, 1), from the strategy's own stream of the session's seed. */
  random(): number
}
