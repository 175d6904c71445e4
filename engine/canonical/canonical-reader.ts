// Reads what CanonicalWriter wrote, field by field in the same order. Bytes come from a journal or a snapshot that
// has passed its checksums, so a mismatch here means another schema: it is thrown, never guessed around.

import { VALUE_TAG } from './canonical-writer.ts'

/** Bytes that are no canonical encoding of what the reader asked for. */
export class CanonicalReadError extends Error {
  override readonly name = 'CanonicalReadError'
}

const decoder = new TextDecoder('utf-8', { fatal: true })

export class CanonicalReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get offset(): number {
    return this.#at
  }

  get remaining(): number {
    return this.#bytes.length - this.#at
  }

  byte(): number {
    return this.#view.getUint8(this.#take(1))
  }

  flag(): boolean {
    const value = this.byte()
    if (value > 1) throw new CanonicalReadError(`a flag is 0 or 1, got ${value} at byte ${this.#at - 1}`)
    return value === 1
  }

  count(): number {
    return this.#view.getUint32(this.#take(4), true)
  }

  number(): number {
    return this.#view.getFloat64(this.#take(8), true)
  }

  text(): string {
    const length = this.count()
    const start = this.#take(length)
    return decoder.decode(this.#bytes.subarray(start, start + length))
  }

  big(): bigint {
    if (this.flag()) return BigInt(this.number())
    const text = this.text()
    return text.startsWith('-') ? -BigInt(`0x${text.slice(1)}`) : BigInt(`0x${text}`)
  }

  /** A copy, so that a snapshot's memory is not held by what was read from it. */
  bytes(): Uint8Array {
    const length = this.count()
    const start = this.#take(length)
    return this.#bytes.slice(start, start + length)
  }

  value(): unknown {
    const tag = this.byte()
    switch (tag) {
      case VALUE_TAG.undefined:
        return undefined
      case VALUE_TAG.null:
        return null
      case VALUE_TAG.false:
        return false
      case VALUE_TAG.true:
        return true
      case VALUE_TAG.number:
        return this.number()
      case VALUE_TAG.text:
        return this.text()
      case VALUE_TAG.big:
        return this.big()
      case VALUE_TAG.array:
        return this.#items()
      case VALUE_TAG.object:
        return this.#object()
      case VALUE_TAG.map:
        return this.#map()
      case VALUE_TAG.set:
        return new Set(this.#items())
      case VALUE_TAG.bytes:
        return this.bytes()
      case VALUE_TAG.floats:
        return Float64Array.from({ length: this.count() }, () => this.number())
      default:
        throw new CanonicalReadError(`unknown value tag ${tag} at byte ${this.#at - 1}`)
    }
  }

  /** Asserts that everything was read. */
  end(): void {
    if (this.remaining !== 0) throw new CanonicalReadError(`${this.remaining} bytes follow the last field`)
  }

  #items(): unknown[] {
    const length = this.count()
    const items: unknown[] = []
    for (let i = 0; i < length; i++) items.push(this.value())
    return items
  }

  #object(): Record<string, unknown> {
    const length = this.count()
    const object: Record<string, unknown> = {}
    for (let i = 0; i < length; i++) {
      const key = this.text()
      // defineProperty, because assignment to `__proto__` would not make a key.
      Object.defineProperty(object, key, {
        value: this.value(),
        writable: true,
        enumerable: true,
        configurable: true,
      })
    }
    return object
  }

  #map(): Map<unknown, unknown> {
    const length = this.count()
    const map = new Map<unknown, unknown>()
    for (let i = 0; i < length; i++) {
      const key = this.value()
      map.set(key, this.value())
    }
    return map
  }

  #take(size: number): number {
    const start = this.#at
    if (start + size > this.#bytes.length) {
      throw new CanonicalReadError(
        `the encoding ends at byte ${this.#bytes.length}, inside a field at byte ${start}`,
      )
    }
    this.#at = start + size
    return start
  }
}
