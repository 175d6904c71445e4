import { expect, test } from 'vitest'
import type { Journal } from '../../engine/journal-port.ts'
import { RECORD_KIND } from '../../engine/journal-port.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { type DiskFaults, PowerLossFs } from '../../sim/faults/power-loss-fs.test-support.ts'
import { BLOCK_BYTES } from './archive-format.ts'
import { BatchCursor } from './batch-cursor.ts'
import { openFileJournal, readRunningJournal } from './file-journal.ts'
import { JournalArchive } from './journal-archive.ts'
import { bytes, opening, readAll } from './journal-conformance.test-support.ts'

const DIRECTORY = '/journal'
const ARCHIVE = '/journal/archive/epoch-000001.archive'
const RECORDS = ['one', 'two', 'three', 'four', 'five']
const EPOCHS = 3

test('[J13] archived epochs are read as they were, by journal and cursor, and a later epoch goes on from them', async () => {
  const fs = await threeEpochs()
  const before = await everything(fs)
  const batches = await batchesOf(fs)
  expect(await archive(fs, [1, 2])).toEqual([
    { epoch: 1, file: ARCHIVE, bytes: fs.bytesOf(ARCHIVE).length, unpacked_bytes: expect.any(Number) },
    {
      epoch: 2,
      file: ARCHIVE.replace('1.', '2.'),
      bytes: expect.any(Number),
      unpacked_bytes: expect.any(Number),
    },
  ])
  expect(fs.files().filter((path) => /epoch-00000[12]/.test(path))).toEqual([
    ARCHIVE,
    ARCHIVE.replace('1.', '2.'),
  ])
  expect(await everything(fs)).toEqual(before)
  expect(await batchesOf(fs)).toEqual(batches)
  const journal = await openFileJournal({ directory: DIRECTORY, fs })
  expect(await journal.snapshots(1)).toEqual([])
  const writer = await journal.openEpoch(opening(EPOCHS + 1))
  writer.append(RECORD_KIND.input, bytes('later'))
  await journal.close()
  expect((await everything(fs)).slice(0, EPOCHS)).toEqual(before)
})

test('[J13] an epoch of many blocks and segments is read from any record on', async () => {
  const fs = new PowerLossFs()
  const journal = await openFileJournal({ directory: DIRECTORY, fs, segment_bytes_max: 700_000 })
  const writer = await journal.openEpoch(opening(1))
  const payloads = Array.from({ length: 10 }, (_, at) => Buffer.alloc(300_000, `payload ${at} `))
  for (const payload of payloads) {
    writer.append(RECORD_KIND.input, payload)
    await writer.commit()
  }
  await writer.close()
  await journal.openEpoch(opening(2))
  await journal.close()
  const [archived] = await archive(fs, [1])
  expect(archived?.unpacked_bytes).toBeGreaterThan(2 * BLOCK_BYTES)
  const reopened = await openFileJournal({ directory: DIRECTORY, fs })
  for (const from of [0, 4, 9]) {
    const read: number[] = []
    for await (const { lsn, payload } of reopened.read(1, from))
      if (Buffer.compare(payload, payloads[lsn] ?? bytes('')) === 0) read.push(lsn)
    expect(read).toEqual(payloads.map((_, lsn) => lsn).slice(from))
  }
  await reopened.close()
})

test('[J13] power lost at any operation of archiving costs no record of any epoch', async () => {
  const before = await everything(await threeEpochs())
  const whole = await operationsOf((fs) => archive(fs, [1, 2]))
  for (let at = 0; at <= whole; at++)
    for (let seed = 0; seed < 3; seed++) {
      const fs = await threeEpochs()
      const broken = await brokenBy(fs, at, seed, () => archive(fs, [1, 2]))
      expect({ at, seed, broken, found: await everything(fs) }).toEqual({
        at,
        seed,
        broken: '',
        found: before,
      })
      // What was left half done is done by the next call.
      await archive(fs, await notArchived(fs))
      expect({ at, seed, found: await everything(fs) }).toEqual({ at, seed, found: before })
      expect(fs.files().filter((path) => /\.writing|\.archived|epoch-00000[12]\//.test(path))).toEqual([])
    }
})

test('[J13] the proof catches a folder removed before its archive is durable', async () => {
  const before = await everything(await threeEpochs())
  const broken = new Set<string>()
  for (const mutant of [{ sync_does_nothing: true }, { directory_sync_does_nothing: true }] as DiskFaults[])
    for (let seed = 0; seed < 40; seed++) {
      const fs = await threeEpochs()
      fs.faults = mutant
      await archive(fs, [1, 2])
      fs.crash(seed)
      const found = await everything(fs).catch((error: unknown) => (error as OperatingError).code)
      if (JSON.stringify(found) !== JSON.stringify(before)) broken.add(Object.keys(mutant).join())
    }
  expect([...broken]).toEqual(['sync_does_nothing', 'directory_sync_does_nothing'])
})

test('[J13] a disk full while archiving is told, and leaves every epoch where it was', async () => {
  const fs = await threeEpochs()
  const before = await everything(fs)
  fs.faults = { disk_full_after_bytes: 0 }
  await expect(archive(fs, [1])).rejects.toMatchObject({ code: 'journal.disk_full' })
  fs.restart()
  expect(await everything(fs)).toEqual(before)
})

test('[J14] every flipped bit of an archive is refused when the epoch is read, with its file, or changes nothing', async () => {
  const fs = await threeEpochs()
  const before = await everything(fs)
  await archive(fs, [1])
  const { length } = fs.bytesOf(ARCHIVE)
  let refused = 0
  for (let bit = 0; bit < length * 8; bit += 3) {
    fs.flipBit(ARCHIVE, bit)
    const found = await everything(fs).catch((error: unknown) => error)
    if (found instanceof OperatingError) {
      refused++
      expect({ bit, code: found.code }).toEqual({ bit, code: 'journal.corrupt' })
      expect(found.where).toContain(ARCHIVE)
    } else expect({ bit, found }).toEqual({ bit, found: before })
    fs.flipBit(ARCHIVE, bit)
  }
  expect(refused).toBeGreaterThan((length * 8 * 0.9) / 3)
})

test('[J14] an archive of another epoch, or cut anywhere, is refused', async () => {
  const fs = await threeEpochs()
  await archive(fs, [1, 2])
  const bytesThere = fs.bytesOf(ARCHIVE).slice()
  await replace(fs, ARCHIVE, fs.bytesOf(ARCHIVE.replace('1.', '2.')).slice())
  await expect(everything(fs)).rejects.toMatchObject({ code: 'journal.corrupt' })
  for (let size = 0; size < bytesThere.length; size += 7) {
    await replace(fs, ARCHIVE, bytesThere.slice(0, size))
    await expect(everything(fs)).rejects.toMatchObject({ code: 'journal.corrupt' })
  }
})

test('[J15] pruning removes the oldest archives one by one; power lost on the way leaves no hole', async () => {
  const before = await everything(await threeEpochs())
  const prune = async (fs: PowerLossFs) => {
    const archives = await JournalArchive.open(DIRECTORY, fs)
    await archives.pruneFirst()
    await archives.pruneFirst()
    archives.close()
  }
  const whole = await operationsOf(prune, (fs) => archive(fs, [1, 2]))
  const kept = new Set<number>()
  for (let at = 0; at <= whole; at++)
    for (let seed = 0; seed < 6; seed++) {
      const fs = await threeEpochs()
      await archive(fs, [1, 2])
      await brokenBy(fs, at, seed, () => prune(fs))
      const found = await everything(fs)
      kept.add(found.length)
      expect({ at, seed, found }).toEqual({ at, seed, found: before.slice(-found.length) })
    }
  expect([...kept].sort()).toEqual([1, 2, 3])
})

test('[J15] neither the last epoch is archived nor one pruned that is not', async () => {
  const archives = await JournalArchive.open(DIRECTORY, await threeEpochs())
  await expect(archives.archive(EPOCHS)).rejects.toThrow('the last epoch is never archived')
  await expect(archives.pruneFirst()).rejects.toThrow('only what is archived is pruned')
})

test.each([
  { code: 'EROFS', message: 'EROFS: read-only file system' },
  { code: 'EACCES', message: 'EACCES: permission denied' },
  { code: 'ERR_SQLITE_ERROR', errcode: 8, message: 'attempt to write a readonly database' },
  { code: 'ERR_SQLITE_ERROR', errcode: 1544, message: 'attempt to write a readonly database' },
  { code: 'ERR_SQLITE_ERROR', errcode: 14, message: 'unable to open database file' },
])(
  '[J16] a journal that may not be written ($code $errcode) is refused as such, and read up to its mark',
  async ({ message, ...codes }) => {
    const fs = await threeEpochs()
    const cause = Object.assign(new Error(message), codes)
    fs.lock = () => Promise.reject(cause)
    const refused = { code: 'journal.not_writable', reason: 'unavailable', where: DIRECTORY, cause }
    await expect(openFileJournal({ directory: DIRECTORY, fs })).rejects.toMatchObject({
      ...refused,
      what: `The folder of the journal cannot be written: ${message}.`,
    })
    await expect(JournalArchive.open(DIRECTORY, fs)).rejects.toMatchObject(refused)
    const beside = await readRunningJournal({ directory: DIRECTORY, fs })
    expect(beside.epochs).toHaveLength(EPOCHS)
  },
)

test('[J16] a journal in use is neither archived nor changed by whoever reads beside its writer', async () => {
  const fs = await threeEpochs()
  await archive(fs, [1])
  const journal = await openFileJournal({ directory: DIRECTORY, fs })
  await expect(JournalArchive.open(DIRECTORY, fs)).rejects.toMatchObject({ code: 'journal.locked' })
  const writer = await journal.openEpoch(opening(EPOCHS + 1))
  writer.append(RECORD_KIND.input, bytes('durable'))
  await writer.commit()
  const end = fs.bytesOf(`/journal/epoch-00000${EPOCHS + 1}/segment-000001.journal`).length
  // What is being written behind the mark is nobody else's yet.
  const file = await fs.open(`/journal/epoch-00000${EPOCHS + 1}/segment-000001.journal`)
  await file.write(bytes('half a batch'), end)
  const files = fs.files().map((path) => [path, fs.bytesOf(path).slice()])
  const beside = await readRunningJournal({ directory: DIRECTORY, fs })
  expect(beside.epochs.map(({ epoch, last_lsn }) => [epoch, last_lsn])).toEqual([
    [1, 4],
    [2, 4],
    [3, 4],
    [4, 0],
  ])
  const read = []
  for await (const { payload } of beside.read(EPOCHS + 1)) read.push(Buffer.from(payload).toString())
  expect(read).toEqual(['durable'])
  await beside.close()
  expect(fs.files().map((path) => [path, fs.bytesOf(path)])).toEqual(files)
})

test('[J14] an archive folder that cannot be reached is not taken for a pruned journal', async () => {
  const fs = await threeEpochs()
  await archive(fs, [1, 2])
  await fs.remove('/journal/archive')
  // A link that leads nowhere, say.
  fs.create('/journal/archive')
  await expect(openFileJournal({ directory: DIRECTORY, fs })).rejects.toMatchObject({
    code: 'journal.archive_unreachable',
  })
})

/** Each epoch has records in two segments and a snapshot; the last is open no more. */
async function threeEpochs(): Promise<PowerLossFs> {
  const fs = new PowerLossFs()
  const journal = await openFileJournal({ directory: DIRECTORY, fs, segment_bytes_max: 600 })
  for (let epoch = 1; epoch <= EPOCHS; epoch++) {
    const writer = await journal.openEpoch(opening(epoch))
    for (const text of RECORDS) {
      writer.append(RECORD_KIND.input, bytes(`${text} of ${epoch}`))
      await writer.commit()
    }
    await writer.close()
    await journal.saveSnapshot(epoch, { lsn: 2, state: bytes(`state ${epoch}`) })
  }
  await journal.close()
  return fs
}

async function archive(fs: PowerLossFs, epochs: readonly number[]) {
  const archives = await JournalArchive.open(DIRECTORY, fs)
  const archived = []
  for (const epoch of epochs) archived.push(await archives.archive(epoch))
  archives.close()
  return archived
}

async function notArchived(fs: PowerLossFs): Promise<number[]> {
  const archives = await JournalArchive.open(DIRECTORY, fs)
  archives.close()
  return [1, 2].filter((epoch) => !archives.isArchived(epoch))
}

/** Header, base, chain hash and records of every epoch. */
async function everything(fs: PowerLossFs) {
  const journal = await openFileJournal({ directory: DIRECTORY, fs })
  try {
    return await contentsOf(journal)
  } finally {
    await journal.close()
  }
}

async function contentsOf(journal: Journal) {
  const epochs = []
  for (const epoch of journal.epochs) epochs.push({ ...epoch, records: await readAll(journal, epoch.epoch) })
  return epochs
}

async function batchesOf(fs: PowerLossFs): Promise<Uint8Array[]> {
  const batches: Uint8Array[] = []
  for (let epoch = 1; epoch <= EPOCHS; epoch++) {
    const cursor = new BatchCursor({ directory: DIRECTORY, epoch, fs })
    for (;;) {
      const batch = await cursor.next(RECORDS.length - 1)
      if (batch === undefined) break
      batches.push(batch.bytes.slice())
    }
    await cursor.close()
  }
  return batches
}

/** How many operations some work takes on a journal of its own. */
async function operationsOf(
  work: (fs: PowerLossFs) => Promise<unknown>,
  before?: (fs: PowerLossFs) => Promise<unknown>,
): Promise<number> {
  const fs = await threeEpochs()
  await before?.(fs)
  const start = fs.operations
  await work(fs)
  return fs.operations - start
}

/** What else than the loss of power went wrong, '' for nothing. */
async function brokenBy(
  fs: PowerLossFs,
  at: number,
  seed: number,
  work: () => Promise<unknown>,
): Promise<string> {
  fs.faults = { power_off_at_operation: fs.operations + at }
  try {
    await work()
    return ''
  } catch (error) {
    return fs.power_is_off ? '' : String(error)
  } finally {
    fs.crash(seed)
  }
}

async function replace(fs: PowerLossFs, path: string, content: Uint8Array): Promise<void> {
  await fs.remove(path)
  await fs.create(path).write(content, 0)
}
