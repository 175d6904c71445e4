// The canonical encoding: the one way state and outputs become bytes, for hashes, the journal and snapshots.
// Records write their fields in schema order; free-form values carry tags and keep their key order, because
// an author's handler can observe it. Floats are written by their bits, so no printing rule can differ.

import { assert } from '../../schemas/assert.ts'
import { safeNumberOf, writeHex } from './safe-bigint.ts'

/** A value the canonical encoding has no place for: NaN, a function, a cycle. Thrown while encoding state or outputs. */
export class NotCanonicalError extends Error {
  override readonly name = 'NotCanonicalError'
}

/** Tags of free-form values. The numbers are part of the encoding. */
export const VALUE_TAG = {
  undefined: 0,
  null: 1,
  false: 2,
  true: 3,
  number: 4,
  text: 5,
  big: 6,
  array: 7,
  object: 8,
  map: 9,
  set: 10,
  bytes: 11,
  floats: 12,
} as const

/** How deep a free-form value may be nested. */
export const VALUE_DEPTH_MAX = 64
// Called by itself, because a look-up of the method on strings of many internal kinds costs more than the call.
const { charCodeAt } = String.prototype
/** Digits of 64 bits, and a sign. */
const HEX_MAX = 17
/** Up to this many bytes a loop copies faster than the platform's call. */
const SHORT = 256
const WORD = 8
const encoder = new TextEncoder()

/** Appends canonical bytes to a growing buffer. Reuse one writer: `clear()` keeps the memory. */
export class CanonicalWriter {
  #bytes: Uint8Array
  #view: DataView
  /** A field of its own: asking the bytes for their length costs more than the comparison with it. */
  #capacity: number
  #length = 0
  /** The view handed out last: a record is mostly as long as the one before it, and making a view costs more than most fields. */
  #lent: Uint8Array | undefined

  constructor(capacity = 1024) {
    this.#capacity = wholeWords(capacity)
    this.#bytes = new Uint8Array(this.#capacity)
    this.#view = new DataView(this.#bytes.buffer)
  }

  get length(): number {
    return this.#length
  }

  clear(): void {
    this.#length = 0
  }

  /** The bytes written so far, as a view that the next write may invalidate. */
  view(from = 0, to = this.#length): Uint8Array {
    const lent = this.#lent
    if (lent !== undefined && lent.byteOffset === from && lent.length === to - from) return lent
    const view = this.#bytes.subarray(from, to)
    this.#lent = view
    return view
  }

  /** The bytes written so far, copied. */
  copy(from = 0, to = this.#length): Uint8Array {
    return this.#bytes.slice(from, to)
  }

  byte(value: number): void {
    this.#reserve(1)
    this.#bytes[this.#length++] = value
  }

  flag(value: boolean): void {
    this.byte(value ? 1 : 0)
  }

  /** A count or length: an unsigned 32-bit integer. */
  count(value: number): void {
    this.#reserve(4)
    this.#view.setUint32(this.#length, value, true)
    this.#length += 4
  }

  /** Any number but NaN, by its 64 bits. */
  number(value: number): void {
    if (Number.isNaN(value)) throw new NotCanonicalError('NaN has no canonical encoding')
    this.#reserve(8)
    this.#view.setFloat64(this.#length, value, true)
    this.#length += 8
  }

  text(value: string): void {
    // biome-ignore lint/style/useTemplate: a sum is known to be a text, whose length needs no look-up
    const { length } = '' + value
    const start = this.#length
    // Three bytes bound any UTF-16 unit, so one reservation serves the fast path and the encoder.
    this.#reserve(4 + length * 3)
    const bytes = this.#bytes
    const from = start + 4
    let written = 0
    while (written < length) {
      const code = charCodeAt.call(value, written)
      if (code > 127) {
        written = encoder.encodeInto(value, bytes.subarray(from)).written
        break
      }
      bytes[from + written] = code
      written++
    }
    this.#view.setUint32(start, written, true)
    this.#length = from + written
  }

  /** A bigint: as a number where it is a safe integer, else in hexadecimal. */
  big(value: bigint): void {
    const small = safeNumberOf(value)
    const isSmall = !Number.isNaN(small)
    this.flag(isSmall)
    if (isSmall) this.number(small)
    else this.#hex(value)
  }

  /** A balance is seldom a safe integer, and the platform's text of it costs more than its digits. */
  #hex(value: bigint): void {
    this.#reserve(4 + HEX_MAX)
    const start = this.#length
    const end = writeHex(value, this.#bytes, start + 4)
    if (end === -1) return this.text(value.toString(16))
    this.#view.setUint32(start, end - start - 4, true)
    this.#length = end
  }

  /** Starts bytes whose length is not known yet; returns the mark that `close` wants. */
  open(): number {
    const mark = this.#length
    this.count(0)
    return mark
  }

  /** Ends what `open` started: the same bytes as `bytes()` writes, without a copy. */
  close(mark: number): void {
    this.#view.setUint32(mark, this.#length - mark - 4, true)
  }

  bytes(value: Uint8Array): void {
    this.count(value.length)
    this.raw(value)
  }

  /** A run of another writer's bytes, as `bytes` writes it. */
  bytesOf(source: CanonicalWriter, from: number, to: number): void {
    const length = to - from
    this.count(length)
    this.#reserve(length)
    const start = this.#length
    const whole = length - (length % WORD)
    for (let i = 0; i < whole; i += WORD)
      this.#view.setBigUint64(start + i, source.#view.getBigUint64(from + i, true), true)
    for (let i = whole; i < length; i++) this.#bytes[start + i] = source.#bytes[from + i] as number
    this.#length = start + length
  }

  /** All that another writer holds, in words: what is copied beyond its end is written over next. */
  copyOf(source: CanonicalWriter): void {
    const length = source.#length
    const start = this.#length
    this.#reserve(length + WORD)
    for (let i = 0; i < length; i += WORD)
      this.#view.setBigUint64(start + i, source.#view.getBigUint64(i, true), true)
    this.#length = start + length
  }

  /** Bytes without a length before them. */
  raw(value: Uint8Array): void {
    const { length } = value
    this.#reserve(length)
    if (length > SHORT) this.#bytes.set(value, this.#length)
    else for (let i = 0; i < length; i++) this.#bytes[this.#length + i] = value[i] as number
    this.#length += length
  }

  /** A free-form plain value: what JSON holds, and bigint, undefined, Map, Set, Uint8Array, Float64Array. */
  value(value: unknown, depth = 0): void {
    if (depth > VALUE_DEPTH_MAX)
      throw new NotCanonicalError(`a value is nested deeper than ${VALUE_DEPTH_MAX} levels, or cyclic`)
    switch (typeof value) {
      case 'number':
        this.byte(VALUE_TAG.number)
        return this.number(value)
      case 'string':
        this.byte(VALUE_TAG.text)
        return this.text(value)
      case 'boolean':
        return this.byte(value ? VALUE_TAG.true : VALUE_TAG.false)
      case 'bigint':
        this.byte(VALUE_TAG.big)
        return this.big(value)
      case 'undefined':
        return this.byte(VALUE_TAG.undefined)
      case 'object':
        return value === null ? this.byte(VALUE_TAG.null) : this.#object(value, depth + 1)
      default:
        throw new NotCanonicalError(`a ${typeof value} has no canonical encoding; state is plain data`)
    }
  }

  #object(value: object, depth: number): void {
    if (Array.isArray(value)) return this.#array(value, depth)
    if (value instanceof Map) return this.#map(value, depth)
    if (value instanceof Set) return this.#set(value, depth)
    if (value instanceof Uint8Array) {
      this.byte(VALUE_TAG.bytes)
      return this.bytes(value)
    }
    if (value instanceof Float64Array) return this.#floats(value)
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype !== Object.prototype && prototype !== null) {
      const name = (value.constructor as { name?: string } | undefined)?.name ?? 'unknown'
      throw new NotCanonicalError(`an instance of ${name} has no canonical encoding; state is plain data`)
    }
    const entries = Object.entries(value)
    this.byte(VALUE_TAG.object)
    this.count(entries.length)
    for (const [key, item] of entries) {
      this.text(key)
      this.value(item, depth)
    }
  }

  #array(value: readonly unknown[], depth: number): void {
    this.byte(VALUE_TAG.array)
    this.count(value.length)
    for (const item of value) this.value(item, depth)
  }

  #map(value: ReadonlyMap<unknown, unknown>, depth: number): void {
    this.byte(VALUE_TAG.map)
    this.count(value.size)
    for (const [key, item] of value) {
      this.value(key, depth)
      this.value(item, depth)
    }
  }

  #set(value: ReadonlySet<unknown>, depth: number): void {
    this.byte(VALUE_TAG.set)
    this.count(value.size)
    for (const item of value) this.value(item, depth)
  }

  #floats(value: Float64Array): void {
    this.byte(VALUE_TAG.floats)
    this.count(value.length)
    for (let i = 0; i < value.length; i++) this.number(value[i] as number)
  }

  /** Short, so that it is compiled into whoever calls it. */
  #reserve(size: number): void {
    const needed = this.#length + size
    if (needed > this.#capacity) this.#grow(needed)
  }

  #grow(needed: number): void {
    assert(needed < 2 ** 31, 'a canonical encoding is smaller than 2 GiB')
    this.#capacity = wholeWords(Math.max(needed, this.#capacity * 2))
    const grown = new Uint8Array(this.#capacity)
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
    this.#view = new DataView(grown.buffer)
    this.#lent = undefined
  }
}

function wholeWords(size: number): number {
  return Math.ceil(size / WORD) * WORD
}
