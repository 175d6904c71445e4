// Why an order came about, and what became of it: the session's journal is run again from where the order
// was decided on, and whatever
// concerns the order is kept on the way, in the order in which it happened.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installAmbientGuard } from '../../adapters/ambient-guard/ambient-guard.ts'
import { buildIdentity } from '../../adapters/build-identity/build-identity.ts'
import type { ReadableJournal } from '../../adapters/journal-file/file-journal.ts'
import { catchStrayErrors } from '../../adapters/stray-errors/stray-errors.ts'
import { RECORD_KIND } from '../../engine/journal-port.ts'
import { readLiveHeader } from '../../engine/live/live-header.ts'
import { ledgerOfBase } from '../../engine/live/session-state.ts'
import { createStepGate } from '../../engine/step-gate.ts'
import { must } from '../../schemas/assert.ts'
import type { LedgerSection } from '../../schemas/ledger-section.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { findOrder, type OrderName } from './find-order.ts'
import { OrderWatch } from './order-watch.ts'
import { type RerunStart, rerunSession, type SessionDifference } from './rerun-session.ts'
import { prunedWords } from './session-journal.ts'
import type { WhyEvent } from './why-event.ts'

export type OrderChain = {
  readonly session: string
  readonly order: OrderName
  /** Every id the order and the requests about it had at the venue. */
  readonly client_order_ids: readonly string[]
  readonly events: readonly WhyEvent[]
  /** Where the session was run again from: what was there was taken as given. */
  readonly run_from: { readonly epoch: number; readonly seq: number }
  /** Where the re-run came out otherwise than recorded: nothing behind it is told. */
  readonly difference: SessionDifference | null
}

/** @param name a client order id of the order or of a request about it, or account/strategy/counter. */
export async function whyOrder(journal: ReadableJournal, where: string, name: string): Promise<OrderChain> {
  const { order, session } = await findOrder(journal, where, name)
  const { build_hash } = buildIdentity()
  const watch = new OrderWatch(order)
  let run_from: OrderChain['run_from'] | undefined
  const gate = createStepGate()
  const removeGuard = installAmbientGuard(gate, () => {})
  const stopCatching = catchStrayErrors(() => {})
  const temporary = await mkdtemp(join(tmpdir(), 'orrery-why-'))
  try {
    const { difference = null } = await rerunSession(
      {
        journal,
        where,
        from: startOf(journal, where, order, build_hash),
        gate,
        temporary,
        observer: watch.observer,
        trace: watch.trace,
        onEpoch: (epoch) => {
          run_from ??= { epoch: epoch.epoch, seq: epoch.built.node.seq }
          watch.begin(epoch)
        },
        onRecord: (record) => {
          if (record.kind !== RECORD_KIND.snapshot) watch.after(record)
        },
      },
      build_hash,
    )
    const { client_order_ids, events } = watch
    if (events.length === 0 && difference === null) throw unknownOrder(name, where, prunedWords(journal))
    const began = must(run_from, 'a session has an epoch')
    return { session, order, client_order_ids, events, run_from: began, difference }
  } finally {
    await rm(temporary, { recursive: true, force: true })
    stopCatching()
    removeGuard()
  }
}

/**
 * The last epoch whose strategy had not yet drawn the order's counter when it began: what came before says nothing of the
 * order. What another build wrote is run from its beginning, since the states within are in that build's form.
 */
function startOf(
  { epochs }: ReadableJournal,
  where: string,
  { strategy_id, counter }: OrderName,
  build_hash: string,
): RerunStart | undefined {
  const isBefore = (ledger: LedgerSection) => (ledger.strategies[strategy_id]?.counter ?? counter) < counter
  const start = epochs.findLast(({ epoch, base }) => {
    const found = ledgerOfBase(base, `the base of epoch ${epoch}`)
    return found === undefined || isBefore(found.ledger)
  })
  if (start === undefined) return undefined
  const isOurs = readLiveHeader(start.header, where).binding.build_hash === build_hash
  return isOurs ? { epoch: start.epoch, isBefore } : undefined
}

function unknownOrder(name: string, where: string, pruned: string): OperatingError {
  return new OperatingError({
    code: 'why.order_unknown',
    reason: 'usage',
    what: `The session had no order ${name}, and denied none.${pruned === '' ? '' : ` ${pruned}`}`,
    where,
    remedy:
      'orrery replay prints the ids of its orders, and account, strategy and counter of what was denied.',
  })
}
