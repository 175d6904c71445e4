// The books that the history gives the venues of a session: their events on the way to the exchange, the quote that each
// shows, and how far the rows of such a venue have come, so that a history goes on behind the last that was taken.

import { type BookEvent, eventTimeUs } from '../../engine/book/book-event.ts'
import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import type { QuoteColumns } from '../../engine/tick-store-port.ts'
import { must } from '../../schemas/assert.ts'
import { BookRows } from '../backtest/book-rows.ts'
import type { BookSeries } from '../backtest/book-series.ts'
import type { SimulatedVenues } from '../exchange/simulated-venues.ts'

/** Rows of a venue up to this time were taken, and of this very time so many. */
export type RowPlace = { readonly ts_event_us: number; readonly row_count: number }

export class HistoryBooks {
  /** By instrument index. */
  readonly #books: BookRows[] = []
  /** Of each venue with a book; -1 before its first row. */
  readonly #places = new Map<string, { ts_event_us: number; row_count: number }>()

  constructor(venues: SimulatedVenues, books: readonly BookSeries[]) {
    for (const series of books) {
      this.#books[series.instrument_index] = new BookRows(venues.exchange(series.venue_id), series)
      this.#places.set(series.venue_id, { ts_event_us: -1, row_count: 0 })
    }
  }

  /** The exchange takes an event, whole. Returns whether it changes or confirms the quote that its book shows. */
  take(event: BookEvent, ts_us: number): boolean {
    const { instrument_index, columns, from, to } = event
    const book = must(this.#books[instrument_index], 'a book is there for its rows')
    const ts_event_us = eventTimeUs(event)
    let isDue = false
    for (let at = from; at < to; at++) {
      const quote = book.note(columns, at, ts_event_us)
      isDue = quote !== undefined
      book.show(columns, at, ts_us, quote)
    }
    return isDue
  }

  /** Rows of a venue were taken, books or others. */
  note(venue_id: string, ts_event_us: number, rows: number): void {
    const place = this.#places.get(venue_id)
    if (place === undefined) return
    place.row_count = ts_event_us === place.ts_event_us ? place.row_count + rows : rows
    place.ts_event_us = ts_event_us
  }

  /** Undefined before the first row, and where a venue has no book: nothing is missed of quotes that were. */
  placeOf(venue_id: string): RowPlace | undefined {
    const place = this.#places.get(venue_id)
    return place === undefined || place.row_count === 0 ? undefined : { ...place }
  }

  /** What the book of an instrument shows between two events; undefined where that is nothing. */
  quoteOf(instrument_index: number): QuoteColumns | undefined {
    return this.#books[instrument_index]?.standing
  }

  save(writer: CanonicalWriter): void {
    for (const book of this.#books) book?.save(writer)
    for (const { ts_event_us, row_count } of this.#places.values()) {
      writer.number(ts_event_us)
      writer.number(row_count)
    }
  }

  /** Into books just made. */
  load(reader: CanonicalReader): void {
    for (const book of this.#books) book?.load(reader)
    for (const place of this.#places.values()) {
      place.ts_event_us = reader.number()
      place.row_count = reader.number()
    }
  }
}
