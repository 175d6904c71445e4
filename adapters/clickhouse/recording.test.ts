import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { RandomStream } from '../../engine/random-stream.ts'
import type { ImportManifest, TickStore } from '../../engine/tick-store-port.ts'
import { must } from '../../schemas/assert.ts'
import { builtInInstruments } from '../../schemas/instrument-table.ts'
import { openChdbTickStore, type RecordingStore } from './chdb-tick-store.ts'
import {
  childBatches,
  GBPUSD,
  readProcessedQuotes,
  section,
  TAPE,
  tapeOf,
} from './recorded-rows.test-support.ts'
import { EURUSD, quoteBlock, readQuotes, sourceOf } from './rows.test-support.ts'

const CHILD = new URL('./recorded-rows.test-support.ts', import.meta.url).pathname
const KILL_COUNT = 12
/** Of the child: two batches each. */
const CALLS = 12

let directory = ''
/** What a failing test leaves open would fail the next one. */
const open: TickStore[] = []
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'orrery-recording-'))
})
afterEach(async () => {
  await Promise.all(open.splice(0).map((store) => store.close()))
  await rm(directory, { recursive: true })
})

test('[V1] rows are recorded once, whatever of them is offered again, and come back in the order of their inputs', async () => {
  const store = await opened()
  const rows = [
    [2_000, 10, 1, 1],
    [1_500, 11, 3, 2],
    [2_000, 12, 3, 2],
    [2_100, 13, 0, 0],
    [2_200, 14, 7, 1],
  ] as const
  const counts = []
  counts.push(await store.record([tapeOf([section(EURUSD, 0, rows.slice(0, 2))])]))
  counts.push(
    await store.record([
      tapeOf([section(EURUSD, 0, rows.slice(0, 4))]),
      tapeOf([section(EURUSD, 1, rows.slice(1))]),
    ]),
  )
  counts.push(await store.record([tapeOf([section(EURUSD, 0, rows)])]))
  counts.push(await store.record([tapeOf([section(EURUSD, 0, rows.slice(0, 1))], 2)]))
  expect(counts).toEqual([
    { rows: 2, repeated: 0, missing: 0 },
    { rows: 3, repeated: 5, missing: 0 },
    { rows: 0, repeated: 5, missing: 0 },
    { rows: 1, repeated: 0, missing: 0 },
  ])
  const processed = [
    [10, 1, 1_000, 1],
    [11, 3, 3_000, 2],
    [12, 3, 3_000, 2],
    [14, 7, 7_000, 1],
  ]
  expect(await readProcessedQuotes(store, EURUSD)).toEqual([...processed, [10, 1, 1_000, 1]])
  expect(await readProcessedQuotes(store, EURUSD, 'trading/other')).toEqual([])
  // As history they come by event time, refused rows included.
  expect((await readQuotes(store)).map(([, bid]) => bid)).toEqual(
    [11, 10, 10, 12, 13, 14].toSorted(byTime(rows)),
  )
  await store.close()
})

test('[V8] what was processed of a stored history is in the store once as history', async () => {
  const store = await opened()
  await store.write(sourceOf('a', [quoteBlock([[2_000, 0, 10]])]))
  const before = [await readQuotes(store), await store.summary()]
  const history_venues = ['fxcm']
  await store.record([{ ...tapeOf([section(EURUSD, 0, [[2_000, 10, 3, 1]])]), history_venues }])
  expect([await readQuotes(store), await store.summary()]).toEqual(before)
  expect(await readProcessedQuotes(store, EURUSD)).toEqual([[10, 3, 3_000, 1]])
  // It is known as such by whoever opens the store next.
  await store.close()
  const again = await opened()
  expect([await readQuotes(again), await again.summary()]).toEqual(before)
  expect(await readProcessedQuotes(again, EURUSD)).toEqual([[10, 3, 3_000, 1]])
  await again.close()
})

test('[V2] a hole in the numbers of a tape is counted, and what follows it is kept', async () => {
  const store = await opened()
  await store.record([tapeOf([section(EURUSD, 0, [[1, 1, 1, 1]])])])
  const after = [
    section(EURUSD, 5, [
      [2, 2, 6, 1],
      [3, 3, 7, 1],
    ]),
  ]
  expect(await store.record([tapeOf(after)])).toEqual({ rows: 2, repeated: 0, missing: 4 })
  expect(await store.record([tapeOf(after)])).toEqual({ rows: 0, repeated: 2, missing: 0 })
  expect(
    (await store.manifests()).map(({ recorded, row_count }) => [recorded?.first_row, row_count]),
  ).toEqual(
    expect.arrayContaining([
      [0, 1],
      [5, 2],
    ]),
  )
  await store.close()
})

test('[V3] a reading shows the rows there were when it was opened, while the recorder goes on', async () => {
  const store = await opened()
  await store.record(childBatches().slice(0, 4))
  const [reading] = await store.read([EURUSD], { from_us: 0, to_us: Number.POSITIVE_INFINITY })
  await store.record(childBatches().slice(4, 8))
  let rows = 0
  for await (const { count } of must(reading, 'a reading per series').blocks) rows += count
  expect([rows, (await readQuotes(store)).length]).toEqual([1_200, 2_400])
  await store.close()
})

test('[V4] the hash of a part is that of its rows, and one changed value is another', async () => {
  const store = await opened()
  await store.record(childBatches())
  expect(await hashesOf(store)).toEqual((await store.manifests()).map(({ data_hash }) => data_hash))
  await store.close()
  const other = await openAt(join(directory, 'other'))
  await other.putInstruments(builtInInstruments())
  const [first, ...rest] = childBatches()
  const changed = must(first?.sections[0], 'there is a section')
  must(changed.columns[7], 'a section has its columns')[20] = 22
  await other.record([must(first, 'there is a batch'), ...rest])
  const hashes = (manifests: ImportManifest[]) =>
    manifests.map(({ series, data_hash }) => [series.instrument_id, data_hash]).sort()
  const [eurusd, gbpusd] = hashes(await other.manifests())
  const again = await openedAgain(other, join(directory, 'store'))
  const [eurusdBefore, gbpusdBefore] = hashes(await again.manifests())
  expect([eurusd?.[1] === eurusdBefore?.[1], gbpusd?.[1] === gbpusdBefore?.[1]]).toEqual([false, true])
  await again.close()
})

test('[V5] a tape of other scales, of an unknown instrument or with a value that is none is refused, and nothing of it stays', async () => {
  const store = await opened()
  const good = section(EURUSD, 0, [[1, 1, 1, 1]])
  const bad = [
    { ...good, price_scale: 4 },
    { ...good, series: { instrument_id: 'NONE.fxcm', kind: 'quote' as const } },
    section(EURUSD, 0, [[1, Number.NaN, 1, 1]]),
  ]
  const codes = []
  for (const one of bad) {
    const outcome = store.record([tapeOf([section(GBPUSD, 0, [[1, 1, 1, 1]]), one])])
    codes.push(await outcome.catch((error: { code: string }) => error.code))
  }
  expect(codes).toEqual(['recorder.other_scale', 'store.unknown_instrument', 'recorder.bad_values'])
  expect(await store.manifests()).toEqual([])
  expect(await store.record([tapeOf([good, section(GBPUSD, 0, [[1, 1, 1, 1]])])])).toEqual({
    rows: 2,
    repeated: 0,
    missing: 0,
  })
  await store.close()
})

test('[V6] a store from before there were recordings opens, keeps what it has and takes them', async () => {
  const before = await opened()
  await before.write(sourceOf('history', [quoteBlock([[5, 0, 50]])]))
  await before.close()
  await withoutRecordings(join(directory, 'store'))
  const store = await openAt(join(directory, 'store'))
  expect(await readQuotes(store)).toEqual([[5, 50]])
  expect(await hashesOf(store)).toEqual((await store.manifests()).map(({ data_hash }) => data_hash))
  await store.record([tapeOf([section(EURUSD, 0, [[7, 70, 1, 1]])])])
  expect(await readQuotes(store)).toEqual([
    [5, 50],
    [7, 70],
  ])
  await store.close()
})

test('[V7] rows whose manifest never came are not seen when the next recorder writes them again', async () => {
  const store = await opened()
  const rows = [
    tapeOf([
      section(EURUSD, 0, [
        [1, 10, 1, 1],
        [2, 20, 2, 1],
      ]),
    ]),
  ]
  await statement('DROP TABLE orrery.recordings')
  await expect(store.record(rows)).rejects.toMatchObject({ code: 'store.engine_failed' })
  // Whether the manifest is on disk cannot be known here, so this store takes nothing more.
  await expect(store.record(rows)).rejects.toMatchObject({ code: 'store.engine_failed' })
  await store.close()
  const next = await openAt(join(directory, 'store'))
  expect(await next.record(rows)).toEqual({ rows: 2, repeated: 0, missing: 0 })
  expect(await readQuotes(next)).toEqual([
    [1, 10],
    [2, 20],
  ])
  await next.close()
})

test(`[V7] after ${KILL_COUNT} kills of a recording process every row is there once`, async () => {
  const whole = await contentOf(await recordedBy(join(directory, 'undisturbed')))
  const random = new RandomStream(1, 'recording kills')
  const store = join(directory, 'killed')
  let [rowsSeen, callsDone, wiped] = [0, 0, 0]
  for (let kill = 1; kill <= KILL_COUNT; kill++) {
    if (callsDone >= CALLS - 1) {
      await rm(store, { recursive: true })
      ;[rowsSeen, callsDone, wiped] = [0, 0, wiped + 1]
    }
    // What was recorded before is passed over at once; the kill comes while new rows are on their way.
    const { signal, calls } = await killedChild(store, 1 + callsDone + random.nextInt(3), random.nextInt(12))
    expect({ kill, signal }).toEqual({ kill, signal: 'SIGKILL' })
    callsDone = Math.max(callsDone, calls)
    const found = await openAt(store)
    const defined = (await found.instruments()).some(({ instrument_id }) => instrument_id === 'EURUSD.fxcm')
    const rows = defined ? await readQuotes(found) : []
    // Never fewer than before or than was said, never one twice.
    expect(rows.length).toBeGreaterThanOrEqual(Math.max(rowsSeen, calls * 600))
    const bids = new Set(rows.map(([, bid]) => bid))
    expect(rows).toEqual(whole.history.slice(0, 7_200).filter(([, bid]) => bids.has(bid)))
    rowsSeen = rows.length
    await found.close()
  }
  const { history, processed, hashes, manifests } = await contentOf(await recordedBy(store))
  expect({ history, processed }).toEqual({ history: whole.history, processed: whole.processed })
  expect(hashes).toEqual(manifests.map(({ data_hash }) => data_hash))
  // Each start that recorded began parts of its own, and a killed one left its rows to them.
  expect(manifests.length + wiped * 6).toBeGreaterThan(6)
}, 120_000)

function byTime(rows: readonly (readonly [number, number, number, number])[]) {
  const timeOf = (bid: number) => rows.find((row) => row[1] === bid)?.[0] ?? 0
  return (a: number, b: number) => timeOf(a) - timeOf(b)
}

async function openAt(path: string): Promise<RecordingStore> {
  const store = await openChdbTickStore({ directory: path })
  open.push(store)
  return store
}

async function opened(): Promise<RecordingStore> {
  const store = await openAt(join(directory, 'store'))
  await store.putInstruments(builtInInstruments())
  return store
}

async function openedAgain(last: TickStore, path: string): Promise<RecordingStore> {
  await last.close()
  return openAt(path)
}

async function recordedBy(path: string): Promise<RecordingStore> {
  const store = await openAt(path)
  await store.putInstruments(builtInInstruments())
  await store.record(childBatches())
  return store
}

async function contentOf(store: RecordingStore) {
  const manifests = await store.manifests()
  const content = {
    manifests,
    hashes: await hashesOf(store),
    history: [...(await readQuotes(store)), ...(await readQuotes(store, GBPUSD))],
    processed: [
      await readProcessedQuotes(store, EURUSD, TAPE),
      await readProcessedQuotes(store, GBPUSD, TAPE),
    ],
  }
  await store.close()
  return content
}

async function hashesOf(store: TickStore): Promise<string[]> {
  const hashes: string[] = []
  for (const manifest of await store.manifests()) hashes.push(await store.recomputeDataHash(manifest))
  return hashes
}

/** Behind the store's back. */
async function statement(sql: string): Promise<void> {
  const { Session } = await import('chdb')
  const session = new Session(join(directory, 'store', 'chdb'))
  await session.queryAsync(sql)
  session.close()
}

/** Takes away what recordings brought, as if the store were an older one. */
async function withoutRecordings(path: string): Promise<void> {
  const { Session } = await import('chdb')
  const { RECORDED_VALUES, TICK_TABLES } = await import('./tick-table.ts')
  const session = new Session(join(path, 'chdb'))
  await session.queryAsync('DROP TABLE orrery.recordings')
  for (const { name } of TICK_TABLES) {
    const drops = RECORDED_VALUES.map((column) => `DROP COLUMN ${column.name}`).join(', ')
    await session.queryAsync(`ALTER TABLE ${name} ${drops} SETTINGS mutations_sync = 1`)
  }
  session.close()
}

/** Runs the child, and kills it so many milliseconds after its so many-th line. */
async function killedChild(store: string, lines: number, after_ms: number) {
  const child = spawn(process.execPath, [CHILD, store], { stdio: ['ignore', 'pipe', 'inherit'] })
  const closed = once(child, 'close')
  let [seen, calls] = [0, 0]
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('recorded ')) calls++
    if (++seen === lines) setTimeout(() => child.kill('SIGKILL'), after_ms)
  }
  const [, signal] = await closed
  return { signal: signal as unknown, calls }
}
