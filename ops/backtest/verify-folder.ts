// Verifies the run in a folder: its strategies are loaded from what the journal stored, its history is read again.

import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { installAmbientGuard } from '../../adapters/ambient-guard/ambient-guard.ts'
import { buildIdentity } from '../../adapters/build-identity/build-identity.ts'
import { openChdbTickStore } from '../../adapters/clickhouse/chdb-tick-store.ts'
import { openFileJournal } from '../../adapters/journal-file/file-journal.ts'
import { nodeSha256 } from '../../adapters/sha256/node-sha256.ts'
import { type LoadedStrategy, materializeStrategy } from '../../adapters/strategy-loader/load-strategy.ts'
import { catchStrayErrors } from '../../adapters/stray-errors/stray-errors.ts'
import { createStepGate } from '../../engine/step-gate.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import type { BacktestHeader } from '../../sim/backtest/epoch-header.ts'
import { readRun, type Verification, verifyBacktest } from '../../sim/backtest/verify-backtest.ts'
import type { Progress } from '../cli/progress.ts'
import { journalFolder } from './run-folder.ts'

export type FolderVerification = Verification & {
  /** Hash of the engine that made the run, and of the one that made it again. */
  readonly build: { readonly of_run: string; readonly running: string }
}

export async function verifyFolder(options: {
  folder: string
  /** Absent: the store the run read. */
  store: string | undefined
  progress: Progress
}): Promise<FolderVerification> {
  const directory = journalFolder(resolve(options.folder))
  if (!existsSync(directory)) throw noRun(directory)
  const gate = createStepGate()
  const removeGuard = installAmbientGuard(gate, () => {})
  // The run told its user of them; here only what it came to is compared.
  const stopCatching = catchStrayErrors(() => {})
  const journal = await openFileJournal({ directory })
  const sources = await mkdtemp(join(tmpdir(), 'orrery-verify-'))
  try {
    const { header } = await readRun(journal, directory)
    const strategies = await loadStored(header, sources)
    const store = await openChdbTickStore({ directory: options.store ?? header.config.data.store })
    try {
      options.progress.start('replaying')
      const onProgress = (done: number, total: number) => options.progress.update(done, total)
      const verification = await verifyBacktest({
        journal,
        store,
        strategies,
        sha256: nodeSha256,
        gate,
        onProgress,
      })
      return { ...verification, build: { of_run: header.build_hash, running: buildIdentity().build_hash } }
    } finally {
      await store.close()
    }
  } finally {
    await journal.close()
    await rm(sources, { recursive: true })
    stopCatching()
    removeGuard()
  }
}

async function loadStored(header: BacktestHeader, directory: string): Promise<LoadedStrategy[]> {
  const loaded: LoadedStrategy[] = []
  for (const [index, stored] of header.strategies.entries()) {
    const { source, files } = stored
    // Packages are not in the journal: they are those of the folder the command runs in.
    const home = join(directory, String(index))
    const strategy = await materializeStrategy({ source, files, packages_from: process.cwd() }, home)
    if (strategy.strategy_hash !== stored.strategy_hash) throw otherPackages(stored.strategy_id)
    loaded.push(strategy)
  }
  return loaded
}

function noRun(directory: string): OperatingError {
  return new OperatingError({
    code: 'verify.no_run',
    reason: 'usage',
    what: 'There is no run in the folder.',
    where: directory,
    remedy: 'Name the folder of a run: what orrery backtest printed as written.',
  })
}

function otherPackages(strategyId: string): OperatingError {
  return new OperatingError({
    code: 'verify.other_packages',
    reason: 'data',
    what: `The packages that the strategy ${strategyId} imports are not those it ran with.`,
    remedy: 'Run the command in the folder whose packages the run used, with the same versions installed.',
  })
}
