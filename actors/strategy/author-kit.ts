// What a strategy file imports as `orrery`.

export { default as Type } from 'typebox'
export type { IndicatorSpec } from '../../engine/indicators/indicator.ts'
export {
  atr,
  bollinger,
  ema,
  macd,
  rollingMax,
  rollingMin,
  rsi,
  sma,
} from '../../engine/indicators/indicator-specs.ts'
export type { Bar, Signal } from '../../schemas/messages/market.ts'
export type { Fill, OrderFact } from '../../schemas/messages/order-fact.ts'
export type { OpenOrder, QuoteView, StrategyContext, TradeView } from './context.ts'
export { defineStrategy } from './definition.ts'
