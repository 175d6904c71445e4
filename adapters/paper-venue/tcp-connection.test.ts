import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { frameLine } from '../../engine/wire/frame-codec.ts'
import { type StateFrame, stateFrames } from '../../engine/wire/state-frames.ts'
import type { AnswerFrame } from '../../engine/wire/venue-frames.ts'
import { type Exchange, openExchange } from '../../ops/exchange/open-exchange.ts'
import type { SimulationConfig } from '../../schemas/config/simulation-config.ts'
import type { AccountId, VenueId } from '../../schemas/ids.ts'
import { SCHEMA_VERSION } from '../../schemas/schema-version.ts'
import { priceUnits } from '../../schemas/units.ts'
import { instrumentsOf } from '../../sim/backtest/instrument-set.ts'
import { CAPABILITIES, capabilitiesOf } from '../../sim/exchange/orders/capability-tables.ts'
import { NO_MODELS, venueConfig } from '../../sim/paper-venue/venue-config.test-support.ts'
import { HandClock } from '../feeds/hand-clock.test-support.ts'
import { OfferedRows } from '../feeds/offered-rows.test-support.ts'
import { Desk, TIMES } from './desk.test-support.ts'
import { ExchangeFeed } from './exchange-feed.ts'
import { exchangeAddress } from './frame-link.ts'
import { UnrulyProxy } from './unruly-proxy.test-support.ts'

const GEN = 'gen' as VenueId
const MAIN = 'main' as AccountId
const WELCOME = {
  frame: 'welcome',
  schema_version: SCHEMA_VERSION,
  venue_id: GEN,
  capabilities: capabilitiesOf(undefined, { opening: false, closing: false }),
  ts_us: 1,
} as const

async function started(latency?: string, simulation?: SimulationConfig) {
  const directory = await mkdtemp(join(tmpdir(), 'orrery-exchange-'))
  const plain = await venueConfig(latency, directory)
  const venues = plain.venues.map((venue) => ({ ...venue, ...(simulation && { simulation }) }))
  const config = { ...plain, venues }
  const exchange: Exchange = await openExchange({
    config,
    authored: NO_MODELS,
    base_directory: '.',
    ledger: join(directory, 'ledger'),
    listen: { host: '127.0.0.1', port: 0 },
    rows_per_s: 500,
    heartbeats: { heartbeat_ms: 20, dead_after_ms: 3_000 },
    onFailure: (error) => Promise.reject(error),
    onNoSnapshots: (what) => Promise.reject(new Error(what)),
  })
  const proxy = await UnrulyProxy.before(exchangeAddress(exchange.url))
  onTestFinished(async () => {
    await proxy.close()
    await exchange.close()
    await rm(directory, { recursive: true })
  })
  return { config, exchange, proxy }
}

/** An exchange that answers what it is told as a test says. */
async function exchangeThat(onSaid: (socket: Socket, said: string) => unknown) {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.on('data', (bytes: Buffer) => void onSaid(socket, bytes.toString()))
  })
  server.listen({ host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return { address: { host: '127.0.0.1', port: (server.address() as AddressInfo).port } }
}

/** Shows the exchange's market, so that orders find one. */
async function quoted(
  exchange: Exchange,
  config: Awaited<ReturnType<typeof venueConfig>>,
): Promise<OfferedRows> {
  const sink = new OfferedRows()
  const instruments = instrumentsOf(config)
  const feed = new ExchangeFeed({
    address: exchangeAddress(exchange.url),
    venue_id: GEN,
    instruments,
    clock: { now_us: () => 7, after: () => () => undefined },
    times: TIMES,
  })
  const first = Promise.withResolvers<void>()
  const quote = sink.quote.bind(sink)
  sink.quote = (...offered) => {
    first.resolve()
    return quote(...offered)
  }
  await feed.start(sink)
  await first.promise
  onTestFinished(() => feed.close())
  return sink
}

test('[X1] an order is sent, acknowledged, reported and told in the state; its feed shows the market', async () => {
  const { config, exchange, proxy } = await started('{ submit_us: 2000, report_us: 1000 }')
  const sink = await quoted(exchange, config)
  const desk = Desk.at(proxy.address, config)
  await desk.open()
  desk.send(1)
  await desk.hears('2 trade paper-1-t-1')
  desk.connection.requestState(MAIN)
  await desk.hears('venue_state')
  expect(desk.heard()).toEqual([
    'sent paper-1-t-1',
    '1 new paper-1-t-1',
    '2 trade paper-1-t-1',
    'venue_state',
  ])
  expect(desk.inputs.at(-1)).toMatchObject({
    positions: [{ instrument_id: 'EURUSD.gen', instrument_index: 0, quantity_units: 1_000 }],
    open_client_order_ids: [],
  })
  expect(sink.events[0]).toEqual([GEN, 'connected'])
  expect(sink.rows[0]).toMatchObject({ type: 'quote', instrument_index: 0, ts_recv_us: 7 })
})

test('[X1] without a connection an order is refused, and not from within its own sending', async () => {
  const { config, proxy } = await started()
  const desk = Desk.at(proxy.address, config)
  const opened = desk.open()
  desk.send(1)
  await desk.hears('refused paper-1-t-1 not_connected')
  await opened
})

test('[X1] [X4] an acknowledgement that is lost leaves the order unproven; the look-up finds it, and its reports come once', async () => {
  const { config, exchange, proxy } = await started()
  await quoted(exchange, config)
  const desk = Desk.at(proxy.address, config, { times: { ...TIMES, dead_after_ms: 300 } })
  await desk.open()
  proxy.swallowsAnswers = true
  desk.send(1, { price_units: priceUnits(100) })
  // The other side is silent: a half-open connection is found by its heartbeats.
  await desk.hears('unproven paper-1-t-1 connection_lost')
  proxy.swallowsAnswers = false
  await desk.until(() => desk.states.lastIndexOf('connected') > desk.states.indexOf('disconnected'))
  desk.lookUp(1)
  await desk.hears('found paper-1-t-1')
  expect(desk.heard()).toEqual([
    'unproven paper-1-t-1 connection_lost',
    '1 new paper-1-t-1',
    'found paper-1-t-1',
  ])
})

test('[X1] an order that is not acknowledged in time is unproven, and a late acknowledgement says nothing more', async () => {
  const { config, exchange, proxy } = await started()
  await quoted(exchange, config)
  const desk = Desk.at(proxy.address, config, {
    submit_timeout_ms: 5,
    times: { ...TIMES, dead_after_ms: 5_000 },
  })
  await desk.open()
  proxy.delay_ms = 40
  desk.send(1)
  await desk.hears('2 trade paper-1-t-1')
  expect(desk.heard()).toEqual([
    'unproven paper-1-t-1 submit_timeout',
    '1 new paper-1-t-1',
    '2 trade paper-1-t-1',
  ])
})

test('[X3] an order lost before it arrived is absent only once the grace is over', async () => {
  const { config, proxy } = await started()
  const desk = Desk.at(proxy.address, config)
  const absence_grace_ms = 120
  await desk.open({ absence_grace_ms })
  proxy.swallowsRequests = true
  desk.send(1)
  proxy.cut()
  proxy.swallowsRequests = false
  await desk.until(() => desk.states.filter((state) => state === 'connected').length >= 2)
  const connected_ms = performance.now()
  desk.lookUp(1)
  await desk.hears('absent paper-1-t-1')
  // The platform's timers count whole milliseconds from the start of a turn.
  expect(performance.now() - connected_ms).toBeGreaterThan(absence_grace_ms - 20)
  expect(desk.heard()).toEqual(['unproven paper-1-t-1 connection_lost', 'absent paper-1-t-1'])
})

test('[X2] whatever cuts the connection between them, each report is heard once and in order', async () => {
  const { config, exchange, proxy } = await started('{ submit_us: 1000, report_us: 1000 }')
  await quoted(exchange, config)
  const desk = Desk.at(proxy.address, config)
  await desk.open()
  for (let counter = 1; counter <= 30; counter++) {
    desk.send(counter)
    if (counter % 5 !== 0) continue
    proxy.cut()
    await desk.until(() => desk.states.at(-1) === 'disconnected')
    await desk.until(() => desk.states.at(-1) === 'connected')
  }
  desk.send(31)
  await desk.until(() => desk.heard().some((word) => word.endsWith('trade paper-1-t-31')))
  const reports = desk.inputs
    .filter((input) => input.type === 'venue_report')
    .map(({ report_id }) => Number(report_id))
  expect(reports).toEqual(reports.map((_, at) => at + 1))
  expect(desk.inputs.filter(({ type }) => type === 'send_outcome')).toHaveLength(31)
})

test('[X5] a session on an account that is in use is refused in so many words', async () => {
  const { config, proxy } = await started()
  const desk = Desk.at(proxy.address, config)
  await desk.open()
  const second = Desk.at(proxy.address, config)
  await expect(second.open({ session: 'other' })).rejects.toMatchObject({
    code: 'exchange.account_in_use',
    reason: 'unavailable',
    what: 'The account main is in use by the session paper.',
  })
  // The session ends with that: no lost connection, which would be tried again, is told of.
  expect(second.states).toEqual(['connecting'])
})

test('[X5] an exchange that takes other orders is not connected to', async () => {
  const { config, proxy } = await started()
  const desk = Desk.at(proxy.address, config, { capabilities: { ...CAPABILITIES, replace: false } })
  await expect(desk.open()).rejects.toMatchObject({ code: 'exchange.other_capabilities' })
})

test('[X6] an exchange that talks nonsense is left, and tried again with growing pauses', async () => {
  const config = await venueConfig()
  let connections = 0
  const enough = Promise.withResolvers<void>()
  const server = createServer((socket) => {
    if (++connections === 4) enough.resolve()
    socket.on('error', () => socket.destroy())
    socket.write(connections % 2 === 0 ? '{"frame":"report"}\n' : `${'x'.repeat(2 << 20)}\n`)
  })
  server.listen({ host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const desk = Desk.at({ host: '127.0.0.1', port: (server.address() as AddressInfo).port }, config)
  const opened = desk.open()
  await enough.promise
  await desk.connection.close()
  expect(desk.states.filter((state) => state === 'disconnected').length).toBeGreaterThanOrEqual(3)
  expect(desk.inputs).toEqual([])
  // It never was connected.
  await expect(Promise.race([opened, Promise.resolve('waiting')])).resolves.toBe('waiting')
})

test('[X8] a state of more open orders than a frame holds is heard whole', async () => {
  const config = await venueConfig()
  const open_client_order_ids = Array.from({ length: 60_000 }, (_, at) => `session12345-1-t-${at}`)
  const state: StateFrame = {
    frame: 'state',
    account_id: MAIN,
    positions: [],
    open_client_order_ids,
    ts_event_us: 1,
  }
  const { address } = await exchangeThat((socket, said) => {
    if (said.includes('"logon"')) socket.write(frameLine(WELCOME))
    if (said.includes('"state"')) for (const frame of stateFrames(state)) socket.write(frameLine(frame))
  })
  const desk = Desk.at(address, config)
  await desk.open()
  desk.connection.requestState(MAIN)
  await desk.hears('venue_state')
  expect(desk.inputs).toMatchObject([{ type: 'venue_state', open_client_order_ids }])
})

test('[X9] quotes that were left out are a gap until the next ones, of another connection too', async () => {
  const config = await venueConfig()
  let connections = 0
  const quotes: AnswerFrame = { frame: 'quotes', quotes: [['EURUSD.gen', 1, 108_500, 108_502, 1, 1]] }
  const gap: AnswerFrame = { frame: 'gap', missed: 3 }
  const { address } = await exchangeThat((socket, heard) => {
    if (!heard.includes('"subscribe"')) return
    socket.write(frameLine(WELCOME))
    if (++connections > 1) return socket.write(frameLine(quotes))
    for (const frame of [quotes, gap]) socket.write(frameLine(frame))
    return socket.end()
  })
  const sink = new OfferedRows()
  const ended = Promise.withResolvers<void>()
  sink.onEvent = () => sink.rows.length > 0 && sink.events.length === 4 && ended.resolve()
  const feed = new ExchangeFeed({
    address,
    venue_id: GEN,
    instruments: instrumentsOf(config),
    clock: { now_us: () => 7, after: () => () => undefined },
    times: TIMES,
  })
  onTestFinished(() => feed.close())
  await feed.start(sink)
  await ended.promise
  expect([sink.events.map(([, event]) => event), sink.rows.length]).toEqual([
    ['connected', 'gap', 'disconnected', 'connected', 'resynchronised'],
    2,
  ])
})

test('[X9] quotes that a busy node reads late are a gap until none waits', async () => {
  const config = await venueConfig()
  const clock = new HandClock(50_000_000)
  const [began_us, said] = [clock.now_us(), Promise.withResolvers<Socket>()]
  const quote = (after_us: number): AnswerFrame => ({
    frame: 'quotes',
    quotes: [['EURUSD.gen', began_us + after_us, 108_500, 108_502, 1, 1]],
  })
  const { address } = await exchangeThat((socket, heard) => {
    if (!heard.includes('"subscribe"')) return
    for (const frame of [WELCOME, quote(0)]) socket.write(frameLine(frame))
    said.resolve(socket)
  })
  const sink = new OfferedRows()
  const feed = new ExchangeFeed({
    address,
    venue_id: GEN,
    instruments: instrumentsOf(config),
    clock,
    times: TIMES,
  })
  onTestFinished(() => feed.close())
  await feed.start(sink)
  const socket = await said.promise
  const rows = async (count: number) => {
    while (sink.rows.length < count) await new Promise((resolve) => setImmediate(resolve))
  }
  await rows(1)
  clock.pass(3_000_000)
  for (const after_us of [500_000, 2_500_000]) socket.write(frameLine(quote(after_us)))
  await rows(3)
  expect([sink.isBehind, sink.events.map(([, event]) => event)]).toEqual([true, ['connected', 'gap']])
  clock.pass(100_000)
  expect([sink.isBehind, sink.events.at(-1)]).toEqual([false, [GEN, 'resynchronised']])
})

test('[X7] the status of an instrument is told after each logon, and orders wait at the exchange meanwhile', async () => {
  const from = '2000-01-01T00:00:00.000000Z'
  const halts = [{ instrument: 'EURUSD.gen', from, to: '2100-01-01T00:00:00.000000Z' }]
  const { config, exchange, proxy } = await started(undefined, { halts })
  await quoted(exchange, config)
  const desk = Desk.at(proxy.address, config)
  await desk.open()
  const statuses = () =>
    desk.inputs.flatMap((input) =>
      input.type === 'security_status'
        ? [`${input.instrument_id} ${input.instrument_index} ${input.status}`]
        : [],
    )
  await desk.until(() => statuses().length > 0)
  desk.send(1)
  await desk.hears('1 new paper-1-t-1')
  desk.connection.requestState(MAIN)
  await desk.hears('venue_state')
  expect(desk.inputs.findLast((input) => input.type === 'venue_state')?.open_client_order_ids).toEqual([
    'paper-1-t-1',
  ])
  expect(statuses()).toEqual(['EURUSD.gen 0 halted'])
})
