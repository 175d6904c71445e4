// A batch of rows on its way into the engine: a Native file that one INSERT reads. It is many times faster than rows
// as text, and the connection takes no binary bodies.

import { closeSync, openSync, rmSync, writevSync } from 'node:fs'
import type { TickColumns, TickSeries } from '../../engine/tick-store-port.ts'
import { assert } from '../../schemas/assert.ts'
import { sqlText } from './chdb-lane.ts'
import { orderBy } from './ddl.ts'
import { encodeNativeBlock } from './native-format.ts'
import { diskFull } from './store-disk.ts'
import { seriesLiterals, tableOf, valuesOf } from './tick-table.ts'

export type RowTarget = {
  readonly series: TickSeries
  readonly instrument: number
  readonly import_key: bigint
}

/** One part per insert, and little memory for it. */
export const INSERT_SETTINGS =
  'max_threads = 1, max_insert_threads = 1, min_insert_block_size_rows = 4194304, min_insert_block_size_bytes = 0'

export class RowFile {
  readonly #path: string
  readonly #target: RowTarget
  readonly #file: number
  rowCount = 0

  constructor(path: string, target: RowTarget) {
    this.#path = path
    this.#target = target
    this.#file = openSync(path, 'w')
  }

  /** Appends a block; `rowNumbers` and `nsRest` are as long as the block. */
  append(block: TickColumns, rowNumbers: Uint32Array, nsRest: Uint16Array): void {
    const table = tableOf(block.kind)
    const columns = [
      rowNumbers,
      nsRest,
      block.ts_event_us.subarray(0, block.count),
      ...valuesOf(table, block),
    ]
    const names = ['row_no', 'ns_rest', 'ts_us', ...table.values.map(({ name }) => name)]
    try {
      writeWhole(this.#file, encodeNativeBlock(names, { count: block.count, columns }))
    } catch (error) {
      throw diskFull(error, this.#path) ?? error
    }
    this.rowCount += block.count
  }

  /** Ends writing and returns the statement that inserts the file. */
  seal(): string {
    closeSync(this.#file)
    const { series, instrument, import_key } = this.#target
    const table = tableOf(series.kind)
    const select = [
      `toUInt32(${instrument})`,
      ...seriesLiterals(series).map((literal) => `toInt64(${literal})`),
      'fromUnixTimestamp64Nano(toInt64(ts_us) * 1000 + ns_rest)',
      'row_no',
      `toUInt64(${import_key})`,
      ...table.values.map(({ name, type }) => `to${type}(${name})`),
    ]
    const structure = [
      'row_no UInt32',
      'ns_rest UInt16',
      'ts_us Float64',
      ...table.values.map(({ name }) => `${name} Float64`),
    ]
    const columns = [orderBy(table), ...table.values.map(({ name }) => name)].join(', ')
    return `INSERT INTO ${table.name} (${columns}) SELECT ${select.join(', ')}
      FROM file(${sqlText(this.#path)}, 'Native', ${sqlText(structure.join(', '))}) SETTINGS ${INSERT_SETTINGS}`
  }

  remove(): void {
    rmSync(this.#path, { force: true })
  }
}

/** Writes all the bytes, however many calls that takes. */
export function writeWhole(file: number, buffers: readonly Uint8Array[]): void {
  let rest = buffers.filter((buffer) => buffer.length > 0)
  while (rest.length > 0) {
    let written = writevSync(file, rest)
    assert(written > 0, 'a write to a file takes at least one byte or throws')
    while (rest[0] !== undefined && written >= rest[0].length) {
      written -= rest[0].length
      rest = rest.slice(1)
    }
    if (rest[0] !== undefined && written > 0) rest = [rest[0].subarray(written), ...rest.slice(1)]
  }
}
