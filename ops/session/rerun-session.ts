// Runs a live session again from its journal, epoch by epoch, each from its own base with its own configuration and
// strategies, and compares on the way: every effect, every timer, every snapshot, and at each boundary the next base.
// Memory stays flat: records are read as they are needed.

import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DecisionTrace } from '../../actors/decision-trace.ts'
import type { StrategyDefinition } from '../../actors/strategy/definition.ts'
import { materializeStrategy } from '../../adapters/strategy-loader/load-strategy.ts'
import { sameBytes } from '../../engine/journal/parse-batch.ts'
import type { Journal, JournalRecord, RecoveredEpoch } from '../../engine/journal-port.ts'
import { EpochReplay } from '../../engine/live/epoch-replay.ts'
import { LedgerRecovery } from '../../engine/live/ledger-recovery.ts'
import { type LiveHeader, readLiveHeader } from '../../engine/live/live-header.ts'
import { stateOfBase } from '../../engine/live/session-state.ts'
import type { OutputObserver } from '../../engine/outputs.ts'
import { RunDifferenceError } from '../../engine/run-difference.ts'
import type { StepGate } from '../../engine/step-gate.ts'
import { must } from '../../schemas/assert.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { SimulatedVenues } from '../../sim/exchange/simulated-venues.ts'
import { termsOf } from '../../sim/paper-venue/venue-host.ts'
import { foldUnder } from '../live/fold-node.ts'
import type { LiveBuiltNode } from '../live/live-node.ts'
import { rerunNode } from '../live/rerun-node.ts'

export type RerunOptions = {
  readonly journal: Journal
  /** The journal's folder, for people. */
  readonly where: string
  readonly gate: StepGate
  /** A folder of the caller's for the strategies' files. */
  readonly temporary: string
  /** Strategies in the place of the stored ones, by id. */
  readonly current?: ReadonlyMap<string, StrategyDefinition> | undefined
  readonly observer?: OutputObserver
  readonly trace?: DecisionTrace
  /** Before an epoch's first record. */
  readonly onEpoch?: (epoch: RerunEpoch) => void
  /** After each record; what it returns is awaited. */
  readonly onRecord?: (record: JournalRecord, epoch: RerunEpoch) => void | Promise<void>
}

export type RerunEpoch = {
  readonly epoch: number
  readonly header: LiveHeader
  readonly last_lsn: number
  readonly built: LiveBuiltNode
}

/** How an epoch's base stands to the epoch before. */
export type BaseProof = 'first' | 'equal to the re-run before' | 'equal to the fold before' | 'taken as given'

export type RerunResult = {
  readonly epochs: readonly { readonly epoch: number; readonly base: BaseProof; readonly records: number }[]
  readonly records: number
  readonly snapshots: number
  readonly output_hash: string
  readonly difference: SessionDifference | undefined
}

export type SessionDifference = {
  readonly epoch: number
  /** Journal record; undefined where two epochs meet. */
  readonly lsn: number | undefined
  readonly seq: number
  readonly ts_us: number
  readonly recorded: string | undefined
  readonly again: string | undefined
}

/** @param build_hash of the build that runs this: a fold of it is compared where it made the next base. */
export async function rerunSession(options: RerunOptions, build_hash: string): Promise<RerunResult> {
  const { journal } = options
  const epochs: { epoch: number; base: BaseProof; records: number }[] = []
  let counts = { records: 0, snapshots: 0 }
  let output_hash = ''
  let before: { readonly epoch: RecoveredEpoch; readonly end: Uint8Array } | undefined
  for (const epoch of journal.epochs) {
    const header = readLiveHeader(epoch.header, options.where)
    const definitions = await definitionsOf(options, epoch.epoch, header)
    const base = await proveBase(options, before, epoch, header, definitions, build_hash)
    if (typeof base !== 'string') return { epochs, ...counts, output_hash, difference: base }
    const run = new EpochRun(options, epoch, header, definitions)
    const { end, difference, snapshots } = await run.go()
    counts = { records: counts.records + epoch.last_lsn + 1, snapshots: counts.snapshots + snapshots }
    epochs.push({ epoch: epoch.epoch, base, records: epoch.last_lsn + 1 })
    output_hash = run.output_hash
    if (end === undefined) return { epochs, ...counts, output_hash, difference }
    before = { epoch, end }
  }
  return { epochs, ...counts, output_hash, difference: undefined }
}

/** One epoch run again. */
class EpochRun {
  readonly #options: RerunOptions
  readonly #epoch: RecoveredEpoch
  readonly #rerun: RerunEpoch
  readonly #replay: EpochReplay
  #snapshots = 0

  constructor(
    options: RerunOptions,
    epoch: RecoveredEpoch,
    header: LiveHeader,
    definitions: ReadonlyMap<string, StrategyDefinition>,
  ) {
    this.#options = options
    this.#epoch = epoch
    const { gate, observer = {}, trace } = options
    const rerun = rerunNode({ contents: header.contents, definitions, gate, observer, trace })
    let built: LiveBuiltNode | undefined
    this.#replay = new EpochReplay(
      {
        epoch: epoch.epoch,
        // The one that is watched here is the one run again.
        buildNode: (binding) => {
          built = rerun.buildNode({ ...binding, role: 'live' })
          return built
        },
        instrumentIndex: rerun.instrumentIndex,
      },
      stateOfBase(epoch.base),
    )
    this.#rerun = {
      epoch: epoch.epoch,
      header,
      last_lsn: epoch.last_lsn,
      built: must(built, 'a re-run builds its node'),
    }
  }

  get output_hash(): string {
    return Buffer.from(this.#replay.node.outputs.digest()).toString('hex')
  }

  /** The base the epoch after must have, or the first difference. */
  async go(): Promise<{ end?: Uint8Array; difference?: SessionDifference; snapshots: number }> {
    const { journal, onEpoch, onRecord, gate } = this.#options
    onEpoch?.(this.#rerun)
    const { epoch } = this.#epoch
    const snapshots = new Map((await journal.snapshots(epoch)).map(({ lsn, state }) => [lsn, state]))
    try {
      for await (const record of journal.read(epoch)) {
        this.#replay.take(record)
        this.#compareSnapshot(record.lsn, snapshots.get(record.lsn))
        await onRecord?.(record, this.#rerun)
      }
      return { end: this.#replay.finish().slice(), snapshots: this.#snapshots }
    } catch (error) {
      gate.step_running = false
      if (!(error instanceof RunDifferenceError)) throw error
      return { difference: this.#differenceOf(error), snapshots: this.#snapshots }
    }
  }

  #compareSnapshot(lsn: number, state: Uint8Array | undefined): void {
    if (state === undefined) return
    this.#snapshots++
    if (sameBytes(state, this.#replay.state())) return
    throw new RunDifferenceError({ lsn, recorded: 'a snapshot of another state', again: 'the state there' })
  }

  #differenceOf({ difference }: RunDifferenceError): SessionDifference {
    const { seq, now_us } = this.#replay.node
    return { epoch: this.#epoch.epoch, seq, ts_us: now_us, ...difference }
  }
}

async function proveBase(
  options: RerunOptions,
  before: { readonly epoch: RecoveredEpoch; readonly end: Uint8Array } | undefined,
  next: RecoveredEpoch,
  { contents, binding }: LiveHeader,
  definitions: ReadonlyMap<string, StrategyDefinition>,
  build_hash: string,
): Promise<BaseProof | SessionDifference> {
  if (before === undefined) return contents.base_from === 'empty' ? 'first' : 'taken as given'
  if (contents.base_from === 'rerun') {
    if (sameBytes(before.end, next.base)) return 'equal to the re-run before'
    return boundary(next, 'the base of the epoch', 'another end of the epoch before')
  }
  if (binding.build_hash !== build_hash) return 'taken as given'
  const fold = await foldOf(options, before.epoch, contents, definitions)
  if (sameBytes(fold, next.base)) return 'equal to the fold before'
  return boundary(next, 'the base of the epoch', 'another fold of the epoch before')
}

async function foldOf(
  { journal, gate }: RerunOptions,
  epoch: RecoveredEpoch,
  contents: LiveHeader['contents'],
  definitions: ReadonlyMap<string, StrategyDefinition>,
): Promise<Uint8Array> {
  const { exchanges } = new SimulatedVenues(termsOf(contents.config))
  const recovery = new LedgerRecovery(epoch, {
    buildNode: rerunNode({ contents, definitions, gate }).buildNode,
    under: foldUnder(epoch.header, exchanges),
  })
  for await (const record of journal.read(epoch.epoch)) recovery.take(record)
  return recovery.finish()
}

function boundary({ epoch }: RecoveredEpoch, recorded: string, again: string): SessionDifference {
  return { epoch, lsn: undefined, seq: 0, ts_us: 0, recorded, again }
}

async function definitionsOf(
  { current, temporary, where }: RerunOptions,
  epoch: number,
  { contents }: LiveHeader,
): Promise<ReadonlyMap<string, StrategyDefinition>> {
  if (current !== undefined) return current
  const definitions = new Map<string, StrategyDefinition>()
  for (const { strategy_id, source, files, strategy_hash } of contents.strategies) {
    const home = join(temporary, `epoch-${epoch}`, strategy_id)
    await rm(home, { recursive: true, force: true })
    const loaded = await materializeStrategy({ source, files, packages_from: process.cwd() }, home)
    if (loaded.strategy_hash !== strategy_hash) throw otherPackages(strategy_id, where)
    definitions.set(strategy_id, loaded.definition as StrategyDefinition)
  }
  return definitions
}

function otherPackages(strategy_id: string, where: string): OperatingError {
  return new OperatingError({
    code: 'verify.other_packages',
    reason: 'data',
    what: `The packages that the strategy ${strategy_id} imports are not those it ran with.`,
    where,
    remedy:
      'Run the command in the folder whose packages the session used, with the same versions installed.',
  })
}
