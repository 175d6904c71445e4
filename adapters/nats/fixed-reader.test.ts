import { jetstream } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { connectNats } from './connect.ts'
import { ConnectionState } from './connection-state.ts'
import { PAPER_INSTALLATION, startNatsServer, type TestNatsServer } from './nats-server.test-support.ts'
import { strategyRole, TRADING_ROLE } from './roles.ts'
import { StreamReader } from './stream-reader.ts'
import { TcpProxy } from './tcp-proxy.test-support.ts'

const ROLE = strategyRole('alpha')

let server: TestNatsServer
const undo: (() => Promise<unknown> | unknown)[] = []
const violations: string[] = []
beforeEach(async () => {
  server = await startNatsServer({ installation: PAPER_INSTALLATION })
})
afterEach(async () => {
  for (const act of undo.splice(0).reverse()) await act()
  await server.stop()
  expect(violations.splice(0)).toEqual([])
})

async function signedIn(role: string, url = server.url): Promise<NatsConnection> {
  const { connection } = await connectNats({
    url,
    role,
    seed_file: server.seedFile(role),
    money: 'live',
    onDoubt: ({ what }) => violations.push(what),
    onViolation: ({ what }) => violations.push(what),
  })
  undo.push(() => connection.close())
  return connection
}

type Reading = {
  readonly read: string[]
  /** Resolves when so many have been read. */
  readonly reached: (count: number) => Promise<void>
}

function reading(connection: NatsConnection, after_sequence: number, subjects = ['paper.order.>']): Reading {
  const read: string[] = []
  let onRead = (): void => undefined
  const reader = new StreamReader({
    connection,
    state: new ConnectionState(connection),
    stream: 'PAPER_ORDER',
    subjects,
    fixed_consumer: ROLE,
    after_sequence,
    pending_max: 16,
    onMessage: (message) => {
      read.push(message.string())
      onRead()
    },
    onFailure: (error) => violations.push(String(error)),
  })
  undo.push(() => reader.close())
  const reached = async (count: number): Promise<void> => {
    while (read.length < count)
      await new Promise<void>((resolve) => {
        onRead = resolve
      })
  }
  return { read, reached }
}

/** Publishes `from` to `to`, each known to be stored. */
async function publish(connection: NatsConnection, from: number, to: number): Promise<void> {
  for (let i = from; i <= to; i++) {
    const subject = `paper.order.${i % 2 === 0 ? 'even' : 'odd'}`
    await jetstream(connection).publish(subject, String(i), { msgID: String(i), retries: 50, timeout: 500 })
  }
}

const numbers = (from: number, to: number, step = 1): string[] =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => String(from + i * step))

test('[N8] a strategy node’s reader starts anywhere, goes on with what comes, and keeps to its subjects', async () => {
  const trading = await signedIn(TRADING_ROLE)
  await publish(trading, 1, 20)
  const { read, reached } = reading(await signedIn(ROLE), 4, ['paper.order.even'])
  await reached(8)
  await publish(trading, 21, 24)
  await reached(10)
  expect(read).toEqual(numbers(6, 24, 2))
})

test('[N8] a server killed and back costs it nothing, and within 2 s it goes on', async () => {
  const trading = await signedIn(TRADING_ROLE)
  const { read, reached } = reading(await signedIn(ROLE), 0)
  await publish(trading, 1, 50)
  await reached(50)
  await server.kill9()
  await server.restart()
  await publish(trading, 51, 60)
  const back_ms = performance.now()
  await reached(60)
  expect(read).toEqual(numbers(1, 60))
  expect(performance.now() - back_ms).toBeLessThan(2_000)
})

test('[N8] what the server handed to a connection that heard nothing any more comes again, the last of it too', async () => {
  const proxy = await TcpProxy.start(() => server.port)
  undo.push(() => proxy.stop())
  const trading = await signedIn(TRADING_ROLE)
  const { read, reached } = reading(await signedIn(ROLE, proxy.url), 0)
  await publish(trading, 1, 10)
  await reached(10)
  proxy.silence()
  await publish(trading, 11, 20)
  proxy.heal()
  await reached(20)
  expect(read).toEqual(numbers(1, 20))
})

test('[N8] a message the server handed to a request made before comes again, though none follows it', async () => {
  const trading = await signedIn(TRADING_ROLE)
  const connection = await signedIn(ROLE)
  const { read, reached } = reading(connection, 0)
  await publish(trading, 1, 1)
  await reached(1)
  const earlier = Promise.withResolvers<string>()
  connection.subscribe(`_INBOX_${ROLE}.earlier`, {
    callback: (_, message) => {
      if (message.string() !== '') earlier.resolve(message.string())
    },
  })
  const request = JSON.stringify({ batch: 1, expires: 1_500_000_000 })
  connection.publish(`$JS.API.CONSUMER.MSG.NEXT.PAPER_ORDER.${ROLE}`, request, {
    reply: `_INBOX_${ROLE}.earlier`,
  })
  await connection.flush()
  await publish(trading, 2, 3)
  const taken = await earlier.promise
  await reached(3)
  expect({ read, taken: numbers(2, 3).includes(taken) }).toEqual({ read: numbers(1, 3), taken: true })
})
