// Writes the rows of one import: blocks are checked, hashed and gathered into row files; while the engine inserts one
// file the next is filled. At most two files exist at a time.

import { join } from 'node:path'
import type { ImportSource, TickColumns } from '../../engine/tick-store-port.ts'
import { assert, must } from '../../schemas/assert.ts'
import type { ChdbLane } from './chdb-lane.ts'
import { DataHash } from './data-hash.ts'
import { RowFile, type RowTarget } from './row-file.ts'
import { tableOf, valuesOf } from './tick-table.ts'

/** Rows per insert, hence per new part. */
export const BATCH_ROWS = 1 << 20
const ROW_NO_MAX = 2 ** 32 - 1

export type WrittenRows = {
  readonly row_count: number
  readonly first_us: number
  readonly last_us: number
  readonly data_hash: string
}

export type RowWriterOptions = {
  readonly lane: ChdbLane
  readonly target: RowTarget
  readonly tmp_directory: string
  readonly batch_rows: number
}

export async function writeRows(source: ImportSource, options: RowWriterOptions): Promise<WrittenRows> {
  const writer = new RowWriter(options)
  try {
    for await (const block of source.blocks) await writer.append(block)
    return await writer.finish()
  } finally {
    await writer.dispose()
  }
}

class RowWriter {
  readonly #options: RowWriterOptions
  readonly #hash: DataHash
  #file: RowFile | undefined
  #insert: Promise<void> = Promise.resolve()
  #fileCount = 0
  #rowCount = 0
  #firstUs = 0
  #lastUs = 0
  #lastNsRest = 0
  #rowNumbers = new Uint32Array(0)
  #zeros = new Uint16Array(0)

  constructor(options: RowWriterOptions) {
    this.#options = options
    this.#hash = new DataHash(options.target.series)
  }

  async append(block: TickColumns): Promise<void> {
    if (block.count === 0) return
    const { target, batch_rows } = this.#options
    assert(block.kind === target.series.kind, 'the blocks of an import are of its series’ kind')
    const nsRest = block.ts_event_ns_rest?.subarray(0, block.count) ?? this.#zerosOf(block.count)
    const values = valuesOf(tableOf(block.kind), block)
    this.#checkTimes(block, nsRest)
    for (const column of values) checkIntegers(column)
    this.#hash.add(block.count, [block.ts_event_us, nsRest, ...values])
    this.#file ??= this.#newFile()
    this.#file.append(block, this.#numberRows(block.count), nsRest)
    this.#rowCount += block.count
    if (this.#file.rowCount >= batch_rows) await this.#flush()
  }

  async finish(): Promise<WrittenRows> {
    await this.#flush()
    await this.#insert
    return {
      row_count: this.#rowCount,
      first_us: this.#firstUs,
      last_us: this.#lastUs,
      data_hash: this.#hash.digest(),
    }
  }

  /** Leaves no file and no running insert behind, whatever happened. */
  async dispose(): Promise<void> {
    await Promise.allSettled([this.#insert])
    if (this.#file === undefined) return
    this.#file.seal()
    this.#file.remove()
  }

  async #flush(): Promise<void> {
    await this.#insert
    const file = this.#file
    if (file === undefined) return
    this.#file = undefined
    this.#insert = this.#options.lane.run(file.seal()).finally(() => file.remove())
    // The failure is thrown where the insert is awaited; until then it has an owner here.
    this.#insert.catch(() => {})
  }

  #newFile(): RowFile {
    const { tmp_directory, target } = this.#options
    return new RowFile(join(tmp_directory, `${target.import_key}-${this.#fileCount++}.native`), target)
  }

  #checkTimes(block: TickColumns, nsRest: Uint16Array): void {
    const times = block.ts_event_us
    if (this.#rowCount === 0) this.#firstUs = must(times[0], 'a block with rows has a first time')
    for (let index = 0; index < block.count; index++) {
      const us = times[index] as number
      const rest = nsRest[index] as number
      assert(
        us > this.#lastUs || (us === this.#lastUs && rest >= this.#lastNsRest),
        'the rows of an import never go back in time',
      )
      assert(Number.isSafeInteger(us) && rest < 1000, 'a time is whole and within 1970 to 2255')
      this.#lastUs = us
      this.#lastNsRest = rest
    }
  }

  #numberRows(count: number): Uint32Array {
    assert(this.#rowCount + count <= ROW_NO_MAX, 'an import has at most 2^32 - 1 rows')
    if (this.#rowNumbers.length < count) this.#rowNumbers = new Uint32Array(count)
    for (let index = 0; index < count; index++) this.#rowNumbers[index] = this.#rowCount + index
    return this.#rowNumbers.subarray(0, count)
  }

  #zerosOf(count: number): Uint16Array {
    if (this.#zeros.length < count) this.#zeros = new Uint16Array(count)
    return this.#zeros.subarray(0, count)
  }
}

function checkIntegers(column: Float64Array): void {
  for (let index = 0; index < column.length; index++) {
    const value = column[index] as number
    assert(
      Number.isSafeInteger(value) && !Object.is(value, -0),
      `a stored value is a safe integer, got ${value}`,
    )
  }
}
