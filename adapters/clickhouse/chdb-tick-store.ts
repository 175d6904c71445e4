// The tick store on the embedded engine. Rules: ./SPEC.md.

import { resolve } from 'node:path'
import { isMainThread } from 'node:worker_threads'
import type {
  ImportManifest,
  ImportOutcome,
  ImportSource,
  ProcessedReading,
  SeriesReading,
  SeriesSummary,
  TickSeries,
  TickStore,
  TimeRange,
} from '../../engine/tick-store-port.ts'
import { assert } from '../../schemas/assert.ts'
import type { Instrument } from '../../schemas/instrument.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { ChdbLane, drainChdb } from './chdb-lane.ts'
import { DataHash } from './data-hash.ts'
import { DDL } from './ddl.ts'
import { InstrumentList } from './instrument-list.ts'
import { LanePool } from './lane-pool.ts'
import { importKey, ManifestTable } from './manifest-table.ts'
import { type Recorded, Recording, type TapeRows } from './recording.ts'
import { countSql, type RowSelection, readBlocks, readHashColumns, readProcessed } from './row-reader.ts'
import { BATCH_ROWS, writeRows } from './row-writer.ts'
import { StoreDirectory } from './store-directory.ts'
import { acquireStoreLock, holderOf, type StoreLock, storeLocked } from './store-lock.ts'
import { seriesKey, tableOf } from './tick-table.ts'

export type ChdbTickStoreOptions = {
  readonly directory: string
  /** Rows per insert and new part; a test's way to other part layouts. */
  readonly batch_rows?: number
}

const ALL_TIME: TimeRange = { from_us: 0, to_us: Number.POSITIVE_INFINITY }

/** A store that takes what live sessions saw, and answers readings of others. */
export interface RecordingStore extends TickStore {
  /** Writes rows of tapes exactly once; durable when it resolves. Rows of an unknown instrument are refused. */
  record(batches: readonly TapeRows[]): Promise<Recorded>
  /** A reading of the rows that these manifests count, as they were when they were handed out. */
  readManifests(
    series: TickSeries,
    range: TimeRange,
    manifests: readonly ImportManifest[],
  ): Promise<SeriesReading>
  /** What a session processed, as far as these manifests count it. */
  readParts(series: TickSeries, manifests: readonly ImportManifest[]): ProcessedReading
}

/** Opens or makes a store. One process per directory, one store at a time per process. */
export async function openChdbTickStore(options: ChdbTickStoreOptions): Promise<RecordingStore> {
  assert(isMainThread, 'the embedded engine runs on the main thread only; in a worker it hangs or crashes')
  const path = resolve(options.directory)
  const directory = new StoreDirectory(path)
  const lock = acquireStoreLock(path)
  try {
    directory.prepare()
    const lane = await openFirstLane(path, directory)
    try {
      for (const statement of DDL) await lane.run(statement)
      const instruments = await InstrumentList.load(lane)
      const manifests = await ManifestTable.load(lane)
      const parts = {
        directory,
        lock,
        lane,
        instruments,
        manifests,
        batch_rows: options.batch_rows ?? BATCH_ROWS,
      }
      const store = new ChdbTickStore(parts)
      await store.discardUnfinished()
      // A process that only reads merges no parts: its memory and its speed are its readings' alone.
      await lane.run('SYSTEM STOP MERGES')
      return store
    } catch (error) {
      lane.close()
      throw error
    }
  } catch (error) {
    await drainChdb()
    lock.release()
    throw error
  }
}

type Parts = {
  readonly directory: StoreDirectory
  readonly lock: StoreLock
  readonly lane: ChdbLane
  readonly instruments: InstrumentList
  readonly manifests: ManifestTable
  readonly batch_rows: number
}

class ChdbTickStore implements RecordingStore {
  readonly #parts: Parts
  readonly #readers: LanePool
  #writing: Promise<unknown> = Promise.resolve()
  #recording: Recording | undefined
  #closed = false
  /** The failure of a manifest's insert: it may or may not be on disk, so this store takes no more writes. */
  #doubt: unknown

  constructor(parts: Parts) {
    this.#parts = parts
    this.#readers = new LanePool(parts.directory.engine)
  }

  async putInstruments(instruments: readonly Instrument[]): Promise<void> {
    await this.#exclusively(async () => {
      for (const instrument of instruments) await this.#parts.instruments.put(instrument)
    })
  }

  async instruments(): Promise<Instrument[]> {
    return this.#parts.instruments.all()
  }

  async write(source: ImportSource): Promise<ImportOutcome> {
    return this.#exclusively(() => this.#write(source))
  }

  async manifests(): Promise<ImportManifest[]> {
    return this.#parts.manifests.all()
  }

  async summary(): Promise<SeriesSummary[]> {
    const bySeries = Map.groupBy(this.#parts.manifests.all().filter(isHistory), ({ series }) =>
      seriesKey(series),
    )
    return [...bySeries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, manifests]) => summaryOf(manifests))
  }

  async read(series: readonly TickSeries[], range: TimeRange): Promise<SeriesReading[]> {
    const readings: SeriesReading[] = []
    for (const one of series) {
      const manifests = this.#manifestsOf(one).filter(
        (manifest) =>
          isHistory(manifest) && manifest.first_us < range.to_us && manifest.last_us >= range.from_us,
      )
      readings.push(await this.readManifests(one, range, manifests))
    }
    return readings
  }

  async readProcessed(series: readonly TickSeries[], tape: string): Promise<ProcessedReading[]> {
    return series.map((one) => {
      const manifests = this.#manifestsOf(one).filter(({ recorded }) => recorded?.tape === tape)
      return this.readParts(one, manifests.sort(byTapeOrder))
    })
  }

  async record(batches: readonly TapeRows[]): Promise<Recorded> {
    return this.#exclusively(async () => {
      const { lane, instruments, manifests, directory } = this.#parts
      if (this.#recording === undefined) await lane.run('SYSTEM START MERGES')
      this.#recording ??= new Recording({ lane, instruments, manifests, tmp_directory: directory.tmp })
      try {
        return await this.#recording.write(batches)
      } catch (error) {
        if (this.#recording.inDoubt) this.#doubt = error
        throw error
      }
    })
  }

  async recomputeDataHash(manifest: ImportManifest): Promise<string> {
    const hash = new DataHash(manifest.series, manifest.recorded === undefined ? 'rows' : 'recorded rows')
    const selection = this.#selection(manifest.series, [manifest], ALL_TIME)
    for await (const { count, columns } of readHashColumns(this.#readers, selection, manifest)) {
      hash.add(count, columns as (Float64Array | Uint16Array)[])
    }
    return hash.digest()
  }

  async readManifests(
    series: TickSeries,
    range: TimeRange,
    manifests: readonly ImportManifest[],
  ): Promise<SeriesReading> {
    const selection = this.#selection(series, manifests, range)
    const rowCount = await this.#countRows(selection)
    const lanes = this.#readers
    const blocks = { [Symbol.asyncIterator]: () => readBlocks(lanes, selection, rowCount) }
    return { series, row_count: rowCount, manifests, blocks }
  }

  readParts(series: TickSeries, manifests: readonly ImportManifest[]): ProcessedReading {
    const row_count = manifests.reduce((sum, manifest) => sum + manifest.row_count, 0)
    const lanes = this.#readers
    const selection = manifests.length === 0 ? undefined : this.#selection(series, manifests, ALL_TIME)
    const blocks = {
      [Symbol.asyncIterator]: () => (selection === undefined ? noRows() : readProcessed(lanes, selection)),
    }
    return { series, row_count, manifests, blocks }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#writing
    this.#readers.close()
    this.#parts.lane.close()
    await drainChdb()
    this.#parts.lock.release()
  }

  /** Deletes what killed imports left. Their rows were never visible; without this an import repeated would show twice. */
  async discardUnfinished(): Promise<void> {
    const { directory, manifests } = this.#parts
    for (const { import_id, series } of directory.begun()) {
      if (manifests.get(import_id) === undefined) await this.#discard(import_id, series)
      directory.unmark(import_id)
    }
  }

  async #write(source: ImportSource): Promise<ImportOutcome> {
    const { directory, lane, instruments, manifests, batch_rows } = this.#parts
    const { import_id, source_name, mapping, series } = source
    const present = manifests.get(import_id)
    if (present !== undefined) return { manifest: present, already_present: true }
    const target = {
      series,
      instrument: instruments.numberOf(series.instrument_id),
      import_key: importKey(import_id),
    }
    await lane.run('SYSTEM START MERGES')
    await this.discardUnfinished()
    directory.markBegun(import_id, series)
    try {
      const rows = await writeRows(source, { lane, target, batch_rows, tmp_directory: directory.tmp })
      if (rows.row_count === 0) throw emptyImport(source_name)
      const manifest = { import_id, source_name, mapping, series, ...rows }
      await this.#makeVisible(manifest)
      return { manifest, already_present: false }
    } finally {
      // After a doubtful manifest only the next open can tell what is on disk, by this import's marker.
      if (this.#doubt === undefined) await this.discardUnfinished()
    }
  }

  async #makeVisible(manifest: ImportManifest): Promise<void> {
    try {
      await this.#parts.manifests.add(manifest)
    } catch (error) {
      this.#doubt = error
      throw error
    }
  }

  async #discard(importId: string, series: TickSeries): Promise<void> {
    const { lane } = this.#parts
    const table = tableOf(series.kind).name
    await lane.run(
      `ALTER TABLE ${table} DELETE WHERE import_key = ${importKey(importId)} SETTINGS mutations_sync = 1`,
    )
  }

  #manifestsOf(series: TickSeries): ImportManifest[] {
    return this.#parts.manifests.all().filter((manifest) => seriesKey(manifest.series) === seriesKey(series))
  }

  #selection(series: TickSeries, manifests: readonly ImportManifest[], range: TimeRange): RowSelection {
    return { series, instrument: this.#parts.instruments.numberOf(series.instrument_id), manifests, range }
  }

  /** Imports wholly inside the range are counted by their manifests, the others by the engine. */
  async #countRows(selection: RowSelection): Promise<number> {
    const { from_us, to_us } = selection.range
    const inside = selection.manifests.filter(
      ({ first_us, last_us }) => first_us >= from_us && last_us < to_us,
    )
    const across = selection.manifests.filter((manifest) => !inside.includes(manifest))
    const counted = inside.reduce((sum, { row_count }) => sum + row_count, 0)
    if (across.length === 0) return counted
    const sql = countSql({ ...selection, manifests: across })
    const [row] = await this.#parts.lane.rows<{ row_count: string }>(sql)
    return counted + Number(row?.row_count)
  }

  /** One write at a time: the connection has one lane for them, and a repeated import must see the first's manifest. */
  async #exclusively<T>(work: () => Promise<T>): Promise<T> {
    assert(!this.#closed, 'a closed store takes no writes')
    const turn = this.#writing.then(() => {
      if (this.#doubt !== undefined) throw this.#doubt
      return work()
    })
    this.#writing = turn.catch(() => {})
    return turn
  }
}

/** What was processed of a history is in the store once as history. */
function isHistory({ recorded }: ImportManifest): boolean {
  return recorded?.of_history !== true
}

function byTapeOrder({ recorded: a }: ImportManifest, { recorded: b }: ImportManifest): number {
  assert(a !== undefined && b !== undefined, 'parts of a tape are compared')
  return a.epoch - b.epoch || a.part - b.part
}

async function* noRows(): AsyncGenerator<never> {}

async function openFirstLane(path: string, directory: StoreDirectory): Promise<ChdbLane> {
  try {
    return await ChdbLane.open(directory.engine)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    if (/lock|CANNOT_OPEN_FILE/i.test(message)) throw storeLocked(path, holderOf(path), error)
    throw new OperatingError({
      code: 'store.open_failed',
      reason: 'data',
      what: `The tick store cannot be opened: ${message.split('\n')[0]}`,
      where: path,
      remedy: 'Check that the directory is writable and was made by this program.',
      cause: error,
    })
  }
}

function summaryOf(manifests: readonly ImportManifest[]): SeriesSummary {
  const [first] = manifests
  assert(first !== undefined, 'a summary has at least one import')
  return {
    series: first.series,
    row_count: manifests.reduce((sum, { row_count }) => sum + row_count, 0),
    first_us: Math.min(...manifests.map(({ first_us }) => first_us)),
    last_us: Math.max(...manifests.map(({ last_us }) => last_us)),
    import_count: manifests.length,
  }
}

function emptyImport(sourceName: string): OperatingError {
  return new OperatingError({
    code: 'store.empty_import',
    reason: 'data',
    what: 'The source has no rows, so there is nothing to import.',
    where: sourceName,
    remedy: 'Check that this is the right file.',
  })
}
