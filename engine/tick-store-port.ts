// The tick store's port: history in, columns out.
//
// Ownership: one process per store directory. Order: rows of one instrument and kind come in
// (ts, row_no, import id) order, never by insertion time, whatever parts the store keeps them in. Memory: blocks are
// streamed; the store holds a bounded number of blocks per reader whatever the range. A yielded block belongs to the
// reader until it asks for the next one.

import type { Instrument } from '../schemas/instrument.ts'

export type TickKind = 'quote' | 'trade' | 'bar' | BookKind

/** Kinds whose rows are changes of a book: by price (MBP, L2) and by order (MBO, L3). */
export type BookKind = 'book_level' | 'book_order'

export function isBookKind(kind: TickKind): kind is BookKind {
  return kind === 'book_level' || kind === 'book_order'
}

/**
 * Nanoseconds (0..999) below `ts_event_us`, for sources finer than a microsecond; absent: all 0. The store keeps and
 * hashes them and orders by them; readings carry whole microseconds only.
 */
type FinerTime = { readonly ts_event_ns_rest?: Uint16Array }

/** Of rows that are the inputs of a session, once more: when each was sequenced, and under which number. */
type Sequenced = {
  readonly sequenced?: { readonly ts_seq_us: Float64Array; readonly seq: Float64Array }
}

/** What a conflated quote stands for: how many quotes, and how far bid and ask went among them. */
export type QuoteExtremes = {
  readonly conflated_count: Float64Array
  readonly bid_low_price_units: Float64Array
  readonly bid_high_price_units: Float64Array
  readonly ask_low_price_units: Float64Array
  readonly ask_high_price_units: Float64Array
}

/** A block of one instrument's quotes as columns. Times in µs since the epoch; prices and sizes in units of the instrument. */
export type QuoteColumns = FinerTime &
  Sequenced & {
    readonly extremes?: QuoteExtremes
    readonly kind: 'quote'
    readonly count: number
    readonly ts_event_us: Float64Array
    readonly bid_price_units: Float64Array
    readonly ask_price_units: Float64Array
    /** Displayed sizes; 0 where the data has none. */
    readonly bid_size_units: Float64Array
    readonly ask_size_units: Float64Array
  }

/** aggressor_side: 1 buy, -1 sell, 0 unknown. */
export type TradeColumns = FinerTime &
  Sequenced & {
    readonly kind: 'trade'
    readonly count: number
    readonly ts_event_us: Float64Array
    readonly price_units: Float64Array
    readonly size_units: Float64Array
    readonly aggressor_side: Float64Array
  }

/** Imported bars. `ts_event_us` is the bar's END, the time it became known; it began at `ts_event_us - interval_us`. */
export type BarColumns = FinerTime &
  Sequenced & {
    readonly kind: 'bar'
    readonly count: number
    readonly interval_us: number
    readonly price_type: 'bid' | 'ask' | 'last'
    readonly ts_event_us: Float64Array
    readonly open_price_units: Float64Array
    readonly high_price_units: Float64Array
    readonly low_price_units: Float64Array
    readonly close_price_units: Float64Array
    readonly volume_units: Float64Array
  }

/**
 * Changes of a book by price. `action`: LEVEL_ACTION; `side`: 1 bids, -1 asks, 0 where the whole book is cleared;
 * `is_last`: 1 on the last row of an event, between whose rows the book is on its way. Rows of an event share their time.
 */
export type BookLevelColumns = FinerTime &
  Sequenced & {
    readonly kind: 'book_level'
    readonly count: number
    readonly ts_event_us: Float64Array
    readonly action: Float64Array
    readonly side: Float64Array
    readonly price_units: Float64Array
    /** What the level has from now on, 0 when it is gone. */
    readonly size_units: Float64Array
    readonly is_last: Float64Array
  }

/** Changes of a book by order. `action`: BOOK_ACTION; `side` and `is_last` as above. */
export type BookOrderColumns = FinerTime &
  Sequenced & {
    readonly kind: 'book_order'
    readonly count: number
    readonly ts_event_us: Float64Array
    readonly action: Float64Array
    readonly order_id: Float64Array
    readonly side: Float64Array
    readonly price_units: Float64Array
    /** Of an add or modify what the order has from now on, of the others what is gone or traded. */
    readonly size_units: Float64Array
    readonly is_last: Float64Array
  }

export type BookColumns = BookLevelColumns | BookOrderColumns
export type TickColumns = QuoteColumns | TradeColumns | BarColumns | BookColumns

/** One ordered stream of rows: an instrument and a kind (and, for bars, interval and price type). */
export type TickSeries =
  | { readonly instrument_id: string; readonly kind: Exclude<TickKind, 'bar'> }
  | {
      readonly instrument_id: string
      readonly kind: 'bar'
      readonly interval_us: number
      readonly price_type: 'bid' | 'ask' | 'last'
    }

/** Half-open range of `ts_event_us`: from <= ts < to. */
export type TimeRange = { readonly from_us: number; readonly to_us: number }

/** What a live session noted of a row: the input that carried it, when, and how many rows were that input. */
export type ProcessedColumns = {
  readonly processed_seq: Float64Array
  readonly ts_seq_us: Float64Array
  readonly processed_count: Float64Array
}

/** Where recorded rows come from: a part of a tape, which may still grow. */
export type RecordedPart = {
  /** `<node>/<session>`. */
  readonly tape: string
  readonly epoch: number
  readonly part: number
  /** Number of the part's first row on the tape's series. */
  readonly first_row: number
  /** Names of the feeds' streams, which rows name by their place. */
  readonly streams: readonly string[]
  /** Its rows came out of a stored history, or are quotes that its books showed: what was processed, and no history. */
  readonly of_history?: true
}

/** What the store holds of one import, visible only once complete. */
export type ImportManifest = {
  /** SHA-256 (hex) of the source's bytes and of the mapping: the identity of an import. */
  readonly import_id: string
  readonly source_name: string
  readonly mapping: string
  readonly series: TickSeries
  readonly row_count: number
  readonly first_us: number
  readonly last_us: number
  /** SHA-256 (hex) over the canonical rows in row order, made at write time. */
  readonly data_hash: string
  /** Of what a recorder wrote; it may have more rows, and another hash, the next time it is asked for. */
  readonly recorded?: RecordedPart
}

export type SeriesSummary = {
  readonly series: TickSeries
  readonly row_count: number
  readonly first_us: number
  readonly last_us: number
  readonly import_count: number
}

/** One import's rows, offered in source order; `row_no` is the row's index in the source. */
export type ImportSource = {
  readonly import_id: string
  readonly source_name: string
  readonly mapping: string
  readonly series: TickSeries
  /** Blocks in source order. Rows out of time order inside a source are refused by the importer, not by the store. */
  readonly blocks: AsyncIterable<TickColumns>
}

export type ImportOutcome = { readonly manifest: ImportManifest; readonly already_present: boolean }

/** A series opened for reading over a range: its content hash is known before the first row. */
export type SeriesReading = {
  readonly series: TickSeries
  readonly row_count: number
  /** The manifests whose rows fall into the range, sorted by import id. */
  readonly manifests: readonly ImportManifest[]
  readonly blocks: AsyncIterable<TickColumns>
}

/** The rows a session's inputs were made of, in the order of their inputs: epochs in turn, refused rows left out. */
export type ProcessedReading = {
  readonly series: TickSeries
  readonly row_count: number
  readonly manifests: readonly ImportManifest[]
  readonly blocks: AsyncIterable<TickColumns & ProcessedColumns>
}

export interface TickStore {
  /** Stores definitions; the same definition again changes nothing; another scale for a known id is refused. */
  putInstruments(instruments: readonly Instrument[]): Promise<void>
  instruments(): Promise<Instrument[]>
  /** Writes rows, then the manifest, durably; rows are invisible before it. The same import_id again changes nothing. */
  write(source: ImportSource): Promise<ImportOutcome>
  manifests(): Promise<ImportManifest[]>
  summary(): Promise<SeriesSummary[]>
  /** Opens each series over the range, without what was processed of a history. The readings may be consumed concurrently, in any interleaving. */
  read(series: readonly TickSeries[], range: TimeRange): Promise<SeriesReading[]>
  /** Opens what a session, `<node>/<session>`, processed of each series. A series it has nothing of has no rows. */
  readProcessed(series: readonly TickSeries[], tape: string): Promise<ProcessedReading[]>
  /** Recomputes an import's data_hash from its stored rows. */
  recomputeDataHash(manifest: ImportManifest): Promise<string>
  close(): Promise<void>
}
