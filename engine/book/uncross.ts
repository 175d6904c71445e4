// The one price of an auction. Of all prices it is the one at which most trades; among those the one that leaves the
// smallest imbalance; among those the one nearest to the reference price; and of two as near, the higher.

/** What somebody would trade: buyers at their price or below it, sellers at theirs or above. */
export type Interest = {
  /** Infinity for a buyer, -Infinity for a seller who names none. */
  readonly price_units: number
  readonly size_units: number
}

export type Uncross = { readonly price_units: number; readonly volume_units: number }

export type UncrossTerms = {
  /** Where nobody names a price the nearest on the increment is the price. */
  readonly reference_price_units: number
  readonly increment_units: number
  /** Whether prices that nobody names are on the increment wherever the reference is (schemas/behaviour.ts). */
  readonly on_increment: boolean
  /** No lower price is valid. */
  readonly price_min_units: number
}

/** Price and volume of the auction; undefined where nobody meets. */
export function uncross(
  buys: readonly Interest[],
  sells: readonly Interest[],
  terms: UncrossTerms,
): Uncross | undefined {
  const demand = cumulated(buys, -1)
  const supply = cumulated(sells, 1)
  let best: (Uncross & { readonly imbalance: number; readonly distance: number }) | undefined
  for (const price_units of candidates([...buys, ...sells], terms)) {
    const bought = demand(price_units)
    const sold = supply(price_units)
    const volume_units = Math.min(bought, sold)
    const imbalance = Math.abs(bought - sold)
    const distance = Math.abs(price_units - terms.reference_price_units)
    const isBetter =
      best === undefined ||
      volume_units > best.volume_units ||
      (volume_units === best.volume_units &&
        (imbalance < best.imbalance ||
          // Prices come from low to high: of two as near, the later is the higher.
          (imbalance === best.imbalance && distance <= best.distance)))
    if (isBetter) best = { price_units, volume_units, imbalance, distance }
  }
  if (best === undefined || best.volume_units === 0) return undefined
  return { price_units: best.price_units, volume_units: best.volume_units }
}

/** Every price somebody names, and of the prices between and beyond them, where nothing changes, the nearest to the reference. */
function candidates(interest: readonly Interest[], terms: UncrossTerms): number[] {
  const { reference_price_units: reference, increment_units: increment, price_min_units } = terms
  const named = [...new Set(interest.map(({ price_units }) => price_units).filter(Number.isFinite))]
  named.sort((a, b) => a - b)
  const prices: number[] = []
  let from = Number.NEGATIVE_INFINITY
  for (const price of [...named, Number.POSITIVE_INFINITY]) {
    if (terms.on_increment) prices.push(...between(from, price, reference, increment))
    else {
      const one = Math.min(Math.max(reference, from + increment), price - increment)
      if (one > from && one < price) prices.push(one)
    }
    if (price !== Number.POSITIVE_INFINITY) prices.push(price)
    from = price
  }
  return prices.filter((price) => price >= price_min_units)
}

/** Strictly between two prices those on the increment that are nearest to the reference, from below and from above. */
function between(from: number, to: number, reference: number, increment: number): number[] {
  const lowest = (Math.floor(from / increment) + 1) * increment
  const highest = (Math.ceil(to / increment) - 1) * increment
  if (lowest > highest) return []
  const within = (price: number) => Math.min(Math.max(price, lowest), highest)
  const below = within(Math.floor(reference / increment) * increment)
  // Not the zero below zero.
  const above = within(Math.ceil(reference / increment) * increment) + 0
  return below === above ? [below] : [below, above]
}

/** How much is traded at a price: of buyers (`sign` -1) what is at it or above, of sellers (1) what is at it or below. */
function cumulated(interest: readonly Interest[], sign: 1 | -1): (price_units: number) => number {
  const sorted = interest.toSorted((a, b) => sign * (a.price_units - b.price_units) || 0)
  const keys = sorted.map(({ price_units }) => sign * price_units)
  const sums = [0]
  for (const { size_units } of sorted) sums.push((sums.at(-1) ?? 0) + size_units)
  return (price_units) => {
    let low = 0
    let high = keys.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((keys[middle] as number) <= sign * price_units) low = middle + 1
      else high = middle
    }
    return sums[low] as number
  }
}
