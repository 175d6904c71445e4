// A CSV file that grows during a run: rows are gathered and written in large pieces. `add` is called from inside a step,
// which must not care whether a disk is full: the first failure ends the writing, and `close` throws it.

import { closeSync, openSync, writeFileSync } from 'node:fs'
import type { TObject } from 'typebox'
import { csvLine } from './csv.ts'
import { notWritten } from './not-written.ts'

const BUFFERED_LENGTH_MAX = 1 << 16

export class CsvFile<Row extends Readonly<Record<string, string>>> {
  readonly #path: string
  readonly #columns: readonly (keyof Row & string)[]
  readonly #descriptor: number
  #text: string
  #failure: unknown
  #isOpen = true

  /** Makes the file, in a folder of its run's own. The columns are the schema's properties. */
  constructor(path: string, schema: TObject) {
    this.#path = path
    this.#columns = Object.keys(schema.properties)
    this.#text = csvLine(this.#columns)
    try {
      this.#descriptor = openSync(path, 'w')
    } catch (error) {
      throw notWritten(path, error)
    }
  }

  add(row: Row): void {
    if (this.#failure !== undefined) return
    this.#text += csvLine(this.#columns.map((column) => row[column] as string))
    if (this.#text.length >= BUFFERED_LENGTH_MAX) this.#flush()
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
      writeFileSync(this.#descriptor, this.#text)
    } catch (error) {
      this.#failure = error
    }
    this.#text = ''
  }
}
