import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DiscardPolicy, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { FIRST_PREVIOUS_HASH } from '../../engine/journal/batch-format.ts'
import { parseBatch } from '../../engine/journal/parse-batch.ts'
import { sealOpening } from '../../engine/journal/seal-batch.ts'
import { type Journal, type JournalWriter, RECORD_KIND } from '../../engine/journal-port.ts'
import { openFileJournal } from '../journal-file/file-journal.ts'
import { nodeSha256 } from '../sha256/node-sha256.ts'
import { type JournalCopy, openJournalCopy } from './journal-copy.ts'
import { JournalStream } from './journal-stream.ts'
import { startNatsServer, type TestNatsServer } from './nats-server.test-support.ts'
import { TcpProxy } from './tcp-proxy.test-support.ts'

const STREAM = 'PAPER_JOURNAL'
const DEADLINE_MS = 400

let server: TestNatsServer
let direct: NatsConnection
let manager: JetStreamManager
let subject = ''
let count = 0
const undo: (() => Promise<unknown> | unknown)[] = []

beforeAll(async () => {
  server = await startNatsServer()
  direct = await connected(server.url)
  manager = await jetstreamManager(direct)
  await manager.streams.add({ name: STREAM, subjects: ['paper.journal.>'] })
})
afterAll(async () => {
  await direct.close()
  await server.stop()
})
beforeEach(() => {
  subject = `paper.journal.node${++count}`
})
afterEach(async () => {
  for (const act of undo.splice(0).reverse()) await act()
})

function connected(url: string): Promise<NatsConnection> {
  return connect({
    servers: url,
    reconnectTimeWait: 50,
    maxReconnectAttempts: -1,
    ignoreClusterUpdates: true,
  })
}

async function folder(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'orrery-copy-'))
  undo.push(() => rm(directory, { recursive: true, force: true }))
  return directory
}

type Node = {
  readonly directory: string
  readonly journal: Journal
  readonly copy: JournalCopy
  readonly local: JournalWriter
  readonly writer: JournalWriter
  readonly behind: string[]
  /** Resolves when the copy is late, or has caught up. */
  readonly turned: (behind: boolean) => Promise<void>
}

/** A node's start-up over a folder, up to the writer of its next epoch. */
async function started(
  directory: string,
  connection = direct,
  stream = STREAM,
  isHeld = () => true,
): Promise<Node> {
  const sizes = { segment_bytes_max: 2_000, batch_bytes_max: 400, room_bytes: 0 }
  const journal = await openFileJournal({ directory, ...sizes })
  const behind: string[] = []
  const waiting: { behind: boolean; resolve: () => void }[] = []
  try {
    const copy = await openJournalCopy({
      connection,
      stream,
      subject,
      directory,
      epochs: journal.epochs,
      deadline_ms: DEADLINE_MS,
      isHeld,
      onBehind: (isBehind, reason) => {
        behind.push(`${isBehind ? 'behind' : 'again'}: ${reason}`)
        for (const wait of waiting) if (wait.behind === isBehind) wait.resolve()
      },
    })
    const local = await journal.openEpoch(opening((journal.epochs.at(-1)?.epoch ?? 0) + 1))
    const writer = copy.follow(local)
    undo.push(async () => {
      await journal.close().catch(() => undefined)
      await copy.close()
    })
    const turned = (isBehind: boolean) =>
      new Promise<void>((resolve) => waiting.push({ behind: isBehind, resolve }))
    return { directory, journal, copy, local, writer, behind, turned }
  } catch (error) {
    await journal.close()
    throw error
  }
}

function opening(epoch: number) {
  return { epoch, header: Buffer.from(`header ${epoch}`), base: Buffer.from(`base ${epoch}`) }
}

async function ended({ journal, copy }: Node): Promise<boolean> {
  await journal.close()
  return await copy.close()
}

async function append(writer: JournalWriter, ...texts: string[]): Promise<void> {
  for (const text of texts) writer.append(RECORD_KIND.input, Buffer.from(text))
  await writer.commit()
}

/** What the stream holds of the journal, in order. */
async function copied(): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  const { state } = await manager.streams.info(STREAM, { subjects_filter: subject })
  const total = state.subjects?.[subject] ?? 0
  if (total === 0) return Buffer.alloc(0)
  const consumer = await jetstream(direct).consumers.get(STREAM, { filter_subjects: subject })
  for await (const message of await consumer.consume()) {
    pieces.push(message.data)
    if (pieces.length === total) break
  }
  return Buffer.concat(pieces)
}

/** What the folder holds of it, in order. */
async function written(directory: string): Promise<Buffer> {
  const epochs = (await readdir(directory)).filter((name) => /^epoch-\d+$/.test(name)).sort()
  const pieces: Buffer[] = []
  for (const epoch of epochs) {
    const segments = (await readdir(join(directory, epoch)))
      .filter((name) => name.endsWith('.journal'))
      .sort()
    for (const segment of segments) pieces.push(await readFile(join(directory, epoch, segment)))
  }
  return Buffer.concat(pieces)
}

test('[C1] the copy holds every batch and opening of all epochs, byte for byte', async () => {
  const directory = await folder()
  for (const run of [1, 2]) {
    const node = await started(directory)
    for (let i = 0; i < 30; i++) await append(node.writer, `run ${run}`, 'x'.repeat(i * 20))
    expect([node.writer.released_lsn, node.writer.pending_bytes, await ended(node)]).toEqual([59, 0, true])
  }
  expect((await copied()).equals(await written(directory))).toBe(true)
})

test('[C2] a record is released once it is on the disk and in the copy, not before', async () => {
  const { proxy, connection } = await proxied()
  const node = await started(await folder(), connection)
  await append(node.writer, 'first')
  const heard: number[] = []
  node.writer.onDurable(() => heard.push(node.writer.released_lsn))
  proxy.silence()
  const committing = append(node.writer, 'second')
  await node.local.commit()
  const onDisk = [node.writer.durable_lsn, node.writer.released_lsn, node.writer.pending_bytes]
  const copied = new Promise<void>((resolve) => node.writer.onDurable(() => resolve()))
  proxy.heal()
  await Promise.all([committing, copied])
  expect([onDisk, node.writer.released_lsn, node.writer.pending_bytes, heard]).toEqual([
    [1, 0, 11],
    1,
    0,
    [1],
  ])
})

test('[C3] a copy that misses its deadline stops orders, lets cancels go, and starts them again when it has caught up', async () => {
  const { proxy, connection } = await proxied()
  const node = await started(await folder(), connection)
  await append(node.writer, 'before')
  const late = node.turned(true)
  proxy.silence()
  const begun_ms = performance.now()
  await append(node.writer, 'while silent')
  await late
  const after_ms = performance.now() - begun_ms
  await append(node.writer, 'and more')
  const whileSilent = [node.writer.order_refusal, node.writer.released_lsn]
  const again = node.turned(false)
  proxy.heal()
  await again
  expect(whileSilent).toEqual(['journal_copy_behind', 2])
  expect(after_ms).toBeLessThan(1_000)
  expect([node.writer.order_refusal, node.behind]).toEqual([
    '',
    [`behind: no answer within ${DEADLINE_MS} ms`, 'again: caught up'],
  ])
  expect(await ended(node)).toBe(true)
  expect((await copied()).equals(await written(node.directory))).toBe(true)
})

test('[C3] a frozen server holds up neither the journal nor what was released before', async () => {
  const node = await started(await folder())
  await append(node.writer, 'before')
  const late = node.turned(true)
  await server.freeze()
  const again = node.turned(false)
  try {
    await append(node.writer, 'while frozen')
    await late
    expect([node.writer.durable_lsn, node.writer.order_refusal]).toEqual([1, 'journal_copy_behind'])
  } finally {
    server.thaw()
  }
  await again
  expect([node.writer.order_refusal, await ended(node)]).toEqual(['', true])
  expect((await copied()).equals(await written(node.directory))).toBe(true)
})

test('[C3] a node whose opening is not yet copied releases nothing, however late the copy is', async () => {
  const { proxy, connection } = await proxied()
  const directory = await folder()
  const first = await started(directory, connection)
  await append(first.writer, 'before')
  expect(await ended(first)).toBe(true)
  const node = await started(directory, connection)
  proxy.silence()
  const late = node.turned(true)
  await append(node.writer, 'not yet ours')
  await late
  await append(node.writer, 'and more')
  expect([node.writer.durable_lsn, node.writer.released_lsn]).toEqual([1, -1])
  const again = node.turned(false)
  proxy.heal()
  await again
  expect(node.writer.released_lsn).toBe(1)
})

test('[C4] a deposed writer fails for good on its first batch behind the new one, and releases nothing of it', async () => {
  const directory = await folder()
  const old = await started(directory)
  await append(old.writer, 'before')
  // The new one has followed the copy, and goes on with the next epoch.
  const newOpening = sealOpening(opening(2), await lastHash(), nodeSha256)
  const stream = journalStream()
  await stream.append(newOpening, (await stream.last())?.sequence ?? 0, 1_000)
  const told: unknown[] = []
  old.writer.onFailure((failure) => told.push(failure))
  await expect(append(old.writer, 'too late')).rejects.toMatchObject({ code: 'journal.fenced' })
  expect(told).toEqual([expect.objectContaining({ code: 'journal.fenced', where: subject })])
  expect([old.writer.released_lsn, old.writer.durable_lsn]).toEqual([0, 1])
  expect(() => old.writer.append(RECORD_KIND.input, Buffer.from('more'))).toThrow('Another node has gone on')
})

test('[C10] what is written after the lease has ended is copied only once the lease is held again', async () => {
  let isHeld = true
  const node = await started(await folder(), direct, STREAM, () => isHeld)
  await append(node.writer, 'before')
  const behind = node.turned(true)
  isHeld = false
  const late = append(node.writer, 'after')
  await behind
  expect([node.behind, (await journalStream().last())?.batch.number]).toEqual([
    ['behind: the lease of the account has ended'],
    1,
  ])
  const again = node.turned(false)
  isHeld = true
  await again
  await late
  expect((await copied()).equals(await written(node.directory))).toBe(true)
})

test('[C4] of two nodes that open the same epoch one is fenced', async () => {
  const [left, right] = [await started(await folder()), await folder()]
  await append(left.writer, 'left')
  const journal = await openFileJournal({ directory: right })
  const sealed = sealOpening({ ...opening(1), base: Buffer.from('another') }, FIRST_PREVIOUS_HASH, nodeSha256)
  await journal.close()
  await expect(journalStream().append(sealed, 0, 1_000)).rejects.toMatchObject({ code: 'journal.fenced' })
})

test('[C5] a batch whose answer was lost is recognised where it stands, however late it is sent again', async () => {
  const batch = sealOpening(opening(1), FIRST_PREVIOUS_HASH, nodeSha256)
  const first = await journalStream().append(batch, 0, 1_000)
  expect(await journalStream().append(batch, 0, 1_000)).toBe(first)
})

test('[C5] an id that another node has taken in the stream keeps no batch out', async () => {
  const batch = sealOpening(opening(1), FIRST_PREVIOUS_HASH, nodeSha256)
  const ids = [`main.1.${batch.number}`, `${subject}.1.${batch.number}`]
  for (const msgID of ids) await jetstream(direct).publish(`${subject}-other`, 'FORGED', { msgID })
  const sequence = await journalStream().append(batch, 0, 1_000)
  expect((await journalStream().last())?.sequence).toBe(sequence)
})

test('[C5] a network that carries batches and no answers stores each once', async () => {
  const { proxy, connection } = await proxied()
  const node = await started(await folder(), connection)
  await append(node.writer, 'before')
  const late = node.turned(true)
  proxy.silence('answers')
  await append(node.writer, 'stored, and nobody is told')
  await late
  const { batch } = (await journalStream().last()) ?? {}
  const again = node.turned(false)
  proxy.heal()
  await again
  expect([batch?.number, node.writer.order_refusal, await ended(node)]).toEqual([2, '', true])
  expect((await copied()).equals(await written(node.directory))).toBe(true)
})

test('[C3] [C11] a stream that takes no more stops orders with its reason, and starts them again when it has room', async () => {
  const name = `FULL_${count}`
  const subjects = ['full.journal.>']
  const small = { name, subjects, max_bytes: 2_000, discard: DiscardPolicy.New }
  await manager.streams.add(small)
  undo.push(() => manager.streams.delete(name))
  subject = `full.journal.node${count}`
  const node = await started(await folder(), direct, name)
  const late = node.turned(true)
  await append(node.writer, 'x'.repeat(1_000))
  await append(node.writer, 'y'.repeat(1_000))
  await late
  expect([node.writer.order_refusal, node.behind]).toEqual([
    'journal_copy_behind',
    [expect.stringMatching(/^behind: its stream on the bus is full/)],
  ])
  const again = node.turned(false)
  await manager.streams.update(name, { ...small, max_bytes: 100_000 })
  await again
  expect([node.writer.order_refusal, await ended(node)]).toEqual(['', true])
})

test('[C6] what an earlier run wrote without its copy is copied at the next start', async () => {
  const directory = await folder()
  await ended(await started(directory))
  const journal = await openFileJournal({ directory })
  const writer = await journal.openEpoch(opening(2))
  await append(writer, 'a', 'b')
  await journal.close()
  await ended(await started(directory))
  expect((await copied()).equals(await written(directory))).toBe(true)
})

test('[C6] a copy that is ahead of the journal is refused, and so is one that tells another story', async () => {
  const [mine, other] = [await folder(), await folder()]
  const node = await started(mine)
  await append(node.writer, 'mine')
  await ended(node)
  await expect(started(other)).rejects.toMatchObject({ code: 'journal.copy_ahead', reason: 'data' })

  const journal = await openFileJournal({ directory: other })
  const writer = await journal.openEpoch(opening(1))
  await append(writer, 'not mine')
  await journal.close()
  await expect(started(other)).rejects.toMatchObject({ code: 'journal.copy_diverged', reason: 'data' })
})

test('[C6] epochs pruned before they were copied are refused', async () => {
  const directory = await folder()
  await ended(await started(directory))
  for (const epoch of [2, 3]) {
    const journal = await openFileJournal({ directory })
    await journal.openEpoch(opening(epoch))
    await journal.close()
  }
  for (const epoch of ['epoch-000001', 'epoch-000002']) await rm(join(directory, epoch), { recursive: true })
  await expect(started(directory)).rejects.toMatchObject({
    code: 'journal.copy_diverged',
    what: expect.stringContaining('pruned'),
  })
})

test('[C7] a batch the server cannot take as one message ends writing, with what to do', async () => {
  const directory = await folder()
  const journal = await openFileJournal({ directory })
  const batch = sealOpening({ ...opening(1), base: new Uint8Array(5_000) }, FIRST_PREVIOUS_HASH, nodeSha256)
  await journal.close()
  await expect(journalStream(1_000).append(batch, 0, 1_000)).rejects.toMatchObject({
    code: 'journal.copy_too_large',
  })
})

test('[C8] a server killed again and again under load loses nothing of the copy', async () => {
  const node = await started(await folder())
  let isLoaded = true
  let lsn = 0
  const unreleased: number[] = []
  const load = (async () => {
    for (; isLoaded; lsn++) {
      await append(node.writer, `record ${lsn}`)
      const { order_refusal, released_lsn, durable_lsn } = node.writer
      if (order_refusal === '' && released_lsn !== durable_lsn) unreleased.push(released_lsn)
    }
  })()
  for (let kill = 0; kill < 3; kill++) {
    const before = lsn
    while (lsn < before + 50) await new Promise((resolve) => setImmediate(resolve))
    await server.kill9()
    await server.restart()
  }
  isLoaded = false
  await load
  if (node.writer.order_refusal !== '') await node.turned(false)
  expect(await ended(node)).toBe(true)
  const [inStream, onDisk] = [await copied(), await written(node.directory)]
  expect([unreleased, inStream.length, inStream.equals(onDisk)]).toEqual([[], onDisk.length, true])
})

async function proxied(): Promise<{ proxy: TcpProxy; connection: NatsConnection }> {
  const proxy = await TcpProxy.start(() => server.port)
  undo.push(() => proxy.stop())
  const connection = await connected(proxy.url)
  undo.push(() => connection.close())
  return { proxy, connection }
}

function journalStream(max_payload_bytes = 1 << 20): JournalStream {
  return new JournalStream({
    js: jetstream(direct),
    stream: STREAM,
    subject,
    max_payload_bytes,
  })
}

async function lastHash(): Promise<Uint8Array> {
  const stored = await manager.streams.getMessage(STREAM, { last_by_subj: subject })
  const batch = parseBatch(stored?.data ?? new Uint8Array(), nodeSha256)
  if (typeof batch === 'string') throw new Error(batch)
  return batch.chain_hash
}
