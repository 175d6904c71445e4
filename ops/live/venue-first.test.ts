import { expect, test } from 'vitest'
import { OfferedRows } from '../../adapters/feeds/offered-rows.test-support.ts'
import { BookBlock } from '../../engine/book/book-block.ts'
import type { BookEvent } from '../../engine/book/book-event.ts'
import { BookQuotes } from '../../engine/book/book-quotes.ts'
import type { RowInput, TradeInput } from '../../engine/live/live-input.ts'
import { QuoteRow } from '../../engine/market/market-rows.ts'
import { MarketTable } from '../../engine/market/market-table.ts'
import { VenueFirst } from './venue-first.ts'

const RECV_US = 9_000
const START_US = 2_000

/** A venue that keeps one book, and has room for so many rows. */
class BookVenue {
  readonly rows: RowInput[] = []
  readonly events: number[] = []
  room = Number.POSITIVE_INFINITY
  readonly #book = new BookQuotes('book_level', 0, 1_000_000)

  row(row: RowInput): void {
    this.rows.push(row)
  }

  book({ columns, from, to }: BookEvent): boolean {
    const { ts_event_us, action, side, price_units, size_units } = columns
    for (let at = from; at < to; at++)
      this.#book.onLevel(
        action[at] as number,
        side[at] as number,
        price_units[at] as number,
        size_units[at] as number,
      )
    this.events.push(ts_event_us[from] as number)
    return this.#book.endEvent(ts_event_us[from] as number)
  }

  quoteOf() {
    return this.#book.is_standing ? this.#book.columns : undefined
  }
}

function deskOf(table = new MarketTable(1)) {
  const venue = new BookVenue()
  const node = new OfferedRows()
  return { venue, node, first: new VenueFirst({ venue, node, table, shown_from_us: START_US }) }
}

/** Levels as [side, price, size]. */
function eventAt(ts_event_us: number, ...levels: readonly (readonly [1 | -1, number, number])[]): BookEvent {
  const block = new BookBlock('book_level')
  levels.forEach(([side, price_units, size_units], at) => {
    const is_last = Number(at === levels.length - 1)
    block.add({ ts_event_us, action: 0, order_id: 0, side, price_units, size_units, is_last })
  })
  return { instrument_index: 0, columns: block.columns, from: 0, to: block.count }
}

const shownTo = (node: OfferedRows) =>
  node.rows.map((row) => [row.ts_event_us, row.type === 'quote' ? row.ask_price_units : 0, row.ts_recv_us])

test('[V17] rows of before a start are the venue’s alone, and the first event after it shows what stands', () => {
  const { venue, node, first } = deskOf()
  first.book(eventAt(1_000, [1, 100, 5], [-1, 102, 5]), RECV_US, 1)
  first.book(eventAt(1_500, [-1, 101, 5]), RECV_US, 2)
  const trade: TradeInput = {
    type: 'trade',
    instrument_index: 0,
    ts_event_us: 1_600,
    ts_recv_us: RECV_US,
    price_units: 101,
    size_units: 1,
    aggressor_side: 1,
  }
  first.row(trade, 3, 0)
  expect([venue.events, venue.rows, node.rows]).toEqual([[1_000, 1_500], [trade], []])
  // Neither is at the touch: the first shows it all the same, and the second does not.
  first.book(eventAt(START_US, [1, 90, 5]), RECV_US, 4)
  first.book(eventAt(2_500, [1, 91, 5]), RECV_US, 5)
  first.book(eventAt(3_000, [-1, 101, 0]), RECV_US, 6)
  first.row({ ...trade, ts_event_us: 3_000 }, 7, 0)
  expect(shownTo(node)).toEqual([
    [START_US, 101, RECV_US],
    [3_000, 102, RECV_US],
    [3_000, 0, RECV_US],
  ])
  expect([venue.rows.length, first.book_rows]).toEqual([2, 6])
})

test('[V17] what the node was shown before its start is not shown again', () => {
  const table = new MarketTable(1)
  const { node, first } = deskOf(table)
  const shown = new BookQuotes('book_level', 0, 1)
  shown.onLevel(0, 1, 100, 5)
  shown.onLevel(0, -1, 102, 5)
  expect(shown.endEvent(1_000)).toBe(true)
  table.setQuote(new QuoteRow(shown.columns), 1_000)
  first.book(eventAt(1_000, [1, 100, 5], [-1, 102, 5]), RECV_US, 1)
  first.book(eventAt(START_US, [1, 90, 5]), RECV_US, 2)
  first.book(eventAt(2_500, [-1, 102, 4]), RECV_US, 3)
  expect(shownTo(node)).toEqual([[2_500, 102, RECV_US]])
})

test('[V17] a book without a side shows nothing, and is shown when it has both', () => {
  const { node, first } = deskOf()
  first.book(eventAt(START_US, [1, 100, 5]), RECV_US, 1)
  first.book(eventAt(2_500, [-1, 102, 5]), RECV_US, 2)
  expect(shownTo(node)).toEqual([[2_500, 102, RECV_US]])
})

test('[V16] there is as much room as the venue’s ledger and the node’s queue have', () => {
  const { venue, node, first } = deskOf()
  node.room = 7
  expect(first.room).toBe(7)
  venue.room = 3
  expect(first.room).toBe(3)
})
