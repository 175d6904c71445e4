import { jetstreamManager } from '@nats-io/jetstream'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import {
  collect,
  message,
  messageBusConformance,
  PENDING_MAX,
  textOf,
} from '../bus-memory/message-bus-conformance.test-support.ts'
import { JetStreamBus } from './jetstream-bus.ts'
import { PAPER_INSTALLATION, startNatsServer, type TestNatsServer } from './nats-server.test-support.ts'
import { STANDBY_ROLE } from './roles.ts'
import { TcpProxy } from './tcp-proxy.test-support.ts'

const DEADLINE_MS = 3_000

let server: TestNatsServer
const undo: (() => Promise<unknown> | unknown)[] = []

beforeAll(async () => {
  server = await startNatsServer()
})
afterAll(() => server.stop())
afterEach(async () => {
  for (const act of undo.splice(0).reverse()) await act()
})

function connected(url = server.url): Promise<NatsConnection> {
  return connect({
    servers: url,
    reconnectTimeWait: 50,
    maxReconnectAttempts: -1,
    ignoreClusterUpdates: true,
    pingInterval: 500,
  })
}

let places = 0
/** A server whose last stream is deleted removes the account's folder, and may do so under the next one that is made. */
const KEPT = 'KEPT'

/** A bus on a stream that is made anew: of another name, since the folder of a deleted one may be there for a while. */
async function place(url = server.url, deadline_ms = DEADLINE_MS) {
  const connection = await connected(url)
  const { streams } = await jetstreamManager(connection)
  await streams.add({ name: KEPT, subjects: ['kept'] })
  for await (const { config } of streams.list()) if (config.name !== KEPT) await streams.delete(config.name)
  const name = `S${places++}`
  await streams.add({ name, subjects: ['s', 's.>'] })
  const bus = new JetStreamBus({ connection, streamOf: () => name, deadline_ms, pending_max: PENDING_MAX })
  return { bus, connection, remove: () => connection.close() }
}

async function opened(url?: string, deadline_ms?: number) {
  const { bus, connection } = await place(url, deadline_ms)
  const faults: string[] = []
  bus.onFault(({ code, what }) => faults.push(`${code}: ${what}`))
  undo.push(async () => {
    await bus.close()
    await connection.close()
  })
  return { bus, connection, faults }
}

async function proxied(): Promise<TcpProxy> {
  const proxy = await TcpProxy.start(() => server.port)
  undo.push(() => proxy.stop())
  return proxy
}

messageBusConformance('JetStream', place)

test('[B13] a server killed again and again under load loses nothing, and each message comes once, in order', async () => {
  const { bus, faults } = await opened()
  const heard = await collect(bus, ['s.>'], 1_200)
  const load = ['s.a', 's.b', 's.c'].map(async (subject) => {
    for (let i = 0; i < 400; i++) await bus.publish(message(subject, `${i}`))
  })
  for (let kill = 0; kill < 3; kill++) {
    await (await collect(bus, ['s.>'], 30)).all
    await server.kill9()
    await server.restart()
  }
  await Promise.all(load)
  const deliveries = await heard.all
  for (const subject of ['s.a', 's.b', 's.c']) {
    const texts = deliveries.filter((each) => each.subject === subject).map(textOf)
    expect(texts).toEqual(Array.from({ length: 400 }, (_, i) => `${i}`))
  }
  expect(faults).toEqual([])
})

test('[B14] a subscriber hears again within two seconds of a server that was killed and came back', async () => {
  const { bus } = await opened()
  const first = await collect(bus, ['s.a'], 1)
  const second = await collect(bus, ['s.a'], 2)
  await bus.publish(message('s.a', '1'))
  await first.all
  await server.kill9()
  await server.restart()
  const back_ms = performance.now()
  await bus.publish(message('s.a', '2'))
  expect((await second.all).map(textOf)).toEqual(['1', '2'])
  expect(performance.now() - back_ms).toBeLessThan(2_000)
})

test('[B15] a publish ends at its deadline, says that it is unknown, and the same id is stored once', async () => {
  const proxy = await proxied()
  const { bus } = await opened(proxy.url, 400)
  await bus.publish(message('s.a', '1'))
  proxy.silence()
  const begun_ms = performance.now()
  await expect(bus.publish(message('s.a', '2'))).rejects.toMatchObject({
    code: 'bus.deadline',
    what: expect.stringContaining('Whether it is stored is unknown'),
  })
  const took_ms = performance.now() - begun_ms
  proxy.heal()
  const again = new Promise<void>((resolve) => bus.onConnection((isConnected) => isConnected && resolve()))
  await again
  await bus.publish(message('s.a', '2'))
  const heard = await collect(bus, ['s.a'], 2, { at: 'first' })
  expect((await heard.all).map(textOf)).toEqual(['1', '2'])
  expect([took_ms >= 400, took_ms < 800]).toEqual([true, true])
})

test('[B15] a frozen server stops a publish at its deadline, and nothing is lost or doubled once it is back', async () => {
  const { bus } = await opened(undefined, 500)
  const heard = await collect(bus, ['s.a'], 2)
  await server.freeze()
  try {
    await expect(bus.publish(message('s.a', '1'))).rejects.toMatchObject({ code: 'bus.deadline' })
  } finally {
    server.thaw()
  }
  // It was stored when the server woke up, or is now.
  await bus.publish(message('s.a', '1'))
  await bus.publish(message('s.a', '2'))
  expect((await heard.all).map(textOf)).toEqual(['1', '2'])
})

test('[B16] connections cut under load lose nothing, are told, and drop what is sent meanwhile with a count', async () => {
  const proxy = await proxied()
  const { bus } = await opened(proxy.url)
  const told: boolean[] = []
  bus.onConnection((isConnected) => told.push(isConnected))
  const heard = await collect(bus, ['s.>'], 300)
  const load = (async () => {
    for (let i = 0; i < 300; i++) await bus.publish(message('s.a', `${i}`))
  })()
  for (const count of [50, 50, 50]) {
    await (await collect(bus, ['s.>'], count)).all
    proxy.cut()
    await new Promise<void>((resolve) => bus.onConnection((isConnected) => isConnected && resolve()))
  }
  await load
  expect((await heard.all).map(textOf)).toEqual(Array.from({ length: 300 }, (_, i) => `${i}`))
  expect(told.slice(0, 6)).toEqual([false, true, false, true, false, true])
  proxy.cut(true)
  await new Promise<void>((resolve) => bus.onConnection((isConnected) => !isConnected && resolve()))
  bus.send({ subject: 'm.a', payload: new Uint8Array(10) })
  expect(bus.dropped_count).toBe(1)
  proxy.heal()
})

test('[B9] a subscription whose server is away is closed all the same, and the bus with it', async () => {
  const proxy = await proxied()
  const { bus } = await opened(proxy.url)
  const first = await bus.subscribe(['s.a'], { at: 'new' }, () => undefined)
  await bus.subscribe(['s.b'], { at: 'new' }, () => undefined)
  const lost = new Promise<void>((resolve) => bus.onConnection((isConnected) => !isConnected && resolve()))
  proxy.cut(true)
  await lost
  // By the time that is over, the readers wait for the server.
  await expect(bus.publish(message('s.a', 'early'))).rejects.toMatchObject({ code: 'bus.deadline' })
  await first.close()
  await bus.close()
  await expect(bus.publish(message('s.a', 'late'))).rejects.toMatchObject({ code: 'bus.closed' })
})

test('[B17] a permission violation is told once, and the bus takes nothing more', async () => {
  const strict = await startNatsServer({ installation: PAPER_INSTALLATION })
  undo.push(() => strict.stop())
  const { connectNats } = await import('./connect.ts')
  const { connection } = await connectNats({
    url: strict.url,
    role: STANDBY_ROLE,
    seed_file: strict.seedFile(STANDBY_ROLE),
    money: 'paper',
    onDoubt: () => undefined,
    onViolation: () => undefined,
  })
  const bus = new JetStreamBus({
    connection,
    streamOf: () => 'PAPER_CTL',
    deadline_ms: 1_000,
    pending_max: PENDING_MAX,
  })
  undo.push(() => bus.close())
  const faults: string[] = []
  bus.onFault(({ code, what }) => faults.push(`${code}: ${what}`))
  await bus.publish(message('paper.risk.main', 'allowed'))
  // Only the console may say what operators say.
  await expect(bus.publish(message('paper.ctl.all', 'halt'))).rejects.toMatchObject({
    code: expect.stringMatching(/^bus\./),
  })
  expect(faults).toEqual([
    'bus.permission_violation: This node may not publish to paper.ctl.all, and tried to.',
  ])
  await expect(bus.publish(message('paper.risk.main', 'and now'))).rejects.toMatchObject({
    code: 'bus.permission_violation',
  })
})
