import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type JournalWriter, RECORD_KIND } from '../../engine/journal-port.ts'
import { openFileJournal } from '../journal-file/file-journal.ts'
import { openJournalCopy } from './journal-copy.ts'
import { followJournal, type JournalFollower } from './journal-follower.ts'
import { startNatsServer, type TestNatsServer } from './nats-server.test-support.ts'

const STREAM = 'PAPER_JOURNAL'
const SEGMENT_BYTES_MAX = 2_000

let server: TestNatsServer
let direct: NatsConnection
let subject = ''
let count = 0
const undo: (() => Promise<unknown> | unknown)[] = []

beforeAll(async () => {
  server = await startNatsServer()
  direct = await connect({ servers: server.url, reconnectTimeWait: 50, maxReconnectAttempts: -1 })
  await (await jetstreamManager(direct)).streams.add({ name: STREAM, subjects: ['paper.journal.>'] })
})
afterAll(async () => {
  await direct.close()
  await server.stop()
})
beforeEach(async () => {
  subject = `paper.journal.node${++count}`
  // The stream holds what other nodes say, too.
  for (let i = 0; i < 3; i++) await jetstream(direct).publish('paper.journal.other', `${i}`)
})
afterEach(async () => {
  for (const act of undo.splice(0).reverse()) await act()
})

async function folder(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'orrery-follow-'))
  undo.push(() => rm(directory, { recursive: true, force: true }))
  return directory
}

/** A node that writes an epoch and is gone: `act` gets its writer. */
async function epochOf(directory: string, act: (writer: JournalWriter) => Promise<void>): Promise<void> {
  const journal = await openFileJournal({
    directory,
    segment_bytes_max: SEGMENT_BYTES_MAX,
    batch_bytes_max: 400,
  })
  const copy = await openJournalCopy({
    connection: direct,
    stream: STREAM,
    subject,
    directory,
    epochs: journal.epochs,
    isHeld: () => true,
    onBehind: () => undefined,
  })
  const epoch = (journal.epochs.at(-1)?.epoch ?? 0) + 1
  const header = Buffer.from(`header ${epoch}`)
  const writer = copy.follow(await journal.openEpoch({ epoch, header, base: Buffer.from(`base ${epoch}`) }))
  await act(writer)
  await journal.close()
  await copy.close()
}

async function append(writer: JournalWriter, ...texts: string[]): Promise<void> {
  for (const text of texts) writer.append(RECORD_KIND.input, Buffer.from(text))
  await writer.commit()
}

const failures: string[] = []

async function following(directory: string): Promise<JournalFollower> {
  failures.length = 0
  const follower = await followJournal({
    connection: direct,
    stream: STREAM,
    subject,
    directory,
    segment_bytes_max: SEGMENT_BYTES_MAX,
    onFailure: (error) => failures.push(`${'code' in error ? error.code : ''} ${error.message}`),
  })
  undo.push(() => follower.close())
  return follower
}

/** Every segment of a folder by its name. */
async function segments(directory: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const name of (await readdir(directory, { recursive: true })).sort()) {
    if (name.endsWith('.journal')) found[name] = (await readFile(join(directory, name))).toString('base64')
  }
  return found
}

async function many(writer: JournalWriter): Promise<void> {
  for (let i = 0; i < 40; i++) await append(writer, `record ${i}`, 'x'.repeat(i * 15))
}

test('[S1] a standby has the same segments as the node, and they open as an ordinary journal', async () => {
  const [node, standby] = [await folder(), await folder()]
  await epochOf(node, many)
  const follower = await following(standby)
  const first = await follower.catchUp()
  await epochOf(node, many)
  await follower.catchUp()
  await follower.close()
  expect([first?.epoch, first?.last_lsn, follower.end?.epoch, follower.end?.last_lsn]).toEqual([1, 79, 2, 79])
  expect(await segments(standby)).toEqual(await segments(node))
  const journal = await openFileJournal({ directory: standby })
  const epochs = journal.epochs.map(({ epoch, last_lsn, base }) => [
    epoch,
    last_lsn,
    Buffer.from(base).toString(),
  ])
  await journal.close()
  expect(epochs).toEqual([
    [1, 79, 'base 1'],
    [2, 79, 'base 2'],
  ])
})

test('[S2] a standby that was away goes on behind what its folder holds', async () => {
  const [node, standby] = [await folder(), await folder()]
  await epochOf(node, many)
  const first = await following(standby)
  await first.catchUp()
  await first.close()
  await epochOf(node, async (writer) => {
    await many(writer)
    const second = await following(standby)
    await append(writer, 'while it follows')
    expect((await second.catchUp())?.last_lsn).toBe(80)
    await second.close()
  })
  expect(await segments(standby)).toEqual(await segments(node))
})

test('[S3] what was released is on the standby when it takes over, and the node it took over from is fenced', async () => {
  const [node, standby] = [await folder(), await folder()]
  const follower = await following(standby)
  await epochOf(node, async (deposed) => {
    await many(deposed)
    const end = await follower.catchUp()
    expect(end?.last_lsn).toBe(deposed.released_lsn)
    await follower.close()
    await epochOf(standby, async (leader) => append(leader, 'the new leader'))
    const { released_lsn } = deposed
    await expect(append(deposed, 'an order of the deposed')).rejects.toMatchObject({ code: 'journal.fenced' })
    expect(deposed.released_lsn).toBe(released_lsn)
  })
  // And the deposed node does not come back with its own story.
  await expect(epochOf(node, many)).rejects.toMatchObject({ code: 'journal.copy_ahead' })
})

test('[S4] a standby goes on within two seconds of a server that was killed and came back', async () => {
  const [node, standby] = [await folder(), await folder()]
  const follower = await following(standby)
  await epochOf(node, async (writer) => {
    await append(writer, 'before')
    await follower.catchUp()
    await server.kill9()
    await server.restart()
    const back_ms = performance.now()
    await append(writer, 'after')
    while (writer.pending_bytes > 0) await new Promise((resolve) => setTimeout(resolve, 5))
    expect((await follower.catchUp())?.last_lsn).toBe(1)
    expect(performance.now() - back_ms).toBeLessThan(2_000)
  })
  expect(failures).toEqual([])
  await follower.close()
  expect(await segments(standby)).toEqual(await segments(node))
})

test('[S5] a copy that is damaged or does not continue the chain is not followed', async () => {
  const [node, standby] = [await folder(), await folder()]
  await epochOf(node, (writer) => append(writer, 'whole'))
  const follower = await following(standby)
  await follower.catchUp()
  await jetstream(direct).publish(subject, 'no batch')
  await expect(follower.catchUp()).rejects.toMatchObject({ code: 'journal.copy_corrupt' })
  expect(failures).toEqual([expect.stringContaining('journal.copy_corrupt')])

  subject = `${subject}-b`
  await epochOf(await folder(), (writer) => append(writer, 'another journal'))
  await follower.close()
  await expect(following(standby)).rejects.toMatchObject({ code: 'journal.copy_diverged' })
  subject = `${subject}-c`
  await expect(following(standby)).rejects.toMatchObject({ code: 'journal.replica_ahead' })
})

test('[S5] a batch that skips one is refused, and nothing of it is written', async () => {
  const [node, standby] = [await folder(), await folder()]
  await epochOf(node, (writer) => append(writer, 'first'))
  const follower = await following(standby)
  await follower.catchUp()
  const before = await segments(standby)
  const opening = await (await jetstreamManager(direct)).streams.getMessage(STREAM, { last_by_subj: subject })
  await jetstream(direct).publish(subject, opening?.data ?? '')
  await expect(follower.catchUp()).rejects.toMatchObject({
    code: 'journal.replica_broken',
    what: expect.stringContaining('batch 1 of epoch 1 stands where batch 2 of epoch 1 belongs'),
  })
  expect(await segments(standby)).toEqual(before)
})

test('[S8] whoever waits for a copy that is long and is not wanted any more waits no longer', async () => {
  const [node, standby] = [await folder(), await folder()]
  await epochOf(node, async (writer) => {
    for (let i = 0; i < 10; i++) await many(writer)
  })
  const follower = await following(standby)
  const ending = new AbortController()
  const caughtUp = follower.catchUp(ending.signal)
  const told = expect(caughtUp).rejects.toThrow('not wanted')
  while (follower.end === undefined) await new Promise((resolve) => setImmediate(resolve))
  ending.abort(new Error('not wanted'))
  await told
  expect(follower.end.last_lsn).toBeLessThan(799)
  await follower.close()
  // Wanted again, it goes on from there.
  const second = await following(standby)
  expect((await second.catchUp())?.last_lsn).toBe(799)
  await second.close()
  expect(await segments(standby)).toEqual(await segments(node))
})

test('[S6] a folder that another process follows or trades on is refused', async () => {
  const standby = await folder()
  await following(standby)
  await expect(following(standby)).rejects.toMatchObject({ code: 'journal.locked' })
})
