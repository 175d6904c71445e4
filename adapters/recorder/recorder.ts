// The recorder: takes batches of raw tapes out of folders into the tick store, and removes files whose
// rows are durable there. It keeps no position of its own: what was recorded is what the store counts. Rules: ./SPEC.md.

import { OperatingError } from '../../schemas/operating-error.ts'
import type { RecordingStore } from '../clickhouse/chdb-tick-store.ts'
import type { Recorded } from '../clickhouse/recording.ts'
import { passedFiles, readSpoolFile, removeSpoolFiles, type SpoolFile, spoolFiles } from './spool-folder.ts'
import type { TapeBatch } from './tape-batch.ts'

/** Batches of one insert: enough that a recorder that was away catches up quickly, few enough for little memory. */
const BATCHES_MAX = 48

/** Faults of a batch itself: it is passed over, and the others go on. All else stops the recorder. */
const FAULTS_OF_A_BATCH = [
  'recorder.damaged_file',
  'recorder.other_scale',
  'recorder.bad_values',
  'store.unknown_instrument',
]

export type RecorderCounts = {
  readonly batches: number
  readonly rows: number
  /** Rows that were there already. */
  readonly repeated: number
  /** Rows missing between two that came. */
  readonly missing: number
  /** Batches that could not be recorded. */
  readonly refused: number
}

export type RecorderOptions = {
  readonly store: Pick<RecordingStore, 'record'>
  /** Folders that tapes are spooled to; they need not be there yet. */
  readonly folders: () => Promise<readonly string[]>
  /** Told once of each batch that cannot be recorded. */
  readonly onRefused: (error: OperatingError) => void
}

type Offered = { readonly batch: TapeBatch; readonly file: SpoolFile }

export class Recorder {
  readonly #options: RecorderOptions
  readonly #counts = { batches: 0, rows: 0, repeated: 0, missing: 0, refused: 0 }
  /** Files whose rows are in the store, and files that cannot be recorded. */
  readonly #done = new Set<string>()
  readonly #refused = new Set<string>()

  constructor(options: RecorderOptions) {
    this.#options = options
  }

  get counts(): RecorderCounts {
    return { ...this.#counts }
  }

  /** Records every file there is. Resolves with how many batches were new; rejects where the store takes no more. */
  async collect(): Promise<number> {
    let taken = 0
    for (const folder of await this.#options.folders()) {
      const files = await spoolFiles(folder)
      const fresh = files.filter(({ path }) => !this.#done.has(path) && !this.#refused.has(path))
      for (let from = 0; from < fresh.length; from += BATCHES_MAX) {
        const offered = await this.#readAll(fresh.slice(from, from + BATCHES_MAX))
        await this.#record(offered)
        taken += offered.length
      }
      // Only once everything is durable: a file is the one copy of its rows until then.
      const passed = passedFiles(files).filter(({ path }) => this.#done.has(path))
      await removeSpoolFiles(passed)
      for (const { path } of passed) this.#done.delete(path)
    }
    return taken
  }

  async #readAll(files: readonly SpoolFile[]): Promise<Offered[]> {
    const offered: Offered[] = []
    for (const file of files) {
      try {
        offered.push({ batch: await readSpoolFile(file.path), file })
      } catch (error) {
        this.#refuse(error, file)
      }
    }
    return offered
  }

  async #record(offered: readonly Offered[]): Promise<void> {
    if (offered.length === 0) return
    const rows = offered.map(({ batch: { head, sections } }) => ({
      tape: head.tape,
      epoch: head.epoch,
      streams: head.streams,
      history_venues: head.history_venues ?? [],
      sections,
    }))
    let recorded: Recorded
    try {
      recorded = await this.#options.store.record(rows)
    } catch (error) {
      const [first, ...others] = offered
      if (!isFaultOfBatch(error) || first === undefined) throw error
      if (others.length === 0) return this.#refuse(error, first.file)
      // Which of them it was shows when each comes alone.
      for (const one of offered) await this.#record([one])
      return
    }
    this.#counts.batches += offered.length
    this.#counts.rows += recorded.rows
    this.#counts.repeated += recorded.repeated
    this.#counts.missing += recorded.missing
    for (const { file } of offered) this.#done.add(file.path)
  }

  /** A batch that cannot be recorded stays where it is, for whoever repairs it. */
  #refuse(error: unknown, file: SpoolFile): void {
    if (!isFaultOfBatch(error)) throw error
    this.#counts.refused++
    this.#refused.add(file.path)
    this.#options.onRefused(error)
  }
}

function isFaultOfBatch(error: unknown): error is OperatingError {
  return error instanceof OperatingError && FAULTS_OF_A_BATCH.includes(error.code)
}
