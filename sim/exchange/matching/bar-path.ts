// The way an imported bar is traded through: which of its prices come in which order, and how much is shown at each.

import type { BarExpansion } from '../../../schemas/config/simulation-config.ts'

export type BarPrices = {
  readonly open_price_units: number
  readonly high_price_units: number
  readonly low_price_units: number
  readonly close_price_units: number
  /** 0 where the data has none. */
  readonly volume_units: number
}

export type BarStep = {
  readonly price_units: number
  /** Shown at the price; undefined where the bar has no volume: the configured default. */
  readonly size_units: number | undefined
  readonly point: 'open' | 'high' | 'low' | 'close'
}

/** Open, high, low, close, or the extreme nearer to the open first; a quarter of the volume each, what is left at the close. */
export function barPath(bar: BarPrices, expansion: BarExpansion, lot_units: number): BarStep[] {
  const { open_price_units, high_price_units, low_price_units, close_price_units, volume_units } = bar
  const quarter = Math.floor(volume_units / 4 / lot_units) * lot_units
  if (expansion === 'close')
    return [{ price_units: close_price_units, size_units: undefined, point: 'close' }]
  const hasVolume = volume_units > 0
  const size_units = hasVolume ? quarter : undefined
  const rest = hasVolume ? volume_units - 3 * quarter : undefined
  const open: BarStep = { price_units: open_price_units, size_units, point: 'open' }
  const high: BarStep = { price_units: high_price_units, size_units, point: 'high' }
  const low: BarStep = { price_units: low_price_units, size_units, point: 'low' }
  const close: BarStep = { price_units: close_price_units, size_units: rest, point: 'close' }
  const isLowFirst =
    expansion === 'adaptive' && open_price_units - low_price_units < high_price_units - open_price_units
  return isLowFirst ? [open, low, high, close] : [open, high, low, close]
}
