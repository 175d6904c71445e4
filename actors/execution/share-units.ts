// How much of a child its parent's trades release.

import type { InstrumentSpec } from '../../engine/instrument-spec.ts'

/** A child of which nothing is released yet: what it comes to in all, and what of its parent that is in proportion to. */
export type Proportion = { readonly whole_units: number; readonly parent_units: number }

/** What a parent is for: two quantities, where a replace of it has no answer yet. */
export type ParentUnits = { readonly less_units: number; readonly more_units: number }

/**
 * What of its parent a child that is changed is in proportion to: to all that one is for, as far as that leaves it no larger
 * share where it is lowered, and no more than one to one, or the share it had, where it is for more than its parent.
 */
export function changedBase(
  { whole_units: before_units, parent_units }: Proportion,
  whole_units: number,
  { less_units, more_units }: ParentUnits,
): number {
  // Of so much its share is the one it had, or less.
  const product = BigInt(whole_units) * BigInt(parent_units)
  const kept_units = Number((product + BigInt(before_units) - 1n) / BigInt(before_units))
  if (whole_units < before_units) return Math.max(less_units, kept_units)
  if (whole_units > more_units) return Math.max(parent_units, Math.min(whole_units, kept_units))
  return Math.min(Math.max(kept_units, less_units), more_units)
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
