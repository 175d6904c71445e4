// The records of a CSV file as rows, by its mapping.

import type { TickSeries } from '../../engine/tick-store-port.ts'
import { must } from '../../schemas/assert.ts'
import type { CsvMapping } from '../../schemas/csv-mapping.ts'
import type { Instrument } from '../../schemas/instrument.ts'
import { barPrices } from './bar-prices.ts'
import type { MarkedRow } from './book-events.ts'
import { bookReader } from './csv-book-rows.ts'
import { timeReader } from './csv-time.ts'
import { priceOf, sizeOf } from './field-values.ts'
import { type HistoryRow, type InstrumentTable, knownInstrument } from './history-file.ts'
import { BadRow } from './import-refusal.ts'

/** The columns a file turned out to have: how many, and their names where its first line says them. */
export type CsvColumns = { readonly width: number; readonly header: readonly string[] | undefined }

/** Makes the reader of a file's records, each as wide as `columns`. */
export function csvRowReader(
  mapping: CsvMapping,
  instruments: InstrumentTable,
  columns: CsvColumns,
): (fields: readonly string[]) => HistoryRow | MarkedRow {
  const columnAt = (name: string) => columnIndex(name, columns)
  const timeAt = columnAt(mapping.columns.time)
  const timeOf = timeReader(mapping.time_format, mapping.time_zone ?? 'UTC')
  const shift_us = mapping.kind === 'bar' && mapping.stamp === 'start' ? mapping.interval_us : 0
  const instrumentOf = instrumentReader(mapping, instruments, columnAt)
  if (mapping.kind === 'book_level' || mapping.kind === 'book_order') {
    const fieldAt = (name: string) => {
      const at = columnAt(name)
      return (fields: Fields) => field(fields, at)
    }
    const bookOf = bookReader(mapping, fieldAt)
    return (fields) => {
      const instrument = instrumentOf(fields)
      return {
        key: instrument.instrument_id,
        ...timeOf(field(fields, timeAt)),
        ...bookOf(fields, instrument),
      }
    }
  }
  const valuesOf = valueReader(mapping, columnAt)
  return (fields) => {
    const instrument = instrumentOf(fields)
    const { us, ns_rest } = timeOf(field(fields, timeAt))
    return { key: instrument.instrument_id, us: us + shift_us, ns_rest, values: valuesOf(fields, instrument) }
  }
}

/** The series of one instrument in a file of this mapping. */
export function csvSeries(mapping: CsvMapping, instrument_id: string): TickSeries {
  if (mapping.kind !== 'bar') return { instrument_id, kind: mapping.kind }
  return {
    instrument_id,
    kind: 'bar',
    interval_us: mapping.interval_us,
    price_type: mapping.price_type,
  }
}

type ColumnAt = (name: string) => number
type Fields = readonly string[]

function instrumentReader(mapping: CsvMapping, instruments: InstrumentTable, columnAt: ColumnAt) {
  const { instrument, instrument_column, symbols } = mapping
  if (instrument !== undefined) {
    const known = knownInstrument(instruments, instrument)
    return () => known
  }
  const at = columnAt(must(instrument_column, 'a mapping names an instrument or its column'))
  if (symbols === undefined) return (fields: Fields) => knownInstrument(instruments, field(fields, at))
  const bySymbol = new Map(
    Object.entries(symbols).map(([symbol, id]) => [symbol, knownInstrument(instruments, id)]),
  )
  return (fields: Fields) => bySymbol.get(field(fields, at)) ?? unknownSymbol(field(fields, at), symbols)
}

function unknownSymbol(symbol: string, symbols: Readonly<Record<string, string>>): never {
  throw new BadRow({
    code: 'import.unknown_symbol',
    what: `The mapping does not say which instrument ${symbol} is.`,
    remedy: `Add it to symbols, beside ${Object.keys(symbols).join(', ')}, or take its rows out of the file.`,
  })
}

type TickCsv = Exclude<CsvMapping, { kind: 'book_level' | 'book_order' }>

function valueReader(mapping: TickCsv, columnAt: ColumnAt) {
  const price = (name: string) => {
    const at = columnAt(name)
    return (fields: Fields, instrument: Instrument) => priceOf(field(fields, at), instrument)
  }
  const size = (name: string | undefined) => {
    if (name === undefined) return () => 0
    const at = columnAt(name)
    return (fields: Fields, instrument: Instrument) => sizeOf(field(fields, at), instrument)
  }
  if (mapping.kind === 'quote') {
    const { bid_price, ask_price, bid_size, ask_size } = mapping.columns
    const readers = [price(bid_price), price(ask_price), size(bid_size), size(ask_size)]
    return (fields: Fields, instrument: Instrument) => readers.map((read) => read(fields, instrument))
  }
  if (mapping.kind === 'trade') {
    const readers = [price(mapping.columns.price), size(mapping.columns.size), sideReader(mapping, columnAt)]
    return (fields: Fields, instrument: Instrument) => readers.map((read) => read(fields, instrument))
  }
  const { open, high, low, close, volume } = mapping.columns
  const [openAt, highAt, lowAt, closeAt] = [columnAt(open), columnAt(high), columnAt(low), columnAt(close)]
  const volumeOf = size(volume)
  return (fields: Fields, instrument: Instrument) => {
    const text = (at: number) => field(fields, at)
    const prices = barPrices([text(openAt), text(highAt), text(lowAt), text(closeAt)], instrument)
    return [...prices, volumeOf(fields, instrument)]
  }
}

function sideReader(mapping: Extract<CsvMapping, { kind: 'trade' }>, columnAt: ColumnAt) {
  const { buy, sell } = mapping.sides
  if (mapping.columns.side === undefined) return () => 0
  const at = columnAt(mapping.columns.side)
  return (fields: Fields) => {
    const text = field(fields, at)
    if (text === buy) return 1
    if (text === sell) return -1
    if (text === '') return 0
    throw new BadRow({
      code: 'import.bad_side',
      what: `"${text}" is no side.`,
      remedy: `Write ${buy}, ${sell} or nothing, or correct sides in the mapping.`,
    })
  }
}

function field(fields: Fields, at: number): string {
  return must(fields[at], 'the count of columns was checked')
}

function columnIndex(name: string, { width, header }: CsvColumns): number {
  if (header === undefined) {
    if (Number(name) <= width) return Number(name) - 1
    throw noColumn(`The first line has ${width} columns, and no number ${name}.`, 'Correct the mapping.')
  }
  const index = header.indexOf(name)
  if (index !== -1 && header.lastIndexOf(name) === index) return index
  const what = `The header has ${index === -1 ? 'no' : 'more than one'} column "${name}".`
  throw noColumn(what, `Its columns: ${header.join(', ')}. Correct the mapping.`)
}

function noColumn(what: string, remedy: string): BadRow {
  return new BadRow({ code: 'import.csv_missing_column', what, remedy })
}
