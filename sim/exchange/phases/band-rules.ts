// How far bands of prices stand from their reference price and when another price becomes the reference: as the
// configuration says, or as the US plan known as limit up-limit down does. Sources: ./rules/price-bands.test-support.ts.

import type { Session } from '../../../engine/calendar/session-calendar.ts'
import type { InstrumentSpec } from '../../../engine/instrument-spec.ts'
import { must } from '../../../schemas/assert.ts'
import type { PriceBandsConfig } from '../../../schemas/config/market-rules.ts'

/** Percentage parameters of a tier of the plan, by the price an instrument closed at on the day before. */
type Parameters = {
  /** Above three dollars. */
  readonly high: Distance
  /** From 75 cents to three dollars. */
  readonly middle: Distance
  /** Below 75 cents: the lesser of the two. */
  readonly low: Distance & { readonly cents_max: number }
}

type Distance = { readonly basis_points: number; readonly is_wide_at_close: boolean }

type Plan = {
  readonly wide_after_open_us: number
  readonly wide_before_close_us: number
  readonly tier_1: Parameters
  readonly tier_2: Parameters
}

const MINUTE_US = 60_000_000
const CHANGE_BASIS_POINTS = 100
const HOLD_US = 30_000_000

/** Below three dollars the tiers are the same. */
const BELOW = {
  middle: { basis_points: 2_000, is_wide_at_close: true },
  low: { basis_points: 7_500, cents_max: 15, is_wide_at_close: true },
}

const TIER_1: Parameters = { ...BELOW, high: { basis_points: 500, is_wide_at_close: true } }
const PERIODS = { wide_after_open_us: 0, wide_before_close_us: 25 * MINUTE_US }

const PLANS: Readonly<Record<NonNullable<PriceBandsConfig['plan']>, Plan>> = {
  // The eighteenth amendment took the opening away, and of the close tier 2 above three dollars.
  us_luld: {
    ...PERIODS,
    tier_1: TIER_1,
    tier_2: { ...BELOW, high: { basis_points: 1_000, is_wide_at_close: false } },
  },
  us_luld_pilot: {
    ...PERIODS,
    wide_after_open_us: 15 * MINUTE_US,
    tier_1: TIER_1,
    tier_2: { ...BELOW, high: { basis_points: 1_000, is_wide_at_close: true } },
  },
}

export class BandRules {
  /** By how much the mean differs that becomes the reference, and how long that stays at least. */
  readonly change_basis_points: number
  readonly hold_us: number
  readonly #config: PriceBandsConfig
  readonly #plan: Plan | undefined
  readonly #tier2: ReadonlySet<string>
  readonly #wideAfterOpen_us: number
  readonly #wideBeforeClose_us: number

  constructor(config: PriceBandsConfig) {
    this.#config = config
    this.#plan = config.plan && PLANS[config.plan]
    this.#tier2 = new Set(config.tier_2)
    const change = this.#plan === undefined ? 0 : CHANGE_BASIS_POINTS
    const hold_us = this.#plan === undefined ? 0 : HOLD_US
    this.change_basis_points = config.reference_change_basis_points ?? change
    this.hold_us = config.reference_hold_us ?? hold_us
    const { wide_after_open_us = 0, wide_before_close_us = 0 } = this.#plan ?? config
    this.#wideAfterOpen_us = wide_after_open_us
    this.#wideBeforeClose_us = wide_before_close_us
  }

  /** Whether a reference price stays although the mean is another. */
  get keeps_reference(): boolean {
    return this.change_basis_points > 0 || this.hold_us > 0
  }

  /** Whether the bands move at times at which no price comes. */
  get depends_on_time(): boolean {
    return this.keeps_reference || this.#wideAfterOpen_us > 0 || this.#wideBeforeClose_us > 0
  }

  /** @param level_units the price of the day before that a plan goes by. */
  isWide(spec: InstrumentSpec, level_units: number, session: Session | undefined, ts_us: number): boolean {
    if (session === undefined || ts_us < session.open_us) return false
    if (ts_us < session.open_us + this.#wideAfterOpen_us) return true
    const before_us = this.#wideBeforeClose_us
    if (before_us === 0 || !session.is_last_of_day || ts_us < session.close_us - before_us) return false
    return this.#plan === undefined || this.#distance(this.#plan, spec, level_units).is_wide_at_close
  }

  /** In price units, before it is doubled. */
  distanceUnits(spec: InstrumentSpec, reference_units: number, level_units: number): number {
    const reference = Math.abs(reference_units)
    if (this.#plan === undefined) {
      const basis_points = must(this.#config.basis_points, 'bands stand at basis points, or as a plan says')
      return (reference * basis_points) / 10_000
    }
    const distance = this.#distance(this.#plan, spec, level_units)
    const units = (reference * distance.basis_points) / 10_000
    return 'cents_max' in distance ? Math.min(units, centsIn(spec, distance.cents_max)) : units
  }

  #distance(plan: Plan, spec: InstrumentSpec, level_units: number): Distance | Parameters['low'] {
    const { high, middle, low } = this.#tier2.has(spec.instrument_id) ? plan.tier_2 : plan.tier_1
    if (level_units > centsIn(spec, 300)) return high
    return level_units < centsIn(spec, 75) ? low : middle
  }
}

/** So many cents in price units of an instrument. */
function centsIn({ price_scale }: InstrumentSpec, cents: number): number {
  return (cents * 10 ** price_scale) / 100
}
