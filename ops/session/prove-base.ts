// How the base of an epoch stands to the epoch before it, and from which state the epoch is run again.
//
// Bases are compared byte for byte where this build made them. The state in a base of another build is in that build's own
// form: what must be equal there is the ledger section, which every build reads, and the epoch is run from the state that
// the re-run or the fold before came to.

import type { StrategyDefinition } from '../../actors/strategy/definition.ts'
import { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { sameBytes } from '../../engine/journal/parse-batch.ts'
import type { Journal, RecoveredEpoch } from '../../engine/journal-port.ts'
import { LedgerRecovery } from '../../engine/live/ledger-recovery.ts'
import type { LiveHeader } from '../../engine/live/live-header.ts'
import { ledgerOfBase } from '../../engine/live/session-state.ts'
import type { StepGate } from '../../engine/step-gate.ts'
import { foldUnder } from '../live/fold-node.ts'
import { rerunNode } from '../live/rerun-node.ts'
import { silentVenues } from '../live/silent-venues.ts'

export type BaseProof =
  | 'first'
  | 'equal to the re-run before'
  | 'equal to the fold before'
  /** Of another build. */
  | 'with the ledger of the re-run before'
  | 'with the ledger of the fold before'
  | 'taken as given'

/** The epoch before, and the base that its re-run gives. */
export type EpochBefore = { readonly epoch: RecoveredEpoch; readonly end: Uint8Array }

export type BaseToProve = {
  readonly journal: Pick<Journal, 'read'>
  readonly gate: StepGate
  readonly before: EpochBefore | undefined
  readonly epoch: RecoveredEpoch
  readonly header: LiveHeader
  readonly definitions: ReadonlyMap<string, StrategyDefinition>
  /** Of the build that runs this. */
  readonly build_hash: string
}

/** What the base should have been, in words; or its proof, and the base to run from. */
export async function proveBase(
  options: BaseToProve,
): Promise<{ readonly proof: BaseProof; readonly base: Uint8Array } | string> {
  const { before, epoch, header, build_hash } = options
  const { base } = epoch
  const { base_from } = header.contents
  if (before === undefined) return { proof: base_from === 'empty' ? 'first' : 'taken as given', base }
  const isOurs = header.binding.build_hash === build_hash
  if (base_from === 'rerun') {
    if (sameBytes(before.end, base)) return { proof: 'equal to the re-run before', base }
    if (!isOurs && hasSameLedger(before.end, base))
      return { proof: 'with the ledger of the re-run before', base: before.end }
    return 'another end of the epoch before'
  }
  const fold = await foldOf(options, before.epoch)
  if (sameBytes(fold, base)) return { proof: 'equal to the fold before', base }
  if (isOurs) return 'another fold of the epoch before'
  // What a later build folds in another way decides nothing about this epoch.
  if (!hasSameLedger(fold, base)) return { proof: 'taken as given', base }
  return { proof: 'with the ledger of the fold before', base: fold }
}

async function foldOf(
  { journal, gate, header, definitions }: BaseToProve,
  epoch: RecoveredEpoch,
): Promise<Uint8Array> {
  const { contents } = header
  const recovery = new LedgerRecovery(epoch, {
    buildNode: rerunNode({ contents, definitions, gate }).buildNode,
    under: foldUnder(epoch.header, silentVenues(contents.config)),
  })
  for await (const record of journal.read(epoch.epoch)) recovery.take(record)
  return recovery.finish().slice()
}

function hasSameLedger(left: Uint8Array, right: Uint8Array): boolean {
  return sameBytes(ledgerBytes(left), ledgerBytes(right))
}

function ledgerBytes(base: Uint8Array): Uint8Array {
  const writer = new CanonicalWriter(1 << 14)
  writer.value(ledgerOfBase(base, 'the base of an epoch')?.ledger ?? null)
  return writer.copy()
}
