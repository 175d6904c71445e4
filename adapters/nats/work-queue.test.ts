import { AckPolicy, jetstream, jetstreamManager, RetentionPolicy } from '@nats-io/jetstream'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { ConnectionState } from './connection-state.ts'
import { startNatsServer, type TestNatsServer } from './nats-server.test-support.ts'
import { TcpProxy } from './tcp-proxy.test-support.ts'
import { WorkQueue } from './work-queue.ts'

let server: TestNatsServer
let direct: NatsConnection
let count = 0
beforeAll(async () => {
  server = await startNatsServer()
  direct = await connected(server.url)
})
afterAll(async () => {
  await direct.close()
  await server.stop()
})

test('[N13] messages come in order and go once done with; one whose handler failed is the first to come again', async () => {
  const stream = await filled(5)
  const first = reading(stream, direct, (text) => {
    if (text === '3') throw new Error('no room')
  })
  await expect(first.queue.run()).rejects.toThrow('no room')
  await published(stream, 6)
  const second = reading(stream, direct)
  const running = second.queue.run()
  await second.queue.emptied()
  second.queue.close()
  await running
  expect([first.taken, second.taken, await left(stream)]).toEqual([['1', '2', '3'], ['3', '4', '5', '6'], 0])
})

test('[N13] what a reader that died had in its hands comes before what it had not seen', async () => {
  const stream = await filled(3)
  const manager = await jetstreamManager(direct)
  await manager.consumers.add(stream, { durable_name: 'reader', ack_policy: AckPolicy.Explicit })
  const dead = await jetstream(direct).consumers.get(stream, 'reader')
  expect((await dead.next())?.string()).toBe('1')
  const { queue, taken } = reading(stream, direct)
  const running = queue.run()
  await queue.emptied()
  queue.close()
  await running
  expect(taken).toEqual(['1', '2', '3'])
})

test('[N13] over connections that are cut while it reads, the order stays and nothing is left out', async () => {
  const stream = await filled(100)
  const proxy = await TcpProxy.start(() => server.port)
  onTestFinished(() => proxy.stop())
  const connection = await connected(proxy.url)
  onTestFinished(() => connection.close())
  const { queue, taken } = reading(stream, connection, (text) => {
    if (Number(text) % 30 === 7 && taken.filter((one) => one === text).length === 1) proxy.cut()
  })
  const running = queue.run()
  await queue.emptied()
  queue.close()
  await running
  // One may come twice, where only its acknowledgement was lost; it never comes late.
  const once = taken.filter((text, index) => text !== taken[index - 1])
  expect(once).toEqual(Array.from({ length: 100 }, (_, index) => String(index + 1)))
  expect(await left(stream)).toBe(0)
})

function reading(stream: string, connection: NatsConnection, look = (_: string): void => undefined) {
  const taken: string[] = []
  const queue = new WorkQueue({
    connection,
    state: new ConnectionState(connection),
    stream,
    reader: 'reader',
    onMessage: async ({ data }) => {
      const text = new TextDecoder().decode(data)
      taken.push(text)
      look(text)
    },
  })
  return { queue, taken }
}

async function filled(messages: number): Promise<string> {
  const name = `QUEUE${++count}`
  const manager = await jetstreamManager(direct)
  await manager.streams.add({ name, subjects: [`queue.${name}`], retention: RetentionPolicy.Workqueue })
  for (let i = 1; i <= messages; i++) await published(name, i)
  return name
}

async function published(stream: string, number: number): Promise<void> {
  await jetstream(direct).publish(`queue.${stream}`, String(number))
}

async function left(stream: string): Promise<number> {
  return (await (await jetstreamManager(direct)).streams.info(stream)).state.messages
}

function connected(url: string): Promise<NatsConnection> {
  return connect({
    servers: url,
    reconnectTimeWait: 20,
    maxReconnectAttempts: -1,
    ignoreClusterUpdates: true,
  })
}
