import { expect, test } from 'vitest'
import { heldFact, heldOrder } from '../../actors/execution/held-order.ts'
import { denialOf } from '../../actors/execution/intent-denial.ts'
import { nodeSha256 } from '../../adapters/sha256/node-sha256.ts'
import { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import { readEffects } from '../../engine/effect-record.ts'
import { isRowRecord, readInput } from '../../engine/input-codec.ts'
import { sameBytes } from '../../engine/journal/parse-batch.ts'
import { type JournalRecord, RECORD_KIND } from '../../engine/journal-port.ts'
import { MemoryJournal } from '../../engine/memory-journal.test-support.ts'
import { RandomStream } from '../../engine/random-stream.ts'
import { must } from '../../schemas/assert.ts'
import type { NodeConfig } from '../../schemas/config/node-config.ts'
import {
  type AccountId,
  type ClientOrderId,
  type InstrumentId,
  type MessageId,
  messageId,
  type StrategyId,
  type VenueId,
} from '../../schemas/ids.ts'
import type { SubmitIntent } from '../../schemas/messages/intent.ts'
import type { NodeMessage } from '../../schemas/messages/node-message.ts'
import { nodeSubjectOf } from '../../schemas/messages/node-subject.ts'
import type { OrderFact } from '../../schemas/messages/order-fact.ts'
import { PLAIN_TERMS } from '../../schemas/messages/order-terms.ts'
import type { DenialCode, OrderDenied } from '../../schemas/messages/risk.ts'
import { priceUnits, sizeUnits, timeUs } from '../../schemas/units.ts'
import { control, type LiveScenario, liveScenario, rerun } from './live-engine.test-support.ts'
import { commandsOf, type PlacedNode, PlacedSession } from './placed-nodes.test-support.ts'

const STRATEGIES = ['nth', 'quoter', 'timed', 'bars', 'pub', 'sub'] as const

const COUNTER = 700

const STOP: SubmitIntent = {
  type: 'submit_intent',
  account_id: 'main' as AccountId,
  strategy_id: 'quoter' as StrategyId,
  counter: COUNTER,
  instrument_id: 'AAA.one' as InstrumentId,
  instrument_index: 0,
  side: 'sell',
  order_type: 'stop',
  time_in_force: 'gtc',
  price_units: priceUnits(0),
  order_quantity_units: sizeUnits(1_000),
  terms: { ...PLAIN_TERMS, trigger_price_units: priceUnits(90) },
  ts_intent_us: timeUs(1),
}

test('[P1] strategies apart from their account order what they order in one node', async () => {
  const one = await played(await liveScenario(STRATEGIES))
  const apart = await played(await scenarioOf())
  const expected = (await commandsOf(must(one.nodes[0], 'a node').journal)).map(text).toSorted()
  expect(expected.length).toBeGreaterThan(60)
  expect((await commandsOf(must(apart.nodes[0], 'a node').journal)).map(text).toSorted()).toEqual(expected)
  for (const node of apart.nodes.slice(1)) expect(await commandsOf(node.journal)).toEqual([])
})

test('[P2] each node is run again from its own journal alone', async () => {
  const scenario = await scenarioOf()
  const session = await played(scenario)
  for (const node of session.nodes) {
    expect(node.sequencer.repeated_count).toBeGreaterThan(0)
    const again = await rerun({ ...scenario, node_id: node.id }, venuesOf(session, node), node.journal)
    if (typeof again === 'string') throw new Error(again)
    expect(sameBytes(again.state, node.sequencer.state())).toBe(true)
  }
})

test.each([1, 2, 3])(
  '[N18] [N19] nodes that die and come back lose no message and take none twice (seed %i)',
  async (seed) => {
    const scenario = await scenarioOf()
    const session = new PlacedSession(scenario, seed)
    const random = new RandomStream(seed, 'deaths')
    await session.open()
    for (let turn = 0; turn < 120; turn++) {
      if (turn % 8 === 7) await killOne(session, random)
      await session.turn(turn % 7 === 0 ? 700_000 : 40_000, turn % 2)
    }
    expect([...session.world.handed.values()].filter((times) => times !== 1)).toEqual([])
    for (const node of session.nodes) {
      const again = await rerun({ ...scenario, node_id: node.id }, venuesOf(session, node), node.journal)
      if (typeof again === 'string') throw new Error(again)
      const said = await saidBy(node.journal, node.id)
      expect(said.size).toBeGreaterThan(10)
      for (const other of session.nodes) {
        const heard = (await heardBy(other.journal)).filter((message) => message.source === node.id)
        const expected = [...said].filter(([, subject]) => hearsSubject(scenario, other.id, subject))
        expect(heard.map(({ message_id }) => message_id).toSorted()).toEqual(
          other === node ? [] : expected.map(([id]) => id).toSorted(),
        )
      }
    }
  },
)

test('[N19] a node that goes on without the journal it had is known by it, and one that goes on with it is not', async () => {
  const session = new PlacedSession(await scenarioOf(), 1)
  await session.open()
  const [trading, quoter] = [must(session.nodes[0], 'a node'), must(session.nodes[2], 'a node')]
  const again = async () => {
    await quoter.open()
    quoter.start()
    for (let turn = 0; turn < 12; turn++) await session.turn(40_000, turn % 2)
    return [...trading.sequencer.begun_anew]
  }
  quoter.die()
  expect(await again()).toEqual([])
  quoter.die()
  quoter.store.epochs.length = 0
  quoter.store.snapshots.clear()
  expect(await again()).toEqual([quoter.id])
})

test('[P4] an intent that was long on its way is denied', async () => {
  const session = new PlacedSession(await scenarioOf(), 1)
  await session.open()
  for (let turn = 0; turn < 4; turn++) await session.turn(40_000, turn % 2)
  const [trading] = session.nodes
  const { sequencer } = must(trading, 'a trading node')
  const before = session.bus.stored.length
  const fresh = intent(session.world.now_us, 9_000)
  session.world.pass(600_000)
  expect(sequencer.offerMessage(fresh)).toBe('queued')
  await session.settle()
  const denials = session.bus.stored.slice(before).filter(({ subject }) => subject === 'paper.risk.main')
  expect(denials.map(({ bytes }) => JSON.parse(new TextDecoder().decode(bytes)).payload.reason_code)).toEqual(
    ['intent_too_old'],
  )
})

test.each([
  [
    'an order that a venue would get',
    (now_us: number) => intent(now_us, 9_000),
    'order_denied intent_too_old',
  ],
  [
    'an order that would be held',
    (now_us: number) =>
      intent(now_us, 9_000, { order_type: 'stop', time_in_force: 'gtc', terms: STOP.terms }),
    'order_denied intent_too_old',
  ],
  ['a cancel', cancelIntent, 'order_denied order_unknown'],
])(
  '[P6] %s whose effect a crash took is answered once behind a changed build, and never sent',
  async (_, of, answer) => {
    const session = new PlacedSession(await holdingScenario(), 3)
    await session.open()
    const trading = must(session.nodes[0], 'a trading node')
    trading.sequencer.offerMessage(of(session.world.now_us))
    trading.advance()
    await trading.persist()
    await loseLastEffects(trading)
    trading.die()
    const from = session.bus.stored.length
    const answers = () => answersSince(session, from)
    for (const build_hash of ['dd', 'ee', 'ff']) {
      await trading.open({ build_hash })
      if (build_hash === 'dd') trading.die()
      else trading.start()
      if (build_hash !== 'dd') await session.settle()
      if (build_hash === 'ee') trading.die()
      expect(answers()).toEqual(build_hash === 'dd' ? [] : [answer])
    }
    expect([...session.world.handed.keys()].filter((id) => id.endsWith('-nth-500'))).toEqual([])
  },
)

test('[P4] an order for the engine to hold that was long on its way is denied', async () => {
  const held = { order_type: 'stop', time_in_force: 'gtc', terms: STOP.terms } as const
  const told = [0, 600_000].map(async (us) => {
    const session = new PlacedSession(await holdingScenario(), 1)
    await session.open()
    const fresh = intent(session.world.now_us, 9_000, held)
    session.world.pass(us)
    must(session.nodes[0], 'a trading node').sequencer.offerMessage(fresh)
    const from = session.bus.stored.length
    await session.settle()
    return answersSince(session, from)
  })
  expect(await Promise.all(told)).toEqual([['order.held '], ['order_denied intent_too_old']])
})

test.each([
  ['a node of its own', 'trading', 'own', true],
  ['a node of its own, and hears of no former order,', 'trading', 'own', false],
  ['the node of its account', 'own', 'trading', true],
  ['another node of strategies', 'own', 'other', true],
])('[P9] a strategy that moves to %s goes on from the counters it had', async (_, from, to, isTold) => {
  const [before, behind] = [await quoterIn(from), await quoterIn(to)]
  const session = new PlacedSession(before, 6)
  await session.open()
  const turns = async (played: PlacedSession) => {
    for (let turn = 0; turn < 60; turn++) await played.turn(turn % 7 === 0 ? 700_000 : 40_000, turn % 2)
  }
  await turns(session)
  const counters = async ({ nodes }: PlacedSession) =>
    (await commandsOf(must(nodes[0], 'a node').journal))
      .filter(({ type, strategy_id }) => type === 'new_order_single' && strategy_id === 'quoter')
      .map(({ counter }) => Number(counter))
  const drawn = Math.max(...(await counters(session)))
  expect(drawn).toBeGreaterThan(10)
  for (const node of session.nodes) node.die()
  if (!isTold) session.bus.stored.length = 0
  const moved = new PlacedSession({ ...behind, before }, 6, {}, session)
  const since = moved.bus.stored.length
  await moved.open({ config_hash: 'ee' })
  await turns(moved)
  const orders = await counters(moved)
  expect(new Set(orders).size).toBe(orders.length)
  expect(Math.max(...orders)).toBeGreaterThan(drawn + 5)
  const denied = deniedSince(moved, since).filter((code) => code === 'counter_invalid').length
  if (isTold) expect(denied).toBe(0)
  else expect(denied).toBeLessThan(5)
})

test('[P7] while the bus is behind, orders and replaces are denied where they are asked, and cancels leave', async () => {
  const scenario = await scenarioOf()
  const session = new PlacedSession(scenario, 2)
  await session.open()
  // The next quote is one on which it cancels what rests.
  for (let turn = 0; turn < 53; turn++) await session.turn(turn % 7 === 0 ? 700_000 : 40_000, turn % 2)
  const quoter = must(session.nodes[2], 'a node of strategies')
  quoter.sequencer.offer(control('intents_hold'))
  await session.settle()
  const held = await intentsDuring(session, 'paper.intent.main.quoter', 60)
  expect(new Set(held)).toEqual(new Set(['cancel_intent']))
  expect(quoter.sequencer.node.stateOf('placement/intents')).toMatch(/^held, [1-9]\d* denied$/)
  quoter.sequencer.offer(control('intents_release'))
  await session.settle()
  expect(await intentsDuring(session, 'paper.intent.main.quoter', 60)).toContain('submit_intent')
  const again = await rerun({ ...scenario, node_id: quoter.id }, [], quoter.journal)
  if (typeof again === 'string') throw new Error(again)
  expect(sameBytes(again.state, quoter.sequencer.state())).toBe(true)
})

test.each([
  [
    'an order denied behind its trigger is open no longer',
    [held('order.held'), held('order.triggered'), denied('new', 'order_rate')],
    0,
  ],
  [
    'one whose denial overtakes the facts of its trigger is not opened again by them',
    [denied('new', 'order_rate'), held('order.triggered')],
    0,
  ],
  [
    'one its account does not know is open no longer',
    [held('order.held'), denied('cancel', 'order_unknown')],
    0,
  ],
  [
    'one whose replace alone was denied stays open',
    [held('order.held'), denied('replace', 'price_collar')],
    1,
  ],
])('[P5] [P6] %s, also after a changed build', async (_, told, open) => {
  const session = new PlacedSession(await scenarioOf(), 5)
  await session.open()
  const node = must(session.nodes[2], 'a node of strategies')
  const counters = () => openOf(node, 'quoter')
  told.forEach((payload, n) => {
    expect(node.sequencer.offerMessage(fromAccount(payload, n))).toBe('queued')
  })
  await session.settle()
  const expected = new Array(open).fill(COUNTER)
  expect(counters()).toEqual(expected)
  node.die()
  await node.open({ build_hash: 'ff' })
  expect(counters()).toEqual(expected)
})

test('[P6] an order asked for in the last step before a changed build is open behind it', async () => {
  const session = new PlacedSession(await scenarioOf(), 5)
  await session.open()
  const node = must(session.nodes[2], 'a node of strategies')
  const isAsked = () => JSON.stringify(booksOf(node)).includes('"approved"')
  while (!isAsked()) {
    await session.settle()
    session.world.pass(40_000)
    node.quote(session.world.quote(0))
    node.advance()
  }
  await node.persist()
  const before = booksOf(node)
  node.die()
  await node.open({ build_hash: 'ff' })
  expect(booksOf(node)).toEqual(before)
})

test.each([0, 1])('[P6] the build of node %i changes, and all go on', async (at) => {
  const session = new PlacedSession(await scenarioOf(), 4)
  await session.open()
  for (let turn = 0; turn < 60; turn++) await session.turn(turn % 7 === 0 ? 700_000 : 40_000, turn % 2)
  const node = must(session.nodes[at], 'a node')
  const before = booksOf(node)
  node.die()
  await node.open({ build_hash: 'ff' })
  expect(booksOf(node)).toEqual(before)
  node.start()
  await session.settle()
  const from = session.bus.stored.length
  const handed = session.world.handed.size
  for (let turn = 0; turn < 60; turn++) await session.turn(turn % 7 === 0 ? 700_000 : 40_000, turn % 2)
  expect(session.world.handed.size).toBeGreaterThan(handed + 10)
  expect([...session.world.handed.values()].filter((times) => times !== 1)).toEqual([])
  expect(deniedSince(session, from)).not.toContain('strategy_not_trading')
})

test('[N5] while more messages wait for the bus than their bound, orders are refused and cancels go', async () => {
  const session = new PlacedSession(await scenarioOf(), 3, { unpublished_max: 40 })
  const trading = must(session.nodes[0], 'a trading node')
  await session.open()
  for (let turn = 0; turn < 30; turn++) await session.turn(40_000, turn % 2)
  expect(await refusedDuring(session, 0)).toEqual([])
  trading.isConfirmed = false
  const from = session.bus.stored.length
  for (let turn = 0; turn < 60; turn++) await session.turn(40_000, turn % 2)
  expect(trading.sequencer.is_publish_behind).toBe(true)
  expect(new Set(await refusedDuring(session, from))).toEqual(new Set(['messages_behind']))
  const handed = session.world.handed.size
  trading.isConfirmed = true
  for (let turn = 0; turn < 60; turn++) await session.turn(40_000, turn % 2)
  expect(trading.sequencer.is_publish_behind).toBe(false)
  expect(session.world.handed.size).toBeGreaterThan(handed)
})

test('[N19] a node is heard on its own subjects and of its own strategies alone', async () => {
  const session = new PlacedSession(await scenarioOf(), 1)
  await session.open()
  const { sequencer } = must(session.nodes[0], 'a trading node')
  const good = intent(session.world.now_us, 9_000)
  const payload = good.payload as Extract<NodeMessage['payload'], { type: 'submit_intent' }>
  for (const bad of [
    { ...good, source: 'strat2' },
    { ...good, source: 'trading' },
    { ...good, subject: 'intent.main.quoter' },
    { ...good, subject: 'order.main.nth' },
    { ...good, subject: 'approved.main' },
    { ...good, payload: { ...payload, strategy_id: 'quoter' as StrategyId } },
  ]) {
    expect(sequencer.offerMessage(bad)).toBe('not_heard')
  }
  expect(sequencer.not_heard_count).toBeGreaterThanOrEqual(6)
  expect(sequencer.offerMessage(good)).toBe('queued')
})

/** The quoter runs in that node, beside nodes that stay as they are. */
async function quoterIn(place: string): Promise<LiveScenario> {
  const hosted = (id: string) => (id === place ? ['quoter'] : [])
  const nodes: NodeConfig[] = [
    { id: 'trading', accounts: ['main'], strategies: ['timed', ...hosted('trading')] },
    ...['own', 'other'].map((id) => ({ id, accounts: [], strategies: hosted(id) })),
  ]
  return liveScenario(['timed', 'quoter'], { nodes })
}

/** At a venue that takes market and limit orders alone. */
async function holdingScenario(): Promise<LiveScenario> {
  const scenario = await scenarioOf()
  const venues = scenario.config.venues.map((venue) => ({
    ...venue,
    simulation: { ...venue.simulation, takes: 'market_and_limit' as const },
  }))
  return { ...scenario, config: { ...scenario.config, venues } }
}

async function scenarioOf(): Promise<LiveScenario> {
  const nodes: NodeConfig[] = [
    { id: 'trading', accounts: ['main'], strategies: ['timed'] },
    { id: 'strat1', accounts: [], strategies: ['nth', 'bars', 'pub'] },
    { id: 'strat2', accounts: [], strategies: ['quoter', 'sub'] },
  ]
  return liveScenario(STRATEGIES, { nodes })
}

async function played(scenario: LiveScenario): Promise<PlacedSession> {
  const session = new PlacedSession(scenario, 7)
  await session.open()
  for (let turn = 0; turn < 200; turn++) await session.turn(turn % 7 === 0 ? 700_000 : 40_000, turn % 2)
  return session
}

/** A node decides something and dies, before or after the disk has it; it comes back at once. */
async function killOne(session: PlacedSession, random: RandomStream): Promise<void> {
  const node = must(session.nodes[random.nextInt(session.nodes.length)], 'a node')
  const quote = session.world.quote(random.nextInt(2))
  for (const each of session.nodes) each.quote(quote)
  node.advance()
  if (random.nextInt(4) !== 0) await node.persist()
  node.die()
  await node.open()
  if (node.hasAccounts) node.start()
  await session.settle()
}

/** Types of what is asked on a subject of the bus over so many turns. */
async function intentsDuring(session: PlacedSession, subject: string, turns: number): Promise<string[]> {
  const from = session.bus.stored.length
  for (let turn = 0; turn < turns; turn++) await session.turn(turn % 7 === 0 ? 700_000 : 40_000, turn % 2)
  const stored = session.bus.stored.slice(from).filter((message) => message.subject === subject)
  return stored.map(({ bytes }) => JSON.parse(new TextDecoder().decode(bytes)).payload.type)
}

/** Positions and open orders of strategies whose account is elsewhere. */
function booksOf(node: PlacedNode): unknown[] {
  const { ledger } = node.sequencer.built
  return Object.entries(ledger.save().remote_books ?? {})
}

function openOf(node: PlacedNode, strategy_id: string): unknown[] {
  const book = node.sequencer.built.ledger.save().remote_books?.[strategy_id]
  return ((book?.open ?? []) as { counter: number }[]).map(({ counter }) => counter)
}

function deniedSince(session: PlacedSession, from: number): string[] {
  const denials = session.bus.stored.slice(from).filter(({ subject }) => subject === 'paper.risk.main')
  return denials.map(({ bytes }) => JSON.parse(new TextDecoder().decode(bytes)).payload.reason_code)
}

/** Why orders did not leave, by the facts on the bus. */
async function refusedDuring(session: PlacedSession, from: number): Promise<string[]> {
  const facts = session.bus.stored.slice(from).filter(({ subject }) => subject === 'paper.order.main')
  return facts
    .map(({ bytes }) => JSON.parse(new TextDecoder().decode(bytes)).payload)
    .filter(({ type }) => type === 'order.not_sent')
    .map(({ reason_code }) => reason_code)
}

function venuesOf(session: PlacedSession, { hasAccounts }: { hasAccounts: boolean }) {
  return hasAccounts ? session.world.ports : []
}

/** Ids and subjects of everything a node's journal says it said. */
async function saidBy(journal: MemoryJournal, node: string): Promise<Map<string, string>> {
  const said = new Map<string, string>()
  for (const { epoch } of journal.epochs) {
    for await (const { kind, payload } of journal.read(epoch)) {
      if (kind !== RECORD_KIND.effects) continue
      const { seq, messages } = readEffects(payload, () => -1)
      for (const { n, subject } of messages) said.set(messageId(node, epoch, seq, n), subject)
    }
  }
  return said
}

async function heardBy(journal: MemoryJournal): Promise<NodeMessage[]> {
  const heard: NodeMessage[] = []
  for (const { epoch } of journal.epochs) {
    for await (const { kind, payload } of journal.read(epoch)) {
      if (kind !== RECORD_KIND.input || isRowRecord(payload)) continue
      const { input } = readInput(new CanonicalReader(payload), () => 0)
      if (input.type === 'node_message') heard.push(input)
    }
  }
  return heard
}

function hearsSubject({ config }: LiveScenario, node_id: string, subject: string): boolean {
  const node = must(
    config.nodes?.find(({ id }) => id === node_id),
    'a node',
  )
  const [family, first = '', second = ''] = subject.split('.')
  if (family === 'sig') return node.strategies.includes('sub')
  if (family === 'intent' || family === 'strategy-state') return node.accounts.includes(first)
  return node.strategies.includes(second)
}

/** As a journal that a crash ended between an input and what came of it. */
async function loseLastEffects({ store, journal }: PlacedNode): Promise<void> {
  const { opening } = must(store.epochs.at(-1), 'an epoch is open')
  const records: JournalRecord[] = []
  for await (const record of journal.read(opening.epoch)) records.push(record)
  store.epochs.pop()
  expect(must(records.pop(), 'a record').kind).toBe(RECORD_KIND.effects)
  const writer = await new MemoryJournal(nodeSha256, store).openEpoch(opening)
  for (const { kind, payload } of records) writer.append(kind, payload)
  await writer.close()
}

/** What was said about the order of `intent`, in short; what was published again is said once. */
function answersSince({ bus }: PlacedSession, from: number): string[] {
  const said = new Map(bus.stored.slice(from).map(({ message_id, bytes }) => [message_id, bytes]))
  return [...said.values()].flatMap((bytes) => {
    const { type, counter, reason_code } = JSON.parse(new TextDecoder().decode(bytes)).payload
    return counter === 500 && reason_code !== undefined ? [`${type} ${reason_code}`] : []
  })
}

function cancelIntent(ts_us: number): NodeMessage {
  const message = intent(ts_us, 9_000)
  const { account_id, strategy_id, counter, ts_intent_us } = message.payload as SubmitIntent
  const key = { account_id, strategy_id, counter, request_counter: 501, ts_intent_us }
  return { ...message, payload: { type: 'cancel_intent', ...key } }
}

function intent(ts_us: number, seq: number, order: Partial<SubmitIntent> = {}): NodeMessage {
  return {
    type: 'node_message',
    subject: 'intent.main.nth',
    sequence: seq,
    message_id: `strat1.1.${seq}.0` as MessageId,
    source: 'strat1',
    payload: {
      type: 'submit_intent',
      account_id: 'main' as never,
      strategy_id: 'nth' as StrategyId,
      counter: 500,
      instrument_id: 'AAA.one' as InstrumentId,
      instrument_index: 0,
      side: 'buy',
      order_type: 'market',
      time_in_force: 'ioc',
      price_units: priceUnits(0),
      order_quantity_units: sizeUnits(1_000),
      terms: PLAIN_TERMS,
      ts_intent_us: timeUs(ts_us),
      ...order,
    },
  }
}

/** What the account's node tells of an order of the quoter. */
function fromAccount(payload: NodeMessage['payload'], n: number): NodeMessage {
  const subject = nodeSubjectOf(payload)
  const message_id = `trading.1.9000.${n}` as MessageId
  return { type: 'node_message', subject, sequence: 9_000 + n, message_id, source: 'trading', payload }
}

function held(type: 'order.held' | 'order.triggered'): OrderFact {
  const order = heldOrder(STOP, 'one' as VenueId, 'trigger')
  return heldFact(order, type, 'placed-1-quoter-700' as ClientOrderId, '', timeUs(1))
}

function denied(request: OrderDenied['request'], reason_code: DenialCode): OrderDenied {
  return { ...denialOf(STOP, { reason_code, value: '', now_us: 1 }), request }
}

function text(command: Record<string, unknown>): string {
  return JSON.stringify(command)
}
