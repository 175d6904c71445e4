import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { must } from '../../schemas/assert.ts'
import { ConnectionState } from './connection-state.ts'
import { JetStreamBus } from './jetstream-bus.ts'
import { PAPER_INSTALLATION, startNatsServer, type TestNatsServer } from './nats-server.test-support.ts'
import { strategyRole, TRADING_ROLE } from './roles.ts'
import { StreamReader } from './stream-reader.ts'
import { streamOf } from './streams.ts'
import { TcpProxy } from './tcp-proxy.test-support.ts'

const ROLE = strategyRole('alpha')
const [ALPHA] = PAPER_INSTALLATION.strategy_nodes
const INSTALLATION = {
  ...PAPER_INSTALLATION,
  strategy_nodes: [{ ...must(ALPHA, 'it has a node apart'), accounts: ['main', 'even', 'odd', 'other'] }],
}

let server: TestNatsServer
const undo: (() => Promise<unknown> | unknown)[] = []
const violations: string[] = []
beforeEach(async () => {
  server = await startNatsServer({ installation: INSTALLATION })
})
afterEach(async () => {
  for (const act of undo.splice(0).reverse()) await act()
  await server.stop()
  expect(violations.splice(0)).toEqual([])
})

async function signedIn(role: string, url = server.url): Promise<NatsConnection> {
  const connection = await server.signIn(role, violations, url)
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

function busOf(connection: NatsConnection, fixed_consumer?: string): JetStreamBus {
  const bus = new JetStreamBus({
    connection,
    streamOf,
    deadline_ms: 5_000,
    pending_max: 16,
    ...(fixed_consumer === undefined ? {} : { fixed_consumer }),
  })
  bus.onFault(({ what }) => violations.push(what))
  undo.push(() => bus.close())
  return bus
}

test('[N8] a strategy node and a trading node speak over the bus with their own keys, through a kill of the server', async () => {
  const trading = busOf(await signedIn(TRADING_ROLE))
  const strategy = busOf(await signedIn(ROLE), ROLE)
  const heard: string[] = []
  const answered = Promise.withResolvers<void>()
  await trading.subscribe(
    ['paper.apart.alpha.intent.*.*'],
    { at: 'first' },
    async ({ subject, message_id, payload }) => {
      const text = `${subject} ${message_id} ${Buffer.from(payload)}`
      await trading.publish({
        subject: 'paper.order.main',
        message_id: `main.1.${message_id}`,
        payload: Buffer.from(text),
      })
    },
  )
  await strategy.subscribe(['paper.order.main'], { at: 'first' }, ({ sequence, payload }) => {
    heard.push(`${sequence} ${Buffer.from(payload)}`)
    if (heard.length === 4) answered.resolve()
  })
  const intend = (n: number) =>
    strategy.publish({
      subject: 'paper.apart.alpha.intent.main.ema',
      message_id: `alpha.1.${n}.0`,
      payload: Buffer.from(`buy ${n}`),
    })
  await intend(1)
  await intend(2)
  await server.kill9()
  const restarted = server.restart()
  await Promise.all([restarted, intend(3), intend(4)])
  await answered.promise
  expect(heard.map((line) => line.replace(/ alpha.*buy/, ''))).toEqual(
    [1, 2, 3, 4].map((n) => `${n} paper.apart.alpha.intent.main.ema ${n}`),
  )
  await expect(strategy.subscribe(['paper.order.other'], { at: 'first' }, () => undefined)).rejects.toThrow(
    'one subscription at a time',
  )
})

test('[B3] [N8] a strategy node’s reader begins behind a sequence, and at the first of a stream that ends before it', async () => {
  await publish(await signedIn(TRADING_ROLE), 1, 5)
  const starts: Record<number, string[]> = {}
  for (const after_sequence of [3, 5, 1_000]) {
    const bus = busOf(await signedIn(ROLE), ROLE)
    const heard: string[] = []
    const { promise: reached, resolve } = Promise.withResolvers<void>()
    const subscription = await bus.subscribe(['paper.order.*'], { after_sequence }, ({ payload }) => {
      if (heard.push(Buffer.from(payload).toString()) === (after_sequence === 3 ? 2 : 5)) resolve()
    })
    if (after_sequence !== 5) await reached
    await subscription.close()
    starts[after_sequence] = heard
  }
  expect(starts).toEqual({ 3: numbers(4, 5), 5: [], 1000: numbers(1, 5) })
})

test('[N8] a reader that the server does not have is told, with what makes it', async () => {
  const manager = await jetstreamManager(await signedIn(TRADING_ROLE))
  await manager.consumers.delete('PAPER_ORDER', ROLE)
  const bus = new JetStreamBus({
    connection: await signedIn(ROLE),
    streamOf,
    deadline_ms: 1_000,
    pending_max: 16,
    fixed_consumer: ROLE,
  })
  const { promise: told, resolve } = Promise.withResolvers<string>()
  bus.onFault(({ code, remedy }) => resolve(`${code}: ${remedy}`))
  await bus.subscribe(['paper.order.*'], { at: 'first' }, () => undefined)
  expect(await told).toMatch(/^nats\.reader_missing: Run orrery nats up --strategy/)
  await bus.close()
})
