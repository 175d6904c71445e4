// Safe integers to bigints and back, by their 64 bits. The platform's own conversions leave compiled code, which costs more
// than the arithmetic between them, and an order needs some twenty.

const HIGH = 2 ** 32
const word = new DataView(new ArrayBuffer(8))

/** `BigInt(value)` of a safe integer. */
export function bigintOf(value: number): bigint {
  word.setUint32(0, value >>> 0, true)
  word.setInt32(4, Math.floor(value / HIGH), true)
  return word.getBigInt64(0, true)
}

/** `Number(value)` where that is a safe integer, NaN where it is not. */
export function safeNumberOf(value: bigint): number {
  word.setBigInt64(0, value, true)
  if (word.getBigInt64(0, true) !== value) return Number.NaN
  // Rounding is monotone: what is beyond the safe integers is not rounded to one.
  const number = word.getInt32(4, true) * HIGH + word.getUint32(0, true)
  return Number.isSafeInteger(number) ? number : Number.NaN
}
