// The disk under a session's journal that does what disks do: fills up in the middle of a write, and takes its time.

import { nodeJournalFs } from '../../../adapters/journal-file/node-journal-fs.ts'
import type { JournalFile, JournalFs } from '../../../engine/journal-fs-port.ts'
import { changed } from '../../../sim/live/changed-port.test-support.ts'

export class UnrulyDisk {
  /** Every write puts half of its bytes on the disk and fails. */
  is_full = false
  /** From the next sync of a segment on, no sync begins for so long, milliseconds. */
  stall_ms = 0
  #stalled: Promise<void> = Promise.resolve()
  /** Called when a write or a sync fails or begins to wait. */
  onTrouble = (): void => undefined

  readonly fs: JournalFs = changed(nodeJournalFs, {
    create: (path) => this.#file(nodeJournalFs.create(path)),
    open: async (path) => this.#file(await nodeJournalFs.open(path)),
  })

  #file(file: JournalFile): JournalFile {
    return changed(file, {
      write: async (bytes, offset) => {
        if (!this.is_full) return file.write(bytes, offset)
        await file.write(bytes.subarray(0, bytes.length >> 1), offset)
        // Room for batches to come troubles nobody yet.
        throw isRoom(bytes) ? noSpace() : this.#noSpace()
      },
      writeSync: (bytes, offset) => {
        if (this.is_full) throw this.#noSpace()
        file.writeSync(bytes, offset)
      },
      fdatasync: async () => {
        // A mark holds nothing up, so that it begins no stall that a test waits for.
        if (this.stall_ms > 0 && !file.path.endsWith('/mark')) this.#stall()
        await this.#stalled
        await file.fdatasync()
      },
    })
  }

  #stall(): void {
    const { stall_ms } = this
    this.stall_ms = 0
    this.onTrouble()
    this.#stalled = new Promise((resolve) => setTimeout(resolve, stall_ms))
  }

  #noSpace(): Error {
    this.onTrouble()
    return noSpace()
  }
}

function isRoom(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0)
}

function noSpace(): Error {
  return Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
}
