// Safe integers to bigints and back, by their 64 bits. The platform's own conversions leave compiled code, which costs more
// than the arithmetic between them, and an order needs some twenty.

const HIGH = 2 ** 32
const word = new DataView(new ArrayBuffer(8))
const DIGITS = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0))
const MINUS = 45
/** Of half of the 64 bits. */
const WORD_DIGITS = 8

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

/** Hexadecimal digits of a bigint of 64 bits, as `toString(16)` has them, written at `at`. Returns where they end, or -1: it has more. */
export function writeHex(value: bigint, view: DataView, at: number): number {
  word.setBigInt64(0, value, true)
  if (word.getBigInt64(0, true) !== value) return -1
  let low = word.getUint32(0, true)
  let high = word.getUint32(4, true)
  let start = at
  if (value < 0n) {
    view.setUint8(start++, MINUS)
    low = -low >>> 0
    high = (low === 0 ? -high : ~high) >>> 0
  }
  const end = start + (high === 0 ? digitsOf(low) : WORD_DIGITS + digitsOf(high))
  for (let i = end - 1; i >= start; i--) {
    view.setUint8(i, DIGITS[low & 15] as number)
    low = (low >>> 4) | (high << 28)
    high >>>= 4
  }
  return end
}

function digitsOf(half: number): number {
  return Math.max(1, WORD_DIGITS - (Math.clz32(half) >> 2))
}
