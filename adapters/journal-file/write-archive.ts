// Packs the batches of an epoch into an archive.

import { promisify } from 'node:util'
import { zstdCompress } from 'node:zlib'
import type { JournalFs } from '../../engine/journal-fs-port.ts'
import { archiveEnd, BLOCK_BYTES } from './archive-format.ts'
import type { JournalPosition } from './durable-mark.ts'
import { folderEpoch } from './epoch-files.ts'

const pack = promisify(zstdCompress)

/**
 * Durable but for the name of its file when it resolves.
 * @param tail where the epoch ends.
 * @returns the size of the archive and of what is in it, in bytes.
 */
export async function writeArchive(place: {
  readonly fs: JournalFs
  readonly directory: string
  readonly epoch: number
  readonly tail: JournalPosition
  readonly path: string
}): Promise<{ readonly bytes: number; readonly unpacked_bytes: number }> {
  const { fs, epoch, tail, path } = place
  // What was left by one that ended in the middle.
  await fs.remove(path)
  const file = fs.create(path)
  try {
    const lengths: number[] = []
    let bytes = 0
    let unpacked_bytes = 0
    for await (const block of blocksOf(place)) {
      const packed = await pack(block)
      await file.write(packed, bytes)
      lengths.push(packed.length)
      bytes += packed.length
      unpacked_bytes += block.length
    }
    const { number, last_lsn, chain_hash } = tail
    const end = archiveEnd({ epoch, lengths, unpacked_bytes, number, last_lsn, chain_hash })
    await file.write(end, bytes)
    await file.fdatasync()
    return { bytes: bytes + end.length, unpacked_bytes }
  } finally {
    await file.close()
  }
}

/** The bytes of all segments end to end, in blocks, all of them full but the last. */
async function* blocksOf(place: {
  readonly fs: JournalFs
  readonly directory: string
  readonly epoch: number
  readonly tail: JournalPosition
}): AsyncIterable<Uint8Array> {
  const { fs, directory, epoch, tail } = place
  const files = folderEpoch(fs, directory, epoch)
  const block = new Uint8Array(BLOCK_BYTES)
  let filled = 0
  for (let segment = 1; segment <= tail.segment; segment++) {
    const file = await files.open(segment)
    try {
      const size = segment === tail.segment ? tail.offset : await file.size()
      for (let offset = 0; offset < size; ) {
        const count = await file.read(block.subarray(filled, filled + size - offset), offset)
        offset += count
        filled += count
        if (filled < BLOCK_BYTES) continue
        yield block
        filled = 0
      }
    } finally {
      await file.close()
    }
  }
  if (filled > 0) yield block.subarray(0, filled)
}
