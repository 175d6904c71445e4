// A backtest from configuration to result: opens the history, opens a journal epoch bound to everything that decides,
// runs the session, closes the journal with what the run came to.

import type { StrategyDefinition } from '../../actors/strategy/definition.ts'
import type { FillModelDefinition, ImpactModelDefinition } from '../../actors/strategy/market-model.ts'
import type { FaultReport } from '../../actors/strategy/strategy-fault.ts'
import {
  type Journal,
  type JournalDurability,
  type JournalWriter,
  RECORD_KIND,
} from '../../engine/journal-port.ts'
import type { QuoteRow } from '../../engine/market/market-rows.ts'
import type { OutputObserver } from '../../engine/outputs.ts'
import type { Sha256 } from '../../engine/sha256-port.ts'
import type { StepGate } from '../../engine/step-gate.ts'
import type { TickStore } from '../../engine/tick-store-port.ts'
import type { BacktestResult } from '../../schemas/backtest-result.ts'
import { BEHAVIOUR } from '../../schemas/behaviour.ts'
import type { Config } from '../../schemas/config/config.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { SCHEMA_VERSION } from '../../schemas/schema-version.ts'
import { resultOf } from './backtest-result.ts'
import { BacktestSession } from './backtest-session.ts'
import { coveredRange, dataHash, openCursors, openData, planData } from './data-plan.ts'
import { encodeEnd } from './end-record.ts'
import { type BacktestHeader, encodeHeader, type StoredModel, storedSeries } from './epoch-header.ts'
import type { EquitySample } from './equity-sampler.ts'
import { instrumentsOf } from './instrument-set.ts'
import { resultConversion } from './result-currency.ts'
import { tallyTrades } from './tally-trades.ts'

/** A strategy as a loader hands it over. */
export type BacktestStrategy = {
  readonly definition: StrategyDefinition
  readonly source: string
  readonly strategy_hash: string
  readonly files: readonly { readonly path: string; readonly bytes: Uint8Array }[]
}

/** A model of a venue as a loader hands it over. */
export type BacktestModel = StoredModel & { readonly definition: FillModelDefinition | ImpactModelDefinition }

export type BacktestRequest = {
  readonly run_id: string
  readonly config: Config
  readonly config_hash: string
  /** In the order of the configuration. */
  readonly strategies: readonly BacktestStrategy[]
  readonly models: readonly BacktestModel[]
  readonly build: { readonly build_hash: string; readonly version: string; readonly node_version: string }
  readonly store: TickStore
  readonly journal: Journal
  readonly sha256: Sha256
  readonly gate: StepGate
  readonly observer?: OutputObserver
  readonly onFault?: (fault: FaultReport) => void
  readonly onProgress?: (rows_done: number, rows_total: number) => void
  /** What the books of the history show, for the result's pictures alone. */
  readonly onBookQuote?: (quote: QuoteRow) => void
  /** Wall time in milliseconds and peak memory in bytes, for the result's timing alone. */
  readonly meter: { now_ms(): number; peakBytes(): number; readonly started_ms: number }
}

export type BacktestOutcome = {
  readonly result: BacktestResult
  readonly faults: readonly FaultReport[]
  readonly samples: readonly EquitySample[]
  readonly session: BacktestSession
}

export async function runBacktest(request: BacktestRequest): Promise<BacktestOutcome> {
  const { config, store, journal, sha256, meter } = request
  // An account without a rate is refused before anything is opened.
  resultConversion(config)
  const instruments = instrumentsOf(config)
  const plan = planData(config)
  const readings = await openData(plan, instruments, store)
  const data_hash = hex(dataHash(sha256, plan, readings))
  const header = headerOf(request, data_hash, storedSeries(readings))
  const epoch = journal.epochs.length + 1
  const writer = await openEpoch(journal, epoch, header, config)
  const cursors = await openCursors(readings, instruments)
  const rows_total = readings.reduce((sum, reading) => sum + reading.row_count, 0)
  try {
    const session = new BacktestSession({
      config,
      instruments,
      definitions: new Map(config.strategies.map(({ id }, i) => [id, definitionAt(request, i)])),
      models: request.models,
      cursors,
      range: plan.range,
      covered: coveredRange(plan, readings),
      journal: writer,
      epoch,
      sha256,
      gate: request.gate,
      ...(request.observer === undefined ? {} : { observer: request.observer }),
      ...(request.onFault === undefined ? {} : { onFault: request.onFault }),
      ...(request.onBookQuote === undefined ? {} : { onBookQuote: request.onBookQuote }),
      onProgress: (rows_done) => request.onProgress?.(rows_done, rows_total),
    })
    const trades = tallyTrades(config, session)
    const began_ms = meter.now_ms()
    await session.run()
    const run_s = (meter.now_ms() - began_ms) / 1000
    refuseOutsideStep(session.faults)
    const hashes = { output_hash: hex(session.outputHash()), state_hash: hex(session.stateHash()) }
    writer.append(RECORD_KIND.end, encodeEnd({ seq: session.trading.node.seq, ...hashes }))
    await writer.close()
    const untimed = resultOf({ config, session, header, hashes, trades })
    const result = { ...untimed, timing: timingOf(session, meter, run_s) }
    const { faults, sampler } = session
    return { result, faults, samples: sampler.samples, session }
  } finally {
    request.gate.step_running = false
    await Promise.all(cursors.map((cursor) => cursor.close()))
  }
}

function timingOf(
  session: BacktestSession,
  meter: BacktestRequest['meter'],
  run_s: number,
): BacktestResult['timing'] {
  const { quotes } = session.driver.counts
  const { rows_done } = session
  return {
    wall_s: (meter.now_ms() - meter.started_ms) / 1000,
    events: session.trading.node.seq,
    quotes_per_s: quotes === 0 ? null : quotes / run_s,
    rows_per_s: rows_done === 0 ? null : rows_done / run_s,
    peak_rss_mb: meter.peakBytes() / 1e6,
  }
}

function openEpoch(
  journal: Journal,
  epoch: number,
  header: BacktestHeader,
  config: Config,
): Promise<JournalWriter> {
  // A session's first base is the empty state.
  const base = new Uint8Array(0)
  return journal.openEpoch({ epoch, header: encodeHeader(header), base, durability: durabilityOf(config) })
}

/** A backtest has no bus to hold a copy: its own disk is all there is. */
export function durabilityOf({ durability }: Config): JournalDurability {
  return durability === 'replicated' ? 'local' : durability
}

function headerOf(request: BacktestRequest, data_hash: string, data: BacktestHeader['data']): BacktestHeader {
  const { run_id, config, config_hash, strategies, models, build, sha256 } = request
  const hashes = [
    ...strategies.map(({ strategy_hash }) => strategy_hash),
    ...models.map(({ model_hash }) => model_hash),
  ]
  return {
    kind: 'backtest',
    run_id,
    schema_version: SCHEMA_VERSION,
    behaviour: BEHAVIOUR,
    build_hash: build.build_hash,
    version: build.version,
    node_version: build.node_version,
    config_hash,
    strategy_hash: hex(sha256.digest(...hashes.map(bytesOf))),
    data_hash,
    config,
    strategies: config.strategies.map(({ id }, i) => {
      const { source, strategy_hash, files } = strategies[i] as BacktestStrategy
      return {
        strategy_id: id,
        source,
        strategy_hash,
        files: files.map(({ path, bytes }) => ({ path, bytes })),
      }
    }),
    models: models.map(({ venue_id, part, source, model_hash, files }) => ({
      venue_id,
      part,
      source,
      model_hash,
      files: files.map(({ path, bytes }) => ({ path, bytes })),
    })),
    data,
  }
}

/** What came back after its handler decided nothing, yet the run is not what its author meant: it has no result. */
function refuseOutsideStep(faults: readonly FaultReport[]): void {
  const fault = faults.find(({ code }) => code === 'outside_step')
  if (fault === undefined) return
  throw new OperatingError({
    code: 'strategy.outside_step',
    reason: 'strategy',
    what: `The strategy ${fault.strategy_id} acted after its handler had returned: ${fault.message}.`,
    where: fault.line,
    remedy: 'Handlers are synchronous: do not await, and start no promise or callback that uses ctx.',
  })
}

function definitionAt({ strategies }: BacktestRequest, index: number): StrategyDefinition {
  return (strategies[index] as BacktestStrategy).definition
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, 'hex')
}
