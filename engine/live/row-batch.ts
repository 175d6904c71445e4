// Consecutive rows of market data as one journal record: columns, filled as the rows are sequenced and read back to be
// stepped again. The step sees a view over these very columns in both cases, so a re-run sees what the run saw.

import { assert, must, unreachable } from '../../schemas/assert.ts'
import { BAR_PRICE_TYPES, type BarPriceType } from '../../schemas/messages/market.ts'
import type { CanonicalReader } from '../canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../canonical/canonical-writer.ts'
import { ROWS_INPUT } from '../input-codec.ts'
import { BarRow, QuoteRow, TradeRow } from '../market/market-rows.ts'
import type { Node } from '../node.ts'
import type { BarColumns } from '../tick-store-port.ts'
import type { RowInput } from './live-input.ts'

/** A full batch of quotes is 64 KiB, an eighth of a sealed batch of the journal. */
export const BATCH_ROWS_MAX = 1024

const KINDS = ['quote', 'trade', 'bar'] as const
type Kind = (typeof KINDS)[number]

// The columns in schema order, which is their order in the record.
const EVERY = ['instrument_index', 'ts_event_us', 'ts_recv_us'] as const
const QUOTE = ['bid_price_units', 'ask_price_units', 'bid_size_units', 'ask_size_units'] as const
const EXTREMES = [
  'conflated_count',
  'bid_low_price_units',
  'bid_high_price_units',
  'ask_low_price_units',
  'ask_high_price_units',
] as const
const TRADE = ['price_units', 'size_units', 'aggressor_side'] as const
const BAR = [
  'open_price_units',
  'high_price_units',
  'low_price_units',
  'close_price_units',
  'volume_units',
] as const
const OWN: { readonly [kind in Kind]: readonly string[] } = { quote: QUOTE, trade: TRADE, bar: BAR }

type Columns<Name extends string> = { readonly [name in Name]: Float64Array }

export class RowBatch {
  count = 0
  /** The row added or stepped last was of this kind. */
  #kind: Kind = 'quote'
  #interval_us = 0
  #price_type: BarPriceType = 'last'
  /** Whether a quote of the batch stands for several. */
  #isConflated = false
  #seqBase = 0
  readonly #ts_seq_us = new Float64Array(BATCH_ROWS_MAX)
  readonly #every = columns(EVERY)
  readonly #quotes = columns([...QUOTE, ...EXTREMES])
  readonly #trades = columns(TRADE)
  readonly #bars = columns(BAR)
  readonly #quoteRow: QuoteRow
  readonly #tradeRow: TradeRow
  readonly #barRow: BarRow

  constructor() {
    const { ts_event_us } = this.#every
    const quotes = { kind: 'quote', count: BATCH_ROWS_MAX, ts_event_us, ...this.#quotes } as const
    this.#quoteRow = new QuoteRow(quotes)
    this.#quoteRow.open(quotes, this.#quotes)
    this.#tradeRow = new TradeRow({ kind: 'trade', count: BATCH_ROWS_MAX, ts_event_us, ...this.#trades })
    this.#barRow = new BarRow(this.#barColumns())
  }

  /** Whether a row may join: there is room, and it is of the batch's own kind. */
  takes(row: RowInput): boolean {
    if (this.count === 0) return true
    if (this.count === BATCH_ROWS_MAX || row.type !== this.#kind) return false
    return (
      row.type !== 'bar' || (row.interval_us === this.#interval_us && row.price_type === this.#price_type)
    )
  }

  /** Adds the row that is sequenced as `seq` at `ts_seq_us`. */
  add(row: RowInput, seq: number, ts_seq_us: number): void {
    if (this.count === 0) this.#open(row, seq)
    const at = this.count++
    this.#ts_seq_us[at] = ts_seq_us
    put(this.#every, EVERY, row, at)
    if (row.type === 'quote') {
      put(this.#quotes, QUOTE, row, at)
      put(this.#quotes, EXTREMES, row, at)
      this.#isConflated ||= row.conflated_count > 1
    } else if (row.type === 'trade') put(this.#trades, TRADE, row, at)
    else put(this.#bars, BAR, row, at)
  }

  seq(at: number): number {
    return this.#seqBase + at
  }

  ts_seq_us(at: number): number {
    assert(at < this.count, 'a row that is read is in the batch')
    return this.#ts_seq_us[at] as number
  }

  /** One row as it was added. */
  row(at: number): RowInput {
    assert(at < this.count, 'a row that is read is in the batch')
    const every = valuesAt(this.#every, EVERY, at)
    switch (this.#kind) {
      case 'quote':
        return { type: 'quote', ...every, ...valuesAt(this.#quotes, [...QUOTE, ...EXTREMES], at) }
      case 'trade':
        return { type: 'trade', ...every, ...valuesAt(this.#trades, TRADE, at) }
      case 'bar': {
        const series = { interval_us: this.#interval_us, price_type: this.#price_type }
        return { type: 'bar', ...series, ...every, ...valuesAt(this.#bars, BAR, at) }
      }
      default:
        return unreachable(this.#kind)
    }
  }

  /** The node's step with one row. */
  step(node: Node, at: number): void {
    const ts = this.ts_seq_us(at)
    const instrument_index = this.#every.instrument_index[at] as number
    if (this.#kind === 'quote') {
      this.#quoteRow.instrument_index = instrument_index
      node.stepQuote(this.#quoteRow.at(at), ts)
    } else if (this.#kind === 'trade') {
      this.#tradeRow.instrument_index = instrument_index
      node.stepTrade(this.#tradeRow.at(at), ts)
    } else {
      this.#barRow.instrument_index = instrument_index
      node.stepBar(this.#barRow.at(at), ts)
    }
  }

  clear(): void {
    this.count = 0
  }

  write(writer: CanonicalWriter): void {
    writer.number(this.#seqBase)
    writer.number(this.ts_seq_us(0))
    writer.byte(ROWS_INPUT)
    writer.byte(KINDS.indexOf(this.#kind))
    writer.count(this.count)
    if (this.#kind === 'bar') {
      writer.number(this.#interval_us)
      writer.byte(BAR_PRICE_TYPES.indexOf(this.#price_type))
    }
    if (this.#kind === 'quote') writer.flag(this.#isConflated)
    for (const column of this.#recorded())
      for (let i = 0; i < this.count; i++) writer.number(column[i] as number)
  }

  /** Reads a record in place of what the batch held. */
  read(reader: CanonicalReader): void {
    this.#seqBase = reader.number()
    const ts_seq_us = reader.number()
    assert(reader.byte() === ROWS_INPUT, 'a record of rows is read as one')
    this.#kind = must(KINDS[reader.byte()], 'a kind of row is known')
    this.count = reader.count()
    assert(this.count >= 1 && this.count <= BATCH_ROWS_MAX, 'a record of rows holds one to a full batch')
    if (this.#kind === 'bar') {
      this.#openBars(reader.number(), must(BAR_PRICE_TYPES[reader.byte()], 'a price type is known'))
    }
    this.#isConflated = this.#kind === 'quote' && reader.flag()
    for (const column of this.#recorded()) for (let i = 0; i < this.count; i++) column[i] = reader.number()
    if (this.#kind === 'quote' && !this.#isConflated) this.#setOwnExtremes()
    reader.end()
    assert(this.ts_seq_us(0) === ts_seq_us, 'a record of rows has the time of its first row')
  }

  #open(row: RowInput, seq: number): void {
    this.#seqBase = seq
    this.#kind = row.type
    this.#isConflated = false
    if (row.type === 'bar') this.#openBars(row.interval_us, row.price_type)
  }

  #openBars(interval_us: number, price_type: BarPriceType): void {
    this.#interval_us = interval_us
    this.#price_type = price_type
    this.#barRow.open(this.#barColumns())
  }

  #barColumns(): BarColumns {
    const { ts_event_us } = this.#every
    const series = { interval_us: this.#interval_us, price_type: this.#price_type }
    return { kind: 'bar', count: BATCH_ROWS_MAX, ...series, ts_event_us, ...this.#bars }
  }

  #recorded(): Float64Array[] {
    const own: Partial<Record<string, Float64Array>> =
      this.#kind === 'quote' ? this.#quotes : this.#kind === 'trade' ? this.#trades : this.#bars
    const names = this.#isConflated ? [...OWN[this.#kind], ...EXTREMES] : OWN[this.#kind]
    const ownColumns = names.map((name) => must(own[name], 'a recorded column is there'))
    return [this.#ts_seq_us, ...EVERY.map((name) => this.#every[name]), ...ownColumns]
  }

  /** A quote that stands for itself alone is its own extremes; its record leaves them out. */
  #setOwnExtremes(): void {
    const quotes = this.#quotes
    for (let i = 0; i < this.count; i++) {
      const bid = quotes.bid_price_units[i] as number
      const ask = quotes.ask_price_units[i] as number
      quotes.conflated_count[i] = 1
      quotes.bid_low_price_units[i] = bid
      quotes.bid_high_price_units[i] = bid
      quotes.ask_low_price_units[i] = ask
      quotes.ask_high_price_units[i] = ask
    }
  }
}

function columns<Name extends string>(names: readonly Name[]): Columns<Name> {
  const entries = names.map((name) => [name, new Float64Array(BATCH_ROWS_MAX)] as const)
  return Object.fromEntries(entries) as Columns<Name>
}

function put<Name extends string>(
  into: Columns<Name>,
  names: readonly Name[],
  row: { readonly [name in Name]: number },
  at: number,
): void {
  for (const name of names) into[name][at] = row[name]
}

function valuesAt<Name extends string>(
  from: Columns<Name>,
  names: readonly Name[],
  at: number,
): { readonly [name in Name]: number } {
  const entries = names.map((name) => [name, from[name][at] as number] as const)
  return Object.fromEntries(entries) as { readonly [name in Name]: number }
}
