// Money for people.

import { MONEY_SCALE } from '../../schemas/money.ts'
import { decimalString } from '../../schemas/units.ts'

/** Money as a decimal string, exact, with at least two fraction digits: `"99507.714652"`. */
export function moneyText(amount: bigint): string {
  return decimalString(amount, MONEY_SCALE).replace(/0{1,6}$/, '')
}
