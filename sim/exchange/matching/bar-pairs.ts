// Bars of bids and of asks of one instrument that end together are one row of its market. Where a side has bars of its own,
// one of the other waits until the time they end at is over: then all are there that will be.

import type { VenueId } from '../../../schemas/ids.ts'
import type { Agenda, BarsDue } from '../in-flight/agenda.ts'
import { type ImportedBar, pricesOf } from './bar-path.ts'

export class BarPairs {
  readonly #agenda: Agenda
  readonly #venue_id: VenueId
  readonly #rank: number
  /** By instrument; the agenda has them, too. */
  #due = new Map<number, BarsDue>()

  constructor(agenda: Agenda, venue_id: VenueId, rank: number) {
    this.#agenda = agenda
    this.#venue_id = venue_id
    this.#rank = rank
  }

  /** A bar waits for the end of its time, with those of its instrument that ended with it. */
  hold(instrument_index: number, bar: ImportedBar, ts_us: number): void {
    const { price_type, close_price_units, prices } = bar
    // Whoever hands it in may use its object again.
    const kept = { price_type, close_price_units, prices: prices && pricesOf(prices) }
    const others = this.#due.get(instrument_index)
    if (others !== undefined) {
      others.bars.push(kept)
      return
    }
    const message: BarsDue = { type: 'bars_due', venue_id: this.#venue_id, instrument_index, bars: [kept] }
    this.#due.set(instrument_index, message)
    this.#agenda.add('arrival', this.#rank, ts_us, ts_us, message, false)
  }

  /** The time of these is over. Each of bids goes with the one of asks that came in its place, and what is left by itself. */
  release({ instrument_index, bars }: BarsDue): readonly (readonly ImportedBar[])[] {
    this.#due.delete(instrument_index)
    const bids = bars.filter(({ price_type }) => price_type === 'bid')
    const asks = bars.filter(({ price_type }) => price_type === 'ask')
    const count = Math.max(bids.length, asks.length)
    return Array.from({ length: count }, (_, place) =>
      [bids[place], asks[place]].filter((bar) => bar !== undefined),
    )
  }

  /** The agenda was loaded, and what waits with it. */
  reload(): void {
    const due = this.#agenda.barsDue(this.#venue_id)
    this.#due = new Map(due.map((message) => [message.instrument_index, message]))
  }
}
