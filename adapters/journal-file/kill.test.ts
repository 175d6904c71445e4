import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'
import { RandomStream } from '../../engine/random-stream.ts'
import { must } from '../../schemas/assert.ts'
import { directoryHolder } from './directory-lock.ts'
import { openFileJournal } from './file-journal.ts'
import { payloadOf } from './journal-child.test-support.ts'
import { readAll } from './journal-conformance.test-support.ts'

const KILL_COUNT = 30
const CHILD = new URL('./journal-child.test-support.ts', import.meta.url).pathname

test(`[J7] after each of ${KILL_COUNT} kills at random points the journal opens with everything acknowledged`, async () => {
  const directory = await emptyDirectory()
  const random = new RandomStream(1, 'kill')
  for (let kill = 1; kill <= KILL_COUNT; kill++) {
    const durability = kill % 5 === 0 ? 'deferred' : 'local'
    const child = spawn(process.execPath, [CHILD, directory, durability], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const acknowledged = await killAfterLines(child, 1 + random.nextInt(100))
    const journal = await openFileJournal({ directory })
    const last = journal.epochs.at(-1)
    expect({ kill, epoch: last?.epoch, is_whole: (last?.last_lsn ?? -2) >= acknowledged }).toEqual({
      kill,
      epoch: kill,
      is_whole: true,
    })
    const records = await readAll(journal, kill)
    const differing = records.filter(
      ({ lsn, payload }) => Buffer.compare(payload, payloadOf(kill, lsn)) !== 0,
    )
    expect({ count: records.length, differing }).toEqual({ count: (last?.last_lsn ?? -2) + 1, differing: [] })
    await journal.close()
  }
})

test('[J10] a second opener is refused with the pid of the holder, and a dead holder holds nothing', async () => {
  const directory = await emptyDirectory()
  const child = spawn(process.execPath, [CHILD, directory], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  await expect(openFileJournal({ directory })).rejects.toMatchObject({
    code: 'journal.locked',
    reason: 'unavailable',
    where: directory,
    what: expect.stringContaining(`process ${child.pid}, started `),
  })
  await killAfterLines(child, 1)
  const journal = await openFileJournal({ directory })
  await expect(openFileJournal({ directory })).rejects.toMatchObject({
    code: 'journal.locked',
    what: expect.stringContaining(`process ${process.pid}, started `),
  })
  await journal.close()
  const read = await openFileJournal({ directory, command: 'orrery verify' })
  const words = expect.stringContaining(`orrery verify, process ${process.pid}, started `)
  expect(directoryHolder(directory)).toEqual({ words, command: 'orrery verify' })
  await expect(openFileJournal({ directory })).rejects.toMatchObject({ code: 'journal.locked', what: words })
  await read.close()
  await (await openFileJournal({ directory })).close()
})

/** Kills the child after so many printed lines; returns the last lsn it acknowledged. */
async function killAfterLines(child: ChildProcess, count: number): Promise<number> {
  const exited = once(child, 'exit')
  let acknowledged = -1
  let lines = 0
  for await (const line of createInterface({ input: must(child.stdout, 'the child prints to a pipe') })) {
    acknowledged = Number(line.split(' ')[1])
    lines += 1
    if (lines === count) child.kill('SIGKILL')
  }
  await exited
  return acknowledged
}

async function emptyDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'journal-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  return directory
}
