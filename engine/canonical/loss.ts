// What of a value would not come back from the canonical encoding as it was. The encoding itself is lenient, for what
// the engine writes; an author's state must be the same after a restart, identities included, or not be kept at all.

import { VALUE_DEPTH_MAX } from './canonical-writer.ts'

export type Loss = {
  /** Keys and positions from the value down to the part. */
  readonly path: readonly string[]
  readonly reason: string
}

/** The first part that would be lost or changed; undefined where all comes back. */
export function lossIn(value: unknown): Loss | undefined {
  const walk = new Walk()
  const reason = walk.reasonOf(value)
  return reason === undefined ? undefined : { path: walk.path, reason }
}

class Walk {
  /** Where the walk is; where it stopped, once a reason was found. */
  readonly path: string[] = []
  readonly #seen = new Set<object>()

  /** A value may be anything: an author's getter or proxy may throw where it is read. */
  reasonOf(value: unknown): string | undefined {
    try {
      return this.value(value)
    } catch {
      return 'it throws where it is read; state is plain data'
    }
  }

  value(value: unknown): string | undefined {
    switch (typeof value) {
      case 'number':
        return Number.isNaN(value) ? 'NaN has no canonical encoding' : undefined
      case 'string':
        return value.isWellFormed()
          ? undefined
          : 'a text with half a surrogate pair has no canonical encoding'
      case 'boolean':
      case 'bigint':
      case 'undefined':
        return undefined
      case 'object':
        return value === null ? undefined : this.#object(value)
      default:
        return `a ${typeof value} has no canonical encoding; state is plain data`
    }
  }

  #object(value: object): string | undefined {
    if (this.path.length >= VALUE_DEPTH_MAX) return `a value is nested deeper than ${VALUE_DEPTH_MAX} levels`
    if (!this.#isFirst(value)) return 'one object stands there and elsewhere; it would come back as two'
    switch (Object.getPrototypeOf(value)) {
      case Object.prototype:
        return this.#plain(value)
      case Array.prototype:
        return this.#array(value as unknown[])
      case Map.prototype:
        return this.#map(value as Map<unknown, unknown>)
      case Set.prototype:
        return hasOwnKeys(value) ? OWN_KEYS : this.#items([...(value as Set<unknown>)])
      case Uint8Array.prototype:
        return this.#memory(value as Uint8Array)
      case Float64Array.prototype:
        return this.#memory(value as Float64Array) ?? this.#floats(value as Float64Array)
      case null:
        return 'an object without a prototype has no canonical encoding; state is plain data'
      default:
        return `an instance of ${className(value)} has no canonical encoding; state is plain data`
    }
  }

  #plain(value: object): string | undefined {
    const entries = Object.entries(value)
    if (Reflect.ownKeys(value).length !== entries.length) return 'a hidden key or a symbol as a key is lost'
    for (const [key, item] of entries) {
      const reason = this.#at(key, key) ?? this.#at(key, item)
      if (reason !== undefined) return reason
    }
    return undefined
  }

  #array(value: readonly unknown[]): string | undefined {
    // The keys of a whole array are its positions and its length.
    if (Reflect.ownKeys(value).length !== value.length + 1)
      return 'an array with a hole or a key of its own is changed'
    return this.#items(value)
  }

  #map(value: ReadonlyMap<unknown, unknown>): string | undefined {
    if (hasOwnKeys(value)) return OWN_KEYS
    let at = 0
    for (const [key, item] of value) {
      const name = typeof key === 'string' || typeof key === 'number' ? String(key) : `(entry ${at})`
      const reason = this.#at(name, key) ?? this.#at(name, item)
      if (reason !== undefined) return reason
      at++
    }
    return undefined
  }

  #items(items: readonly unknown[]): string | undefined {
    for (let at = 0; at < items.length; at++) {
      const reason = this.#at(String(at), items[at])
      if (reason !== undefined) return reason
    }
    return undefined
  }

  #floats(value: Float64Array): string | undefined {
    const at = value.findIndex(Number.isNaN)
    return at < 0 ? undefined : this.#at(String(at), Number.NaN)
  }

  /** Two views of one memory see each other's writes; apart they would not. */
  #memory({ buffer }: Uint8Array | Float64Array): string | undefined {
    return this.#isFirst(buffer) ? undefined : 'two views of one memory would come back apart'
  }

  #at(key: string, value: unknown): string | undefined {
    this.path.push(key)
    const reason = this.value(value)
    if (reason === undefined) this.path.pop()
    return reason
  }

  #isFirst(value: object): boolean {
    const { size } = this.#seen
    return this.#seen.add(value).size > size
  }
}

const OWN_KEYS = 'a key beside the entries of a Map or Set is lost'

function hasOwnKeys(value: object): boolean {
  return Reflect.ownKeys(value).length > 0
}

function className(value: object): string {
  return (value.constructor as { name?: string } | undefined)?.name ?? 'unknown'
}
