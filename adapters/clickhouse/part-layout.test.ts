import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ImportManifest } from '../../engine/tick-store-port.ts'
import { must } from '../../schemas/assert.ts'
import { builtInInstruments } from '../../schemas/instrument-table.ts'
import { ChdbLane, drainChdb } from './chdb-lane.ts'
import { openChdbTickStore } from './chdb-tick-store.ts'
import { type QuoteRow, quoteBlock, readQuotes, sourceOf } from './rows.test-support.ts'

/** Groups of rows with one stamp, more of them than a small part holds; two imports that overlap in time. */
const ROWS = Array.from({ length: 3_000 }, (_, row): QuoteRow => [Math.floor(row / 50) * 10, 0, row + 1])
const IMPORTS = ['first', 'second']

let directory = ''
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'orrery-parts-'))
})
afterEach(() => rm(directory, { recursive: true }))

test('small inserts, one insert, merged parts: the rows and hashes are the same', async () => {
  const layouts = [
    { batch_rows: 1 << 20, parts: 2 },
    { batch_rows: 1_000, parts: 6 },
    { batch_rows: 101, parts: 60 },
  ]
  const seen: unknown[] = []
  for (const { batch_rows, parts } of layouts) {
    const store = join(directory, String(batch_rows))
    await withoutMerges(store)
    await filled(store, batch_rows)
    expect(await partCount(store)).toEqual(parts)
    seen.push(await contentOf(store))
    await sql(store, `ALTER TABLE orrery.quotes RESET SETTING ${MERGE_LIMIT}`)
    await sql(store, 'OPTIMIZE TABLE orrery.quotes FINAL')
    expect(await partCount(store)).toEqual(1)
    seen.push(await contentOf(store))
  }
  for (const content of seen) expect(content).toEqual(seen[0])
})

test('equal stamps come in the order of their source, also after a merge', async () => {
  await filled(directory, 101)
  await sql(directory, 'OPTIMIZE TABLE orrery.quotes FINAL')
  const { rows } = await contentOf(directory)
  const sorted = IMPORTS.map((name) => sourceOf(name, []).import_id).sort()
  const offsets = sorted.map((id) => (id === sourceOf('first', []).import_id ? 0 : 10_000))
  const expected = Map.groupBy(
    ROWS.map(([us, , bid], row_no) => ({ us, bid, row_no })),
    ({ us }) => us,
  )
  const ordered = [...expected.values()].flatMap((group) =>
    group.flatMap(({ us, bid }) => offsets.map((offset) => [us, bid + offset])),
  )
  expect(rows).toEqual(ordered)
})

test('one changed value in the store changes the recomputed hash', async () => {
  const manifests = await filled(directory, 1_000)
  const changed = sourceOf('first', []).import_id
  const key = BigInt(`0x${changed.slice(0, 16)}`)
  await sql(
    directory,
    `ALTER TABLE orrery.quotes UPDATE bid_price_units = bid_price_units + 1
      WHERE import_key = ${key} AND row_no = 1234 SETTINGS mutations_sync = 1`,
  )
  const { hashes } = await contentOf(directory)
  const wrong = manifests.filter(({ data_hash }, index) => data_hash !== hashes[index])
  expect(wrong.map(({ import_id }) => import_id)).toEqual([changed])
})

test('a store that lost a row fails its reading, and never ends short', async () => {
  await filled(directory, 1_000)
  await sql(directory, 'ALTER TABLE orrery.quotes DELETE WHERE row_no = 2999 SETTINGS mutations_sync = 1')
  const store = await openChdbTickStore({ directory })
  await expect(readQuotes(store)).rejects.toMatchObject({ code: 'store.rows_missing', reason: 'data' })
  await store.close()
})

async function filled(path: string, batch_rows: number): Promise<ImportManifest[]> {
  const store = await openChdbTickStore({ directory: path, batch_rows })
  await store.putInstruments(builtInInstruments())
  for (const [index, name] of IMPORTS.entries()) {
    const rows = ROWS.map(([us, rest, bid]): QuoteRow => [us, rest, bid + index * 10_000])
    const blocks = Array.from({ length: Math.ceil(rows.length / batch_rows) }, (_, block) =>
      quoteBlock(rows.slice(block * batch_rows, (block + 1) * batch_rows)),
    )
    await store.write(sourceOf(name, blocks))
  }
  const manifests = await store.manifests()
  await store.close()
  return manifests
}

const MERGE_LIMIT = 'max_bytes_to_merge_at_max_space_in_pool'

/** Makes an empty store whose parts stay as they are inserted. */
async function withoutMerges(path: string): Promise<void> {
  await (await openChdbTickStore({ directory: path })).close()
  await sql(path, `ALTER TABLE orrery.quotes MODIFY SETTING ${MERGE_LIMIT} = 1`)
}

async function contentOf(path: string) {
  const store = await openChdbTickStore({ directory: path })
  const manifests = await store.manifests()
  const hashes: string[] = []
  for (const manifest of manifests) hashes.push(await store.recomputeDataHash(manifest))
  const rows = await readQuotes(store)
  await store.close()
  return { manifests, hashes, rows }
}

async function partCount(path: string): Promise<number> {
  const [row] = await sql(
    path,
    "SELECT toUInt32(count()) AS parts FROM system.parts WHERE database = 'orrery' AND table = 'quotes' AND active",
  )
  return Number(must(row, 'a count is a row')['parts'])
}

/** Speaks to the engine behind the store's back. */
async function sql(path: string, statement: string) {
  const lane = await ChdbLane.open(join(path, 'chdb'))
  const rows = await lane.rows(statement)
  lane.close()
  await drainChdb()
  return rows
}
