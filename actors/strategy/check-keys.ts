// What an author says of an order under a name that no order has, or says as null, would be passed over: a limit price that
// is misspelt would make it a market order. The same holds of an indicator.

import { StrategyFault } from './strategy-fault.ts'

/** @param what the method asked, and the part of its argument. */
export function checkKeys(what: string, said: object, known: ReadonlySet<string>): void {
  for (const name in said) {
    if (!known.has(name))
      throw new StrategyFault('bad_order', `${what} has no ${name}; it may say ${[...known].join(', ')}`)
    if ((said as Record<string, unknown>)[name] === null)
      throw new StrategyFault('bad_order', `${what} says null for ${name}; leave out what it does not say`)
  }
}
