// Tapes of one instrument as a feed tells them to a venue: in order of time, ties in the order of the tapes, the rows of a book an event at a
// time.

import { BookBlock } from '../../engine/book/book-block.ts'
import type { BookEvent } from '../../engine/book/book-event.ts'
import type { RowInput } from '../../engine/live/live-input.ts'
import { isBookKind } from '../../engine/tick-store-port.ts'
import type { Tape } from '../backtest/tape.test-support.ts'
import type { VenueHost } from './venue-host.ts'

export type Told = { readonly ts_us: number; readonly rows: number; readonly what: RowInput | BookEvent }

export function toldHistory(tapes: readonly Tape[]): Told[] {
  return tapes
    .flatMap(({ series, rows }): Told[] => {
      const { kind } = series
      if (kind === 'trade') return rows.map(tradeOf)
      if (!isBookKind(kind)) throw new Error(`a tape of ${kind} is not told`)
      const told: Told[] = []
      let block = new BookBlock(kind)
      for (const row of rows) {
        const [ts_event_us = 0, action = 0, ...rest] = row
        const [order_id = 0, side = 0, price_units = 0, size_units = 0, is_last = 0] =
          kind === 'book_order' ? rest : [0, ...rest]
        block.add({ ts_event_us, action, order_id, side, price_units, size_units, is_last })
        if (is_last === 0) continue
        const { columns, count } = block
        const what = { instrument_index: 0, columns, from: 0, to: count }
        told.push({ ts_us: ts_event_us, rows: count, what })
        block = new BookBlock(kind)
      }
      return told
    })
    .sort((a, b) => a.ts_us - b.ts_us)
}

export function tell(host: VenueHost, { what, ts_us }: Told): void {
  if ('columns' in what) host.book(what, ts_us)
  else host.row(what, ts_us)
}

function tradeOf([ts_us = 0, price_units = 0, size_units = 0, aggressor_side = 0]: readonly number[]): Told {
  const stamped = { instrument_index: 0, ts_event_us: ts_us, ts_recv_us: ts_us }
  return { ts_us, rows: 1, what: { type: 'trade', ...stamped, price_units, size_units, aggressor_side } }
}
