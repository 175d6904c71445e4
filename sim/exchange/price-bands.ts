// Bands of prices around the mean of the last minutes, after the US plan to address extraordinary market volatility
// (limit up-limit down): where the market stands against them, and which prices no trade may have. Rules: ./SPEC.md.

import { type InstrumentSpec, incrementUnits } from '../../engine/instrument-spec.ts'
import { must } from '../../schemas/assert.ts'
import type { SimulationConfig } from '../../schemas/config.ts'
import type { PriceBandsConfig } from '../../schemas/market-rules.ts'
import type { VenueOrder } from './venue-order.ts'

/** `beyond`: a side of the market is outside, and cannot be traded with; `limit`: a buyer is at the upper band, or a seller at the lower. */
export type BandPosition = 'inside' | 'beyond' | 'limit'

/** Prices of one second: how many, and their sum. */
type Second = { readonly second: number; sum: number; count: number }

export type BandsState = {
  readonly seconds: readonly (readonly Second[])[]
  readonly has_trades: readonly number[]
}

const SECOND_US = 1_000_000

export class PriceBands {
  readonly config: PriceBandsConfig
  readonly #specs: readonly InstrumentSpec[]
  /** Infinite where there is no reference. */
  readonly #lower: Float64Array
  readonly #upper: Float64Array
  /** The window of each instrument, oldest second first. */
  readonly #seconds: Second[][]
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
    this.config = config
    this.#specs = specs
    this.#lower = new Float64Array(specs.length).fill(Number.NEGATIVE_INFINITY)
    this.#upper = new Float64Array(specs.length).fill(Number.POSITIVE_INFINITY)
    this.#seconds = specs.map(() => [])
    this.#hasTrades = new Uint8Array(specs.length)
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

  onTrade(instrument_index: number, price_units: number, ts_us: number): void {
    if (this.#hasTrades[instrument_index] === 0) {
      this.#hasTrades[instrument_index] = 1
      this.reset(instrument_index)
    }
    this.#note(instrument_index, price_units, ts_us)
  }

  /** The middle of the market, where there are no trades to go by. */
  onQuote(instrument_index: number, bid_price_units: number, ask_price_units: number, ts_us: number): void {
    if (this.#hasTrades[instrument_index] !== 0) return
    this.#note(instrument_index, (bid_price_units + ask_price_units) / 2, ts_us)
  }

  /** The instrument opens: what it traded at before is no reference. */
  reset(instrument_index: number): void {
    this.#seconds[instrument_index] = []
    this.#lower[instrument_index] = Number.NEGATIVE_INFINITY
    this.#upper[instrument_index] = Number.POSITIVE_INFINITY
  }

  state(): BandsState {
    return {
      seconds: this.#seconds.map((seconds) => seconds.map((one) => ({ ...one }))),
      has_trades: [...this.#hasTrades],
    }
  }

  restore({ seconds, has_trades }: BandsState): void {
    for (const [index, those] of seconds.entries()) {
      this.#seconds[index] = those.map((one) => ({ ...one }))
      const last = those.at(-1)
      if (last !== undefined) this.#place(index, last.second * SECOND_US)
    }
    this.#hasTrades.set(has_trades)
  }

  #note(instrument_index: number, price_units: number, ts_us: number): void {
    const seconds = must(this.#seconds[instrument_index], 'a price is of a listed instrument')
    const second = Math.floor(ts_us / SECOND_US)
    const last = seconds.at(-1)
    if (last?.second === second) {
      last.sum += price_units
      last.count++
    } else seconds.push({ second, sum: price_units, count: 1 })
    const from = second - Math.ceil(this.config.reference_window_us / SECOND_US)
    while ((seconds[0]?.second ?? second) <= from) seconds.shift()
    this.#place(instrument_index, second * SECOND_US)
  }

  /** On the increment nearest to so many basis points from the mean. */
  #place(instrument_index: number, ts_us: number): void {
    const spec = must(this.#specs[instrument_index], 'a price is of a listed instrument')
    let sum = 0
    let count = 0
    for (const one of this.#seconds[instrument_index] as Second[]) {
      sum += one.sum
      count += one.count
    }
    const reference = sum / count
    const distance = (Math.abs(reference) * this.config.basis_points) / 10_000
    const increment = incrementUnits(spec, Math.round(reference), ts_us) ?? 1
    this.#lower[instrument_index] = Math.round((reference - distance) / increment) * increment
    this.#upper[instrument_index] = Math.round((reference + distance) / increment) * increment
  }
}
