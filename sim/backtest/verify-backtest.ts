// Runs a journaled backtest again from what its journal holds, and compares every input, every effect and the end. The
// history is read from the store again, after its content was checked against the hashes the journal names.

import { type Journal, type JournalRecord, RECORD_KIND } from '../../engine/journal-port.ts'
import type { OutputObserver } from '../../engine/outputs.ts'
import { type RunDifference, RunDifferenceError } from '../../engine/run-difference.ts'
import type { Sha256 } from '../../engine/sha256-port.ts'
import type { StepGate } from '../../engine/step-gate.ts'
import { storedBehaviour, storedConfig } from '../../engine/stored-config.ts'
import type { TickStore } from '../../engine/tick-store-port.ts'
import { must } from '../../schemas/assert.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { SCHEMA_VERSION } from '../../schemas/schema-version.ts'
import { resultOf, type UntimedResult } from './backtest-result.ts'
import { BacktestSession } from './backtest-session.ts'
import { ComparingJournal } from './comparing-journal.ts'
import { coveredRange, dataHash, openCursors, openData, planData } from './data-plan.ts'
import { decodeEnd, encodeEnd, type RunEnd } from './end-record.ts'
import { type BacktestHeader, decodeHeader } from './epoch-header.ts'
import type { EquitySample } from './equity-sampler.ts'
import { instrumentsOf } from './instrument-set.ts'
import type { BacktestModel, BacktestStrategy } from './run-backtest.ts'
import { tallyTrades } from './tally-trades.ts'

export type VerifyRequest = {
  readonly journal: Pick<Journal, 'epochs' | 'read'>
  readonly store: TickStore
  /** The strategies the header holds, loaded from its contents. */
  readonly strategies: readonly BacktestStrategy[]
  /** The models it holds, likewise. */
  readonly models: readonly BacktestModel[]
  readonly sha256: Sha256
  readonly gate: StepGate
  /** Of the build that runs it again; absent: the one that ran it. */
  readonly build_hash?: string
  /** Of the re-run. */
  readonly observer?: OutputObserver
  /** What the re-run came to, where its records are those of the run. */
  readonly onEqual?: (outcome: RunAgain) => Promise<void>
  /** Where the journal is, for what is told of it. */
  readonly where?: string
  readonly onProgress?: (rows_done: number, rows_total: number) => void
}

export type Verification = {
  readonly run_id: string
  readonly is_equal: boolean
  readonly difference: RunDifference | undefined
  /** Records compared. */
  readonly record_count: number
  readonly end: RunEnd
}

export type RunAgain = {
  readonly end: RunEnd
  readonly result: UntimedResult
  readonly samples: readonly EquitySample[]
}

/** With what later builds have added. */
export type ReadHeader = BacktestHeader & Required<Pick<BacktestHeader, 'behaviour' | 'models'>>

/** What a journal is bound to. One of other schemas cannot be run again by this build, and is refused. */
export function readHeader(journal: Pick<Journal, 'epochs'>, where?: string): ReadHeader {
  const epoch = journal.epochs.at(-1)
  if (epoch === undefined) throw unfinished('holds no epoch', where)
  const header = decodeHeader(epoch.header)
  if (header.schema_version !== SCHEMA_VERSION) throw otherSchema(header, where)
  const behaviour = storedBehaviour(header.behaviour, where)
  const { models = [] } = header
  return { ...header, behaviour, models, config: storedConfig(header.config, behaviour, where) }
}

/** What a finished run's journal says of itself. A run that was cut off has no end and is refused, naming `where`. */
export async function readRun(
  journal: Pick<Journal, 'epochs' | 'read'>,
  where?: string,
): Promise<{ header: ReadHeader; records: JournalRecord[] }> {
  const header = readHeader(journal, where)
  const records: JournalRecord[] = []
  for await (const record of journal.read(epochOf(journal))) records.push(record)
  if (records.at(-1)?.kind !== RECORD_KIND.end) throw unfinished('ends before its run did', where)
  return { header, records }
}

export async function verifyBacktest(request: VerifyRequest): Promise<Verification> {
  const { journal } = request
  const { header, records } = await readRun(journal, request.where)
  const comparing = new ComparingJournal(records, { node: header.config.session, epoch: epochOf(journal) })
  const end: RunEnd = { seq: 0, output_hash: '', state_hash: '' }
  const run_id = header.run_id
  try {
    const again = await runAgain(request, header, comparing)
    comparing.append(RECORD_KIND.end, encodeEnd(endToCompare(request, header, records, again.end)))
    const difference = comparing.leftOver()
    const is_equal = difference === undefined
    if (is_equal) await request.onEqual?.(again)
    return { run_id, is_equal, difference, record_count: comparing.released_lsn + 1, end: again.end }
  } catch (error) {
    if (!(error instanceof RunDifferenceError)) throw error
    const { difference } = error
    return { run_id, is_equal: false, difference, record_count: difference.lsn, end }
  } finally {
    request.gate.step_running = false
  }
}

/** The state at the end is laid out as its build does: another one is held to what was decided. */
function endToCompare(
  { build_hash }: VerifyRequest,
  header: BacktestHeader,
  records: readonly JournalRecord[],
  again: RunEnd,
): RunEnd {
  if (build_hash === undefined || build_hash === header.build_hash) return again
  const { state_hash } = decodeEnd(must(records.at(-1), 'a finished run has an end').payload)
  return { ...again, state_hash }
}

async function runAgain(
  request: VerifyRequest,
  header: ReadHeader,
  journal: ComparingJournal,
): Promise<RunAgain> {
  const { store, sha256, strategies, gate, observer, onProgress } = request
  const { config } = header
  const plan = planData(config)
  const instruments = instrumentsOf(config)
  await recheckData(store, header)
  const readings = await openData(plan, instruments, store)
  const found = hex(dataHash(sha256, plan, readings))
  if (found !== header.data_hash)
    throw otherData('The store holds other data in the range than the run read.')
  const cursors = await openCursors(readings, instruments)
  const rows_total = readings.reduce((sum, reading) => sum + reading.row_count, 0)
  const definitions = new Map(
    config.strategies.map(({ id }, i) => [
      id,
      must(strategies[i], 'every stored strategy is loaded').definition,
    ]),
  )
  try {
    const session = new BacktestSession({
      config,
      instruments,
      definitions,
      models: request.models,
      cursors,
      range: plan.range,
      covered: coveredRange(plan, readings),
      journal,
      epoch: epochOf(request.journal),
      behaviour: header.behaviour,
      sha256,
      gate,
      ...(observer === undefined ? {} : { observer }),
      onProgress: (rows_done) => onProgress?.(rows_done, rows_total),
    })
    const trades = tallyTrades(config, session)
    await session.run()
    const hashes = { output_hash: hex(session.outputHash()), state_hash: hex(session.stateHash()) }
    const result = resultOf({ config, session, header, hashes, trades })
    const end = { seq: session.trading.node.seq, ...hashes }
    return { end, result, samples: session.sampler.samples }
  } finally {
    await Promise.all(cursors.map((cursor) => cursor.close()))
  }
}

/** The hash of an import was made when it was written; what is stored now must still have it. */
async function recheckData(store: TickStore, header: BacktestHeader): Promise<void> {
  const manifests = new Map((await store.manifests()).map((manifest) => [manifest.import_id, manifest]))
  for (const { import_id, data_hash } of header.data.flatMap(({ imports }) => imports)) {
    const manifest = manifests.get(import_id)
    if (manifest === undefined)
      throw otherData(`The import ${import_id.slice(0, 12)} is not in the store any more.`)
    if ((await store.recomputeDataHash(manifest)) === data_hash) continue
    throw otherData(`The rows of the import ${import_id.slice(0, 12)} are not those that were imported.`)
  }
}

function epochOf(journal: Pick<Journal, 'epochs'>): number {
  return must(journal.epochs.at(-1), 'a run has an epoch').epoch
}

function otherData(what: string): OperatingError {
  return new OperatingError({
    code: 'verify.other_data',
    reason: 'data',
    what,
    remedy: 'Use the store of the run, or restore it from the files that were imported.',
  })
}

function otherSchema({ schema_version, version }: BacktestHeader, where: string | undefined): OperatingError {
  return new OperatingError({
    code: 'verify.other_schema',
    reason: 'data',
    what: `The run was written under schema version ${schema_version} by orrery ${version}; this build reads version ${SCHEMA_VERSION}.`,
    where,
    remedy: 'Verify it with the build that made it.',
  })
}

function unfinished(how: string, where: string | undefined): OperatingError {
  return new OperatingError({
    code: 'verify.unfinished_run',
    reason: 'data',
    what: `The journal of the run ${how}; there is no result to verify.`,
    where,
    remedy: 'Run the backtest again: the same configuration gives the same run.',
  })
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
