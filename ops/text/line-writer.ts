// What a long-running command says, written beside its work. A line may come up inside a step, where nothing may be
// written, and whoever reads may be slow or gone: the work neither waits for that nor ends by it.

import { write } from 'node:fs'
import { promisify } from 'node:util'

const WRITE_INTERVAL_MS = 50
/** More lines than a terminal's history: whoever is further behind is told how many are left out. */
const LINES_MAX = 10_000
const AGAIN_MS = 10

type Write = (text: string) => Promise<void>

export class LineWriter {
  readonly #write: Write
  readonly #timer: NodeJS.Timeout
  #lines: string[] = []
  #left_out = 0
  #writing: Promise<void> | undefined
  #isGone = false

  /** @param write resolves when the text was taken; where it rejects nobody reads any more. */
  constructor(write: Write = toStandardOutput) {
    this.#write = write
    this.#timer = setInterval(() => this.#begin(), WRITE_INTERVAL_MS)
  }

  readonly print = (line: string): void => {
    if (this.#isGone) return
    if (this.#lines.length < LINES_MAX) this.#lines.push(line)
    else this.#left_out++
  }

  /** Resolves when all that was printed is written. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#writing
    await this.#begin()
  }

  #begin(): Promise<void> | undefined {
    if (this.#lines.length === 0 || this.#isGone) return undefined
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined
    })
    return this.#writing
  }

  async #writeAll(): Promise<void> {
    const lines = this.#lines
    this.#lines = []
    if (this.#left_out > 0) lines.push(`… ${this.#left_out} lines left out`)
    this.#left_out = 0
    try {
      await this.#write(`${lines.join('\n')}\n`)
    } catch {
      // The terminal was closed, or the disk behind a redirection is full: the work goes on, and its journal has it all.
      this.#isGone = true
      this.#lines = []
    }
  }
}

async function toStandardOutput(text: string): Promise<void> {
  let bytes = Buffer.from(text)
  while (bytes.length > 0) {
    try {
      const { bytesWritten } = await promisify(write)(1, bytes)
      bytes = bytes.subarray(bytesWritten)
    } catch (error) {
      // A pipe that is full and was made not to wait.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
    }
  }
}
