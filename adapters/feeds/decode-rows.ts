// What other programs publish, checked once and for good: from here on rows are trusted. A row that is none is refused
// with a code, never repaired, and takes no other row with it; nothing a message holds makes this throw.

import { Compile } from 'typebox/compile'
import { rawQuote } from '../../engine/conflation/conflated-quote.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import type { RowInput, TradeInput } from '../../engine/live/live-input.ts'
import { decodeRows, isPacked, type PackedRows, ROW_COLUMNS } from '../../engine/wire/packed-rows.ts'
import { MARKET_WIRE_ROWS_MAX, WireQuote, WireTrade } from '../../schemas/messages/market-wire.ts'
import { parseUnits } from '../../schemas/units.ts'

/** Codes are metric labels. */
export const ROW_REFUSALS = [
  'not_json',
  'too_many_rows',
  'bad_row',
  'bad_price',
  'price_not_positive',
  'bad_size',
  'crossed',
  'time_unit',
  'time_ahead',
  'time_behind',
  'bad_batch',
  'other_series',
  'other_scale',
] as const
export type RowRefusal = (typeof ROW_REFUSALS)[number]

export type Expected = {
  readonly spec: InstrumentSpec
  readonly kind: 'quote' | 'trade'
  readonly ts_recv_us: number
  /** A row stamped later than this is refused: one wrong clock would end every bar for ever. */
  readonly ts_event_us_max: number
}

export type DecodedMessage = {
  /** With their places in the message. */
  readonly rows: readonly { readonly row: RowInput; readonly at: number }[]
  readonly refused: readonly RowRefusal[]
}

/** A stamp of milliseconds is a thousandth of now, and one of the first months of 1970 a hundredth. */
const SHORT_STAMP = 100

const isQuote = Compile(WireQuote)
const isTrade = Compile(WireTrade)
const text = new TextDecoder('utf-8', { fatal: true })

/** Decodes a message of one instrument's subject. */
export function decodeMessage(payload: Uint8Array, expected: Expected): DecodedMessage {
  if (isPacked(payload)) return decodePacked(payload, expected)
  let json: unknown
  try {
    json = JSON.parse(text.decode(payload))
  } catch {
    return none('not_json') // What it is instead does not matter: it is counted and left.
  }
  const list = Array.isArray(json) ? (json as unknown[]) : [json]
  if (list.length > MARKET_WIRE_ROWS_MAX) return none('too_many_rows')
  const rows: { row: RowInput; at: number }[] = []
  const refused: RowRefusal[] = []
  list.forEach((item, at) => {
    const row = expected.kind === 'quote' ? quoteOf(item, expected) : tradeOf(item, expected)
    if (typeof row === 'string') refused.push(row)
    else rows.push({ row, at })
  })
  return { rows, refused }
}

function quoteOf(item: unknown, expected: Expected): RowInput | RowRefusal {
  if (!isQuote.Check(item)) return 'bad_row'
  const { price_scale, size_scale } = expected.spec
  return checkedQuote(
    item.ts_event_us,
    [parseUnits(item.bid, price_scale), parseUnits(item.ask, price_scale)],
    [parseUnits(item.bid_size ?? '0', size_scale), parseUnits(item.ask_size ?? '0', size_scale)],
    expected,
  )
}

function tradeOf(item: unknown, expected: Expected): RowInput | RowRefusal {
  if (!isTrade.Check(item)) return 'bad_row'
  const { price_scale, size_scale } = expected.spec
  const side = item.aggressor === undefined ? 0 : item.aggressor === 'buy' ? 1 : -1
  const price = parseUnits(item.price, price_scale)
  return checkedTrade(item.ts_event_us, price, parseUnits(item.size, size_scale), side, expected)
}

type Units = number | undefined

function checkedQuote(
  ts_event_us: number,
  [bid, ask]: readonly [Units, Units],
  [bid_size, ask_size]: readonly [Units, Units],
  { spec, ts_recv_us, ts_event_us_max }: Expected,
): RowInput | RowRefusal {
  if (bid === undefined || ask === undefined) return 'bad_price'
  if ((bid <= 0 || ask <= 0) && !spec.allow_non_positive_price) return 'price_not_positive'
  if (bid > ask) return 'crossed'
  if (bid_size === undefined || ask_size === undefined || bid_size < 0 || ask_size < 0) return 'bad_size'
  if (ts_event_us < ts_recv_us / SHORT_STAMP) return 'time_unit'
  if (ts_event_us > ts_event_us_max) return 'time_ahead'
  return rawQuote({
    instrument_index: spec.index,
    ts_event_us,
    ts_recv_us,
    bid_price_units: bid,
    ask_price_units: ask,
    bid_size_units: bid_size,
    ask_size_units: ask_size,
  })
}

function checkedTrade(
  ts_event_us: number,
  price: Units,
  size: Units,
  aggressor_side: number,
  { spec, ts_recv_us, ts_event_us_max }: Expected,
): TradeInput | RowRefusal {
  if (price === undefined) return 'bad_price'
  if (price <= 0 && !spec.allow_non_positive_price) return 'price_not_positive'
  if (size === undefined || size <= 0) return 'bad_size'
  if (ts_event_us < ts_recv_us / SHORT_STAMP) return 'time_unit'
  if (ts_event_us > ts_event_us_max) return 'time_ahead'
  return {
    type: 'trade',
    instrument_index: spec.index,
    ts_event_us,
    ts_recv_us,
    price_units: price,
    size_units: size,
    aggressor_side,
  }
}

function decodePacked(payload: Uint8Array, expected: Expected): DecodedMessage {
  const batch = decodeRows(payload)
  if (typeof batch === 'string' || batch.columns.length !== ROW_COLUMNS[batch.series.kind].length) {
    return none('bad_batch')
  }
  const { spec, kind } = expected
  if (batch.series.kind !== kind || batch.series.instrument_id !== spec.instrument_id)
    return none('other_series')
  if (batch.price_scale !== spec.price_scale || batch.size_scale !== spec.size_scale)
    return none('other_scale')
  if (batch.count > MARKET_WIRE_ROWS_MAX) return none('too_many_rows')
  const rows: { row: RowInput; at: number }[] = []
  const refused: RowRefusal[] = []
  for (let at = 0; at < batch.count; at++) {
    const row = packedRow(batch, at, expected)
    if (typeof row === 'string') refused.push(row)
    else rows.push({ row, at })
  }
  return { rows, refused }
}

function packedRow({ columns }: PackedRows, at: number, expected: Expected): RowInput | RowRefusal {
  const value = (column: number): Units => {
    const units = columns[column]?.[at]
    return Number.isSafeInteger(units) && !Object.is(units, -0) ? units : undefined
  }
  const ts_event_us = value(0)
  if (ts_event_us === undefined || ts_event_us < 0) return 'bad_row'
  if (expected.kind === 'quote') {
    return checkedQuote(ts_event_us, [value(1), value(2)], [value(3), value(4)], expected)
  }
  const side = value(3)
  if (side !== 0 && side !== 1 && side !== -1) return 'bad_row'
  return checkedTrade(ts_event_us, value(1), value(2), side, expected)
}

function none(refusal: RowRefusal): DecodedMessage {
  return { rows: [], refused: [refusal] }
}
