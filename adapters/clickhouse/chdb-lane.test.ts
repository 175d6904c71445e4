import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ChdbLane, drainChdb, sqlText } from './chdb-lane.ts'

let directory = ''
let lane: ChdbLane
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'orrery-lane-'))
  lane = await ChdbLane.open(join(directory, 'chdb'))
})
afterAll(async () => {
  lane.close()
  await drainChdb()
  await rm(directory, { recursive: true })
})

test('a setting of one statement is gone with the next', async () => {
  const size = "SELECT toString(getSetting('max_block_size')) AS size"
  const [before] = await lane.rows(size)
  expect(await lane.rows(`${size} SETTINGS max_block_size = 777`)).toEqual([{ size: '777' }])
  expect(await lane.rows(size)).toEqual([before])
})

test('64-bit integers that a float cannot hold travel as text, exactly', async () => {
  const rows = await lane.rows('SELECT toString({ns: Int64}) AS ns', { ns: '1704067200741451173' })
  expect(rows).toEqual([{ ns: '1704067200741451173' }])
})

test('rows of any text come back as they were inserted', async () => {
  const text = 'tab\t newline\n quote \' " backslash \\ “ä” 数据'
  await lane.run('CREATE TABLE texts (text String) ENGINE = Memory')
  await lane.insertRow('texts', { text })
  expect(await lane.rows('SELECT text FROM texts')).toEqual([{ text }])
  expect(await lane.rows(`SELECT count() = 1 AS found FROM texts WHERE text = ${sqlText(text)}`)).toEqual([
    { found: 1 },
  ])
})

test('a statement the engine refuses is an operating error with its first line', async () => {
  await expect(lane.run('SELECT nothing FROM nowhere')).rejects.toMatchObject({
    code: 'store.engine_failed',
    reason: 'data',
    what: expect.stringContaining('nowhere'),
  })
})

test('a stream that fails or is left leaves its connection usable', async () => {
  const failing = lane.chunks('SELECT throwIf(number = 200000) FROM numbers(300000)')
  await expect(Array.fromAsync(failing)).rejects.toMatchObject({ code: 'store.engine_failed' })
  for await (const chunk of lane.chunks('SELECT number FROM numbers(10000000)')) {
    expect(chunk.length).toBeGreaterThan(0)
    break
  }
  expect(await lane.rows('SELECT 1 AS one')).toEqual([{ one: 1 }])
})
