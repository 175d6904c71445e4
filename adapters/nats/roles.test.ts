import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { Kvm } from '@nats-io/kv'
import type { NatsConnection } from '@nats-io/transport-node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { OperatingError } from '../../schemas/operating-error.ts'
import { connectNats } from './connect.ts'
import { PAPER_INSTALLATION, startNatsServer, type TestNatsServer } from './nats-server.test-support.ts'
import { rolesOf } from './roles.ts'

let server: TestNatsServer
const connections: NatsConnection[] = []
const faults: OperatingError[] = []
beforeAll(async () => {
  server = await startNatsServer({ installation: PAPER_INSTALLATION })
})
afterAll(async () => {
  for (const connection of connections) await connection.close()
  await server.stop()
})

async function as(role: string): Promise<NatsConnection> {
  const { connection } = await connectNats({
    url: server.url,
    role,
    seed_file: server.seedFile(role),
    money: 'live',
    onDoubt: () => undefined,
    onViolation: (fault) => faults.push(fault),
  })
  connections.push(connection)
  return connection
}

test('[N6] nobody is granted the whole API, and nothing that deletes or purges but a reader of one’s own, and to the admin old epochs of strategy nodes', () => {
  const granted = rolesOf(PAPER_INSTALLATION).flatMap(({ name, publish }) =>
    publish.map((subject) => `${name} ${subject}`),
  )
  const wide = granted.filter((subject) =>
    / \$(JS|SYS)\.(API\.)?(>|\*|(STREAM|CONSUMER|DIRECT)\.>)/.test(subject),
  )
  const destructive = granted.filter((subject) => /PURGE|STREAM\.DELETE|MSG\.DELETE|RESTORE/.test(subject))
  expect({ wide, destructive }).toEqual({
    wide: [],
    destructive: ['admin $JS.API.STREAM.PURGE.PAPER_JOURNAL_alpha'],
  })
})

test('[N6] every role has an inbox of its own and hears no other’s', () => {
  const roles = rolesOf(PAPER_INSTALLATION)
  expect(roles.map(({ subscribe }) => subscribe.filter((subject) => subject.startsWith('_INBOX')))).toEqual(
    roles.map(({ name }) => [`_INBOX_${name}.>`]),
  )
})

test('[N7] an intent of a strategy node is acknowledged by the stream and read by the trading node', async () => {
  const strategy = await as('strategy-alpha')
  const trading = await as('trading')
  const ack = await jetstream(strategy).publish('paper.apart.alpha.intent.main.ema', 'buy', {
    msgID: 'alpha.1.1.0',
  })
  const reader = await jetstream(trading).consumers.get('PAPER_INTENT_alpha', {
    filter_subjects: ['paper.apart.alpha.intent.>'],
  })
  const message = await reader.next({ expires: 2_000 })
  expect([ack.stream, ack.seq, message?.subject, message?.string()]).toEqual([
    'PAPER_INTENT_alpha',
    1,
    'paper.apart.alpha.intent.main.ema',
    'buy',
  ])
})

test('[N8] a strategy node reads a stream through the reader made for it, from any sequence on', async () => {
  const trading = await as('trading')
  const strategy = await as('strategy-alpha')
  for (const text of ['first', 'second', 'third']) {
    await jetstream(trading).publish('paper.order.main', text)
  }
  const readFrom = async (sequence: number): Promise<[number, string][]> => {
    await (await jetstreamManager(strategy)).consumers.reset('PAPER_ORDER', 'strategy-alpha', sequence)
    const reader = await jetstream(strategy).consumers.get('PAPER_ORDER', 'strategy-alpha')
    const messages = await reader.consume({ expires: 2_000, idle_heartbeat: 500 })
    const read: [number, string][] = []
    for await (const message of messages) {
      read.push([message.seq, message.string()])
      if (message.seq === 3) break
    }
    await messages.close()
    return read
  }
  expect([await readFrom(2), await readFrom(1)]).toEqual([
    [
      [2, 'second'],
      [3, 'third'],
    ],
    [
      [1, 'first'],
      [2, 'second'],
      [3, 'third'],
    ],
  ])
})

test('[N7] market data of a feed reaches nodes of every account once, and is stored', async () => {
  const [feed, trading, strategy] = [await as('feed'), await as('trading'), await as('strategy-alpha')]
  const heard: string[] = []
  const listen = (name: string, connection: NatsConnection): void => {
    connection.subscribe('paper.md.>', {
      callback: (_, message) => {
        heard.push(`${name}: ${message.string()}`)
      },
    })
  }
  listen('trading', trading)
  listen('strategy', strategy)
  await Promise.all([trading.flush(), strategy.flush()])
  feed.publish('paper.md.quote.sim.EURUSD', 'from the feed')
  await feed.flush()
  trading.publish('paper.md.quote.sim.EURUSD', 'from the node')
  await trading.flush()
  await strategy.flush()
  const stored = await jetstream(trading).consumers.get('PAPER_MD', { filter_subjects: ['paper.md.>'] })
  const sequences = [await stored.next({ expires: 2_000 }), await stored.next({ expires: 2_000 })]
  expect({ heard: heard.sort(), stored: sequences.map((message) => message?.string()) }).toEqual({
    heard: [
      'strategy: from the feed',
      'strategy: from the node',
      'trading: from the feed',
      'trading: from the node',
    ],
    stored: ['from the feed', 'from the node'],
  })
})

test('[N7] the trading node and its standby write leases, one of them at a time', async () => {
  const [trading, standby] = [await as('trading'), await as('standby')]
  const held = await new Kvm(trading).open('orrery_lease_paper')
  const wanted = await new Kvm(standby).open('orrery_lease_paper')
  const revision = await held.create('main', 'main 1')
  await expect(wanted.create('main', 'standby 1')).rejects.toThrow('wrong last sequence')
  const renewed = await held.update('main', 'main 1', revision)
  expect([renewed, (await wanted.get('main'))?.string()]).toEqual([2, 'main 1'])
})

test('[N7] nothing of all this was beyond what the roles may do', () => {
  expect(faults).toEqual([])
})
