// The room a writer left ahead of its tail when it ended without a word: zeros up to the end of the file.

import type { ReadableFile } from './epoch-files.ts'

const CHUNK_BYTES = 1024 * 1024

/** Behind the last byte of a file that is not zero, from `from` on; `from` where all are. */
export async function endOfWritten(file: ReadableFile, from: number, size: number): Promise<number> {
  const chunk = Buffer.alloc(Math.min(CHUNK_BYTES, size - from))
  for (let end = size; end > from; ) {
    const start = Math.max(from, end - chunk.length)
    const bytes = chunk.subarray(0, end - start)
    await file.read(bytes, start)
    const last = bytes.findLastIndex((byte) => byte !== 0)
    if (last >= 0) return start + last + 1
    end = start
  }
  return from
}
