// One series being replayed: the block at hand, the row to come, and where its rows go.

import type { SeriesReading, TickColumns, TickSeries } from '../../engine/tick-store-port.ts'
import { assert } from '../../schemas/assert.ts'

export class SeriesCursor {
  readonly series: TickSeries
  readonly instrument_index: number
  readonly venue_id: string
  /** Breaks ties: the source's place in the configuration, then the instrument's name. */
  readonly rank: number
  /** The block at hand; undefined once everything is replayed. */
  columns: TickColumns | undefined
  /** Next row of the block. */
  row = 0
  readonly #blocks: AsyncIterator<TickColumns>
  /** Rows of the blocks before this one. */
  #passed = 0

  constructor(reading: SeriesReading, rank: number, instrument_index: number, venue_id: string) {
    this.series = reading.series
    this.rank = rank
    this.instrument_index = instrument_index
    this.venue_id = venue_id
    this.#blocks = reading.blocks[Symbol.asyncIterator]()
  }

  /** Rows replayed so far. */
  get consumed(): number {
    return this.#passed + this.row
  }

  /** Fetches blocks until one has a row to give. */
  async fill(): Promise<void> {
    while (this.columns === undefined || this.row >= this.columns.count) {
      this.#passed += this.columns?.count ?? 0
      const { value, done } = await this.#blocks.next()
      this.row = 0
      this.columns = done === true ? undefined : value
      if (done === true) return
    }
  }

  /** Leaves out rows that were replayed before a snapshot. */
  async skip(rows: number): Promise<void> {
    await this.fill()
    while (this.columns !== undefined && this.#passed + this.columns.count <= rows) {
      this.row = this.columns.count
      await this.fill()
    }
    this.row = rows - this.#passed
    assert(this.row >= 0, 'a cursor skips forward')
    if (this.columns !== undefined) await this.fill()
  }

  async close(): Promise<void> {
    await this.#blocks.return?.()
  }
}

/** A row of history is released at its own time; what a session processed, when it did. */
export function releaseTimes({ ts_event_us, sequenced }: TickColumns): Float64Array {
  return sequenced === undefined ? ts_event_us : sequenced.ts_seq_us
}
