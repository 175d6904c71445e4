// The raw tape of a live session: holds every row offered until the input that carried it is known and durable, then
// gives it away in batches. Rules: ./SPEC.md. In memory only, synchronous, and bounded: what does not fit is dropped and
// counted, and the hole shows in the numbers of the rows.

import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import type { RowInput } from '../../engine/live/live-input.ts'
import type { RawTape } from '../../engine/live/raw-tape-port.ts'
import type { TickSeries } from '../../engine/tick-store-port.ts'
import { must } from '../../schemas/assert.ts'
import { seriesKey } from '../clickhouse/tick-table.ts'
import { RowFifo } from './row-fifo.ts'
import type { TapeBatch } from './tape-batch.ts'
import { type Recorded, TapeColumns } from './tape-columns.ts'

/** Rows of a batch, unless one input alone has more: a little under a megabyte, which a bus takes as one message. */
export const BATCH_ROWS_MAX = 8_192
/** Rows held at most: a minute of a busy market while the disk does not answer. */
const HELD_ROWS_MAX = 1_200_000

export type RawTapeOptions = {
  /** `<node>/<session>`. */
  readonly tape: string
  readonly epoch: number
  readonly instruments: readonly InstrumentSpec[]
  /** Venues whose rows come out of a stored history. */
  readonly history_venues: readonly string[]
  readonly held_rows_max?: number
  /** Where an epoch's tape goes on after a crash: the head of its last batch. */
  readonly after?: Pick<TapeBatch['head'], 'number' | 'last_seq' | 'streams' | 'next_rows'>
}

type Mark = { readonly lsn: number; readonly seq: number }

export class SessionTape implements RawTape {
  readonly #options: RawTapeOptions
  readonly #held_rows_max: number
  readonly #streams: string[]
  readonly #waiting: readonly RowFifo[]
  readonly #series = new Map<string, TapeColumns>()
  /** Of each instrument, its quotes' and its trades' columns, found without a text. */
  readonly #quotes: (TapeColumns | undefined)[] = []
  readonly #trades: (TapeColumns | undefined)[] = []
  readonly #next_rows: Readonly<Record<string, number>>
  readonly #recorded: Recorded = { ts_seq_us: 0, seq: 0, count: 0, stream: 0, sequence: 0, row_in_message: 0 }
  /** Turns whose records are not durable yet, oldest first. */
  readonly #appended: Mark[] = []
  #number: number
  #last_seq: number
  #seen_seq: number
  #durable_seq: number
  #held = 0
  #dropped_count = 0

  constructor(options: RawTapeOptions) {
    const { instruments, after } = options
    this.#options = options
    this.#held_rows_max = options.held_rows_max ?? HELD_ROWS_MAX
    this.#waiting = instruments.map(() => new RowFifo())
    this.#streams = [...(after?.streams ?? [])]
    this.#next_rows = after?.next_rows ?? {}
    this.#number = after?.number ?? 0
    this.#last_seq = after?.last_seq ?? 0
    this.#seen_seq = this.#last_seq
    this.#durable_seq = this.#last_seq
  }

  /** Rows sequenced and not yet taken. */
  get held_count(): number {
    return this.#held
  }

  /** A history waits long before anything is dropped: rows that wait for their input are not counted here. */
  get room(): number {
    return Math.max(0, this.#held_rows_max / 2 - this.#held)
  }

  /** Rows that did not fit. */
  get dropped_count(): number {
    return this.#dropped_count
  }

  get last_seq(): number {
    return this.#last_seq
  }

  stream(name: string): number {
    const known = this.#streams.indexOf(name)
    return known >= 0 ? known : this.#streams.push(name) - 1
  }

  offered(row: RowInput, taken: boolean, stream: number, sequence: number, row_in_message: number): void {
    const waiting = this.#waitingOf(row.instrument_index)
    waiting.push(row, taken, stream, sequence, row_in_message)
    if (!taken) this.#passRefused(waiting)
  }

  sequenced(instrument_index: number, count: number, seq: number, ts_seq_us: number): void {
    this.#seen_seq = seq
    const waiting = this.#waitingOf(instrument_index)
    this.#passRefused(waiting)
    for (let left = count; left > 0 && waiting.size > 0; left--) {
      this.#pass(waiting, seq, count, ts_seq_us)
      this.#passRefused(waiting)
    }
  }

  /** A row out of the journal, whose own sequencing nobody noted; `count` rows were one in its input. */
  recovered(row: RowInput, count: number, seq: number, ts_seq_us: number): void {
    this.#seen_seq = seq
    this.#set({ ts_seq_us, seq, count, stream: this.stream('journal'), sequence: seq, row_in_message: 0 })
    this.#add(row)
  }

  appended(lsn: number, seq: number): void {
    if (lsn !== this.#appended.at(-1)?.lsn) this.#appended.push({ lsn, seq })
  }

  durable(lsn: number): void {
    const passed = this.#appended.findLastIndex((mark) => mark.lsn <= lsn)
    if (passed < 0) return
    this.#durable_seq = (this.#appended[passed] as Mark).seq
    this.#appended.splice(0, passed + 1)
  }

  /**
   * The next batch; undefined where there is nothing new to say. With `is_last` there always is, and the batch that has
   * everything left ends the epoch's tape: rows that no input carried any more stand on it as refused.
   */
  take(is_last = false): TapeBatch | undefined {
    if (is_last) this.#abandonWaiting()
    const upTo = this.#cutSeq()
    const sections = [...this.#series.values()].flatMap((columns) => {
      const count = columns.countUpTo(upTo)
      this.#held -= count
      return count === 0 ? [] : [columns.cut(count)]
    })
    const isEnd = is_last && this.#held === 0
    if (sections.length === 0 && !isEnd) return undefined
    this.#number++
    this.#last_seq = upTo
    const next_rows = { ...this.#next_rows }
    for (const [name, columns] of this.#series) next_rows[name] = columns.next_row - columns.count
    const { tape, epoch, history_venues } = this.#options
    const streams = [...this.#streams]
    const place = { number: this.#number, last_seq: upTo, is_last: isEnd }
    return { head: { tape, epoch, ...place, streams, next_rows, history_venues }, sections }
  }

  #abandonWaiting(): void {
    for (const waiting of this.#waiting) while (waiting.size > 0) this.#pass(waiting, 0, 0, 0)
  }

  /** The last input whose rows fit into a batch with all before them. */
  #cutSeq(): number {
    const all = [...this.#series.values()]
    const rowsUpTo = (seq: number) => all.reduce((sum, columns) => sum + columns.countUpTo(seq), 0)
    if (rowsUpTo(this.#durable_seq) <= BATCH_ROWS_MAX) return this.#durable_seq
    let low = this.#last_seq
    let high = this.#durable_seq
    // `low` fits, or is where the last batch ended; `high` does not.
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      if (rowsUpTo(middle) <= BATCH_ROWS_MAX) low = middle
      else high = middle
    }
    return rowsUpTo(low) === 0 ? high : low
  }

  /** Rows that were refused have no input to wait for; they keep their place behind those before them. */
  #passRefused(waiting: RowFifo): void {
    while (waiting.size > 0 && !waiting.isHeadTaken) this.#pass(waiting, 0, 0, 0)
  }

  #pass(waiting: RowFifo, seq: number, count: number, ts_seq_us: number): void {
    const recorded = this.#recorded
    recorded.ts_seq_us = ts_seq_us
    recorded.seq = seq
    recorded.count = count
    recorded.stream = waiting.stream
    recorded.sequence = waiting.sequence
    recorded.row_in_message = waiting.row_in_message
    this.#add(waiting.head)
    waiting.shift()
  }

  #set(recorded: Recorded): void {
    Object.assign(this.#recorded, recorded)
  }

  #add(row: RowInput): void {
    const columns = this.#columnsOf(row)
    if (columns.hasDropped || this.#held >= this.#held_rows_max) {
      columns.drop()
      this.#dropped_count++
      return
    }
    columns.add(row, this.#recorded, this.#seen_seq)
    this.#held++
  }

  #waitingOf(instrument_index: number): RowFifo {
    return must(this.#waiting[instrument_index], 'a row is of an instrument of the session')
  }

  #columnsOf(row: RowInput): TapeColumns {
    const { instrument_index } = row
    if (row.type === 'bar') return this.#open(row)
    const known = row.type === 'quote' ? this.#quotes : this.#trades
    const columns = known[instrument_index] ?? this.#open(row)
    known[instrument_index] = columns
    return columns
  }

  #open(row: RowInput): TapeColumns {
    const spec = must(this.#options.instruments[row.instrument_index], 'a row is of a known instrument')
    const { instrument_id, price_scale, size_scale } = spec
    const series: TickSeries =
      row.type === 'bar'
        ? { instrument_id, kind: 'bar', interval_us: row.interval_us, price_type: row.price_type }
        : { instrument_id, kind: row.type }
    const name = seriesKey(series)
    const open = this.#series.get(name)
    if (open !== undefined) return open
    const columns = new TapeColumns({ series, price_scale, size_scale }, this.#next_rows[name] ?? 0)
    this.#series.set(name, columns)
    return columns
  }
}
