// Keeps a strategy's own state. Plain data is for the author to keep; where it is not plain, or holds NaN, nothing can be
// saved until the strategy is faulted, and its author is told why.

import { type CanonicalWriter, NotCanonicalError } from '../../engine/canonical/canonical-writer.ts'
import { OperatingError } from '../../schemas/operating-error.ts'

export function saveState(writer: CanonicalWriter, state: unknown, strategy_id: string): void {
  try {
    writer.value(state)
  } catch (cause) {
    if (!(cause instanceof NotCanonicalError)) throw cause
    throw new OperatingError({
      code: 'strategy.bad_state',
      reason: 'strategy',
      what: `The state of the strategy ${strategy_id} cannot be kept: ${cause.message}.`,
      where: `strategies.${strategy_id}`,
      remedy: 'Keep plain data in ctx.state, and check numbers before they go there.',
      cause,
    })
  }
}
