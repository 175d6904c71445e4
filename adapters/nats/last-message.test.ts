import { jetstream } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { connectNats } from './connect.ts'
import { lastMessage } from './last-message.ts'
import { PAPER_INSTALLATION, startNatsServer, type TestNatsServer } from './nats-server.test-support.ts'
import { strategyRole } from './roles.ts'

let server: TestNatsServer
const connections: NatsConnection[] = []
beforeEach(async () => {
  server = await startNatsServer({ installation: PAPER_INSTALLATION })
})
afterEach(async () => {
  for (const connection of connections.splice(0)) await connection.close()
  await server.stop()
})

async function signedIn(role: string): Promise<NatsConnection> {
  const { connection } = await connectNats({
    url: server.url,
    role,
    seed_file: server.seedFile(role),
    money: 'live',
    onDoubt: () => undefined,
    onViolation: (fault) => {
      throw fault
    },
  })
  connections.push(connection)
  return connection
}

test('[C9] a strategy node finds the last batch of its own journal, and none where it has none', async () => {
  const role = strategyRole('alpha')
  const alpha = await signedIn(role)
  const options = { connection: alpha, stream: 'PAPER_JOURNAL_alpha', consumer: role }
  expect(await lastMessage(options)).toBeUndefined()
  for (let i = 1; i <= 9; i++) {
    const { seq } = await jetstream(alpha).publish('paper.apart.alpha.journal.alpha', `own ${i}`)
    const found = await lastMessage(options)
    expect([found?.seq, found?.string()]).toEqual([seq, `own ${i}`])
  }
})
