// Serves readings of the tick store to other processes of this user, while this one holds it: one question a connection
// at a time, blocks only as fast as they are taken. A reader that goes away frees its query.

import { createServer, type Server, type Socket } from 'node:net'
import type { TickColumns } from '../../engine/tick-store-port.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import type { RecordingStore } from '../clickhouse/chdb-tick-store.ts'
import { alignedName, encodeNativeBlock } from '../clickhouse/native-format.ts'
import { tableOf, valuesOf } from '../clickhouse/tick-table.ts'
import { FRAME, jsonOf, readFrames, writeFrame, writeJson } from './frames.ts'
import { announceSocket } from './reader-socket.ts'
import { callOf, countedManifests, type ReadingCall } from './reading-calls.ts'

export class StoreServer {
  readonly #store: RecordingStore
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #running = new Set<Promise<void>>()
  readonly #withdraw: () => void

  /** @param directory the store's folder, whose holder this process is. */
  static async listen(store: RecordingStore, directory: string): Promise<StoreServer> {
    const { path, withdraw } = announceSocket(directory)
    const server = createServer()
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      // Only this user may read: the socket's mode is set before it is there.
      const mask = process.umask(0o177)
      server.listen(path, resolve)
      process.umask(mask)
    })
    return new StoreServer(store, server, withdraw)
  }

  private constructor(store: RecordingStore, server: Server, withdraw: () => void) {
    this.#store = store
    this.#server = server
    this.#withdraw = withdraw
    server.on('connection', (socket) => this.#serve(socket))
  }

  /** Ends every reading and waits until none holds the store any more. */
  async close(): Promise<void> {
    this.#withdraw()
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    for (const socket of this.#sockets) socket.destroy()
    await closed
    await Promise.all(this.#running)
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket)
    const run = this.#answerAll(socket).finally(() => {
      this.#sockets.delete(socket)
      this.#running.delete(run)
      socket.destroy()
    })
    this.#running.add(run)
  }

  async #answerAll(socket: Socket): Promise<void> {
    // A reader that vanishes is no fault of ours; its iteration ends.
    socket.on('error', () => socket.destroy())
    try {
      for await (const frame of readFrames(socket)) {
        try {
          await this.#answer(socket, callOf(jsonOf(frame)))
        } catch (error) {
          await writeJson(socket, FRAME.error, told(error))
        }
      }
    } catch (error) {
      // Its connection broke, or it sent what is no frame: there is nobody to tell.
      if (!(error instanceof Error)) throw error
    }
  }

  async #answer(socket: Socket, call: ReadingCall): Promise<void> {
    const store = this.#store
    switch (call.call) {
      case 'instruments':
        return writeJson(socket, FRAME.result, await store.instruments())
      case 'manifests':
        return writeJson(socket, FRAME.result, await store.manifests())
      case 'summary':
        return writeJson(socket, FRAME.result, await store.summary())
      case 'data_hash': {
        const [manifest] = countedManifests([call.of], await store.manifests())
        if (manifest === undefined) return
        return writeJson(socket, FRAME.result, await store.recomputeDataHash(manifest))
      }
      case 'open': {
        const [reading] = await store.read([call.series], call.range)
        return writeJson(socket, FRAME.result, { ...reading, blocks: undefined })
      }
      case 'open_processed': {
        const [reading] = await store.readProcessed([call.series], call.tape)
        return writeJson(socket, FRAME.result, { ...reading, blocks: undefined })
      }
      case 'rows': {
        const manifests = countedManifests(call.of, await store.manifests())
        const { blocks } = await store.readManifests(call.series, call.range, manifests)
        return this.#blocks(socket, blocks)
      }
      case 'processed_rows': {
        const manifests = countedManifests(call.of, await store.manifests())
        return this.#blocks(socket, store.readParts(call.series, manifests).blocks)
      }
    }
  }

  async #blocks(socket: Socket, blocks: AsyncIterable<TickColumns & Partial<Noted>>): Promise<void> {
    for await (const block of blocks) {
      if (socket.destroyed) return
      const { count, processed_seq, ts_seq_us, processed_count } = block
      const noted = [processed_seq, ts_seq_us, processed_count].flatMap((column) => column ?? [])
      const columns = [
        block.ts_event_us.subarray(0, count),
        ...valuesOf(tableOf(block.kind), block),
        ...noted,
      ]
      const names = columns.map((_, index) => alignedName(index))
      await writeFrame(socket, FRAME.block, encodeNativeBlock(names, { count, columns }))
    }
    await writeFrame(socket, FRAME.end, [])
  }
}

type Noted = {
  readonly processed_seq: Float64Array
  readonly ts_seq_us: Float64Array
  readonly processed_count: Float64Array
}

function told(error: unknown): unknown {
  if (error instanceof OperatingError) {
    const { code, reason, what, where, remedy } = error
    return { code, reason, what, where, remedy }
  }
  const what = `The recorder failed: ${error instanceof Error ? error.message : String(error)}`
  return { code: 'recorder.failed', reason: 'bug', what }
}
