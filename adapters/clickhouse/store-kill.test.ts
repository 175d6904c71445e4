import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RandomStream } from '../../engine/random-stream.ts'
import type { TickStore } from '../../engine/tick-store-port.ts'
import { builtInInstruments } from '../../schemas/instrument-table.ts'
import { openChdbTickStore } from './chdb-tick-store.ts'
import { readQuotes } from './rows.test-support.ts'
import { CHILD_IMPORTS, childSources } from './store-child.test-support.ts'

const CHILD = new URL('./store-child.test-support.ts', import.meta.url).pathname
const KILL_COUNT = 35
/** Lines of a child that lives: opened, an acknowledgement for each import, twelve blocks for each new one, closed. */
const lineCount = (present: number) => 2 + CHILD_IMPORTS + 12 * (CHILD_IMPORTS - present)

let directory = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'orrery-kill-'))
})
afterAll(() => rm(directory, { recursive: true }))

test(`after each of ${KILL_COUNT} kills of an importing process the store opens, holds whole imports only, and takes the rest`, async () => {
  const whole = await contentOf(await completed(join(directory, 'undisturbed')))
  const random = new RandomStream(1, 'store kill')
  const store = join(directory, 'killed')
  let unfinished = 0
  let present = 0
  for (let kill = 1; kill <= KILL_COUNT; kill++) {
    if (present === CHILD_IMPORTS) {
      await rm(store, { recursive: true })
      present = 0
    }
    const { lines, signal } = await killedChild(store, 1 + random.nextInt(lineCount(present) - 1))
    expect({ kill, signal }).toEqual({ kill, signal: 'SIGKILL' })
    const acknowledged = lines.filter((line) => line.startsWith('imported ')).map((line) => line.slice(9))
    const begun = await readdir(join(store, 'begun')).catch(() => [])
    if (begun.length > 0) unfinished += 1
    const opened = await openChdbTickStore({ directory: store })
    const found = await contentOf(opened)
    const ids = found.manifests.map(({ import_id }) => import_id)
    present = ids.length
    expect({ kill, lost: acknowledged.filter((id) => !ids.includes(id)) }).toEqual({ kill, lost: [] })
    // What is there is there whole: the manifests as the undisturbed store has them, and no row beside theirs.
    expect(found.manifests).toEqual(whole.manifests.filter(({ import_id }) => ids.includes(import_id)))
    expect(found.hashes).toEqual(found.manifests.map(({ data_hash }) => data_hash))
    expect(found.rows.length).toEqual(found.manifests.reduce((sum, { row_count }) => sum + row_count, 0))
    expect(await readdir(join(store, 'begun'))).toEqual([])
    await opened.close()
  }
  expect(unfinished).toBeGreaterThan(KILL_COUNT / 2)
  expect(await contentOf(await completed(store))).toEqual(whole)
}, 300_000)

/** The store with everything the child imports. */
async function completed(store: string): Promise<TickStore> {
  const opened = await openChdbTickStore({ directory: store, batch_rows: 1_000 })
  await opened.putInstruments(builtInInstruments())
  for (const source of childSources()) await opened.write(source)
  return opened
}

/** What a reader finds in the store, which is then closed. */
async function contentOf(store: TickStore) {
  const manifests = await store.manifests()
  const hashes: string[] = []
  for (const manifest of manifests) hashes.push(await store.recomputeDataHash(manifest))
  const defined = (await store.instruments()).length > 0
  const rows = defined ? await readQuotes(store) : []
  await store.close()
  return { manifests, hashes, rows }
}

/** Runs the child and kills it when it has printed so many lines; its engine is at work meanwhile. */
async function killedChild(store: string, killAfter: number) {
  const child = spawn(process.execPath, [CHILD, store], { stdio: ['ignore', 'pipe', 'inherit'] })
  const closed = once(child, 'close')
  const lines: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line)
    if (lines.length === killAfter) child.kill('SIGKILL')
  }
  const [, signal] = await closed
  return { lines, signal: signal as unknown }
}
