// Puts whole ended epochs of a journal away, and removes those put away: the oldest first, and never the last one, which
// the next start-up runs again or takes up. Whatever moment this ends at, each epoch is whole in one place.

import type { JournalFs } from '../../engine/journal-fs-port.ts'
import type { RecoveredEpoch } from '../../engine/journal-port.ts'
import { assert, must } from '../../schemas/assert.ts'
import { archivedEpoch } from './epoch-files.ts'
import { scanEpoch } from './epoch-scan.ts'
import { journalFault, openingFault } from './journal-errors.ts'
import { archiveFolder, archivePath, epochPath, leavingPath, unfinishedArchivePath } from './journal-paths.ts'
import { nodeJournalFs } from './node-journal-fs.ts'
import { type RecoveredJournal, recoverJournal } from './recover-journal.ts'
import { writeArchive } from './write-archive.ts'

export type ArchivedEpoch = {
  readonly epoch: number
  /** The archive. */
  readonly file: string
  readonly bytes: number
  /** What it took before. */
  readonly unpacked_bytes: number
}

export class JournalArchive {
  readonly #fs: JournalFs
  readonly #directory: string
  readonly #release: () => void
  readonly #ends: RecoveredJournal['ends']
  #epochs: readonly RecoveredEpoch[]
  readonly #archived: Set<number>

  /**
   * Takes the journal for this process alone, as opening it does: refused with `journal.locked` while a session runs.
   *
   * @param command for whoever asks who holds it.
   */
  static async open(
    directory: string,
    fs: JournalFs = nodeJournalFs,
    command?: string,
  ): Promise<JournalArchive> {
    try {
      const release = await fs.lock(directory, command)
      try {
        return new JournalArchive(fs, directory, release, await recoverJournal(fs, directory))
      } catch (error) {
        release()
        throw error
      }
    } catch (error) {
      throw openingFault(error, directory)
    }
  }

  private constructor(fs: JournalFs, directory: string, release: () => void, found: RecoveredJournal) {
    this.#fs = fs
    this.#directory = directory
    this.#release = release
    this.#epochs = found.epochs
    this.#ends = found.ends
    this.#archived = new Set(found.archived)
  }

  /** Oldest first. */
  get epochs(): readonly RecoveredEpoch[] {
    return this.#epochs
  }

  isArchived(epoch: number): boolean {
    return this.#archived.has(epoch)
  }

  /** Packs an epoch that is not the last; its folder goes once the archive is durable and was read through. */
  async archive(epoch: number): Promise<ArchivedEpoch> {
    assert(!this.#archived.has(epoch), 'an epoch is archived once')
    assert(epoch !== this.#epochs.at(-1)?.epoch, 'the last epoch is never archived: a start-up needs it')
    try {
      const written = await this.#pack(epoch)
      await this.#removeFolder(epoch)
      this.#archived.add(epoch)
      return { epoch, file: archivePath(this.#directory, epoch), ...written }
    } catch (error) {
      throw journalFault(error, this.#directory)
    }
  }

  /** Removes the first epoch, which is archived, and the proof of what came before the second with it. */
  async pruneFirst(): Promise<void> {
    const first = must(this.#epochs[0], 'there is an epoch to prune')
    assert(this.#archived.has(first.epoch), 'only what is archived is pruned')
    try {
      await this.#fs.remove(archivePath(this.#directory, first.epoch))
      // One after the other: a later one gone before this would leave a hole.
      await this.#fs.fsyncDirectory(archiveFolder(this.#directory))
    } catch (error) {
      throw journalFault(error, this.#directory)
    }
    this.#epochs = this.#epochs.slice(1)
  }

  close(): void {
    this.#release()
  }

  async #pack(epoch: number): Promise<Pick<ArchivedEpoch, 'bytes' | 'unpacked_bytes'>> {
    const fs = this.#fs
    const directory = this.#directory
    const tail = must(this.#ends.get(epoch), 'an epoch to archive is in the journal')
    await fs.makeDirectory(archiveFolder(directory))
    const path = unfinishedArchivePath(directory)
    const written = await writeArchive({ fs, directory, epoch, tail, path })
    await fs.rename(path, archivePath(directory, epoch))
    await fs.fsyncDirectory(archiveFolder(directory))
    await this.#check(epoch)
    return written
  }

  /** Reads the archive through: what it holds must end with the epoch's own chain hash. */
  async #check(epoch: number): Promise<void> {
    const files = archivedEpoch(this.#fs, this.#directory, epoch)
    const file = await files.open(1)
    const offset = await file.size()
    await file.close()
    const end = must(this.#ends.get(epoch), 'an epoch to archive is in the journal')
    const mark = { ...end, segment: 1, offset }
    await scanEpoch({ files, epoch, previous_hash: undefined, mark })
  }

  /** Under another name first: a folder that is half gone would be a damaged epoch. */
  async #removeFolder(epoch: number): Promise<void> {
    const fs = this.#fs
    const directory = this.#directory
    const leaving = leavingPath(directory, epoch)
    await fs.rename(epochPath(directory, epoch), leaving)
    await fs.fsyncDirectory(directory)
    await fs.remove(leaving)
    await fs.fsyncDirectory(directory)
  }
}
