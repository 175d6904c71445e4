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

const IN_FLIGHT = 100
const ACKNOWLEDGED_MIN = 1_000

test('[N12] a server killed under load comes back on its port with every message it acknowledged', async () => {
  const server = await started()
  const { port } = server
  const before = await connect({ servers: server.url, reconnect: false })
  await (await jetstreamManager(before)).streams.add({ name: 'S', subjects: ['s.>'] })
  const js = jetstream(before)
  const acknowledged: number[] = []
  const enough = Promise.withResolvers<void>()
  let isUp = true
  let next = 0
  const publish = async (): Promise<void> => {
    while (isUp) {
      try {
        const { seq } = await js.publish('s.a', String(next++))
        if (acknowledged.push(seq) === ACKNOWLEDGED_MIN) enough.resolve()
      } catch (error) {
        if (isUp) throw error
      }
    }
  }
  const publishers = Array.from({ length: IN_FLIGHT }, publish)
  await enough.promise
  const killed = server.kill9()
  isUp = false
  await killed
  await Promise.all(publishers)
  await before.closed()

  await server.restart()
  const after = await connect({ servers: server.url })
  const { state } = await (await jetstreamManager(after)).streams.info('S', { deleted_details: true })
  await after.close()
  const lost = acknowledged.filter((seq) => seq > state.last_seq)
  expect({ port: server.port, lost, deleted: state.num_deleted ?? 0 }).toEqual({ port, lost: [], deleted: 0 })
})

test('[N12] a frozen server answers nothing until it is thawed', async () => {
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
