// Money for people.

import { MONEY_SCALE } from '../../schemas/money.ts'
import { decimalString } from '../../schemas/units.ts'

const DIGITS_SHOWN = 2
const DIGIT_ZERO = 48

/** Money as a decimal string, exact, with at least two fraction digits: `"99507.714652"`. */
export function moneyText(amount: bigint): string {
  const text = decimalString(amount, MONEY_SCALE)
  let end = text.length
  const shortest = end - (MONEY_SCALE - DIGITS_SHOWN)
  while (end > shortest && text.charCodeAt(end - 1) === DIGIT_ZERO) end--
  return text.slice(0, end)
}
