import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { PowerLossFs } from '../../sim/faults/power-loss-fs.test-support.ts'
import { changed } from '../../sim/live/changed-port.test-support.ts'
import { nodeJournalFs } from './node-journal-fs.ts'
import { readSnapshots, writeSnapshot } from './snapshot-files.ts'

const FOLDER = '/journal/epoch-000001'

test('[J12] the two newest snapshots are kept, and read back as they were', async () => {
  const fs = await folder()
  for (const lsn of [7, 19, 150_000]) await writeSnapshot(fs, FOLDER, { lsn, state: stateOf(lsn) })
  expect(await readSnapshots(fs, FOLDER, 150_000)).toEqual([
    { lsn: 19, state: stateOf(19) },
    { lsn: 150_000, state: stateOf(150_000) },
  ])
})

test('[J12] a snapshot behind a record that the epoch does not have is passed over', async () => {
  const fs = await folder()
  for (const lsn of [7, 19]) await writeSnapshot(fs, FOLDER, { lsn, state: stateOf(lsn) })
  expect(await readSnapshots(fs, FOLDER, 18)).toEqual([{ lsn: 7, state: stateOf(7) }])
})

test('[J12] a snapshot with any byte changed, or an end cut off, is passed over', async () => {
  const fs = await folder()
  for (const lsn of [7, 19]) await writeSnapshot(fs, FOLDER, { lsn, state: stateOf(lsn) })
  const path = `${FOLDER}/snapshot-0000000000000019`
  const file = await fs.open(path)
  const size = await file.size()
  const whole = new Uint8Array(size)
  await file.read(whole, 0)
  for (let at = 0; at < size; at++) {
    await file.write(Uint8Array.of((whole[at] as number) ^ 1), at)
    expect((await readSnapshots(fs, FOLDER, 19)).map(({ lsn }) => lsn)).toEqual([7])
    await file.write(whole.subarray(at, at + 1), at)
  }
  expect((await readSnapshots(fs, FOLDER, 19)).length).toBe(2)
  for (const cut of [size - 1, 47, 0]) {
    await file.truncate(cut)
    expect((await readSnapshots(fs, FOLDER, 19)).map(({ lsn }) => lsn)).toEqual([7])
  }
})

test('[J12] whenever the power fails while one is written, those before it are whole and the next one is written', async () => {
  const found = new Set<string>()
  for (let operation = 1; operation < 60; operation++) {
    const fs = await folder()
    for (const lsn of [7, 19]) await writeSnapshot(fs, FOLDER, { lsn, state: stateOf(lsn) })
    fs.faults = { power_off_at_operation: fs.operations + operation }
    const cut = await writeSnapshot(fs, FOLDER, { lsn: 30, state: stateOf(30) }).then(
      () => false,
      () => true,
    )
    fs.crash(operation)
    const kept = await readSnapshots(fs, FOLDER, 30)
    expect(kept).toEqual(kept.map(({ lsn }) => ({ lsn, state: stateOf(lsn) })))
    expect(kept.map(({ lsn }) => lsn)).toContain(19)
    found.add(`${cut} ${kept.map(({ lsn }) => lsn).join()}`)
    await writeSnapshot(fs, FOLDER, { lsn: 41, state: stateOf(41) })
    expect((await readSnapshots(fs, FOLDER, 41)).at(-1)).toEqual({ lsn: 41, state: stateOf(41) })
  }
  // Cut before it was one, behind that, and not at all.
  expect(found).toContain('true 7,19')
  expect(found).toContain('false 19,30')
})

test('[J12] a snapshot that whoever follows the epoch takes away between a look at the folder and the file is passed over', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'orrery-snapshots-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const write = (lsn: number) => writeSnapshot(nodeJournalFs, directory, { lsn, state: stateOf(lsn) })
  for (const lsn of [7, 19]) await write(lsn)
  const racing = changed(nodeJournalFs, {
    list: async (path) => {
      const names = await nodeJournalFs.list(path)
      await write(30)
      return names
    },
  })
  expect((await readSnapshots(racing, directory, 100)).map(({ lsn }) => lsn)).toEqual([19])
})

async function folder(): Promise<PowerLossFs> {
  const fs = new PowerLossFs()
  await fs.makeDirectory(FOLDER)
  return fs
}

function stateOf(lsn: number): Uint8Array {
  return Uint8Array.from({ length: 100 }, (_, i) => (i * lsn) & 255)
}
