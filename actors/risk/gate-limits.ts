// The limits of one account, compiled for its instruments: decimals become units of each instrument once, at start.

import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import { ConversionTable } from '../../engine/money/conversion-table.ts'
import { must } from '../../schemas/assert.ts'
import type { AccountConfig } from '../../schemas/config/account-config.ts'
import { MONEY_SCALE } from '../../schemas/money.ts'
import { parseDecimal } from '../../schemas/units.ts'

/** Configured decimals have at most this many fraction digits. */
const CONFIG_SCALE = 8
const BASIS_POINTS = 10_000n * 10n ** BigInt(CONFIG_SCALE)

export type GateLimits = {
  /** By instrument index, in size units. */
  readonly order_quantity_max: Float64Array
  readonly position_quantity_max: Float64Array
  /** In account currency, 10^-MONEY_SCALE. */
  readonly order_notional_max: bigint
  readonly collar: bigint
  readonly conversion: ConversionTable
  readonly orders_max: number
  readonly window_us: number
}

export function compileLimits(account: AccountConfig, instruments: readonly InstrumentSpec[]): GateLimits {
  const { risk } = account
  return {
    order_quantity_max: perInstrument(risk.order_quantity_max, instruments),
    position_quantity_max: perInstrument(risk.position_quantity_max, instruments),
    order_notional_max: must(
      parseDecimal(risk.order_notional_max, MONEY_SCALE),
      'limits are validated decimals',
    ),
    collar: must(parseDecimal(risk.price_collar_basis_points, CONFIG_SCALE), 'limits are validated decimals'),
    conversion: new ConversionTable(account.currency, account.conversion_rates, `accounts.${account.id}`),
    orders_max: risk.order_rate.orders_max,
    window_us: risk.order_rate.window_us,
  }
}

/** How far beyond the touch a price may be: the highest a buy, the lowest a sell may name. */
export function collarPrice(touch_price_units: number, collar: bigint, isBuy: boolean): number {
  const touch = BigInt(touch_price_units)
  const width = ((touch < 0n ? -touch : touch) * collar) / BASIS_POINTS
  return Number(isBuy ? touch + width : touch - width)
}

/** A limit finer than an instrument's units counts as the units below it. */
function perInstrument(text: string, instruments: readonly InstrumentSpec[]): Float64Array {
  const exact = must(parseDecimal(text, CONFIG_SCALE), 'limits are validated decimals')
  return Float64Array.from(instruments, ({ size_scale }) => {
    const units = (exact * 10n ** BigInt(size_scale)) / 10n ** BigInt(CONFIG_SCALE)
    return Math.min(Number(units), Number.MAX_SAFE_INTEGER)
  })
}
