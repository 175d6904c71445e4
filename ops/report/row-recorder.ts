// What the report shows of a run's rows, gathered as they are written, in bounded memory.

import { RingBuffer } from '../../engine/ring-buffer.ts'
import type { Side, VenueCommand } from '../../schemas/messages/order.ts'
import { MONEY_SCALE } from '../../schemas/money.ts'
import type { FillRow, OrderOutcome, PositionRow } from '../../schemas/run-files.ts'
import { textRow } from '../run-files/cells.ts'
import { FILL_COLUMNS, type FillItem } from '../run-files/fill-rows.ts'
import type { OrderItem } from '../run-files/order-log.ts'
import { POSITION_COLUMNS, type PositionItem } from '../run-files/position-log.ts'
import type { RowListener } from '../run-files/run-files.ts'
import { OrdersUsed } from './orders-used.ts'
import { Thinned } from './thinned.ts'

/** Fills shown from either end of the run. */
export const FILLS_SHOWN = 200
const EXTREMES_SHOWN = 10
const MARKERS_MAX = 2_000

/** The price as people write it, as a float: for drawing alone. */
export type FillMarker = { readonly ts_us: number; readonly side: Side; readonly price: number }
export type OutcomeCount = {
  readonly outcome: OrderOutcome
  readonly reason_code: string
  count: number
}

export class RowRecorder implements RowListener {
  fill_count = 0
  /** By venue, orders of which a part traded at once at a worse price: under some models, beyond the displayed size. */
  readonly residual_counts = new Map<string, number>()
  /** Of every closed position, for the histogram: eight bytes each. */
  readonly profits: number[] = []
  readonly used = new OrdersUsed()
  readonly #markers = new Map<string, Thinned<FillMarker>>()
  readonly #outcomes = new Map<string, OutcomeCount>()
  /** The way the last order ended. */
  #latest: OutcomeCount | undefined
  readonly #first_fills: FillItem[] = []
  readonly #last_fills = new RingBuffer<FillItem>()
  /** Best first, and worst first. */
  readonly #winners: PositionItem[] = []
  readonly #losers: PositionItem[] = []
  #previous: FillItem | undefined
  /** The last order that was counted among the residuals. */
  #counted = ''

  get first_fills(): FillRow[] {
    return this.#first_fills.map((fill) => textRow(FILL_COLUMNS, fill))
  }

  get last_fills(): FillRow[] {
    return [...this.#last_fills].map((fill) => textRow(FILL_COLUMNS, fill))
  }

  /** Best first. */
  get winners(): PositionRow[] {
    return this.#winners.map((position) => textRow(POSITION_COLUMNS, position))
  }

  /** Worst first. */
  get losers(): PositionRow[] {
    return this.#losers.map((position) => textRow(POSITION_COLUMNS, position))
  }

  onCommand(command: VenueCommand): void {
    this.used.onCommand(command)
  }

  onOrder({ outcome, reason_code, asked, of }: OrderItem): void {
    if (asked !== undefined) this.used.onOrder(of, asked)
    let counted = this.#latest
    // Most orders end as the one before.
    if (counted?.outcome !== outcome || counted.reason_code !== reason_code) {
      const key = `${outcome} ${reason_code}`
      counted = this.#outcomes.get(key) ?? { outcome, reason_code, count: 0 }
      this.#outcomes.set(key, counted)
      this.#latest = counted
    }
    counted.count++
  }

  onFill(fill: FillItem): void {
    this.fill_count++
    this.#noteResidual(fill)
    if (this.#first_fills.length < FILLS_SHOWN) this.#first_fills.push(fill)
    else {
      this.#last_fills.push(fill)
      if (this.#last_fills.size > FILLS_SHOWN) this.#last_fills.shift()
    }
    if (fill.event === 'trade') this.#mark(fill)
  }

  #mark({ fact, price_units, spec }: FillItem): void {
    const { instrument_id, ts_event_us: ts_us, side } = fact
    let markers = this.#markers.get(instrument_id)
    if (markers === undefined) {
      markers = new Thinned(MARKERS_MAX)
      this.#markers.set(instrument_id, markers)
    }
    markers.add({ ts_us, side, price: price_units / 10 ** spec.price_scale })
  }

  onPosition(position: PositionItem): void {
    const { profit } = position
    this.profits.push(Number(profit) / 10 ** MONEY_SCALE)
    if (profit > 0n) insert(this.#winners, position, (other) => other.profit < profit)
    if (profit < 0n) insert(this.#losers, position, (other) => other.profit > profit)
  }

  /** Ways orders ended, the most frequent first. */
  outcomes(): OutcomeCount[] {
    return [...this.#outcomes.values()].sort((a, b) => b.count - a.count)
  }

  markers(instrument_id: string): Thinned<FillMarker> {
    return this.#markers.get(instrument_id) ?? new Thinned(MARKERS_MAX)
  }

  #noteResidual(fill: FillItem): void {
    const before = this.#previous
    this.#previous = fill
    if (fill.event !== 'trade' || before?.event !== 'trade') return
    const { client_order_id, ts_event_us, side, venue_id } = fill.fact
    if (before.fact.ts_event_us !== ts_event_us || before.fact.client_order_id !== client_order_id) return
    const worse = (fill.price_units - before.price_units) * (side === 'buy' ? 1 : -1)
    if (worse <= 0 || this.#counted === client_order_id) return
    this.#counted = client_order_id
    this.residual_counts.set(venue_id, (this.residual_counts.get(venue_id) ?? 0) + 1)
  }
}

/** Puts a position before the first one it beats, and keeps the list short. */
function insert(kept: PositionItem[], position: PositionItem, beats: (other: PositionItem) => boolean): void {
  const last = kept.at(-1)
  if (kept.length === EXTREMES_SHOWN && last !== undefined && !beats(last)) return
  const at = kept.findIndex(beats)
  kept.splice(at === -1 ? kept.length : at, 0, position)
  if (kept.length > EXTREMES_SHOWN) kept.pop()
}
