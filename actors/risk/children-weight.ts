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

/** An open order that children wait for. */
export type WeighedParent = {
  readonly cum_quantity_units: number
  /** The least that it was for, or was asked to be for, since there are any. */
  readonly least_units: number
}

/**
 * How far children may take a position beyond where it is, on their side. Each trades its share of what their parent has traded
 * and no more, in proportion to no less than the least that one was for: once it has traded so much, all of them are
 * released. Where together they are for more than that, they are farthest then, and what it has still to trade until then
 * comes first; where they are not, as far as they are released by now, which is no more than it has traded.
 *
 * @param extra_units of another child.
 */
export function childrenUnits(
  { cum_quantity_units, least_units }: WeighedParent,
  children: readonly Weighed[],
  extra_units: number,
): number {
  let open_units = extra_units
  let traded_units = 0
  for (const child of children) {
    open_units += openUnits(child)
    traded_units += child.cum_quantity_units
  }
  const ahead_units = Math.max(0, least_units - cum_quantity_units)
  const released_units = Math.max(0, cum_quantity_units - traded_units)
  return Math.max(open_units - ahead_units, Math.min(open_units, released_units))
}

/** What an order is for, or less where a replace in flight asks for less. */
export function leastUnits({
  cum_quantity_units,
  leaves_quantity_units,
  replace_quantity_units,
}: Weighed): number {
  const total_units = cum_quantity_units + leaves_quantity_units
  return replace_quantity_units === 0 ? total_units : Math.min(total_units, replace_quantity_units)
}
