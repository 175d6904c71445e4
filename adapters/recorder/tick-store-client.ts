// A tick store that another process holds, read through its recorder's socket. It only reads: whoever writes needs the
// store itself. Readings come as from the store; a question opens a connection of its own.

import { connect, type Socket } from 'node:net'
import type {
  ImportManifest,
  ImportOutcome,
  ProcessedColumns,
  ProcessedReading,
  SeriesReading,
  SeriesSummary,
  TickColumns,
  TickSeries,
  TickStore,
  TimeRange,
} from '../../engine/tick-store-port.ts'
import { must } from '../../schemas/assert.ts'
import type { Instrument } from '../../schemas/instrument.ts'
import { OperatingError, type OperatingErrorDetails } from '../../schemas/operating-error.ts'
import { decodeNativeBlocks } from '../clickhouse/native-format.ts'
import { holderOf } from '../clickhouse/store-lock.ts'
import { blockOf } from '../clickhouse/tick-table.ts'
import { FRAME, type Frame, jsonOf, readFrames, writeJson } from './frames.ts'
import { announcedSocket } from './reader-socket.ts'
import { type CountedImport, type ReadingCall, requestOf } from './reading-calls.ts'

/** The store in a folder whose holder serves readings; undefined where it does not, or where there is no holder. */
export async function openHeldStore(directory: string): Promise<TickStore | undefined> {
  const path = holderOf(directory) === undefined ? undefined : announcedSocket(directory)
  if (path === undefined) return undefined
  const socket = await connected(path)
  socket?.destroy()
  return socket === undefined ? undefined : new TickStoreClient(directory, path)
}

class TickStoreClient implements TickStore {
  readonly #directory: string
  readonly #path: string
  readonly #open = new Set<Socket>()

  constructor(directory: string, path: string) {
    this.#directory = directory
    this.#path = path
  }

  putInstruments(): Promise<void> {
    return Promise.reject(this.#readOnly())
  }

  write(): Promise<ImportOutcome> {
    return Promise.reject(this.#readOnly())
  }

  instruments(): Promise<Instrument[]> {
    return this.#ask({ call: 'instruments' })
  }

  manifests(): Promise<ImportManifest[]> {
    return this.#ask({ call: 'manifests' })
  }

  summary(): Promise<SeriesSummary[]> {
    return this.#ask({ call: 'summary' })
  }

  async read(series: readonly TickSeries[], range: TimeRange): Promise<SeriesReading[]> {
    const readings: SeriesReading[] = []
    for (const one of series) {
      const opened = await this.#ask<Omit<SeriesReading, 'blocks'>>({ call: 'open', series: one, range })
      const call = { call: 'rows', series: one, range, of: counted(opened.manifests) } as const
      readings.push({ ...opened, blocks: this.#blocks(call, (blocks) => plainBlocks(one, blocks)) })
    }
    return readings
  }

  async readProcessed(series: readonly TickSeries[], tape: string): Promise<ProcessedReading[]> {
    const readings: ProcessedReading[] = []
    for (const one of series) {
      const call = { call: 'open_processed', series: one, tape } as const
      const opened = await this.#ask<Omit<ProcessedReading, 'blocks'>>(call)
      const rows = { call: 'processed_rows', series: one, of: counted(opened.manifests) } as const
      readings.push({ ...opened, blocks: this.#blocks(rows, (blocks) => processedBlocks(one, blocks)) })
    }
    return readings
  }

  recomputeDataHash({ import_id, row_count }: ImportManifest): Promise<string> {
    return this.#ask({ call: 'data_hash', of: { import_id, row_count } })
  }

  close(): Promise<void> {
    for (const socket of this.#open) socket.destroy()
    return Promise.resolve()
  }

  async #ask<Answer>(call: ReadingCall): Promise<Answer> {
    for await (const frame of this.#frames(call)) {
      if (frame.type === FRAME.result) return jsonOf(frame) as Answer
    }
    throw this.#broken()
  }

  #blocks<Block>(call: ReadingCall, decode: (payload: Uint8Array) => Iterable<Block>): AsyncIterable<Block> {
    const frames = () => this.#frames(call)
    const broken = () => this.#broken()
    async function* blocks() {
      for await (const { type, payload } of frames()) {
        if (type === FRAME.end) return
        yield* decode(payload)
      }
      // Without its end a reading is not whole, however many rows came.
      throw broken()
    }
    return { [Symbol.asyncIterator]: blocks }
  }

  async *#frames(call: ReadingCall): AsyncGenerator<Frame> {
    const socket = await connected(this.#path)
    if (socket === undefined) throw this.#broken()
    this.#open.add(socket)
    try {
      await writeJson(socket, FRAME.request, requestOf(call))
      for await (const frame of readFrames(socket)) {
        if (frame.type === FRAME.error) throw new OperatingError(jsonOf(frame) as OperatingErrorDetails)
        yield frame
      }
    } catch (error) {
      throw error instanceof OperatingError ? error : this.#broken(error)
    } finally {
      socket.destroy()
      this.#open.delete(socket)
    }
  }

  #broken(cause?: unknown): OperatingError {
    return new OperatingError({
      code: 'recorder.connection_lost',
      reason: 'unavailable',
      what: 'The recorder that holds the tick store has ended or does not answer.',
      where: this.#directory,
      remedy: 'Repeat the command: it reads through the next recorder, or from the store itself.',
      cause,
    })
  }

  #readOnly(): OperatingError {
    return new OperatingError({
      code: 'store.held_by_recorder',
      reason: 'unavailable',
      what: `The tick store is held by a recorder, process ${holderOf(this.#directory)}; others can only read it.`,
      where: this.#directory,
      remedy: 'Stop the session or the recorder first, or write to another store.',
    })
  }
}

function counted(manifests: readonly ImportManifest[]): CountedImport[] {
  return manifests.map(({ import_id, row_count }) => ({ import_id, row_count }))
}

function* plainBlocks(series: TickSeries, payload: Uint8Array): Generator<TickColumns> {
  for (const { count, columns } of decodeNativeBlocks(payload)) {
    const [times, ...values] = columns as Float64Array[]
    yield blockOf(series, count, must(times, 'a block has times'), values)
  }
}

function* processedBlocks(
  series: TickSeries,
  payload: Uint8Array,
): Generator<TickColumns & ProcessedColumns> {
  for (const { count, columns } of decodeNativeBlocks(payload)) {
    const [times, ...rest] = columns as Float64Array[]
    const [processed_seq, ts_seq_us, processed_count] = rest.slice(-3)
    yield {
      ...blockOf(series, count, must(times, 'a block has times'), rest.slice(0, -3)),
      processed_seq: must(processed_seq, 'a processed row has its input'),
      ts_seq_us: must(ts_seq_us, 'a processed row has its engine time'),
      processed_count: must(processed_count, 'a processed row has its count'),
    }
  }
}

/** Undefined where nobody listens. */
function connected(path: string): Promise<Socket | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.off('error', failed)
      // Whoever reads from it or writes to it hears of a broken connection there.
      socket.on('error', () => socket.destroy())
      resolve(socket)
    })
    const failed = (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(undefined)
      else reject(error)
    }
    socket.once('error', failed)
  })
}
