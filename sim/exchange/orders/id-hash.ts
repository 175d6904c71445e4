// The hash of an id, by its end, where ids differ.

/** Characters at an id's end that are hashed. */
const HASHED_LENGTH = 12
/** Above the places of any table there is, in every hash: none is 0. */
const HASH_BIT = 1 << 30
/** Ids that differ in their last digit alone lie beside each other: one follows the other, and finds its place in the cache. */
const LAST_BITS = 15
// Called by itself: looking the method up on strings of many internal kinds costs more than the call.
const { charCodeAt } = String.prototype

/** The id hashed last: an id is looked for, entered and marked one after the other. */
let latest = ''
let latestHash = hashOf('')

/** Never 0, so that a table may say by it where nothing is. */
export function idHash(id: string): number {
  if (id !== latest) {
    latest = id
    latestHash = hashOf(id)
  }
  return latestHash
}

function hashOf(id: string): number {
  const { length } = id
  if (length === 0) return HASH_BIT
  let hash = length
  const last = length - 1
  for (let i = Math.max(0, length - HASHED_LENGTH); i < last; i++)
    hash = (Math.imul(hash, 31) + charCodeAt.call(id, i)) | 0
  const neighbours = (Math.imul(hash, 0x9e3779b1) >>> 8) & ~LAST_BITS
  return neighbours | (charCodeAt.call(id, last) & LAST_BITS) | HASH_BIT
}
