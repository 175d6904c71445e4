import { expect, test } from 'vitest'
import { fxPair } from '../../engine/instrument.test-support.ts'
import { compileInstrument } from '../../engine/instrument-spec.ts'
import type { RowInput } from '../../engine/live/live-input.ts'
import { RandomStream } from '../../engine/random-stream.ts'
import { encodeRows, type PackedRows } from '../../engine/wire/packed-rows.ts'
import { WireQuote, WireTrade } from '../../schemas/messages/market-wire.ts'
import { decodeMessage, type Expected, ROW_REFUSALS } from './decode-rows.ts'

const SPEC = compileInstrument(fxPair({ instrument_id: 'EURUSD.fxcm', price_scale: 5, size_scale: 2 }), 3)
const NOW_US = 1_700_000_000_000_000
const QUOTES: Expected = { spec: SPEC, kind: 'quote', ts_recv_us: NOW_US, ts_event_us_max: NOW_US + 1_000 }
const TRADES: Expected = { ...QUOTES, kind: 'trade' }
const bytes = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))
const quote = { ts_event_us: NOW_US, bid: '1.08543', ask: '1.0855' }
const trade = { ts_event_us: NOW_US, price: '1.08543', size: '12.5' }

test('[B1] decimals as text become units exactly, whatever their form', () => {
  const rows = [
    { ...quote, bid_size: '1000000.25', ask_size: '0' },
    { ...quote, version: 1, bid: '1', ask: '01.000000000' },
  ]
  expect(decodeMessage(bytes(rows), QUOTES)).toEqual({
    rows: [
      { row: quoteRow(108_543, 108_550, 100_000_025, 0), at: 0 },
      { row: quoteRow(100_000, 100_000, 0, 0), at: 1 },
    ],
    refused: [],
  })
  const sides = [trade, { ...trade, aggressor: 'buy' }, { ...trade, aggressor: 'sell' }]
  expect(decodeMessage(bytes(sides), TRADES).rows.map(({ row }) => row)).toEqual([
    tradeRow(0),
    tradeRow(1),
    tradeRow(-1),
  ])
})

test('[B1] the examples of the schemas are rows', () => {
  const now = { ...QUOTES, ts_event_us_max: Number.MAX_SAFE_INTEGER }
  const examples = (schema: object) => (schema as { examples: unknown[] }).examples
  expect(decodeMessage(bytes(examples(WireQuote)), now).refused).toEqual([])
  expect(decodeMessage(bytes(examples(WireTrade)), { ...now, kind: 'trade' }).refused).toEqual([])
})

test('[B2] a row that is none is refused by code, and takes no other with it', () => {
  const bad = [
    [{ ...quote, bid: 1.08543 }, 'bad_row'],
    [{ ...quote, bid: 'NaN' }, 'bad_row'],
    [{ ...quote, bid: '1e308' }, 'bad_row'],
    [{ ...quote, more: 1 }, 'bad_row'],
    [{ ...quote, version: 2 }, 'bad_row'],
    [{ bid: '1', ask: '2' }, 'bad_row'],
    [{ ...quote, ts_event_us: 1.5 }, 'bad_row'],
    [{ ...quote, ts_event_us: -1 }, 'bad_row'],
    [null, 'bad_row'],
    [{ ...quote, bid: '1.085431' }, 'bad_price'],
    [{ ...quote, ask: '999999999999999999' }, 'bad_price'],
    [{ ...quote, bid: '0' }, 'price_not_positive'],
    [{ ...quote, bid: '-1' }, 'price_not_positive'],
    [{ ...quote, bid: '1.08551' }, 'crossed'],
    [{ ...quote, bid_size: '0.001' }, 'bad_size'],
    [{ ...quote, ask_size: '-1' }, 'bad_size'],
    [{ ...quote, ts_event_us: NOW_US + 1_001 }, 'time_ahead'],
    [{ ...quote, ts_event_us: NOW_US / 1_000 }, 'time_unit'],
    [{ ...quote, ts_event_us: NOW_US / 1_000_000 }, 'time_unit'],
    [{ ...quote, ts_event_us: NOW_US * 1_000 }, 'bad_row'],
  ] as const
  const mixed = bad.flatMap(([row]) => [row, quote])
  const { rows, refused } = decodeMessage(bytes(mixed), QUOTES)
  expect(refused).toEqual(bad.map(([, code]) => code))
  expect(rows.map(({ at }) => at)).toEqual(bad.map((_, i) => 2 * i + 1))
  const milliseconds = { ...trade, ts_event_us: NOW_US / 1_000 }
  expect(decodeMessage(bytes([{ ...trade, size: '0' }, quote, milliseconds]), TRADES).refused).toEqual([
    'bad_size',
    'bad_row',
    'time_unit',
  ])
  const locked = { ...quote, bid: quote.ask }
  expect(decodeMessage(bytes(locked), QUOTES).rows.length).toBe(1)
})

test('[B2] a message that is none is refused whole', () => {
  for (const payload of ['{', '', '\u0000']) {
    expect(decodeMessage(bytes(payload), QUOTES)).toEqual({ rows: [], refused: ['not_json'] })
  }
  expect(decodeMessage(Uint8Array.of(0xff, 0x22, 0xfe), QUOTES).refused).toEqual(['not_json'])
  expect(decodeMessage(bytes(Array(10_001).fill(quote)), QUOTES).refused).toEqual(['too_many_rows'])
})

test('[B3] packed batches are the same rows, and another series, scale or length is refused', () => {
  const packed = packedQuotes()
  expect(decodeMessage(encodeRows(packed), QUOTES)).toEqual({
    rows: [
      { row: quoteRow(108_543, 108_550, 100_000_025, 0), at: 0 },
      { row: quoteRow(108_544, 108_551, 0, 7), at: 1 },
    ],
    refused: [],
  })
  const whole = encodeRows(packed)
  const codes = [
    decodeMessage(whole, TRADES),
    decodeMessage(encodeRows({ ...packed, price_scale: 4 }), QUOTES),
    decodeMessage(encodeRows({ ...packed, series: { instrument_id: 'GBPUSD.fxcm', kind: 'quote' } }), QUOTES),
    decodeMessage(whole.subarray(0, whole.length - 1), QUOTES),
    decodeMessage(encodeRows({ ...packed, columns: [...packed.columns, new Float64Array(2)] }), QUOTES),
  ]
  expect(codes.map(({ refused }) => refused[0])).toEqual([
    'other_series',
    'other_scale',
    'other_series',
    'bad_batch',
    'bad_batch',
  ])
  const values = packed.columns.map((column) => column.slice())
  ;(values[1] as Float64Array)[1] = 0.5
  ;(values[0] as Float64Array)[0] = Number.NaN
  expect(decodeMessage(encodeRows({ ...packed, columns: values }), QUOTES)).toEqual({
    rows: [],
    refused: ['bad_row', 'bad_price'],
  })
})

test('[B4] no frame of 200,000 makes the decoder throw, and what it lets through is a row the node may see', () => {
  const seed = 20_260
  const random = new RandomStream(seed, 'frames')
  const frames = [
    bytes([quote, quote]),
    bytes(trade),
    encodeRows(packedQuotes()),
    bytes({ ...quote, bid_size: '1' }),
  ]
  const known: readonly string[] = ROW_REFUSALS
  let rowsSeen = 0
  for (let i = 0; i < 200_000; i++) {
    const frame = Uint8Array.from(frames[random.nextInt(frames.length)] as Uint8Array)
    for (let change = 1 + random.nextInt(4); change > 0; change--) {
      frame[random.nextInt(frame.length)] = random.nextInt(256)
    }
    const cut = random.nextInt(4) === 0 ? frame.subarray(0, random.nextInt(frame.length + 1)) : frame
    const { rows, refused } = decodeMessage(cut, random.nextInt(2) === 0 ? QUOTES : TRADES)
    rowsSeen += rows.length
    if (rows.some(({ row }) => !isSound(row)) || refused.some((code) => !known.includes(code))) {
      expect({ seed, i, rows, refused }).toEqual('sound rows and known codes')
    }
  }
  expect(rowsSeen).toBeGreaterThan(1_000)
}, 30_000)

function isSound(row: RowInput): boolean {
  const { type: _type, ...numbers } = row
  const isWhole = Object.values(numbers).every((value) => Number.isSafeInteger(value))
  const isPositive =
    row.type === 'quote'
      ? row.bid_price_units > 0 && row.bid_price_units <= row.ask_price_units && row.bid_size_units >= 0
      : row.type === 'trade' && row.price_units > 0 && row.size_units > 0
  return isWhole && isPositive && row.instrument_index === 3 && row.ts_event_us <= NOW_US + 1_000
}

function packedQuotes(): PackedRows {
  const columns = [
    [NOW_US, NOW_US],
    [108_543, 108_544],
    [108_550, 108_551],
    [100_000_025, 0],
    [0, 7],
  ]
  return {
    series: { instrument_id: 'EURUSD.fxcm', kind: 'quote' },
    price_scale: 5,
    size_scale: 2,
    first_row: 0,
    count: 2,
    columns: columns.map((column) => Float64Array.from(column)),
  }
}

function quoteRow(bid: number, ask: number, bid_size_units: number, ask_size_units: number) {
  return {
    type: 'quote',
    instrument_index: 3,
    ts_event_us: NOW_US,
    ts_recv_us: NOW_US,
    bid_price_units: bid,
    ask_price_units: ask,
    bid_size_units,
    ask_size_units,
    conflated_count: 1,
    bid_low_price_units: bid,
    bid_high_price_units: bid,
    ask_low_price_units: ask,
    ask_high_price_units: ask,
  }
}

function tradeRow(aggressor_side: number) {
  const about = { instrument_index: 3, ts_event_us: NOW_US, ts_recv_us: NOW_US }
  return { type: 'trade', ...about, price_units: 108_543, size_units: 1_250, aggressor_side }
}
