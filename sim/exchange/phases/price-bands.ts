// Bands of prices around the mean of the last minutes, after the US plan to address extraordinary market volatility
// (limit up-limit down): where the market stands against them, and which prices no trade may have. Rules: ./SPEC.md.

import type { Session } from '../../../engine/calendar/session-calendar.ts'
import { type InstrumentSpec, incrementUnits } from '../../../engine/instrument-spec.ts'
import { must } from '../../../schemas/assert.ts'
import type { PriceBandsConfig } from '../../../schemas/config/market-rules.ts'
import type { SimulationConfig } from '../../../schemas/config/simulation-config.ts'
import type { VenueOrder } from '../orders/venue-order.ts'
import { BandRules } from './band-rules.ts'

/** `beyond`: a side of the market is outside, and cannot be traded with; `limit`: a buyer is at the upper band, or a seller at the lower. */
export type BandPosition = 'inside' | 'beyond' | 'limit'

/** Prices of one second: how many, and their sum. */
type Second = { readonly second: number; sum: number; count: number }

/** By instrument index; infinite where there is none. */
export type BandsState = {
  readonly seconds: readonly (readonly Second[])[]
  readonly has_trades: readonly number[]
  readonly reference_units: readonly number[]
  readonly reference_since_us: readonly number[]
  readonly is_wide: readonly number[]
  readonly level_units: readonly number[]
  readonly last_units: readonly number[]
  readonly lower_units: readonly number[]
  readonly upper_units: readonly number[]
}

const SECOND_US = 1_000_000
const NONE = Number.POSITIVE_INFINITY

export class PriceBands {
  readonly config: PriceBandsConfig
  readonly #rules: BandRules
  readonly #specs: readonly InstrumentSpec[]
  /** Infinite where there is no reference. */
  readonly #lower: Float64Array
  readonly #upper: Float64Array
  readonly #reference: Float64Array
  readonly #referenceSince_us: Float64Array
  /** Whether they stand twice as far now. */
  readonly #isWide: Uint8Array
  /** The price that a plan's distances go by for a day, and the last one so far, which is that of the next. */
  readonly #level: Float64Array
  readonly #last: Float64Array
  /** The window of each instrument, oldest second first, with its sum and count. */
  readonly #seconds: Second[][]
  readonly #sum: Float64Array
  readonly #count: Float64Array
  /** An instrument with trades takes its reference from nothing else. */
  readonly #hasTrades: Uint8Array

  /** Undefined where prices may go anywhere. */
  static of(
    simulation: SimulationConfig | undefined,
    specs: readonly InstrumentSpec[],
  ): PriceBands | undefined {
    const config = simulation?.price_bands
    return config && new PriceBands(config, specs)
  }

  private constructor(config: PriceBandsConfig, specs: readonly InstrumentSpec[]) {
    const { length } = specs
    this.config = config
    this.#rules = new BandRules(config)
    this.#specs = specs
    this.#lower = new Float64Array(length).fill(Number.NEGATIVE_INFINITY)
    this.#upper = new Float64Array(length).fill(Number.POSITIVE_INFINITY)
    this.#reference = new Float64Array(length).fill(NONE)
    this.#referenceSince_us = new Float64Array(length)
    this.#isWide = new Uint8Array(length)
    this.#level = new Float64Array(length).fill(NONE)
    this.#last = new Float64Array(length).fill(NONE)
    this.#seconds = specs.map(() => [])
    this.#sum = new Float64Array(length)
    this.#count = new Float64Array(length)
    this.#hasTrades = new Uint8Array(length)
  }

  position(instrument_index: number, bid_price_units: number, ask_price_units: number): BandPosition {
    const lower = this.#lower[instrument_index] as number
    const upper = this.#upper[instrument_index] as number
    if (bid_price_units >= upper || ask_price_units <= lower) return 'limit'
    return bid_price_units < lower || ask_price_units > upper ? 'beyond' : 'inside'
  }

  allows(instrument_index: number, price_units: number): boolean {
    return (
      price_units >= (this.#lower[instrument_index] as number) &&
      price_units <= (this.#upper[instrument_index] as number)
    )
  }

  /** Whether no price within the bands is good enough for a limit order. */
  isOutOfReach({ instrument_index, side, price_units }: VenueOrder): boolean {
    const within = this.bound(instrument_index, price_units)
    return side === 'buy' ? within > price_units : within < price_units
  }

  /** The price itself, or the band it is beyond. */
  bound(instrument_index: number, price_units: number): number {
    const lower = this.#lower[instrument_index] as number
    const upper = this.#upper[instrument_index] as number
    return Math.min(Math.max(price_units, lower), upper)
  }

  /** A row of the instrument has come, in a session of its calendar: what only time has changed is changed now. */
  pass(instrument_index: number, session: Session | undefined, ts_us: number): void {
    if (!this.#rules.depends_on_time || this.#reference[instrument_index] === NONE) return
    this.#forgetBefore(instrument_index, Math.floor(ts_us / SECOND_US))
    const wasWide = this.#isWide[instrument_index]
    this.#measure(instrument_index, session, ts_us)
    if (this.#renews(instrument_index, ts_us) || wasWide !== this.#isWide[instrument_index])
      this.#place(instrument_index, ts_us)
  }

  /** Its day has ended: a plan goes by the last price of it on the next. */
  endDay(instrument_index: number): void {
    this.#level[instrument_index] = this.#last[instrument_index] as number
  }

  /** `session`: of its calendar, under way. */
  onTrade(instrument_index: number, price_units: number, session: Session | undefined, ts_us: number): void {
    if (this.#hasTrades[instrument_index] === 0) {
      this.#hasTrades[instrument_index] = 1
      this.reset(instrument_index)
    }
    this.#note(instrument_index, price_units, session, ts_us)
  }

  /** The middle of the market, where there are no trades to go by. */
  onQuote(
    instrument_index: number,
    bid_price_units: number,
    ask_price_units: number,
    session: Session | undefined,
    ts_us: number,
  ): void {
    if (this.#hasTrades[instrument_index] !== 0) return
    this.#note(instrument_index, (bid_price_units + ask_price_units) / 2, session, ts_us)
  }

  /** The instrument opens: what it traded at before is no reference. */
  reset(instrument_index: number): void {
    this.#seconds[instrument_index] = []
    this.#sum[instrument_index] = 0
    this.#count[instrument_index] = 0
    this.#reference[instrument_index] = NONE
    this.#lower[instrument_index] = Number.NEGATIVE_INFINITY
    this.#upper[instrument_index] = Number.POSITIVE_INFINITY
  }

  state(): BandsState {
    return {
      seconds: this.#seconds.map((seconds) => seconds.map((one) => ({ ...one }))),
      has_trades: [...this.#hasTrades],
      reference_units: [...this.#reference],
      reference_since_us: [...this.#referenceSince_us],
      is_wide: [...this.#isWide],
      level_units: [...this.#level],
      last_units: [...this.#last],
      lower_units: [...this.#lower],
      upper_units: [...this.#upper],
    }
  }

  restore(state: BandsState): void {
    for (const [index, seconds] of state.seconds.entries()) {
      this.#seconds[index] = seconds.map((one) => ({ ...one }))
      this.#sum[index] = seconds.reduce((sum, one) => sum + one.sum, 0)
      this.#count[index] = seconds.reduce((count, one) => count + one.count, 0)
    }
    this.#hasTrades.set(state.has_trades)
    this.#reference.set(state.reference_units)
    this.#referenceSince_us.set(state.reference_since_us)
    this.#isWide.set(state.is_wide)
    this.#level.set(state.level_units)
    this.#last.set(state.last_units)
    this.#lower.set(state.lower_units)
    this.#upper.set(state.upper_units)
  }

  #note(instrument_index: number, price_units: number, session: Session | undefined, ts_us: number): void {
    const seconds = must(this.#seconds[instrument_index], 'a price is of a listed instrument')
    const second = Math.floor(ts_us / SECOND_US)
    const last = seconds.at(-1)
    if (last?.second === second) {
      last.sum += price_units
      last.count++
    } else seconds.push({ second, sum: price_units, count: 1 })
    // Prices are whole or half units, so that the sums are exact.
    this.#sum[instrument_index] = (this.#sum[instrument_index] as number) + price_units
    this.#count[instrument_index] = (this.#count[instrument_index] as number) + 1
    this.#last[instrument_index] = price_units
    this.#forgetBefore(instrument_index, second)
    if (!this.#renews(instrument_index, ts_us)) return
    this.#measure(instrument_index, session, ts_us)
    this.#place(instrument_index, second * SECOND_US)
  }

  /** Whether they stand twice as far at a time. */
  #measure(instrument_index: number, session: Session | undefined, ts_us: number): void {
    const spec = must(this.#specs[instrument_index], 'a price is of a listed instrument')
    const level = this.#level[instrument_index] as number
    this.#isWide[instrument_index] = this.#rules.isWide(spec, level, session, ts_us) ? 1 : 0
  }

  /** Prices that are out of the window at a second. */
  #forgetBefore(instrument_index: number, second: number): void {
    const seconds = this.#seconds[instrument_index] as Second[]
    const from = second - Math.ceil(this.config.reference_window_us / SECOND_US)
    while ((seconds[0]?.second ?? second) <= from) {
      const { sum, count } = must(seconds.shift(), 'a second is there')
      this.#sum[instrument_index] = (this.#sum[instrument_index] as number) - sum
      this.#count[instrument_index] = (this.#count[instrument_index] as number) - count
    }
  }

  /** Makes the mean of the window the reference, where it becomes that. Without a price in the window the reference stays. */
  #renews(instrument_index: number, ts_us: number): boolean {
    const count = this.#count[instrument_index] as number
    if (count === 0) return false
    const mean = (this.#sum[instrument_index] as number) / count
    const reference = this.#reference[instrument_index] as number
    if (reference !== NONE && this.#rules.keeps_reference) {
      if (ts_us < (this.#referenceSince_us[instrument_index] as number) + this.#rules.hold_us) return false
      const moved = Math.abs(mean - reference) * 10_000
      if (moved === 0 || moved < Math.abs(reference) * this.#rules.change_basis_points) return false
    }
    this.#reference[instrument_index] = mean
    this.#referenceSince_us[instrument_index] = ts_us
    // Who did not trade the day before goes by its first price.
    if (this.#level[instrument_index] === NONE) this.#level[instrument_index] = mean
    return true
  }

  /** Each on the increment nearest to its distance from the reference. */
  #place(instrument_index: number, ts_us: number): void {
    const spec = must(this.#specs[instrument_index], 'a price is of a listed instrument')
    const reference = this.#reference[instrument_index] as number
    const level = this.#level[instrument_index] as number
    const widths = this.#isWide[instrument_index] === 0 ? 1 : 2
    const distance = this.#rules.distanceUnits(spec, reference, level) * widths
    const increment = incrementUnits(spec, Math.round(reference), ts_us) ?? 1
    this.#lower[instrument_index] = Math.round((reference - distance) / increment) * increment
    this.#upper[instrument_index] = Math.round((reference + distance) / increment) * increment
  }
}
