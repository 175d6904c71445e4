// How much of a child its parent's trades release.

import type { InstrumentSpec } from '../../engine/instrument-spec.ts'

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
