// Keeps a strategy's own state. Plain data is for the author to keep; where it is not plain, or holds NaN, nothing can be
// saved until the strategy is faulted, and its author is told why.

import { CanonicalWriter, NotCanonicalError } from '../../engine/canonical/canonical-writer.ts'
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
      where: `strategies.${strategy_id}: ${placeOf(state)}`,
      remedy: 'Keep plain data in ctx.state, and check numbers before they go there.',
      cause,
    })
  }
}

/** How deep the place is looked for; a cycle has no end. */
const DEPTH_MAX = 8

/** The part of the state that cannot be kept, as an author writes it: `ctx.state.levels.0`. */
function placeOf(state: unknown): string {
  let place = 'ctx.state'
  let value = state
  for (let depth = 0; depth < DEPTH_MAX && typeof value === 'object' && value !== null; depth++) {
    const bad = Object.entries(value).find(([, inner]) => !canBeKept(inner))
    if (bad === undefined) return place
    place += `.${bad[0]}`
    value = bad[1]
  }
  return place
}

function canBeKept(value: unknown): boolean {
  try {
    new CanonicalWriter().value(value)
    return true
  } catch (error) {
    if (error instanceof NotCanonicalError) return false
    throw error
  }
}
