// Keeps a strategy's own state: plain data that comes back as it was. State that would not is left out and marked: the
// strategy that had it is faulted, and its author is told why.

import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { lossIn } from '../../engine/canonical/loss.ts'
import { OperatingError } from '../../schemas/operating-error.ts'

/** Stands for a state that was left out when it was saved; no handler may see it. */
export const LOST_STATE = Symbol('state left out')

export function saveState(writer: CanonicalWriter, state: unknown): void {
  const isKept = lossIn(state) === undefined
  writer.flag(isKept)
  if (isKept) writer.value(state)
}

export function loadState(reader: CanonicalReader): unknown {
  return reader.flag() ? reader.value() : LOST_STATE
}

/** Why a state cannot be kept; undefined where it can. */
export function stateProblem(state: unknown, strategy_id: string): OperatingError | undefined {
  const loss = lossIn(state)
  if (loss === undefined) return undefined
  const reason = state === LOST_STATE ? 'it was left out when the session was saved' : loss.reason
  return new OperatingError({
    code: 'strategy.bad_state',
    reason: 'strategy',
    what: `The state of the strategy ${strategy_id} cannot be kept: ${reason}.`,
    where: `strategies.${strategy_id}: ${['ctx.state', ...loss.path].join('.')}`,
    remedy: 'Keep plain data in ctx.state, each object once, and check numbers before they go there.',
  })
}
