// A file journal written from the sealed batches of another: the same bytes in the same segments, so that opening it is
// the ordinary start-up. The chain is checked before anything is written. Durable is what was synced, as in ./SPEC.md.

import { BATCH_TYPE, type Batch, FIRST_PREVIOUS_HASH, lastLsn } from '../../engine/journal/batch-format.ts'
import { openingOf, sameBytes } from '../../engine/journal/parse-batch.ts'
import type { JournalFs } from '../../engine/journal-fs-port.ts'
import { must } from '../../schemas/assert.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { DurableMark } from './durable-mark.ts'
import { createEpoch } from './epoch-opening.ts'
import { SEGMENT_BYTES_MAX } from './file-journal.ts'
import { journalFault, openingFault } from './journal-errors.ts'
import { epochPath, segmentPath } from './journal-paths.ts'
import { nodeJournalFs } from './node-journal-fs.ts'
import { recoverJournal } from './recover-journal.ts'
import { SegmentWriter } from './segment-writer.ts'

export type JournalReplicaOptions = {
  readonly directory: string
  /** Absent: the disk. */
  readonly fs?: JournalFs
  readonly segment_bytes_max?: number
}

/** The place behind the last batch. */
export type ReplicaEnd = Pick<Batch, 'epoch' | 'number' | 'chain_hash'> & { readonly last_lsn: number }

type OpenEpoch = { readonly segments: SegmentWriter; readonly mark: DurableMark }

export class JournalReplica {
  readonly #options: Required<JournalReplicaOptions>
  readonly #release: () => void
  #end: ReplicaEnd | undefined
  #open: OpenEpoch | undefined
  #closing: Promise<void> | undefined

  /** Opens or creates the folder, for this process alone; checks all of it and repairs a torn tail. */
  static async open(options: JournalReplicaOptions): Promise<JournalReplica> {
    const { directory, fs = nodeJournalFs, segment_bytes_max = SEGMENT_BYTES_MAX } = options
    try {
      await fs.makeDirectory(directory)
      const release = await fs.lock(directory)
      try {
        const replica = new JournalReplica({ directory, fs, segment_bytes_max }, release)
        await replica.#resume()
        return replica
      } catch (error) {
        release()
        throw error
      }
    } catch (error) {
      throw openingFault(error, directory)
    }
  }

  private constructor(options: Required<JournalReplicaOptions>, release: () => void) {
    this.#options = options
    this.#release = release
  }

  /** Undefined while the journal is empty. */
  get end(): ReplicaEnd | undefined {
    return this.#end
  }

  /** Writes the next batch; it is durable after `sync`. Refuses with `journal.replica_broken` what does not continue the chain. */
  async append(batch: Batch): Promise<void> {
    const fault = this.#discontinuity(batch)
    if (fault !== undefined) throw this.#broken(fault)
    try {
      if (batch.type === BATCH_TYPE.opening) await this.#openEpoch(batch)
      else await must(this.#open, 'records follow an opening').segments.write(batch)
    } catch (error) {
      throw journalFault(error, this.#options.directory)
    }
    const { epoch, number } = batch
    this.#end = { epoch, number, last_lsn: lastLsn(batch), chain_hash: batch.chain_hash.slice() }
  }

  /** Makes everything appended durable. */
  async sync(): Promise<void> {
    if (this.#open === undefined) return
    const { segments, mark } = this.#open
    const { tail } = segments
    try {
      await segments.sync()
      await mark.advance(tail)
    } catch (error) {
      throw journalFault(error, this.#options.directory)
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeAndRelease()
    return this.#closing
  }

  async #closeAndRelease(): Promise<void> {
    try {
      await this.#closeEpoch()
    } finally {
      this.#release()
    }
  }

  async #resume(): Promise<void> {
    const { fs, directory, segment_bytes_max } = this.#options
    const { epochs, ends } = await recoverJournal(fs, directory)
    const last = epochs.at(-1)
    if (last === undefined) return
    const { epoch } = last
    const tail = must(ends.get(epoch), 'a recovered epoch has its end')
    const epoch_directory = epochPath(directory, epoch)
    const { mark } = await DurableMark.open({ fs, epoch_directory, epoch })
    const file = await fs.open(segmentPath(epoch_directory, tail.segment))
    const segments = new SegmentWriter({
      fs,
      epoch_directory,
      segment_bytes_max,
      file,
      tail,
      room_bytes: 0,
    })
    this.#open = { segments, mark }
    this.#end = { epoch, number: tail.number, last_lsn: tail.last_lsn, chain_hash: tail.chain_hash }
  }

  #discontinuity(batch: Batch): string | undefined {
    const end = this.#end
    const isOpening = batch.type === BATCH_TYPE.opening
    if (isOpening !== (batch.number === 0)) return `batch ${batch.number} has the wrong type`
    // A copy may begin with a later epoch where the earlier ones were pruned.
    if (end === undefined) return isOpening ? undefined : 'it begins in the middle of an epoch'
    const epoch = isOpening ? end.epoch + 1 : end.epoch
    const number = isOpening ? 0 : end.number + 1
    const lsn = isOpening ? 0 : end.last_lsn + 1
    if (batch.epoch !== epoch || batch.number !== number || batch.first_lsn !== lsn)
      return `batch ${batch.number} of epoch ${batch.epoch} stands where batch ${number} of epoch ${epoch} belongs`
    return sameBytes(batch.previous_hash, end.chain_hash)
      ? undefined
      : `batch ${number} of epoch ${epoch} does not continue the hash chain`
  }

  async #openEpoch(batch: Batch): Promise<void> {
    await this.#closeEpoch()
    const { fs, directory, segment_bytes_max } = this.#options
    const previous_hash = this.#end?.chain_hash ?? batch.previous_hash
    if (batch.epoch === 1 && !sameBytes(previous_hash, FIRST_PREVIOUS_HASH))
      throw this.#broken('the first epoch continues something')
    const opened = await createEpoch({ fs, directory, opening: openingOf(batch), previous_hash })
    const segments = new SegmentWriter({ ...opened, fs, segment_bytes_max, room_bytes: 0 })
    this.#open = { segments, mark: opened.mark }
    if (!sameBytes(opened.tail.chain_hash, batch.chain_hash))
      throw this.#broken(`the opening of epoch ${batch.epoch} is sealed in another way`)
  }

  async #closeEpoch(): Promise<void> {
    if (this.#open === undefined) return
    const { segments, mark } = this.#open
    try {
      await this.sync()
    } finally {
      this.#open = undefined
      await segments.close()
      await mark.close()
    }
  }

  #broken(what: string): OperatingError {
    return new OperatingError({
      code: 'journal.replica_broken',
      reason: 'data',
      what: `The copy does not continue the journal in this folder: ${what}.`,
      where: this.#options.directory,
      remedy:
        'Remove this folder and follow the copy from its beginning; if it is refused again, the copy is damaged.',
    })
  }
}
