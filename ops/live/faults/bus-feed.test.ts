import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { connect, type NatsConnection, nkeyAuthenticator } from '@nats-io/transport-node'
import { expect, onTestFinished, test } from 'vitest'
import { openChdbTickStore } from '../../../adapters/clickhouse/chdb-tick-store.ts'
import { startNatsServer, type TestNatsServer } from '../../../adapters/nats/nats-server.test-support.ts'
import { FEED_ROLE, inboxPrefix } from '../../../adapters/nats/roles.ts'
import { TcpProxy } from '../../../adapters/nats/tcp-proxy.test-support.ts'
import { encodeRows } from '../../../engine/wire/packed-rows.ts'
import { runCli } from '../../cli/run-cli.test-support.ts'
import { DEFAULT_INSTALLATION } from '../../nats/installation-folder.ts'
import { DisturbedPlace, DisturbedSession } from './disturbed-session.test-support.ts'
import { journalInputs } from './journal-inputs.test-support.ts'

const TRADES = 'paper.md.trade.gen.EURUSD'
const QUOTES = 'paper.md.quote.gen.EURUSD'
/** Trades of one phase; each is known by its size, counted over all phases. */
const COUNT = 40

test('[B5] what a program publishes on a real server is traded on, each trade once and in order, over a cut and a killed server', async () => {
  const { place, server, proxy } = await published()
  const session = await DisturbedSession.start(place)
  const publisher = await Publisher.of(server)
  publisher.json(COUNT)
  await session.until(() => tradesIn(session) === COUNT)

  // What is published while the session is cut off waits in the stream.
  proxy.cut(true)
  await session.until(() => session.paper.session.sequencer.node.stateOf('feed/gen') !== 'live')
  publisher.json(COUNT)
  await publisher.flush()
  proxy.heal()
  await session.until(() => tradesIn(session) === 2 * COUNT)

  const again = publisher.reconnected()
  await server.kill9()
  await server.restart()
  await again
  publisher.packed(COUNT)
  await session.until(() => tradesIn(session) === 3 * COUNT)

  publisher.nonsense()
  await session.until(() => countsOf(session)['refused'] === 3)
  expect(session.paper.session.feeds[0]?.refusals()).toEqual({ not_json: 1, crossed: 1, bad_price: 1 })
  expect(session.codes.filter((code) => code === 'feed.row_refused').length).toBe(3)
  publisher.json(COUNT)
  await session.until(() => tradesIn(session) === 4 * COUNT)
  expect(session.failure).toBeUndefined()
  expect(await session.stop()).toBe(0)
  expect(session.orders.length).toBeGreaterThan(COUNT / 3)
  const { rows } = await journalInputs(place.folder)
  const sizes = rows.flatMap((row) => (row.type === 'trade' ? [row.size_units] : []))
  expect(sizes).toEqual(Array.from({ length: 4 * COUNT }, (_, index) => 1 + index))
  expect(await place.judged()).toBeUndefined()
}, 60_000)

test('[B9] [B18] a server killed amid single rows gives numbers again: the session processes each row once, and the store has just these', async () => {
  const { place, server } = await published((text) => text.replace('record: false', 'record: true'))
  const session = await DisturbedSession.start(place)
  const heard = async (phases: number) => {
    const publisher = await Publisher.of(server, (phases - 1) * COUNT)
    publisher.json(COUNT)
    await session.until(() => tradesIn(session) === phases * COUNT)
    return publisher
  }
  await heard(1)
  // Its lease would be over before a busy machine had started the server twice.
  await server.losing(async () => void (await heard(2)), 'KV_orrery_lease_*')
  const publisher = await heard(3)
  // What the server has not written when it is killed is nobody's, but for who has heard it.
  publisher.json(SINGLE)
  await session.until(() => tradesIn(session) > 3 * COUNT + SINGLE / 10)
  await server.kill9()
  await server.restart()
  const behind = 3 * COUNT + SINGLE
  const last = await Publisher.of(server, behind)
  last.json(COUNT)
  last.nonsense()
  await session.until(() => countsOf(session)['refused'] === 3)
  expect([session.failure, await session.stop()]).toEqual([undefined, 0])

  const { rows, inputs } = await journalInputs(place.folder)
  const reasons = inputs.flatMap((input) => (input.type === 'feed_event' ? [input.reason] : []))
  expect(reasons).toContain('the bus has lost the end of its stream')
  const sizes = rows.flatMap((row) => (row.type === 'trade' ? [row.size_units] : []))
  expect(sizes).toEqual([...new Set(sizes)].sort((a, b) => a - b))
  expect(sizes.slice(0, 3 * COUNT)).toEqual(Array.from({ length: 3 * COUNT }, (_, at) => 1 + at))
  expect(sizes.slice(-COUNT)).toEqual(Array.from({ length: COUNT }, (_, at) => behind + 1 + at))
  const recorder = runCli(['recorder', 'session.yaml', '--once', '--json'], { cwd: place.folder })
  expect(JSON.parse(recorder.stdout)).toMatchObject({ missing: 0, refused: 0 })
  expect(await storedSizes(place.folder)).toEqual(sizes)
  expect(await place.judged()).toBeUndefined()
}, 60_000)

/** Published one by one, and the server is killed while it takes them. */
const SINGLE = 500

/** Sizes of the trades in the store, which has those of this session alone. */
async function storedSizes(folder: string): Promise<number[]> {
  const store = await openChdbTickStore({ directory: join(folder, 'data/ticks') })
  onTestFinished(() => store.close())
  const range = { from_us: 0, to_us: Number.MAX_SAFE_INTEGER }
  const [reading] = await store.read([{ instrument_id: 'EURUSD.gen', kind: 'trade' }], range)
  const sizes: number[] = []
  for await (const block of reading?.blocks ?? [])
    if (block.kind === 'trade') sizes.push(...block.size_units.subarray(0, block.count))
  return sizes.sort((a, b) => a - b)
}

/** Longer than the market may have waited. */
const CUT_MS = 1_200
const PACE_MS = 4

test('[B8] what waited on the bus while a node was cut off is caught up with, conflated, and no order leaves on it', async () => {
  const { place, server, proxy } = await published()
  const session = await DisturbedSession.start(place)
  const publisher = await Publisher.of(server)
  const { sequencer } = session.paper.session
  const trading = async (orders: number) => {
    for (const { length } = session.orders; session.orders.length < length + orders; ) await publish()
  }
  const publish = async () => {
    publisher.quote()
    await publisher.flush()
    // A lively market, and no more than a busy machine keeps up with.
    await wait(PACE_MS)
  }
  await trading(3)
  proxy.cut(true)
  for (const from_ms = performance.now(); performance.now() < from_ms + CUT_MS; ) await publish()
  await session.until(() => sequencer.node.stateOf('feed/gen') !== 'live')
  proxy.heal()
  await session.until(() => (countsOf(session)['gaps'] ?? 0) > 0)
  await session.until(() => sequencer.node.stateOf('feed/gen') === 'live')
  await trading(3)
  const { conflated, missed } = countsOf(session)
  expect({ enough: Number(conflated) > 50, missed }).toEqual({ enough: true, missed: 0 })
  expect(await session.stop()).toBe(0)
  const { inputs, orders_in_gap } = await journalInputs(place.folder)
  const events = inputs.flatMap((input) => (input.type === 'feed_event' ? [input.event] : []))
  expect(events.filter((event) => event !== 'connected')).toEqual([
    'disconnected',
    'disconnected',
    'gap',
    'resynchronised',
  ])
  expect(orders_in_gap).toEqual([])
  expect(await place.judged()).toBeUndefined()
}, 60_000)

function countsOf({ paper }: DisturbedSession): Readonly<Record<string, number>> {
  return paper.session.feeds[0]?.counts() ?? {}
}

/** As many quotes are published as trades; one that conflates is counted all the same. */
function tradesIn(session: DisturbedSession): number {
  return (countsOf(session)['rows'] ?? 0) / 2
}

/** A program of somebody else, with nothing but the key of a feed and the page on market data. */
class Publisher {
  readonly #connection: NatsConnection
  #count: number

  /** @param count trades that were published before. */
  static async of(server: TestNatsServer, count = 0): Promise<Publisher> {
    const seed = new TextEncoder().encode((await readFile(server.seedFile(FEED_ROLE), 'utf8')).trim())
    const connection = await connect({
      servers: server.url,
      authenticator: nkeyAuthenticator(seed),
      inboxPrefix: inboxPrefix(FEED_ROLE),
      maxReconnectAttempts: -1,
      reconnectTimeWait: 20,
    })
    onTestFinished(() => connection.close())
    return new Publisher(connection, count)
  }

  private constructor(connection: NatsConnection, count: number) {
    this.#connection = connection
    this.#count = count
  }

  flush(): Promise<void> {
    return this.#connection.flush()
  }

  async reconnected(): Promise<void> {
    for await (const { type } of this.#connection.status()) if (type === 'reconnect') return
  }

  json(count: number): void {
    for (let i = 0; i < count; i++) {
      const ts_event_us = Date.now() * 1000
      const size = String(++this.#count)
      this.quote()
      this.#connection.publish(TRADES, JSON.stringify({ ts_event_us, price: '1.10001', size }))
    }
  }

  quote(): void {
    const ts_event_us = Date.now() * 1000
    const quote = { ts_event_us, bid: '1.10000', ask: '1.10002', bid_size: '1000', ask_size: '1000' }
    this.#connection.publish(QUOTES, JSON.stringify(quote))
  }

  packed(count: number): void {
    const column = (value: (at: number) => number) =>
      Float64Array.from({ length: count }, (_, at) => value(at))
    const now_us = Date.now() * 1000
    const shared = { price_scale: 5, size_scale: 0, first_row: 0, count }
    const quotes = [110_000, 110_002, 1_000, 1_000].map((value) => column(() => value))
    const sizes = column((at) => this.#count + 1 + at)
    this.#count += count
    const series = { instrument_id: 'EURUSD.gen' } as const
    this.#connection.publish(
      QUOTES,
      encodeRows({
        series: { ...series, kind: 'quote' },
        ...shared,
        columns: [column(() => now_us), ...quotes],
      }),
    )
    const trades = [column(() => now_us), column(() => 110_001), sizes, column(() => 1)]
    this.#connection.publish(
      TRADES,
      encodeRows({ series: { ...series, kind: 'trade' }, ...shared, columns: trades }),
    )
  }

  /** No JSON, a quote whose bid is above its ask, and a price with more digits than the instrument has. */
  nonsense(): void {
    const ts_event_us = Date.now() * 1000
    this.#connection.publish(QUOTES, 'nonsense')
    this.#connection.publish(QUOTES, JSON.stringify({ ts_event_us, bid: '1.2', ask: '1.1' }))
    this.#connection.publish(TRADES, JSON.stringify({ ts_event_us, price: '1.1000001', size: '1' }))
  }
}

async function published(
  more: (text: string) => string = (text) => text,
): Promise<{ place: DisturbedPlace; server: TestNatsServer; proxy: TcpProxy }> {
  const server = await startNatsServer({ installation: DEFAULT_INSTALLATION })
  onTestFinished(() => server.stop())
  const proxy = await TcpProxy.start(() => server.port)
  onTestFinished(() => proxy.stop())
  const bus = `bus: ${proxy.url}\nbus_credentials: ${server.directory}/credentials\n`
  const both = '{ venue: gen, kind: trade, instruments: [EURUSD] }'
  const edit = (text: string) =>
    more(`${bus}${text}`)
      .replace('kind: generator, rows_per_s: 100', 'kind: bus')
      .replace('instruments: [EURUSD] }]', `instruments: [EURUSD] }, ${both}]`)
  return { place: await DisturbedPlace.make(undefined, edit), server, proxy }
}
