// What a strategy can do wrong. The handler's effects are lost, its orders are cancelled, its state is not used again.

import { OperatingError } from '../../schemas/operating-error.ts'
import { authorLine } from './author-line.ts'

export const STRATEGY_FAULT_CODES = [
  'threw',
  'not_a_number',
  'returned_a_promise',
  'bad_order',
  'unknown_instrument',
  'unknown_name',
  'bound_exceeded',
  'bad_state',
  'outside_step',
  'ambient_in_step',
] as const
export type StrategyFaultCode = (typeof STRATEGY_FAULT_CODES)[number]

/** Thrown inside a handler by a context method; the strategy actor turns it into a fault. */
export class StrategyFault extends Error {
  override readonly name = 'StrategyFault'
  readonly code: StrategyFaultCode

  constructor(code: StrategyFaultCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** The code of whatever a handler threw. */
function faultCode(error: unknown): StrategyFaultCode {
  if (error instanceof StrategyFault) return error.code
  const isAmbient = error instanceof Error && 'code' in error && error.code === 'ambient_in_step'
  return isAmbient ? 'ambient_in_step' : 'threw'
}

/** What whatever was thrown says; a place is told beside it. */
function messageOf(error: unknown): string {
  if (error instanceof OperatingError) return [error.what, error.remedy].join(' ').trim()
  return String(error instanceof Error ? error.message : error)
}

/** What a fault tells of what was thrown. An author's error may throw once more when it is asked what it says. */
export function toldError(error: unknown): {
  readonly code: StrategyFaultCode
  readonly message: string
  readonly line: string
} {
  try {
    return { code: faultCode(error), message: messageOf(error), line: authorLine(error) }
  } catch {
    return { code: 'threw', message: 'what was thrown cannot be told', line: '' }
  }
}

/** Handlers are synchronous: what one returned must not be a promise, or anything that can be waited for. */
export function refusePromise(handlerName: string, returned: unknown): void {
  if (!isPromise(returned)) return
  throw new StrategyFault('returned_a_promise', `${handlerName} returned a promise; handlers are synchronous`)
}

/** Whether an author's function returned what can be waited for. What becomes of that is a fault's to tell, not the process's. */
export function isPromise(returned: unknown): boolean {
  if (typeof returned !== 'object' || returned === null) return false
  if (typeof (returned as { then?: unknown }).then !== 'function') return false
  if (returned instanceof Promise) returned.catch(() => undefined)
  return true
}

/** What a fault leaves behind for people: which handler, why, and the author's line where there is one. */
export type FaultReport = {
  readonly strategy_id: string
  readonly handler: string
  readonly code: StrategyFaultCode
  readonly message: string
  /** `file:line` of the first frame outside the engine, '' when the stack does not say. */
  readonly line: string
  readonly ts_us: number
}
