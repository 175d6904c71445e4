// A tick store in memory, for proofs over whole runs. It uses every freedom of the port against its reader: blocks of
// any size, one set of arrays for all blocks of a reading, the last block's rows overwritten as soon as the next is
// asked for.

import { createHash } from 'node:crypto'
import type {
  ImportManifest,
  ImportOutcome,
  ImportSource,
  ProcessedReading,
  SeriesReading,
  SeriesSummary,
  TickColumns,
  TickSeries,
  TickStore,
  TimeRange,
} from '../../engine/tick-store-port.ts'
import { assert, must } from '../../schemas/assert.ts'
import type { Instrument } from '../../schemas/instrument.ts'

/** The numeric columns of each kind, time first. */
const COLUMNS = {
  quote: ['ts_event_us', 'bid_price_units', 'ask_price_units', 'bid_size_units', 'ask_size_units'],
  trade: ['ts_event_us', 'price_units', 'size_units', 'aggressor_side'],
  bar: [
    'ts_event_us',
    'open_price_units',
    'high_price_units',
    'low_price_units',
    'close_price_units',
    'volume_units',
  ],
  book_level: ['ts_event_us', 'action', 'side', 'price_units', 'size_units', 'is_last'],
  book_order: ['ts_event_us', 'action', 'order_id', 'side', 'price_units', 'size_units', 'is_last'],
} as const satisfies Record<TickColumns['kind'], readonly string[]>

/** A row as the numbers of its columns, time first. */
export type Row = number[]

type StoredImport = { readonly manifest: ImportManifest; readonly rows: Row[] }

export class MemoryTickStore implements TickStore {
  /** What sessions processed, by `<tape> <series>`. */
  readonly processed = new Map<
    string,
    ProcessedReading['blocks'] extends AsyncIterable<infer B> ? B[] : never
  >()
  readonly #block_rows: number
  readonly #instruments = new Map<string, Instrument>()
  readonly #imports = new Map<string, StoredImport>()

  constructor(block_rows: number) {
    assert(block_rows >= 1, 'a block holds a row')
    this.#block_rows = block_rows
  }

  /** The rows of an import themselves, for tests that damage the store. */
  rowsOf(import_id: string): Row[] {
    return this.#import(import_id).rows
  }

  putInstruments(instruments: readonly Instrument[]): Promise<void> {
    for (const instrument of instruments) this.#instruments.set(instrument.instrument_id, instrument)
    return Promise.resolve()
  }

  instruments(): Promise<Instrument[]> {
    return Promise.resolve([...this.#instruments.values()])
  }

  async write(source: ImportSource): Promise<ImportOutcome> {
    const known = this.#imports.get(source.import_id)
    if (known !== undefined) return { manifest: known.manifest, already_present: true }
    const { import_id, source_name, mapping, series } = source
    const rows: Row[] = []
    for await (const block of source.blocks) {
      for (let at = 0; at < block.count; at++)
        rows.push(columnsOf(block).map((column) => column[at] as number))
    }
    const manifest: ImportManifest = {
      import_id,
      source_name,
      mapping,
      series,
      row_count: rows.length,
      first_us: must(rows[0]?.[0], 'an import has a row'),
      last_us: must(rows.at(-1)?.[0], 'an import has a row'),
      data_hash: hashOf(series, rows),
    }
    this.#imports.set(import_id, { manifest, rows })
    return { manifest, already_present: false }
  }

  manifests(): Promise<ImportManifest[]> {
    return Promise.resolve([...this.#imports.values()].map(({ manifest }) => manifest))
  }

  summary(): Promise<SeriesSummary[]> {
    return Promise.resolve(
      [...this.#imports.values()].map(({ manifest }) => {
        const { series, row_count, first_us, last_us } = manifest
        return { series, row_count, first_us, last_us, import_count: 1 }
      }),
    )
  }

  read(series: readonly TickSeries[], range: TimeRange): Promise<SeriesReading[]> {
    return Promise.resolve(series.map((one) => this.#readOne(one, range)))
  }

  readProcessed(series: readonly TickSeries[], tape: string): Promise<ProcessedReading[]> {
    const readings = series.map((one) => {
      const blocks = this.processed.get(`${tape} ${keyOf(one)}`) ?? []
      const row_count = blocks.reduce((sum, { count }) => sum + count, 0)
      return { series: one, row_count, manifests: [], blocks: iterated(blocks) }
    })
    return Promise.resolve(readings)
  }

  recomputeDataHash({ import_id, series }: ImportManifest): Promise<string> {
    return Promise.resolve(hashOf(series, this.#import(import_id).rows))
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  #readOne(series: TickSeries, { from_us, to_us }: TimeRange): SeriesReading {
    const imports = [...this.#imports.values()]
      .filter(({ manifest }) => keyOf(manifest.series) === keyOf(series))
      .filter(({ rows }) => rows.some((row) => isWithin(row, from_us, to_us)))
      .sort((a, b) => (a.manifest.import_id < b.manifest.import_id ? -1 : 1))
    const rows = imports
      .flatMap(({ rows }) => rows.map((row, row_no) => ({ row, row_no })))
      .filter(({ row }) => isWithin(row, from_us, to_us))
      // The sort is stable, and imports come by their ids: (ts, row_no, import id).
      .sort((a, b) => (a.row[0] as number) - (b.row[0] as number) || a.row_no - b.row_no)
      .map(({ row }) => row)
    return {
      series,
      row_count: rows.length,
      manifests: imports.map(({ manifest }) => manifest),
      blocks: blocksOf(series, rows, this.#block_rows),
    }
  }

  #import(import_id: string): StoredImport {
    return must(this.#imports.get(import_id), `an import is in the store: ${import_id}`)
  }
}

/** Rows of a series as one import; its identity is its content and its name. */
export function sourceOf(series: TickSeries, rows: readonly Row[], source_name = 'tape'): ImportSource {
  return {
    import_id: createHash('sha256')
      .update(`${source_name} ${hashOf(series, rows)}`)
      .digest('hex'),
    source_name,
    mapping: 'rows',
    series,
    blocks: blocksOf(series, rows, Math.max(1, rows.length)),
  }
}

async function* iterated<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items
}

async function* blocksOf(series: TickSeries, rows: readonly Row[], block_rows: number) {
  const names = COLUMNS[series.kind]
  const columns = names.map(() => new Float64Array(Math.min(block_rows, rows.length)))
  for (let from = 0; from < rows.length; from += block_rows) {
    const block = rows.slice(from, from + block_rows)
    for (const [at, column] of columns.entries()) {
      column.fill(Number.NaN)
      for (const [index, row] of block.entries()) column[index] = row[at] as number
    }
    const values = Object.fromEntries(names.map((name, at) => [name, columns[at]]))
    yield { ...series, count: block.length, ...values } as unknown as TickColumns
  }
  for (const column of columns) column.fill(Number.NaN)
}

function columnsOf(block: TickColumns): Float64Array[] {
  const values: Readonly<Record<string, unknown>> = block
  return COLUMNS[block.kind].map((name) => values[name] as Float64Array)
}

function hashOf(series: TickSeries, rows: readonly Row[]): string {
  return createHash('sha256')
    .update(`${keyOf(series)}\n${rows.map((row) => row.join(' ')).join('\n')}`)
    .digest('hex')
}

function keyOf(series: TickSeries): string {
  return series.kind === 'bar'
    ? `${series.instrument_id} bar ${series.interval_us} ${series.price_type}`
    : `${series.instrument_id} ${series.kind}`
}

function isWithin([ts]: Row, from_us: number, to_us: number): boolean {
  return (ts as number) >= from_us && (ts as number) < to_us
}
