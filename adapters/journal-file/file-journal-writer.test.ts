import { expect, test } from 'vitest'
import { RECORD_KIND } from '../../engine/journal-port.ts'
import { PowerLossFs } from '../../sim/faults/power-loss-fs.test-support.ts'
import { openFileJournal } from './file-journal.ts'
import { bytes, opening, readAll } from './journal-conformance.test-support.ts'

const BATCH_BYTES_MAX = 10_000

test('[J3] commits that meet a running flush share the next one', async () => {
  const { writer } = await writing('local')
  const heard: number[] = []
  writer.onDurable((lsn) => heard.push(lsn))
  writer.append(RECORD_KIND.input, bytes('0'))
  const first = writer.commit()
  // The flush has begun once the step that asked for it is over.
  await Promise.resolve()
  const later = ['1', '2', '3'].map((text) => {
    writer.append(RECORD_KIND.input, bytes(text))
    return writer.commit()
  })
  await Promise.all([first, ...later])
  expect(heard).toEqual([0, 3])
})

test('[J3] a commit costs one write and one sync of the batch, and one of the mark', async () => {
  const { fs, writer } = await writing('local')
  // It makes room, into which the next one is written.
  writer.append(RECORD_KIND.input, bytes('first'))
  await writer.commit()
  for (let i = 0; i < 100; i++) writer.append(RECORD_KIND.input, bytes('record'))
  const before = fs.operations
  await Promise.all([writer.commit(), writer.commit()])
  expect(fs.operations - before).toBe(4)
})

test('[J3] more than a batch holds is sealed into several, and one commit makes all durable', async () => {
  const { journal, writer } = await writing('local')
  for (let i = 0; i < 1_000; i++) writer.append(RECORD_KIND.input, new Uint8Array(100))
  expect(writer.pending_bytes).toBe(105_000)
  await writer.commit()
  expect({ durable_lsn: writer.durable_lsn, pending_bytes: writer.pending_bytes }).toEqual({
    durable_lsn: 999,
    pending_bytes: 0,
  })
  expect((await readAll(journal, 1)).length).toBe(1_000)
})

test('[J4] a long synchronous run under deferred holds no more than one batch in memory', async () => {
  const { fs, writer } = await writing('deferred')
  let most = 0
  for (let i = 0; i < 20_000; i++) {
    writer.append(RECORD_KIND.input, new Uint8Array(100))
    most = Math.max(most, writer.pending_bytes)
  }
  expect(most).toBeLessThan(BATCH_BYTES_MAX)
  expect(fs.files().filter((path) => path.endsWith('.journal')).length).toBeGreaterThan(20)
  expect(writer.durable_lsn).toBe(-1)
  await writer.close()
  expect(writer.durable_lsn).toBe(19_999)
})

test('[J4] appending goes on while a deferred commit syncs', async () => {
  const { journal, writer } = await writing('deferred')
  const commits: Promise<void>[] = []
  for (let i = 0; i < 3_000; i++) {
    writer.append(RECORD_KIND.input, bytes(`record ${i}`))
    if (i % 500 === 0) commits.push(writer.commit())
    if (i % 100 === 0) await Promise.resolve()
  }
  await Promise.all(commits)
  await writer.close()
  const texts = (await readAll(journal, 1)).map(({ payload }) => Buffer.from(payload).toString())
  expect(texts).toEqual(Array.from({ length: 3_000 }, (_, i) => `record ${i}`))
})

async function writing(durability: 'local' | 'deferred') {
  const fs = new PowerLossFs()
  const journal = await openFileJournal({
    directory: '/journal',
    fs,
    batch_bytes_max: BATCH_BYTES_MAX,
    segment_bytes_max: 10 * BATCH_BYTES_MAX,
  })
  return { fs, journal, writer: await journal.openEpoch({ ...opening(1), durability }) }
}
