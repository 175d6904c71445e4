// A process that has got hold of a key does not use our client politely: it publishes, subscribes and asks with raw
// subjects, and names reply subjects that are not its own.

import { readFile } from 'node:fs/promises'
import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { Kvm } from '@nats-io/kv'
import {
  connect,
  type NatsConnection,
  nkeyAuthenticator,
  PermissionViolationError,
} from '@nats-io/transport-node'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { LIMITS } from '../../ops/nats/account-config.ts'
import { parseBusEnvironment } from '../../schemas/subjects.ts'
import { PAPER_INSTALLATION, startNatsServer, type TestNatsServer } from './nats-server.test-support.ts'
import { inboxPrefix } from './roles.ts'
import { streamDefinitions } from './streams.ts'

const INSTALLATION = {
  ...PAPER_INSTALLATION,
  strategy_nodes: [...PAPER_INSTALLATION.strategy_nodes, { node: 'beta', strategies: ['other'] }],
}
/** What belongs to others, and what a hostile process would like to write there. */
const TARGETS = [
  'paper.order.main',
  'paper.risk.main',
  'paper.ctl.all',
  'paper.journal.main',
  'paper.journal.beta',
  'paper.mdseq.main',
  'paper.intent.main.other',
  'paper.state.main.other',
  'paper.sig.other.cross',
  '$KV.orrery_lease_paper.main',
]
const FORGED = 'FORGED'

let server: TestNatsServer
const connections: NatsConnection[] = []
beforeEach(async () => {
  server = await startNatsServer({ installation: INSTALLATION })
})
afterEach(async () => {
  for (const connection of connections.splice(0)) await connection.close()
  await server.stop()
})

type Raw = {
  readonly connection: NatsConnection
  /** Resolves when so many tries have been refused. */
  refused(count: number): Promise<readonly string[]>
}

async function raw(role: string, timeout = 20_000): Promise<Raw> {
  const seed = new TextEncoder().encode((await readFile(server.seedFile(role), 'utf8')).trim())
  const connection = await connect({
    servers: server.url,
    authenticator: nkeyAuthenticator(seed),
    inboxPrefix: inboxPrefix(role),
    timeout,
  })
  connections.push(connection)
  const seen: string[] = []
  let onRefused = (): void => undefined
  const read = async (): Promise<void> => {
    for await (const status of connection.status()) {
      if (status.type !== 'error' || !(status.error instanceof PermissionViolationError)) continue
      seen.push(`${status.error.operation} ${status.error.subject}`)
      onRefused()
    }
  }
  void read()
  const refused = async (count: number): Promise<readonly string[]> => {
    while (seen.length < count) await new Promise<void>((resolve) => (onRefused = resolve))
    return seen
  }
  return { connection, refused }
}

/** How many messages each stream has taken. Asked by the admin, after everything said before was worked off. */
async function taken(): Promise<Record<string, number>> {
  const { connection } = await raw('admin')
  const jsm = await jetstreamManager(connection)
  const counts: Record<string, number> = {}
  const env = parseBusEnvironment('paper')
  for (const { name } of env === undefined ? [] : streamDefinitions(env))
    counts[name] = (await jsm.streams.info(name)).state.last_seq
  return counts
}

/** Every API subject that changes, reads past or destroys. */
function apiSubjects(): string[] {
  const streams = [
    'PAPER_ORDER',
    'PAPER_JOURNAL',
    'PAPER_INTENT',
    'PAPER_STATE',
    'PAPER_SIG',
    'PAPER_RISK',
    'PAPER_CTL',
    'KV_orrery_lease_paper',
  ]
  return [
    ...streams.flatMap((stream) => [
      ...[
        'CREATE',
        'UPDATE',
        'DELETE',
        'PURGE',
        'SNAPSHOT',
        'RESTORE',
        'MSG.DELETE',
        'MSG.GET',
        'LEADER.STEPDOWN',
      ].map((verb) => `$JS.API.STREAM.${verb}.${stream}`),
      `$JS.API.DIRECT.GET.${stream}`,
      `$JS.API.DIRECT.GET.${stream}.paper.journal.main`,
      `$JS.API.CONSUMER.CREATE.${stream}`,
      `$JS.API.CONSUMER.CREATE.${stream}.evil`,
      `$JS.API.CONSUMER.CREATE.${stream}.evil.paper.>`,
      `$JS.API.CONSUMER.DURABLE.CREATE.${stream}.evil`,
      `$JS.API.CONSUMER.DELETE.${stream}.strategy-alpha`,
      `$JS.API.CONSUMER.DELETE.${stream}.strategy-beta`,
      `$JS.API.CONSUMER.RESET.${stream}.strategy-beta`,
      `$JS.API.CONSUMER.MSG.NEXT.${stream}.strategy-beta`,
      `$JS.API.CONSUMER.PAUSE.${stream}.strategy-beta`,
      `$JS.ACK.${stream}.strategy-beta.1.1.1.1.0`,
    ]),
    '$JS.API.STREAM.CREATE.EVIL',
    '$JS.API.STREAM.NAMES',
    '$JS.API.STREAM.LIST',
    '$JS.API.ACCOUNT.PURGE.ORRERY',
    '$JS.API.SERVER.REMOVE',
    '$SYS.REQ.SERVER.PING.CONNZ',
    '$SYS.REQ.SERVER.ABC.RELOAD',
    '$SYS.REQ.CLAIMS.UPDATE',
  ]
}

test('[N9] with a strategy node’s key nothing but its own is published, and every try is reported', async () => {
  const before = await taken()
  const { connection, refused } = await raw('strategy-alpha')
  const tried = [...TARGETS, 'paper.md.quote.sim.EURUSD', 'live.order.main', ...apiSubjects()]
  for (const subject of tried) connection.publish(subject, FORGED)
  await connection.flush()
  expect(await refused(tried.length)).toEqual(tried.map((subject) => `publish ${subject}`))
  expect(await taken()).toEqual(before)
})

test('[N9] with a strategy node’s key nothing of others is heard, and every try is reported', async () => {
  const { connection, refused } = await raw('strategy-alpha')
  const subjects = ['>', 'paper.>', ...TARGETS, '_INBOX_trading.>', '_INBOX.>', '$JS.>', '$KV.>', '$SYS.>']
  const heard: string[] = []
  for (const subject of subjects) {
    connection.subscribe(subject, {
      callback: (error, message) => {
        if (error === null) heard.push(message.subject)
      },
    })
  }
  await connection.flush()
  const trading = (await raw('trading')).connection
  await jetstream(trading).publish('paper.order.main', 'an order event')
  await trading.flush()
  await connection.flush()
  expect({ refused: await refused(subjects.length), heard }).toEqual({
    refused: subjects.map((subject) => `subscription ${subject}`),
    heard: [],
  })
})

test.each(['strategy-alpha', 'feed'])(
  '[N9] answers to %s reach no subject it names that is not its own',
  async (role) => {
    const { connection } = await raw(role)
    const own =
      role === 'feed'
        ? ['paper.md.quote.sim.EURUSD', '$SYS.REQ.SERVER.PING.VARZ']
        : [
            'paper.sig.ema.cross',
            'paper.intent.main.ema',
            'paper.state.main.ema',
            'paper.journal.alpha',
            '$JS.API.INFO',
            '$JS.API.STREAM.INFO.PAPER_ORDER',
            '$JS.API.CONSUMER.INFO.PAPER_SIG.strategy-alpha',
            '$SYS.REQ.SERVER.PING.VARZ',
          ]
    const before = await taken()
    for (const reply of TARGETS) for (const subject of own) connection.publish(subject, FORGED, { reply })
    for (const reply of role === 'feed' ? [] : TARGETS) {
      const [reset, next] = ['RESET', 'MSG.NEXT'].map(
        (verb) => `$JS.API.CONSUMER.${verb}.PAPER_SIG.strategy-alpha`,
      )
      connection.publish(reset ?? '', JSON.stringify({ seq: 1 }), { reply })
      connection.publish(next ?? '', JSON.stringify({ batch: 5, no_wait: true }), { reply })
    }
    await connection.flush()
    const after = await taken()
    const spoken = Object.keys(after).filter((stream) => after[stream] !== before[stream])
    expect(spoken).toEqual(
      role === 'feed' ? ['PAPER_MD'] : ['PAPER_SIG', 'PAPER_INTENT', 'PAPER_STATE', 'PAPER_JOURNAL'],
    )
    expect(await strangers()).toEqual([])
  },
)

const OWN = ['paper.sig.ema.cross', 'paper.intent.main.ema', 'paper.state.main.ema', 'paper.journal.alpha']

/** Messages in a stream that are not of its subjects, and any of a subject of others. */
async function strangers(): Promise<string[]> {
  const { connection } = await raw('trading')
  const found: string[] = []
  for (const stream of ['PAPER_SIG', 'PAPER_INTENT', 'PAPER_STATE', 'PAPER_JOURNAL']) {
    const reader = await jetstream(connection).consumers.get(stream)
    const { num_pending } = await reader.info()
    if (num_pending === 0) continue
    const messages = await reader.fetch({ max_messages: num_pending, expires: 5_000 })
    for await (const { subject } of messages) {
      const isOwn = OWN.includes(subject)
      if (!isOwn) found.push(`${stream}: ${subject}`)
    }
  }
  return found
}

test('[N9] what a strategy node asks, tells and signals is stored, and answered to it alone', async () => {
  const { connection } = await raw('strategy-alpha')
  const streams: string[] = []
  for (const subject of OWN.slice(0, 3))
    streams.push((await jetstream(connection).publish(subject, 'own')).stream)
  expect(streams).toEqual(['PAPER_SIG', 'PAPER_INTENT', 'PAPER_STATE'])
})

test('[N9] a lease is held by whoever took it, whatever a strategy node asks for', async () => {
  const trading = (await raw('trading')).connection
  const bucket = await new Kvm(trading).open('orrery_lease_paper')
  const revision = await bucket.create('main', 'the trading node')
  const { connection } = await raw('strategy-alpha')
  connection.publish('$KV.orrery_lease_paper.main', FORGED)
  connection.publish('paper.sig.ema.cross', FORGED, { reply: '$KV.orrery_lease_paper.main' })
  await connection.flush()
  expect(await bucket.update('main', 'the trading node', revision)).toBe(revision + 1)
})

test('[N14] a feed’s key takes so many connections, and the trading node finds the door open', async () => {
  for (let at = 0; at < LIMITS.max_connections; at++) await raw('feed')
  await expect(raw('feed', 500)).rejects.toThrow('timeout')
  const trading = (await raw('trading')).connection
  expect((await jetstream(trading).publish('paper.order.main', 'an order event')).stream).toBe('PAPER_ORDER')
  await connections[0]?.close()
  expect((await raw('feed')).connection.isClosed()).toBe(false)
})

test('[N14] a connection of a role apart listens to so many subjects, and no more', async () => {
  const { connection } = await raw('feed')
  const told = Promise.withResolvers<string>()
  const watch = async (): Promise<void> => {
    for await (const status of connection.status())
      if (status.type === 'error') told.resolve(status.error.message)
  }
  void watch()
  for (let at = 0; at <= LIMITS.max_subscriptions; at++) connection.subscribe(`${inboxPrefix('feed')}.${at}`)
  expect(await told.promise).toMatch(/maximum subscriptions exceeded/i)
})
