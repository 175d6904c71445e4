import type { CommissionConfig } from '../../schemas/config/venue-config.ts'
import type { RoundingMode } from '../../schemas/money.ts'
import { MONEY_SCALE } from '../../schemas/money.ts'
import type { PriceUnits, SizeUnits } from '../../schemas/units.ts'
import type { InstrumentSpec } from '../instrument-spec.ts'
import { exactValue, powerOfTen } from './money.ts'
import { parseRate, type Rate, reducedRate } from './rate.ts'
import { divideRounded } from './rounding.ts'

const BASIS_POINTS_PER_UNIT = 10_000n

/** What fills of one instrument cost at one venue: `factor` times the exact value or quantity, rounded once. */
export type Commission = {
  readonly basis: 'value' | 'quantity'
  readonly factor: Rate
  readonly currency: string
}

/** Compiles a venue's commission rule for one instrument. */
export function compileCommission(config: CommissionConfig, spec: InstrumentSpec, where: string): Commission {
  if ('basis_points' in config) {
    const rate = parseRate(config.basis_points, `${where}.basis_points`)
    const divisor = rate.divisor * BASIS_POINTS_PER_UNIT * spec.values_per_money
    return {
      basis: 'value',
      factor: reducedRate(rate.mantissa, divisor),
      currency: spec.quote_currency,
    }
  }
  const rate = parseRate(config.per_unit, `${where}.per_unit`)
  return {
    basis: 'quantity',
    factor: reducedRate(rate.mantissa * powerOfTen(MONEY_SCALE), rate.divisor * powerOfTen(spec.size_scale)),
    currency: config.currency,
  }
}

/** The commission of one fill, never negative, as money of `commission.currency`. */
export function commissionOfFill(
  commission: Commission,
  spec: InstrumentSpec,
  price_units: PriceUnits,
  quantity_units: SizeUnits,
  mode: RoundingMode = 'half_even',
): bigint {
  const base =
    commission.basis === 'value' ? exactValue(spec, price_units, quantity_units) : BigInt(quantity_units)
  const magnitude = base < 0n ? -base : base
  return divideRounded(magnitude * commission.factor.mantissa, commission.factor.divisor, mode)
}
