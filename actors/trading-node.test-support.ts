// A node with all its actors for tests, driven by hand: the test is the market, the venue and the clock. Commands stay
// in `sent` until the test answers them.

import { createHash } from 'node:crypto'
import Value from 'typebox/value'
import type { InspectionEvent } from 'xstate'
import { CanonicalReader } from '../engine/canonical/canonical-reader.ts'
import { CanonicalWriter } from '../engine/canonical/canonical-writer.ts'
import { fxPair } from '../engine/instrument.test-support.ts'
import { compileInstrument, type InstrumentSpec } from '../engine/instrument-spec.ts'
import type { RecordKind } from '../engine/journal-port.ts'
import type { LedgerEntry } from '../engine/ledger/ledger.ts'
import { BarRow, QuoteRow, TradeRow } from '../engine/market/market-rows.ts'
import type { Sha256 } from '../engine/sha256-port.ts'
import type { CapabilityTable } from '../engine/venue-port.ts'
import { must } from '../schemas/assert.ts'
import type { Config } from '../schemas/config/config.ts'
import { LiveConfig } from '../schemas/config/live-config.ts'
import type { StrategyConfig } from '../schemas/config/strategy-config.ts'
import type { AccountId, ClientOrderId, InstrumentId, VenueId } from '../schemas/ids.ts'
import type { Alert } from '../schemas/messages/alert.ts'
import type { Control, ControlCommand } from '../schemas/messages/control.ts'
import type { FeedEventKind } from '../schemas/messages/feed.ts'
import type { BarPriceType } from '../schemas/messages/market.ts'
import type {
  NewOrderSingle,
  ReportType,
  SendOutcome,
  VenueCommand,
  VenueReport,
} from '../schemas/messages/order.ts'
import type { OrderFact } from '../schemas/messages/order-fact.ts'
import type { OrderDenied } from '../schemas/messages/risk.ts'
import type { SecurityTradingStatus } from '../schemas/messages/security-status.ts'
import type { OrderLookup } from '../schemas/messages/venue.ts'
import { priceUnits, sizeUnits, timeUs } from '../schemas/units.ts'
import { defineStrategy, type StrategyDefinition } from './strategy/definition.ts'
import type { FaultReport } from './strategy/strategy-fault.ts'
import { buildTradingNode, type TradingNode } from './trading-node.ts'

export const EURUSD = 'EURUSD.sim'
const SECOND_US = 1_000_000

export const sha256: Sha256 = {
  digest(...parts) {
    const hash = createHash('sha256')
    for (const part of parts) hash.update(part)
    return hash.digest()
  },
}

/** A journal whose records the test reads and whose release it may hold back. */
export class TestJournal {
  readonly records: { readonly kind: RecordKind; readonly bytes: Uint8Array }[] = []
  #heldAt: number | undefined

  get released_lsn(): number {
    return this.#heldAt ?? this.records.length - 1
  }

  /** A slow disk: nothing appended from now on is released. */
  hold(): void {
    this.#heldAt = this.records.length - 1
  }

  letGo(): void {
    this.#heldAt = undefined
  }

  append(kind: RecordKind, bytes: Uint8Array): number {
    return this.records.push({ kind, bytes: bytes.slice() }) - 1
  }
}

export type TestNodeOptions = {
  readonly config?: (config: Config) => Config
  /** By strategy id; a strategy without one does nothing. */
  readonly strategies?: { readonly [id: string]: StrategyDefinition }
  readonly instruments?: readonly InstrumentSpec[]
  readonly capabilities?: Partial<CapabilityTable>
  readonly bar_close_delay_us?: number
  readonly behaviour?: number
  readonly epoch?: number
  readonly inspect?: (event: InspectionEvent) => void
}

const ANYTHING = {}

/** A strategy of the given handlers, without parameters. */
export function strategy<State = Record<string, never>>(
  fields: Partial<Omit<StrategyDefinition<typeof ANYTHING, State>, 'kind'>>,
): StrategyDefinition {
  const definition = { name: 'test', params: ANYTHING, state: () => ({}) as State, ...fields }
  return defineStrategy(definition) as unknown as StrategyDefinition
}

/** One venue `sim` with one instrument, one account `main`, one strategy `s`, limits far away. */
export function testConfig(): Config {
  return {
    session: 't',
    seed: 1,
    durability: 'local',
    bus_credentials: './nats/credentials',
    live: Value.Default(LiveConfig, {}) as LiveConfig,
    journal: { directory: './runs' },
    data: {
      store: './ticks',
      from: '2024-01-01T00:00:00.000000Z',
      to: '2024-01-02T00:00:00.000000Z',
      sources: [{ venue: 'sim', kind: 'quote', instruments: ['EURUSD'] }],
    },
    venues: [testVenue('sim')],
    accounts: [testAccount('main', ['sim'])],
    strategies: [testStrategy('s', 'main', [EURUSD])],
    bars: { close_delay_us: 0 },
    limits: { step_messages_max: 10_000, instant_inputs_max: 1_000, order_retention: 10_000 },
    instruments: [],
  }
}

export function testVenue(id: string): Config['venues'][number] {
  return {
    id,
    latency: { submit_us: 0, report_us: 0 },
    displayed_quantity_default: '1000000',
    market_data: { stale_after_us: 60 * SECOND_US },
  }
}

export function testAccount(
  id: string,
  venues: string[],
  risk: Partial<Config['accounts'][number]['risk']> = {},
): Config['accounts'][number] {
  return {
    id,
    venues,
    currency: 'USD',
    balance: '100000',
    leverage_max: '20',
    conversion_rates: {},
    risk: {
      order_quantity_max: '1000000',
      order_notional_max: '10000000',
      position_quantity_max: '1000000',
      price_collar_basis_points: '300',
      order_rate: { orders_max: 1_000, window_us: SECOND_US },
      ...risk,
    },
  }
}

export function testStrategy(id: string, account: string, instruments: string[]): StrategyConfig {
  return { id, source: 'strategies/test.ts#test', account, instruments, params: {} }
}

export function testInstrument(id: string, index: number, fields: Parameters<typeof fxPair>[0] = {}) {
  return compileInstrument(fxPair({ instrument_id: id, lot: '1', quantity_min: '1', ...fields }), index)
}

export class TestNode {
  readonly trading: TradingNode
  readonly journal = new TestJournal()
  readonly sent: VenueCommand[] = []
  readonly refused: SendOutcome[] = []
  readonly facts: OrderFact[] = []
  readonly denials: OrderDenied[] = []
  readonly ledger: LedgerEntry[] = []
  readonly faults: FaultReport[] = []
  readonly outside: FaultReport[] = []
  readonly alerts: Alert[] = []
  readonly gate = { step_running: false }
  readonly instruments: readonly InstrumentSpec[]
  readonly #options: TestNodeOptions
  #executions = 0

  constructor(options: TestNodeOptions = {}) {
    this.#options = options
    const config = (options.config ?? same)(testConfig())
    this.instruments = options.instruments ?? [testInstrument(EURUSD, 0)]
    this.trading = buildTradingNode({
      config,
      instruments: this.instruments,
      definitions: new Map(config.strategies.map(({ id }) => [id, options.strategies?.[id] ?? strategy({})])),
      venues: config.venues.map(({ id }) => this.#port(id)),
      journal: this.journal,
      sha256,
      gate: this.gate,
      epoch: options.epoch ?? 1,
      bar_close_delay_us: options.bar_close_delay_us ?? 0,
      behaviour: options.behaviour,
      inspect: options.inspect,
      observer: {
        onFact: (fact) => this.facts.push(fact),
        onDenied: (denial) => this.denials.push(denial),
        onLedgerEntry: (entry) => this.ledger.push(entry),
      },
      onOutcome: (outcome) => this.refused.push(outcome),
      onAlert: (alert) => this.alerts.push(alert),
      onFault: (fault) => this.faults.push(fault),
      onOutsideStep: (fault) => this.outside.push(fault),
    })
  }

  get node() {
    return this.trading.node
  }

  get now_us(): number {
    return this.node.now_us
  }

  state(name: string): string {
    return this.node.stateOf(name)
  }

  /** Opens the session, and a first quote makes the feed live and prices known. */
  start(): this {
    this.control('session_start', {}, SECOND_US)
    this.control('trading_enable')
    for (const spec of this.instruments) this.quote(spec.instrument_id, 100_000, 100_010)
    return this
  }

  quote(id: string, bid: number, ask: number, ts_us = this.now_us): void {
    const column = (value: number) => Float64Array.of(value)
    const row = new QuoteRow({
      kind: 'quote',
      count: 1,
      ts_event_us: column(ts_us),
      bid_price_units: column(bid),
      ask_price_units: column(ask),
      bid_size_units: column(1_000_000),
      ask_size_units: column(1_000_000),
    })
    row.instrument_index = this.#index(id)
    this.node.stepQuote(row, ts_us)
    this.release()
  }

  trade(id: string, price: number, size: number, ts_us = this.now_us): void {
    const column = (value: number) => Float64Array.of(value)
    const row = new TradeRow({
      kind: 'trade',
      count: 1,
      ts_event_us: column(ts_us),
      price_units: column(price),
      size_units: column(size),
      aggressor_side: column(0),
    })
    row.instrument_index = this.#index(id)
    this.node.stepTrade(row, ts_us)
    this.release()
  }

  /** An imported bar of one price, at its end. */
  bar(id: string, price_type: BarPriceType, interval_us: number, close: number, ts_us = this.now_us): void {
    const column = Float64Array.of(close)
    const row = new BarRow({
      kind: 'bar',
      count: 1,
      interval_us,
      price_type,
      ts_event_us: Float64Array.of(ts_us),
      open_price_units: column,
      high_price_units: column,
      low_price_units: column,
      close_price_units: column,
      volume_units: Float64Array.of(0),
    })
    row.instrument_index = this.#index(id)
    this.node.stepBar(row, ts_us)
    this.release()
  }

  control(command: ControlCommand, scope: Partial<Control> = {}, ts_us = this.now_us): void {
    const control = { command, account_id: '', strategy_id: '', reason: '', operator: 'test', ...scope }
    this.node.stepControl({ type: 'control', ...control }, ts_us)
    this.release()
  }

  feedEvent(event: FeedEventKind, venue = 'sim'): void {
    this.node.stepFeedEvent(
      { type: 'feed_event', venue_id: venue as VenueId, event, reason: '' },
      this.now_us,
    )
    this.release()
  }

  /** A closed instrument has ended its day, unless something else is said. */
  securityStatus(
    instrument_id: string,
    status: SecurityTradingStatus,
    ts_us = this.now_us,
    said: { ends_day?: boolean; ts_event_us?: number } = {},
  ): void {
    const { ends_day = status === 'closed', ts_event_us = ts_us } = said
    const [, venue = ''] = instrument_id.split('.')
    const instrument_index = this.instruments.findIndex((spec) => spec.instrument_id === instrument_id)
    this.node.stepSecurityStatus(
      {
        type: 'security_status',
        venue_id: venue as VenueId,
        instrument_id: instrument_id as InstrumentId,
        instrument_index,
        status,
        ends_day,
        ts_event_us: timeUs(ts_event_us),
      },
      ts_us,
    )
    this.release()
  }

  /** Lets time pass: fires every timer due before or at `ts_us`, each at its deadline. */
  pass(ts_us: number): void {
    const { timers } = this.node
    while (timers.next_us <= ts_us) {
      const timer = timers.pop()
      this.node.stepTimer(timer, Math.max(timer.at_us, this.now_us))
      this.release()
    }
  }

  release(): void {
    this.node.outbox.release()
  }

  outcome(command: VenueCommand, outcome: SendOutcome['outcome'] = 'sent', reason_code = ''): void {
    const { account_id, client_order_id, type: command_type } = command
    const message = { type: 'send_outcome', outcome, account_id, client_order_id, command_type } as const
    this.node.stepOutcome({ ...message, reason_code }, this.now_us)
    this.release()
  }

  report(type: ReportType, command: VenueCommand, changes: Partial<VenueReport> = {}): void {
    this.node.stepReport(reportOn(type, command, timeUs(this.now_us), changes), this.now_us)
    this.release()
  }

  /** The venue has looked an id up: live as the command put it, or proven absent. */
  lookUp(command: VenueCommand, outcome: OrderLookup['outcome']): void {
    const { account_id, venue_id, client_order_id } = command
    const report =
      outcome === 'found' ? reportOn('new', command, timeUs(this.now_us), { venue_order_id: 'v' }) : undefined
    const lookup = { type: 'order_lookup', outcome, account_id, venue_id, client_order_id, report } as const
    this.node.stepLookup({ ...lookup, reason_code: 'test' }, this.now_us)
    this.release()
  }

  /** The venue shows the account's books. */
  venueState(positions: { readonly [instrument_id: string]: number }, open: readonly string[] = []): void {
    this.node.stepVenueState(
      {
        type: 'venue_state',
        venue_id: 'sim' as VenueId,
        account_id: 'main' as AccountId,
        positions: Object.entries(positions).map(([id, quantity]) => ({
          instrument_id: id as InstrumentId,
          instrument_index: 0,
          quantity_units: sizeUnits(quantity),
        })),
        open_client_order_ids: open as ClientOrderId[],
        ts_event_us: timeUs(this.now_us),
      },
      this.now_us,
    )
    this.release()
  }

  /** Sent and taken by the venue. */
  accept(command: VenueCommand): void {
    this.outcome(command)
    this.report('new', command)
  }

  /** A trade of an order; returns its execution id. */
  fill(
    order: NewOrderSingle,
    price: number,
    quantity: number,
    changes: Partial<VenueReport> = {},
    total = order.order_quantity_units as number,
  ): string {
    const execution_id = `x${++this.#executions}`
    this.report('trade', order, {
      execution_id,
      last_price_units: priceUnits(price),
      last_quantity_units: sizeUnits(quantity),
      cum_quantity_units: sizeUnits(quantity),
      leaves_quantity_units: sizeUnits(Math.max(0, total - quantity)),
      ...changes,
    })
    return execution_id
  }

  /** The orders sent so far. */
  get orders(): NewOrderSingle[] {
    return this.sent.filter((command) => command.type === 'new_order_single')
  }

  lastOrder(): NewOrderSingle {
    return must(this.orders.at(-1), 'an order was sent')
  }

  lastSent(): VenueCommand {
    return must(this.sent.at(-1), 'a command was sent')
  }

  save(): Uint8Array {
    const writer = new CanonicalWriter()
    this.node.save(writer)
    return writer.copy()
  }

  stateHash(): string {
    return createHash('sha256').update(this.save()).digest('hex')
  }

  /** A new node of the same options, in the state of this one. */
  reloaded(): TestNode {
    const copy = new TestNode(this.#options)
    const reader = new CanonicalReader(this.save())
    copy.node.load(reader)
    reader.end()
    copy.#executions = this.#executions
    return copy
  }

  #index(id: string): number {
    return must(
      this.instruments.find((spec) => spec.instrument_id === id),
      `${id} is an instrument of the test`,
    ).index
  }

  #port(venue_id: string) {
    return {
      venue_id,
      capabilities: {
        orders: { market: ['ioc', 'day'], limit: ['day', 'gtc', 'ioc', 'fok'] } as const,
        cancel: true,
        replace: true,
        ...this.#options.capabilities,
      },
      send: (command: VenueCommand) => void this.sent.push(command),
    }
  }
}

function same(config: Config): Config {
  return config
}

function reportOn(
  report_type: ReportType,
  command: VenueCommand,
  ts_event_us: VenueReport['ts_event_us'],
  changes: Partial<VenueReport>,
): VenueReport {
  return {
    type: 'venue_report',
    report_type,
    venue_id: command.venue_id,
    account_id: command.account_id as AccountId,
    report_id: '',
    instrument_id: command.instrument_id,
    instrument_index: command.instrument_index,
    client_order_id: command.client_order_id,
    original_client_order_id: command.type === 'new_order_single' ? '' : command.original_client_order_id,
    venue_order_id: 'v',
    execution_id: '',
    execution_reference_id: '',
    side: command.type === 'new_order_single' ? command.side : 'buy',
    last_price_units: priceUnits(0),
    last_quantity_units: sizeUnits(0),
    liquidity_side: '',
    cum_quantity_units: sizeUnits(0),
    leaves_quantity_units: sizeUnits(0),
    price_units: 'price_units' in command ? command.price_units : priceUnits(0),
    order_quantity_units: 'order_quantity_units' in command ? command.order_quantity_units : sizeUnits(0),
    commission: 0n,
    commission_currency: 'USD',
    reason_code: '',
    reason_text: '',
    ts_event_us,
    ...changes,
  }
}
