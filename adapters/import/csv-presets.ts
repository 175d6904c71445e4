// Formats that are known by name, as the mapping each of them is. Rows stand at the time at which the recorder saw them:
// by that their files are sorted, and only then was a row known.

import type { CsvDeclaration, CsvMapping } from '../../schemas/csv-mapping.ts'

/** The flag of the last row of an event. */
const DATABENTO_LAST = 128
const DATABENTO_PRICE_SCALE = 9

export function csvMappingOf(declared: CsvDeclaration): CsvMapping {
  if (declared.kind === 'tardis_incremental_book_L2') return tardisBook(declared)
  return declared.kind === 'databento_mbo' ? databentoMbo(declared) : declared
}

function tardisBook({
  symbols,
}: Extract<CsvDeclaration, { kind: 'tardis_incremental_book_L2' }>): CsvMapping {
  return {
    kind: 'book_level',
    instrument_column: 'symbol',
    symbols,
    delimiter: ',',
    header: true,
    time_format: 'unix_us',
    sides: { bid: 'bid', ask: 'ask' },
    columns: {
      time: 'local_timestamp',
      side: 'side',
      price: 'price',
      size: 'amount',
      snapshot: 'is_snapshot',
      event: 'local_timestamp',
    },
  }
}

/** A trade of theirs is a fill of each resting order and a cancel of what was filled; the aggressor's row changes no book. */
function databentoMbo(declared: Extract<CsvDeclaration, { kind: 'databento_mbo' }>): CsvMapping {
  const { symbols, symbol_column, pretty_px, pretty_ts } = declared
  return {
    kind: 'book_order',
    instrument_column: symbol_column,
    symbols,
    delimiter: ',',
    header: true,
    ...(pretty_ts ? { time_format: 'iso', time_zone: 'UTC' } : { time_format: 'unix_ns' }),
    ...(pretty_px ? {} : { price_scale: DATABENTO_PRICE_SCALE }),
    sides: { bid: 'B', ask: 'A' },
    last_bit: DATABENTO_LAST,
    actions: { A: 'add', M: 'modify', C: 'cancel', F: 'fill', R: 'clear', T: 'none', N: 'none' },
    columns: {
      time: 'ts_recv',
      action: 'action',
      order_id: 'order_id',
      side: 'side',
      price: 'price',
      size: 'size',
      last: 'flags',
    },
  }
}
