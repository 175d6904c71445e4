// Writes recorded rows exactly once. A tape numbers the rows of each series; the store knows how many it has of each by
// its manifests, so rows offered again are passed over, whatever files or messages they come in. Rows are on disk before
// the manifest that counts them, and a manifest counts them in one insert with those of the other series: a process
// killed anywhere leaves rows that nobody sees, under numbers nobody uses again, because the next one begins new parts.

import { createHash, randomUUID } from 'node:crypto'
import { closeSync, openSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { ImportManifest, RecordedPart, TickKind, TickSeries } from '../../engine/tick-store-port.ts'
import { type PackedRows, RECORDED_COLUMNS, ROW_COLUMNS } from '../../engine/wire/packed-rows.ts'
import { must } from '../../schemas/assert.ts'
import { parseInstrumentId } from '../../schemas/ids.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { type ChdbLane, sqlText } from './chdb-lane.ts'
import { DataHash } from './data-hash.ts'
import { orderBy } from './ddl.ts'
import type { InstrumentList } from './instrument-list.ts'
import { importKey, type ManifestTable } from './manifest-table.ts'
import { encodeNativeBlock } from './native-format.ts'
import { INSERT_SETTINGS, writeWhole } from './row-file.ts'
import { diskFull } from './store-disk.ts'
import { PRICE_TYPE_NUMBER, RECORDED_VALUES, seriesKey, TICK_TABLES, tableOf } from './tick-table.ts'

/** From this many rows on a series goes on in a new part: what a reading of the processed rows sorts through. */
const PART_ROWS = 4_000_000

export type TapeRows = {
  readonly tape: string
  readonly epoch: number
  readonly streams: readonly string[]
  /** Venues whose rows come out of a stored history. */
  readonly history_venues: readonly string[]
  readonly sections: readonly PackedRows[]
}

export type Recorded = {
  readonly rows: number
  /** Rows that were there already. */
  readonly repeated: number
  /** Rows whose numbers were passed over: the tape had dropped them. */
  readonly missing: number
}

type OpenPart = { manifest: ImportManifest; readonly hash: DataHash }
type Progress = { next_row: number; next_part: number; open: OpenPart | undefined }
type Piece = { readonly part: OpenPart; readonly section: PackedRows; readonly first_row_no: number }

export type RecordingOptions = {
  readonly lane: ChdbLane
  readonly instruments: InstrumentList
  readonly manifests: ManifestTable
  readonly tmp_directory: string
  readonly part_rows?: number
}

export class Recording {
  readonly #options: RecordingOptions
  /** By tape, epoch and series. */
  readonly #progress = new Map<string, Progress>()
  readonly #scales = new Map<string, readonly [price_scale: number, size_scale: number]>()
  /** Names the parts of this recorder apart from those of one that died before anything vouched for them. */
  readonly #run = randomUUID()
  #fileCount = 0
  /** Manifests may or may not be on disk; only the next opening can tell. */
  inDoubt = false

  constructor(options: RecordingOptions) {
    this.#options = options
    for (const { recorded, row_count, series } of options.manifests.all()) {
      if (recorded === undefined) continue
      const progress = this.#progressOf(recorded, series)
      progress.next_row = Math.max(progress.next_row, recorded.first_row + row_count)
      progress.next_part = Math.max(progress.next_part, recorded.part + 1)
    }
  }

  /** Durable when it resolves, all of it; when it rejects nothing of it is seen, and it may be offered again. */
  async write(batches: readonly TapeRows[]): Promise<Recorded> {
    const pieces: Piece[] = []
    const counts = { rows: 0, repeated: 0, missing: 0 }
    try {
      for (const batch of batches) {
        for (const section of batch.sections) this.#plan(batch, section, pieces, counts)
      }
      for (const { kind } of TICK_TABLES) await this.#insert(kind, pieces)
    } catch (error) {
      this.#forget(pieces)
      throw error
    }
    if (pieces.length > 0) await this.#makeVisible(this.#grown(pieces))
    return counts
  }

  async #makeVisible(manifests: readonly ImportManifest[]): Promise<void> {
    try {
      await this.#options.manifests.grow(manifests)
    } catch (error) {
      this.inDoubt = true
      throw error
    }
  }

  /** Gives the rows that are new their place in a part. */
  #plan(
    batch: TapeRows,
    section: PackedRows,
    pieces: Piece[],
    counts: { -readonly [k in keyof Recorded]: number },
  ) {
    this.#refuseOther(section)
    const progress = this.#progressOf(batch, section.series)
    const end = section.first_row + section.count
    const skipped = Math.min(section.count, Math.max(0, progress.next_row - section.first_row))
    counts.repeated += skipped
    if (end <= progress.next_row) return
    const rest = skipped === 0 ? section : tailOf(section, skipped)
    const missing = rest.first_row - progress.next_row
    counts.missing += missing
    counts.rows += rest.count
    const { part_rows = PART_ROWS } = this.#options
    if (missing > 0 || (progress.open?.manifest.row_count ?? 0) >= part_rows) progress.open = undefined
    progress.open ??= this.#begin(batch, rest, progress.next_part++)
    const { open } = progress
    const first_row_no = open.manifest.row_count
    open.hash.add(rest.count, hashColumns(rest))
    open.manifest = longer(open.manifest, rest, batch.streams)
    progress.next_row = end
    pieces.push({ part: open, section: rest, first_row_no })
  }

  #begin(batch: TapeRows, section: PackedRows, part: number): OpenPart {
    const { tape, epoch, streams, history_venues } = batch
    const { series, first_row } = section
    const venue = parseInstrumentId(series.instrument_id)?.venue
    const isOfHistory = venue !== undefined && history_venues.includes(venue)
    const identity = JSON.stringify({ tape, epoch, series: seriesKey(series), part, run: this.#run })
    const kept: RecordedPart = { tape, epoch, part, first_row, streams }
    const recorded: RecordedPart = isOfHistory ? { ...kept, of_history: true } : kept
    const manifest: ImportManifest = {
      import_id: createHash('sha256').update(identity).digest('hex'),
      source_name: `${isOfHistory ? 'processed by' : 'recorded'} ${tape}, epoch ${epoch}`,
      mapping: JSON.stringify(recorded),
      series,
      row_count: 0,
      first_us: Number.POSITIVE_INFINITY,
      last_us: 0,
      data_hash: '',
      recorded,
    }
    return { manifest, hash: new DataHash(series, 'recorded rows') }
  }

  #grown(pieces: readonly Piece[]): ImportManifest[] {
    return [...new Set(pieces.map(({ part }) => part))].map((part) => {
      part.manifest = { ...part.manifest, data_hash: part.hash.digest() }
      return part.manifest
    })
  }

  /** Rows of these pieces may lie in the store, unseen: their series go on in new parts, from what the manifests count. */
  #forget(pieces: readonly Piece[]): void {
    for (const { part } of pieces) {
      const { recorded, series } = part.manifest
      const progress = this.#progressOf(must(recorded, 'a recorded part says of what'), series)
      progress.open = undefined
      progress.next_row = this.#rowsVouchedFor(must(recorded, 'a recorded part says of what'), series)
    }
  }

  #rowsVouchedFor({ tape, epoch }: RecordedPart, series: TickSeries): number {
    const ends = this.#options.manifests.all().map(({ recorded, row_count, series: other }) => {
      const isOfIt =
        recorded?.tape === tape && recorded.epoch === epoch && seriesKey(other) === seriesKey(series)
      return isOfIt ? recorded.first_row + row_count : 0
    })
    return Math.max(0, ...ends)
  }

  #progressOf({ tape, epoch }: Pick<TapeRows, 'tape' | 'epoch'>, series: TickSeries): Progress {
    const key = `${tape}\n${epoch}\n${seriesKey(series)}`
    const known = this.#progress.get(key)
    if (known !== undefined) return known
    const begun = { next_row: 0, next_part: 0, open: undefined }
    this.#progress.set(key, begun)
    return begun
  }

  async #insert(kind: TickKind, all: readonly Piece[]): Promise<void> {
    const pieces = all.filter(({ section }) => section.series.kind === kind)
    if (pieces.length === 0) return
    const { lane, tmp_directory, instruments } = this.#options
    const path = join(tmp_directory, `recorded-${this.#fileCount++}.native`)
    try {
      const file = openSync(path, 'w')
      try {
        for (const piece of pieces) {
          const number = instruments.numberOf(piece.section.series.instrument_id)
          writeWhole(file, pieceBuffers(piece, number))
        }
      } catch (error) {
        throw diskFull(error, path) ?? error
      } finally {
        closeSync(file)
      }
      await lane.run(insertSql(kind, path))
    } finally {
      rmSync(path, { force: true })
    }
  }

  #scalesOf(instrument_id: string): readonly [price_scale: number, size_scale: number] {
    const known = this.#scales.get(instrument_id)
    if (known !== undefined) return known
    const { instruments } = this.#options
    // Refuses an instrument the store has no definition of.
    instruments.numberOf(instrument_id)
    const all = instruments.all()
    const defined = must(
      all.find((instrument) => instrument.instrument_id === instrument_id),
      'an instrument with a number is defined',
    )
    const scales = [defined.price_scale, defined.size_scale] as const
    this.#scales.set(instrument_id, scales)
    return scales
  }

  /** A tape says what its numbers count; the store keeps one answer to that for ever. */
  #refuseOther({ series, price_scale, size_scale, columns }: PackedRows): void {
    const { instrument_id } = series
    const [price, size] = this.#scalesOf(instrument_id)
    if (price !== price_scale || size !== size_scale) {
      throw new OperatingError({
        code: 'recorder.other_scale',
        reason: 'data',
        what: `The tape counts ${instrument_id} in other scales than the tick store.`,
        remedy: 'Record into another store, or give the instrument another id.',
      })
    }
    if (columns.every((column) => column.every((value) => Number.isSafeInteger(value)))) return
    throw new OperatingError({
      code: 'recorder.bad_values',
      reason: 'data',
      what: `The tape has a value of ${instrument_id} that is no safe integer.`,
      remedy: 'Move the batch away to go on without its rows.',
    })
  }
}

function tailOf(section: PackedRows, skipped: number): PackedRows {
  return {
    ...section,
    first_row: section.first_row + skipped,
    count: section.count - skipped,
    columns: section.columns.map((column) => column.slice(skipped)),
  }
}

function longer(
  manifest: ImportManifest,
  { count, columns }: PackedRows,
  streams: readonly string[],
): ImportManifest {
  let { first_us, last_us } = manifest
  for (const us of must(columns[0], 'a section has times')) {
    if (us < first_us) first_us = us
    if (us > last_us) last_us = us
  }
  const recorded = { ...must(manifest.recorded, 'a recorded part says of what'), streams }
  return {
    ...manifest,
    recorded,
    mapping: JSON.stringify(recorded),
    row_count: manifest.row_count + count,
    first_us,
    last_us,
  }
}

/** As a reading by row gives them: times, nanoseconds below them, values, what was recorded. */
function hashColumns({ count, columns }: PackedRows): (Float64Array | Uint16Array)[] {
  const [times, ...rest] = columns
  return [must(times, 'a section has times'), new Uint16Array(count), ...rest]
}

function columnNames(kind: TickKind): string[] {
  const bars = kind === 'bar' ? ['interval_us', 'price_type'] : []
  const [, ...values] = ROW_COLUMNS[kind]
  return ['instrument', 'key_high', 'key_low', 'row_no', ...bars, 'ts_us', ...values, ...RECORDED_COLUMNS]
}

function pieceBuffers({ part, section, first_row_no }: Piece, instrument: number): Uint8Array[] {
  const { series, count } = section
  const key = importKey(part.manifest.import_id)
  const bars =
    series.kind === 'bar'
      ? [
          new Float64Array(count).fill(series.interval_us),
          new Float64Array(count).fill(PRICE_TYPE_NUMBER[series.price_type]),
        ]
      : []
  const columns = [
    new Uint32Array(count).fill(instrument),
    new Uint32Array(count).fill(Number(key >> 32n)),
    new Uint32Array(count).fill(Number(key & 0xffffffffn)),
    Uint32Array.from({ length: count }, (_, i) => first_row_no + i),
    ...bars,
    ...section.columns,
  ]
  return encodeNativeBlock(columnNames(series.kind), { count, columns })
}

function insertSql(kind: TickKind, path: string): string {
  const table = tableOf(kind)
  const recorded = RECORDED_VALUES.map(({ name }) => name)
  const select = [
    'instrument',
    ...table.series_columns.map((name) => `toInt64(${name})`),
    'fromUnixTimestamp64Nano(toInt64(ts_us) * 1000)',
    'row_no',
    'bitOr(bitShiftLeft(toUInt64(key_high), 32), toUInt64(key_low))',
    ...table.values.map(({ name, type }) => `to${type}(${name})`),
    ...recorded.map((name) => `toInt64(${name})`),
  ]
  const narrow = ['instrument', 'key_high', 'key_low', 'row_no']
  const structure = columnNames(kind).map((name) => `${name} ${narrow.includes(name) ? 'UInt32' : 'Float64'}`)
  const columns = [orderBy(table), ...table.values.map(({ name }) => name), ...recorded]
  return `INSERT INTO ${table.name} (${columns.join(', ')}) SELECT ${select.join(', ')}
    FROM file(${sqlText(path)}, 'Native', ${sqlText(structure.join(', '))}) SETTINGS ${INSERT_SETTINGS}`
}
