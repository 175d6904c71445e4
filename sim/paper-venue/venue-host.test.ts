import { expect, test } from 'vitest'
import { defineFillModel, Type } from '../../actors/strategy/author-kit.ts'
import type { FillModelDefinition } from '../../actors/strategy/market-model.ts'
import { HandClock } from '../../adapters/feeds/hand-clock.test-support.ts'
import { nodeSha256 } from '../../adapters/sha256/node-sha256.ts'
import { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import type { Journal } from '../../engine/journal-port.ts'
import { MemoryJournal, MemoryJournalStore } from '../../engine/memory-journal.test-support.ts'
import { RandomStream } from '../../engine/random-stream.ts'
import { createStepGate } from '../../engine/step-gate.ts'
import { must } from '../../schemas/assert.ts'
import type { Config } from '../../schemas/config/config.ts'
import type { SimulationConfig } from '../../schemas/config/simulation-config.ts'
import type { AccountId, ClientOrderId, VenueId } from '../../schemas/ids.ts'
import { builtInInstruments } from '../../schemas/instrument-table.ts'
import { PLAIN_TERMS } from '../../schemas/messages/order-terms.ts'
import type { OperatingError } from '../../schemas/operating-error.ts'
import { isoTime, priceUnits } from '../../schemas/units.ts'
import { instrumentsOf } from '../backtest/instrument-set.ts'
import { START_US } from '../backtest/tape.test-support.ts'
import { HostDriver } from './host-driver.ts'
import { auditLedger } from './ledger-audit.ts'
import { snapshotBehind } from './snapshot-behind.test-support.ts'
import { cancelOf, NO_MODELS, orderOf, quoteAt, venueConfig } from './venue-config.test-support.ts'
import { VenueHost, type VenueWord } from './venue-host.ts'

const GEN = 'gen' as VenueId
const MAIN = 'main' as AccountId
const idOf = (counter: number) => `paper-1-t-${counter}` as ClientOrderId

async function hostOn(store: MemoryJournalStore, config: Config) {
  const journal: Journal = new MemoryJournal(nodeSha256, store)
  const host = await VenueHost.open({
    config,
    authored: NO_MODELS,
    journal,
  })
  const words: VenueWord[] = []
  host.listen((word) => words.push(word))
  return { host, words, journal }
}

function booksOf(host: VenueHost): Uint8Array {
  const writer = new CanonicalWriter(1 << 16)
  host.books.save(writer)
  return writer.copy()
}

const wordOf = (word: VenueWord) =>
  word.word === 'received'
    ? `received ${word.command.client_order_id}`
    : word.word === 'status'
      ? `${word.status.instrument_id} ${word.status.status}`
      : `${word.report.report_id} ${word.report.report_type} ${word.report.client_order_id}`

test('[V2] nothing is said of a command before it is durable, and then in its order', async () => {
  const { host, words } = await hostOn(new MemoryJournalStore(), await venueConfig())
  host.row(quoteAt(START_US), START_US)
  host.command(orderOf(1), START_US + 10)
  host.command(orderOf(2, { price_units: priceUnits(100_000) }), START_US + 20)
  expect(words).toEqual([])
  await host.commit()
  expect(words.map(wordOf)).toEqual([
    'received paper-1-t-1',
    '1 new paper-1-t-1',
    '2 trade paper-1-t-1',
    'received paper-1-t-2',
    '3 new paper-1-t-2',
  ])
})

test('[V6] a second order of the same id is refused, counted, and changes nothing', async () => {
  const store = new MemoryJournalStore()
  const config = await venueConfig()
  const { host, words } = await hostOn(store, config)
  host.row(quoteAt(START_US), START_US)
  host.command(orderOf(1), START_US + 10)
  host.command(orderOf(1), START_US + 20)
  await host.close()
  expect(words.map(wordOf).slice(3)).toEqual(['received paper-1-t-1', '3 rejected paper-1-t-1'])
  const audit = await auditLedger(new MemoryJournal(nodeSha256, store), NO_MODELS)
  expect(audit).toMatchObject({
    duplicates_received: 1,
    is_consistent: true,
    ids: [{ client_order_id: 'paper-1-t-1', received_count: 2 }],
    fills: [{ execution_id: 'gen-1', quantity_units: 1_000, side: 'buy', price_units: 110_002 }],
    accounts: [
      { account_id: 'main', positions: [{ instrument_id: 'EURUSD.gen', quantity_units: 1_000 }] },
      {},
    ],
  })
})

test('[V21] a host goes on from the newest snapshot of its last epoch, and tells again what is behind it alone', async () => {
  const store = new MemoryJournalStore()
  const config = await venueConfig()
  const { host } = await hostOn(store, config)
  host.row(quoteAt(START_US), START_US)
  host.command(orderOf(1), START_US + 10)
  await host.commit()
  const earlier = booksOf(host)
  host.command(orderOf(2), START_US + 20)
  await host.close()
  // Books that are not those behind its record show what the next host began with.
  const journal = new MemoryJournal(nodeSha256, store)
  const { last_lsn } = must(journal.epochs.at(-1), 'an epoch is there')
  await journal.saveSnapshot(1, { lsn: last_lsn, state: earlier })
  const next = await hostOn(store, config)
  expect(booksOf(next.host)).toEqual(earlier)
})

test.each([
  ['without latency', '{}'],
  ['with latency', '{ submit_us: 300, report_us: 200 }'],
  [
    'with drawn latency',
    '{ submit_us: { model: exponential, mean_us: 200, max_us: 2000 }, report_us: { model: recorded, delays_us: [250, 0, 90] } }',
  ],
])(
  '[V1] [V3] [V21] a host that dies anywhere, and has a snapshot from anywhere, comes back with the books and numbers of one that did not: %s',
  async (_, latency) => {
    const config = await venueConfig(latency)
    const seed = 31
    const random = new RandomStream(seed, 'host')
    let store = new MemoryJournalStore()
    let lives = 1
    let { host, words } = await hostOn(store, config)
    const said = new Map<string, string>()
    let now = START_US
    for (let turn = 1; turn <= 400; turn++) {
      now += 1 + random.nextInt(150)
      if (turn % 3 !== 0) host.row(quoteAt(now, 110_000 + random.nextInt(20)), now)
      else if (turn % 2 === 0) host.command(orderOf(turn, { side: turn % 4 === 0 ? 'buy' : 'sell' }), now)
      else host.command(orderOf(turn, { price_units: priceUnits(109_990 + random.nextInt(20)) }), now)
      if (turn % 15 === 0) host.command(cancelOf(orderOf(turn - 6), 1_000 + turn), now)
      if (random.nextInt(3) === 0) host.pass(now)
      await host.commit()
      for (const word of words.splice(0)) {
        if (word.word !== 'report') continue
        const { report_id } = word.report
        expect({ seed, was: said.get(report_id) ?? wordOf(word) }).toEqual({ seed, was: wordOf(word) })
        said.set(report_id, wordOf(word))
      }
      if (random.nextInt(20) !== 0) continue
      const before = booksOf(host)
      // What was told and not committed dies with it.
      host.row(quoteAt(now, 1), now)
      store = store.copy()
      await snapshotBehind(store, random)
      ;({ host, words } = await hostOn(store, config))
      expect({ seed, turn, same: Buffer.compare(booksOf(host), before) }).toEqual({ seed, turn, same: 0 })
      for (const report of host.books.log(GEN, MAIN).after('')) {
        const word = wordOf({ word: 'report', report })
        expect({ seed, word }).toEqual({ seed, word: said.get(report.report_id) ?? word })
      }
      lives++
    }
    expect(lives).toBeGreaterThan(5)
    expect(said.size).toBeGreaterThan(0)
  },
)

test.each<SimulationConfig>([
  { fills: { model: 'probabilistic', slip_probability: '0.5', touch_probability: '0' } },
  { book: 'book_level' },
  { queue: { model: 'conservative' } },
])(
  '[V1] a ledger of a venue with other models is refused, since its state would be read as something else: %j',
  async (simulation) => {
    const store = new MemoryJournalStore()
    const config = await venueConfig()
    await (await hostOn(store, config)).host.close()
    const venues = config.venues.map((venue) => ({ ...venue, simulation }))
    await expect(hostOn(store, { ...config, venues })).rejects.toMatchObject({
      code: 'exchange.other_layout',
    })
  },
)

test('[V1] a ledger of an instrument with other scales is refused', async () => {
  const store = new MemoryJournalStore()
  const config = await venueConfig()
  const [id] = instrumentsOf(config).map(({ instrument_id }) => instrument_id)
  const known = [...config.instruments, ...builtInInstruments()].find((each) => each.instrument_id === id)
  const definition = must(known, 'the instrument is defined')
  await (await hostOn(store, config)).host.close()
  const other = { ...definition, price_scale: definition.price_scale + 1 }
  await expect(hostOn(store, { ...config, instruments: [other] })).rejects.toMatchObject({
    code: 'exchange.other_layout',
  })
})

test('[V1] [K5] a host that dies with a bracket under way releases its children, and lowers the one by the other, as if it had not', async () => {
  const plain = await venueConfig()
  const simulation = { takes: 'all_and_contingent' } as const
  const config = { ...plain, venues: plain.venues.map((one) => ({ ...one, simulation })) }
  const store = new MemoryJournalStore()
  const first = await hostOn(store, config)
  first.host.row(quoteAt(START_US), START_US)
  const way = { side: 'sell', terms: { ...PLAIN_TERMS, parent_counter: 1 } } as const
  const group = { group_counter: 2, group_type: 'ouo' } as const
  for (const order of [
    orderOf(1, { price_units: priceUnits(109_900) }),
    orderOf(2, { ...way, price_units: priceUnits(110_100) }),
    orderOf(3, { ...way, price_units: priceUnits(110_200), terms: { ...way.terms, ...group } }),
  ])
    first.host.command(order, START_US + 1)
  await first.host.commit()
  expect(first.words.map(wordOf).filter((word) => !word.startsWith('received'))).toEqual([
    '1 new paper-1-t-1',
    '2 new paper-1-t-2',
    '3 new paper-1-t-3',
  ])
  const second = await hostOn(store.copy(), config)
  expect(second.host.books.state(GEN, MAIN).open_client_order_ids).toEqual([1, 2, 3].map(idOf))
  second.host.row(quoteAt(START_US + 2, 109_890), START_US + 2)
  second.host.row(quoteAt(START_US + 3, 110_100), START_US + 3)
  await second.host.close()
  expect(second.words.map(wordOf)).toEqual([
    '4 trade paper-1-t-1',
    '5 trade paper-1-t-2',
    '6 canceled paper-1-t-3',
  ])
})

test('[V4] an id is live, on its way, ended by the reports that ended it, or absent', async () => {
  const { host } = await hostOn(
    new MemoryJournalStore(),
    await venueConfig('{ submit_us: 300, report_us: 200 }'),
  )
  const found = (counter: number) => host.books.find(GEN, MAIN, idOf(counter))
  host.row(quoteAt(START_US), START_US)
  host.command(orderOf(1), START_US + 10)
  expect(found(1)).toEqual({ is: 'on_its_way' })
  // It has traded at the exchange, and its reports are on their way out: it is not absent.
  host.pass(START_US + 400)
  expect(found(1)).toEqual({ is: 'on_its_way' })
  host.pass(START_US + 600)
  await host.commit()
  expect(found(1)).toEqual({ is: 'ended', reports: host.books.log(GEN, MAIN).about(idOf(1)) })
  host.command(orderOf(2, { price_units: priceUnits(100_000) }), START_US + 1_000)
  host.pass(START_US + 2_000)
  expect(found(2)).toMatchObject({ is: 'live', report: { report_type: 'new', client_order_id: idOf(2) } })
  expect(found(3)).toEqual({ is: 'absent' })
})

test('[V5] an account is told behind every report of what it shows', async () => {
  const { host, words } = await hostOn(new MemoryJournalStore(), await venueConfig('{ report_us: 200 }'))
  const told: unknown[] = []
  host.row(quoteAt(START_US), START_US)
  host.command(orderOf(1), START_US + 10)
  host.askState(GEN, MAIN, ({ positions }) =>
    told.push([words.map(wordOf), positions.map(({ quantity_units }) => quantity_units)]),
  )
  await host.commit()
  expect(told).toEqual([])
  host.pass(START_US + 220)
  await host.commit()
  expect(told).toEqual([[['received paper-1-t-1', '1 new paper-1-t-1', '2 trade paper-1-t-1'], [1_000]]])
})

test('[V5] a state is what its reports came to, however late a busy machine lets time pass', async () => {
  const seed = Date.now() % 100_000
  const random = new RandomStream(seed, 'states')
  const latency =
    '{ submit_us: { model: exponential, mean_us: 200, max_us: 2000 }, report_us: { model: recorded, delays_us: [900, 0, 250] } }'
  const { host, words } = await hostOn(new MemoryJournalStore(), await venueConfig(latency))
  const differing: unknown[] = []
  let told = 0
  let now = START_US
  for (let turn = 1; turn <= 600; turn++) {
    now += 1 + random.nextInt(random.nextInt(10) === 0 ? 5_000 : 150)
    const order = {
      side: turn % 4 < 2 ? 'buy' : 'sell',
      price_units: priceUnits(109_995 + random.nextInt(12)),
    } as const
    if (turn % 3 === 0) host.command(orderOf(turn, order), now)
    else host.row(quoteAt(now, 110_000 + random.nextInt(8)), now)
    if (turn % 9 === 0) host.command(cancelOf(orderOf(turn - 6, order), 1_000 + turn), now)
    if (turn % 5 === 0) {
      host.askState(GEN, MAIN, ({ positions, open_client_order_ids }) => {
        told++
        const state = { position: positions[0]?.quantity_units ?? 0, open: [...open_client_order_ids].sort() }
        const reported = reportedBooks(words)
        if (JSON.stringify(state) !== JSON.stringify(reported)) differing.push({ turn, state, reported })
      })
    }
    if (random.nextInt(8) === 0) host.pass(now)
    if (random.nextInt(3) === 0) await host.commit()
  }
  host.pass(now + 10_000)
  await host.commit()
  expect({ seed, told, differing }).toEqual({ seed, told: 120, differing: [] })
})

/** What the reports so far come to, to whoever has nothing else. */
function reportedBooks(words: readonly VenueWord[]): { position: number; open: string[] } {
  const open = new Set<string>()
  let position = 0
  for (const word of words) {
    if (word.word !== 'report') continue
    const {
      report_type,
      client_order_id,
      original_client_order_id,
      side,
      last_quantity_units,
      leaves_quantity_units,
    } = word.report
    if (report_type === 'trade') position += side === 'buy' ? last_quantity_units : -last_quantity_units
    if (report_type === 'new') open.add(client_order_id)
    if (report_type === 'canceled') open.delete(original_client_order_id)
    if (report_type === 'trade' && leaves_quantity_units === 0) open.delete(client_order_id)
  }
  return { position, open: [...open].sort() }
}

test('[V7] the audit of several lives finds every id, every fill once, and that each begins where the last ended', async () => {
  const config = await venueConfig('{ submit_us: 300, report_us: 200 }')
  const store = new MemoryJournalStore()
  let now = START_US
  for (let life = 0; life < 3; life++) {
    const { host } = await hostOn(store, config)
    for (let at = 1; at <= 10; at++) {
      now += 100
      host.row(quoteAt(now, 110_000 + at), now)
      host.command(orderOf(life * 10 + at), now + 50)
      await host.commit()
    }
    await host.close()
  }
  const audit = await auditLedger(new MemoryJournal(nodeSha256, store), NO_MODELS)
  expect(audit).toMatchObject({ epochs: 3, inputs: 60, is_consistent: true, duplicates_received: 0 })
  expect(audit.ids).toHaveLength(30)
  expect(new Set(audit.fills.map(({ execution_id }) => execution_id)).size).toBe(30)
  expect(audit.fills).toHaveLength(30)
})

/** Halted from a minute after the start on, for an hour. */
async function haltedConfig(): Promise<Config> {
  const config = await venueConfig()
  const at = (us: number) => isoTime(START_US + us)
  const halts = [{ instrument: 'EURUSD.gen', from: at(60_000_000), to: at(3_660_000_000) }]
  return { ...config, venues: config.venues.map((venue) => ({ ...venue, simulation: { halts } })) }
}

test('[V9] a halt is told once its time is in the ledger, and a host that dies within it comes up halted', async () => {
  const store = new MemoryJournalStore()
  const config = await haltedConfig()
  const first = await hostOn(store, config)
  first.host.row(quoteAt(START_US), START_US)
  first.host.pass(START_US + 60_000_000)
  first.host.command(orderOf(1), START_US + 61_000_000)
  expect(first.words).toEqual([])
  await first.host.commit()
  expect(first.words.map(wordOf)).toEqual([
    'EURUSD.gen trading',
    'EURUSD.gen halted',
    'received paper-1-t-1',
    '1 new paper-1-t-1',
  ])
  const second = await hostOn(store, config)
  expect(booksOf(second.host)).toEqual(booksOf(first.host))
  const statuses = second.host.books.venues.exchange(GEN).statuses(START_US)
  expect(statuses.map(({ status }) => status)).toEqual(['halted'])
  second.host.row(quoteAt(START_US + 70_000_000), START_US + 70_000_000)
  second.host.pass(START_US + 3_660_000_000)
  second.host.row(quoteAt(START_US + 3_661_000_000, 110_100), START_US + 3_661_000_000)
  await second.host.close()
  expect(second.words.map(wordOf)).toEqual([
    'EURUSD.gen pre_open',
    'EURUSD.gen trading',
    '2 trade paper-1-t-1',
  ])
  expect((await auditLedger(new MemoryJournal(nodeSha256, store), NO_MODELS)).is_consistent).toBe(true)
})

test('[V10] under another script or calendar the market begins again, with the orders it has', async () => {
  const store = new MemoryJournalStore()
  const first = await hostOn(store, await haltedConfig())
  first.host.row(quoteAt(START_US), START_US)
  first.host.pass(START_US + 60_000_000)
  first.host.command(orderOf(1), START_US + 61_000_000)
  first.host.command(orderOf(2, { price_units: priceUnits(100_000) }), START_US + 61_000_000)
  await first.host.close()
  const plain = await hostOn(store, await venueConfig())
  plain.host.row(quoteAt(START_US + 70_000_000, 110_200), START_US + 70_000_000)
  await plain.host.close()
  expect(plain.words.map(wordOf)).toEqual([
    'EURUSD.gen pre_open',
    'EURUSD.gen trading',
    '3 trade paper-1-t-1',
  ])
  const again = await hostOn(store, await haltedConfig())
  again.host.row(quoteAt(START_US + 80_000_000, 99_000), START_US + 80_000_000)
  again.host.pass(START_US + 3_660_000_000)
  again.host.row(quoteAt(START_US + 3_661_000_000, 99_000), START_US + 3_661_000_000)
  await again.host.close()
  expect(again.words.map(wordOf)).toEqual([
    'EURUSD.gen halted',
    'EURUSD.gen pre_open',
    'EURUSD.gen trading',
    '4 trade paper-1-t-2',
  ])
  expect(await auditLedger(new MemoryJournal(nodeSha256, store), NO_MODELS)).toMatchObject({
    is_consistent: true,
    epochs: 3,
  })
})

test('[V7] what was taken back is not among the fills of an audit, and what was corrected is as it was corrected', async () => {
  const plain = await venueConfig()
  const busts = {
    bust_probability: '0.4',
    correct_probability: '0.4',
    correct_increments: 5,
    delay_us: 1_000,
  }
  const config = { ...plain, venues: plain.venues.map((one) => ({ ...one, simulation: { busts } })) }
  const store = new MemoryJournalStore()
  let now = START_US
  for (let life = 0; life < 2; life++) {
    const { host } = await hostOn(store, config)
    for (let at = 1; at <= 20; at++) {
      now += 100
      host.row(quoteAt(now, 110_000 + at), now)
      host.command(orderOf(life * 20 + at), now + 50)
      host.pass(now + 60)
      await host.commit()
    }
    await host.close()
  }
  const audit = await auditLedger(new MemoryJournal(nodeSha256, store), NO_MODELS)
  const held = audit.accounts[0]?.positions[0]?.quantity_units ?? 0
  expect(audit.is_consistent).toBe(true)
  expect(audit.fills.length).toBeLessThan(40)
  expect(new Set(audit.fills.map(({ price_units }) => (price_units - 2) % 5)).size).toBeGreaterThan(1)
  expect(audit.fills.reduce((sum, { quantity_units }) => sum + quantity_units, 0)).toBe(held)
})

test('[V13] a model that fails ends the exchange, which takes nothing more, and the input it failed on is not there', async () => {
  const failing = defineFillModel({
    name: 'failing',
    params: Type.Object({}),
    state: () => ({}),
    fills_residual: true,
    available: () => {
      throw new Error('no idea')
    },
  })
  const { venues, ...rest } = await venueConfig()
  const simulation: SimulationConfig = { fills: { model: 'custom', source: 'own.ts#failing', params: {} } }
  const config: Config = { ...rest, venues: venues.map((venue) => ({ ...venue, simulation })) }
  const definition = failing as unknown as FillModelDefinition
  const model = {
    venue_id: 'gen',
    part: 'fills',
    source: 'own.ts#failing',
    definition,
    model_hash: '1',
  } as const
  const authored = { models: [model], gate: createStepGate() }
  const store = new MemoryJournalStore()
  const host = await VenueHost.open({
    config,
    authored,
    journal: new MemoryJournal(nodeSha256, store),
  })
  const failures: string[] = []
  const onFailure = (error: unknown) => failures.push((error as OperatingError).code)
  const driver = new HostDriver({ host, clock: new HandClock(START_US), onFailure })
  driver.row(quoteAt(START_US))
  driver.command(orderOf(1))
  driver.command(orderOf(2))
  driver.row(quoteAt(START_US))
  await driver.close()
  expect(failures).toEqual(['model.failed'])
  expect(await auditLedger(new MemoryJournal(nodeSha256, store.copy()), authored)).toMatchObject({ ids: [] })
})

test('[T2] bars of bids and of asks that come with nothing between them are of one time, whatever the clock says', async () => {
  const config = await venueConfig()
  const { host, words } = await hostOn(new MemoryJournalStore(), config)
  const bar = (price_type: 'bid' | 'ask', minute: number, from: number, to: number) => ({
    ...({ type: 'bar', instrument_index: 0, interval_us: 60_000_000, price_type } as const),
    ...{ ts_event_us: START_US + minute * 60_000_000, ts_recv_us: 0, volume_units: 0 },
    ...{ open_price_units: from, high_price_units: to, low_price_units: from, close_price_units: to },
  })
  host.row(bar('bid', 1, 110_000, 110_000), START_US)
  host.row(bar('ask', 1, 110_002, 110_002), START_US + 7)
  const terms = { ...PLAIN_TERMS, trigger_method: 'mid', trigger_price_units: priceUnits(110_050) } as const
  host.command(orderOf(1, { order_type: 'stop', terms }), START_US + 20)
  host.row(bar('bid', 2, 110_000, 110_100), START_US + 30)
  host.row(bar('ask', 2, 110_002, 110_102), START_US + 31)
  // One of another minute is of a time of its own.
  host.row(bar('bid', 3, 110_100, 110_200), START_US + 32)
  host.pass(START_US + 40)
  await host.commit()
  const trades = words.flatMap((word) => (word.word === 'report' ? [word.report.last_price_units] : []))
  expect(trades.filter((price) => price > 0)).toEqual([110_051])
})
