// `orrery recorder` at work: holds the tick store, records the tapes of every session beside the configured one, or those
// that come over the bus, and serves readings to other commands, until it is told to end.

import { openChdbTickStore, type RecordingStore } from '../../adapters/clickhouse/chdb-tick-store.ts'
import { Recorder, type RecorderCounts } from '../../adapters/recorder/recorder.ts'
import { StoreServer } from '../../adapters/recorder/store-server.ts'
import type { Config } from '../../schemas/config/config.ts'
import { builtInInstruments } from '../../schemas/instrument-table.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { loadConfig } from '../config/load-config.ts'
import { sessionFolder, sessionFolders, sessionTape } from '../live/session-folder.ts'
import { receivedTapes } from './received-tapes.ts'

/** How often the folders are looked at. */
const LOOK_INTERVAL_MS = 1_000
const LOCK_INTERVAL_MS = 500

export type RunRecorderOptions = {
  readonly path: string
  readonly set: readonly string[]
  readonly print: (line: string) => void
  /** Whether it waits for another that holds the store: the one of a session that was killed is just ending. */
  readonly waits: boolean
  /** Records what there is, then ends. */
  readonly once: boolean
  /** Resolves when it is to end. */
  readonly ended: Promise<void>
}

export async function runRecorder(options: RunRecorderOptions): Promise<RecorderCounts> {
  const { path, set } = options
  const { config } = await loadConfig({ path, set })
  const store = await openStore(config.data.store, options)
  if (store === undefined) return NOTHING
  try {
    await store.putInstruments(definitions(config))
    const server = await StoreServer.listen(store, config.data.store)
    try {
      return await record(config, store, options)
    } finally {
      await server.close()
    }
  } finally {
    await store.close()
  }
}

const NOTHING: RecorderCounts = { batches: 0, rows: 0, repeated: 0, missing: 0, refused: 0 }

/** Undefined where the end came before the store was free. */
async function openStore(
  directory: string,
  { waits, print, ended }: RunRecorderOptions,
): Promise<RecordingStore | undefined> {
  let isEnding = false
  const end = ended.then(() => {
    isEnding = true
  })
  let isTold = false
  for (;;) {
    try {
      return await openChdbTickStore({ directory })
    } catch (error) {
      if (!waits || !(error instanceof OperatingError) || error.code !== 'store.locked') throw error
      if (!isTold) print(`${error.what} Waiting for it.`)
      isTold = true
    }
    await Promise.race([end, pause(LOCK_INTERVAL_MS)])
    if (isEnding) return undefined
  }
}

/** Until the end is asked for, and then once more: what was spooled before it is recorded. */
async function record(
  config: Config,
  store: RecordingStore,
  { print, once, ended }: RunRecorderOptions,
): Promise<RecorderCounts> {
  const onRefused = ({ message }: OperatingError) => print(`✗ ${message}`)
  await using source =
    config.live.recorder === 'bus' ? await receivedTapes({ config, onRefused, print }) : undefined
  const folders = source?.folders ?? (() => tapeFolders(config))
  const recorder = new Recorder({ store, folders, onRefused })
  print(`Recording into ${config.data.store}.`)
  const end = once ? (source?.drained() ?? Promise.resolve()) : ended
  await recordUntil(recorder, Promise.race(source === undefined ? [end, ended] : [end, ended, source.failed]))
  await source?.close()
  await recorder.collect()
  const { counts } = recorder
  return { ...counts, refused: counts.refused + (source?.refused_count ?? 0) }
}

async function recordUntil(recorder: Recorder, end: Promise<void>): Promise<void> {
  const ending = end.then(
    () => 'ended' as const,
    (error: unknown) => ({ error }),
  )
  for (;;) {
    await recorder.collect()
    const what = await Promise.race([ending, pause(LOOK_INTERVAL_MS)])
    if (what === 'ended') return
    if (what !== undefined) throw what.error
  }
}

/** The tapes of all sessions that are kept beside this one: they share the store, which has one recorder. */
async function tapeFolders(config: Config): Promise<string[]> {
  const { journal, nodes = [] } = config
  // A session that has just begun has no journal yet.
  const own = [undefined, ...nodes.map(({ id }) => id)].map((node_id) => sessionFolder(config, node_id))
  const folders = new Set([...own, ...(await sessionFolders(journal.directory))])
  return [...folders].map(sessionTape)
}

/** As the session itself has them: its own wins over one that is built in. */
function definitions({ instruments }: Config) {
  const own = new Set(instruments.map(({ instrument_id }) => instrument_id))
  return [...builtInInstruments().filter(({ instrument_id }) => !own.has(instrument_id)), ...instruments]
}

function pause(delay_ms: number): Promise<undefined> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(undefined), delay_ms)
  })
}
