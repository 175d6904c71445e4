// What a strategy can do wrong. The handler's effects are lost, its orders are cancelled, its state is not used again.

export const STRATEGY_FAULT_CODES = [
  'threw',
  'not_a_number',
  'returned_a_promise',
  'bad_order',
  'unknown_instrument',
  'unknown_name',
  'bound_exceeded',
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
