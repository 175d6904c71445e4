// The prices that triggers of held orders are watched by: the best ones of the table, and the last of each instrument.

import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { followPrice, isTriggerMet, watchedPrice } from '../../engine/trigger/trigger.ts'
import { must } from '../../schemas/assert.ts'
import type { ExecutionOptions } from './execution-options.ts'
import type { HeldOrder } from './held-order.ts'

type WatchOptions = Pick<ExecutionOptions, 'instruments' | 'table' | 'statuses' | 'terms_hold'>

export class TriggerWatch {
  readonly #options: WatchOptions
  /** By instrument. */
  readonly #last: Float64Array
  readonly #hasLast: Uint8Array

  constructor(options: WatchOptions) {
    this.#options = options
    this.#last = new Float64Array(options.instruments.length)
    this.#hasLast = new Uint8Array(options.instruments.length)
  }

  noteLast(instrument_index: number, price_units: number): void {
    this.#last[instrument_index] = price_units
    this.#hasLast[instrument_index] = 1
  }

  /** A trail goes along with the price there is. */
  follow(order: HeldOrder, now_us: number): void {
    const price = this.#price(order)
    if (price === undefined) return
    const spec = must(this.#options.instruments[order.instrument_index], 'an order is of a known instrument')
    followPrice(order, price, spec, now_us, this.#options.terms_hold)
  }

  isMet(order: HeldOrder): boolean {
    const price = this.#price(order)
    return price !== undefined && isTriggerMet(order, price)
  }

  save(writer: CanonicalWriter): void {
    for (const price of this.#last) writer.number(price)
    writer.bytes(this.#hasLast)
  }

  load(reader: CanonicalReader): void {
    for (let i = 0; i < this.#last.length; i++) this.#last[i] = reader.number()
    this.#hasLast.set(reader.bytes())
  }

  #price({ instrument_index: i, side, terms }: HeldOrder): number | undefined {
    const { table, statuses } = this.#options
    // While the instrument does not trade nothing triggers, as at a venue.
    if (!table.hasPrice(i) || statuses.of(i) !== 'trading') return undefined
    return watchedPrice(
      terms.trigger_method,
      side,
      table.bid_price_units[i] as number,
      table.ask_price_units[i] as number,
      this.#hasLast[i] === 0 ? undefined : this.#last[i],
    )
  }
}
