// What every journal behind the port does, as one suite that each implementation runs.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { EpochOpening, Journal, JournalRecord } from '../../engine/journal-port.ts'
import { RECORD_KIND } from '../../engine/journal-port.ts'

/** A place for one journal that outlives its openings. */
export type JournalPlace = {
  open(): Promise<Journal>
  remove(): Promise<void>
}

export function journalConformance(name: string, makePlace: () => Promise<JournalPlace>): void {
  describe(`${name} as a journal`, () => {
    let place: JournalPlace
    let journal: Journal

    beforeEach(async () => {
      place = await makePlace()
      journal = await place.open()
    })

    afterEach(async () => {
      await journal.close()
      await place.remove()
    })

    async function reopen(): Promise<void> {
      await journal.close()
      journal = await place.open()
    }

    test('[J1] a new journal has no epoch and repaired nothing', () => {
      expect({ epochs: journal.epochs, repaired: journal.repaired }).toEqual({
        epochs: [],
        repaired: undefined,
      })
    })

    test('[J1] header and base come back with the epoch, byte for byte', async () => {
      await journal.openEpoch(opening(1))
      await reopen()
      expect(journal.epochs).toEqual([
        {
          epoch: 1,
          header: bytes('header 1'),
          base: bytes('base 1'),
          last_lsn: -1,
          chain_hash: expect.any(Uint8Array),
        },
      ])
    })

    test('[J1] records come back in append order with kind and payload, from any lsn', async () => {
      const writer = await journal.openEpoch(opening(1))
      const appended = await appendThousand(writer)
      await reopen()
      expect(await readAll(journal, 1)).toEqual(appended)
      expect(await readAll(journal, 1, 617)).toEqual(appended.slice(617))
      expect(await readAll(journal, 1, 1000)).toEqual([])
    })

    test('[J3] append copies, so that the caller may reuse the payload', async () => {
      const writer = await journal.openEpoch(opening(1))
      const payload = bytes('before')
      writer.append(RECORD_KIND.input, payload)
      payload.set(bytes('after!'))
      await writer.commit()
      expect(await readAll(journal, 1)).toEqual([record(0, 'before')])
    })

    test('[J3] nothing is durable or released before a commit, and everything appended before it is after it', async () => {
      const writer = await journal.openEpoch(opening(1))
      writer.append(RECORD_KIND.input, bytes('a'))
      writer.append(RECORD_KIND.input, bytes('b'))
      expect(lsnsOf(writer)).toEqual({ appended_lsn: 1, durable_lsn: -1, released_lsn: -1 })
      expect(writer.pending_bytes).toBeGreaterThan(0)
      await writer.commit()
      expect(lsnsOf(writer)).toEqual({ appended_lsn: 1, durable_lsn: 1, released_lsn: 1 })
      expect(writer.pending_bytes).toBe(0)
    })

    test('[J3] commits of one step share a batch, and the listener hears of each batch once', async () => {
      const writer = await journal.openEpoch(opening(1))
      const heard: number[] = []
      writer.onDurable((lsn) => heard.push(lsn))
      writer.append(RECORD_KIND.input, bytes('a'))
      const first = writer.commit()
      writer.append(RECORD_KIND.effects, bytes('b'))
      await Promise.all([first, writer.commit()])
      writer.append(RECORD_KIND.input, bytes('c'))
      await writer.commit()
      await writer.commit()
      expect(heard).toEqual([1, 2])
    })

    test('[J4] under deferred a record is released at append and durable at commit', async () => {
      const writer = await journal.openEpoch({ ...opening(1), durability: 'deferred' })
      writer.append(RECORD_KIND.input, bytes('a'))
      expect(lsnsOf(writer)).toEqual({ appended_lsn: 0, durable_lsn: -1, released_lsn: 0 })
      await writer.commit()
      expect(lsnsOf(writer)).toEqual({ appended_lsn: 0, durable_lsn: 0, released_lsn: 0 })
    })

    test('[J4] what a deferred writer appended is there after close', async () => {
      const writer = await journal.openEpoch({ ...opening(1), durability: 'deferred' })
      const appended = await appendThousand(writer)
      await reopen()
      expect(await readAll(journal, 1)).toEqual(appended)
    })

    test('[J5] each epoch numbers its records from 0 and keeps them apart', async () => {
      for (const epoch of [1, 2, 3]) {
        const writer = await journal.openEpoch(opening(epoch))
        writer.append(RECORD_KIND.input, bytes(`of epoch ${epoch}`))
        await writer.close()
      }
      await reopen()
      expect(journal.epochs.map(({ epoch, last_lsn }) => [epoch, last_lsn])).toEqual([
        [1, 0],
        [2, 0],
        [3, 0],
      ])
      expect(await readAll(journal, 2)).toEqual([record(0, 'of epoch 2')])
    })

    test('[J5] the chain hash depends on every byte before it', async () => {
      const hashes = new Set<string>()
      for (const base of ['x', 'y']) {
        const other = await makePlace()
        const opened = await other.open()
        const writer = await opened.openEpoch({ ...opening(1), base: bytes(base) })
        writer.append(RECORD_KIND.input, bytes('same'))
        await opened.close()
        const reopened = await other.open()
        hashes.add(Buffer.from(reopened.epochs[0]?.chain_hash ?? []).toString('hex'))
        await reopened.close()
        await other.remove()
      }
      expect([...hashes].map((hash) => hash.length)).toEqual([64, 64])
    })

    test('[J5] an epoch is opened one above the last, after the writer before it was closed', async () => {
      await expect(async () => journal.openEpoch(opening(2))).rejects.toThrow('epoch 1 follows epoch 0')
      await journal.openEpoch(opening(1))
      await expect(async () => journal.openEpoch(opening(2))).rejects.toThrow(
        'the writer of an epoch is closed before the next epoch opens',
      )
    })

    test('[J3] a closed writer takes no more', async () => {
      const writer = await journal.openEpoch(opening(1))
      await writer.close()
      expect(() => writer.append(RECORD_KIND.input, bytes('late'))).toThrow(
        'nothing is appended to a closed journal',
      )
    })
  })
}

type Appender = { append(kind: JournalRecord['kind'], payload: Uint8Array): number; commit(): Promise<void> }

/** A thousand records of all kinds and many sizes, committed every hundred. */
async function appendThousand(writer: Appender): Promise<JournalRecord[]> {
  const kinds = Object.values(RECORD_KIND)
  const appended: JournalRecord[] = []
  for (let lsn = 0; lsn < 1000; lsn++) {
    const kind = kinds[lsn % kinds.length] ?? RECORD_KIND.input
    const payload = Uint8Array.from({ length: (lsn * 37) % 400 }, (_, i) => lsn + i)
    expect(writer.append(kind, payload)).toBe(lsn)
    appended.push({ lsn, kind, payload })
    if (lsn % 100 === 99) await writer.commit()
  }
  return appended
}

export async function readAll(journal: Journal, epoch: number, from_lsn?: number): Promise<JournalRecord[]> {
  const records: JournalRecord[] = []
  for await (const { lsn, kind, payload } of journal.read(epoch, from_lsn))
    records.push({ lsn, kind, payload: Uint8Array.from(payload) })
  return records
}

export function opening(epoch: number): EpochOpening {
  return { epoch, header: bytes(`header ${epoch}`), base: bytes(`base ${epoch}`) }
}

export function bytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text))
}

function record(lsn: number, text: string): JournalRecord {
  return { lsn, kind: RECORD_KIND.input, payload: bytes(text) }
}

function lsnsOf(writer: {
  readonly appended_lsn: number
  readonly durable_lsn: number
  readonly released_lsn: number
}) {
  const { appended_lsn, durable_lsn, released_lsn } = writer
  return { appended_lsn, durable_lsn, released_lsn }
}
