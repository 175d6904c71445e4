// Opens an epoch on disk: everything is prepared and synced in a directory of another name, and one rename shows it.

import { sealOpening } from '../../engine/journal/seal-batch.ts'
import type { JournalFile, JournalFs } from '../../engine/journal-fs-port.ts'
import type { EpochOpening } from '../../engine/journal-port.ts'
import { nodeSha256 } from '../sha256/node-sha256.ts'
import { DurableMark, type JournalPosition } from './durable-mark.ts'
import { epochPath, segmentPath, stagingPath } from './journal-paths.ts'

export type OpenedEpoch = {
  readonly epoch_directory: string
  readonly file: JournalFile
  readonly mark: DurableMark
  readonly tail: JournalPosition
}

export async function createEpoch(options: {
  readonly fs: JournalFs
  readonly directory: string
  readonly opening: EpochOpening
  readonly previous_hash: Uint8Array
}): Promise<OpenedEpoch> {
  const { fs, directory, opening, previous_hash } = options
  const staging = stagingPath(directory, opening.epoch)
  const epochDirectory = epochPath(directory, opening.epoch)
  const batch = sealOpening(opening, previous_hash, nodeSha256)
  const tail = {
    segment: 1,
    offset: batch.bytes.length,
    number: 0,
    last_lsn: -1,
    chain_hash: batch.chain_hash,
  }
  await fs.remove(staging)
  await fs.makeDirectory(staging)
  const file = fs.create(segmentPath(staging, 1))
  try {
    await file.write(batch.bytes, 0)
    await file.fdatasync()
    const mark = await DurableMark.create({
      fs,
      epoch_directory: staging,
      epoch: opening.epoch,
      position: tail,
    })
    await fs.fsyncDirectory(staging)
    await fs.rename(staging, epochDirectory)
    await fs.fsyncDirectory(directory)
    return { epoch_directory: epochDirectory, file, mark, tail }
  } catch (error) {
    await file.close()
    throw error
  }
}
