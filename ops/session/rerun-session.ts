// Runs a live session again from its journal, epoch by epoch, each from its own base with its own configuration and
// strategies, and compares on the way: every effect, every timer, every snapshot, and at each boundary the next base.
// Memory stays flat: records are read as they are needed.

import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DecisionTrace } from '../../actors/decision-trace.ts'
import type { StrategyDefinition } from '../../actors/strategy/definition.ts'
import { materializeStrategy } from '../../adapters/strategy-loader/load-strategy.ts'
import { sameBytes } from '../../engine/journal/parse-batch.ts'
import type { EpochSnapshot, Journal, JournalRecord, RecoveredEpoch } from '../../engine/journal-port.ts'
import { EpochReplay } from '../../engine/live/epoch-replay.ts'
import { type LiveHeader, readLiveHeader } from '../../engine/live/live-header.ts'
import type { NodeBinding } from '../../engine/live/node-factory.ts'
import { stateOfBase } from '../../engine/live/session-state.ts'
import type { OutputObserver } from '../../engine/outputs.ts'
import { RunDifferenceError } from '../../engine/run-difference.ts'
import type { StepGate } from '../../engine/step-gate.ts'
import { must } from '../../schemas/assert.ts'
import type { LedgerSection } from '../../schemas/ledger-section.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import type { LiveBuiltNode } from '../live/live-node.ts'
import { rerunNode } from '../live/rerun-node.ts'
import { type BaseProof, type EpochBefore, proveBase } from './prove-base.ts'

export type RerunOptions = {
  readonly journal: Pick<Journal, 'epochs' | 'read' | 'snapshots'>
  /** The journal's folder, for people. */
  readonly where: string
  readonly gate: StepGate
  /** A folder of the caller's for the strategies' files. */
  readonly temporary: string
  /** Strategies in the place of the stored ones, by id. */
  readonly current?: ReadonlyMap<string, StrategyDefinition> | undefined
  /** Where to begin; absent: at the first epoch. The state there is then taken as given. */
  readonly from?: RerunStart | undefined
  readonly observer?: OutputObserver
  readonly trace?: DecisionTrace
  /** Before an epoch's first record. */
  readonly onEpoch?: (epoch: RerunEpoch) => void
  /** Before each record: what it throws ends the re-run in front of it. */
  readonly beforeRecord?: (record: JournalRecord) => void
  /** After each record; what it returns is awaited. */
  readonly onRecord?: (record: JournalRecord, epoch: RerunEpoch) => void | Promise<void>
}

export type RerunStart = {
  readonly epoch: number
  /** Whether what is sought comes after a state with this ledger: the newest such snapshot of the epoch is taken, else its base. */
  readonly isBefore: (ledger: LedgerSection) => boolean
}

export type RerunEpoch = {
  readonly epoch: number
  readonly header: LiveHeader
  readonly last_lsn: number
  readonly built: LiveBuiltNode
}

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
  let before: EpochBefore | undefined
  const { from } = options
  for (const epoch of journal.epochs) {
    if (epoch.epoch < (from?.epoch ?? 1)) continue
    const header = readLiveHeader(epoch.header, options.where)
    const definitions = await definitionsOf(options, epoch.epoch, header)
    const proven = await proveBase({ ...options, before, epoch, header, definitions, build_hash })
    if (typeof proven === 'string') {
      const difference = boundary(epoch, 'the base of the epoch', proven)
      return { epochs, ...counts, output_hash, difference }
    }
    const { proof, base } = proven
    const running = { ...options, epoch, header, definitions, build_hash, base }
    const run = before === undefined ? await firstRun(running) : new EpochRun(running)
    const { end, difference, snapshots } = await run.go()
    counts = { records: counts.records + epoch.last_lsn + 1, snapshots: counts.snapshots + snapshots }
    epochs.push({ epoch: epoch.epoch, base: proof, records: epoch.last_lsn + 1 })
    output_hash = run.output_hash
    if (end === undefined) return { epochs, ...counts, output_hash, difference }
    before = { epoch, end }
  }
  return { epochs, ...counts, output_hash, difference: undefined }
}

type EpochRunOptions = RerunOptions & {
  readonly epoch: RecoveredEpoch
  readonly header: LiveHeader
  readonly definitions: ReadonlyMap<string, StrategyDefinition>
  readonly build_hash: string
  readonly base: Uint8Array
  /** Absent: from the base. */
  readonly snapshot?: EpochSnapshot
}

/** The run of the first epoch, from a snapshot in it where what is sought comes after that. */
async function firstRun(options: EpochRunOptions): Promise<EpochRun> {
  const { journal, epoch, from, header, build_hash } = options
  if (from !== undefined && header.binding.build_hash === build_hash)
    for (const snapshot of (await journal.snapshots(epoch.epoch)).reverse()) {
      const run = new EpochRun({ ...options, snapshot })
      if (from.isBefore(run.ledger())) return run
    }
  return new EpochRun(options)
}

/** One epoch run again. */
class EpochRun {
  readonly #options: EpochRunOptions
  readonly #epoch: RecoveredEpoch
  readonly #rerun: RerunEpoch
  readonly #replay: EpochReplay
  #snapshots = 0

  constructor(options: EpochRunOptions) {
    this.#options = options
    const { gate, observer = {}, trace, epoch, header, definitions, base, snapshot } = options
    this.#epoch = epoch
    const { buildNode, instrumentIndex } = rerunNode({
      contents: header.contents,
      definitions,
      gate,
      observer,
      trace,
    })
    let built: LiveBuiltNode | undefined
    const replay = {
      epoch: epoch.epoch,
      // The one that is watched here is the one run again.
      buildNode: (binding: NodeBinding) => {
        built = buildNode({ ...binding, role: 'live' })
        return built
      },
      instrumentIndex,
    }
    this.#replay = replayFrom(options, () => new EpochReplay(replay, snapshot?.state ?? stateOfBase(base)))
    this.#rerun = {
      epoch: epoch.epoch,
      header,
      last_lsn: epoch.last_lsn,
      built: must(built, 'a re-run builds its node'),
    }
  }

  ledger(): LedgerSection {
    return this.#rerun.built.ledger.save()
  }

  get output_hash(): string {
    return Buffer.from(this.#replay.node.outputs.digest()).toString('hex')
  }

  /** The base the epoch after must have, or the first difference. */
  async go(): Promise<{ end?: Uint8Array; difference?: SessionDifference; snapshots: number }> {
    const { journal, onEpoch, beforeRecord, onRecord, gate, snapshot } = this.#options
    onEpoch?.(this.#rerun)
    const { epoch } = this.#epoch
    const snapshots = await this.#snapshotsToCompare()
    try {
      for await (const record of journal.read(epoch, snapshot === undefined ? 0 : snapshot.lsn + 1)) {
        beforeRecord?.(record)
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

  /** Another build keeps states in its own form. */
  async #snapshotsToCompare(): Promise<ReadonlyMap<number, Uint8Array>> {
    const { journal, header, build_hash } = this.#options
    if (header.binding.build_hash !== build_hash) return new Map()
    return new Map((await journal.snapshots(this.#epoch.epoch)).map(({ lsn, state }) => [lsn, state]))
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

/** The state that another build wrote may not be one that this build reads. */
function replayFrom(
  { header, build_hash, epoch, where }: EpochRunOptions,
  load: () => EpochReplay,
): EpochReplay {
  if (header.binding.build_hash === build_hash) return load()
  try {
    return load()
  } catch (cause) {
    throw new OperatingError({
      code: 'verify.other_state',
      reason: 'data',
      what: `Epoch ${epoch.epoch} begins with a state in the form of another build, and what led to it is not in the journal.`,
      where,
      remedy: 'Use the build that wrote it.',
      cause,
    })
  }
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
