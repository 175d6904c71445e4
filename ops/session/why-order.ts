// Why an order came about, and what became of it: the session's journal is run again from its beginning, and whatever
// concerns the order is kept on the way, in the order in which it happened.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installAmbientGuard } from '../../adapters/ambient-guard/ambient-guard.ts'
import { buildIdentity } from '../../adapters/build-identity/build-identity.ts'
import { catchStrayErrors } from '../../adapters/stray-errors/stray-errors.ts'
import { type Journal, RECORD_KIND } from '../../engine/journal-port.ts'
import { createStepGate } from '../../engine/step-gate.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { findOrder, type OrderName } from './find-order.ts'
import { OrderWatch } from './order-watch.ts'
import { rerunSession, type SessionDifference } from './rerun-session.ts'
import type { WhyEvent } from './why-event.ts'

export type OrderChain = {
  readonly session: string
  readonly order: OrderName
  /** Every id the order and the requests about it had at the venue. */
  readonly client_order_ids: readonly string[]
  readonly events: readonly WhyEvent[]
  /** Where the re-run came out otherwise than recorded: nothing behind it is told. */
  readonly difference: SessionDifference | null
}

/** @param name a client order id of the order or of a request about it, or account/strategy/counter. */
export async function whyOrder(journal: Journal, where: string, name: string): Promise<OrderChain> {
  const { order, session } = await findOrder(journal, where, name)
  const watch = new OrderWatch(order)
  const gate = createStepGate()
  const removeGuard = installAmbientGuard(gate, () => {})
  const stopCatching = catchStrayErrors(() => {})
  const temporary = await mkdtemp(join(tmpdir(), 'orrery-why-'))
  try {
    const { difference = null } = await rerunSession(
      {
        journal,
        where,
        gate,
        temporary,
        observer: watch.observer,
        trace: watch.trace,
        onEpoch: (epoch) => watch.begin(epoch),
        onRecord: (record) => {
          if (record.kind !== RECORD_KIND.snapshot) watch.after(record)
        },
      },
      buildIdentity().build_hash,
    )
    const { client_order_ids, events } = watch
    if (events.length === 0 && difference === null) throw unknownOrder(name, where)
    return { session, order, client_order_ids, events, difference }
  } finally {
    await rm(temporary, { recursive: true, force: true })
    stopCatching()
    removeGuard()
  }
}

function unknownOrder(name: string, where: string): OperatingError {
  return new OperatingError({
    code: 'why.order_unknown',
    reason: 'usage',
    what: `The session had no order ${name}, and denied none.`,
    where,
    remedy:
      'orrery replay prints the ids of its orders, and account, strategy and counter of what was denied.',
  })
}
