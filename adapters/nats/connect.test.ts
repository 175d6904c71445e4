import { chmod, copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { jetstreamManager } from '@nats-io/jetstream'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { OperatingError } from '../../schemas/operating-error.ts'
import { type CheckedConnection, type ConnectOptions, connectNats } from './connect.ts'
import {
  PAPER_INSTALLATION,
  startNatsServer,
  type TestNatsServer,
  type TestNatsServerOptions,
} from './nats-server.test-support.ts'
import type { ServerDoubt } from './server-check.ts'

let shared: TestNatsServer
beforeAll(async () => {
  shared = await startNatsServer({ installation: PAPER_INSTALLATION })
})
afterAll(() => shared.stop())

const undo: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const act of undo.splice(0).reverse()) await act()
})

async function started(options: TestNatsServerOptions): Promise<TestNatsServer> {
  const server = await startNatsServer(options)
  undo.push(() => server.stop())
  return server
}

type Connected = CheckedConnection & { readonly doubts: readonly ServerDoubt[] }

async function connected(server: TestNatsServer, more: Partial<ConnectOptions> = {}): Promise<Connected> {
  const doubts: ServerDoubt[] = []
  const checked = await connectNats({
    url: server.url,
    role: 'trading',
    money: 'paper',
    onDoubt: (doubt) => doubts.push(doubt),
    onViolation: () => undefined,
    ...more,
  })
  undo.push(() => checked.connection.close())
  return { ...checked, doubts }
}

/** What a connection for paper warns about, and what one for real money is refused for. */
async function doubtsAndRefusal(server: TestNatsServer): Promise<unknown> {
  const { doubts } = await connected(server)
  const refused = await connected(server, { money: 'live' }).catch((error: OperatingError) => error)
  return {
    doubts: doubts.map(({ code }) => code),
    live: 'code' in refused ? `${refused.code}: ${refused.what}` : 'connected',
  }
}

test('[N3] a server that syncs before it acknowledges is fit for real money', async () => {
  const { server, doubts } = await connected(shared, {
    money: 'live',
    seed_file: shared.seedFile('trading'),
  })
  expect({ sync: server.sync, doubts }).toEqual({ sync: 'always', doubts: [] })
})

test('[N3] one that syncs now and then is warned about on paper and refused for real money', async () => {
  expect(await doubtsAndRefusal(await started({ sync_interval: '2m' }))).toEqual({
    doubts: ['nats.sync_lazy'],
    live: 'nats.server_unfit: The NATS server acknowledges messages before they are on the disk. Real money is not traded over it.',
  })
})

test('[N3] one that does not tell counts as lazy', async () => {
  const server = await started({
    more_config:
      'system_account: OTHER\naccounts { OTHER {}, OPEN { jetstream: enabled, users: [ { user: anyone, password: anyone } ] } }',
  })
  expect(await doubtsAndRefusal(server)).toEqual({
    doubts: ['nats.sync_unknown'],
    live: 'nats.server_unfit: The NATS server does not tell whether acknowledged messages are on the disk. Real money is not traded over it.',
  })
})

test('[N3] one that takes no whole batch of a journal is warned about, too', async () => {
  const server = await started({ more_config: 'max_payload: 1MB' })
  expect((await connected(server)).doubts.map(({ code }) => code)).toEqual(['nats.payload_small'])
})

test('[N4] another machine is spoken to with TLS only', async () => {
  for (const url of ['nats://10.0.0.1:4222', 'nats://127.0.0.1:4222,nats://bus.example:4222']) {
    await expect(connected(shared, { url })).rejects.toMatchObject({ code: 'nats.tls_required' })
  }
})

test('[N5] a key the server does not know, none, and one that others can read are refused', async () => {
  const other = await started({ installation: PAPER_INSTALLATION })
  const exposed = join(other.directory, 'exposed.nk')
  await copyFile(shared.seedFile('trading'), exposed)
  await chmod(exposed, 0o644)
  const codes = []
  for (const seed_file of [
    other.seedFile('trading'),
    undefined,
    exposed,
    join(other.directory, 'absent.nk'),
  ]) {
    const more = seed_file === undefined ? {} : { seed_file }
    codes.push(await connected(shared, more).catch(({ code }: OperatingError) => code))
  }
  expect(codes).toEqual([
    'nats.not_authorized',
    'nats.not_authorized',
    'nats.seed_exposed',
    'nats.seed_unreadable',
  ])
})

test('[N5] no server is an error that says how to start one', async () => {
  const server = await startNatsServer()
  await server.stop()
  await expect(connected(server)).rejects.toMatchObject({
    code: 'nats.unreachable',
    remedy: 'Start it with orrery nats up.',
  })
})

test('[N5] a violation is told once, and the connection is closed', async () => {
  const told: OperatingError[] = []
  const { connection } = await connected(shared, {
    role: 'strategy-alpha',
    seed_file: shared.seedFile('strategy-alpha'),
    onViolation: (fault) => told.push(fault),
  })
  connection.publish('paper.order.main', 'forged')
  connection.publish('paper.ctl.all', 'forged')
  await connection.closed()
  expect(told.map(({ code, what }) => `${code}: ${what}`)).toEqual([
    'nats.permission_violation: The role strategy-alpha may not publish to paper.order.main, and tried to.',
  ])
})

test('[N5] a server without JetStream is refused', async () => {
  await expect(connected(await started({ more_config: 'jetstream: false' }))).rejects.toMatchObject({
    code: 'nats.no_jetstream',
  })
})

test('[N6] an admin neither deletes nor purges', async () => {
  const { connection } = await connected(shared, { role: 'admin', seed_file: shared.seedFile('admin') })
  const jsm = await jetstreamManager(connection)
  await expect(jsm.streams.purge('PAPER_ORDER')).rejects.toThrow('Permissions Violation')
})
