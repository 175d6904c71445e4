// Start-up, crash recovery and a plain restart in one: rebuilds the session from its journal, opens the next epoch with
// the state found as its base, and hands out the sequencer that goes on from there. Orders leave only once
// `trading_enable` says that everything is reconciled.

import type { Journal, JournalWriter, RecoveredEpoch } from '../../engine/journal-port.ts'
import { type EpochBinding, encodeLiveHeader } from '../../engine/live/epoch-binding.ts'
import { LiveSequencer, type LiveSequencerOptions } from '../../engine/live/live-sequencer.ts'
import { Recovery, type RecoveryOptions } from '../../engine/live/recovery.ts'
import { EMPTY_STATE } from '../../engine/live/session-state.ts'

export type SessionOptions = Omit<LiveSequencerOptions, 'writer' | 'base'> &
  RecoveryOptions & {
    readonly journal: Journal
    readonly binding: EpochBinding
    /** Configuration and strategy sources, as the epoch's header keeps them. */
    readonly contents: unknown
  }

export type OpenSession = { readonly sequencer: LiveSequencer; readonly writer: JournalWriter }

export async function openSession(options: SessionOptions): Promise<OpenSession> {
  const { journal, binding, contents } = options
  const last = journal.epochs.at(-1)
  const base = last === undefined ? EMPTY_STATE : await endState(journal, last, options)
  const header = encodeLiveHeader(binding, contents)
  const writer = await journal.openEpoch({ epoch: (last?.epoch ?? 0) + 1, header, base, durability: 'local' })
  return { sequencer: new LiveSequencer({ ...options, writer, base }), writer }
}

async function endState(
  journal: Journal,
  last: RecoveredEpoch,
  options: RecoveryOptions,
): Promise<Uint8Array> {
  const recovery = new Recovery(last, options)
  for await (const record of journal.read(last.epoch)) recovery.look(record)
  for await (const record of journal.read(last.epoch, recovery.from_lsn)) recovery.take(record)
  return recovery.finish()
}
