// Wires one node: feeds, signals, portfolios, gates, orders, execution, strategies, in this order, which is the order in
// which each message reaches them. The same wiring serves a backtest, paper and live; only the ports differ.

import type { InspectionEvent } from 'xstate'
import { isBarInterval } from '../engine/bars/bar.ts'
import { type Indicator, specKeys } from '../engine/indicators/indicator.ts'
import type { InstrumentSpec } from '../engine/instrument-spec.ts'
import { MarketTable } from '../engine/market/market-table.ts'
import { StatusTable } from '../engine/market/status-table.ts'
import { NameMap } from '../engine/name-map.ts'
import { Node, type NodeOptions } from '../engine/node.ts'
import { type OutputObserver, Outputs } from '../engine/outputs.ts'
import { isBookKind, type TickKind } from '../engine/tick-store-port.ts'
import type { VenuePort } from '../engine/venue-port.ts'
import { must } from '../schemas/assert.ts'
import { BEHAVIOUR, SINCE_BEHAVIOUR } from '../schemas/behaviour.ts'
import type { AccountConfig } from '../schemas/config/account-config.ts'
import type { Config } from '../schemas/config/config.ts'
import type { StrategyConfig } from '../schemas/config/strategy-config.ts'
import type { AccountId, StrategyId, VenueId } from '../schemas/ids.ts'
import { BAR_PRICE_TYPES, barSeries } from '../schemas/messages/market.ts'
import { parseSignalName } from '../schemas/subjects.ts'
import type { DecisionTrace } from './decision-trace.ts'
import { ExecutionActor } from './execution/execution-actor.ts'
import { FeedActor } from './feed/feed-actor.ts'
import { OrderActor } from './order/order-actor.ts'
import { connectNodes } from './placement/connect-nodes.ts'
import { Placement } from './placement/placement.ts'
import { RemoteBook } from './placement/remote-book.ts'
import { PortfolioActor } from './portfolio/portfolio-actor.ts'
import { ReconciliationActor } from './reconciliation/reconciliation-actor.ts'
import { RiskActor } from './risk/risk-actor.ts'
import type { RiskVenue } from './risk/risk-options.ts'
import { SignalActor } from './signal/signal-actor.ts'
import { checkKeys } from './strategy/check-keys.ts'
import type { QuoteView } from './strategy/context.ts'
import type {
  BarSubscription,
  IndicatorSubscription,
  SetUp,
  StrategyDefinition,
} from './strategy/definition.ts'
import { freezeParams } from './strategy/freeze-params.ts'
import type { StrategyViews } from './strategy/handler-context.ts'
import { askedParts, runSetUp } from './strategy/set-up.ts'
import { badInterval, badPriceType, known, noSource, unknownInstrument } from './strategy/set-up-errors.ts'
import { StrategyActor } from './strategy/strategy-actor.ts'
import type { FaultReport } from './strategy/strategy-fault.ts'

const BAR_KEYS = new Set<keyof BarSubscription>(['instrument', 'interval_us', 'price_type'])
const INDICATOR_KEYS = new Set<keyof IndicatorSubscription>(['bars', 'spec'])

export type TradingNodeOptions = Omit<
  NodeOptions,
  'seed' | 'instrument_count' | 'step_messages_max' | 'name' | 'venues'
> & {
  readonly config: Config
  /** Every instrument of the configuration, by index. */
  readonly instruments: readonly InstrumentSpec[]
  /** By strategy id; parameters were validated by the definition's schema. */
  readonly definitions: ReadonlyMap<string, StrategyDefinition>
  readonly venues: readonly VenuePort[]
  /** Which of the configuration's nodes it is; absent: all is in this one. */
  readonly node_id?: string | undefined
  /** Whether it tells others of its orders on a bus. */
  readonly is_on_bus?: boolean
  readonly bar_close_delay_us: number
  /** Of a run that is run again (schemas/behaviour.ts); absent: today's. */
  readonly behaviour?: number | undefined
  readonly observer?: OutputObserver
  readonly onFault: (fault: FaultReport) => void
  readonly onOutsideStep: (fault: FaultReport) => void
  /** For a re-run that is to tell why; a node that runs has none. */
  readonly trace?: DecisionTrace | undefined
  readonly inspect?: ((event: InspectionEvent) => void) | undefined
}

/** The node with its actors, for the driver, reports and tests. */
export type TradingNode = {
  readonly node: Node
  readonly table: MarketTable
  readonly statuses: StatusTable
  readonly instruments: readonly InstrumentSpec[]
  readonly orders: ReadonlyMap<string, OrderActor>
  readonly portfolios: ReadonlyMap<string, PortfolioActor>
  readonly executions: ReadonlyMap<string, ExecutionActor>
  readonly gates: ReadonlyMap<string, RiskActor>
  readonly strategies: ReadonlyMap<string, StrategyActor>
  /** Of the strategies whose account is in another node. */
  readonly books: ReadonlyMap<string, RemoteBook>
  /** Whether the configuration has the strategy, here or in another node. */
  readonly has_strategy: (strategy_id: string) => boolean
}

export function buildTradingNode(options: TradingNodeOptions): TradingNode {
  return new Wiring(options).wire()
}

class Wiring {
  readonly #options: TradingNodeOptions
  readonly #config: Config
  readonly #node: Node
  readonly #table: MarketTable
  readonly #statuses: StatusTable
  readonly #outputs: Outputs
  readonly #signals: SignalActor
  readonly #orders = new Map<string, OrderActor>()
  readonly #portfolios = new Map<string, PortfolioActor>()
  readonly #gates = new NameMap<string, RiskActor>()
  readonly #executions = new Map<string, ExecutionActor>()
  readonly #strategies = new Map<string, StrategyActor>()
  readonly #books = new Map<string, RemoteBook>()
  readonly #placement: Placement

  constructor(options: TradingNodeOptions) {
    const { config, instruments, observer } = options
    this.#options = options
    this.#config = config
    this.#placement = new Placement(config, options.node_id)
    this.#node = new Node({
      ...options,
      permit: (account_id) => this.#permit(account_id),
      name: options.node_id ?? config.session,
      seed: config.seed,
      instrument_count: instruments.length,
      step_messages_max: config.limits.step_messages_max,
    })
    this.#table = new MarketTable(instruments.length)
    this.#outputs = new Outputs(this.#node.outputs, observer)
    this.#statuses = new StatusTable(instruments.length)
    this.#node.addActor(tableActor('market/table', 'last prices', this.#table))
    this.#node.addActor(tableActor('market/statuses', 'trading statuses', this.#statuses))
    for (const venue of config.venues) this.#addFeed(venue.id)
    this.#signals = new SignalActor(this.#node, {
      bar_close_delay_us: options.bar_close_delay_us,
      imported: importedSeries(config),
    })
  }

  wire(): TradingNode {
    const placement = this.#placement
    for (const account of this.#config.accounts)
      if (placement.hasAccount(account.id)) this.#addAccount(account)
    for (const strategy of this.#config.strategies) {
      freezeParams(strategy.params)
      if (!placement.hasStrategy(strategy.id)) continue
      if (!placement.hasAccount(strategy.account)) {
        const { observer = {} } = this.#options
        this.#books.set(
          strategy.id,
          new RemoteBook(this.#node, {
            account_id: strategy.account,
            strategy_id: strategy.id,
            observer,
            denied_closes: this.#holds('denied_closes'),
            told_as_in_one_node: this.#holds('told_as_in_one_node'),
          }),
        )
      }
      this.#addStrategy(strategy)
    }
    this.#connectSignals()
    const is_on_bus = this.#isOnBus
    if (placement.isApart || is_on_bus) connectNodes(this.#node, this.#config, { placement, is_on_bus })
    this.#node.bus.compile()
    return {
      node: this.#node,
      table: this.#table,
      statuses: this.#statuses,
      instruments: this.#options.instruments,
      orders: this.#orders,
      portfolios: this.#portfolios,
      executions: this.#executions,
      gates: this.#gates,
      strategies: this.#strategies,
      books: this.#books,
      has_strategy: (id) => this.#config.strategies.some((strategy) => strategy.id === id),
    }
  }

  /** What was approved before a halt and has not left stays here; then whoever runs the node is asked. */
  #permit(account_id: AccountId): string {
    const gate = must(this.#gates.get(account_id), 'a command is of an account with a gate')
    return gate.is_halted ? 'account_halted' : (this.#options.permit?.(account_id) ?? '')
  }

  get #isOnBus(): boolean {
    return this.#options.is_on_bus === true
  }

  #addFeed(venue_id: string): void {
    const venue = must(
      this.#config.venues.find(({ id }) => id === venue_id),
      'a feed is of a configured venue',
    )
    const quoted = new Set<number>()
    for (const source of this.#config.data.sources) {
      if (source.venue !== venue_id || !givesQuotes(source.kind)) continue
      for (const symbol of source.instruments) quoted.add(this.#spec(`${symbol}.${venue_id}`).index)
    }
    new FeedActor(this.#node, {
      venue_id: venue_id as VenueId,
      table: this.#table,
      statuses: this.#statuses,
      quoted,
      instruments: this.#options.instruments
        .filter((spec) => spec.venue_id === venue_id)
        .map((spec) => spec.index),
      stale_after_us: venue.market_data.stale_after_us,
      ends_days_once: this.#holds('ends_days_once'),
      inspect: this.#options.inspect,
    })
  }

  #addAccount(account: AccountConfig): void {
    const { instruments, inspect } = this.#options
    const account_id = account.id as AccountId
    const strategies = this.#config.strategies.filter((strategy) => strategy.account === account.id)
    const ids = strategies.map((strategy) => strategy.id as StrategyId)
    this.#node.addAccount(account.id)
    const shared = { instruments, table: this.#table, statuses: this.#statuses, outputs: this.#outputs }
    this.#portfolios.set(account.id, new PortfolioActor(this.#node, { account, strategies: ids, ...shared }))
    const apart = new Set(ids.filter((id) => !this.#placement.hasStrategy(id)))
    const gate = new RiskActor(this.#node, {
      account,
      ...shared,
      venues: this.#venuesOf(account),
      entitled: new NameMap(strategies.map((strategy) => [strategy.id, this.#entitlement(strategy)])),
      apart,
      lowers_at_once: this.#holds('lowers_at_once'),
      terms_hold: this.#holds('terms_hold'),
      openOrder: (strategy_id, counter) => this.#orders.get(account.id)?.openOrder(strategy_id, counter),
      orderOf: (strategy_id, counter) => this.#orders.get(account.id)?.orderOf(strategy_id, counter),
      trace: this.#options.trace,
      inspect,
    })
    this.#gates.set(account.id, gate)
    const orders = new OrderActor(this.#node, {
      account_id,
      session: this.#config.session,
      strategies: ids,
      order_retention: this.#config.limits.order_retention,
      terms_hold: this.#holds('terms_hold'),
      outputs: this.#outputs,
      approve: (command) => gate.approveCommand(command),
      is_told: this.#isOnBus,
    })
    this.#orders.set(account.id, orders)
    const portfolio = must(this.#portfolios.get(account.id), 'an account has a portfolio')
    new ReconciliationActor(this.#node, {
      account_id,
      venues: account.venues,
      instruments,
      quantity: (index) => portfolio.quantity(index),
      openOrders: () => orders.openRecords(),
      isOpen: (id) => orders.isOpen(id),
      filled_unlisted: this.#holds('filled_unlisted'),
      inspect,
    })
    const execution = new ExecutionActor(this.#node, {
      account_id,
      session: this.#config.session,
      strategies: ids,
      ...shared,
      capabilities: new Map(this.#options.venues.map((port) => [port.venue_id, port.capabilities])),
      orderOf: (strategy_id, counter) => orders.orderOf(strategy_id, counter),
      wasAskedToEnd: (strategy_id, counter) => orders.wasAskedToEnd(strategy_id, counter),
      openOrders: () => orders.openRecords(),
      positionUnits: (instrument_index) => portfolio.quantity(instrument_index),
      engineCounter: (strategy_id) => orders.engineCounter(strategy_id),
      isTrading: (strategy_id) => gate.isTrading(strategy_id),
      isOpenFor: (strategy_id, instrument_index, lowers) =>
        gate.isOpenFor(strategy_id, instrument_index, lowers),
      hasRoom: (ahead_count) => gate.hasRoom(ahead_count),
      hasPositionRoom: (child, units, ahead) => gate.hasPositionRoom(child, units, ahead),
      apart,
      counterHighWater: (strategy_id) => orders.counterHighWater(strategy_id),
      ...this.#executionRules(),
    })
    this.#executions.set(account.id, execution)
  }

  /** What of the behaviours that execution asks for is in force. */
  #executionRules() {
    return {
      terms_hold: this.#holds('terms_hold'),
      due_alone: this.#holds('due_alone'),
      knows_ended: this.#holds('knows_ended'),
      cancels_once: this.#holds('cancels_once'),
      intents_age: this.#holds('intents_age'),
      counters_told: this.#holds('counters_told'),
      reducers_end: this.#holds('reducers_end'),
      lowers_at_once: this.#holds('lowers_at_once'),
    } as const
  }

  /** Whether a change of behaviour is in force: not in what was written before it. */
  #holds(change: keyof typeof SINCE_BEHAVIOUR): boolean {
    return (this.#options.behaviour ?? BEHAVIOUR) >= SINCE_BEHAVIOUR[change]
  }

  #addStrategy(strategy: StrategyConfig): void {
    const definition = must(this.#options.definitions.get(strategy.id), 'every configured strategy is loaded')
    const setUp: SetUp<never> = { params: strategy.params as never, instruments: strategy.instruments }
    const { gate } = this.#options
    const series = runSetUp(gate, strategy.id, 'bars', () => this.#addSeries(strategy.id, definition, setUp))
    const indicators = runSetUp(gate, strategy.id, 'indicators', () =>
      this.#addIndicators(strategy.id, definition, setUp, series),
    )
    const actor = new StrategyActor(this.#node, {
      definition,
      strategy_id: strategy.id as StrategyId,
      account_id: strategy.account as AccountId,
      params: strategy.params,
      instruments: strategy.instruments.map((id) => this.#spec(id)),
      indicators,
      resetIndicators: () => {
        for (const indicator of Object.values(indicators)) indicator.reset()
      },
      views: {
        quote: (index) => this.#quote(index),
        status: (index) => this.#statuses.of(index),
        ...this.#orderViews(strategy),
      },
      effects_max: this.#config.limits.step_messages_max,
      refuses_unknown: this.#holds('unknown_refused'),
      halt_outlives_stop: this.#holds('halt_outlives_stop'),
      counters_told: this.#holds('counters_told') && this.#books.has(strategy.id),
      onFault: this.#options.onFault,
      onOutsideStep: this.#options.onOutsideStep,
      trace: this.#options.trace,
      inspect: this.#options.inspect,
    })
    this.#strategies.set(strategy.id, actor)
    for (const [name, index] of series) this.#signals.onBar(index, (bar) => actor.onBar(bar, name))
  }

  /** What a strategy sees of its orders: the account's own books, or what another node told of them. */
  #orderViews({ id, account }: StrategyConfig): Pick<StrategyViews, 'position' | 'openOrders' | 'orderType'> {
    const { instruments } = this.#options
    const book = this.#books.get(id)
    if (book !== undefined) {
      return {
        position: (index) =>
          book.quantity(must(instruments[index], 'an index is of a known instrument').instrument_id),
        openOrders: () => book.openOrders(),
        orderType: () => undefined,
      }
    }
    const orders = must(this.#orders.get(account), 'a strategy trades on a configured account')
    const execution = must(this.#executions.get(account), 'a strategy trades on a configured account')
    const portfolio = must(this.#portfolios.get(account), 'a strategy trades on a configured account')
    return {
      position: (index) => portfolio.bookQuantity(id, index),
      openOrders: () => [...orders.openOrders(id), ...execution.heldOrders(id)],
      orderType: (counter) => {
        // What it became in this step its strategy cannot know.
        if (execution.isTriggeredNow(id, counter)) return undefined
        const order = execution.heldOrder(id, counter) ?? orders.openOrder(id as StrategyId, counter)
        return order?.order_type
      },
    }
  }

  /** The series a strategy asks for, by its own names. */
  #addSeries(strategy_id: string, definition: StrategyDefinition, setUp: SetUp<never>): Map<string, number> {
    const series = new Map<string, number>()
    for (const [name, { instrument, interval_us, price_type }] of this.#asked(
      definition.bars?.bind(definition, setUp),
      BAR_KEYS,
    )) {
      if (!isBarInterval(interval_us)) throw badInterval(strategy_id, name, interval_us)
      if (!BAR_PRICE_TYPES.includes(price_type)) throw badPriceType(strategy_id, name, price_type)
      const spec = this.#spec(instrument)
      if (!this.#hasSource({ instrument, interval_us, price_type })) {
        throw noSource(strategy_id, name, instrument, price_type)
      }
      series.set(name, this.#signals.addSeries(spec, interval_us, price_type))
    }
    return series
  }

  /** Whether rows come that bars of the series are made of, or the bars themselves. */
  #hasSource({ instrument, interval_us, price_type }: BarSubscription): boolean {
    const isMadeOf = price_type === 'last' ? (kind: TickKind) => kind === 'trade' : givesQuotes
    return this.#config.data.sources.some(
      (source) =>
        source.instruments.some((symbol) => `${symbol}.${source.venue}` === instrument) &&
        (isMadeOf(source.kind) ||
          (source.kind === 'bar' && source.interval_us === interval_us && source.price_type === price_type)),
    )
  }

  #asked<Part extends object>(
    ask: (() => Readonly<Record<string, Part>>) | undefined,
    keys: ReadonlySet<keyof Part & string>,
  ): [name: string, part: Part][] {
    if (ask === undefined) return []
    return this.#holds('unknown_refused') ? askedParts(ask(), keys) : Object.entries(ask() ?? {})
  }

  #addIndicators(
    strategy_id: string,
    definition: StrategyDefinition,
    setUp: SetUp<never>,
    series: ReadonlyMap<string, number>,
  ): Record<string, Indicator> {
    // What every object inherits is no indicator's name.
    const indicators: Record<string, Indicator> = Object.create(null)
    for (const [name, { bars, spec }] of this.#asked(
      definition.indicators?.bind(definition, setUp),
      INDICATOR_KEYS,
    )) {
      const at = known(series, bars, `indicator ${name} of ${strategy_id}`)
      indicators[name] = this.#signals.addIndicator(at, spec)
      if (this.#holds('unknown_refused')) checkKeys(`the indicator ${name}`, spec, specKeys(spec.kind))
    }
    return indicators
  }

  /** Whoever is subscribed to gets a route for each of its signals. */
  #connectSignals(): void {
    for (const strategy of this.#config.strategies) {
      const definition = must(
        this.#options.definitions.get(strategy.id),
        'every configured strategy is loaded',
      )
      const setUp: SetUp<never> = { params: strategy.params as never, instruments: strategy.instruments }
      runSetUp(this.#options.gate, strategy.id, 'signals', () => {
        const signals = definition.signals?.(setUp) ?? []
        for (const [at, signal] of signals.entries()) {
          if (this.#holds('unknown_refused') && signals.indexOf(signal) < at)
            throw new Error(`the signal ${signal} is named twice`)
          const { strategy_id, name } = must(
            parseSignalName(signal),
            `a signal is '<strategy id>.<name>', got '${signal}'`,
          )
          known(this.#placement.strategies, strategy_id, `signal ${signal} of ${strategy.id}`)
          this.#strategies.get(strategy_id)?.addSignal(name)
          this.#strategies.get(strategy.id)?.hearSignal(strategy_id, name)
          this.#placement.noteSignal(strategy_id, name, strategy.id)
        }
        if (this.#holds('unknown_refused') && signals.length > 0 && definition.onSignal === undefined)
          throw new Error(`the strategy has no onSignal that would hear ${signals.join(', ')}`)
      })
    }
  }

  #venuesOf(account: AccountConfig): NameMap<string, RiskVenue> {
    return new NameMap(
      account.venues.map((id) => {
        const config = must(
          this.#config.venues.find((venue) => venue.id === id),
          'an account names configured venues',
        )
        const port = must(
          this.#options.venues.find((venue) => venue.venue_id === id),
          'every venue has a port',
        )
        return [id, { config, capabilities: port.capabilities }]
      }),
    )
  }

  #entitlement(strategy: StrategyConfig): Set<number> {
    return new Set(strategy.instruments.map((id) => this.#spec(id).index))
  }

  #quote(index: number): QuoteView | undefined {
    const table = this.#table
    if (!table.hasPrice(index)) return undefined
    return {
      instrument_id: must(this.#options.instruments[index], 'an index is of a known instrument')
        .instrument_id,
      ts_event_us: table.ts_event_us[index] as number,
      bid_price_units: table.bid_price_units[index] as number,
      ask_price_units: table.ask_price_units[index] as number,
      bid_size_units: table.bid_size_units[index] as number,
      ask_size_units: table.ask_size_units[index] as number,
      conflated_count: 1,
    }
  }

  #spec(instrument_id: string): InstrumentSpec {
    const spec = this.#options.instruments.find((candidate) => candidate.instrument_id === instrument_id)
    if (spec !== undefined) return spec
    throw unknownInstrument(instrument_id)
  }
}

/** Last prices and statuses are state of their own: several feeds write them. */
function tableActor(name: string, state: string, table: MarketTable | StatusTable) {
  return {
    name,
    state,
    onTimer: () => undefined,
    save: table.save.bind(table),
    load: table.load.bind(table),
  }
}

function importedSeries(config: Config): Set<string> {
  const names = new Set<string>()
  for (const source of config.data.sources) {
    if (source.kind !== 'bar') continue
    for (const symbol of source.instruments) {
      names.add(barSeries(`${symbol}.${source.venue}`, source.interval_us, source.price_type))
    }
  }
  return names
}

/** A book shows quotes, too. */
function givesQuotes(kind: TickKind): boolean {
  return kind === 'quote' || isBookKind(kind)
}
