/** Where a message stands among all of its node, which grow from epoch to epoch. */
export type Place = { readonly epoch: number; readonly seq: number; readonly n: number }

/** Whether one place is behind another in the order of saying. */
export function isPast(place: Place, other: Place): boolean {
  if (place.epoch !== other.epoch) return place.epoch > other.epoch
  if (place.seq !== other.seq) return place.seq > other.seq
  return place.n > other.n
}
