// One configured backtest from file to folder: wires the configuration, strategies, tick store and journal together and
// hands them to the simulation.

import { join, resolve } from 'node:path'
import { performance } from 'node:perf_hooks'
import { type FaultReport, toldError } from '../../actors/strategy/strategy-fault.ts'
import { installAmbientGuard } from '../../adapters/ambient-guard/ambient-guard.ts'
import type { AmbientInStepError } from '../../adapters/ambient-guard/ambient-in-step-error.ts'
import { buildIdentity } from '../../adapters/build-identity/build-identity.ts'
import { openExistingStore } from '../../adapters/clickhouse/existing-store.ts'
import { openFileJournal } from '../../adapters/journal-file/file-journal.ts'
import { nodeSha256 } from '../../adapters/sha256/node-sha256.ts'
import { catchStrayErrors, type StrayError } from '../../adapters/stray-errors/stray-errors.ts'
import { createStepGate, type StepGate } from '../../engine/step-gate.ts'
import type { TickStore } from '../../engine/tick-store-port.ts'
import { must } from '../../schemas/assert.ts'
import type { BacktestResult } from '../../schemas/backtest-result.ts'
import type { Config } from '../../schemas/config/config.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { openData, planData } from '../../sim/backtest/data-plan.ts'
import { instrumentsOf } from '../../sim/backtest/instrument-set.ts'
import { type BacktestOutcome, runBacktest } from '../../sim/backtest/run-backtest.ts'
import type { Progress } from '../cli/progress.ts'
import { type LoadedConfig, loadConfig } from '../config/load-config.ts'
import { type LoadedSession, loadStrategies } from '../config/load-strategies.ts'
import { ReportRecorder } from '../report/report-data.ts'
import { writeReport } from '../report/write-report.ts'
import { RunFiles } from '../run-files/run-files.ts'
import { peakMemoryBytes } from './peak-memory.ts'
import { journalFolder, makeRunFolder, newRunId } from './run-folder.ts'

export type ConfiguredRun = {
  /** The configuration file, and values laid over it. */
  readonly path: string
  readonly set: readonly string[]
  /** Folder of the run; absent: one named by the run in the configured folder. */
  readonly out: string | undefined
  readonly progress: Progress
}

export type FinishedRun = {
  readonly result: BacktestResult
  readonly config: Config
  readonly folder: string
  /** Names of the files in the folder, journal and report aside. */
  readonly files: readonly string[]
  /** The report's path. */
  readonly report: string
}

/** Runs it, and leaves journal, result and files in the folder. A fault of a strategy is thrown once they are there. */
export async function runConfigured({ path, set, out, progress }: ConfiguredRun): Promise<FinishedRun> {
  const gate = createStepGate()
  const violations: AmbientInStepError[] = []
  // Before the strategies are loaded: what they take into a variable must be guarded already.
  const removeGuard = installAmbientGuard(gate, (violation) => violations.push(violation))
  const strays: StrayError[] = []
  const stopCatching = catchStrayErrors((stray) => strays.push(stray))
  try {
    const session = await loadStrategies(await loadConfig({ path, set }))
    const { config } = session.loaded
    const store = await openExistingStore(config.data.store)
    try {
      // Data that is refused must leave no folder behind: the corrected run goes into the same one.
      await openData(planData(config), instrumentsOf(config), store)
      const run_id = newRunId(config.session, new Date())
      const folder = await makeRunFolder(out ?? join(config.journal.directory, run_id))
      progress.start('replaying')
      const { result, faults, files, report } = await runIntoFolder({
        ...session,
        run_id,
        folder,
        store,
        gate,
        progress,
      })
      refuseFaults(faults, session.loaded, folder)
      // The author caught what the guard threw; the run may still differ from its re-run.
      const [violation] = violations
      if (violation !== undefined) throw violation
      refuseStrays(strays, folder)
      return { result, config, folder, files, report }
    } finally {
      await store.close()
    }
  } finally {
    stopCatching()
    removeGuard()
  }
}

type RunParts = LoadedSession & {
  readonly run_id: string
  readonly folder: string
  readonly store: TickStore
  readonly gate: StepGate
  readonly progress: Progress
}

type RunInFolder = BacktestOutcome & Pick<FinishedRun, 'files' | 'report'>

async function runIntoFolder(parts: RunParts): Promise<RunInFolder> {
  const { loaded, strategies, models, run_id, folder, store, gate, progress } = parts
  const { config, config_hash } = loaded
  const journal = await openFileJournal({ directory: journalFolder(folder) })
  const specs = instrumentsOf(config)
  const recorder = new ReportRecorder(specs)
  const files = new RunFiles(folder, specs, recorder.rows)
  try {
    const outcome = await runBacktest({
      run_id,
      config,
      config_hash,
      strategies,
      models,
      build: buildIdentity(),
      store: recorder.prices.watch(store),
      onBookQuote: (quote) => recorder.prices.bookQuote(quote),
      journal,
      sha256: nodeSha256,
      gate,
      observer: files.observer,
      onProgress: (done, total) => progress.update(done, total),
      meter: METER,
    })
    const names = files.finish(outcome)
    const report = await writeReport(folder, recorder.data(outcome, config))
    return { ...outcome, files: names, report }
  } catch (error) {
    files.abandon()
    throw error
  } finally {
    await journal.close()
  }
}

const METER = {
  now_ms: () => performance.now(),
  peakBytes: peakMemoryBytes,
  // The clock of `performance` starts with the process.
  started_ms: 0,
}

/** A run with a faulted strategy has a result, but not the one its author asked for. */
function refuseFaults(
  [fault]: readonly FaultReport[],
  { config, base_directory }: LoadedConfig,
  folder: string,
): void {
  if (fault === undefined) return
  const { source } = must(
    config.strategies.find(({ id }) => id === fault.strategy_id),
    'a strategy that failed is configured',
  )
  throw new OperatingError({
    code: `strategy.${fault.code}`,
    reason: 'strategy',
    what: `The strategy ${fault.strategy_id} failed in ${fault.handler}: ${fault.message}`,
    // What a handler returns has no line of its own.
    where: fault.line === '' ? resolve(base_directory, source) : fault.line,
    remedy: `Correct the strategy; its orders were cancelled and the rest ran on, see ${folder}.`,
  })
}

function refuseStrays([stray]: readonly StrayError[], folder: string): void {
  if (stray === undefined) return
  throw new OperatingError({
    code: 'strategy.stray_error',
    reason: 'strategy',
    what: `A promise or callback that a strategy left behind failed: ${toldError(stray.error).message}`,
    where: stray.line === '' ? undefined : stray.line,
    remedy: `Handlers are synchronous: start nothing that comes back later. The rest ran on, see ${folder}.`,
    cause: stray.error,
  })
}
