// The clock of a time zone as the list of its offsets from UTC, so that a local time is turned into an instant by
// arithmetic alone, on every machine alike.

import { must } from '../../schemas/assert.ts'

type Offset = { readonly from_us: number; readonly offset_us: number }

const SECOND_US = 1_000_000
const DAY_US = 86_400 * SECOND_US

export class UtcOffsets {
  readonly #offsets: readonly Offset[]

  /** @param lines `1970-01-01T00:00:00Z -05:00`, oldest first: the offset that holds from this instant on. */
  constructor(lines: readonly string[]) {
    this.#offsets = lines.map(offsetOf)
  }

  /** How far the local clock is ahead of UTC; before the first offset the first holds. */
  at(time_us: number): number {
    let low = 0
    let high = this.#offsets.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#offsets[middle] as Offset).from_us <= time_us) low = middle + 1
      else high = middle
    }
    return must(this.#offsets[Math.max(0, low - 1)], 'a zone has an offset').offset_us
  }

  /**
   * The instant at which the local clock shows `local_us`, counted from 1970-01-01 on that clock. A time it shows twice is
   * the earlier, and one it leaves out is as much later as the clock was put forward (RFC 5545).
   */
  instantOf(local_us: number): number {
    const before = this.at(local_us - DAY_US)
    const after = this.at(local_us + DAY_US)
    const early = local_us - before
    if (before === after || this.at(early) === before) return early
    const late = local_us - after
    return this.at(late) === after ? late : early
  }
}

function offsetOf(line: string): Offset {
  const [instant = '', offset = ''] = line.split(' ')
  const [hours = 0, minutes = 0, seconds = 0] = offset.slice(1).split(':').map(Number)
  const magnitude_us = (hours * 3_600 + minutes * 60 + seconds) * SECOND_US
  return {
    from_us: Temporal.Instant.from(instant).epochMilliseconds * 1_000,
    offset_us: offset.startsWith('-') ? -magnitude_us : magnitude_us,
  }
}
