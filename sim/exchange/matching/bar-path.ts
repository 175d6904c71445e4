// The way an imported bar is traded through: which of its prices come in which order, and how much is shown at each.

import type { BarColumns } from '../../../engine/tick-store-port.ts'
import type { BarExpansion } from '../../../schemas/config/simulation-config.ts'
import type { Side } from '../../../schemas/messages/order.ts'

export type BarPrices = {
  readonly open_price_units: number
  readonly high_price_units: number
  readonly low_price_units: number
  readonly close_price_units: number
  /** 0 where the data has none. */
  readonly volume_units: number
}

/** At its end. Without its other prices it is its close alone. */
export type ImportedBar = {
  readonly price_type: BarColumns['price_type']
  readonly interval_us: number
  readonly close_price_units: number
  readonly prices: BarPrices | undefined
}

/** The side whose resting orders bars touch: a bar of bids or of asks its own; a last price, and both together, either. */
export function touchedSide(bars: readonly Pick<ImportedBar, 'price_type'>[]): Side | undefined {
  const [bar] = bars as [ImportedBar]
  if (bars.length > 1 || bar.price_type === 'last') return undefined
  return bar.price_type === 'bid' ? 'buy' : 'sell'
}

export type BarStep = {
  readonly price_units: number
  /** Shown at the price; undefined where the bar has no volume: the configured default. */
  readonly size_units: number | undefined
  readonly point: 'open' | 'high' | 'low' | 'close'
}

/**
 * Open, high, low, close, or the extreme nearer to the open first; a quarter of the volume each, what is left at the close.
 * Of bids and asks that end together both take one order, that of both together.
 */
export function barPaths(
  bars: readonly BarPrices[],
  expansion: Exclude<BarExpansion, 'close'>,
  lot_units: number,
): readonly (readonly BarStep[])[] {
  const sum = (of: (bar: BarPrices) => number) => bars.reduce((total, bar) => total + of(bar), 0)
  const isLowFirst =
    expansion === 'adaptive' &&
    sum((bar) => bar.open_price_units - bar.low_price_units) <
      sum((bar) => bar.high_price_units - bar.open_price_units)
  return bars.map((bar) => {
    const { open, high, low, close } = stepsOf(bar, lot_units)
    return isLowFirst ? [open, low, high, close] : [open, high, low, close]
  })
}

function stepsOf(bar: BarPrices, lot_units: number): { readonly [point in BarStep['point']]: BarStep } {
  const { open_price_units, high_price_units, low_price_units, close_price_units, volume_units } = bar
  const quarter = Math.floor(volume_units / 4 / lot_units) * lot_units
  const hasVolume = volume_units > 0
  const size_units = hasVolume ? quarter : undefined
  const rest = hasVolume ? volume_units - 3 * quarter : undefined
  return {
    open: { price_units: open_price_units, size_units, point: 'open' },
    high: { price_units: high_price_units, size_units, point: 'high' },
    low: { price_units: low_price_units, size_units, point: 'low' },
    close: { price_units: close_price_units, size_units: rest, point: 'close' },
  }
}

export function pricesOf({
  open_price_units,
  high_price_units,
  low_price_units,
  close_price_units,
  volume_units,
}: BarPrices): BarPrices {
  return { open_price_units, high_price_units, low_price_units, close_price_units, volume_units }
}
