// Bars of bids and of asks of one instrument that end together are one row of its market: each waits until the time it ends at
// is over, when all are there that will be.

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
    // Whoever hands it in may use its object again.
    const kept = { ...bar, prices: bar.prices && pricesOf(bar.prices) }
    const others = this.#due.get(instrument_index)
    if (others !== undefined) {
      others.bars.push(kept)
      return
    }
    const message: BarsDue = { type: 'bars_due', venue_id: this.#venue_id, instrument_index, bars: [kept] }
    this.#due.set(instrument_index, message)
    this.#agenda.addBehindRows(this.#rank, ts_us, message)
  }

  /** The time of these is over. Each goes with one of its length of the other side, and what is left by itself. */
  release({ instrument_index, bars }: BarsDue): ImportedBar[][] {
    this.#due.delete(instrument_index)
    const left = [...bars]
    const groups: ImportedBar[][] = []
    for (let bar = left.shift(); bar !== undefined; bar = left.shift()) {
      const { interval_us, price_type } = bar
      const other = left.find((one) => one.interval_us === interval_us && one.price_type !== price_type)
      groups.push(other === undefined ? [bar] : price_type === 'bid' ? [bar, other] : [other, bar])
      if (other !== undefined) left.splice(left.indexOf(other), 1)
    }
    return groups
  }

  /** The agenda was loaded, and what waits with it. */
  reload(): void {
    const due = this.#agenda.barsDue(this.#venue_id)
    this.#due = new Map(due.map((message) => [message.instrument_index, message]))
  }
}
