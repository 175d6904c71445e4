import { unreachable } from '../../schemas/assert.ts'
import { Atr } from './atr.ts'
import { Bollinger } from './bollinger.ts'
import { Ema } from './ema.ts'
import type { BarIndicator, BarRange, ValueIndicator } from './indicator-kinds.ts'
import { Macd } from './macd.ts'
import { RollingExtreme } from './rolling-extreme.ts'
import { Rsi } from './rsi.ts'
import { rollingDeviation, sma } from './window-statistic.ts'

/** An indicator as a strategy asks for it. */
export type IndicatorSpec =
  | {
      readonly kind: 'ema' | 'sma' | 'rsi' | 'atr' | 'rolling_deviation' | 'rolling_max' | 'rolling_min'
      readonly period: number
    }
  | { readonly kind: 'bollinger'; readonly period: number; readonly deviations: number }
  | {
      readonly kind: 'macd'
      readonly fast_period: number
      readonly slow_period: number
      readonly signal_period: number
    }

export type Indicator = ValueIndicator | BarIndicator

/** What a specification of a kind may say. */
export function specKeys(kind: IndicatorSpec['kind']): ReadonlySet<string> {
  if (kind === 'bollinger') return BOLLINGER_KEYS
  return kind === 'macd' ? MACD_KEYS : PERIOD_KEYS
}

const PERIOD_KEYS = new Set(['kind', 'period'])
const BOLLINGER_KEYS = new Set(['kind', 'period', 'deviations'])
const MACD_KEYS = new Set(['kind', 'fast_period', 'slow_period', 'signal_period'])

/** Makes the indicator a specification asks for; who needs its other lines, such as a band's, makes its class. */
export function createIndicator(spec: IndicatorSpec): Indicator {
  switch (spec.kind) {
    case 'ema':
      return new Ema(spec.period)
    case 'sma':
      return sma(spec.period)
    case 'rsi':
      return new Rsi(spec.period)
    case 'atr':
      return new Atr(spec.period)
    case 'rolling_deviation':
      return rollingDeviation(spec.period)
    case 'bollinger':
      return new Bollinger(spec.period, spec.deviations)
    case 'macd':
      return new Macd(spec.fast_period, spec.slow_period, spec.signal_period)
    case 'rolling_max':
      return new RollingExtreme('max', spec.period)
    case 'rolling_min':
      return new RollingExtreme('min', spec.period)
    default:
      return unreachable(spec)
  }
}

/** Feeds any indicator a bar; one that takes values gets the close. */
export function updateByBar(indicator: Indicator, bar: BarRange): void {
  if (indicator.input === 'bar') indicator.update(bar)
  else indicator.update(bar.close_price_units)
}
