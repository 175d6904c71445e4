// What a file of a strategy, or of a model of a simulated exchange, imports as `orrery`.

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
export type { ModelContext, ModelFill, ModelOrder, ModelView } from './market-model.ts'
export { defineFillModel, defineImpactModel } from './market-model.ts'
