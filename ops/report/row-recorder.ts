// What the report shows of a run's rows, gathered as they are written, in bounded memory.

import type { FillRow, OrderOutcome, OrderRow, PositionRow } from '../../schemas/run-files.ts'
import type { RowListener } from '../run-files/run-files.ts'
import { Thinned } from './thinned.ts'

/** Fills shown from either end of the run. */
export const FILLS_SHOWN = 200
const EXTREMES_SHOWN = 10
const MARKERS_MAX = 2_000

export type FillMarker = Pick<FillRow, 'time' | 'side' | 'price'>
export type OutcomeCount = {
  readonly outcome: OrderOutcome
  readonly reason_code: string
  readonly count: number
}

export class RowRecorder implements RowListener {
  fill_count = 0
  /** By venue, orders of which a part traded at once at a worse price: under some models, beyond the displayed size. */
  readonly residual_counts = new Map<string, number>()
  readonly first_fills: FillRow[] = []
  readonly last_fills: FillRow[] = []
  /** Best first, and worst first. */
  readonly winners: PositionRow[] = []
  readonly losers: PositionRow[] = []
  /** Of every closed position, for the histogram: eight bytes each. */
  readonly profits: number[] = []
  readonly #markers = new Map<string, Thinned<FillMarker>>()
  readonly #outcomes = new Map<string, OutcomeCount>()
  #previous: FillRow | undefined
  /** The last order that was counted among the residuals. */
  #counted = ''

  onOrder({ outcome, reason_code }: OrderRow): void {
    const key = `${outcome} ${reason_code}`
    const count = (this.#outcomes.get(key)?.count ?? 0) + 1
    this.#outcomes.set(key, { outcome: outcome as OrderOutcome, reason_code, count })
  }

  onFill(row: FillRow): void {
    this.fill_count++
    this.#noteResidual(row)
    if (this.first_fills.length < FILLS_SHOWN) this.first_fills.push(row)
    else {
      this.last_fills.push(row)
      if (this.last_fills.length > FILLS_SHOWN) this.last_fills.shift()
    }
    if (row.event === 'trade') this.#mark(row)
  }

  #mark(row: FillRow): void {
    let markers = this.#markers.get(row.instrument_id)
    if (markers === undefined) {
      markers = new Thinned(MARKERS_MAX)
      this.#markers.set(row.instrument_id, markers)
    }
    const { time, side, price } = row
    markers.add({ time, side, price })
  }

  onPosition(row: PositionRow): void {
    const profit = Number(row.profit)
    this.profits.push(profit)
    if (profit > 0) insert(this.winners, row, (other) => Number(other.profit) < profit)
    if (profit < 0) insert(this.losers, row, (other) => Number(other.profit) > profit)
  }

  /** Ways orders ended, the most frequent first. */
  outcomes(): OutcomeCount[] {
    return [...this.#outcomes.values()].sort((a, b) => b.count - a.count)
  }

  markers(instrument_id: string): Thinned<FillMarker> {
    return this.#markers.get(instrument_id) ?? new Thinned(MARKERS_MAX)
  }

  #noteResidual(row: FillRow): void {
    const before = this.#previous
    this.#previous = row
    const { client_order_id, event, time, side, venue_id } = row
    if (event !== 'trade' || before?.event !== 'trade') return
    if (before.client_order_id !== client_order_id || before.time !== time) return
    const worse = (Number(row.price) - Number(before.price)) * (side === 'buy' ? 1 : -1)
    if (worse <= 0 || this.#counted === client_order_id) return
    this.#counted = client_order_id
    this.residual_counts.set(venue_id, (this.residual_counts.get(venue_id) ?? 0) + 1)
  }
}

/** Puts a row before the first one it beats, and keeps the list short. */
function insert(rows: PositionRow[], row: PositionRow, beats: (other: PositionRow) => boolean): void {
  const at = rows.findIndex(beats)
  rows.splice(at === -1 ? rows.length : at, 0, row)
  if (rows.length > EXTREMES_SHOWN) rows.pop()
}
