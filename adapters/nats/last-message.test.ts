import { jetstream } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { connectNats } from './connect.ts'
import { lastMessage } from './last-message.ts'
import { PAPER_INSTALLATION, startNatsServer, type TestNatsServer } from './nats-server.test-support.ts'
import { strategyRole, TRADING_ROLE } from './roles.ts'

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

test('[C9] a strategy node finds the last batch of its own journal among those of others, and none where it has none', async () => {
  const role = strategyRole('alpha')
  const alpha = await signedIn(role)
  const options = { connection: alpha, stream: 'PAPER_JOURNAL', consumer: role }
  const trading = jetstream(await signedIn(TRADING_ROLE))
  expect(await lastMessage(options)).toBeUndefined()
  for (const text of ['a', 'b']) await trading.publish('paper.journal.main', text)
  expect(await lastMessage(options)).toBeUndefined()
  for (let i = 1; i <= 9; i++) {
    const { seq } = await jetstream(alpha).publish('paper.journal.alpha', `own ${i}`)
    for (let other = 0; other < i % 4; other++) await trading.publish('paper.journal.main', 'other')
    const found = await lastMessage(options)
    expect([found?.seq, found?.string()]).toEqual([seq, `own ${i}`])
  }
})
