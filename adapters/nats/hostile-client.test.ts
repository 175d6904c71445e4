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
  strategy_nodes: [
    ...PAPER_INSTALLATION.strategy_nodes,
    { node: 'beta', strategies: ['other'], accounts: ['second'], journal_bytes_max: 64 * 2 ** 20 },
  ],
}
/** What belongs to others, and what a hostile process would like to write there. */
const TARGETS = [
  'paper.order.main',
  'paper.risk.main',
  'paper.ctl.all',
  'paper.journal.main',
  'paper.journal.alpha',
  'paper.mdseq.main',
  'paper.intent.main.ema',
  'paper.state.main.ema',
  'paper.sig.ema.cross',
  // As another node, for another's strategy, on another's account.
  'paper.apart.beta.journal.beta',
  'paper.apart.beta.mdseq.beta',
  'paper.apart.beta.intent.second.other',
  'paper.apart.alpha.intent.main.other',
  'paper.apart.alpha.intent.second.ema',
  'paper.apart.alpha.state.second.ema',
  'paper.apart.alpha.sig.other.cross',
  'paper.apart.alpha.journal.beta',
  '$KV.orrery_lease_paper.main',
]
const OWN = [
  'paper.apart.alpha.sig.ema.cross',
  'paper.apart.alpha.intent.main.ema',
  'paper.apart.alpha.state.main.ema',
  'paper.apart.alpha.journal.alpha',
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
  for (const { name } of env === undefined ? [] : streamDefinitions(env, INSTALLATION.strategy_nodes))
    counts[name] = (await jsm.streams.info(name)).state.last_seq
  return counts
}

/** Every API subject that changes, reads past or destroys. */
function apiSubjects(): string[] {
  const streams = [
    'PAPER_ORDER',
    'PAPER_JOURNAL',
    'PAPER_JOURNAL_alpha',
    'PAPER_INTENT_alpha',
    'PAPER_INTENT_beta',
    'PAPER_MDSEQ_beta',
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
    // Which subjects it has, and how much was said on each.
    '$JS.API.STREAM.INFO.PAPER_ORDER',
    '$JS.API.STREAM.INFO.PAPER_RISK',
    '$JS.API.STREAM.INFO.PAPER_INTENT_beta',
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
            ...OWN,
            '$JS.API.INFO',
            '$JS.API.STREAM.INFO.PAPER_JOURNAL_alpha',
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
      role === 'feed'
        ? ['PAPER_MD']
        : ['PAPER_INTENT_alpha', 'PAPER_STATE_alpha', 'PAPER_SIG_alpha', 'PAPER_JOURNAL_alpha'],
    )
    expect(await strangers()).toEqual([])
  },
)

/** Messages in a stream that are not of its subjects, and any of a subject of others. */
async function strangers(): Promise<string[]> {
  const { connection } = await raw('trading')
  const found: string[] = []
  for (const stream of ['SIG', 'INTENT', 'STATE', 'JOURNAL'].map((name) => `PAPER_${name}_alpha`)) {
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
  expect(streams).toEqual(['PAPER_SIG_alpha', 'PAPER_INTENT_alpha', 'PAPER_STATE_alpha'])
})

test('[N9] a lease is held by whoever took it, whatever a strategy node asks for', async () => {
  const trading = (await raw('trading')).connection
  const bucket = await new Kvm(trading).open('orrery_lease_paper')
  const revision = await bucket.create('main', 'the trading node')
  const { connection } = await raw('strategy-alpha')
  connection.publish('$KV.orrery_lease_paper.main', FORGED)
  connection.publish('paper.apart.alpha.sig.ema.cross', FORGED, { reply: '$KV.orrery_lease_paper.main' })
  await connection.flush()
  expect(await bucket.update('main', 'the trading node', revision)).toBe(revision + 1)
})

test('[N9] a strategy node hears the orders and denials of its own accounts, whatever is said of others', async () => {
  const trading = jetstream((await raw('trading')).connection)
  for (const account of ['second', 'main', 'second'])
    for (const family of ['order', 'risk']) await trading.publish(`paper.${family}.${account}`, account)
  for (const scope of ['second', 'all', 'other', 'beta', 'ema'])
    await (await jetstreamOf('console')).publish(`paper.ctl.${scope}`, scope)
  const { connection } = await raw('strategy-alpha')
  const js = jetstream(connection)
  const heard: string[] = []
  for (const stream of ['PAPER_ORDER', 'PAPER_RISK', 'PAPER_CTL']) {
    await (await js.jetstreamManager(false)).consumers.reset(stream, 'strategy-alpha', 1)
    const reader = await js.consumers.get(stream, 'strategy-alpha')
    for await (const { subject } of await reader.fetch({ max_messages: 10, expires: 1_000 }))
      heard.push(subject)
  }
  expect(heard).toEqual(['paper.order.main', 'paper.risk.main', 'paper.ctl.all', 'paper.ctl.ema'])
})

test('[N16] a strategy node that says more than it may keep is refused, loudly, and nobody else', async () => {
  const admin = await jetstreamManager((await raw('admin')).connection)
  // As much as fits into a test; `plan` would show it.
  await admin.streams.update('PAPER_INTENT_alpha', { max_bytes: 2 ** 20 })
  const [alpha, beta, trading] = await Promise.all(
    ['strategy-alpha', 'strategy-beta', 'trading'].map(jetstreamOf),
  )
  const floods: readonly [string, number][] = [
    ['paper.apart.alpha.intent.main.ema', 60 * 2 ** 10],
    ['paper.apart.alpha.journal.alpha', 8 * 2 ** 20],
  ]
  const refusals: string[] = []
  for (const [subject, bytes] of floods) {
    const flood = Array.from({ length: 20 }, () => alpha?.publish(subject, new Uint8Array(bytes)))
    const refused = (await Promise.allSettled(flood)).find(({ status }) => status === 'rejected')
    refusals.push(`${subject}: ${refused?.status === 'rejected' && refused.reason.message}`)
  }
  expect(refusals).toEqual(floods.map(([subject]) => `${subject}: maximum bytes exceeded`))
  const stored: (string | undefined)[] = []
  for (const family of ['intent.second.other', 'state.second.other', 'sig.other.cross', 'journal.beta'])
    stored.push((await beta?.publish(`paper.apart.beta.${family}`, 'of beta'))?.stream)
  for (const subject of ['paper.journal.main', 'paper.intent.main.own', 'paper.order.main'])
    stored.push((await trading?.publish(subject, 'of the trading node'))?.stream)
  // It tells its states and signals as before.
  for (const family of ['state.main.ema', 'sig.ema.cross'])
    stored.push((await alpha?.publish(`paper.apart.alpha.${family}`, 'of alpha'))?.stream)
  expect(stored).toEqual([
    ...['INTENT', 'STATE', 'SIG', 'JOURNAL'].map((name) => `PAPER_${name}_beta`),
    ...['JOURNAL', 'INTENT', 'ORDER'].map((name) => `PAPER_${name}`),
    ...['STATE', 'SIG'].map((name) => `PAPER_${name}_alpha`),
  ])
})

async function jetstreamOf(role: string) {
  return jetstream((await raw(role)).connection)
}

test('[N19] a feed’s key takes so many connections, and the trading node finds the door open', async () => {
  for (let at = 0; at < LIMITS.max_connections; at++) await raw('feed')
  await expect(raw('feed', 500)).rejects.toThrow('timeout')
  const trading = (await raw('trading')).connection
  expect((await jetstream(trading).publish('paper.order.main', 'an order event')).stream).toBe('PAPER_ORDER')
  await connections[0]?.close()
  expect((await raw('feed')).connection.isClosed()).toBe(false)
})

test('[N19] a connection of a role apart listens to so many subjects, and no more', async () => {
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
