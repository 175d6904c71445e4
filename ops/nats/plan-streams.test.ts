import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type JetStreamManager, jetstreamManager, PersistMode } from '@nats-io/jetstream'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import {
  PAPER_INSTALLATION,
  startNatsServer,
  type TestNatsServer,
} from '../../adapters/nats/nats-server.test-support.ts'
import { streamDefinitions } from '../../adapters/nats/streams.ts'
import { parseBusEnvironment } from '../../schemas/subjects.ts'
import { applyInstallation, planInstallation } from './apply-installation.ts'
import { applyChanges, desiredState, planChanges } from './plan-streams.ts'

let server: TestNatsServer
let connection: NatsConnection
let jsm: JetStreamManager
beforeEach(async () => {
  server = await startNatsServer()
  connection = await connect({ servers: server.url })
  jsm = await jetstreamManager(connection)
})
afterEach(async () => {
  await connection.close()
  await server.stop()
})

const desired = desiredState(PAPER_INSTALLATION, '2.15.1', 1)

test('[N10] what is missing is planned, made, and then as it should be', async () => {
  const changes = await planChanges(jsm, desired)
  expect(changes.map(({ name, change }) => `${change} ${name}`)).toEqual([
    ...['MD', 'MDSEQ', 'SIG', 'INTENT', 'STATE', 'ORDER', 'RISK', 'CTL', 'JOURNAL'].map(
      (name) => `create PAPER_${name}`,
    ),
    'create KV_orrery_lease_paper',
    ...['INTENT', 'STATE', 'SIG', 'MDSEQ', 'JOURNAL'].map((name) => `create PAPER_${name}_alpha`),
    ...['MD', 'SIG', 'ORDER', 'RISK', 'CTL', 'JOURNAL_alpha'].map(
      (name) => `create PAPER_${name} strategy-alpha`,
    ),
  ])
  await applyChanges(jsm, desired, changes)
  expect(await planChanges(jsm, desired)).toEqual([])
})

test('[N10] what somebody has changed is shown, ours or not, and put back without a message lost', async () => {
  await applyChanges(jsm, desired, await planChanges(jsm, desired))
  await connection.request('paper.sig.ema.cross', 'kept')
  await jsm.streams.update('PAPER_SIG', { max_age: 3_600_000_000_000, allow_direct: true })
  await jsm.streams.update('PAPER_CTL', { republish: { src: 'paper.ctl.>', dest: 'elsewhere.>' } })
  await jsm.consumers.update('PAPER_ORDER', 'strategy-alpha', { filter_subjects: ['paper.order.other'] })
  // As it was before a reader could hand out several subjects.
  await jsm.consumers.update('PAPER_RISK', 'strategy-alpha', {
    filter_subject: 'paper.risk.>',
    filter_subjects: [],
  })
  const changes = await planChanges(jsm, desired)
  expect(changes).toEqual([
    {
      kind: 'stream',
      name: 'PAPER_SIG',
      change: 'update',
      differences: [
        { field: 'allow_direct', found: true, wanted: false },
        { field: 'max_age', found: 3_600_000_000_000, wanted: 604_800_000_000_000 },
      ],
    },
    {
      kind: 'stream',
      name: 'PAPER_CTL',
      change: 'update',
      differences: [{ field: 'republish', found: { src: 'paper.ctl.>', dest: 'elsewhere.>' } }],
    },
    {
      kind: 'consumer',
      name: 'PAPER_ORDER strategy-alpha',
      change: 'update',
      differences: [{ field: 'filter_subjects', found: ['paper.order.other'], wanted: ['paper.order.main'] }],
    },
    {
      kind: 'consumer',
      name: 'PAPER_RISK strategy-alpha',
      change: 'update',
      differences: [
        { field: 'filter_subject', found: 'paper.risk.>' },
        { field: 'filter_subjects', found: undefined, wanted: ['paper.risk.main'] },
      ],
    },
  ])
  await applyChanges(jsm, desired, changes)
  expect(await planChanges(jsm, desired)).toEqual([])
  expect((await jsm.streams.info('PAPER_SIG')).state.messages).toBe(1)
})

test('[N10] what is for ever is said to be, and nothing is deleted for it', async () => {
  const env = parseBusEnvironment('paper')
  const [order] = (env === undefined ? [] : streamDefinitions(env, [])).filter(
    ({ name }) => name === 'PAPER_ORDER',
  )
  await jsm.streams.add({ ...order, name: 'PAPER_ORDER', storage: 'memory' as never })
  await connection.request('paper.order.main', 'kept')
  const changes = await planChanges(jsm, desired)
  await expect(applyChanges(jsm, desired, changes)).rejects.toMatchObject({
    code: 'nats.change_refused',
    reason: 'mismatch',
    where: 'PAPER_ORDER',
  })
  expect((await jsm.streams.info('PAPER_ORDER')).state.messages).toBe(1)
})

test('[N18] market data is written behind its readers where there is one copy and the server can', () => {
  const modes = (version: string, replicas: number) =>
    desiredState({ ...PAPER_INSTALLATION, strategy_nodes: [] }, version, replicas).streams.flatMap(
      ({ name, persist_mode }) => (persist_mode === undefined ? [] : [`${name} ${persist_mode}`]),
    )
  expect(modes('2.12.0', 1)).toEqual(['PAPER_MD async'])
  expect([modes('2.11.9', 1), modes('2.15.1', 3)]).toEqual([[], []])
})

test('[N18] a stream of before that is synced stays so, with what can be done, and the rest of it is changed', async () => {
  await applyChanges(jsm, desired, await planChanges(jsm, desired))
  await jsm.streams.delete('PAPER_MD')
  const [made] = desired.streams
  await jsm.streams.add({
    ...made,
    name: 'PAPER_MD',
    persist_mode: PersistMode.Default,
    max_age: 3_600_000_000_000,
  })
  const isLeft = {
    field: 'persist_mode',
    found: undefined,
    wanted: 'async',
    remedy: expect.stringContaining('remove the folder PAPER_MD'),
  }
  const changes = await planChanges(jsm, { ...desired, consumers: [] })
  expect(changes.map(({ differences }) => differences)).toEqual([
    [{ field: 'max_age', found: 3_600_000_000_000, wanted: 21_600_000_000_000 }, isLeft],
  ])
  await applyChanges(jsm, desired, changes)
  const left = await planChanges(jsm, { ...desired, consumers: [] })
  expect(left.map(({ differences }) => differences)).toEqual([[isLeft]])
  await applyChanges(jsm, desired, left)
  await server.end()
  await rm(join(server.directory, 'store', 'jetstream', 'OPEN', 'streams', 'PAPER_MD'), { recursive: true })
  await server.restart()
  const there = await connect({ servers: server.url })
  onTestFinished(() => there.close())
  const manager = await jetstreamManager(there)
  await applyChanges(manager, desired, await planChanges(manager, desired))
  expect(await planChanges(manager, desired)).toEqual([])
})

test('[N18] one that is written behind its readers has one copy for ever, and that is said', async () => {
  await applyChanges(jsm, desired, await planChanges(jsm, desired))
  const streams = desiredState(PAPER_INSTALLATION, '2.15.1', 3).streams.filter(
    ({ name }) => name === 'PAPER_MD',
  )
  const changes = await planChanges(jsm, { streams, consumers: [] })
  const remedy = expect.stringContaining('only a new stream can have it')
  expect(changes.map(({ differences }) => differences)).toEqual([
    [
      { field: 'num_replicas', found: 1, wanted: 3, remedy },
      { field: 'persist_mode', found: 'async', remedy },
    ],
  ])
  await applyChanges(jsm, { streams, consumers: [] }, changes)
})

test('[N10] a server whose disk has no room for a stream is said to have none, with what makes room', async () => {
  const store = await mkdtemp(join(tmpdir(), 'orrery-small-'))
  onTestFinished(() => rm(store, { recursive: true, force: true }))
  const small = await startNatsServer({
    more_config: `jetstream { store_dir: ${JSON.stringify(store)}, max_file_store: 64MB }`,
  })
  onTestFinished(() => small.stop())
  const there = await connect({ servers: small.url })
  onTestFinished(() => there.close())
  const manager = await jetstreamManager(there)
  await expect(applyChanges(manager, desired, await planChanges(manager, desired))).rejects.toMatchObject({
    code: 'nats.change_refused',
    remedy: expect.stringContaining('--journal-mib'),
  })
})

test('[N6] order events and journals are never deleted or purged, not even by who may do all', async () => {
  await applyChanges(jsm, desired, await planChanges(jsm, desired))
  for (const [stream, subject] of [
    ['PAPER_ORDER', 'paper.order.main'],
    ['PAPER_JOURNAL', 'paper.journal.main'],
  ] as const) {
    await connection.request(subject, 'for ever')
    await expect(jsm.streams.purge(stream)).rejects.toThrow('purge not permitted')
    await expect(jsm.streams.deleteMessage(stream, 1)).rejects.toThrow('delete not permitted')
    await expect(jsm.streams.update(stream, { deny_purge: false })).rejects.toThrow(
      'can not cancel deny purge',
    )
  }
})

test('[N10] paper and live share no stream', async () => {
  const names = (text: string) => {
    const env = parseBusEnvironment(text)
    return env === undefined
      ? []
      : streamDefinitions(env, PAPER_INSTALLATION.strategy_nodes).map(({ name }) => name)
  }
  expect(new Set([...names('paper'), ...names('live'), ...names('sim.run-1')]).size).toBe(45)
})

test('[N8] strategy nodes need a server that can reset a reader', () => {
  expect(() => desiredState(PAPER_INSTALLATION, '2.12.3', 1)).toThrow(
    'need nats-server 2.14.0; this one is 2.12.3',
  )
  expect(desiredState({ ...PAPER_INSTALLATION, strategy_nodes: [] }, '2.12.3', 1).consumers).toEqual([])
})

test('[N10] with its own permissions the admin plans and applies', async () => {
  const guarded = await startNatsServer({ installation: PAPER_INSTALLATION })
  try {
    const credentials = dirname(guarded.seedFile('admin'))
    const target = { url: guarded.url, credentials, installation: PAPER_INSTALLATION }
    expect((await planInstallation(target)).changes).toEqual([])
    const fewer = { ...PAPER_INSTALLATION, strategy_nodes: [] }
    expect((await applyInstallation({ ...target, installation: fewer })).changes).toEqual([])
  } finally {
    await guarded.stop()
  }
})
