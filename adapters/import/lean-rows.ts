// The lines of a LEAN file as rows. Prices are plain decimals in the classes read here; a bar's stamp is its start, and
// it becomes known at its end.

import type { TickSeries } from '../../engine/tick-store-port.ts'
import { must } from '../../schemas/assert.ts'
import type { Instrument } from '../../schemas/instrument.ts'
import { parseUnits } from '../../schemas/units.ts'
import { barPrices } from './bar-prices.ts'
import { priceOf, summedSizeOf } from './field-values.ts'
import type { HistoryRow } from './history-file.ts'
import { BadRow } from './import-refusal.ts'
import type { LeanPath } from './lean-path.ts'

/** How the lines of one file are read: its series by key, and the rows of a line. */
export type LeanLayout = {
  readonly series: ReadonlyMap<string, TickSeries>
  read(line: string): readonly HistoryRow[]
}

const DAY_NS = 86_400_000_000_000

/** The layout of a file; undefined for a kind of file that is not read. */
export function leanLayout(path: LeanPath, instrument: Instrument): LeanLayout | undefined {
  const { resolution, kind, instrument_id } = path
  if (resolution === 'tick') {
    const isQuoteOnly = instrument.asset_class === 'fx_pair' || instrument.asset_class === 'cfd'
    return kind === 'quote' && isQuoteOnly ? quoteTicks(path, instrument) : undefined
  }
  const interval_us = resolution === 'second' ? 1_000_000 : 60_000_000
  const bar = { instrument_id, kind: 'bar', interval_us } as const
  return kind === 'trade'
    ? bars(path, instrument, [{ ...bar, price_type: 'last' }])
    : bars(path, instrument, [
        { ...bar, price_type: 'bid' },
        { ...bar, price_type: 'ask' },
      ])
}

/** `milliseconds,bid,ask` */
function quoteTicks(path: LeanPath, instrument: Instrument): LeanLayout {
  const series: TickSeries = { instrument_id: path.instrument_id, kind: 'quote' }
  return {
    series: new Map([['quote', series]]),
    read: (line) => {
      const [time = '', bid = '', ask = ''] = fieldsOf(line, 3)
      const values = [priceOf(bid, instrument), priceOf(ask, instrument), 0, 0]
      return [{ key: 'quote', ...instantOf(time, path.start_us), values }]
    },
  }
}

type BarSeries = Extract<TickSeries, { kind: 'bar' }>

/** `milliseconds`, then for each series `open,high,low,close,size`; a side without a quote is five empty fields. */
function bars(path: LeanPath, instrument: Instrument, series: readonly BarSeries[]): LeanLayout {
  const { interval_us } = must(series[0], 'a file of bars has a series')
  return {
    series: new Map(series.map((one) => [one.price_type, one])),
    read: (line) => {
      const [time = '', ...fields] = fieldsOf(line, 1 + 5 * series.length)
      const end = instantOf(time, path.start_us + interval_us)
      return series.flatMap(({ price_type }, index) => {
        const [open = '', high = '', low = '', close = '', size = ''] = fields.slice(index * 5, index * 5 + 5)
        if (series.length > 1 && open + high + low + close + size === '') return []
        const prices = barPrices([open, high, low, close], instrument)
        return [{ key: price_type, ...end, values: [...prices, summedSizeOf(size, instrument)] }]
      })
    },
  }
}

function fieldsOf(line: string, count: number): string[] {
  const fields = line.split(',')
  if (fields.length === count) return fields
  throw new BadRow({
    code: 'import.column_count',
    what: `The line has ${fields.length} columns; LEAN’s files of this kind have ${count}.`,
    remedy: 'Check that the file lies in the folder of its kind, and get it again.',
  })
}

/** Milliseconds since midnight, with a fraction down to the nanosecond. */
function instantOf(text: string, start_us: number): { us: number; ns_rest: number } {
  const ns = parseUnits(text, 6)
  if (ns !== undefined && ns >= 0 && ns < DAY_NS) {
    return { us: start_us + Math.floor(ns / 1000), ns_rest: ns % 1000 }
  }
  throw new BadRow({
    code: 'import.bad_time',
    what: `"${text}" is no time of a day in milliseconds.`,
    remedy: 'Correct the file: 0 to 86399999.999999 is wanted.',
  })
}
