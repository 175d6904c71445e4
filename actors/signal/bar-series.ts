// One bar series as the signal actor holds it: where its bars come from, whose indicators follow it, where it is sent.

import type { BarBuilder } from '../../engine/bars/bar-builder.ts'
import type { Route } from '../../engine/bus.ts'
import type { Indicator } from '../../engine/indicators/indicator.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import type { BarRow } from '../../engine/market/market-rows.ts'
import type { Bar, BarPriceType } from '../../schemas/messages/market.ts'
import { priceUnits, sizeUnits, timeUs } from '../../schemas/units.ts'

export type BarSeries = {
  readonly instrument: InstrumentSpec
  readonly interval_us: number
  readonly price_type: BarPriceType
  /** Builds the bars from ticks; undefined where the bars are imported. */
  readonly builder: BarBuilder | undefined
  readonly route: Route<Bar>
  readonly indicators: Indicator[]
}

/** An imported bar as a message of its own, since the row moves on. */
export function barOfRow(instrument: InstrumentSpec, row: BarRow): Bar {
  return {
    type: 'bar',
    instrument_id: instrument.instrument_id,
    instrument_index: instrument.index,
    interval_us: row.interval_us,
    price_type: row.price_type,
    ts_event_us: timeUs(row.ts_event_us),
    open_price_units: priceUnits(row.open_price_units),
    high_price_units: priceUnits(row.high_price_units),
    low_price_units: priceUnits(row.low_price_units),
    close_price_units: priceUnits(row.close_price_units),
    volume_units: sizeUnits(row.volume_units),
    tick_count: 0,
  }
}
