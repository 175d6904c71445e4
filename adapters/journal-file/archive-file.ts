// An archived epoch read as the one file its batches were: blocks are unpacked as they are asked for.

import { promisify } from 'node:util'
import { zstdDecompress } from 'node:zlib'
import type { JournalFile, JournalFs } from '../../engine/journal-fs-port.ts'
import { must } from '../../schemas/assert.ts'
import {
  type ArchiveTrailer,
  archiveEndSize,
  BLOCK_BYTES,
  parseArchiveEnd,
  TRAILER_SIZE,
} from './archive-format.ts'
import { journalCorrupt } from './journal-errors.ts'

const unpack = promisify(zstdDecompress)

export class ArchiveFile {
  readonly #file: JournalFile
  readonly trailer: ArchiveTrailer
  /** Where each packed block starts. */
  readonly #starts: readonly number[]
  /** The block that was read last: reading goes forward. */
  #block = -1
  #bytes: Uint8Array = new Uint8Array()

  /** Checks the trailer and the lengths before it; blocks are checked when they are read. */
  static async open(fs: JournalFs, path: string): Promise<ArchiveFile> {
    const file = await fs.open(path)
    try {
      const size = await file.size()
      const end = await readEnd(file, size)
      if (end === undefined)
        throw journalCorrupt(path, Math.max(0, size - TRAILER_SIZE), 'the end of an archive is damaged')
      return new ArchiveFile(file, end)
    } catch (error) {
      await file.close()
      throw error
    }
  }

  private constructor(file: JournalFile, trailer: ArchiveTrailer) {
    this.#file = file
    this.trailer = trailer
    let start = 0
    this.#starts = trailer.lengths.map((length) => {
      start += length
      return start - length
    })
  }

  get path(): string {
    return this.#file.path
  }

  async size(): Promise<number> {
    return this.trailer.unpacked_bytes
  }

  async read(into: Uint8Array, offset: number): Promise<number> {
    let done = 0
    while (done < into.length && offset + done < this.trailer.unpacked_bytes) {
      const at = offset + done
      const bytes = await this.#unpacked(Math.floor(at / BLOCK_BYTES))
      const part = bytes.subarray(at % BLOCK_BYTES).subarray(0, into.length - done)
      into.set(part, done)
      done += part.length
    }
    return done
  }

  close(): Promise<void> {
    return this.#file.close()
  }

  async #unpacked(block: number): Promise<Uint8Array> {
    if (block === this.#block) return this.#bytes
    const { lengths, unpacked_bytes } = this.trailer
    const packed = new Uint8Array(must(lengths[block], 'a place of an archive is in one of its blocks'))
    const start = must(this.#starts[block], 'a block starts somewhere')
    await this.#file.read(packed, start)
    const size = Math.min(BLOCK_BYTES, unpacked_bytes - block * BLOCK_BYTES)
    this.#bytes = await this.#unpack(packed, start, size)
    this.#block = block
    return this.#bytes
  }

  async #unpack(packed: Uint8Array, start: number, size: number): Promise<Uint8Array> {
    try {
      const bytes = await unpack(packed, { maxOutputLength: BLOCK_BYTES })
      if (bytes.length === size) return bytes
    } catch (error) {
      if (!isPackingError(error)) throw error
    }
    throw journalCorrupt(this.path, start, 'a block of an archive cannot be unpacked')
  }
}

async function readEnd(file: JournalFile, size: number): Promise<ArchiveTrailer | undefined> {
  if (size < TRAILER_SIZE) return undefined
  const trailer = new Uint8Array(TRAILER_SIZE)
  await file.read(trailer, size - TRAILER_SIZE)
  const end_size = archiveEndSize(trailer)
  if (end_size === undefined || end_size > size) return undefined
  const bytes = new Uint8Array(end_size)
  await file.read(bytes, size - end_size)
  const end = parseArchiveEnd(bytes)
  const blocks = end?.lengths.reduce((sum, length) => sum + length, 0)
  return blocks === size - end_size ? end : undefined
}

/** What the packed bytes themselves are to blame for. */
function isPackingError(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return code.startsWith('ZSTD_') || code === 'ERR_BUFFER_TOO_LARGE' || code === 'Z_BUF_ERROR'
}
