// Takes the batches of a session's raw tape from its folder to the bus, oldest first, for a recorder elsewhere. A file
// goes once the bus holds it; what cannot be sent waits in its file and is tried again, in order.

import { readFile } from 'node:fs/promises'
import type { BusMessage } from '../../engine/bus-port.ts'
import type { FeedClock } from '../../engine/market-feed-port.ts'
import { passedFiles, removeSpoolFiles, spoolFiles } from './spool-folder.ts'
import { SPOOL_INTERVAL_US } from './tape-spooler.ts'

export type TapeShipperOptions = {
  readonly directory: string
  /** `<node>/<session>`. */
  readonly tape: string
  /** Resolves when the bus holds the batch. */
  readonly publish: (batch: Pick<BusMessage, 'message_id' | 'payload'>) => Promise<unknown>
  readonly clock: Pick<FeedClock, 'after'>
  /** Told when sending begins to fail, and with undefined when it works again. */
  readonly onTrouble: (error: unknown) => void
}

export class TapeShipper {
  readonly #options: TapeShipperOptions
  /** Files the bus holds and that are still there. */
  readonly #shipped = new Set<string>()
  #shipping: Promise<void> = Promise.resolve()
  #cancel: (() => void) | undefined
  #isClosing = false
  #inTrouble = false

  constructor(options: TapeShipperOptions) {
    this.#options = options
  }

  start(): void {
    this.#cancel = this.#options.clock.after(SPOOL_INTERVAL_US, () => {
      this.#shipping = this.#ship().finally(() => this.#isClosing || this.start())
    })
  }

  /** Ships what is there once more; call it after the last batch was written. What the bus does not take waits. */
  async close(): Promise<void> {
    this.#isClosing = true
    this.#cancel?.()
    await this.#shipping
    await this.#ship()
  }

  async #ship(): Promise<void> {
    const { directory, tape, publish, onTrouble } = this.#options
    try {
      const files = await spoolFiles(directory)
      for (const { path, epoch, number } of files) {
        if (this.#shipped.has(path)) continue
        await publish({ message_id: `${tape}/${epoch}/${number}`, payload: await readFile(path) })
        this.#shipped.add(path)
      }
      const passed = passedFiles(files)
      await removeSpoolFiles(passed)
      for (const { path } of passed) this.#shipped.delete(path)
    } catch (error) {
      if (!this.#inTrouble) onTrouble(error)
      this.#inTrouble = true
      return
    }
    if (this.#inTrouble) onTrouble(undefined)
    this.#inTrouble = false
  }
}
