// Market messages beyond rows: bars built or imported, and the signals of strategies.

import type { InstrumentId, StrategyId } from '../ids.ts'
import type { PriceUnits, SizeUnits, TimeUs } from '../units.ts'

export const BAR_PRICE_TYPES = ['bid', 'ask', 'last'] as const
export type BarPriceType = (typeof BAR_PRICE_TYPES)[number]

/** A closed bar: `ts_event_us` is its end; it holds what happened after its start and up to its end. */
export type Bar = {
  readonly type: 'bar'
  readonly instrument_id: InstrumentId
  readonly instrument_index: number
  readonly interval_us: number
  readonly price_type: BarPriceType
  readonly ts_event_us: TimeUs
  readonly open_price_units: PriceUnits
  readonly high_price_units: PriceUnits
  readonly low_price_units: PriceUnits
  readonly close_price_units: PriceUnits
  /** Traded quantity; 0 where the data has none. */
  readonly volume_units: SizeUnits
  /** Ticks in the bar; 0 for an imported bar. */
  readonly tick_count: number
}

/** A number a strategy publishes for others. */
export type Signal = {
  readonly type: 'signal'
  readonly strategy_id: StrategyId
  readonly name: string
  readonly value: number
  readonly ts_event_us: TimeUs
}

/** Names a bar series: `EURUSD.fxcm/60000000/bid`. */
export function barSeries(instrument_id: string, interval_us: number, price_type: string): string {
  return `${instrument_id}/${interval_us}/${price_type}`
}
