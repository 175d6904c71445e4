// What a live session processed of a series, made into its inputs again: the raw rows that conflated become the one quote
// the session saw, the last of them with their count and extremes. A group with a row missing is refused: bars made of
// it would be others.

import type {
  ProcessedColumns,
  ProcessedReading,
  QuoteColumns,
  TickColumns,
  TickSeries,
  TimeRange,
} from '../../engine/tick-store-port.ts'
import { assert } from '../../schemas/assert.ts'
import { OperatingError } from '../../schemas/operating-error.ts'

type RawBlock = TickColumns & ProcessedColumns
/** A column is `Float64Array` in every kind of block; the rest is the same for all its rows. */
type Columns = Readonly<Record<string, Float64Array>>

const BLOCK_INPUTS = 8_192
const EXTREMES = [
  'conflated_count',
  'bid_low_price_units',
  'bid_high_price_units',
  'ask_low_price_units',
  'ask_high_price_units',
] as const

/** Blocks of inputs that were sequenced within the range, in the order of their numbers. */
export async function* sessionInputs(
  { series, blocks }: ProcessedReading,
  range: TimeRange,
): AsyncGenerator<TickColumns> {
  let inputs: InputBlock | undefined
  let isEmpty = true
  for await (const block of blocks) {
    inputs ??= new InputBlock(series, block)
    inputs.open(block)
    for (let at = 0; at < block.count; at++) {
      const ts_seq_us = block.ts_seq_us[at] as number
      if (ts_seq_us < range.from_us || ts_seq_us >= range.to_us) continue
      // The last input may still get rows, so a full block is given away when the next one begins.
      if (inputs.isFull && inputs.begins(at)) yield inputs.take()
      inputs.add(at)
      isEmpty = false
    }
  }
  if (isEmpty) throw nothingProcessed(series)
  const last = inputs?.take()
  if (last !== undefined && last.count > 0) yield last
}

class InputBlock {
  readonly #series: TickSeries
  readonly #names: readonly string[]
  readonly #values: Columns
  readonly #extremes: { readonly [name in (typeof EXTREMES)[number]]: Float64Array }
  readonly #ts_seq_us = new Float64Array(BLOCK_INPUTS)
  readonly #seq = new Float64Array(BLOCK_INPUTS)
  #raw: RawBlock
  #columns: Columns
  #count = 0
  /** Rows of the last input so far, and how many it was made of. */
  #grouped = 0
  #expected = 0

  constructor(series: TickSeries, block: RawBlock) {
    this.#series = series
    this.#raw = block
    this.#columns = block as unknown as Columns
    this.#names = Object.keys(block).filter(
      (name) => this.#columns[name] instanceof Float64Array && !NOTED.includes(name),
    )
    const column = () => new Float64Array(BLOCK_INPUTS)
    this.#values = Object.fromEntries(this.#names.map((name) => [name, column()]))
    this.#extremes = {
      conflated_count: column(),
      bid_low_price_units: column(),
      bid_high_price_units: column(),
      ask_low_price_units: column(),
      ask_high_price_units: column(),
    }
  }

  get isFull(): boolean {
    return this.#count === BLOCK_INPUTS
  }

  open(block: RawBlock): void {
    this.#raw = block
    this.#columns = block as unknown as Columns
  }

  /** Whether a raw row is the first of an input. */
  begins(at: number): boolean {
    return this.#count === 0 || this.#raw.processed_seq[at] !== this.#seq[this.#count - 1]
  }

  add(at: number): void {
    const begins = this.begins(at)
    if (begins) this.#begin(at)
    const to = this.#count - 1
    this.#grouped++
    for (const name of this.#names) write(this.#values, name, to, this.#columns[name]?.[at] as number)
    if (this.#raw.kind === 'quote') this.#widen(this.#raw, at, to, begins)
  }

  /** The inputs so far; valid until the next call of `add`. */
  take(): TickColumns {
    this.#refusePartial()
    const count = this.#count
    this.#count = 0
    const sequenced = { ts_seq_us: this.#ts_seq_us, seq: this.#seq }
    const extremes = this.#series.kind === 'quote' ? { extremes: this.#extremes } : {}
    return { ...this.#series, count, ...this.#values, ...extremes, sequenced } as unknown as TickColumns
  }

  #begin(at: number): void {
    this.#refusePartial()
    assert(!this.isFull, 'a full block is taken before another input begins')
    const to = this.#count++
    this.#seq[to] = this.#raw.processed_seq[at] as number
    this.#ts_seq_us[to] = this.#raw.ts_seq_us[at] as number
    this.#expected = this.#raw.processed_count[at] as number
    this.#grouped = 0
  }

  #widen(row: QuoteColumns, at: number, to: number, begins: boolean): void {
    const bid = row.bid_price_units[at] as number
    const ask = row.ask_price_units[at] as number
    const all = this.#extremes
    all.conflated_count[to] = this.#grouped
    all.bid_low_price_units[to] = begins ? bid : Math.min(all.bid_low_price_units[to] as number, bid)
    all.bid_high_price_units[to] = begins ? bid : Math.max(all.bid_high_price_units[to] as number, bid)
    all.ask_low_price_units[to] = begins ? ask : Math.min(all.ask_low_price_units[to] as number, ask)
    all.ask_high_price_units[to] = begins ? ask : Math.max(all.ask_high_price_units[to] as number, ask)
  }

  #refusePartial(): void {
    if (this.#count === 0 || this.#grouped === this.#expected) return
    const missing = this.#expected - this.#grouped
    throw new OperatingError({
      code: 'data.input_incomplete',
      reason: 'data',
      what: `Of the input ${this.#seq[this.#count - 1]} of the session ${missing} rows of ${this.#series.instrument_id} are not recorded.`,
      where: 'data.processed',
      remedy:
        'A crash kept them from the tape: run the session itself again with orrery verify or orrery replay, or choose a range without that moment.',
    })
  }
}

/** A strategy would wait for it in vain. */
function nothingProcessed({ kind, instrument_id }: TickSeries): OperatingError {
  return new OperatingError({
    code: 'data.no_rows',
    reason: 'data',
    what: `Of what the session processed in the range of the run, no ${kind} of ${instrument_id} is recorded.`,
    where: 'data.processed',
    remedy: 'Change data.from and data.to, or record what the session left with orrery recorder --once.',
  })
}

const NOTED: readonly string[] = ['processed_seq', 'ts_seq_us', 'processed_count']

function write(columns: Columns, name: string, at: number, value: number): void {
  const column = columns[name]
  assert(column !== undefined, 'an input has the columns of its rows')
  column[at] = value
}
