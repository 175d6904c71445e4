// The content hash of an import: SHA-256 over each canonical column in row order, then over the column digests. A
// column is one stream of bytes, so neither block sizes nor the parts of the store can show in it.

import { createHash, type Hash } from 'node:crypto'
import type { TickSeries } from '../../engine/tick-store-port.ts'
import { must } from '../../schemas/assert.ts'
import { RECORDED_VALUES, seriesKey, tableOf } from './tick-table.ts'

export class DataHash {
  readonly #series: TickSeries
  readonly #of: string
  readonly #names: readonly string[]
  readonly #hashes: readonly Hash[]
  #rowCount = 0

  /** @param of what the rows are: those of an import, or with what a recorder adds to them. */
  constructor(series: TickSeries, of: 'rows' | 'recorded rows' = 'rows') {
    this.#series = series
    this.#of = of
    const values = tableOf(series.kind).values.map(({ name }) => name)
    const recorded = of === 'rows' ? [] : RECORDED_VALUES.map(({ name }) => name)
    this.#names = ['ts_event_us', 'ts_event_ns_rest', ...values, ...recorded]
    this.#hashes = this.#names.map(() => createHash('sha256'))
  }

  /** Adds rows: times, nanoseconds below them, then the values in the table's order. */
  add(count: number, columns: readonly (Float64Array | Uint16Array)[]): void {
    this.#rowCount += count
    this.#hashes.forEach((hash, index) => {
      const column = must(columns[index], 'a row has every column')
      hash.update(new Uint8Array(column.buffer, column.byteOffset, count * column.BYTES_PER_ELEMENT))
    })
  }

  /** The hash of the rows so far; more may follow. */
  digest(): string {
    const lines = this.#hashes.map((hash, index) => `${this.#names[index]} ${hash.copy().digest('hex')}\n`)
    const head = `orrery ${this.#of} 1\n${seriesKey(this.#series)}\n${this.#rowCount}\n`
    return createHash('sha256')
      .update(head + lines.join(''))
      .digest('hex')
  }
}
