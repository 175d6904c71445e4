// What may trade of orders that wait at their venue for another of the other side.

/** What an open order may still trade, as far as the gate counts it. */
export type Weighed = {
  readonly cum_quantity_units: number
  readonly leaves_quantity_units: number
  /** New total of a replace in flight, 0 without one. */
  readonly replace_quantity_units: number
}

/** While a replace is in flight the larger of both quantities counts. */
export function openUnits({
  cum_quantity_units,
  leaves_quantity_units,
  replace_quantity_units,
}: Weighed): number {
  return Math.max(leaves_quantity_units, replace_quantity_units - cum_quantity_units)
}

/**
 * How far children may take a position beyond where it is, on their side. They trade their share of what their parent has
 * traded and no more, so that what that one has left to trade comes first; at the least it is what of them is released by now.
 * That is no more than the parent has traded where together they are for no more than it is; where they are for more, all
 * of them without what it has left is more than that.
 *
 * @param extra_units of another child.
 */
export function childrenUnits(parent: Weighed, children: readonly Weighed[], extra_units: number): number {
  let open_units = extra_units
  let traded_units = 0
  for (const child of children) {
    open_units += openUnits(child)
    traded_units += child.cum_quantity_units
  }
  const released_units = Math.max(0, parent.cum_quantity_units - traded_units)
  return Math.max(open_units - parent.leaves_quantity_units, Math.min(open_units, released_units))
}
