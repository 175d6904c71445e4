// What charts.js draws: plain columns, times in seconds since the epoch.

import type { ReportData } from './report-data.ts'
import type { FillMarker } from './row-recorder.ts'

type Columns = readonly (readonly (number | null)[])[]

export type ChartData = {
  readonly currency: string
  /** Times, equity, and the distance below the highest equity so far as a negative fraction. */
  readonly equity: Columns
  /** Centres of the bins, counts of losing and of winning trades. */
  readonly profits: { readonly width: number; readonly columns: Columns }
  readonly prices: readonly {
    readonly name: string
    readonly price_scale: number
    /** Each: times and prices, in rising time. */
    readonly line: Columns
    readonly buys: Columns
    readonly sells: Columns
  }[]
}

export function chartData({ result, samples, profits, prices, rows }: ReportData): ChartData {
  return {
    currency: result.equity.currency,
    equity: equityColumns(samples),
    profits: profitBins(profits),
    prices: prices.map(({ instrument_id, price_name, price_scale, points }) => {
      const { items } = rows.markers(instrument_id)
      return {
        name: price_name,
        price_scale,
        line: [points.map(({ ts_us }) => ts_us / 1e6), points.map(({ price }) => price)],
        buys: markerColumns(items.filter(({ side }) => side === 'buy')),
        sells: markerColumns(items.filter(({ side }) => side === 'sell')),
      }
    }),
  }
}

function equityColumns(samples: ReportData['samples']): Columns {
  let high = Number.NEGATIVE_INFINITY
  const drawdowns = samples.map(({ equity }) => {
    high = Math.max(high, equity)
    return high > 0 ? equity / high - 1 : 0
  })
  return [samples.map(({ ts_us }) => ts_us / 1e6), samples.map(({ equity }) => equity), drawdowns]
}

/** Fills of one time follow each other by a microsecond, since a chart has one price at a time. */
export function markerColumns(markers: readonly FillMarker[]): Columns {
  let last_us = Number.NEGATIVE_INFINITY
  const times = markers.map(({ ts_us }) => {
    last_us = Math.max(ts_us, last_us + 1)
    return last_us / 1e6
  })
  return [times, markers.map(({ price }) => price)]
}

const BINS = 36

/** Bins of a round width, with zero between two of them. */
export function profitBins(profits: readonly number[]): ChartData['profits'] {
  const low = profits.reduce((least, profit) => Math.min(least, profit), 0)
  const high = profits.reduce((most, profit) => Math.max(most, profit), 0)
  const width = roundWidth((high - low) / BINS || 1)
  const first = Math.floor(low / width)
  const count = Math.floor(high / width) - first + 1
  const counts = new Array<number>(count).fill(0)
  for (const profit of profits) {
    const bin = Math.floor(profit / width) - first
    counts[bin] = (counts[bin] ?? 0) + 1
  }
  const centres = counts.map((_, index) => (first + index + 0.5) * width)
  const side = (wanted: boolean) =>
    counts.map((n, index) => (wanted === first + index >= 0 && n > 0 ? n : null))
  return { width, columns: [centres, side(false), side(true)] }
}

/** The next of 1, 2, 5, 10, 20 … that is not below. */
function roundWidth(width: number): number {
  const power = 10 ** Math.floor(Math.log10(width))
  const step = [1, 2, 5, 10].find((factor) => factor * power >= width) ?? 10
  return step * power
}
