// The mark: a small durable record of how far an epoch is acknowledged. It is synced after the batches it covers and
// before anyone is told, so opening can tell a torn write (beyond the mark, cut) from damage (before it, refused).
//
// Two slots a disk page apart are written in turn: a torn write of one leaves the other.

import { HASH_SIZE } from '../../engine/journal/batch-format.ts'
import { crc32c } from '../../engine/journal/crc32c.ts'
import type { JournalFile, JournalFs } from '../../engine/journal-fs-port.ts'
import { journalCorrupt } from './journal-errors.ts'
import { markPath } from './journal-paths.ts'

/** A place in an epoch just behind a batch. */
export type JournalPosition = {
  readonly segment: number
  readonly offset: number
  /** Number of the last batch before this place. */
  readonly number: number
  readonly last_lsn: number
  readonly chain_hash: Uint8Array
}

const MAGIC = 0x4b4d524f // "ORMK"
const SLOT_SPACING = 4096
const SLOT_SIZE = 48 + HASH_SIZE

export class DurableMark {
  readonly #file: JournalFile
  readonly #epoch: number
  #turn: number

  private constructor(file: JournalFile, epoch: number, turn: number) {
    this.#file = file
    this.#epoch = epoch
    this.#turn = turn
  }

  /** Writes an epoch's first mark, durably but for the name of its file. */
  static async create(options: {
    readonly fs: JournalFs
    readonly epoch_directory: string
    readonly epoch: number
    readonly position: JournalPosition
  }): Promise<DurableMark> {
    const mark = new DurableMark(options.fs.create(markPath(options.epoch_directory)), options.epoch, 0)
    await mark.advance(options.position)
    return mark
  }

  /** Reads the newest intact slot; refuses a mark of which neither slot is. */
  static async open(options: {
    readonly fs: JournalFs
    readonly epoch_directory: string
    readonly epoch: number
  }): Promise<{ readonly mark: DurableMark; readonly position: JournalPosition }> {
    const file = await openMark(options.fs, markPath(options.epoch_directory))
    const bytes = new Uint8Array(SLOT_SPACING + SLOT_SIZE)
    const size = await file.read(bytes, 0)
    const slots = [0, SLOT_SPACING]
      .filter((offset) => offset + SLOT_SIZE <= size)
      .flatMap((offset) => parseSlot(bytes.subarray(offset, offset + SLOT_SIZE), options.epoch) ?? [])
      .sort((left, right) => right.turn - left.turn)
    const newest = slots[0]
    if (newest === undefined) {
      await file.close()
      throw journalCorrupt(file.path, 0, 'neither slot of the durable mark is intact')
    }
    return { mark: new DurableMark(file, options.epoch, newest.turn), position: newest.position }
  }

  /** Acknowledges everything before the position, which the caller has synced. */
  async advance(position: JournalPosition): Promise<void> {
    // One that fails has torn its slot: the next is written there, too, and leaves the other.
    const turn = this.#turn + 1
    this.#file.writeSync(slotOf(position, this.#epoch, turn), (turn % 2) * SLOT_SPACING)
    await this.#file.fdatasync()
    this.#turn = turn
  }

  /** Makes the newest slot durable, which a kill may have left in the page cache alone, before the other is overwritten. */
  async confirm(): Promise<void> {
    await this.#file.fdatasync()
  }

  async close(): Promise<void> {
    await this.#file.close()
  }
}

/** Whether place `left` lies before place `right`. */
export function isBefore(
  left: Pick<JournalPosition, 'segment' | 'offset'>,
  right: Pick<JournalPosition, 'segment' | 'offset'>,
): boolean {
  return left.segment < right.segment || (left.segment === right.segment && left.offset < right.offset)
}

async function openMark(fs: JournalFs, path: string): Promise<JournalFile> {
  try {
    return await fs.open(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw journalCorrupt(path, 0, 'the durable mark of an epoch is missing')
  }
}

function slotOf(position: JournalPosition, epoch: number, turn: number): Uint8Array {
  const bytes = new Uint8Array(SLOT_SIZE)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, MAGIC, true)
  view.setUint32(8, epoch, true)
  view.setUint32(12, position.segment, true)
  view.setFloat64(16, turn, true)
  view.setFloat64(24, position.offset, true)
  view.setFloat64(32, position.number, true)
  view.setFloat64(40, position.last_lsn, true)
  bytes.set(position.chain_hash, 48)
  view.setUint32(4, crc32c(bytes, 8), true)
  return bytes
}

function parseSlot(
  bytes: Uint8Array,
  epoch: number,
): { readonly turn: number; readonly position: JournalPosition } | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  if (view.getUint32(0, true) !== MAGIC || view.getUint32(4, true) !== crc32c(bytes, 8)) return undefined
  if (view.getUint32(8, true) !== epoch) return undefined
  const position = {
    segment: view.getUint32(12, true),
    offset: view.getFloat64(24, true),
    number: view.getFloat64(32, true),
    last_lsn: view.getFloat64(40, true),
    chain_hash: bytes.slice(48),
  }
  return { turn: view.getFloat64(16, true), position }
}
