import { expect, test } from 'vitest'
import { HandClock } from '../../adapters/feeds/hand-clock.test-support.ts'
import { nodeSha256 } from '../../adapters/sha256/node-sha256.ts'
import { MemoryJournal, MemoryJournalStore } from '../../engine/memory-journal.test-support.ts'
import { RandomStream } from '../../engine/random-stream.ts'
import { commandToWire, frameLine, readAnswer } from '../../engine/wire/frame-codec.ts'
import type { AnswerFrame, RequestFrame } from '../../engine/wire/venue-frames.ts'
import { must } from '../../schemas/assert.ts'
import { SCHEMA_VERSION } from '../../schemas/schema-version.ts'
import { START_US } from '../backtest/tape.test-support.ts'
import { HostDriver } from './host-driver.ts'
import { NO_MODELS, orderOf, quoteAt, venueConfig } from './venue-config.test-support.ts'
import { VenueHost } from './venue-host.ts'
import type { VenuePeer } from './venue-peer.ts'
import { VenueServer } from './venue-server.ts'

const SCALES = { instrument_id: 'EURUSD.gen', price_scale: 5, size_scale: 0 }

/** A connection without a wire: what is said to it, as frames. */
class Line {
  readonly heard: AnswerFrame[] = []
  backlog_bytes = 0
  isEnded = false
  readonly peer: VenuePeer

  constructor(server: VenueServer) {
    const line = this
    this.peer = server.accept({
      write: (text) => line.heard.push(must(readAnswer(text), 'the exchange says frames')),
      get backlog_bytes() {
        return line.backlog_bytes
      },
      end: () => {
        line.isEnded = true
      },
    })
  }

  say(frame: RequestFrame): void {
    this.peer.bytes(new TextEncoder().encode(frameLine(frame)))
  }

  logOn(session = 'paper', last_report_id = '', account_id = 'main', change: Partial<Logon> = {}): void {
    const accounts = [{ account_id, last_report_id }]
    const common = { schema_version: SCHEMA_VERSION, venue_id: 'gen', session, epoch: 1, accounts }
    this.say({ frame: 'logon', ...common, instruments: [SCALES], ...change })
  }

  /** What was heard since the last look, in short. */
  news(): string[] {
    return this.heard.splice(0).map(short)
  }
}

type Logon = Extract<RequestFrame, { frame: 'logon' }>

function short(frame: AnswerFrame): string {
  if (frame.frame === 'report') return `${frame.report.report_id} ${frame.report.report_type}`
  if (frame.frame === 'refused') return `refused ${frame.code}`
  if (frame.frame === 'quotes') return `${frame.quotes.length} quotes`
  if (frame.frame === 'gap') return `gap of ${frame.missed}`
  return frame.frame
}

async function exchange(latency = '{}') {
  const config = await venueConfig(latency)
  const journal = new MemoryJournal(nodeSha256, new MemoryJournalStore())
  const host = await VenueHost.open({
    config,
    authored: NO_MODELS,
    journal,
  })
  const clock = new HandClock(START_US)
  const driver = new HostDriver({ host, clock, onFailure: (error) => Promise.reject(error) })
  const server = new VenueServer({ driver, clock, accounts: config.accounts })
  server.quote(quoteAt(START_US))
  /** Lets time pass, and everything be committed and said. */
  const settle = async (us = 1) => {
    clock.pass(us)
    for (let turn = 0; turn < 20; turn++) await Promise.resolve()
  }
  return { server, clock, settle }
}

const market = (counter: number, change = {}): RequestFrame => ({
  frame: 'command',
  command: commandToWire(orderOf(counter, change)),
})

test('[W1] a connection is welcomed with the table, and served', async () => {
  const { server, settle } = await exchange()
  const line = new Line(server)
  line.logOn()
  await settle()
  expect(line.heard).toEqual([
    {
      frame: 'welcome',
      schema_version: SCHEMA_VERSION,
      venue_id: 'gen',
      capabilities: expect.objectContaining({ cancel: true, replace: true }),
      ts_us: expect.any(Number),
    },
    {
      frame: 'status',
      instrument_id: 'EURUSD.gen',
      status: 'trading',
      ends_day: false,
      ts_event_us: expect.any(Number),
    },
  ])
  line.heard.length = 0
  line.say(market(1))
  line.say({ frame: 'look_up', account_id: 'main', client_order_ids: ['paper-1-t-9'] })
  line.say({ frame: 'state', account_id: 'main' })
  await settle()
  expect(line.news()).toEqual(['received', '1 new', '2 trade', 'absent', 'state'])
})

test.each([
  ['another schema', 'other_schema', { schema_version: SCHEMA_VERSION + 1 }],
  ['an unknown venue', 'unknown_venue', { venue_id: 'nyse' }],
  ['an unknown account', 'unknown_account', { accounts: [{ account_id: 'mine', last_report_id: '' }] }],
  ['another scale', 'other_instrument', { instruments: [{ ...SCALES, price_scale: 4 }] }],
])('[W1] %s is refused at the door', async (_, code, change) => {
  const { server, settle } = await exchange()
  const line = new Line(server)
  line.logOn('paper', '', 'main', change)
  await settle()
  expect([line.news(), line.isEnded, server.connection_count]).toEqual([[`refused ${code}`], true, 0])
})

test('[W2] a session that comes back is told once, and in order, what it has not processed', async () => {
  const { server, settle } = await exchange('{ report_us: 500 }')
  const first = new Line(server)
  first.logOn()
  await settle()
  for (let counter = 1; counter <= 3; counter++) first.say(market(counter))
  await settle(1_000)
  first.say(market(4))
  first.peer.closed()
  const second = new Line(server)
  second.logOn('paper', '2')
  second.say(market(5))
  await settle(1_000)
  expect(second.news()).toEqual([
    'welcome',
    ...['3 new', '4 trade', '5 new', '6 trade'],
    ...['status', 'received'],
    ...['7 new', '8 trade', '9 new', '10 trade'],
  ])
})

test('[W3] two connections of one session are served, whatever their epochs; another session is refused meanwhile', async () => {
  const { server, settle } = await exchange()
  const [older, newer, stranger] = [new Line(server), new Line(server), new Line(server)]
  older.logOn('paper')
  newer.logOn('paper', '', 'main', { epoch: 2 })
  stranger.logOn('raider')
  await settle()
  expect([older.news(), newer.news(), stranger.news()]).toEqual([
    ['welcome', 'status'],
    ['welcome', 'status'],
    ['refused account_in_use'],
  ])
  older.say(market(1))
  await settle()
  expect([older.news(), newer.news()]).toEqual([
    ['received', '1 new', '2 trade'],
    ['1 new', '2 trade'],
  ])
  older.peer.closed()
  newer.peer.closed()
  const heir = new Line(server)
  heir.logOn('raider')
  await settle()
  expect(heir.news()).toEqual(['welcome', '1 new', '2 trade', 'status'])
})

test('[W3] an account hears nothing of another', async () => {
  const { server, settle } = await exchange()
  const [main, other] = [new Line(server), new Line(server)]
  main.logOn('paper')
  other.logOn('raider', '', 'other')
  await settle()
  other.news()
  main.say(market(1))
  await settle()
  expect(other.news()).toEqual([])
  other.say({ frame: 'state', account_id: 'main' })
  expect([other.news(), other.isEnded]).toEqual([['refused not_logged_on'], true])
})

test.each<[string, string | RequestFrame, string]>([
  ['what is no frame', 'SELECT 1\n', 'bad_frame'],
  ['a line without an end', 'x'.repeat(70_000), 'bad_frame'],
  [
    'a second logon',
    frameLine({ frame: 'subscribe', schema_version: 3, venue_id: 'gen', instruments: [SCALES] }),
    'out_of_place',
  ],
  ['an order for another account', market(1, { account_id: 'other' }), 'not_logged_on'],
  ['an order for what is not there', market(1, { instrument_id: 'GBPUSD.gen' }), 'unknown_instrument'],
])('[W5] %s ends its own connection and no other', async (_, said, code) => {
  const { server, settle } = await exchange()
  const [bad, good] = [new Line(server), new Line(server)]
  bad.logOn()
  good.logOn()
  await settle()
  bad.news()
  bad.peer.bytes(new TextEncoder().encode(typeof said === 'string' ? said : frameLine(said)))
  good.news()
  good.say(market(2))
  await settle()
  expect([bad.news(), bad.isEnded]).toEqual([[`refused ${code}`], true])
  expect(good.news()).toEqual(['received', '1 new', '2 trade'])
})

test('[W5] bytes without sense, cut anywhere, never harm the exchange', async () => {
  const { server, settle } = await exchange()
  const seed = 77
  const random = new RandomStream(seed, 'noise')
  const sense = new TextEncoder().encode(frameLine(market(1)))
  for (let round = 0; round < 300; round++) {
    const line = new Line(server)
    if (round % 2 === 0) line.logOn()
    const bytes = sense.map((byte) => (random.nextInt(30) === 0 ? random.nextInt(256) : byte))
    line.peer.bytes(bytes.slice(0, random.nextInt(bytes.length)))
    line.peer.bytes(bytes)
    line.peer.closed()
  }
  const line = new Line(server)
  line.logOn('paper')
  await settle()
  expect({ seed, welcomed: line.news()[0] }).toEqual({ seed, welcomed: 'welcome' })
  expect(server.connection_count).toBe(1)
})

test('[W6] each second a connection is heard of, and one silent for three is let go', async () => {
  const { server, settle } = await exchange()
  const [silent, lively] = [new Line(server), new Line(server)]
  silent.logOn()
  lively.logOn()
  await settle()
  for (let second = 0; second < 5; second++) {
    await settle(1_000_000)
    lively.say({ frame: 'heartbeat' })
  }
  expect([silent.isEnded, lively.isEnded]).toEqual([true, false])
  expect(lively.news()).toEqual(['welcome', 'status', ...Array.from({ length: 5 }, () => 'heartbeat')])
})

test('[W6] a connection that leaves too much unread is let go, and is told all of it when it comes back', async () => {
  const { server, settle } = await exchange()
  const line = new Line(server)
  line.logOn()
  await settle()
  line.news()
  line.backlog_bytes = 17 << 20
  line.say(market(1))
  await settle()
  expect([line.news(), line.isEnded]).toEqual([[], true])
  const again = new Line(server)
  again.logOn()
  await settle()
  expect(again.news()).toEqual(['welcome', '1 new', '2 trade', 'status'])
})

test('[W7] subscribers are shown quotes in frames; one that reads too slowly is told how many it missed', async () => {
  const { server, clock, settle } = await exchange()
  const line = new Line(server)
  line.say({ frame: 'subscribe', schema_version: SCHEMA_VERSION, venue_id: 'gen', instruments: [SCALES] })
  const quotes = (count: number) => {
    for (let at = 0; at < count; at++) server.quote(quoteAt(clock.now_us(), 110_000 + at))
  }
  quotes(3)
  await settle(2_000)
  expect(line.news()).toEqual(['welcome', '3 quotes'])
  line.backlog_bytes = 2 << 20
  quotes(600)
  await settle(2_000)
  line.backlog_bytes = 0
  quotes(2)
  await settle(2_000)
  expect(line.news()).toEqual(['gap of 600', '2 quotes'])
})
