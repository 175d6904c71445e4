// Opening: every epoch is checked against its durable mark and the chain; only the last may have a torn tail.

import { FIRST_PREVIOUS_HASH } from '../../engine/journal/batch-format.ts'
import type { JournalFs } from '../../engine/journal-fs-port.ts'
import type { Journal, RecoveredEpoch } from '../../engine/journal-port.ts'
import { DurableMark, type JournalPosition } from './durable-mark.ts'
import { scanEpoch } from './epoch-scan.ts'
import { journalCorrupt } from './journal-errors.ts'
import { epochNumbers, epochPath, isStagingName } from './journal-paths.ts'
import { cutTail, settleTail, type TailRepair } from './tail-repair.ts'

export type RecoveredJournal = {
  readonly epochs: readonly RecoveredEpoch[]
  readonly repaired: Journal['repaired']
  /** Where each epoch ends. */
  readonly ends: ReadonlyMap<number, JournalPosition>
}

export async function recoverJournal(fs: JournalFs, directory: string): Promise<RecoveredJournal> {
  const names = await fs.list(directory)
  const numbers = epochNumbers(names)
  const epochs: RecoveredEpoch[] = []
  const ends = new Map<number, JournalPosition>()
  let repaired: TailRepair | undefined
  for (const epoch of numbers) {
    const before = epochs.at(-1)
    if (before !== undefined && epoch !== before.epoch + 1)
      throw journalCorrupt(epochPath(directory, before.epoch + 1), 0, `epoch ${before.epoch + 1} is missing`)
    const previousHash = before?.chain_hash ?? (epoch === 1 ? FIRST_PREVIOUS_HASH : undefined)
    const found = await recoverEpoch({
      fs,
      epoch_directory: epochPath(directory, epoch),
      epoch,
      previous_hash: previousHash,
      is_last: epoch === numbers.at(-1),
    })
    epochs.push(found.recovered)
    ends.set(epoch, found.tail)
    repaired = found.repaired
  }
  // An epoch whose rename was never made durable is not in the journal.
  for (const name of names.filter(isStagingName)) await fs.remove(`${directory}/${name}`)
  await fs.fsyncDirectory(directory)
  return { epochs, repaired, ends }
}

async function recoverEpoch(place: {
  readonly fs: JournalFs
  readonly epoch_directory: string
  readonly epoch: number
  readonly previous_hash: Uint8Array | undefined
  readonly is_last: boolean
}) {
  const { mark, position } = await DurableMark.open(place)
  try {
    const { recovered, tail, damage } = await scanEpoch({ ...place, mark: position })
    if (!place.is_last) {
      // The next epoch was opened on a whole one, and its opening names the hash of its end.
      if (damage !== undefined) throw journalCorrupt(damage.file, damage.offset, damage.what)
      return { recovered, tail, repaired: undefined }
    }
    const repaired = damage && (await cutTail(place, damage, tail))
    // Even where nothing lies beyond the mark: after a kill the mark itself may stand in the page cache alone.
    await mark.confirm()
    await settleTail(place, position, tail)
    await mark.advance(tail)
    return { recovered, tail, repaired }
  } finally {
    await mark.close()
  }
}
