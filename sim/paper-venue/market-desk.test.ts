import { expect, test } from 'vitest'
import { HandClock } from '../../adapters/feeds/hand-clock.test-support.ts'
import { nodeSha256 } from '../../adapters/sha256/node-sha256.ts'
import { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { MemoryJournal, MemoryJournalStore } from '../../engine/memory-journal.test-support.ts'
import { RandomStream } from '../../engine/random-stream.ts'
import type { Config } from '../../schemas/config/config.ts'
import type { SimulationConfig } from '../../schemas/config/simulation-config.ts'
import { priceUnits, sizeUnits } from '../../schemas/units.ts'
import { START_US } from '../backtest/tape.test-support.ts'
import { HostDriver } from './host-driver.ts'
import { auditLedger } from './ledger-audit.ts'
import { MarketDesk, type TradeRequest } from './market-desk.ts'
import { NO_MODELS, orderOf, quoteAt, venueConfig } from './venue-config.test-support.ts'
import { VenueHost, type VenueWord } from './venue-host.ts'

const BUST: TradeRequest = {
  act: 'trade_cancel',
  execution_id: 'gen-1',
  price: '',
  quantity: '',
  operator: 'desk',
  reason: 'erroneous',
}
const CORRECT: TradeRequest = { ...BUST, act: 'trade_correct', price: '1.10010' }

/** A driven host with its desk, and what it has said. */
async function deskOn(store: MemoryJournalStore, config: Config) {
  const journal = new MemoryJournal(nodeSha256, store)
  const host = await VenueHost.open({ config, authored: NO_MODELS, journal })
  const words: VenueWord[] = []
  host.listen((word) => words.push(word))
  const clock = new HandClock(Math.max(START_US, host.books.now_us + 1))
  const failures: unknown[] = []
  const driver = new HostDriver({ host, clock, onFailure: (error) => failures.push(error) })
  const desk = new MarketDesk(driver)
  const reports = () =>
    words.flatMap((word) => {
      if (word.word !== 'report' || !word.report.report_type.startsWith('trade')) return []
      const { report_type, client_order_id, execution_id, execution_reference_id: refers } = word.report
      const { last_quantity_units, last_price_units, cum_quantity_units, leaves_quantity_units } = word.report
      const of = refers === '' ? '' : ` of ${refers}`
      return [
        `${client_order_id} ${report_type} ${execution_id}${of} ${last_quantity_units}@${last_price_units} cum ${cum_quantity_units} leaves ${leaves_quantity_units}`,
      ]
    })
  return { host, driver, desk, clock, reports, failures }
}

/** One market buy of 1,000 at 1.10002 has traded. */
async function traded(latency = '{}', simulation: SimulationConfig = {}) {
  const store = new MemoryJournalStore()
  const plain = await venueConfig(latency)
  const config = { ...plain, venues: plain.venues.map((one) => ({ ...one, simulation })) }
  const parts = await deskOn(store, config)
  parts.driver.row(quoteAt(START_US))
  parts.driver.command(orderOf(1))
  parts.clock.pass(10_000)
  return { ...parts, store, config }
}

const acts = async (store: MemoryJournalStore) =>
  (await auditLedger(new MemoryJournal(nodeSha256, store), NO_MODELS)).market_acts

test('[V14] a trade is taken back once its act is in the ledger, and an act that is repeated changes nothing', async () => {
  const { desk, reports, driver, store, clock } = await traded()
  const answer = {
    act: 'trade_cancel',
    execution_id: 'gen-1',
    taken_by: 'gen-2',
    client_order_id: 'paper-1-t-1',
    instrument_id: 'EURUSD.gen',
    price: '1.10002',
    quantity: '0',
  }
  const asked = desk.ask(BUST)
  expect(reports()).toEqual([])
  expect(await asked).toEqual({ ...answer, was_done_before: false })
  clock.pass(1)
  expect(await desk.ask({ ...BUST, operator: 'another' })).toEqual({ ...answer, was_done_before: true })
  expect(reports()).toEqual([
    'paper-1-t-1 trade gen-1 1000@110002 cum 1000 leaves 0',
    'paper-1-t-1 trade_cancel gen-2 of gen-1 1000@110002 cum 0 leaves 0',
  ])
  await driver.close()
  expect(await acts(store)).toEqual([
    {
      ts_us: START_US + 10_000,
      type: 'trade_cancel',
      venue_id: 'gen',
      execution_id: 'gen-1',
      price_units: 0,
      quantity_units: 0,
      operator: 'desk',
      reason: 'erroneous',
    },
  ])
})

test('[V14] a corrected trade stands under the id of its correction, and can be corrected and taken back by that', async () => {
  const { desk, reports, host } = await traded()
  expect(await desk.ask(CORRECT)).toMatchObject({ taken_by: 'gen-2', price: '1.10010', quantity: '1000' })
  expect(await desk.ask(CORRECT)).toMatchObject({ taken_by: 'gen-2', was_done_before: true })
  await expect(desk.ask(BUST)).rejects.toMatchObject({ code: 'exchange.trade_corrected' })
  await expect(desk.ask({ ...CORRECT, price: '1.10011' })).rejects.toMatchObject({
    code: 'exchange.trade_corrected',
  })
  const less = { ...CORRECT, execution_id: 'gen-2', price: '', quantity: '400' }
  expect(await desk.ask(less)).toMatchObject({ taken_by: 'gen-3', price: '1.10010', quantity: '400' })
  expect(host.books.venues.books().accounts[0]?.positions).toMatchObject([{ quantity_units: 400 }])
  expect(await desk.ask({ ...BUST, execution_id: 'gen-3' })).toMatchObject({ taken_by: 'gen-4' })
  await expect(desk.ask({ ...less, execution_id: 'gen-3' })).rejects.toMatchObject({
    code: 'exchange.trade_busted',
  })
  expect(reports()).toEqual([
    'paper-1-t-1 trade gen-1 1000@110002 cum 1000 leaves 0',
    'paper-1-t-1 trade_correct gen-2 of gen-1 1000@110010 cum 1000 leaves 0',
    'paper-1-t-1 trade_correct gen-3 of gen-2 400@110010 cum 400 leaves 0',
    'paper-1-t-1 trade_cancel gen-4 of gen-3 400@110010 cum 0 leaves 0',
  ])
  const [main] = host.books.venues.books().accounts
  expect({ equity: main?.equity, balance: main?.balance }).toEqual({
    equity: 100_000_000_000_000n,
    balance: 100_000_000_000_000n,
  })
})

test.each<[string, Partial<TradeRequest>, string]>([
  ['a trade that was none', { execution_id: 'gen-9' }, 'exchange.unknown_trade'],
  ['a price that is none', { ...CORRECT, price: 'high' }, 'exchange.bad_price'],
  ['a price between two increments', { ...CORRECT, price: '1.100001' }, 'exchange.bad_price'],
  ['a quantity of nothing', { ...CORRECT, quantity: '0' }, 'exchange.bad_quantity'],
  ['more than was traded', { ...CORRECT, quantity: '1001' }, 'exchange.bad_quantity'],
  ['what it is already', { ...CORRECT, price: '1.10002', quantity: '1000' }, 'exchange.nothing_to_correct'],
])('[V14] %s is refused with its code, and the ledger stays as it is', async (_, change, code) => {
  const { desk, driver, store, failures } = await traded()
  await expect(desk.ask({ ...BUST, ...change })).rejects.toMatchObject({ code })
  await driver.close()
  expect({ failures, acts: await acts(store) }).toEqual({ failures: [], acts: [] })
})

test('[V14] a trade is forgotten with the orders that are', async () => {
  const plain = await venueConfig()
  const config = { ...plain, limits: { ...plain.limits, order_retention: 2 } }
  const { desk, driver, clock } = await deskOn(new MemoryJournalStore(), config)
  driver.row(quoteAt(START_US))
  for (const counter of [1, 2, 3]) driver.command(orderOf(counter))
  clock.pass(10)
  await expect(desk.ask(BUST)).rejects.toMatchObject({ code: 'exchange.unknown_trade' })
  expect(await desk.ask({ ...BUST, execution_id: 'gen-2' })).toMatchObject({ taken_by: 'gen-4' })
})

test('[V14] an open order has what an act frees to trade again', async () => {
  const { desk, driver, clock, reports } = await traded()
  // Half of it meets what is shown, and the rest waits at its price.
  driver.row({ ...quoteAt(START_US), ask_size_units: sizeUnits(600) })
  driver.command(orderOf(2, { price_units: priceUnits(110_002) }))
  clock.pass(10)
  await desk.ask({ ...CORRECT, execution_id: 'gen-2', price: '', quantity: '200' })
  clock.pass(10)
  driver.row({ ...quoteAt(START_US), ask_size_units: sizeUnits(9_000) })
  clock.pass(10)
  await desk.ask(BUST)
  expect(reports().slice(1, 4)).toEqual([
    'paper-1-t-2 trade gen-2 600@110002 cum 600 leaves 400',
    'paper-1-t-2 trade_correct gen-3 of gen-2 200@110002 cum 200 leaves 800',
    'paper-1-t-2 trade gen-4 800@110002 cum 1000 leaves 0',
  ])
})

test('[V14] what chance was to take back and an operator took first is taken back once', async () => {
  const always = { bust_probability: '1', correct_probability: '0', correct_increments: 1, delay_us: 50_000 }
  const { desk, clock, reports, host } = await traded('{}', { busts: always })
  expect(await desk.ask(CORRECT)).toMatchObject({ taken_by: 'gen-2' })
  clock.pass(100_000)
  await desk.ask(CORRECT)
  expect(reports()).toHaveLength(2)
  expect(host.books.venues.books().accounts[0]?.positions).toMatchObject([{ quantity_units: 1_000 }])
})

test('[V15] an instrument is halted until it is let go, over a restart, and an act that is repeated changes nothing', async () => {
  const { desk, driver, clock, store, config } = await traded()
  const by = { instrument_id: 'EURUSD.gen', operator: 'desk', reason: 'news' }
  const halted = { act: 'halt', instrument_id: 'EURUSD.gen', status: 'halted' }
  expect(await desk.askHalt({ act: 'halt', ...by })).toEqual({ ...halted, was_done_before: false })
  clock.pass(1)
  expect(await desk.askHalt({ act: 'halt', ...by })).toEqual({ ...halted, was_done_before: true })
  await expect(desk.askHalt({ act: 'halt', ...by, instrument_id: 'X.gen' })).rejects.toMatchObject({
    code: 'exchange.unknown_instrument',
    remedy: 'Name one of its configuration: EURUSD.gen.',
  })
  driver.command(orderOf(2, { price_units: priceUnits(110_500) }))
  await driver.close()
  const second = await deskOn(store, config)
  second.driver.row(quoteAt(second.clock.now_us(), 110_100))
  expect(second.host.books.venues.exchange('gen').statuses(0)).toMatchObject([{ status: 'halted' }])
  expect(await second.desk.askHalt({ act: 'resume', ...by })).toEqual({
    act: 'resume',
    instrument_id: 'EURUSD.gen',
    status: 'pre_open',
    was_done_before: false,
  })
  second.clock.pass(10)
  second.driver.row(quoteAt(second.clock.now_us(), 110_200))
  expect(await second.desk.askHalt({ act: 'resume', ...by })).toMatchObject({
    status: 'trading',
    was_done_before: true,
  })
  expect(second.reports()).toEqual(['paper-1-t-2 trade gen-2 1000@110202 cum 1000 leaves 0'])
  await second.driver.close()
  const audit = await auditLedger(new MemoryJournal(nodeSha256, store), NO_MODELS)
  expect(audit.is_consistent).toBe(true)
  expect(audit.market_acts).toMatchObject([
    { type: 'halt', reason: 'news' },
    { type: 'resume', operator: 'desk' },
  ])
})

test('[V14] an exchange that has ended takes no act', async () => {
  const { desk, driver } = await traded()
  await driver.close()
  await expect(desk.ask(BUST)).rejects.toMatchObject({ code: 'exchange.has_ended' })
})

test.each([1, 2, 3, 4])(
  '[V1] [V14] [V15] whenever it dies, an exchange with an operator comes back as it was, and its accounts are those of the trades that stand, seed %i',
  async (seed) => {
    const random = new RandomStream(seed, 'desk')
    const plain = await venueConfig(seed % 2 === 0 ? '{}' : '{ submit_us: 300, report_us: 700 }')
    const busts = {
      bust_probability: '0.2',
      correct_probability: '0.2',
      correct_increments: 3,
      delay_us: 2_000,
    }
    const config = { ...plain, venues: plain.venues.map((one) => ({ ...one, simulation: { busts } })) }
    let store = new MemoryJournalStore()
    let parts = await deskOn(store, config)
    let done = 0
    let halts = 0
    let lives = 1
    let bid = 110_000
    for (let turn = 1; turn <= 150; turn++) {
      parts.clock.pass(1 + random.nextInt(500))
      bid = 110_000 + random.nextInt(20)
      parts.driver.row(quoteAt(parts.clock.now_us(), bid))
      const side = random.nextInt(2) === 0 ? 'buy' : 'sell'
      parts.driver.command(orderOf(turn, { side }))
      const execution_id = `gen-${1 + random.nextInt(2 * turn)}`
      const request =
        random.nextInt(2) === 0 ? BUST : { ...CORRECT, quantity: `${100 * (1 + random.nextInt(10))}` }
      const outcome = await parts.desk.ask({ ...request, execution_id }).then(
        ({ was_done_before }) => (was_done_before ? 'before' : 'done'),
        ({ code }) => code as string,
      )
      if (random.nextInt(10) === 0) {
        const act = random.nextInt(2) === 0 ? 'halt' : 'resume'
        const by = { instrument_id: 'EURUSD.gen', operator: 'desk', reason: '' }
        if (!(await parts.desk.askHalt({ act, ...by })).was_done_before) halts++
      }
      expect({ seed, turn, failures: parts.failures }).toEqual({ seed, turn, failures: [] })
      if (outcome === 'done') done++
      if (random.nextInt(12) !== 0) continue
      const before = booksOf(parts.host)
      store = store.copy()
      const now_us = parts.clock.now_us()
      parts = await deskOn(store, config)
      expect({ seed, turn, same: Buffer.compare(booksOf(parts.host), before) }).toEqual({
        seed,
        turn,
        same: 0,
      })
      parts.clock.pass(Math.max(0, now_us - parts.clock.now_us()))
      lives++
    }
    await parts.driver.close()
    const audit = await auditLedger(new MemoryJournal(nodeSha256, store), NO_MODELS)
    expect({ seed, is_consistent: audit.is_consistent }).toEqual({ seed, is_consistent: true })
    expect(audit.market_acts).toHaveLength(done + halts)
    expect(Math.min(done, lives, halts)).toBeGreaterThan(3)
    // Equity is what the trades that stand cost, and what their sum is worth now.
    let cash = 1_000_000 * 100_000
    let position = 0
    for (const { side, quantity_units, price_units } of audit.fills) {
      const signed = side === 'buy' ? quantity_units : -quantity_units
      position += signed
      cash -= signed * price_units
    }
    const worth = cash + position * (position > 0 ? bid : bid + 2)
    const [main] = audit.accounts
    expect({
      seed,
      equity: Number(main?.equity),
      held: main?.positions.map(({ quantity_units }) => quantity_units),
    }).toEqual({ seed, equity: worth / 100_000, held: position === 0 ? [] : [position] })
  },
)

function booksOf(host: VenueHost): Uint8Array {
  const writer = new CanonicalWriter(1 << 16)
  host.books.save(writer)
  return writer.copy()
}
