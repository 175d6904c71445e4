import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { TickColumns, TickStore } from '../../engine/tick-store-port.ts'
import { must } from '../../schemas/assert.ts'
import { builtInInstruments } from '../../schemas/instrument-table.ts'
import type { OperatingError } from '../../schemas/operating-error.ts'
import { openChdbTickStore, type RecordingStore } from '../clickhouse/chdb-tick-store.ts'
import { openExistingStore } from '../clickhouse/existing-store.ts'
import { childBatches, GBPUSD, readProcessedQuotes, TAPE } from '../clickhouse/recorded-rows.test-support.ts'
import { ALWAYS, EURUSD, quoteBlock, readQuotes, sourceOf } from '../clickhouse/rows.test-support.ts'
import { announcedSocket } from './reader-socket.ts'
import { Recorder } from './recorder.ts'
import { spoolFiles, writeSpoolFile } from './spool-folder.ts'
import { StoreServer } from './store-server.ts'
import type { TapeBatch } from './tape-batch.ts'

let directory = ''
let store: RecordingStore
let server: StoreServer | undefined
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'orrery-recorder-'))
  store = await openChdbTickStore({ directory: join(directory, 'ticks') })
  await store.putInstruments(builtInInstruments())
})
afterEach(async () => {
  await server?.close()
  server = undefined
  await store.close()
  await rm(directory, { recursive: true })
}, 10_000)

test('[R7] a file goes once its rows are durable, but for the newest of its epoch, and a restart repeats no row', async () => {
  const folder = join(directory, 'tape')
  const batches = spoolBatches()
  for (const batch of batches.slice(0, 5)) await writeSpoolFile(folder, batch)
  const first = recorderOf([folder, join(directory, 'not there')])
  expect(await first.recorder.collect()).toBe(5)
  expect((await spoolFiles(folder)).map(({ number }) => number)).toEqual([5])
  for (const batch of batches.slice(5)) await writeSpoolFile(folder, batch)
  const second = recorderOf([folder])
  await second.recorder.collect()
  expect((await spoolFiles(folder)).map(({ number }) => number)).toEqual([24])
  const rowsIn = (from: number, to: number) =>
    batches
      .slice(from, to)
      .flatMap(({ sections }) => sections)
      .reduce((sum, { count }) => sum + count, 0)
  expect(second.recorder.counts).toEqual({
    batches: 20,
    rows: rowsIn(5, 24),
    repeated: rowsIn(4, 5),
    missing: 0,
    refused: 0,
  })
  expect(await readProcessedQuotes(store, EURUSD)).toEqual(processedBids())
})

test('[R8] a batch that cannot be recorded stays in its file, is told once, and holds nothing up', async () => {
  const folder = join(directory, 'tape')
  const [first, second, third] = spoolBatches() as [TapeBatch, TapeBatch, TapeBatch]
  await writeSpoolFile(folder, first)
  const damaged = await writeSpoolFile(folder, second)
  const bytes = await readFile(damaged)
  bytes[200] = (bytes[200] as number) ^ 1
  await writeFile(damaged, bytes)
  const scaled = third.sections.map((section) => ({ ...section, price_scale: 2 }))
  await writeSpoolFile(folder, { ...third, sections: scaled })
  await writeSpoolFile(folder, must(spoolBatches()[3], 'there is a fourth batch'))
  const { recorder, told } = recorderOf([folder])
  await recorder.collect()
  await recorder.collect()
  expect(told.map(({ code }) => code)).toEqual(['recorder.damaged_file', 'recorder.other_scale'])
  expect({ ...recorder.counts, rows: 0 }).toEqual({
    batches: 2,
    rows: 0,
    repeated: 0,
    missing: 600,
    refused: 2,
  })
  expect((await spoolFiles(folder)).map(({ number }) => number)).toEqual([2, 3, 4])
})

test('[R9] what is read through the recorder is what the store has, block by block', async () => {
  await store.record(childBatches())
  const rows = Array.from({ length: 40_000 }, (_, at) => [at, 0, at] as const)
  await store.write(sourceOf('history', [quoteBlock(rows)]))
  const client = await served()
  expect(await contentOf(client)).toEqual(await contentOf(store))
  expect(await readQuotes(client, GBPUSD, { from_us: 1_000_100, to_us: 1_000_900 })).toEqual(
    await readQuotes(store, GBPUSD, { from_us: 1_000_100, to_us: 1_000_900 }),
  )
  await client.close()
})

test('[R9] a reading through the recorder shows the rows there were when it was opened', async () => {
  await store.record(childBatches().slice(0, 4))
  const client = await served()
  const [reading] = await client.read([EURUSD], ALWAYS)
  await store.record(childBatches().slice(4))
  let rows = 0
  for await (const { count } of must(reading, 'a reading per series').blocks) rows += count
  expect([rows, reading?.row_count, (await readQuotes(client)).length]).toEqual([1_200, 1_200, 7_200])
  await client.close()
})

test('[R9] several readings at once, one of them left early, do not disturb each other', async () => {
  const rows = Array.from({ length: 100_000 }, (_, at) => [at, 0, at] as const)
  await store.write(sourceOf('history', [quoteBlock(rows)]))
  const client = await served()
  for (let left = 0; left < 5; left++) {
    const [reading] = await client.read([EURUSD], ALWAYS)
    for await (const block of must(reading, 'a reading per series').blocks) {
      expect(block.count).toBeGreaterThan(0)
      break
    }
  }
  const both = await Promise.all([readQuotes(client), readQuotes(client)])
  expect(both.map(({ length }) => length)).toEqual([100_000, 100_000])
  await client.close()
})

test('[R9] a reader that does not take its blocks holds up neither the recorder nor others', async () => {
  const rows = Array.from({ length: 200_000 }, (_, at) => [at, 0, at] as const)
  await store.write(sourceOf('history', [quoteBlock(rows)]))
  const client = await served()
  const [slow] = await client.read([EURUSD], ALWAYS)
  const blocks = must(slow, 'a reading per series').blocks[Symbol.asyncIterator]()
  await blocks.next()
  const before = process.memoryUsage().arrayBuffers
  expect((await readQuotes(client)).length).toBe(200_000)
  expect(await store.record(childBatches())).toEqual({ rows: 10_800, repeated: 0, missing: 0 })
  // The blocks it has not taken are not piled up for it.
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(40_000_000)
  let rest = 0
  for (let next = await blocks.next(); next.done !== true; next = await blocks.next())
    rest += next.value.count
  expect(rest).toBeGreaterThan(150_000)
  await client.close()
})

test('[R10] others read only, with the holder’s name; questions it does not know and unknown series are refused by code', async () => {
  const client = await served()
  const codes: string[] = []
  const codeOf = (error: OperatingError) => codes.push(error.code)
  await client.putInstruments([]).catch(codeOf)
  await client.write(sourceOf('history', [])).catch(codeOf)
  await client.read([{ instrument_id: 'NONE.fxcm', kind: 'quote' }], ALWAYS).catch(codeOf)
  const manifest = { ...(await anyManifest()), import_id: '0'.repeat(64) }
  await client.recomputeDataHash(manifest).catch(codeOf)
  expect(codes).toEqual([
    'store.held_by_recorder',
    'store.held_by_recorder',
    'store.unknown_instrument',
    'recorder.bad_question',
  ])
  await expect(client.write(sourceOf('history', []))).rejects.toThrow(`process ${process.pid}`)
  await client.close()
})

test('[R10] only its user can reach the socket, and bytes that are no question end that connection alone', async () => {
  const client = await served()
  const path = must(announcedSocket(join(directory, 'ticks')), 'the recorder has named its socket')
  expect(((await stat(path)).mode & 0o777).toString(8)).toBe('600')
  for (const bytes of ['GET / HTTP/1.1\r\n\r\n', '\u0005\u0000\u0000\u0000\u0001nope', '']) {
    const socket = connect(path)
    socket.on('error', () => undefined)
    socket.end(bytes)
    await new Promise((resolve) => socket.resume().once('close', resolve))
  }
  expect((await client.instruments()).length).toBeGreaterThan(0)
  await client.close()
})

test('[R10] when the recorder has gone, readers are told, and a store whose path is long is served like any other', async () => {
  await store.close()
  const long = join(directory, 'a-name-that-is-longer-than-a-socket-may-be-'.repeat(4))
  await mkdir(long)
  store = await openChdbTickStore({ directory: join(long, 'ticks') })
  await store.putInstruments(builtInInstruments())
  await store.record(childBatches())
  const client = await served(join(long, 'ticks'))
  expect((await readQuotes(client)).length).toBe(7_200)
  const [reading] = await client.read([EURUSD], ALWAYS)
  await must(server, 'it is served').close()
  server = undefined
  const read = async () => {
    for await (const block of must(reading, 'a reading per series').blocks) expect(block.count).toBe(-1)
  }
  await expect(read()).rejects.toMatchObject({ code: 'recorder.connection_lost' })
  expect((await readdir(join(long, 'ticks'))).includes('reader')).toBe(false)
})

function recorderOf(folders: readonly string[]) {
  const told: OperatingError[] = []
  const recorder = new Recorder({
    store,
    folders: () => Promise.resolve(folders),
    onRefused: (error) => told.push(error),
  })
  return { recorder, told }
}

function spoolBatches(): TapeBatch[] {
  return childBatches().map(({ tape, epoch, streams, sections }, at) => ({
    head: { tape, epoch, number: at + 1, last_seq: 0, is_last: false, streams, next_rows: {} },
    sections,
  }))
}

function processedBids(): number[][] {
  const rows = childBatches().flatMap(({ sections }) => {
    const [{ count, columns }] = sections as [(typeof sections)[number]]
    return Array.from({ length: count }, (_, at) =>
      [1, 7, 6, 8].map((column) => columns[column]?.[at] as number),
    )
  })
  return rows.filter(([, seq]) => seq !== 0)
}

async function served(path = join(directory, 'ticks')): Promise<TickStore> {
  server = await StoreServer.listen(store, path)
  return openExistingStore(path)
}

async function anyManifest() {
  await store.record(childBatches().slice(0, 1))
  const [manifest] = await store.manifests()
  return must(manifest, 'something was recorded')
}

async function contentOf(from: TickStore) {
  const [reading] = await from.read([EURUSD], ALWAYS)
  const blocks: TickColumns[] = []
  for await (const block of must(reading, 'a reading per series').blocks) {
    blocks.push({ ...block, ts_event_us: block.ts_event_us.slice() })
  }
  const hashes: string[] = []
  for (const manifest of await from.manifests()) hashes.push(await from.recomputeDataHash(manifest))
  return {
    instruments: await from.instruments(),
    manifests: await from.manifests(),
    summary: await from.summary(),
    times: blocks.flatMap(({ ts_event_us }) => [...ts_event_us]),
    rows: await readQuotes(from),
    processed: await readProcessedQuotes(from, EURUSD, TAPE),
    hashes,
  }
}
