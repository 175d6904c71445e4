import Type from 'typebox'
import { expect, test } from 'vitest'
import { defineStrategy } from '../../actors/strategy/definition.ts'
import { nodeSha256 } from '../../adapters/sha256/node-sha256.ts'
import { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { fxPair } from '../../engine/instrument.test-support.ts'
import { MemoryJournal, MemoryJournalStore } from '../../engine/memory-journal.test-support.ts'
import type { OutputObserver } from '../../engine/outputs.ts'
import { RandomStream } from '../../engine/random-stream.ts'
import { must } from '../../schemas/assert.ts'
import type { Config } from '../../schemas/config/config.ts'
import type { SimulationConfig } from '../../schemas/config/simulation-config.ts'
import type { VenueId } from '../../schemas/ids.ts'
import type { VenueCommand, VenueReport } from '../../schemas/messages/order.ts'
import { isFill, type OrderFact } from '../../schemas/messages/order-fact.ts'
import {
  apart,
  levelHistory,
  levelTape,
  orderHistory,
  orderTape,
  tradesOf,
} from '../backtest/book-history.test-support.ts'
import { ROOMY_ACCOUNT, requestOf, scenarioOf, strategyOf } from '../backtest/proof-session.test-support.ts'
import { plain } from '../backtest/proof-strategies.test-support.ts'
import { runBacktest } from '../backtest/run-backtest.ts'
import { endUs, type Tape } from '../backtest/tape.test-support.ts'
import { auditLedger } from './ledger-audit.ts'
import { snapshotBehind } from './snapshot-behind.test-support.ts'
import { tell, toldHistory } from './told-history.test-support.ts'
import { NO_MODELS } from './venue-config.test-support.ts'
import { VenueHost } from './venue-host.ts'

const SEED = 20_261_128
const ONE = 'one' as VenueId
const INSTRUMENT = fxPair({ instrument_id: 'AAA.one', lot: '1', quantity_min: '1' })

/** At every quote, by chance, an order near the price, a cancel or a replace of one before. */
const busy = defineStrategy({
  name: 'busy',
  params: Type.Object({}),
  state: () => ({ last: 0, is_limit: false }),
  onQuote: (ctx, { instrument_id: instrument, bid_price_units: bid, ask_price_units: ask }) => {
    if (ctx.random() < 0.5) return
    const side = ctx.random() < 0.5 ? ('buy' as const) : ('sell' as const)
    const away = Math.floor(ctx.random() * 5) - 1
    const limit_price_units = side === 'buy' ? bid - away : ask + away
    const quantity_units = 1 + Math.floor(ctx.random() * 12)
    const limit = { limit_price_units }
    const shape = [{}, limit, limit, limit, { ...limit, time_in_force: 'ioc' as const }][
      Math.floor(ctx.random() * 5)
    ]
    const change = ctx.random()
    if (change < 0.2) ctx.cancel(ctx.state.last)
    else if (change < 0.4) ctx.replace(ctx.state.last, { quantity_units, ...(ctx.state.is_limit && limit) })
    ctx.state.last = ctx.submit({ instrument, side, quantity_units, ...shape })
    ctx.state.is_limit = shape !== undefined && 'limit_price_units' in shape
  },
})

type Kind = 'book_level' | 'book_order'

function tapesOf(kind: Kind, isApart: boolean): Tape[] {
  const random = new RandomStream(SEED, kind)
  if (kind === 'book_order') {
    const events = orderHistory(random, 400)
    return [orderTape('AAA.one', isApart ? apart(events) : events)]
  }
  const events = levelHistory(random, 400)
  const timed = isApart ? apart(events) : events
  return [tradesOf('AAA.one', timed), levelTape('AAA.one', timed)]
}

async function busyScenario(
  tapes: readonly Tape[],
  simulation: SimulationConfig,
  latency: Config['venues'][number]['latency'],
) {
  return scenarioOf({
    tapes,
    more: [{ config: strategyOf('busy', ['AAA.one']), definition: plain(busy) }],
    instruments: [INSTRUMENT],
    venue: { simulation, latency },
    account: ROOMY_ACCOUNT,
    config: { seed: 7 },
  })
}

async function hostOn(config: Config, store = new MemoryJournalStore()): Promise<VenueHost> {
  const journal = new MemoryJournal(nodeSha256, store)
  return VenueHost.open({ config, authored: NO_MODELS, journal })
}

const SIMULATIONS: readonly (readonly [Kind, SimulationConfig])[] = [
  ['book_level', { book: 'book_level' }],
  ['book_level', { book: 'book_level', queue: { model: 'by_position', weight: 'linear' } }],
  ['book_level', { book: 'book_level', fills: { model: 'participation', participation_max: '0.5' } }],
  ['book_level', {}],
  ['book_order', { book: 'book_order' }],
  ['book_order', { book: 'book_order', self_match: 'cancel_passive' }],
  ['book_order', {}],
]
const LATENCIES = [
  { submit_us: 0, report_us: 0 },
  { submit_us: 1_700, report_us: 900 },
]

test.each(SIMULATIONS.flatMap((one) => LATENCIES.map((latency) => [...one, latency] as const)))(
  '[V8] the same events of a %s and commands give the same fills in a backtest and in paper: %j, %j',
  async (kind, simulation, latency) => {
    const tapes = tapesOf(kind, true)
    const { config, definitions, store } = await busyScenario(tapes, simulation, latency)
    const commands: { readonly ts_us: number; readonly command: VenueCommand }[] = []
    const fills: OrderFact[] = []
    const observer: OutputObserver = {
      onCommand: (command, ts_us) => commands.push({ ts_us, command }),
      onFact: (fact) => {
        if (isFill(fact)) fills.push(fact)
      },
    }
    const request = requestOf({ config, definitions, store }, new MemoryJournal(nodeSha256))
    const { faults, session } = await runBacktest({ ...request, observer })
    expect({ SEED, faults }).toEqual({ SEED, faults: [] })
    expect(fills.length).toBeGreaterThan(10)
    const host = await hostOn(config)
    const reports: VenueReport[] = []
    host.listen((word) => {
      if (word.word === 'report') reports.push(word.report)
    })
    // A command follows the event of its time.
    for (const one of [...toldHistory(tapes), ...commands].sort((a, b) => a.ts_us - b.ts_us)) {
      if ('command' in one) host.command(one.command, one.ts_us)
      else tell(host, one)
    }
    host.pass(endUs(tapes) - 1)
    await host.commit()
    const traded = reports.filter(({ report_type }) => report_type === 'trade')
    expect({ SEED, fills: traded.map(fillOf) }).toEqual({ SEED, fills: fills.map(fillOf) })
    expect(host.books.venues.books()).toEqual(session.venues.books())
    await host.close()
  },
)

test.each(['book_level', 'book_order'] as const)(
  '[V19] [V21] killed anywhere, with a snapshot from anywhere, a venue with a %s goes on behind the last row its ledger holds, with the book it had',
  async (kind) => {
    const tapes = tapesOf(kind, false)
    const latency = { submit_us: 0, report_us: 0 }
    const { config, definitions, store } = await busyScenario(tapes, { book: kind }, latency)
    const commands: VenueCommand[] = []
    const request = requestOf({ config, definitions, store }, new MemoryJournal(nodeSha256))
    await runBacktest({ ...request, observer: { onCommand: (command) => commands.push(command) } })
    const told = toldHistory(tapes)
    const every = Math.ceil(told.length / commands.length)
    const random = new RandomStream(SEED, `kills/${kind}`)
    /** Tells all of it, a command every so often; what comes before `from` was told. */
    const tellAll = async (isKilled: boolean) => {
      let disk = new MemoryJournalStore()
      let host = await hostOn(config, disk)
      let kills = 0
      for (let at = 0; at < told.length; at++) {
        const one = must(told[at], 'a row is there')
        tell(host, one)
        const command = at % every === 0 ? commands[at / every] : undefined
        if (command !== undefined) host.command(command, one.ts_us)
        if (command !== undefined || at % 7 === 0) await host.commit()
        if (!isKilled || random.nextInt(12) > 0) continue
        kills++
        disk = disk.copy()
        await snapshotBehind(disk, random)
        host = await hostOn(config, disk)
        at = indexBehind(told, host) - 1
      }
      await host.close()
      return { state: stateOf(host), kills, disk }
    }
    const whole = await tellAll(false)
    const killed = await tellAll(true)
    expect(killed.kills).toBeGreaterThan(20)
    expect({ SEED, state: killed.state }).toEqual({ SEED, state: whole.state })
    const audits = await Promise.all(
      [whole, killed].map(({ disk }) => auditLedger(new MemoryJournal(nodeSha256, disk), NO_MODELS)),
    )
    expect(audits[0]?.fills.length).toBeGreaterThan(20)
    expect({ ...audits[1], epochs: 1 }).toEqual(audits[0])
  },
)

test('[V19] a ledger is not gone on with under other sources of a venue with a book', async () => {
  const config = (
    await busyScenario(tapesOf('book_level', true), { book: 'book_level' }, { submit_us: 0, report_us: 0 })
  ).config
  const disk = new MemoryJournalStore()
  await (await hostOn(config, disk)).close()
  const sources = config.data.sources.filter(({ kind }) => kind !== 'trade')
  await expect(hostOn({ ...config, data: { ...config.data, sources } }, disk)).rejects.toMatchObject({
    code: 'exchange.other_layout',
  })
})

/** Where a history goes on, counted from the front and not as the feed does it. */
function indexBehind(told: ReturnType<typeof toldHistory>, host: VenueHost): number {
  const place = host.books.history.placeOf(ONE)
  if (place === undefined) return 0
  let at = told.findIndex(({ ts_us }) => ts_us === place.ts_event_us)
  for (let rows = 0; rows < place.row_count; at++) rows += must(told[at], 'a row is there').rows
  return at
}

function stateOf(host: VenueHost): string {
  const writer = new CanonicalWriter(1 << 16)
  host.books.save(writer)
  return Buffer.from(writer.view()).toString('hex')
}

function fillOf(fill: VenueReport | OrderFact) {
  const { execution_id, client_order_id, last_price_units, last_quantity_units, ts_event_us } = fill
  return { execution_id, client_order_id, last_price_units, last_quantity_units, ts_event_us }
}
