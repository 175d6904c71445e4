// How much of a child its parent's trades release.

import type { InstrumentSpec } from '../../engine/instrument-spec.ts'

/**
 * What of its parent a child is in proportion to: what that one was for as the child was asked for, or changed to no more
 * than that, and more where it has been raised since. What it is lowered by is as if canceled.
 */
export function baseUnits(
  { parent_units }: { readonly parent_units: number },
  { order_quantity_units }: { readonly order_quantity_units: number },
): number {
  return Math.max(parent_units, order_quantity_units)
}

/** Of a child's quantity the part its parent has traded of its own: in whole lots, and nothing below the least order. */
export function shareUnits(
  whole_units: number,
  traded_units: number,
  parent_units: number,
  { lot_units, quantity_min_units }: InstrumentSpec,
): number {
  if (traded_units === 0) return 0
  if (traded_units >= parent_units) return whole_units
  const part = Number((BigInt(whole_units) * BigInt(traded_units)) / BigInt(parent_units))
  return part < quantity_min_units ? 0 : part - (part % lot_units)
}
