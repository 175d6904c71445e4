import { expect, test } from 'vitest'
import type { JournalFile, JournalFs } from '../../engine/journal-fs-port.ts'
import type { JournalWriter } from '../../engine/journal-port.ts'
import { RECORD_KIND } from '../../engine/journal-port.ts'
import type { OperatingError } from '../../schemas/operating-error.ts'
import { PowerLossFs } from '../../sim/faults/power-loss-fs.test-support.ts'
import { changed } from '../../sim/live/changed-port.test-support.ts'
import { DurableMark } from './durable-mark.ts'
import { openFileJournal } from './file-journal.ts'
import { bytes, opening, readAll } from './journal-conformance.test-support.ts'

test.each([
  ['a full disk', 'journal.disk_full', 'local', { disk_full_after_bytes: 500 }],
  ['a full disk', 'journal.disk_full', 'deferred', { disk_full_after_bytes: 500 }],
  ['a failed sync', 'journal.io_error', 'local', { sync_error_at: 4 }],
  ['a failed sync', 'journal.io_error', 'deferred', { sync_error_at: 4 }],
] as const)('[J9] %s ends writing for good with %s under %s', async (_, code, durability, faults) => {
  const { fs, writer } = await writing(durability)
  writer.append(RECORD_KIND.input, bytes('acknowledged'))
  await writer.commit()
  const heard: unknown[] = []
  writer.onFailure((failure) => heard.push(failure))
  fs.faults = faults
  writer.append(RECORD_KIND.input, new Uint8Array(400))
  const failing = [writer.commit(), writer.commit()]
  for (const commit of failing) await expect(commit).rejects.toMatchObject({ code, reason: 'unavailable' })
  const { failure } = writer
  expect(failure).toMatchObject({ code, where: '/journal/epoch-000001' })
  expect(() => writer.append(RECORD_KIND.input, bytes('more'))).toThrow(failure)
  await expect(writer.commit()).rejects.toBe(failure)
  expect({ heard, durable_lsn: writer.durable_lsn }).toEqual({ heard: [failure], durable_lsn: 0 })
  await expect(writer.close()).rejects.toBe(failure)
})

test('[J9] under deferred the append that fills a batch meets the full disk itself', async () => {
  const { fs, writer } = await writing('deferred')
  fs.faults = { disk_full_after_bytes: 0 }
  expect(() => writer.append(RECORD_KIND.input, new Uint8Array(2_000))).toThrow(
    'The disk of the journal is full.',
  )
  expect(writer.failure).toMatchObject({ code: 'journal.disk_full' })
})

test('[J9] what a failed sync left in the page cache is cut, so that no opening takes it for written', async () => {
  const { fs, writer } = await writing('local')
  writer.append(RECORD_KIND.input, bytes('acknowledged'))
  await writer.commit()
  writer.append(RECORD_KIND.input, bytes('never synced'))
  fs.faults = { sync_error_at: 4 }
  await expect(writer.commit()).rejects.toMatchObject({ code: 'journal.io_error' })
  fs.restart()
  const { epochs, repaired } = await openFileJournal({ directory: '/journal', fs })
  expect([epochs[0]?.last_lsn, repaired]).toEqual([0, undefined])
  fs.crash(1)
  const again = await openFileJournal({ directory: '/journal', fs })
  expect((await readAll(again, 1)).map(({ payload }) => Buffer.from(payload).toString())).toEqual([
    'acknowledged',
  ])
})

test('[J9] a mark that does not fit on the disk, however often it is written, leaves the one before', async () => {
  const fs = new PowerLossFs()
  await fs.makeDirectory('/epoch')
  const place = { fs, epoch_directory: '/epoch', epoch: 1 }
  const at = (number: number) => ({
    ...{ segment: 1, offset: 100 * number, number },
    ...{ last_lsn: number, chain_hash: new Uint8Array(32).fill(number) },
  })
  const mark = await DurableMark.create({ ...place, position: at(1) })
  await mark.advance(at(2))
  for (const number of [3, 4, 5]) {
    fs.faults = { disk_full_after_bytes: fs.bytes_written + 40 }
    await expect(mark.advance(at(number))).rejects.toMatchObject({ code: 'ENOSPC' })
  }
  fs.faults = {}
  expect((await DurableMark.open(place)).position).toEqual(at(2))
})

test('[J17] what is durable is told before its mark meets a full disk', async () => {
  const disk: Watched = { onMark: () => undefined, onSync: async () => undefined }
  const { writer, heard } = await watched(disk)
  disk.onMark = () => {
    heard.push('mark')
    throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' })
  }
  writer.append(RECORD_KIND.input, bytes('0'))
  await writer.commit()
  await expect(writer.close()).rejects.toMatchObject({ code: 'journal.disk_full' })
  expect(heard).toEqual([0, 'mark', 'journal.disk_full'])
})

test('[J17] nothing is told to be durable once a mark has failed, though its sync ends well', async () => {
  const [mark, segment] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()]
  const disk: Watched = { onMark: () => undefined, onSync: async () => undefined }
  const { writer, heard } = await watched(disk)
  disk.onSync = (isMark) => (isMark ? mark.promise : Promise.resolve(undefined))
  writer.append(RECORD_KIND.input, bytes('0'))
  await writer.commit()
  disk.onSync = () => segment.promise
  writer.append(RECORD_KIND.input, bytes('1'))
  const later = writer.commit()
  const failed = new Promise<void>((resolve) => writer.onFailure(() => resolve()))
  mark.reject(Object.assign(new Error('EIO'), { code: 'EIO' }))
  await failed
  segment.resolve(undefined)
  await expect(later).rejects.toMatchObject({ code: 'journal.io_error' })
  expect(heard).toEqual([0, 'journal.io_error'])
})

test('[J6] an epoch that could not be opened leaves the journal to be opened again without it', async () => {
  const fs = new PowerLossFs()
  const journal = await openFileJournal({ directory: '/journal', fs })
  fs.faults = { disk_full_after_bytes: 50 }
  await expect(journal.openEpoch(opening(1))).rejects.toMatchObject({
    code: 'journal.disk_full',
    where: '/journal',
  })
  await expect(journal.openEpoch(opening(1))).rejects.toMatchObject({ code: 'journal.disk_full' })
  await journal.close()
  fs.faults = {}
  const again = await openFileJournal({ directory: '/journal', fs })
  expect(again.epochs).toEqual([])
  expect(fs.files()).toEqual([])
  await again.openEpoch(opening(1))
})

test('[J6] a power loss at any operation of opening an epoch leaves the whole epoch or none of it', async () => {
  const outcomes = new Set<string>()
  for (let operation = 0; operation < 14; operation++)
    for (let seed = 0; seed < 20; seed++) {
      const fs = new PowerLossFs()
      const journal = await openFileJournal({ directory: '/journal', fs })
      fs.faults = { power_off_at_operation: fs.operations + operation }
      const opened = await journal.openEpoch(opening(1)).catch((error: unknown) => error)
      const isAcknowledged = !(opened instanceof Error)
      fs.crash(seed)
      const { epochs } = await openFileJournal({ directory: '/journal', fs })
      expect(epochs.map(({ header, base }) => ({ header, base }))).toEqual(
        epochs.length === 0 ? [] : [{ header: bytes('header 1'), base: bytes('base 1') }],
      )
      outcomes.add(`${isAcknowledged ? 'acknowledged' : 'not acknowledged'}, ${epochs.length} there`)
    }
  expect([...outcomes].sort()).toEqual([
    'acknowledged, 1 there',
    'not acknowledged, 0 there',
    'not acknowledged, 1 there',
  ])
})

async function writing(
  durability: 'local' | 'deferred',
): Promise<{ readonly fs: PowerLossFs; readonly writer: JournalWriter }> {
  const fs = new PowerLossFs()
  const journal = await openFileJournal({
    directory: '/journal',
    fs,
    batch_bytes_max: 1_000,
    room_bytes: 0,
  })
  return { fs, writer: await journal.openEpoch({ ...opening(1), durability }) }
}

type Watched = {
  onMark: () => undefined
  onSync: (isMark: boolean) => Promise<undefined>
}

/** A writer on a disk that asks before each write of the mark and each sync, and what it tells. */
async function watched(disk: Watched) {
  const fs = new PowerLossFs()
  const file = (under: JournalFile): JournalFile => {
    const isMark = under.path.endsWith('/mark')
    return changed(under, {
      writeSync: (written, offset) => {
        if (isMark) disk.onMark()
        under.writeSync(written, offset)
      },
      fdatasync: async () => {
        await disk.onSync(isMark)
        await under.fdatasync()
      },
    })
  }
  const asking = changed<JournalFs>(fs, { create: (path) => file(fs.create(path)) })
  const journal = await openFileJournal({ directory: '/journal', fs: asking })
  const writer = await journal.openEpoch({ ...opening(1), durability: 'local' })
  const heard: unknown[] = []
  writer.onDurable((lsn) => heard.push(lsn))
  writer.onFailure((failure) => heard.push((failure as OperatingError).code))
  return { writer, heard }
}
