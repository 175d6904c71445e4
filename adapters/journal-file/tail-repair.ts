// What lies beyond the durable mark after a crash: intact batches are kept and made durable, a torn rest is cut.

import { BATCH_MAGIC } from '../../engine/journal/batch-format.ts'
import type { JournalFile, JournalFs } from '../../engine/journal-fs-port.ts'
import { BatchReader } from './batch-reader.ts'
import type { JournalPosition } from './durable-mark.ts'
import type { Damage } from './epoch-scan.ts'
import { journalCorrupt } from './journal-errors.ts'
import { segmentNumbers, segmentPath } from './journal-paths.ts'
import { endOfWritten } from './segment-room.ts'

const CHUNK_SIZE = 1024 * 1024
const MAGIC_BYTES = Buffer.alloc(4)
MAGIC_BYTES.writeUInt32LE(BATCH_MAGIC)

export type TailRepair = { readonly file: string; readonly offset: number; readonly bytes_cut: number }

export type TailPlace = {
  readonly fs: JournalFs
  readonly epoch_directory: string
  readonly epoch: number
}

/** Cuts the epoch from the damage on, unless a later batch proves that what is damaged had been acknowledged. */
export async function cutTail(place: TailPlace, damage: Damage, tail: JournalPosition): Promise<TailRepair> {
  const segments = segmentNumbers(await place.fs.list(place.epoch_directory)).filter(
    (segment) => segment >= damage.segment,
  )
  for (const segment of segments) {
    const from = segment === damage.segment ? damage.offset + 1 : 0
    const proof = await findAcknowledging(place, segment, from, tail.number + 1)
    if (proof !== undefined)
      throw journalCorrupt(
        damage.file,
        damage.offset,
        `${damage.what}, and batch ${proof} after it is intact`,
      )
  }
  let bytesCut = 0
  for (const segment of segments.reverse())
    bytesCut += segment === damage.segment ? await truncate(place, damage) : await remove(place, segment)
  return { file: damage.file, offset: damage.offset, bytes_cut: bytesCut }
}

/**
 * Makes everything between mark and tail durable. Nothing is written again: the mark may be one turn old, and a power
 * loss while writing over acknowledged bytes could damage them.
 */
export async function settleTail(
  place: TailPlace,
  mark: JournalPosition,
  tail: JournalPosition,
): Promise<void> {
  for (let segment = mark.segment; segment <= tail.segment; segment++) {
    const file = await place.fs.open(segmentPath(place.epoch_directory, segment))
    try {
      await file.fdatasync()
    } finally {
      await file.close()
    }
  }
  await place.fs.fsyncDirectory(place.epoch_directory)
}

/** Number of an intact batch of this epoch that was sealed when batch `number` was already durable, if there is one. */
async function findAcknowledging(
  place: TailPlace,
  segment: number,
  from: number,
  number: number,
): Promise<number | undefined> {
  const file = await place.fs.open(segmentPath(place.epoch_directory, segment))
  try {
    const size = await file.size()
    for (
      let at = await findMagic(file, size, from);
      at !== undefined;
      at = await findMagic(file, size, at + 1)
    ) {
      const batch = await new BatchReader(file, size, at).next()
      if (typeof batch !== 'object' || batch.epoch !== place.epoch) continue
      if (batch.durable_number >= number) return batch.number
    }
    return undefined
  } finally {
    await file.close()
  }
}

async function findMagic(file: JournalFile, size: number, from: number): Promise<number | undefined> {
  const chunk = Buffer.alloc(CHUNK_SIZE)
  // Chunks overlap by three bytes, so that a magic across their border is found.
  for (let offset = from; offset + MAGIC_BYTES.length <= size; offset += CHUNK_SIZE - 3) {
    const count = await file.read(chunk, offset)
    const found = chunk.subarray(0, count).indexOf(MAGIC_BYTES)
    if (found >= 0) return offset + found
  }
  return undefined
}

/** Durable once the tail is settled. */
export async function cutRoom(fs: JournalFs, path: string, offset: number): Promise<void> {
  const file = await fs.open(path)
  try {
    await file.truncate(offset)
  } finally {
    await file.close()
  }
}

async function truncate(place: TailPlace, { file: path, offset }: Damage): Promise<number> {
  const file = await place.fs.open(path)
  try {
    const written = await endOfWritten(file, offset, await file.size())
    await file.truncate(offset)
    await file.fdatasync()
    return written - offset
  } finally {
    await file.close()
  }
}

async function remove(place: TailPlace, segment: number): Promise<number> {
  const path = segmentPath(place.epoch_directory, segment)
  const file = await place.fs.open(path)
  const size = await file.size()
  await file.close()
  await place.fs.remove(path)
  return size
}
