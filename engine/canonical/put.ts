// The bytes of single fields in the canonical encoding, put at a place in memory that has room for them; each returns where the
// next one begins. `CanonicalWriter` is made of these and sees to the room. A record that is written several times with every
// order puts its fields itself: it asks for room once, and what is so short is compiled into whoever calls it.

import { assert } from '../../schemas/assert.ts'
import { safeNumberOf, writeHex } from './safe-bigint.ts'

/** A value the canonical encoding has no place for: NaN, a function, a cycle. Thrown while encoding state or outputs. */
export class NotCanonicalError extends Error {
  override readonly name = 'NotCanonicalError'
}

/** Bytes that are copied at once. */
export const WORD = 8
/** Of the length before a text or bytes. */
const LENGTH = 4
/** An amount of money has at most 127 bits and a sign. */
const HEX_MAX = 33
/** Room for an amount of money. */
export const BIG_ROOM = 1 + LENGTH + HEX_MAX
// Called by itself, because a look-up of the method on strings of many internal kinds costs more than the call.
const { charCodeAt } = String.prototype
const encoder = new TextEncoder()

export function putByte(view: DataView, at: number, value: number): number {
  view.setUint8(at, value)
  return at + 1
}

/** A count or length: an unsigned 32-bit integer. */
export function putCount(view: DataView, at: number, value: number): number {
  view.setUint32(at, value, true)
  return at + LENGTH
}

/** Any number but NaN, by its 64 bits. */
export function putNumber(view: DataView, at: number, value: number): number {
  if (Number.isNaN(value)) refuseNaN()
  view.setFloat64(at, value, true)
  return at + 8
}

export function putText(view: DataView, at: number, value: string): number {
  const length = lengthOf(value)
  const from = at + LENGTH
  for (let i = 0; i < length; i++) {
    const code = charCodeAt.call(value, i)
    if (code > 127) return putEncoded(view, at, value)
    view.setUint8(from + i, code)
  }
  view.setUint32(at, length, true)
  return from + length
}

/** Looking the length up on strings of many internal kinds costs more; a sum is known to be a text. */
export function lengthOf(text: string): number {
  // biome-ignore lint/style/useTemplate: a template is made anew
  return ('' + text).length
}

/** Room for a text: three bytes bound any UTF-16 unit. It has a word more, for whoever copies it in words. */
export function textRoom(length: number): number {
  return LENGTH + length * 3 + WORD
}

/** A bigint of as many digits as an amount of money can have: as a number where it is a safe integer, else in hexadecimal. */
export function putBig(view: DataView, at: number, value: bigint): number {
  const small = safeNumberOf(value)
  const isSmall = !Number.isNaN(small)
  view.setUint8(at, isSmall ? 1 : 0)
  return isSmall ? putNumber(view, at + 1, small) : putHex(view, at + 1, value)
}

/** The platform's text of it costs more than its digits. */
function putHex(view: DataView, at: number, value: bigint): number {
  const from = at + LENGTH
  const end = writeHex(value, view, from)
  if (end === -1) return putLongHex(view, at, value.toString(16))
  view.setUint32(at, end - from, true)
  return end
}

function putLongHex(view: DataView, at: number, digits: string): number {
  assert(digits.length <= HEX_MAX, 'an amount of money has at most 38 digits')
  return putText(view, at, digits)
}

/** The first bytes of another piece of memory, in words: those beyond `length` are put over next, and want room of a word. */
export function putRun(view: DataView, at: number, source: DataView, length: number): number {
  for (let i = 0; i < length; i += WORD) view.setBigUint64(at + i, source.getBigUint64(i, true), true)
  return at + length
}

function putEncoded(view: DataView, at: number, value: string): number {
  const from = at + LENGTH
  const { written } = encoder.encodeInto(value, new Uint8Array(view.buffer, view.byteOffset + from))
  view.setUint32(at, written, true)
  return from + written
}

function refuseNaN(): never {
  throw new NotCanonicalError('NaN has no canonical encoding')
}
