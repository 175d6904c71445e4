import { divideRounded } from './rounding.ts'

/** The part of a fill's fee that its closed quantity bears; the opened quantity bears the rest. Both sum to the fee. */
export function closingFee(fee: bigint, closed_units: number, opened_units: number): bigint {
  return divideRounded(fee * BigInt(closed_units), BigInt(closed_units + opened_units), 'half_even')
}
