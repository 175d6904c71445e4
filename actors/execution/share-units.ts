// How much of a child its parent's trades release.

import type { InstrumentSpec } from '../../engine/instrument-spec.ts'

/** A child of which nothing is released yet: what it comes to in all, and what of its parent that is in proportion to. */
export type Proportion = { readonly whole_units: number; readonly parent_units: number }

/** What a parent is for, and what replaces of it ask for that have no answer yet. */
export type ParentUnits = { readonly units: number; readonly asked_units: readonly number[] }

/** What of its parent a new child is in proportion to: the least that may come to be and that it fits in, else the largest. */
export function askedBase(whole_units: number, { units, asked_units }: ParentUnits): number {
  const all_units = [units, ...asked_units]
  return least(whole_units, all_units) ?? Math.max(...all_units)
}

/**
 * What of its parent a child that is changed is in proportion to: to all that one is for, and to what it is asked to be for as
 * far as the share stays what it was. It gets no larger one where it is lowered, and none beyond one to one, or the one it
 * had, where it is for more than its parent.
 */
export function changedBase(
  { whole_units: before_units, parent_units }: Proportion,
  whole_units: number,
  { units, asked_units }: ParentUnits,
): number {
  // Of so much its share is the one it had, or less.
  const product = BigInt(whole_units) * BigInt(parent_units)
  const kept_units = Number((product + BigInt(before_units) - 1n) / BigInt(before_units))
  const less_units = Math.min(units, ...asked_units)
  if (whole_units < before_units) return Math.max(less_units, kept_units)
  const more_units = Math.max(units, ...asked_units)
  if (whole_units > more_units) return Math.max(parent_units, Math.min(whole_units, kept_units))
  const fits_units = least(whole_units, asked_units.length === 0 ? [units] : asked_units) ?? more_units
  return Math.min(Math.max(kept_units, less_units), fits_units)
}

function least(whole_units: number, candidates: readonly number[]): number | undefined {
  const fits = candidates.filter((units) => units >= whole_units)
  return fits.length === 0 ? undefined : Math.min(...fits)
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
