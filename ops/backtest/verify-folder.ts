// Verifies the run in a folder: its strategies are loaded from what the journal stored, its history is read again.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { installAmbientGuard } from '../../adapters/ambient-guard/ambient-guard.ts'
import { buildIdentity } from '../../adapters/build-identity/build-identity.ts'
import { openExistingStore } from '../../adapters/clickhouse/existing-store.ts'
import { nodeSha256 } from '../../adapters/sha256/node-sha256.ts'
import { materializeMarketModel } from '../../adapters/strategy-loader/load-market-model.ts'
import { type LoadedStrategy, materializeStrategy } from '../../adapters/strategy-loader/load-strategy.ts'
import { catchStrayErrors } from '../../adapters/stray-errors/stray-errors.ts'
import { createStepGate } from '../../engine/step-gate.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { instrumentsOf } from '../../sim/backtest/instrument-set.ts'
import type { BacktestModel } from '../../sim/backtest/run-backtest.ts'
import {
  type ReadHeader,
  type RunAgain,
  readHeader,
  type Verification,
  verifyBacktest,
} from '../../sim/backtest/verify-backtest.ts'
import type { Progress } from '../cli/progress.ts'
import { RunFiles } from '../run-files/run-files.ts'
import { openUnlessHeld } from '../session/session-journal.ts'
import { compareRunFiles, type FileDifference } from './compare-run-files.ts'
import { journalFolder } from './run-folder.ts'

export type FolderVerification = Verification & {
  /** Where the journal came out the same, and the files beside it say something else. */
  readonly file_difference: FileDifference | undefined
  /** Hash of the engine that made the run, and of the one that made it again. */
  readonly build: { readonly of_run: string; readonly running: string }
  /** The number it was written and run again under. */
  readonly behaviour: number
}

export async function verifyFolder(options: {
  folder: string
  /** Absent: the store the run read. */
  store: string | undefined
  progress: Progress
}): Promise<FolderVerification> {
  const folder = resolve(options.folder)
  const directory = journalFolder(folder)
  const gate = createStepGate()
  const removeGuard = installAmbientGuard(gate, () => {})
  // The run told its user of them; here only what it came to is compared.
  const stopCatching = catchStrayErrors(() => {})
  // A run under way has no result yet.
  const { journal } = await openUnlessHeld(directory, 'orrery verify')
  const temporary = await mkdtemp(join(tmpdir(), 'orrery-verify-'))
  try {
    const running = buildIdentity().build_hash
    const header = readHeader(journal, directory)
    const strategies = await loadStored(header, join(temporary, 'strategies'))
    const models = await loadStoredModels(header, join(temporary, 'models'))
    const store = await openExistingStore(options.store ?? header.config.data.store)
    const files = new RunFiles(temporary, instrumentsOf(header.config))
    let file_difference: FileDifference | undefined
    try {
      options.progress.start('replaying')
      const onProgress = (done: number, total: number) => options.progress.update(done, total)
      const verification = await verifyBacktest({
        journal,
        store,
        strategies,
        models,
        sha256: nodeSha256,
        gate,
        build_hash: running,
        observer: files.observer,
        where: directory,
        onProgress,
        onEqual: async ({ result, samples }: RunAgain) => {
          // Another build writes them in its own way.
          if (header.build_hash !== running) return
          files.finishRows(samples, result.equity.currency)
          file_difference = await compareRunFiles(folder, temporary, result)
        },
      })
      const is_equal = verification.is_equal && file_difference === undefined
      const build = { of_run: header.build_hash, running }
      return { ...verification, is_equal, file_difference, build, behaviour: header.behaviour }
    } finally {
      files.abandon()
      await store.close()
    }
  } finally {
    await journal.close()
    await rm(temporary, { recursive: true })
    stopCatching()
    removeGuard()
  }
}

async function loadStored(header: ReadHeader, directory: string): Promise<LoadedStrategy[]> {
  const loaded: LoadedStrategy[] = []
  for (const [index, stored] of header.strategies.entries()) {
    const { source, files } = stored
    // Packages are not in the journal: they are those of the folder the command runs in.
    const home = join(directory, String(index))
    const strategy = await materializeStrategy({ source, files, packages_from: process.cwd() }, home)
    if (strategy.strategy_hash !== stored.strategy_hash) throw otherPackages(`strategy ${stored.strategy_id}`)
    loaded.push(strategy)
  }
  return loaded
}

async function loadStoredModels(header: ReadHeader, directory: string): Promise<BacktestModel[]> {
  const loaded: BacktestModel[] = []
  for (const [index, { venue_id, part, source, files, model_hash }] of header.models.entries()) {
    const home = join(directory, String(index))
    const model = await materializeMarketModel(part, { source, files, packages_from: process.cwd() }, home)
    if (model.model_hash !== model_hash) throw otherPackages(`model of ${part} of ${venue_id}`)
    loaded.push({ ...model, venue_id })
  }
  return loaded
}

function otherPackages(who: string): OperatingError {
  return new OperatingError({
    code: 'verify.other_packages',
    reason: 'data',
    what: `The packages that the ${who} imports are not those it ran with.`,
    remedy: 'Run the command in the folder whose packages the run used, with the same versions installed.',
  })
}
