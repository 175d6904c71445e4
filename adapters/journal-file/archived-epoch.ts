// What opening learns of an archived epoch, without unpacking all of it: header, base, and where it stands in the chain.

import { BATCH_TYPE } from '../../engine/journal/batch-format.ts'
import { openingOf, sameBytes } from '../../engine/journal/parse-batch.ts'
import type { JournalFs } from '../../engine/journal-fs-port.ts'
import { ArchiveFile } from './archive-file.ts'
import { BatchReader } from './batch-reader.ts'
import type { JournalPosition } from './durable-mark.ts'
import type { FoundEpoch } from './found-epoch.ts'
import { journalCorrupt } from './journal-errors.ts'
import { archivePath } from './journal-paths.ts'

export async function readArchivedEpoch(place: {
  readonly fs: JournalFs
  readonly directory: string
  readonly epoch: number
  /** Undefined where the epoch before was pruned. */
  readonly previous_hash: Uint8Array | undefined
}): Promise<FoundEpoch> {
  const { fs, directory, epoch, previous_hash } = place
  const file = await ArchiveFile.open(fs, archivePath(directory, epoch))
  try {
    const { trailer } = file
    const refuse = (what: string) => journalCorrupt(file.path, 0, what)
    if (trailer.epoch !== epoch) throw refuse(`it is the archive of epoch ${trailer.epoch}, not ${epoch}`)
    const opening = await new BatchReader(file, trailer.unpacked_bytes).next()
    if (typeof opening === 'string') throw refuse(opening)
    if (opening?.epoch !== epoch || opening.type !== BATCH_TYPE.opening)
      throw refuse(`it does not begin with the opening of epoch ${epoch}`)
    if (previous_hash !== undefined && !sameBytes(opening.previous_hash, previous_hash))
      throw refuse('its opening does not continue the hash chain')
    const { header, base } = openingOf(opening)
    const { last_lsn, chain_hash } = trailer
    return { recovered: { epoch, header, base, last_lsn, chain_hash }, tail: endOf(file) }
  } finally {
    await file.close()
  }
}

/** Where an archived epoch ends, in what is unpacked of it. */
export function endOf({ trailer }: ArchiveFile): JournalPosition {
  const { unpacked_bytes, number, last_lsn, chain_hash } = trailer
  return { segment: 1, offset: unpacked_bytes, number, last_lsn, chain_hash }
}
