// Whole backtests for proofs: a scenario is a configuration, its strategies and a store; it is run through the real
// session, and what it put out is kept.

import Value from 'typebox/value'
import type { StrategyDefinition } from '../../actors/strategy/definition.ts'
import { nodeSha256 } from '../../adapters/sha256/node-sha256.ts'
import { fxPair } from '../../engine/instrument.test-support.ts'
import type { Journal, JournalWriter } from '../../engine/journal-port.ts'
import { MemoryJournal } from '../../engine/memory-journal.test-support.ts'
import type { OutputObserver } from '../../engine/outputs.ts'
import { createStepGate } from '../../engine/step-gate.ts'
import type { TickSeries, TickStore } from '../../engine/tick-store-port.ts'
import { must } from '../../schemas/assert.ts'
import type { AccountConfig } from '../../schemas/config/account-config.ts'
import type { Config } from '../../schemas/config/config.ts'
import { LiveConfig } from '../../schemas/config/live-config.ts'
import type { StrategyConfig } from '../../schemas/config/strategy-config.ts'
import type { VenueConfig } from '../../schemas/config/venue-config.ts'
import type { Instrument } from '../../schemas/instrument.ts'
import type { VenueCommand } from '../../schemas/messages/order.ts'
import { type Fill, isFill, type OrderFact } from '../../schemas/messages/order-fact.ts'
import type { OrderDenied } from '../../schemas/messages/risk.ts'
import { isoTime } from '../../schemas/units.ts'
import { BacktestSession } from './backtest-session.ts'
import { openCursors, openData, planData } from './data-plan.ts'
import { instrumentsOf } from './instrument-set.ts'
import { MemoryTickStore, sourceOf } from './memory-tick-store.test-support.ts'
import { EMA_PARAMS, PROOF_STRATEGIES, type ProofStrategyId } from './proof-strategies.test-support.ts'
import { type BacktestOutcome, type BacktestRequest, durabilityOf, runBacktest } from './run-backtest.ts'
import { endUs, START_US, type Tape } from './tape.test-support.ts'

export type Scenario = {
  readonly config: Config
  readonly definitions: ReadonlyMap<string, StrategyDefinition>
  readonly store: TickStore
}

export type ScenarioOptions = {
  /** Each series is a source of its own rank, in this order, unless it joins the source before it. */
  readonly tapes: readonly Tape[]
  /** Known strategies, each on all instruments and the first account. */
  readonly strategies?: readonly ProofStrategyId[]
  /** Strategies beside them. */
  readonly more?: readonly { readonly config: StrategyConfig; readonly definition: StrategyDefinition }[]
  readonly block_rows?: number
  readonly venue?: Partial<VenueConfig>
  readonly account?: Partial<AccountConfig>
  readonly accounts?: readonly AccountConfig[]
  readonly instruments?: readonly Instrument[]
  readonly config?: Partial<Config>
}

export async function scenarioOf(options: ScenarioOptions): Promise<Scenario> {
  const { tapes, strategies = [], more = [], block_rows = 1_000 } = options
  const store = new MemoryTickStore(block_rows)
  for (const { series, rows } of tapes) await store.write(sourceOf(series, rows))
  const definitions = new Map<string, StrategyDefinition>()
  for (const id of strategies) definitions.set(id, PROOF_STRATEGIES[id])
  for (const { config, definition } of more) definitions.set(config.id, definition)
  return { config: configOf(options), definitions, store }
}

/** A session of its own over the scenario, as a process that has just started makes one. */
export async function openSession(
  { config, definitions, store }: Scenario,
  journal: Pick<JournalWriter, 'append' | 'released_lsn' | 'commit'>,
  observer: OutputObserver = {},
  epoch = 1,
): Promise<BacktestSession> {
  const plan = planData(config)
  const instruments = instrumentsOf(config)
  const cursors = await openCursors(await openData(plan, instruments, store), instruments)
  return new BacktestSession({
    config,
    instruments,
    definitions,
    models: [],
    cursors,
    range: plan.range,
    journal,
    epoch,
    sha256: nodeSha256,
    gate: createStepGate(),
    observer,
  })
}

/** Opens the journal's next epoch for a scenario's run. */
export function openWriter(journal: Journal, config: Config): Promise<JournalWriter> {
  const nothing = new Uint8Array(0)
  const epoch = (journal.epochs.at(-1)?.epoch ?? 0) + 1
  return journal.openEpoch({ epoch, header: nothing, base: nothing, durability: durabilityOf(config) })
}

export type ProofRun = {
  readonly outcome: BacktestOutcome
  readonly outputs: OutputRecorder
  readonly hashes: { readonly output_hash: string; readonly state_hash: string }
}

export async function runScenario(
  scenario: Scenario,
  journal: Journal = new MemoryJournal(nodeSha256),
): Promise<ProofRun> {
  const outputs = new OutputRecorder()
  const outcome = await runBacktest({ ...requestOf(scenario, journal), observer: outputs.observer })
  const { output_hash, state_hash } = outcome.result
  return { outcome, outputs, hashes: { output_hash, state_hash } }
}

export function requestOf({ config, definitions, store }: Scenario, journal: Journal): BacktestRequest {
  return {
    run_id: 'proof',
    config,
    config_hash: '00',
    strategies: strategiesOf(config, definitions),
    models: [],
    build: { build_hash: '00', version: '0', node_version: '0' },
    store,
    journal,
    sha256: nodeSha256,
    gate: createStepGate(),
    meter: { now_ms: () => 0, peakBytes: () => 0, started_ms: 0 },
  }
}

export function strategiesOf(config: Config, definitions: ReadonlyMap<string, StrategyDefinition>) {
  return config.strategies.map(({ id, source }) => ({
    definition: must(definitions.get(id), 'every configured strategy has a definition'),
    source,
    strategy_hash: '00',
    files: [],
  }))
}

/** Everything a session put out, in order: as it was, and as text that two runs can be compared by. */
export class OutputRecorder {
  readonly records: { readonly ts_us: number; readonly text: string }[] = []
  readonly commands: VenueCommand[] = []
  readonly facts: OrderFact[] = []
  readonly denials: OrderDenied[] = []
  readonly fills: { readonly fill: Fill; readonly ts_us: number }[] = []
  readonly #onRecord: (text: string) => void
  readonly observer: OutputObserver = {
    onCommand: (command, ts_us) => {
      this.commands.push(command)
      this.#add(ts_us, command)
    },
    onFact: (fact, ts_us) => {
      this.facts.push(fact)
      if (isFill(fact)) this.fills.push({ fill: fact, ts_us })
      this.#add(ts_us, fact)
    },
    onDenied: (denial) => {
      this.denials.push(denial)
      this.#add(denial.ts_event_us, denial)
    },
    onLedgerEntry: (entry) => this.#add(entry.ts_us, entry),
  }

  constructor(onRecord: (text: string) => void = () => undefined) {
    this.#onRecord = onRecord
  }

  /** What was put out up to a time, that time included. */
  upTo(ts_us: number): string[] {
    return this.records.filter((record) => record.ts_us <= ts_us).map(({ text }) => text)
  }

  #add(ts_us: number, output: object): void {
    const text = JSON.stringify(output, (_, value) => (typeof value === 'bigint' ? `${value}n` : value))
    this.records.push({ ts_us, text: `${ts_us} ${text}` })
    this.#onRecord(`${ts_us} ${text}`)
  }
}

function configOf(options: ScenarioOptions): Config {
  const { tapes, strategies = [], more = [], venue, account, accounts, config } = options
  const ids = [...new Set(tapes.map(({ series }) => series.instrument_id))]
  const venueIds = [...new Set(ids.map(venueOf))]
  const defined = new Map((options.instruments ?? []).map((one) => [one.instrument_id, one]))
  return {
    session: 'proof',
    seed: 1,
    durability: 'deferred',
    bus_credentials: './nats/credentials',
    live: Value.Default(LiveConfig, {}) as LiveConfig,
    journal: { directory: './runs' },
    data: {
      store: './ticks',
      from: isoTime(START_US),
      to: isoTime(endUs(tapes)),
      sources: sourcesOf(tapes.map(({ series }) => series)),
    },
    venues: venueIds.map((id) => ({ ...DEFAULT_VENUE, id, ...venue })),
    accounts: accounts === undefined ? [{ ...accountOf('main', venueIds), ...account }] : [...accounts],
    strategies: [
      ...strategies.map((id) => strategyOf(id, ids, id === 'ema' ? EMA_PARAMS : {})),
      ...more.map((one) => one.config),
    ],
    bars: { close_delay_us: 0 },
    limits: { step_messages_max: 1_000, instant_inputs_max: 100, order_retention: 20 },
    instruments: ids.map((instrument_id) => defined.get(instrument_id) ?? fxPair({ instrument_id })),
    ...config,
  }
}

const DEFAULT_VENUE: Omit<VenueConfig, 'id'> = {
  latency: { submit_us: 0, report_us: 0 },
  commission: { basis_points: '0.2' },
  displayed_quantity_default: '1000000',
  market_data: { stale_after_us: 60_000_000 },
}

export function accountOf(id: string, venues: readonly string[]): AccountConfig {
  return {
    id,
    venues: [...venues],
    currency: 'USD',
    balance: '100000',
    leverage_max: '20',
    conversion_rates: {},
    risk: {
      order_quantity_max: '50000',
      order_notional_max: '200000',
      position_quantity_max: '100000',
      price_collar_basis_points: '300',
      order_rate: { orders_max: 20, window_us: 1_000_000 },
    },
  }
}

export function strategyOf(
  id: string,
  instruments: readonly string[],
  params: StrategyConfig['params'] = {},
  account = 'main',
): StrategyConfig {
  return { id, source: `${id}.ts#${id}`, account, instruments: [...instruments], params }
}

/** Neighbouring series of one venue and one kind make one source, as the configuration has it. */
function sourcesOf(series: readonly TickSeries[]): Config['data']['sources'] {
  const sources: Config['data']['sources'] = []
  const keys: string[] = []
  for (const one of series) {
    const { instrument_id, ...kind } = one
    const key = JSON.stringify([venueOf(instrument_id), kind])
    const symbol = instrument_id.split('.')[0] as string
    if (key === keys.at(-1)) sources.at(-1)?.instruments.push(symbol)
    else {
      sources.push({ venue: venueOf(instrument_id), ...kind, instruments: [symbol] })
      keys.push(key)
    }
  }
  return sources
}

function venueOf(instrument_id: string): string {
  return instrument_id.split('.')[1] as string
}

/** An account whose limits no order of a proof comes near. */
export const ROOMY_ACCOUNT = {
  balance: '1000000000',
  risk: {
    order_quantity_max: '50000',
    order_notional_max: '200000',
    position_quantity_max: '100000000',
    price_collar_basis_points: '300',
    order_rate: { orders_max: 1_000, window_us: 1_000_000 },
  },
}
