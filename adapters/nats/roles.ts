// Who may do what on the bus. Each role has a key and an inbox of its own and is told every subject it may use; nobody is
// granted `$JS.>`. A permission names what a client publishes, not where the server sends its answers: with a reply
// subject of its choice a client has an answer of the server, or a message it wrote itself, put wherever it likes (tried
// on 2.15.1: both were stored in a stream it could not publish to). Therefore whoever is not trusted lives in an account
// of its own and reaches the core through services, whose answers only find the way back.

import { assert } from '../../schemas/assert.ts'
import {
  ANY,
  apartEnvironment,
  BUS_SUBJECT,
  type BusEnvironment,
  type BusFamily,
  parseBusEnvironment,
} from '../../schemas/subjects.ts'
import { leaseBucket, leaseStreamName, streamDefinitions, streamName } from './streams.ts'

/** Asks every server of the system account how it is set, `sync_interval` among it. */
export const SERVER_SETTINGS_SUBJECT = '$SYS.REQ.SERVER.PING.VARZ'

/** The nodes of one environment on one server. */
export type Installation = {
  readonly env: string
  /** Name of the trading node and its standby, or `*`: any but those of strategy nodes. A journal is its node's. */
  readonly trading_node: string
  readonly strategy_nodes: readonly StrategyNode[]
}

export type StrategyNode = {
  readonly node: string
  /** Ids of the strategies it hosts; it can speak for no other. */
  readonly strategies: readonly string[]
  /** Accounts they trade on; it asks for orders on no other and hears of no other. */
  readonly accounts: readonly string[]
  /** What the copy of its journal may take. */
  readonly journal_bytes_max: number
}

export type Role = {
  readonly name: string
  /** The core, where the streams are, or an account of its own. */
  readonly account: 'core' | 'own'
  readonly inbox_prefix: string
  readonly publish: readonly string[]
  readonly subscribe: readonly string[]
  /** Of what it publishes: that which a role apart says to a service of the core. Market data is a stream. */
  readonly services: readonly string[]
  /** Readers `apply` makes for it: in the core it may make its own. */
  readonly fixed_consumers: readonly FixedConsumer[]
}

export type FixedConsumer = {
  readonly stream: string
  readonly name: string
  readonly filter_subjects: readonly string[]
}

export const FEED_ROLE = 'feed'
export const TRADING_ROLE = 'trading'
export const STANDBY_ROLE = 'standby'
export const RECORDER_ROLE = 'recorder'
export const CONSOLE_ROLE = 'console'
export const ADMIN_ROLE = 'admin'

export function strategyRole(node: string): string {
  return `strategy-${node}`
}

export function inboxPrefix(role: string): string {
  return `_INBOX_${role}`
}

export function environmentOf({ env }: Installation): BusEnvironment {
  const parsed = parseBusEnvironment(env)
  assert(parsed !== undefined, 'an environment is a token or sim.<run id>')
  return parsed
}

export function rolesOf(installation: Installation): Role[] {
  const env = environmentOf(installation)
  return [
    feed(env),
    trading(env, installation, TRADING_ROLE),
    // What takes over has to be able to do what the other did; leases and expected sequences keep it from doing so early.
    trading(env, installation, STANDBY_ROLE),
    ...installation.strategy_nodes.map((node) => strategy(env, installation, node)),
    recorder(env, installation),
    console(env, installation),
    admin(env, installation),
  ]
}

/** Programs that bring market data: core subjects only, and nothing to hear but answers. */
function feed(env: BusEnvironment): Role {
  return role(FEED_ROLE, 'own', { publish: [BUS_SUBJECT.all(env, 'md')], services: [] })
}

/**
 * It hosts risk and orders, and every other actor that is not placed elsewhere, so it may say what those say. It reads any
 * stream: what it may do changes with no strategy node, since a connection whose rights change is made anew.
 */
function trading(env: BusEnvironment, { trading_node: node }: Installation, name: string): Role {
  return role(name, 'core', {
    publish: [
      ...(['md', 'sig', 'order', 'risk'] as const).map((family) => BUS_SUBJECT.all(env, family)),
      BUS_SUBJECT.intent(env, ANY, ANY),
      BUS_SUBJECT.state(env, ANY, ANY),
      ...ownRecords(env, node),
      `$KV.${leaseBucket(env)}.>`,
      '$JS.API.INFO',
      ...streamReaderApi(ANY),
      `$JS.API.STREAM.MSG.GET.${leaseStreamName(env)}`,
      // A copy is compared with its journal at start, by its last batch.
      `$JS.API.STREAM.MSG.GET.${streamName(env, 'journal')}`,
    ],
    subscribe: [BUS_SUBJECT.all(env, 'md')],
  })
}

/**
 * It asks, signals and tells states for its own strategies, copies its own journal, and hears what concerns them: the
 * market, the signals of others, what becomes of the orders of its own accounts.
 */
function strategy(env: BusEnvironment, { strategy_nodes }: Installation, own: StrategyNode): Role {
  const { node, strategies, accounts } = own
  const name = strategyRole(node)
  const voice = apartEnvironment(env, node)
  const scopes = ['all', node, ...accounts, ...strategies]
  const reader = (from: BusEnvironment, family: BusFamily, filter_subjects?: readonly string[]) => ({
    stream: streamName(from, family),
    name,
    filter_subjects: filter_subjects ?? [BUS_SUBJECT.all(from, family)],
  })
  const market = reader(env, 'md')
  // The copy is compared with its journal at start, by its last batch.
  const journal = reader(voice, 'journal')
  const fixed_consumers = [
    market,
    reader(env, 'sig'),
    ...strategy_nodes
      .filter((other) => other !== own)
      .map((other) => reader(apartEnvironment(env, other.node), 'sig')),
    reader(
      env,
      'order',
      accounts.map((account) => BUS_SUBJECT.order(env, account)),
    ),
    reader(
      env,
      'risk',
      accounts.map((account) => BUS_SUBJECT.risk(env, account)),
    ),
    reader(
      env,
      'ctl',
      [...new Set(scopes)].map((scope) => BUS_SUBJECT.control(env, scope)),
    ),
    journal,
  ]
  return {
    ...role(name, 'own', {
      publish: [
        ...strategies.flatMap((strategy_id) => [
          ...accounts.flatMap((account_id) => [
            BUS_SUBJECT.intent(voice, account_id, strategy_id),
            BUS_SUBJECT.state(voice, account_id, strategy_id),
          ]),
          BUS_SUBJECT.signal(voice, strategy_id, ANY),
        ]),
        ...ownRecords(voice, node),
        '$JS.API.INFO',
        // Where a stream ends, and which subjects it has; so not of those that hold what concerns others.
        ...[market, journal].map(({ stream }) => `$JS.API.STREAM.INFO.${stream}`),
        ...fixed_consumers.flatMap(({ stream }) => fixedConsumerApi(stream, name)),
      ],
      subscribe: [BUS_SUBJECT.all(env, 'md')],
    }),
    fixed_consumers,
  }
}

function recorder(env: BusEnvironment, installation: Installation): Role {
  const families = ['md', 'mdseq', 'journal', 'order'] as const
  return role(RECORDER_ROLE, 'core', {
    publish: [...readerApi(env, families), ...apartReaderApi(env, installation, ['mdseq', 'journal'])],
  })
}

/** Whoever holds its key may stop trading, so it is kept like the trading node's. */
function console(env: BusEnvironment, installation: Installation): Role {
  const families = ['md', 'sig', 'intent', 'state', 'order', 'risk', 'ctl'] as const
  const apart = ['sig', 'intent', 'state'] as const
  return role(CONSOLE_ROLE, 'core', {
    publish: [
      BUS_SUBJECT.all(env, 'ctl'),
      ...readerApi(env, families),
      ...apartReaderApi(env, installation, apart),
    ],
    subscribe: [
      ...families.map((family) => BUS_SUBJECT.all(env, family)),
      ...apart.map((family) => BUS_SUBJECT.all(apartEnvironment(env, ANY), family)),
    ],
  })
}

/** Makes and changes streams and fixed readers, and removes nothing but old epochs of strategy nodes' journals. */
function admin(env: BusEnvironment, installation: Installation): Role {
  const { strategy_nodes } = installation
  const streams = streamDefinitions(env, strategy_nodes).map(({ name }) => name)
  const readers = strategy_nodes.flatMap((node) => strategy(env, installation, node).fixed_consumers)
  const journals = strategy_nodes.map(({ node }) => streamName(apartEnvironment(env, node), 'journal'))
  return role(ADMIN_ROLE, 'core', {
    publish: [
      '$JS.API.INFO',
      ...streams.flatMap((stream) =>
        ['CREATE', 'UPDATE', 'INFO'].map((verb) => `$JS.API.STREAM.${verb}.${stream}`),
      ),
      ...readers.flatMap(({ stream, name }) => [
        `$JS.API.CONSUMER.DURABLE.CREATE.${stream}.${name}`,
        `$JS.API.CONSUMER.INFO.${stream}.${name}`,
      ]),
      ...journals.flatMap((stream) => ['MSG.GET', 'PURGE'].map((verb) => `$JS.API.STREAM.${verb}.${stream}`)),
    ],
  })
}

type Subjects = Pick<Role, 'publish'> & Partial<Pick<Role, 'subscribe' | 'services'>>

function role(name: string, account: Role['account'], subjects: Subjects): Role {
  const { publish, subscribe = [], services = publish } = subjects
  const inbox_prefix = inboxPrefix(name)
  return {
    name,
    account,
    inbox_prefix,
    publish: [...publish, SERVER_SETTINGS_SUBJECT],
    services,
    subscribe: [`${inbox_prefix}.>`, ...subscribe],
    fixed_consumers: [],
  }
}

/** What a node says of itself alone. */
function ownRecords(env: BusEnvironment, node: string): string[] {
  return [BUS_SUBJECT.journal(env, node), BUS_SUBJECT.marketDataSeq(env, node)]
}

function readerApi(env: BusEnvironment, families: readonly BusFamily[]): string[] {
  return ['$JS.API.INFO', ...families.flatMap((family) => streamReaderApi(streamName(env, family)))]
}

/** The same of the streams of each strategy node. */
function apartReaderApi(
  env: BusEnvironment,
  { strategy_nodes }: Installation,
  families: readonly BusFamily[],
): string[] {
  return strategy_nodes.flatMap(({ node }) =>
    families.flatMap((family) => streamReaderApi(streamName(apartEnvironment(env, node), family))),
  )
}

/** What an ordered or durable reader of a stream uses; `ANY`: of every stream. */
function streamReaderApi(stream: string): string[] {
  return [
    `$JS.API.STREAM.INFO.${stream}`,
    `$JS.API.CONSUMER.CREATE.${stream}`,
    `$JS.API.CONSUMER.CREATE.${stream}.>`,
    ...['INFO', 'MSG.NEXT', 'DELETE'].map((verb) => `$JS.API.CONSUMER.${verb}.${stream}.*`),
    `$JS.ACK.${stream}.>`,
    `$JS.FC.${stream}.>`,
  ]
}

/** Reads through a consumer that is there, from any sequence on; neither makes nor removes one. */
function fixedConsumerApi(stream: string, consumer: string): string[] {
  return ['INFO', 'MSG.NEXT', 'RESET'].map((verb) => `$JS.API.CONSUMER.${verb}.${stream}.${consumer}`)
}
