import { expect, test } from 'vitest'
import type { JournalFile, JournalFs } from '../../engine/journal-fs-port.ts'
import { RECORD_KIND } from '../../engine/journal-port.ts'
import { PowerLossFs } from '../../sim/faults/power-loss-fs.test-support.ts'
import { changed } from '../../sim/live/changed-port.test-support.ts'
import { openFileJournal } from './file-journal.ts'
import { bytes, opening, readAll } from './journal-conformance.test-support.ts'

const SEGMENT = '/journal/epoch-000001/segment-000001.journal'
const ROOM_BYTES = 16_000

async function writing(fs: JournalFs, room_bytes = ROOM_BYTES) {
  const journal = await openFileJournal({ directory: '/journal', fs, room_bytes })
  const writer = await journal.openEpoch(opening(1))
  const write = async (payload: Uint8Array): Promise<void> => {
    writer.append(RECORD_KIND.input, payload)
    await writer.commit()
  }
  return { journal, writer, write }
}

/** Nothing on the simulated disk takes longer than the turn it was asked for in. */
const roomMade = () => new Promise<void>((resolve) => setImmediate(resolve))

async function reopened(fs: PowerLossFs) {
  const journal = await openFileJournal({ directory: '/journal', fs })
  const records = await readAll(journal, 1)
  await journal.close()
  return {
    repaired: journal.repaired,
    payloads: records.map(({ payload }) => Buffer.from(payload).toString()),
  }
}

test('[J17] a batch is written into room that is on the disk, and the file does not change its size for it', async () => {
  const fs = new PowerLossFs()
  const { write } = await writing(fs)
  await write(bytes('first'))
  await roomMade()
  const { length } = fs.bytesOf(SEGMENT)
  for (let count = 0; count < 3; count++) await write(bytes('more'))
  expect(fs.bytesOf(SEGMENT).length).toBe(length)
})

test('[J17] closed, a segment ends with its last batch', async () => {
  const [fs, plain] = [new PowerLossFs(), new PowerLossFs()]
  for (const [disk, room_bytes] of [
    [fs, ROOM_BYTES],
    [plain, 0],
  ] as const) {
    const { journal, write } = await writing(disk, room_bytes)
    for (const text of ['first', 'second']) await write(bytes(text))
    await journal.close()
    disk.crash(1)
  }
  expect(fs.bytesOf(SEGMENT)).toEqual(plain.bytesOf(SEGMENT))
})

test('[J17] room that a crash left is cut by the next opening, and is no loss', async () => {
  const fs = new PowerLossFs()
  const { write } = await writing(fs)
  await write(bytes('first'))
  await roomMade()
  fs.restart()
  expect(await reopened(fs)).toEqual({ repaired: undefined, payloads: ['first'] })
  expect(fs.bytesOf(SEGMENT).at(-1)).not.toBe(0)
})

test('[J17] a torn batch in the room is cut with it, and told with the bytes that were written', async () => {
  const fs = new PowerLossFs()
  const { write } = await writing(fs)
  await write(bytes('first'))
  await roomMade()
  const end = fs.bytesOf(SEGMENT).findLastIndex((byte) => byte !== 0) + 1
  await (await fs.open(SEGMENT)).write(bytes('half a batch'), end)
  fs.restart()
  expect(await reopened(fs)).toEqual({
    repaired: { file: SEGMENT, offset: end, bytes_cut: 'half a batch'.length },
    payloads: ['first'],
  })
})

test('[J17] zeros behind the end of an epoch that is not the last are refused: nobody left room there', async () => {
  const fs = new PowerLossFs()
  const { journal, writer, write } = await writing(fs)
  await write(bytes('first'))
  await writer.close()
  await journal.openEpoch(opening(2))
  const { length } = fs.bytesOf(SEGMENT)
  await (await fs.open(SEGMENT)).write(new Uint8Array(100), length)
  fs.restart()
  await expect(openFileJournal({ directory: '/journal', fs })).rejects.toMatchObject({
    code: 'journal.corrupt',
    where: expect.stringContaining(SEGMENT),
  })
})

test('[J17] a batch that is larger than what is left of the room waits for the zeros under way', async () => {
  const fs = new PowerLossFs()
  const { journal, write } = await writing(fs)
  const texts = Array.from({ length: 40 }, (_, i) => `${i}`.repeat(i * i))
  for (const text of texts) await write(bytes(text))
  await journal.close()
  expect((await reopened(fs)).payloads).toEqual(texts)
})

test('[J17] a disk that is too full for room takes batches for as long as they fit', async () => {
  const disk = new PowerLossFs()
  const { journal, write } = await writing(refusingRoom(disk, 'ENOSPC'))
  for (const text of ['first', 'second']) await write(bytes(text))
  await roomMade()
  await write(bytes('third'))
  await journal.close()
  expect((await reopened(disk)).payloads).toEqual(['first', 'second', 'third'])
})

test('[J17] a fault of the disk that room meets in its writing ends writing', async () => {
  const { write } = await writing(refusingRoom(new PowerLossFs(), 'EIO'))
  await write(bytes('first'))
  await roomMade()
  await expect(write(bytes('second'))).rejects.toMatchObject({ code: 'journal.io_error' })
})

/** A disk that takes no zeros. */
function refusingRoom(disk: PowerLossFs, code: string): JournalFs {
  const fault = Object.assign(new Error('refused'), { code })
  const withoutRoom = (file: JournalFile) =>
    changed(file, {
      write: (content, offset) =>
        content.every((byte) => byte === 0) ? Promise.reject(fault) : file.write(content, offset),
    })
  return changed<JournalFs>(disk, { create: (path) => withoutRoom(disk.create(path)) })
}

test('[J17] a fault of the disk that the sync of the room was told ends writing, like any other', async () => {
  const fs = new PowerLossFs()
  const { writer, write } = await writing(fs)
  // The opening, its mark, and the first batch are synced; the next sync is of the room.
  fs.faults = { sync_error_at: 3 }
  await write(bytes('first'))
  await roomMade()
  await expect(write(bytes('second'))).rejects.toMatchObject({ code: 'journal.io_error' })
  expect([writer.durable_lsn, writer.failure]).toEqual([
    0,
    expect.objectContaining({ code: 'journal.io_error' }),
  ])
})
