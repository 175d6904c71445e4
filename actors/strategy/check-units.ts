// What an author hands over as units must be whole numbers.

import { StrategyFault } from './strategy-fault.ts'

/** Faults the strategy where a number it handed over is none, or no whole one. */
export function checkUnits(field: string, value: number): void {
  if (Number.isSafeInteger(value)) return
  const code = Number.isNaN(value) ? 'not_a_number' : 'bad_order'
  const kind = Number.isInteger(value)
    ? `within ±${Number.MAX_SAFE_INTEGER} units`
    : 'a whole number of units'
  throw new StrategyFault(code, `${field} is ${kind}, got ${printed(value)}`)
}

/** A text of digits is told from the number that it looks like. */
function printed(value: unknown): string {
  return typeof value === 'string' ? `the text '${value}'` : String(value)
}
