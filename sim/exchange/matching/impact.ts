// The market as the run's own orders meet it: what the data shows, pressed by what they took.

import { type InstrumentSpec, incrementUnits } from '../../../engine/instrument-spec.ts'
import { assert, must } from '../../../schemas/assert.ts'
import type { Side } from '../../../schemas/messages/order.ts'
import type { PriceUnits } from '../../../schemas/units.ts'
import type { ImpactModel } from './impact-model.ts'
import type { TopOfBook } from './top-of-book.ts'

export class Impact {
  readonly #model: ImpactModel | undefined
  readonly #book: TopOfBook
  readonly #specs: readonly InstrumentSpec[]
  readonly #termsHold: boolean

  /** @param terms_hold see `worse`. */
  constructor(
    model: ImpactModel | undefined,
    book: TopOfBook,
    specs: readonly InstrumentSpec[],
    terms_hold: boolean,
  ) {
    this.#model = model
    this.#book = book
    this.#specs = specs
    this.#termsHold = terms_hold
  }

  ask(instrument_index: number, ts_us: number): PriceUnits {
    return this.pressed(
      instrument_index,
      'buy',
      this.#book.ask_price_units[instrument_index] as number,
      ts_us,
    )
  }

  bid(instrument_index: number, ts_us: number): PriceUnits {
    return this.pressed(
      instrument_index,
      'sell',
      this.#book.bid_price_units[instrument_index] as number,
      ts_us,
    )
  }

  /** By how many increments what an order of a side meets is worse than the data shows. */
  pressing(instrument_index: number, side: Side, ts_us: number): number {
    if (this.#model === undefined) return 0
    const increments = this.#model.incrementsWorse(instrument_index, side, ts_us)
    assert(
      Number.isSafeInteger(increments) && increments >= 0,
      'an impact is a whole number of increments, at least 0',
    )
    return increments
  }

  /** What an order of a side meets where the data shows a price. */
  pressed(instrument_index: number, side: Side, price_units: number, ts_us: number): PriceUnits {
    if (this.#model === undefined) return price_units as PriceUnits
    const increments = this.pressing(instrument_index, side, ts_us)
    const spec = must(this.#specs[instrument_index], 'an impact is on an instrument that is known')
    return this.worse(spec, side, price_units, increments, ts_us)
  }

  /**
   * Where the data has to be for an order of a side to meet a price, and to be `more` increments beyond it; where the
   * increment depends on the price, about there.
   */
  unpressed(
    spec: InstrumentSpec,
    instrument_index: number,
    side: Side,
    price_units: number,
    more: number,
    ts_us: number,
  ): PriceUnits {
    const increments = this.pressing(instrument_index, side, ts_us) + more
    return this.worse(spec, side === 'buy' ? 'sell' : 'buy', price_units, increments, ts_us)
  }

  /**
   * A price so many increments worse for a side. Where that would not be a valid one, the last that is. Before behaviour 3
   * a sell that would come below the first valid price has its own, as if nothing pressed it.
   */
  worse(
    spec: InstrumentSpec,
    side: Side,
    price_units: number,
    increments: number,
    ts_us: number,
  ): PriceUnits {
    if (increments === 0) return price_units as PriceUnits
    const increment = incrementUnits(spec, price_units, ts_us) ?? 0
    const room = Math.floor((Number.MAX_SAFE_INTEGER - Math.abs(price_units)) / increment)
    const distance = Math.min(increments, room) * increment
    const worse = price_units + (side === 'buy' ? distance : -distance)
    if (worse > 0 || spec.allow_non_positive_price) return worse as PriceUnits
    if (!this.#termsHold || price_units <= 0) return price_units as PriceUnits
    return (price_units - (Math.ceil(price_units / increment) - 1) * increment) as PriceUnits
  }
}
