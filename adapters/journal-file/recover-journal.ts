// Opening: every epoch is checked against its durable mark and the chain; only the last may have a torn tail. Of an epoch
// that was archived, which was checked when it was packed, beginning and end are: reading it checks the rest.

import { FIRST_PREVIOUS_HASH } from '../../engine/journal/batch-format.ts'
import type { JournalFs } from '../../engine/journal-fs-port.ts'
import type { Journal, RecoveredEpoch } from '../../engine/journal-port.ts'
import { readArchivedEpoch } from './archived-epoch.ts'
import { DurableMark, type JournalPosition } from './durable-mark.ts'
import { folderEpoch } from './epoch-files.ts'
import { scanEpoch } from './epoch-scan.ts'
import type { FoundEpoch } from './found-epoch.ts'
import { journalCorrupt } from './journal-errors.ts'
import { epochPath, isLeavingName, isStagingName } from './journal-paths.ts'
import { listEpochs } from './list-epochs.ts'
import { cutRoom, cutTail, settleTail, type TailRepair } from './tail-repair.ts'

export type RecoveredJournal = {
  readonly epochs: readonly RecoveredEpoch[]
  readonly repaired: Journal['repaired']
  /** Where each epoch ends. */
  readonly ends: ReadonlyMap<number, JournalPosition>
  /** Epochs that lie packed in the folder of archives. */
  readonly archived: ReadonlySet<number>
}

/** @param beside_writer another process is writing: nothing is changed, and the journal ends at the mark. */
export async function recoverJournal(
  fs: JournalFs,
  directory: string,
  beside_writer = false,
): Promise<RecoveredJournal> {
  const names = await fs.list(directory)
  const listed = await listEpochs(fs, directory, names)
  const epochs: RecoveredEpoch[] = []
  const ends = new Map<number, JournalPosition>()
  let repaired: TailRepair | undefined
  for (const { epoch, is_archived } of listed) {
    const before = epochs.at(-1)
    if (before !== undefined && epoch !== before.epoch + 1)
      throw journalCorrupt(epochPath(directory, before.epoch + 1), 0, `epoch ${before.epoch + 1} is missing`)
    const previous_hash = before?.chain_hash ?? (epoch === 1 ? FIRST_PREVIOUS_HASH : undefined)
    const is_last = epoch === listed.at(-1)?.epoch
    const place = { fs, directory, epoch, previous_hash, is_last, beside_writer }
    const found = is_archived ? await readArchivedEpoch(place) : await recoverEpoch(place)
    epochs.push(found.recovered)
    ends.set(epoch, found.tail)
    repaired = found.repaired
  }
  if (!beside_writer) await removeLeftovers(fs, directory, names)
  const archived = new Set(listed.filter((one) => one.is_archived).map(({ epoch }) => epoch))
  return { epochs, repaired, ends, archived }
}

/** An epoch whose rename was never made durable is not in the journal; one that was leaving has its archive. */
async function removeLeftovers(fs: JournalFs, directory: string, names: readonly string[]): Promise<void> {
  for (const name of names.filter((one) => isStagingName(one) || isLeavingName(one)))
    await fs.remove(`${directory}/${name}`)
  await fs.fsyncDirectory(directory)
}

async function recoverEpoch(place: {
  readonly fs: JournalFs
  readonly directory: string
  readonly epoch: number
  readonly previous_hash: Uint8Array | undefined
  readonly is_last: boolean
  readonly beside_writer: boolean
}): Promise<FoundEpoch> {
  const { fs, directory, epoch, previous_hash } = place
  const folder = { fs, epoch_directory: epochPath(directory, epoch), epoch }
  const { mark, position } = await DurableMark.open(folder)
  try {
    const { recovered, tail, damage, room } = await scanEpoch({
      files: folderEpoch(fs, directory, epoch),
      epoch,
      previous_hash,
      mark: position,
      stops_at_mark: place.is_last && place.beside_writer,
    })
    if (!place.is_last || place.beside_writer) {
      // The next epoch was opened on a whole one, and its opening names the hash of its end.
      if (damage !== undefined) throw journalCorrupt(damage.file, damage.offset, damage.what)
      const [left] = room
      if (left !== undefined)
        throw journalCorrupt(left.file, left.offset, 'zeros stand behind the last batch')
      return { recovered, tail }
    }
    const repaired = damage && (await cutTail(folder, damage, tail))
    for (const { file, offset } of room) await cutRoom(fs, file, offset)
    // Even where nothing lies beyond the mark: after a kill the mark itself may stand in the page cache alone.
    await mark.confirm()
    await settleTail(folder, position, tail)
    await mark.advance(tail)
    return { recovered, tail, repaired }
  } finally {
    await mark.close()
  }
}
