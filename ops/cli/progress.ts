// Progress of long work, on stderr: a bar where a person looks on, else a line now and then.

import { performance } from 'node:perf_hooks'

/** Something countable is under way. Without a total nobody knows yet how much there is. */
export interface Progress {
  start(label: string, total?: number): void
  update(done: number, total?: number): void
  stop(): void
}

export const LINE_INTERVAL_MS = 2_000

/** A bar on a terminal, lines elsewhere. Short work prints no line at all. */
export async function openProgress(stream: NodeJS.WriteStream): Promise<Progress> {
  if (!stream.isTTY)
    return new ProgressLines(
      (line) => stream.write(line),
      () => performance.now(),
    )
  const { default: bars } = await import('cli-progress')
  return new ProgressBar(
    (format) => new bars.SingleBar({ format, stream, hideCursor: true, clearOnComplete: true, fps: 10 }),
  )
}

export class ProgressLines implements Progress {
  readonly #write: (line: string) => void
  readonly #now: () => number
  #label = ''
  #total: number | undefined
  #printed_ms = 0

  constructor(write: (line: string) => void, now: () => number) {
    this.#write = write
    this.#now = now
  }

  start(label: string, total?: number): void {
    this.#label = label
    this.#total = total
    this.#printed_ms = this.#now()
  }

  update(done: number, total = this.#total): void {
    const now = this.#now()
    if (now - this.#printed_ms < LINE_INTERVAL_MS) return
    this.#printed_ms = now
    this.#write(`${this.#label}: ${amount(done, total)}\n`)
  }

  stop(): void {}
}

type Bar = { start(total: number, value: number): void; update(value: number): void; stop(): void }

class ProgressBar implements Progress {
  readonly #make: (format: string) => Bar
  #label = ''
  #total: number | undefined
  #bar: Bar | undefined

  constructor(make: (format: string) => Bar) {
    this.#make = make
  }

  start(label: string, total?: number): void {
    this.stop()
    this.#label = label
    this.#total = total
    const format =
      total === undefined
        ? `${label} {value}`
        : `${label} {bar} {percentage} % | {value}/{total} | {eta} s left`
    this.#bar = this.#make(format)
    this.#bar.start(total ?? 0, 0)
  }

  update(done: number, total = this.#total): void {
    if (this.#bar === undefined || total !== this.#total) this.start(this.#label, total)
    this.#bar?.update(done)
  }

  stop(): void {
    this.#bar?.stop()
    this.#bar = undefined
  }
}

function amount(done: number, total: number | undefined): string {
  if (total === undefined || total === 0) return done.toLocaleString('en-US')
  return `${Math.floor((done / total) * 100)} % (${done.toLocaleString('en-US')} of ${total.toLocaleString('en-US')})`
}
