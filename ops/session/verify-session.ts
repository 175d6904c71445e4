// Verifies a live session: run again in this process, from its journal alone.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StrategyDefinition } from '../../actors/strategy/definition.ts'
import { installAmbientGuard } from '../../adapters/ambient-guard/ambient-guard.ts'
import { buildIdentity } from '../../adapters/build-identity/build-identity.ts'
import { loadStrategy } from '../../adapters/strategy-loader/load-strategy.ts'
import { catchStrayErrors } from '../../adapters/stray-errors/stray-errors.ts'
import { readLiveHeader } from '../../engine/live/live-header.ts'
import { createStepGate } from '../../engine/step-gate.ts'
import { must } from '../../schemas/assert.ts'
import type { Progress } from '../cli/progress.ts'
import { type RerunResult, rerunSession } from './rerun-session.ts'
import { extentWords, type OpenedSession, prunedWords } from './session-journal.ts'

export type SessionVerification = RerunResult & {
  readonly session: string
  /** Of several; '' where one hosts all. */
  readonly node: string
  readonly is_equal: boolean
  /** Hash of the engine that wrote the last epoch, and of the one that ran it again. */
  readonly build: { readonly of_run: string; readonly running: string }
  /** The number the last epoch was written and run again under. */
  readonly behaviour: number
  /** Strategies whose source on disk is not the one that ran; only where those on disk were asked for. */
  readonly other_sources: readonly string[]
  /** What is not there to be verified, in words; '' where the journal has its beginning. */
  readonly pruned: string
  /** Up to where it was read while it ran, or where it may only be read, in words; '' where all of it was verified. */
  readonly up_to: string
}

export type VerifySessionOptions = {
  readonly opened: OpenedSession
  /** What the sources of strategies on disk are relative to; absent: those stored in the journal are run. */
  readonly current_from: string | undefined
  readonly progress: Progress
}

export async function verifySession(options: VerifySessionOptions): Promise<SessionVerification> {
  const { opened, progress } = options
  const { journal, where } = opened
  const gate = createStepGate()
  const removeGuard = installAmbientGuard(gate, () => {})
  const stopCatching = catchStrayErrors(() => {})
  const temporary = await mkdtemp(join(tmpdir(), 'orrery-verify-'))
  try {
    const last = must(journal.epochs.at(-1), 'a session has an epoch')
    const { binding, contents } = readLiveHeader(last.header, where)
    const current = await currentStrategies(options)
    const total = journal.epochs.reduce((sum, { last_lsn }) => sum + last_lsn + 1, 0)
    let done = 0
    progress.start('replaying', total)
    const running = buildIdentity().build_hash
    const result = await rerunSession(
      {
        journal,
        where,
        gate,
        temporary,
        current: current?.definitions,
        onRecord: () => {
          done++
          if ((done & 1023) === 0) progress.update(done)
        },
      },
      running,
    )
    return {
      ...result,
      session: contents.config.session,
      node: contents.node_id ?? '',
      is_equal: result.difference === undefined,
      build: { of_run: binding.build_hash, running },
      behaviour: must(contents.behaviour, 'a header read names its behaviour'),
      other_sources: current?.other_sources ?? [],
      pruned: prunedWords(journal),
      up_to: extentWords(opened),
    }
  } finally {
    await rm(temporary, { recursive: true, force: true })
    stopCatching()
    removeGuard()
  }
}

type CurrentStrategies = {
  readonly definitions: ReadonlyMap<string, StrategyDefinition>
  readonly other_sources: readonly string[]
}

/** The strategies as they are on disk now, in the place of those that ran. */
async function currentStrategies({
  opened: { journal, where },
  current_from,
}: VerifySessionOptions): Promise<CurrentStrategies | undefined> {
  if (current_from === undefined) return undefined
  const last = must(journal.epochs.at(-1), 'a session has an epoch')
  const definitions = new Map<string, StrategyDefinition>()
  const other_sources: string[] = []
  for (const { strategy_id, source, strategy_hash } of readLiveHeader(last.header, where).contents
    .strategies) {
    const loaded = await loadStrategy({ source, base_directory: current_from })
    definitions.set(strategy_id, loaded.definition as StrategyDefinition)
    if (loaded.strategy_hash !== strategy_hash) other_sources.push(strategy_id)
  }
  return { definitions, other_sources }
}
