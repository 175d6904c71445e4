// How much of a child its parent's trades release.

import type { InstrumentSpec } from '../../engine/instrument-spec.ts'

/** A child of which nothing is released yet: what it comes to in all, and what of its parent that is in proportion to. */
export type Proportion = { readonly whole_units: number; readonly parent_units: number }

/**
 * What of its parent a child that is changed is in proportion to: of no more than that one is for, to all of it. One that is
 * lowered has no larger share than before.
 */
export function changedBase(before: Proportion, whole_units: number, parent_units: number): number {
  if (whole_units > parent_units) return before.parent_units
  if (whole_units >= before.whole_units) return parent_units
  const kept = (BigInt(whole_units) * BigInt(before.parent_units)) / BigInt(before.whole_units)
  return Math.max(parent_units, Number(kept))
}

/** The same where its parent is for more now: one that was for more than that is in proportion to all of it. */
export function raisedBase({ whole_units, parent_units }: Proportion, raised_units: number): number {
  return whole_units > parent_units ? Math.max(parent_units, raised_units) : parent_units
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
