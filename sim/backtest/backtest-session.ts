// One backtest: the node with its actors, the simulated venues, the replay driver and a journal, from the first control
// input to the last. Steps are synchronous; what is awaited is data and, under `local`, the disk.

import type { InspectionEvent } from 'xstate'
import type { StrategyDefinition } from '../../actors/strategy/definition.ts'
import type { FaultReport } from '../../actors/strategy/strategy-fault.ts'
import { buildTradingNode, type TradingNode } from '../../actors/trading-node.ts'
import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import type { JournalWriter } from '../../engine/journal-port.ts'
import type { QuoteRow } from '../../engine/market/market-rows.ts'
import type { ConversionTable } from '../../engine/money/conversion-table.ts'
import type { OutputObserver } from '../../engine/outputs.ts'
import type { Sha256 } from '../../engine/sha256-port.ts'
import type { StepGate } from '../../engine/step-gate.ts'
import type { TimeRange } from '../../engine/tick-store-port.ts'
import type { Config } from '../../schemas/config/config.ts'
import { LIVE_BAR_CLOSE_DELAY_US } from '../../schemas/config/data-config.ts'
import type { Control, ControlCommand } from '../../schemas/messages/control.ts'
import { type AuthoredModel, venuesWith } from '../exchange/matching/authored-models.ts'
import { SimulatedVenues } from '../exchange/simulated-venues.ts'
import { BookRows } from './book-rows.ts'
import { bookSeriesOf } from './book-series.ts'
import { EquitySampler } from './equity-sampler.ts'
import { LateFeed, longestDataDelayUs } from './late-feed.ts'
import { Merge } from './merge.ts'
import { type Progress, ReplayDriver } from './replay-driver.ts'
import { resultConversion } from './result-currency.ts'
import type { SeriesCursor } from './series-cursor.ts'

export type BacktestSessionOptions = {
  readonly config: Config
  readonly instruments: readonly InstrumentSpec[]
  readonly definitions: ReadonlyMap<string, StrategyDefinition>
  /** Those that venues name; an exchange lacks none it is configured with. */
  readonly models: readonly AuthoredModel[]
  readonly cursors: readonly SeriesCursor[]
  readonly range: TimeRange
  /** The part of the range that has rows, over which equity is sampled; absent: all of it. */
  readonly covered?: TimeRange
  readonly journal: Pick<JournalWriter, 'append' | 'released_lsn' | 'commit'>
  readonly epoch: number
  /** Of a run that is run again (schemas/behaviour.ts); absent: today's. */
  readonly behaviour?: number
  readonly sha256: Sha256
  readonly gate: StepGate
  readonly observer?: OutputObserver
  readonly onFault?: (fault: FaultReport) => void
  readonly onProgress?: (rows_done: number) => void
  readonly onBookQuote?: (quote: QuoteRow) => void
  readonly inspect?: (event: InspectionEvent) => void
}

/** Rows between two looks at the outside: progress, and promises a strategy may have left floating. */
const ROWS_PER_TURN = 1 << 18

export class BacktestSession {
  readonly trading: TradingNode
  readonly venues: SimulatedVenues
  readonly driver: ReplayDriver
  readonly sampler: EquitySampler
  /** Faults of strategies, in order. */
  readonly faults: FaultReport[] = []
  readonly #options: BacktestSessionOptions
  readonly #posted: Control[] = []
  readonly #conversion: ConversionTable

  constructor(options: BacktestSessionOptions) {
    const { config, instruments, range } = options
    this.#options = options
    this.#conversion = resultConversion(config)
    this.venues = new SimulatedVenues({
      venues: venuesWith(options.models, config, instruments, options.gate),
      seed: config.seed,
      accounts: config.accounts,
      specs: instruments,
      calendars: config.calendars ?? [],
      order_retention: config.limits.order_retention,
      // Nobody operates the market of a backtest.
      trade_retention: 0,
      ...(options.behaviour === undefined ? {} : { behaviour: options.behaviour }),
    })
    this.trading = this.#buildNode()
    this.sampler = new EquitySampler(options.covered ?? range, (ts_us) => this.#sample(ts_us))
    const owners = new Map([...this.trading.strategies].map(([id, actor]) => [actor.index, id]))
    this.driver = new ReplayDriver({
      node: this.trading.node,
      venues: this.venues,
      late: new LateFeed({ config, cursors: options.cursors, agenda: this.venues.agenda }),
      sampler: this.sampler,
      books: this.#books(),
      instant_inputs_max: config.limits.instant_inputs_max,
      strategyOfActor: (index) => owners.get(index),
      posted: this.#posted,
    })
  }

  /** The whole history, from the opening of the session to its end. */
  async run(): Promise<void> {
    await this.start()
    await this.replay(Number.POSITIVE_INFINITY)
    await this.stop()
  }

  async start(): Promise<void> {
    const { from_us } = this.#options.range
    this.venues.begin(from_us)
    await this.#control('session_start', from_us)
    await this.#control('trading_enable', from_us)
    this.sampler.begin()
  }

  /** Replays up to `rows` further rows. */
  async replay(rows: number): Promise<void> {
    const { cursors, onProgress } = this.#options
    const merge = new Merge(cursors)
    const { driver } = this
    const end = driver.rows_taken + rows
    let turnAt = driver.rows_taken + ROWS_PER_TURN
    while (!merge.isDone && driver.rows_taken < end) {
      const progress = driver.replay(merge, Math.min(end, turnAt) - driver.rows_taken)
      if (progress === 'waiting') await this.#options.journal.commit()
      if (merge.needsBlock) await merge.fill()
      if (driver.rows_taken >= turnAt) {
        turnAt = driver.rows_taken + ROWS_PER_TURN
        onProgress?.(this.rows_done)
        await turn()
      }
    }
    // The last row's orders have left, too: between two calls the session can be saved.
    await this.#through(() => this.driver.settle())
  }

  /** What is due before the end of the range, then the end of the session. */
  async stop(): Promise<void> {
    const { to_us } = this.#options.range
    await turn()
    await this.#through(() => this.driver.catchUp(to_us))
    const { moved_us } = this.driver
    this.venues.endRows()
    await this.#control('session_stop', to_us)
    this.sampler.finish(moved_us)
    await turn()
  }

  get rows_done(): number {
    const { quotes, trades, bars, book_levels, book_orders } = this.driver.counts
    return quotes + trades + bars + book_levels + book_orders
  }

  /** Everything later behaviour depends on. Between inputs only. A backtest leaves no strategy's state out. */
  save(writer: CanonicalWriter): void {
    for (const strategy of this.trading.strategies.values()) {
      const problem = strategy.stateProblem()
      if (problem !== undefined) throw problem
    }
    this.trading.node.save(writer)
    this.venues.save(writer)
    this.driver.save(writer)
    for (const cursor of this.#options.cursors) writer.number(cursor.consumed)
  }

  async load(reader: CanonicalReader): Promise<void> {
    this.trading.node.load(reader)
    this.venues.load(reader)
    this.driver.load(reader)
    for (const cursor of this.#options.cursors) await cursor.skip(reader.number())
  }

  outputHash(): Uint8Array {
    return this.trading.node.outputs.digest()
  }

  stateHash(): Uint8Array {
    const writer = new CanonicalWriter(1 << 16)
    this.save(writer)
    return this.#options.sha256.digest(writer.view())
  }

  #buildNode(): TradingNode {
    const { config, instruments, definitions, journal, sha256, gate, epoch, observer, inspect, behaviour } =
      this.#options
    const { agenda } = this.venues
    return buildTradingNode({
      config,
      instruments,
      definitions,
      venues: this.venues.exchanges,
      journal,
      sha256,
      gate,
      epoch,
      behaviour,
      bar_close_delay_us: config.bars.close_delay_us ?? barCloseDelayUs(config),
      ...(observer === undefined ? {} : { observer }),
      inspect,
      onOutcome: (outcome) => {
        const { now_us } = this.trading.node
        agenda.add('outcome', 0, now_us, now_us, outcome)
      },
      onFault: (fault) => this.#noteFault(fault),
      onOutsideStep: (fault) => {
        this.#noteFault(fault)
        this.#posted.push(control('strategy_halt', fault.strategy_id, fault.code))
      },
    })
  }

  /** Of each instrument with a book in the history, where its rows go. */
  #books(): BookRows[] {
    const { config, instruments, onBookQuote } = this.#options
    const books: BookRows[] = []
    for (const series of bookSeriesOf(config, instruments))
      books[series.instrument_index] = new BookRows(
        this.venues.exchange(series.venue_id),
        series,
        onBookQuote,
      )
    return books
  }

  #noteFault(fault: FaultReport): void {
    this.faults.push(fault)
    this.#options.onFault?.(fault)
  }

  #sample(ts_us: number) {
    let equity = 0n
    let has_position = false
    for (const portfolio of this.trading.portfolios.values()) {
      const marks = portfolio.marks()
      equity += this.#conversion.convert(marks.equity, marks.currency)
      has_position ||= portfolio.has_position
    }
    return { ts_us, equity, has_position }
  }

  async #control(command: ControlCommand, ts_us: number): Promise<void> {
    this.driver.control(control(command), ts_us)
    await this.#through(() => this.driver.settle())
  }

  /** Drives until nothing waits for the disk any more. */
  async #through(drive: () => Progress): Promise<void> {
    while (drive() === 'waiting') await this.#options.journal.commit()
  }
}

/** Bars wait for the latest row there can be; those of what a session processed waited there. */
function barCloseDelayUs({ data, venues }: Config): number {
  return data.processed === undefined ? longestDataDelayUs(venues) : LIVE_BAR_CLOSE_DELAY_US
}

function control(command: ControlCommand, strategy_id = '', reason = ''): Control {
  return { type: 'control', command, account_id: '', strategy_id, reason, operator: 'engine' }
}

/** Lets whatever a strategy left floating come back, so that it is caught here and not after the end. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve) // tidy-ok: yields to the event loop between rows; nothing of a run depends on when
  })
}
