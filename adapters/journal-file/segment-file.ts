// A segment that is being written, with room ahead of its tail: zeros that are on the disk already. A batch written over
// them changes neither the size of the file nor where it lies, so that its sync writes the batch, and waits for no
// commit of the file system's own journal, into which everything else on the disk is mixed.

import type { JournalFile } from '../../engine/journal-fs-port.ts'

/** Room is made in so many slices, since the sync of a batch waits for the one under way. */
const SLICES = 16
/**
 * So much is written into room at once: the system only copies it, in microseconds, where a thread to write it would have to
 * wait for a processor first, and whoever waits for the batch a second time.
 */
const AT_ONCE_BYTES_MAX = 1 << 16
/** A batch that does not fit either will say so. Anything else the disk says is a fault of its own. */
const NO_ROOM = new Set<string | undefined>(['ENOSPC', 'EDQUOT', 'EFBIG'])

export class SegmentFile {
  readonly #file: JournalFile
  readonly #room_bytes: number
  readonly #zeros: Uint8Array
  /** Behind all that was written, room included. */
  #end: number
  /** A batch that reaches further waits for the room being made, or zeros would come down on it. */
  #safe_end = Number.POSITIVE_INFINITY
  #making: Promise<void> | undefined
  #slice: Promise<void> | undefined
  #isEnough = false
  #failure: unknown

  /**
   * @param size of the file, all of it batches.
   * @param room_bytes kept ahead at most; a segment that is not so large has as much room as batches. 0: none.
   */
  constructor(file: JournalFile, size: number, room_bytes: number) {
    this.#file = file
    this.#end = size
    this.#room_bytes = room_bytes
    this.#zeros = new Uint8Array(Math.ceil(room_bytes / SLICES))
  }

  async write(bytes: Uint8Array, offset: number): Promise<void> {
    const end = offset + bytes.length
    if (end > this.#safe_end) await this.#making
    const isRoom = end <= this.#end
    this.#end = Math.max(this.#end, end)
    if (isRoom && bytes.length <= AT_ONCE_BYTES_MAX) this.#file.writeSync(bytes, offset)
    else await this.#file.write(bytes, offset)
  }

  writeSync(bytes: Uint8Array, offset: number): void {
    this.#end = Math.max(this.#end, offset + bytes.length)
    this.#file.writeSync(bytes, offset)
  }

  /** A fault of the disk is told to one sync alone, and that may be one of the room's. */
  async fdatasync(): Promise<void> {
    await this.#file.fdatasync()
    await this.#slice
    if (this.#failure !== undefined) throw this.#failure
  }

  /** Makes room where little is left behind `tail`; nobody waits for it. */
  keepRoom(tail: number): void {
    const bytes = Math.min(this.#room_bytes, Math.max(this.#zeros.length, tail))
    if (this.#making !== undefined || this.#isEnough || this.#end - tail >= bytes / 2) return
    this.#safe_end = this.#end
    this.#making = this.#make(bytes)
  }

  /** Ends the file at `tail`, once and for all. */
  async cutRoom(tail: number): Promise<void> {
    this.#isEnough = true
    await this.#making
    if (this.#end > tail) await this.truncate(tail)
  }

  async truncate(size: number): Promise<void> {
    await this.#file.truncate(size)
    this.#end = size
  }

  async close(): Promise<void> {
    this.#isEnough = true
    await this.#making
    await this.#file.close()
  }

  async #make(bytes: number): Promise<void> {
    const until = this.#end + bytes
    while (this.#end < until && !this.#isEnough) {
      this.#slice = this.#makeSlice()
      await this.#slice
    }
    this.#slice = undefined
    this.#making = undefined
    this.#safe_end = Number.POSITIVE_INFINITY
  }

  async #makeSlice(): Promise<void> {
    const offset = this.#end
    this.#end += this.#zeros.length
    try {
      await this.#file.write(this.#zeros, offset)
    } catch (error) {
      this.#isEnough = true
      if (!NO_ROOM.has((error as NodeJS.ErrnoException).code)) this.#failure = error
      return
    }
    try {
      await this.#file.fdatasync()
    } catch (error) {
      this.#isEnough = true
      this.#failure = error
    }
  }
}
