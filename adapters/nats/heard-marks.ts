// The last messages that were heard of a stream, each by its number and the moment the server stored it. A server that was
// killed may have lost the end of a stream that it does not sync, and then gives numbers a second time: another message
// under a known number has another moment.

/** Numbers kept. A killed server loses what it took in its last 8 ms (2.15.1); this is most of a second at its fastest. */
export const MARKS_MAX = 16_384

export type Mark = { readonly sequence: number; readonly ts_stored_ns: number }

export class HeardMarks {
  /** By the number modulo their length. */
  readonly #sequences = new Float64Array(MARKS_MAX)
  readonly #stamps_ns = new Float64Array(MARKS_MAX)

  note({ sequence, ts_stored_ns }: Mark): void {
    this.#sequences[sequence % MARKS_MAX] = sequence
    this.#stamps_ns[sequence % MARKS_MAX] = ts_stored_ns
  }

  has({ sequence, ts_stored_ns }: Mark): boolean {
    const at = sequence % MARKS_MAX
    return this.#sequences[at] === sequence && this.#stamps_ns[at] === ts_stored_ns
  }

  /** The last one so far below `newest`, or the first there is no more than `MARKS_MAX` below it. */
  below(newest: number, distance: number): Mark | undefined {
    const lowest = Math.max(0, newest - MARKS_MAX + 1)
    for (let at = newest - distance; at >= lowest; at--) if (this.#holds(at)) return this.#markOf(at)
    for (let at = lowest; at <= newest; at++) if (this.#holds(at)) return this.#markOf(at)
    return undefined
  }

  #holds(sequence: number): boolean {
    return sequence > 0 && this.#sequences[sequence % MARKS_MAX] === sequence
  }

  #markOf(sequence: number): Mark {
    return { sequence, ts_stored_ns: this.#stamps_ns[sequence % MARKS_MAX] as number }
  }
}

/** Nanoseconds of `2026-01-01T00:00:00.000000001Z`, rounded as a delivery's own are. */
export function nanosOf(text: string): number {
  const [seconds = '', fraction = ''] = text.replace(/Z$/, '').split('.')
  return Number(BigInt(Date.parse(`${seconds}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, '0')))
}
