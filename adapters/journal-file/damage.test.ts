import { expect, test } from 'vitest'
import { RECORD_KIND } from '../../engine/journal-port.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { PowerLossFs } from '../../sim/faults/power-loss-fs.test-support.ts'
import { openFileJournal } from './file-journal.ts'
import { bytes, opening, readAll } from './journal-conformance.test-support.ts'

const SEGMENT = '/journal/epoch-000001/segment-000001.journal'
const LAST_SEGMENT = '/journal/epoch-000002/segment-000002.journal'
const FIRST_MARK = '/journal/epoch-000001/mark'
const LAST_MARK = '/journal/epoch-000002/mark'
const RECORDS = ['one', 'two', 'three', 'four', 'five', 'six']

test('[J8] every flipped bit of an acknowledged batch is refused with its file and offset, and nothing is changed', async () => {
  const fs = await twoEpochs()
  for (const path of fs.files().filter((file) => file.endsWith('.journal'))) {
    const before = fs.bytesOf(path).slice()
    for (let bit = 0; bit < before.length * 8; bit += 3) {
      fs.flipBit(path, bit)
      const error = await refusal(fs)
      expect({ bit, code: error.code, reason: error.reason }).toEqual({
        bit,
        code: 'journal.corrupt',
        reason: 'data',
      })
      expect(offsetIn(error, path)).toBeLessThanOrEqual(bit >> 3)
      fs.flipBit(path, bit)
      expect(fs.bytesOf(path)).toEqual(before)
    }
  }
  await expectWhole(fs)
})

test.each([FIRST_MARK, LAST_MARK])('[J8] a flipped bit of %s never costs a record', async (path) => {
  const { length } = (await twoEpochs()).bytesOf(path)
  for (let byte = 0; byte < length; byte += byte < 100 || byte > 4090 ? 1 : 97) {
    const fs = await twoEpochs()
    fs.flipBit(path, byte * 8 + (byte % 8))
    await expectWhole(fs)
  }
})

test('[J8] a mark with both slots damaged is refused', async () => {
  const fs = await twoEpochs()
  fs.flipBit(LAST_MARK, 30 * 8)
  fs.flipBit(LAST_MARK, (4096 + 30) * 8)
  expect(await refusal(fs)).toMatchObject({ code: 'journal.corrupt', where: `${LAST_MARK}, byte 0` })
})

test('[J8] a journal cut short anywhere before the mark is refused', async () => {
  const { length } = (await twoEpochs()).bytesOf(LAST_SEGMENT)
  for (let size = 0; size < length; size++) {
    const fs = await twoEpochs()
    await truncate(fs, LAST_SEGMENT, size)
    const error = await refusal(fs)
    expect(error.code).toBe('journal.corrupt')
    expect(offsetIn(error, LAST_SEGMENT)).toBeLessThanOrEqual(size)
  }
})

test.each([
  ['a segment', LAST_SEGMENT, LAST_SEGMENT],
  ['a segment of an earlier epoch', SEGMENT, SEGMENT],
  ['a mark', LAST_MARK, LAST_MARK],
  ['a mark of an earlier epoch', FIRST_MARK, FIRST_MARK],
])('[J8] %s that is missing is refused by name', async (_, path, named) => {
  const fs = await twoEpochs()
  await fs.remove(path)
  expect(await refusal(fs)).toMatchObject({ code: 'journal.corrupt', where: `${named}, byte 0` })
})

test('[J5] an epoch missing between two others is refused, and pruned first epochs are not', async () => {
  const fs = await twoEpochs()
  const journal = await openFileJournal({ directory: '/journal', fs })
  await journal.openEpoch(opening(3))
  await journal.close()
  await fs.remove('/journal/epoch-000001')
  const pruned = await openFileJournal({ directory: '/journal', fs })
  expect(pruned.epochs.map(({ epoch }) => epoch)).toEqual([2, 3])
  await pruned.close()
  const other = await twoEpochs()
  const longer = await openFileJournal({ directory: '/journal', fs: other })
  await longer.openEpoch(opening(3))
  await longer.close()
  await other.remove('/journal/epoch-000002')
  expect(await refusal(other)).toMatchObject({
    code: 'journal.corrupt',
    where: '/journal/epoch-000002, byte 0',
  })
})

test('[J7] a torn batch beyond the mark is cut and reported once, and a new epoch follows', async () => {
  const fs = await twoEpochs()
  const { length } = fs.bytesOf(LAST_SEGMENT)
  const half = fs.bytesOf(LAST_SEGMENT).slice(0, 90)
  await append(fs, LAST_SEGMENT, half)
  const journal = await openFileJournal({ directory: '/journal', fs })
  expect(journal.repaired).toEqual({ file: LAST_SEGMENT, offset: length, bytes_cut: 90 })
  await journal.openEpoch(opening(3))
  await journal.close()
  await expectWhole(fs)
})

test('[J7] an intact batch beyond the mark is kept, and survives a power loss from then on', async () => {
  const fs = new PowerLossFs()
  const journal = await openFileJournal({ directory: '/journal', fs })
  const writer = await journal.openEpoch(opening(1))
  writer.append(RECORD_KIND.input, bytes('seen'))
  // The batch is written and synced; the power of the process ends before its mark is.
  fs.faults = { power_off_at_operation: fs.operations + 2 }
  await writer.commit()
  expect(writer.durable_lsn).toBe(0)
  await expect(writer.close()).rejects.toMatchObject({ code: 'journal.io_error' })
  fs.restart()
  const reopened = await openFileJournal({ directory: '/journal', fs })
  expect(reopened.epochs[0]?.last_lsn).toBe(0)
  fs.crash(1)
  const again = await openFileJournal({ directory: '/journal', fs })
  expect((await readAll(again, 1)).map(({ payload }) => Buffer.from(payload).toString())).toEqual(['seen'])
})

test('[J8] damage beyond a mark that went stale is refused where a later batch proves it was acknowledged', async () => {
  const fs = new PowerLossFs()
  const journal = await openFileJournal({ directory: '/journal', fs, room_bytes: 0 })
  const writer = await journal.openEpoch(opening(1))
  const stale = fs.bytesOf('/journal/epoch-000001/mark').slice()
  const starts: number[] = []
  for (const text of ['a', 'b', 'c']) {
    starts.push(fs.bytesOf(SEGMENT).length)
    writer.append(RECORD_KIND.input, bytes(text))
    await writer.commit()
  }
  await journal.close()
  await overwrite(fs, '/journal/epoch-000001/mark', stale)
  fs.flipBit(SEGMENT, ((starts[1] ?? 0) + 80) * 8)
  expect(await refusal(fs)).toMatchObject({
    code: 'journal.corrupt',
    what: 'The journal is damaged: the CRC of a batch does not match, and batch 3 after it is intact.',
    where: `${SEGMENT}, byte ${starts[1]}`,
  })
})

/** A journal closed cleanly: epoch 1 with three records, epoch 2 with all of them over two segments. */
async function twoEpochs(): Promise<PowerLossFs> {
  const fs = new PowerLossFs()
  const journal = await openFileJournal({ directory: '/journal', fs, segment_bytes_max: 300 })
  for (const [index, texts] of [RECORDS.slice(0, 2), RECORDS.slice(0, 3)].entries()) {
    const writer = await journal.openEpoch(opening(index + 1))
    for (const text of texts) {
      writer.append(RECORD_KIND.input, bytes(text))
      await writer.commit()
    }
    await writer.close()
  }
  await journal.close()
  return fs
}

async function expectWhole(fs: PowerLossFs): Promise<void> {
  const journal = await openFileJournal({ directory: '/journal', fs })
  const texts = async (epoch: number) =>
    (await readAll(journal, epoch)).map(({ payload }) => Buffer.from(payload).toString())
  expect([await texts(1), await texts(2)]).toEqual([RECORDS.slice(0, 2), RECORDS.slice(0, 3)])
  await journal.close()
}

async function refusal(fs: PowerLossFs): Promise<OperatingError> {
  const opened = await openFileJournal({ directory: '/journal', fs }).catch((error: unknown) => error)
  if (opened instanceof OperatingError) return opened
  throw new Error('the journal was opened, or failed otherwise', { cause: opened })
}

/** The byte offset an error names, which must be in this file. */
function offsetIn(error: OperatingError, path: string): number {
  const match = /^(.*), byte (\d+)$/.exec(error.where ?? '')
  expect(match?.[1]).toBe(path)
  return Number(match?.[2])
}

async function append(fs: PowerLossFs, path: string, tail: Uint8Array): Promise<void> {
  const file = await fs.open(path)
  await file.write(tail, await file.size())
}

async function overwrite(fs: PowerLossFs, path: string, content: Uint8Array): Promise<void> {
  await truncate(fs, path, 0)
  await append(fs, path, content)
}

async function truncate(fs: PowerLossFs, path: string, size: number): Promise<void> {
  const file = await fs.open(path)
  await file.truncate(size)
}
