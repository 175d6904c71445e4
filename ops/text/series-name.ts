// A series as a person reads it.

import type { TickSeries } from '../../engine/tick-store-port.ts'

export function seriesName(series: TickSeries): string {
  if (series.kind !== 'bar') return `${series.instrument_id} ${series.kind}`
  return `${series.instrument_id} bar ${series.interval_us / 1_000_000} s ${series.price_type}`
}
