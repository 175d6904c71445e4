// Builds the bars of one series from ticks. A bar closes at `close_at_us` by the caller's timer, or at the first tick
// past its end. The per-tick path is two compares of time and two of price; the caller branches once on the result:
//
//   if (builder.onQuote(now, ts, bid, bidMin, bidMax, count) !== BAR_UNCHANGED) → read `closed`, set the timer

import type { Bar } from '../../schemas/messages/market.ts'
import type { PriceUnits, SizeUnits, TimeUs } from '../../schemas/units.ts'
import type { CanonicalReader } from '../canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../canonical/canonical-writer.ts'
import { assertBarSpec, type BarSpec, barEndUs } from './bar.ts'

/** What a call did, as bits: `BAR_CLOSED` means `closed` is new, `BAR_OPENED` that a timer is due at `close_at_us`. */
export const BAR_UNCHANGED = 0
export const BAR_OPENED = 1
export const BAR_CLOSED = 2

export class BarBuilder {
  readonly spec: BarSpec
  readonly #interval_us: number
  readonly #close_delay_us: number
  // Nothing is open when start and end are equal; every tick up to that time is late then.
  #start_us = Number.NEGATIVE_INFINITY
  #end_us = Number.NEGATIVE_INFINITY
  #open = 0
  #high = 0
  #low = 0
  #close = 0
  #volume = 0
  #count = 0
  #late_count = 0
  #closed: Bar | undefined = undefined

  constructor(spec: BarSpec, close_delay_us: number) {
    assertBarSpec(spec)
    this.spec = spec
    this.#interval_us = spec.interval_us
    this.#close_delay_us = close_delay_us
  }

  /** The bar that closed last; new after a call that returned `BAR_CLOSED`. */
  get closed(): Bar | undefined {
    return this.#closed
  }

  /** When the open bar's timer is due. */
  get close_at_us(): number {
    return this.#end_us + this.#close_delay_us
  }

  get is_open(): boolean {
    return this.#start_us < this.#end_us
  }

  /** Ticks that came after their bar had closed and entered none. */
  get late_count(): number {
    return this.#late_count
  }

  /**
   * Takes one quote's price of the series' side. A conflated quote brings the extremes and the number of quotes it
   * stands for; any other is its own low and high, and counts one.
   */
  onQuote(
    now_us: number,
    ts_event_us: number,
    price: number,
    low: number,
    high: number,
    count: number,
  ): number {
    if (ts_event_us > this.#end_us) return this.#roll(now_us, ts_event_us, price, low, high, count, 0)
    if (ts_event_us <= this.#start_us) return this.#countLate(count)
    if (high > this.#high) this.#high = high
    if (low < this.#low) this.#low = low
    this.#close = price
    this.#count += count
    return BAR_UNCHANGED
  }

  /** Takes one trade. */
  onTrade(now_us: number, ts_event_us: number, price: number, size: number): number {
    if (ts_event_us > this.#end_us) return this.#roll(now_us, ts_event_us, price, price, price, 1, size)
    if (ts_event_us <= this.#start_us) return this.#countLate(1)
    if (price > this.#high) this.#high = price
    if (price < this.#low) this.#low = price
    this.#close = price
    this.#volume += size
    this.#count++
    return BAR_UNCHANGED
  }

  /** Closes the open bar when it is due. A firing meant for a bar that a tick has closed changes nothing. */
  onTimer(now_us: number): number {
    if (!this.is_open || now_us < this.close_at_us) return BAR_UNCHANGED
    this.#finish()
    return BAR_CLOSED
  }

  save(writer: CanonicalWriter): void {
    writer.number(this.#start_us)
    writer.number(this.#end_us)
    writer.number(this.#open)
    writer.number(this.#high)
    writer.number(this.#low)
    writer.number(this.#close)
    writer.number(this.#volume)
    writer.number(this.#count)
    writer.number(this.#late_count)
  }

  /** Restores what was saved; `closed` was read in its own step and is not part of the state. */
  load(reader: CanonicalReader): void {
    this.#start_us = reader.number()
    this.#end_us = reader.number()
    this.#open = reader.number()
    this.#high = reader.number()
    this.#low = reader.number()
    this.#close = reader.number()
    this.#volume = reader.number()
    this.#count = reader.number()
    this.#late_count = reader.number()
    this.#closed = undefined
  }

  /** The first tick past the end: closes what is open and opens the tick's own bar, unless that one's time is over too. */
  #roll(
    now_us: number,
    ts_event_us: number,
    price: number,
    low: number,
    high: number,
    count: number,
    size: number,
  ): number {
    const result = this.is_open ? BAR_CLOSED : BAR_UNCHANGED
    if (result === BAR_CLOSED) this.#finish()
    this.#end_us = barEndUs(ts_event_us, this.#interval_us)
    if (now_us > this.close_at_us) {
      this.#start_us = this.#end_us
      this.#late_count += count
      return result
    }
    this.#start_us = this.#end_us - this.#interval_us
    this.#open = price
    this.#high = high
    this.#low = low
    this.#close = price
    this.#volume = size
    this.#count = count
    return result | BAR_OPENED
  }

  #finish(): void {
    this.#closed = {
      type: 'bar',
      ...this.spec,
      ts_event_us: this.#end_us as TimeUs,
      open_price_units: this.#open as PriceUnits,
      high_price_units: this.#high as PriceUnits,
      low_price_units: this.#low as PriceUnits,
      close_price_units: this.#close as PriceUnits,
      // A sum of safe sizes; past 2^53 it is rounded, which no order or money depends on.
      volume_units: this.#volume as SizeUnits,
      tick_count: this.#count,
    }
    this.#start_us = this.#end_us
  }

  #countLate(count: number): number {
    this.#late_count += count
    return BAR_UNCHANGED
  }
}
