// The canonical encoding: the one way state and outputs become bytes, for hashes, the journal and snapshots.
// Records write their fields in schema order; free-form values carry tags and keep their key order, because
// an author's handler can observe it. Floats are written by their bits, so no printing rule can differ.

import { assert } from '../../schemas/assert.ts'
import { lengthOf, NotCanonicalError, putByte, putCount, putNumber, putText, textRoom, WORD } from './put.ts'
import { safeNumberOf } from './safe-bigint.ts'

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
/** Up to this many bytes a loop copies faster than the platform's call. */
const SHORT = 256

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

  /**
   * For a record that puts its fields itself (./put.ts): memory with `size` bytes of room behind what is written, until the next
   * call that writes. `extendTo` says how far they went.
   */
  room(size: number): DataView {
    this.#reserve(size)
    return this.#view
  }

  extendTo(end: number): void {
    assert(end <= this.#capacity, 'what is put stays in its room')
    this.#length = end
  }

  byte(value: number): void {
    this.#reserve(1)
    this.#length = putByte(this.#view, this.#length, value)
  }

  flag(value: boolean): void {
    this.byte(value ? 1 : 0)
  }

  /** A count or length: an unsigned 32-bit integer. */
  count(value: number): void {
    this.#reserve(4)
    this.#length = putCount(this.#view, this.#length, value)
  }

  /** Any number but NaN, by its 64 bits. */
  number(value: number): void {
    this.#reserve(8)
    this.#length = putNumber(this.#view, this.#length, value)
  }

  text(value: string): void {
    this.#reserve(textRoom(lengthOf(value)))
    this.#length = putText(this.#view, this.#length, value)
  }

  /** A bigint of any length, as `putBig` puts one of money: as a number where it is a safe integer, else in hexadecimal. */
  big(value: bigint): void {
    const small = safeNumberOf(value)
    const isSmall = !Number.isNaN(small)
    this.flag(isSmall)
    if (isSmall) this.number(small)
    else this.text(value.toString(16))
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
