import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { NatsConnection } from '@nats-io/transport-node'
import { afterEach, expect, test } from 'vitest'
import { type Journal, type JournalWriter, RECORD_KIND } from '../../engine/journal-port.ts'
import { BUS_SUBJECT, type BusEnvironment } from '../../schemas/subjects.ts'
import { openFileJournal } from '../journal-file/file-journal.ts'
import { acquireLease, awaitLease, type LeaseOptions } from './acquire-lease.ts'
import { type JournalCopy, openJournalCopy } from './journal-copy.ts'
import { followJournal } from './journal-follower.ts'
import { PAPER_INSTALLATION, startNatsServer, type TestNatsServer } from './nats-server.test-support.ts'
import { STANDBY_ROLE, TRADING_ROLE } from './roles.ts'
import { leaseBucket, streamName } from './streams.ts'
import { TcpProxy } from './tcp-proxy.test-support.ts'

const ENV = 'paper' as BusEnvironment
const PLACE = { stream: streamName(ENV, 'journal'), subject: BUS_SUBJECT.journal(ENV, 'main') }

const undo: (() => Promise<unknown> | unknown)[] = []
afterEach(async () => {
  for (const act of undo.splice(0).reverse()) await act()
})

const violations: string[] = []

async function signedIn(server: TestNatsServer, role: string, url = server.url): Promise<NatsConnection> {
  const connection = await server.signIn(role, violations, url)
  undo.push(() => connection.close())
  return connection
}

async function folder(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'orrery-takeover-'))
  undo.push(() => rm(directory, { recursive: true, force: true }))
  return directory
}

function claim(connection: NatsConnection, node: string): LeaseOptions {
  return {
    connection,
    bucket: leaseBucket(ENV),
    accounts: ['main'],
    claim: { node, session: 'main', epoch: 1, holder: 'host, pid 1' },
    margin_ms: 500,
    onLost: () => undefined,
  }
}

type Opened = { readonly journal: Journal; readonly copy: JournalCopy; readonly writer: JournalWriter }

async function opened(connection: NatsConnection, directory: string): Promise<Opened> {
  const journal = await openFileJournal({ directory })
  const { epochs } = journal
  const copy = await openJournalCopy({
    connection,
    ...PLACE,
    directory,
    epochs,
    isHeld: () => true,
    onBehind: () => undefined,
  })
  const epoch = (epochs.at(-1)?.epoch ?? 0) + 1
  const header = Buffer.from('header')
  const writer = copy.follow(await journal.openEpoch({ epoch, header, base: Buffer.from('base') }))
  undo.push(async () => {
    await journal.close().catch(() => undefined)
    await copy.close()
  })
  return { journal, copy, writer }
}

async function append(writer: JournalWriter, text: string): Promise<number> {
  const lsn = writer.append(RECORD_KIND.input, Buffer.from(text))
  await writer.commit()
  return lsn
}

test('[S3] a standby, within the rights of its role, trades soon after the node was cut off, with all it had released', async () => {
  const server = await startNatsServer({ installation: PAPER_INSTALLATION })
  undo.push(() => server.stop())
  const proxy = await TcpProxy.start(() => server.port)
  undo.push(() => proxy.stop())
  const trading = await signedIn(server, TRADING_ROLE, proxy.url)
  const old = await acquireLease(claim(trading, 'main'))
  undo.push(() => old.release())
  const node = await opened(trading, await folder())
  for (let i = 0; i < 20; i++) await append(node.writer, `record ${i}`)

  const standby = await signedIn(server, STANDBY_ROLE)
  const directory = await folder()
  const follower = await followJournal({
    connection: standby,
    ...PLACE,
    directory,
    onFailure: () => undefined,
  })
  const standing = awaitLease(claim(standby, 'standby'), new AbortController().signal)
  const before = await append(node.writer, 'the last released')
  const { released_lsn } = node.writer
  proxy.silence()
  const cut_ms = performance.now()
  await append(node.writer, 'never copied')

  const lease = await standing
  undo.push(() => lease.release())
  const taken_ms = performance.now() - cut_ms
  const end = await follower.catchUp()
  await follower.close()
  const next = await opened(standby, directory)
  await append(next.writer, 'the standby trades')
  const trades_ms = performance.now() - cut_ms

  expect([before, released_lsn, end?.last_lsn, next.writer.epoch]).toEqual([20, 20, 20, 2])
  expect([old.permit() === '', lease.permit(), next.writer.released_lsn]).toEqual([false, '', 0])
  expect(taken_ms).toBeLessThan(2_500)
  expect(trades_ms).toBeLessThan(3_500)

  // The node comes back to a network, and is told.
  const fenced = new Promise<unknown>((resolve) => node.writer.onFailure(resolve))
  proxy.heal()
  expect(await fenced).toMatchObject({ code: 'journal.fenced' })
  expect(violations).toEqual([])
})
