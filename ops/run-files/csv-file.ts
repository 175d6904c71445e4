// A CSV file that grows during a run: rows are gathered and written in large pieces. `add` is called from inside a step,
// which must not care whether a disk is full: the first failure ends the writing, and `close` throws it.

import { closeSync, openSync, writeFileSync } from 'node:fs'
import type { TObject } from 'typebox'
import { must } from '../../schemas/assert.ts'
import type { Column, Columns } from './cells.ts'
import { CsvBytes } from './csv-bytes.ts'
import { notWritten } from './not-written.ts'

const BUFFERED_LENGTH_MAX = 1 << 16

export class CsvFile<Row, Item> {
  readonly #path: string
  readonly #columns: readonly Column<Item>[]
  readonly #lines = new CsvBytes()
  readonly #descriptor: number
  #failure: unknown
  #isOpen = true

  /** Makes the file, in a folder of its run's own. Columns come in the order of the schema's properties. */
  constructor(path: string, schema: TObject, columns: Columns<Row, Item>) {
    this.#path = path
    const byName: ReadonlyMap<string, Column<Item>> = new Map(Object.entries(columns))
    const names = Object.keys(schema.properties)
    this.#columns = names.map((name) => must(byName.get(name), 'each property of a row has a column'))
    for (const name of names) this.#lines.text(name)
    this.#lines.endLine()
    try {
      this.#descriptor = openSync(path, 'w')
    } catch (error) {
      throw notWritten(path, error)
    }
  }

  add(item: Item): void {
    if (this.#failure !== undefined) return
    const lines = this.#lines
    const columns = this.#columns
    for (let i = 0; i < columns.length; i++) (columns[i] as Column<Item>)(lines, item)
    lines.endLine()
    if (lines.length >= BUFFERED_LENGTH_MAX) this.#flush()
  }

  close(): void {
    this.abandon()
    if (this.#failure !== undefined) throw notWritten(this.#path, this.#failure)
  }

  /** Closes the file of a run that has failed already: its own failure is the one to be told. Closing twice is fine. */
  abandon(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#flush()
    closeSync(this.#descriptor)
  }

  #flush(): void {
    if (this.#failure !== undefined) return
    try {
      writeFileSync(this.#descriptor, this.#lines.view())
    } catch (error) {
      this.#failure = error
    }
    this.#lines.clear()
  }
}
