import { expect, test } from 'vitest'
import { nodeSha256 } from '../../adapters/sha256/node-sha256.ts'
import { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { readEffects } from '../../engine/effect-record.ts'
import { isRowRecord, type JournaledInput, readInput, writeInput } from '../../engine/input-codec.ts'
import { sameBytes } from '../../engine/journal/parse-batch.ts'
import { type EpochSnapshot, type JournalRecord, RECORD_KIND } from '../../engine/journal-port.ts'
import type { TradeInput } from '../../engine/live/live-input.ts'
import { Recovery } from '../../engine/live/recovery.ts'
import { stateOfBase } from '../../engine/live/session-state.ts'
import { MemoryJournal, MemoryJournalStore } from '../../engine/memory-journal.test-support.ts'
import { must } from '../../schemas/assert.ts'
import type { VenueId } from '../../schemas/ids.ts'
import type { SendOutcome, VenueCommand } from '../../schemas/messages/order.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { LiveDesk } from './live-desk.test-support.ts'
import {
  control,
  type LiveScenario,
  liveScenario,
  type Rerun,
  rerun,
  sessionOptions,
} from './live-engine.test-support.ts'
import { LiveWorld } from './live-world.test-support.ts'

const TRADERS = ['nth', 'quoter', 'timed', 'bars'] as const

test('[N28] inputs that a turn has no time for come in the next, in their order and with its time', async () => {
  const desk = await LiveDesk.open(await liveScenario(['quoter']), { store: new MemoryJournalStore() })
  desk.start()
  const { sequencer, world } = desk
  sequencer.advance(world.now_us)
  const { seq } = sequencer.node
  for (let turn = 0; turn < 3; turn++) sequencer.offerQuote(world.quote(0))
  const found: (readonly [number, boolean])[] = []
  for (let turn = 0; turn < 3; turn++) {
    world.pass(1)
    sequencer.advance(world.now_us, () => true)
    found.push([sequencer.node.seq - seq, sequencer.has_input])
  }
  expect(found).toEqual([
    [1, true],
    [2, true],
    [3, false],
  ])
  expect(sequencer.node.now_us).toBe(world.now_us)
})

test('[N3] time never goes back, and a timer is sequenced before every input later than its deadline', async () => {
  const { desk, inputs } = await recorded()
  expect(inputs.map(({ ts_seq_us }) => ts_seq_us)).toEqual(
    inputs.map(({ ts_seq_us }) => ts_seq_us).toSorted((a, b) => a - b),
  )
  const timers = inputs.flatMap(({ ts_seq_us, input }, at) =>
    input?.type === 'timer' ? [{ before_us: beforeUs(inputs, at), at_us: input.at_us, ts_seq_us }] : [],
  )
  expect(timers.length).toBeGreaterThan(2)
  for (const { before_us, at_us, ts_seq_us } of timers) {
    expect(before_us).toBeLessThanOrEqual(at_us)
    expect(ts_seq_us).toBeGreaterThan(at_us)
  }
  desk.advance(-60_000_000, 1)
  expect(desk.sequencer.node.now_us).toBe(must(inputs.at(-1), 'inputs were recorded').ts_seq_us)
})

test('[N27] what the venue tells of an order is not urgent where it causes nothing', async () => {
  const desk = await LiveDesk.open(await liveScenario(['nth']), { store: new MemoryJournalStore() })
  const { sequencer, writer, world } = desk
  desk.start()
  for (let turn = 0; turn < 100 && !sequencer.node.outbox.has_pending; turn++) desk.advance(1_000, 1)
  expect(sequencer.urgent_lsn).toBe(writer.appended_lsn)
  await desk.commit()
  const { appended_lsn } = writer
  for (let turn = 0; turn < 100 && world.reports.length < 2; turn++) desk.advance(10_000)
  expect({ outcomes: desk.outcomes.length, told: writer.appended_lsn > appended_lsn + 2 }).toEqual({
    outcomes: 1,
    told: true,
  })
  expect(sequencer.urgent_lsn).toBe(appended_lsn)
})

test('[N27] all but what comes again is urgent', async () => {
  const scenario = await liveScenario(['nth'])
  const desk = await LiveDesk.open(scenario, { store: new MemoryJournalStore() })
  const { sequencer } = desk
  desk.start()
  desk.advance(1_000)
  const started_lsn = sequencer.urgent_lsn
  expect(started_lsn).toBeGreaterThan(0)
  sequencer.offerRow(tradeOf(desk.world.now_us))
  sequencer.advance(desk.world.now_us)
  expect(sequencer.urgent_lsn).toBe(started_lsn)
  sequencer.offerRow(tradeOf(desk.world.now_us))
  sequencer.offer(control('orders_cancel'))
  sequencer.offerRow(tradeOf(desk.world.now_us))
  sequencer.advance(desk.world.now_us)
  expect(sequencer.urgent_lsn).toBe(started_lsn + 4)
})

test('[N4] market data beyond the bound puts its feed in gap once, until the feed is whole again', async () => {
  const scenario = await liveScenario(['nth'])
  const store = new MemoryJournalStore()
  const desk = await LiveDesk.open(scenario, { store, bounds: { conflate_from: 3, market_max: 3 } })
  desk.start()
  const feed = () => desk.sequencer.node.stateOf('feed/one')
  desk.advance(1_000, 2)
  expect(feed()).toBe('live')
  const overflow = () => Array.from({ length: 8 }, () => tradeOf(desk.world.now_us))
  expect(overflow().map((trade) => desk.sequencer.offerRow(trade))).toEqual([
    ...Array(3).fill('queued'),
    ...Array(5).fill('gap'),
  ])
  desk.advance(1_000)
  expect(feed()).toBe('gap')
  desk.sequencer.offer({
    type: 'feed_event',
    venue_id: 'one' as VenueId,
    event: 'resynchronised',
    reason: '',
  })
  desk.advance(1_000, 1)
  expect(feed()).toBe('live')
  for (const trade of overflow()) desk.sequencer.offerRow(trade)
  desk.advance(1_000)
  expect(feed()).toBe('gap')
  await desk.commit()
  const gaps = (await inputsOf(desk, 1)).filter(({ input }) => input?.type === 'feed_event')
  expect(gaps.map(({ input }) => input?.type === 'feed_event' && input.event)).toEqual([
    'gap',
    'resynchronised',
    'gap',
  ])
})

test.each(['journal_behind', 'journal_copy_behind'])(
  '[N5] while the journal or its copy is behind, orders are refused with %s and cancels still go',
  async (reason) => {
    const isCopy = reason === 'journal_copy_behind'
    let isBehind = false
    const scenario = await liveScenario(['quoter'])
    const writer = {
      get pending_bytes() {
        return isBehind && !isCopy ? 2 << 20 : 0
      },
      get order_refusal() {
        return isBehind && isCopy ? reason : ''
      },
    }
    const desk = await LiveDesk.open(scenario, { store: new MemoryJournalStore(), writer })
    desk.start()
    await desk.trade(12)
    const before = new Set(desk.world.handed.keys())
    isBehind = true
    await desk.trade(30)
    const handed = [...desk.world.handed.keys()].filter((id) => !before.has(id))
    const refused = (await inputsOf(desk, 1)).flatMap(({ input }) =>
      input?.type === 'send_outcome' && input.outcome === 'refused' ? [input] : [],
    )
    expect(new Set(refused.map(({ reason_code }) => reason_code))).toEqual(new Set([reason]))
    expect(new Set(refused.map(({ command_type }) => command_type))).not.toContain('order_cancel_request')
    expect(refused.map(({ client_order_id }) => client_order_id).filter((id) => handed.includes(id))).toEqual(
      [],
    )
    expect(handed.length).toBeGreaterThan(0)
    isBehind = false
    await desk.trade(12)
    expect(desk.world.handed.size).toBeGreaterThan(before.size + handed.length)
  },
)

test('[N5] a session that has recovered sends no order before trading is enabled', async () => {
  const scenario = await liveScenario(TRADERS)
  const store = new MemoryJournalStore()
  const first = await LiveDesk.open(scenario, { store })
  first.start()
  await first.trade(30)
  first.die()
  const { world } = first
  const next = await LiveDesk.open(scenario, { store, world })
  const before = new Set(world.handed.keys())
  await next.trade(30)
  const orders = (await inputsOf(next, 2)).flatMap(({ input }) =>
    input?.type === 'send_outcome' && input.command_type === 'new_order_single' ? [input] : [],
  )
  const refused = orders.filter(({ reason_code }) => reason_code === 'not_reconciled')
  expect(refused.length).toBeGreaterThan(3)
  expect(refused.filter(({ client_order_id }) => world.handed.has(client_order_id))).toEqual([])
  next.sequencer.offer(control('trading_enable'))
  await next.trade(30)
  expect(world.handed.size).toBeGreaterThan(before.size + 3)
})

test('[N6] once the journal has failed the session takes nothing more and says so; durable cancels still go', async () => {
  const failure = new OperatingError({ code: 'journal.disk_full', reason: 'unavailable', what: 'Full.' })
  let failed = false
  const scenario = await liveScenario(['quoter'])
  const writer = {
    get failure() {
      return failed ? failure : undefined
    },
  }
  const desk = await LiveDesk.open(scenario, { store: new MemoryJournalStore(), writer })
  desk.start()
  await desk.trade(25)
  const before = new Set(desk.world.handed.keys())
  for (let turn = 0; turn < 10; turn++) {
    desk.world.pass(400)
    for (const index of [0, 1]) desk.sequencer.offerQuote(desk.world.quote(index))
    // Nothing is released here: the disk is done with it only after the last turn.
    desk.sequencer.advance(desk.world.now_us)
  }
  await desk.writer.commit()
  const waiting = (await commandsOf(desk)).filter(({ client_order_id }) => !before.has(client_order_id))
  const cancels = waiting.filter(({ type }) => type === 'order_cancel_request')
  expect([cancels.length > 0, waiting.length > cancels.length]).toEqual([true, true])
  failed = true
  desk.sequencer.release(desk.world.now_us)
  const handed = [...desk.world.handed.keys()].filter((id) => !before.has(id))
  expect(handed).toEqual(cancels.map(({ client_order_id }) => client_order_id))
  expect(() => desk.sequencer.advance(desk.world.now_us)).toThrow(
    'The journal cannot be written any more, so the session takes no further input and sends no order.',
  )
})

test('[N6] a session whose step failed takes nothing more, and an order that waited does not leave', async () => {
  const failure = new Error('the venue table is broken')
  const scenario = await liveScenario(['nth'])
  const desk = await LiveDesk.open(scenario, { store: new MemoryJournalStore() })
  const { sequencer, world } = await withOrderWaiting(desk)
  sequencer.node.stepFeedEvent = () => {
    throw failure
  }
  sequencer.offer(FEED_CONNECTED)
  expect(() => sequencer.advance(world.now_us)).toThrow(failure)
  const { seq } = sequencer.node
  expect(() => desk.advance(1_000, 2)).toThrow(failure)
  expect(sequencer.node.seq).toBe(seq)
  const handed = world.handed.size
  await desk.commit()
  expect(world.handed.size).toBe(handed)
})

test('[N5] while more inputs wait than their bound, an order that waited is refused', async () => {
  const scenario = await liveScenario(['nth'])
  const desk = await LiveDesk.open(scenario, { store: new MemoryJournalStore(), bounds: { kept_max: 2 } })
  const { sequencer, world, writer } = await withOrderWaiting(desk)
  const handed = world.handed.size
  await writer.commit()
  for (let waiting = 0; waiting < 3; waiting++) sequencer.offer(FEED_CONNECTED)
  sequencer.release(world.now_us)
  desk.advance(1_000)
  await desk.commit()
  expect(outcomesOf(await inputsOf(desk, 1)).at(-1)).toMatchObject({
    outcome: 'refused',
    reason_code: 'input_backlog',
  })
  expect(world.handed.size).toBe(handed)
})

test('[N7] a session that ended well leaves no send open, and one that died settles each that was', async () => {
  const scenario = await liveScenario(TRADERS)
  const store = new MemoryJournalStore()
  const first = await LiveDesk.open(scenario, { store })
  first.start()
  await first.trade(40)
  await first.trade(5, 0)
  first.die()
  const second = await LiveDesk.open(scenario, { store, world: first.world })
  second.advance(1_000)
  await second.commit()
  expect(outcomesOf(await inputsOf(second, 2))).toEqual([])
  second.sequencer.offer(control('trading_enable'))
  await second.trade(40)
  while (second.sequencer.node.outbox.has_pending === false) second.advance(400, 2)
  await second.writer.commit()
  const lastEffects = (await second.records(2)).findLast(({ kind }) => kind === RECORD_KIND.effects)
  const { commands } = readEffects(must(lastEffects, 'effects were recorded').payload, () => -1)
  second.die()
  const third = await LiveDesk.open(scenario, { store, world: first.world })
  third.advance(1_000)
  await third.commit()
  const settled = outcomesOf(await inputsOf(third, 3))
  expect(settled.map(({ outcome, reason_code }) => `${outcome} ${reason_code}`)).toEqual(
    settled.map(() => 'unproven engine_restarted'),
  )
  expect(settled.map(({ client_order_id }) => client_order_id)).toEqual(
    expect.arrayContaining(commands.map(({ client_order_id }) => client_order_id)),
  )
})

test('[N8] a snapshot taken beside the session is, byte for byte, the state of the session there', async () => {
  const { desk } = await recorded()
  const snapshots = await desk.journal.snapshots(1)
  const states = snapshots.flatMap(({ lsn, state }) => {
    const own = desk.states.get(lsn)
    return own === undefined ? [] : [{ lsn, is_equal: sameBytes(state, own) }]
  })
  expect(states.length).toBeGreaterThan(5)
  expect(states).toEqual(states.map(({ lsn }) => ({ lsn, is_equal: true })))
})

test('[N8] recovery from any snapshot gives the state that running everything gives', async () => {
  const { scenario, desk, store, records } = await recorded()
  const snapshots = await desk.journal.snapshots(1)
  expect(snapshots.length).toBeGreaterThan(5)
  const whole = await wholeRun(scenario, store)
  for (const snapshot of [undefined, ...snapshots]) {
    expect(sameBytes(await recoveredState(scenario, store, records, snapshot), whole.state)).toBe(true)
  }
})

test('[N9] an altered effect, a missing timer, a surplus timer and a lost input each stop the start-up at their record', async () => {
  const { scenario, store, records: plain } = await recorded()
  const effects = plain.findIndex(({ kind }) => kind === RECORD_KIND.effects)
  const timer = plain.findIndex((record) => inputOf(record)?.input?.type === 'timer')
  const rows = plain.findIndex(({ kind, payload }) => kind === RECORD_KIND.input && isRowRecord(payload))
  const at = (index: number) => must(plain[index], 'the record is there')
  const altered = at(effects).payload.slice()
  // The last byte says that the order has no terms; before it stands its quantity.
  altered[altered.length - 2] = (altered[altered.length - 2] as number) ^ 1
  const fired = must(inputOf(at(timer)), 'a timer was recorded')
  const firing = must(fired.input, 'a timer is no row')
  const early = { seq: fired.seq, ts_seq_us: firing.type === 'timer' ? firing.at_us : 0 }
  const surplus = { type: 'timer', owner: 0, id: 'nobody', at_us: 0 } as const
  const first = must(inputOf(at(rows)), 'rows were recorded')
  const wrong: [string, JournalRecord[], number][] = [
    ['altered', plain.with(effects, { ...at(effects), payload: altered }), effects],
    ['missing', plain.with(timer, inputRecord(at(timer), fired, control('strategy_resume'))), timer],
    ['early', plain.with(timer, inputRecord(at(timer), early, firing)), timer],
    ['surplus', plain.toSpliced(rows, 0, inputRecord(at(rows), first, surplus)), rows],
    ['lost', plain.toSpliced(rows, 1), rows + 1],
  ]
  for (const [what, journaled, record] of wrong) {
    const error = await failureOf(() => recoveredState(scenario, store, journaled))
    const { code, exitCode, where } = error
    const expected = { code: 'recovery.mismatch', exitCode: 4, where: `epoch 1, record ${at(record).lsn}` }
    expect({ what, code, exitCode, where }).toEqual({ what, ...expected })
  }
})

test('[N10] a session whose quotes were conflated ends, bars and all, in the state of its re-run', async () => {
  const scenario = await liveScenario(TRADERS)
  const store = new MemoryJournalStore()
  const bounds = { conflate_from: 2, market_max: 500 }
  const desk = await LiveDesk.open(scenario, { store, bounds })
  desk.start()
  for (let turn = 0; turn < 80; turn++) {
    for (let burst = 0; burst < 6; burst++) {
      desk.world.pass(40_000)
      for (const index of [0, 1]) desk.sequencer.offerQuote(desk.world.quote(index))
    }
    desk.advance(100_000)
    await desk.commit()
  }
  expect(desk.sequencer.conflated_count).toBeGreaterThan(400)
  expect(desk.world.handed.size).toBeGreaterThan(20)
  const again = await wholeRun(scenario, store)
  expect(sameBytes(again.state, desk.sequencer.state())).toBe(true)
})

test('[N11] a strategy whose timers stop time is faulted, and the session goes on with the others', async () => {
  const scenario = await liveScenario(['nth', 'timed'])
  const definition = must(scenario.definitions.get('nth'), 'the strategy is there')
  const restless = {
    ...definition,
    onStart: (ctx: { now_us: number; setTimer(id: string, at_us: number): void }) =>
      ctx.setTimer('again', ctx.now_us),
    onTimer: (ctx: { now_us: number; setTimer(id: string, at_us: number): void }) =>
      ctx.setTimer('again', ctx.now_us - 1),
  } as typeof definition
  const store = new MemoryJournalStore()
  const stuck = { ...scenario, definitions: new Map([...scenario.definitions, ['nth', restless]]) }
  const desk = await LiveDesk.open(stuck, { store })
  desk.start()
  await desk.trade(5)
  expect(desk.sequencer.node.stateOf('strategy/nth')).toBe('faulted')
  expect(desk.sequencer.node.stateOf('strategy/timed')).toBe('trading')
  const again = await wholeRun(stuck, store)
  expect(sameBytes(again.state, desk.sequencer.state())).toBe(true)
})

test('[N12] a strategy whose state a snapshot cannot hold is faulted before it, and the session goes on', async () => {
  const { scenario, desk, store } = await withRottenState(true)
  await desk.trade(60)
  expect(desk.sequencer.node.stateOf('strategy/nth')).toBe('faulted')
  expect(faultsOf(await inputsOf(desk, 1))).toEqual([
    'The state of the strategy nth cannot be kept: NaN has no canonical encoding.',
  ])
  const again = await wholeRun(scenario, store)
  expect(again.snapshots).toBeGreaterThan(2)
  expect(sameBytes(again.state, desk.sequencer.state())).toBe(true)
})

test('[N12] a strategy whose state is lost with its process comes up without it, and its first input faults it', async () => {
  const { scenario, desk, store } = await withRottenState(false)
  await desk.trade(60)
  expect(desk.sequencer.node.stateOf('strategy/nth')).toBe('trading')
  desk.die()
  // A start that dies before its first input leaves the fault due.
  const idle = await LiveDesk.open(scenario, { store, world: desk.world })
  idle.die()
  const next = await LiveDesk.open(scenario, { store, world: desk.world })
  await next.trade(5)
  expect(next.sequencer.node.stateOf('strategy/nth')).toBe('faulted')
  const reason = 'The state of the strategy nth cannot be kept: it was left out when the session was saved.'
  expect(faultsOf(await inputsOf(next, 2))).toEqual([])
  expect(faultsOf(await inputsOf(next, 3))).toEqual([reason])
  const again = await wholeRun(scenario, store)
  expect(sameBytes(again.state, next.sequencer.state())).toBe(true)
})

/** A strategy that divides by zero into its state after some quotes, and trades on. */
async function withRottenState(isFollowed: boolean) {
  const plain = await liveScenario(['nth'])
  const definition = must(plain.definitions.get('nth'), 'the strategy is there')
  const rotten = {
    ...definition,
    onQuote: (ctx: { state: { seen: number; mean?: number } }, quote: unknown) => {
      definition.onQuote?.(ctx as never, quote as never)
      if (ctx.state.seen > 20) ctx.state.mean = Number.NaN
    },
  } as typeof definition
  const scenario = { ...plain, definitions: new Map([['nth', rotten]]) }
  const store = new MemoryJournalStore()
  const desk = await LiveDesk.open(scenario, { store, isFollowed })
  desk.start()
  return { scenario, desk, store }
}

function faultsOf(inputs: Awaited<ReturnType<typeof inputsOf>>): string[] {
  return inputs.flatMap(({ input }) =>
    input?.type === 'control' && input.command === 'strategy_fault' ? [input.reason] : [],
  )
}

const FEED_CONNECTED = {
  type: 'feed_event',
  venue_id: 'one' as VenueId,
  event: 'connected',
  reason: '',
} as const

/** Trades until an order waits for its record. */
async function withOrderWaiting(desk: LiveDesk): Promise<LiveDesk> {
  desk.start()
  await desk.trade(5)
  while (!desk.sequencer.node.outbox.has_pending) desk.advance(400, 2)
  return desk
}

async function recorded() {
  const scenario = await liveScenario(TRADERS)
  const store = new MemoryJournalStore()
  const desk = await LiveDesk.open(scenario, { store, isFollowed: true })
  desk.start()
  await desk.trade(80)
  const records = await desk.records(1)
  return { scenario, desk, store, records, inputs: records.flatMap((record) => inputOf(record) ?? []) }
}

type Seen = { readonly seq: number; readonly ts_seq_us: number; readonly input: JournaledInput | undefined }

/** Time of the last input before one that was no timer. */
function beforeUs(inputs: readonly Seen[], at: number): number {
  return inputs.slice(0, at).findLast(({ input }) => input?.type !== 'timer')?.ts_seq_us ?? 0
}

/** An input record; of rows, the place of the first. */
function inputOf({ kind, payload }: JournalRecord): Seen | undefined {
  if (kind !== RECORD_KIND.input) return undefined
  const reader = new CanonicalReader(payload)
  if (isRowRecord(payload)) return { seq: reader.number(), ts_seq_us: reader.number(), input: undefined }
  return readInput(reader, () => 0)
}

async function inputsOf(desk: LiveDesk, epoch: number): Promise<Seen[]> {
  return (await desk.records(epoch)).flatMap((record) => inputOf(record) ?? [])
}

/** Another input in the place of one. */
function inputRecord(
  { lsn }: JournalRecord,
  { seq, ts_seq_us }: Pick<Seen, 'seq' | 'ts_seq_us'>,
  input: JournaledInput,
): JournalRecord {
  const writer = new CanonicalWriter()
  writeInput(writer, seq, ts_seq_us, input)
  return { lsn, kind: RECORD_KIND.input, payload: writer.copy() }
}

/** Everything the first epoch wanted sent. */
async function commandsOf(desk: LiveDesk): Promise<VenueCommand[]> {
  const effects = (await desk.records(1)).filter(({ kind }) => kind === RECORD_KIND.effects)
  return effects.flatMap(({ payload }) => [...readEffects(payload, () => -1).commands])
}

function outcomesOf(inputs: readonly Seen[]): SendOutcome[] {
  return inputs.flatMap(({ input }) => (input?.type === 'send_outcome' ? [input] : []))
}

function tradeOf(ts_us: number): TradeInput {
  const stamps = { ts_event_us: ts_us, ts_recv_us: ts_us }
  return {
    type: 'trade',
    instrument_index: 0,
    ...stamps,
    price_units: 110_000,
    size_units: 1,
    aggressor_side: 0,
  }
}

/** Every epoch run again from its base, snapshots held against the states on the way. */
async function wholeRun(scenario: LiveScenario, store: MemoryJournalStore): Promise<Rerun> {
  const { ports } = new LiveWorld(scenario.config, scenario.instruments, 1)
  const again = await rerun(scenario, ports, new MemoryJournal(nodeSha256, store))
  if (typeof again === 'string') throw new Error(again)
  return again
}

/** What start-up makes of records of epoch 1. */
async function recoveredState(
  scenario: LiveScenario,
  store: MemoryJournalStore,
  records: readonly JournalRecord[],
  snapshot?: EpochSnapshot,
): Promise<Uint8Array> {
  const { ports } = new LiveWorld(scenario.config, scenario.instruments, 1)
  const journal = new MemoryJournal(nodeSha256, store)
  const recovery = new Recovery(
    must(journal.epochs[0], 'the session has an epoch'),
    snapshot,
    sessionOptions(scenario, ports, journal),
  )
  for (const record of records) if (record.lsn >= recovery.from_lsn) recovery.take(record)
  return stateOfBase(recovery.finish())
}

async function failureOf(work: () => Promise<unknown>): Promise<OperatingError> {
  try {
    await work()
  } catch (error) {
    if (error instanceof OperatingError) return error
    throw error
  }
  throw new Error('nothing failed')
}
