import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { afterEach, expect, test } from 'vitest'
import { startNatsServer, type TestNatsServer } from './nats-server.test-support.ts'

const servers: TestNatsServer[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop()
})

async function started(): Promise<TestNatsServer> {
  const server = await startNatsServer()
  servers.push(server)
  return server
}

test('a killed server comes back on its port with every message it acknowledged', async () => {
  const server = await started()
  const { port } = server
  const before = await connect({ servers: server.url })
  await (await jetstreamManager(before)).streams.add({ name: 'S', subjects: ['s.>'] })
  for (let i = 0; i < 20; i++) await jetstream(before).publish('s.a', `message ${i}`)
  await before.close()

  await server.kill9()
  await server.restart()

  const after = await connect({ servers: server.url })
  const { state } = await (await jetstreamManager(after)).streams.info('S')
  await after.close()
  expect({ port: server.port, last_seq: state.last_seq }).toEqual({ port, last_seq: 20 })
})

test('a frozen server answers nothing until it is thawed', async () => {
  const server = await started()
  const connection = await connect({ servers: server.url })
  await server.freeze()
  let answered = false
  const flushed = connection.flush().then(() => {
    answered = true
  })
  await connect({ servers: server.url, timeout: 200, reconnect: false }).catch(() => undefined)
  const whileFrozen = answered
  server.thaw()
  await flushed
  await connection.close()
  expect({ whileFrozen, answered }).toEqual({ whileFrozen: false, answered: true })
})
