// A bus that is away while a node starts is waited for, as one that goes away later is: a machine that comes up again
// starts both at once. What waiting cannot mend is refused at once.

import { performance } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import { OperatingError } from '../../schemas/operating-error.ts'

export const BUS_WAIT_MS = 10_000
const RETRY_WAIT_MS = 250

/** What a server that is not up yet, or dies meanwhile, comes to. */
const AWAY = new Set(['nats.unreachable', 'lease.unreachable', 'journal.copy_unreachable'])

export type AwaitedBus<Joined> = {
  /** One that failed has let go of all it had. */
  readonly attempt: () => Promise<Joined>
  readonly wait_ms?: number
  /** Aborted when nobody wants it any more: rejects with its reason. */
  readonly signal: AbortSignal | undefined
  /** Told once. */
  readonly onAway: (fault: OperatingError) => void
}

/** Attempts again while the server is away, for `wait_ms` from the first on; then rejects with what the last one said. */
export async function whenBusIsUp<Joined>({
  attempt,
  wait_ms = BUS_WAIT_MS,
  signal,
  onAway,
}: AwaitedBus<Joined>): Promise<Joined> {
  const until_ms = performance.now() + wait_ms
  for (let isTold = false; ; isTold = true) {
    try {
      return await attempt()
    } catch (error) {
      if (!isAway(error) || performance.now() > until_ms) throw error
      if (!isTold) onAway(error)
    }
    await wait(RETRY_WAIT_MS)
    signal?.throwIfAborted()
  }
}

function isAway(error: unknown): error is OperatingError {
  return error instanceof OperatingError && error.reason === 'unavailable' && AWAY.has(error.code)
}
