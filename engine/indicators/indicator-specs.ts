// The author's words for indicators: `ema(10)` is a specification; the signal actor makes and feeds the indicator.

import type { IndicatorSpec } from './indicator.ts'

export const ema = (period: number) => ({ kind: 'ema', period }) as const satisfies IndicatorSpec
export const sma = (period: number) => ({ kind: 'sma', period }) as const satisfies IndicatorSpec
export const rsi = (period = 14) => ({ kind: 'rsi', period }) as const satisfies IndicatorSpec
export const atr = (period = 14) => ({ kind: 'atr', period }) as const satisfies IndicatorSpec
export const rollingDeviation = (period: number) =>
  ({ kind: 'rolling_deviation', period }) as const satisfies IndicatorSpec
export const rollingMax = (period: number) =>
  ({ kind: 'rolling_max', period }) as const satisfies IndicatorSpec
export const rollingMin = (period: number) =>
  ({ kind: 'rolling_min', period }) as const satisfies IndicatorSpec
export const bollinger = (period = 20, deviations = 2) =>
  ({ kind: 'bollinger', period, deviations }) as const satisfies IndicatorSpec
export const macd = (fast_period = 12, slow_period = 26, signal_period = 9) =>
  ({ kind: 'macd', fast_period, slow_period, signal_period }) as const satisfies IndicatorSpec
