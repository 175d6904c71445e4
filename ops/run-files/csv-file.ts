// A CSV file that grows during a run: rows are gathered and written in large pieces. `add` is called from inside a step,
// which must not care whether a disk is full: the first failure ends the writing, and `close` throws it.

import { closeSync, openSync, writeFileSync } from 'node:fs'
import type { TObject } from 'typebox'
import { csvCell, csvLine, joinedLine } from './csv.ts'
import { notWritten } from './not-written.ts'

const BUFFERED_LENGTH_MAX = 1 << 16

export class CsvFile<Row extends Readonly<Record<string, string>>> {
  readonly #path: string
  readonly #columns: readonly (keyof Row & string)[]
  /** Of each column, whether its schema has a pattern: words and numbers, in which there is nothing to escape. */
  readonly #isPlain: readonly boolean[]
  /** Of the row at hand, and what they were before they were escaped: much of a row is as in the row before. */
  readonly #cells: string[]
  readonly #texts: string[]
  readonly #descriptor: number
  #text: string
  #failure: unknown
  #isOpen = true

  /** Makes the file, in a folder of its run's own. The columns are the schema's properties. */
  constructor(path: string, schema: TObject) {
    this.#path = path
    this.#columns = Object.keys(schema.properties)
    this.#isPlain = Object.values(schema.properties).map((column) => 'pattern' in column)
    this.#cells = this.#columns.map(() => '')
    this.#texts = [...this.#cells]
    this.#text = csvLine(this.#columns)
    try {
      this.#descriptor = openSync(path, 'w')
    } catch (error) {
      throw notWritten(path, error)
    }
  }

  add(row: Row): void {
    if (this.#failure !== undefined) return
    const columns = this.#columns
    for (let i = 0; i < columns.length; i++) {
      const text = row[columns[i] as keyof Row] as string
      if (this.#isPlain[i] === true) this.#cells[i] = text
      else if (text !== this.#texts[i]) {
        this.#texts[i] = text
        this.#cells[i] = csvCell(text)
      }
    }
    this.#text += joinedLine(this.#cells)
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
