// Start-up, crash recovery, take-over and a plain restart in one: rebuilds the session from its journal, opens the next
// epoch with the state found as its base, and hands out the sequencer that goes on from there. One branch: under equal
// hashes the last epoch is run again; when anything has changed its ledger is taken up. Orders leave only once
// `trading_enable` says that everything is reconciled.

import type { Journal, JournalWriter, RecoveredEpoch } from '../../engine/journal-port.ts'
import {
  changedIn,
  decodeLiveHeader,
  type EpochBinding,
  encodeLiveHeader,
} from '../../engine/live/epoch-binding.ts'
import { type FoldOptions, LedgerRecovery } from '../../engine/live/ledger-recovery.ts'
import type { BaseOrigin } from '../../engine/live/live-header.ts'
import { LiveSequencer, type LiveSequencerOptions } from '../../engine/live/live-sequencer.ts'
import type { BuiltNode } from '../../engine/live/node-factory.ts'
import { Recovery, type RecoveryOptions } from '../../engine/live/recovery.ts'
import { EMPTY_STATE } from '../../engine/live/session-state.ts'

export type SessionOptions<Built extends BuiltNode = BuiltNode> = Omit<
  LiveSequencerOptions<Built>,
  'writer' | 'base'
> &
  Omit<RecoveryOptions, 'buildNode'> & {
    readonly journal: Journal
    readonly binding: EpochBinding
    /** Configuration and strategy sources, as the epoch's header keeps them. */
    readonly contents: (base_from: BaseOrigin) => unknown
    /** A node of the configuration in an epoch's header, for taking up its ledger after a change. */
    readonly foldUnder: (header: Uint8Array) => FoldOptions
    /** Between the writer and those who wait for it: a copy elsewhere, for instance. */
    readonly wrapWriter?: (writer: JournalWriter) => JournalWriter
  }

export type OpenSession<Built extends BuiltNode = BuiltNode> = {
  readonly sequencer: LiveSequencer<Built>
  readonly writer: JournalWriter
  readonly start: SessionStart
}

/** What the start-up found. */
export type SessionStart = {
  readonly epoch: number
  readonly base_from: BaseOrigin
  /** What differs from the last epoch's build, strategies, configuration and schemas. */
  readonly changed: readonly string[]
}

export async function openSession<Built extends BuiltNode>(
  options: SessionOptions<Built>,
): Promise<OpenSession<Built>> {
  const { journal, binding, contents, wrapWriter } = options
  const last = journal.epochs.at(-1)
  const changed = last === undefined ? [] : changedIn(decodeLiveHeader(last.header).binding, binding)
  const base_from = last === undefined ? 'empty' : changed.length === 0 ? 'rerun' : 'fold'
  const base = last === undefined ? EMPTY_STATE : await endOf(journal, last, base_from, options)
  const header = encodeLiveHeader(binding, contents(base_from))
  const epoch = (last?.epoch ?? 0) + 1
  const opened = await journal.openEpoch({ epoch, header, base, durability: 'local' })
  const writer = wrapWriter?.(opened) ?? opened
  const sequencer = new LiveSequencer({ ...options, writer, base })
  return { sequencer, writer, start: { epoch, base_from, changed } }
}

async function endOf(
  journal: Journal,
  last: RecoveredEpoch,
  base_from: BaseOrigin,
  options: SessionOptions,
): Promise<Uint8Array> {
  if (base_from === 'fold') {
    const recovery = new LedgerRecovery(last, { ...options, under: options.foldUnder(last.header) })
    for await (const record of journal.read(last.epoch)) recovery.take(record)
    return recovery.finish()
  }
  const snapshot = (await journal.snapshots(last.epoch)).at(-1)
  const recovery = new Recovery(last, snapshot, options)
  for await (const record of journal.read(last.epoch, recovery.from_lsn)) recovery.take(record)
  return recovery.finish()
}
