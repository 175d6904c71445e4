// The sequencer of a backtest: gives every row, timer, arrival, outcome and report its place in one total order and
// hands each to the exchange or the node. Everything here is synchronous; where an order must wait for the disk, the
// driver stops with `waiting` and is called again.

import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { BarRow, QuoteRow, TradeRow } from '../../engine/market/market-rows.ts'
import type { Node } from '../../engine/node.ts'
import type {
  BarColumns,
  BookColumns,
  QuoteColumns,
  TickColumns,
  TradeColumns,
} from '../../engine/tick-store-port.ts'
import { assert, must } from '../../schemas/assert.ts'
import { parseClientOrderId } from '../../schemas/ids.ts'
import type { Control } from '../../schemas/messages/control.ts'
import type { AgendaItem } from '../exchange/in-flight/agenda.ts'
import type { SimulatedExchange } from '../exchange/simulated-exchange.ts'
import type { SimulatedVenues } from '../exchange/simulated-venues.ts'
import type { BookRows } from './book-rows.ts'
import type { EquitySampler } from './equity-sampler.ts'
import type { LateFeed } from './late-feed.ts'
import type { LateRows } from './late-rows.ts'
import type { Merge } from './merge.ts'
import { NO_BARS, NO_COLUMN, NO_QUOTES, NO_TRADES } from './no-columns.ts'
import { releaseTimes, type SeriesCursor } from './series-cursor.ts'
import { showRow } from './show-row.ts'

/** `waiting`: an order waits for its journal record; commit, then call again. */
export type Progress = 'done' | 'waiting'

export type ReplayCounts = {
  quotes: number
  trades: number
  bars: number
  book_levels: number
  book_orders: number
}

export type ReplayDriverOptions = {
  readonly node: Node
  readonly venues: SimulatedVenues
  readonly late: LateFeed
  readonly sampler: EquitySampler
  /** By instrument index, where the history has a book of it. */
  readonly books: readonly (BookRows | undefined)[]
  readonly instant_inputs_max: number
  /** The strategy, by actor index, that owns a timer; undefined for the engine's own actors. */
  readonly strategyOfActor: (index: number) => string | undefined
  /** Control inputs that came up outside any step; they are sequenced before the next row. */
  readonly posted: Control[]
}

/** What every row of a series needs, looked up once: where series take turns, each row may be of another. */
type Lane = {
  readonly cursor: SeriesCursor
  readonly instrument_index: number
  readonly exchange: SimulatedExchange
  readonly late: LateRows | undefined
  readonly quoteRow: QuoteRow
  /** Quotes that the node sees when the exchange does. */
  readonly isPlain: boolean
  /** The block of plain quotes that is open. */
  columns: QuoteColumns
  release_us: Float64Array
}

export class ReplayDriver {
  readonly counts: ReplayCounts = { quotes: 0, trades: 0, bars: 0, book_levels: 0, book_orders: 0 }
  readonly #options: ReplayDriverOptions
  readonly #node: Node
  readonly #venues: SimulatedVenues
  /** Rows handed to the exchange in this process. */
  rows_taken = 0
  /** When the last report came, or row that was late: what can move equity behind the last row. */
  moved_us = 0
  /** By the series' rank. */
  readonly #lanes: Lane[] = []
  readonly #tradeRow: TradeRow
  readonly #barRow: BarRow
  /** Inputs since engine time last moved or a row came; bounded, so that no strategy can stop time. */
  #instantCount = 0
  #instantTime_us = 0
  /** Between the rows of one event of a book nothing else is sequenced. */
  #isMidEvent = false
  /** Inputs of the moment beyond the bound, by strategy. */
  readonly #excess = new Map<string, number>()

  constructor(options: ReplayDriverOptions) {
    this.#options = options
    this.#node = options.node
    this.#venues = options.venues
    this.#tradeRow = new TradeRow(NO_TRADES)
    this.#barRow = new BarRow(NO_BARS)
  }

  /** Sequences a control input. What it causes is sent by the next `settle`. */
  control(control: Control, ts_us: number): void {
    this.#node.stepControl(control, Math.max(ts_us, this.#node.now_us))
  }

  /** Replays rows in order, at most `rows_max`, and no further than their order is known. */
  replay(merge: Merge, rows_max: number): Progress {
    if (this.settle() === 'waiting') return 'waiting'
    const rows_end = this.rows_taken + rows_max
    while (merge.hasNext(rows_end - this.rows_taken)) {
      const { cursor } = merge
      const before = this.rows_taken
      const lane = this.#laneOf(cursor)
      const progress = lane.isPlain
        ? this.#replayQuotes(merge)
        : this.#replayRun(cursor, lane.late, cursor.row + merge.runLength())
      merge.at += this.rows_taken - before
      if (progress === 'waiting') return progress
    }
    return 'done'
  }

  #replayRun(cursor: SeriesCursor, late: LateRows | undefined, end: number): Progress {
    const columns = must(cursor.columns, 'a cursor in the merge has a block')
    const before = cursor.row
    const progress =
      columns.kind === 'book_level' || columns.kind === 'book_order'
        ? this.#replayBook(cursor, columns, end)
        : late !== undefined
          ? this.#replayLate(late, cursor, columns, end)
          : columns.kind === 'trade'
            ? this.#replayTrades(cursor, columns, end)
            : this.#replayBars(cursor, columns as BarColumns, end)
    this.rows_taken += cursor.row - before
    return progress
  }

  #laneOf(cursor: SeriesCursor): Lane {
    return this.#lanes[cursor.rank] ?? this.#openLane(cursor)
  }

  #openLane(cursor: SeriesCursor): Lane {
    const { instrument_index, venue_id, series } = cursor
    const quoteRow = new QuoteRow(NO_QUOTES)
    quoteRow.instrument_index = instrument_index
    const late = this.#options.late.rowsOf(cursor)
    const isPlain = series.kind === 'quote' && late === undefined
    const lane: Lane = {
      cursor,
      instrument_index,
      exchange: this.#venues.exchange(venue_id),
      late,
      quoteRow,
      isPlain,
      columns: NO_QUOTES,
      release_us: NO_COLUMN,
    }
    this.#lanes[cursor.rank] = lane
    return lane
  }

  /** Everything that comes before a row at `ts_us`: what is due, then what was posted from outside. */
  catchUp(ts_us: number): Progress {
    assert(!this.#isMidEvent, 'a history ends with the end of an event')
    if (this.#drainBefore(ts_us) === 'waiting') return 'waiting'
    const { posted } = this.#options
    for (let next = posted.shift(); next !== undefined; next = posted.shift()) {
      // Control comes before data of the same time.
      this.control(next, ts_us)
      if (this.settle() === 'waiting') return 'waiting'
    }
    this.#instantCount = 0
    return 'done'
  }

  /** Sends what the journal has released, and sequences what is due at once because of it. */
  settle(): Progress {
    if (this.#isMidEvent) return 'done'
    const { outbox } = this.#node
    const { agenda } = this.#venues
    for (;;) {
      if (outbox.has_pending) {
        outbox.release()
        if (outbox.has_pending) return 'waiting'
      }
      if (!agenda.has_instant) return 'done'
      this.#stepItem(agenda.pop())
    }
  }

  save(writer: CanonicalWriter): void {
    writer.number(this.counts.quotes)
    writer.number(this.counts.trades)
    writer.number(this.counts.bars)
    writer.number(this.counts.book_levels)
    writer.number(this.counts.book_orders)
    writer.flag(this.#isMidEvent)
    for (const book of this.#options.books) book?.save(writer)
    writer.number(this.#instantCount)
    writer.number(this.#instantTime_us)
    writer.number(this.moved_us)
    writer.value(this.#excess)
    this.#options.late.save(writer)
  }

  load(reader: CanonicalReader): void {
    this.counts.quotes = reader.number()
    this.counts.trades = reader.number()
    this.counts.bars = reader.number()
    this.counts.book_levels = reader.number()
    this.counts.book_orders = reader.number()
    this.#isMidEvent = reader.flag()
    for (const book of this.#options.books) book?.load(reader)
    this.#instantCount = reader.number()
    this.#instantTime_us = reader.number()
    this.moved_us = reader.number()
    for (const [id, count] of reader.value() as Map<string, number>) this.#excess.set(id, count)
    this.#options.late.load(reader)
  }

  /** Quotes of as many series as take turns. */
  #replayQuotes(merge: Merge): Progress {
    const node = this.#node
    const { timers, outbox } = node
    const { agenda } = this.#venues
    const { sampler, posted } = this.#options
    const lanes = this.#lanes
    const { ranks, at, end } = merge
    let isWaiting = false
    let i = at
    while (i < end && !isWaiting) {
      const rank = ranks[i] as number
      const lane = lanes[rank]
      if (lane?.isPlain !== true) break
      const { cursor } = lane
      if (lane.columns !== cursor.columns) openBlock(lane)
      const { columns, release_us, instrument_index, exchange, quoteRow } = lane
      const { bid_price_units, ask_price_units, bid_size_units, ask_size_units } = columns
      let { row } = cursor
      do {
        const ts = release_us[row] as number
        if (timers.next_us < ts || agenda.next_due_us < ts || sampler.next_us < ts || posted.length > 0) {
          isWaiting = this.catchUp(ts) === 'waiting'
          if (isWaiting) break
        }
        this.#instantCount = 0
        exchange.rows.onQuote(
          instrument_index,
          ts,
          bid_price_units[row] as number,
          ask_price_units[row] as number,
          bid_size_units[row] as number,
          ask_size_units[row] as number,
        )
        node.stepQuote(quoteRow.at(row), ts)
        row++
        i++
        if (outbox.has_pending || agenda.has_instant) isWaiting = this.settle() === 'waiting'
      } while (i < end && ranks[i] === rank && !isWaiting)
      cursor.row = row
    }
    this.counts.quotes += i - at
    this.rows_taken += i - at
    return isWaiting ? 'waiting' : 'done'
  }

  #replayTrades(cursor: SeriesCursor, columns: TradeColumns, end: number): Progress {
    const exchange = this.#venues.exchange(cursor.venue_id)
    const row = this.#tradeRow
    row.open(columns)
    row.instrument_index = cursor.instrument_index
    const release_us = releaseTimes(columns)
    while (cursor.row < end) {
      const ts = release_us[cursor.row] as number
      if (this.catchUp(ts) === 'waiting') return 'waiting'
      const at = cursor.row++
      showRow(exchange, columns, at, cursor.instrument_index, ts)
      this.counts.trades++
      this.#node.stepTrade(row.at(at), ts)
      if (this.settle() === 'waiting') return 'waiting'
    }
    return 'done'
  }

  #replayBars(cursor: SeriesCursor, columns: BarColumns, end: number): Progress {
    const exchange = this.#venues.exchange(cursor.venue_id)
    const row = this.#barRow
    row.open(columns)
    row.instrument_index = cursor.instrument_index
    const release_us = releaseTimes(columns)
    while (cursor.row < end) {
      const ts = release_us[cursor.row] as number
      if (this.catchUp(ts) === 'waiting') return 'waiting'
      const at = cursor.row++
      showRow(exchange, columns, at, cursor.instrument_index, ts)
      this.counts.bars++
      this.#node.stepBar(row.at(at), ts)
      if (this.settle() === 'waiting') return 'waiting'
    }
    return 'done'
  }

  /** Rows the exchange sees at their time, and the node after a delay. */
  #replayLate(
    late: LateRows,
    cursor: SeriesCursor,
    columns: Exclude<TickColumns, BookColumns>,
    end: number,
  ): Progress {
    const exchange = this.#venues.exchange(cursor.venue_id)
    const release_us = releaseTimes(columns)
    late.open(columns)
    while (cursor.row < end) {
      const ts = release_us[cursor.row] as number
      if (this.catchUp(ts) === 'waiting') return 'waiting'
      const at = cursor.row++
      // It is held first, so that one without a delay comes before the reports of what it does at the exchange.
      late.hold(at, cursor.instrument_index, ts)
      showRow(exchange, columns, at, cursor.instrument_index, ts)
      if (this.settle() === 'waiting') return 'waiting'
    }
    return 'done'
  }

  #replayBook(cursor: SeriesCursor, columns: BookColumns, end: number): Progress {
    const book = must(this.#options.books[cursor.instrument_index], 'a book is there for its rows')
    const late = this.#options.late.rowsOf(cursor)
    const release_us = releaseTimes(columns)
    const { is_last } = columns
    const node = this.#node
    const { timers, outbox } = node
    const { agenda } = this.#venues
    const { sampler, posted } = this.#options
    const first = cursor.row
    let progress: Progress = 'done'
    let i = first
    for (; i < end; i++) {
      const ts = release_us[i] as number
      if (timers.next_us < ts || agenda.next_due_us < ts || sampler.next_us < ts || posted.length > 0) {
        if (!this.#isMidEvent && this.catchUp(ts) === 'waiting') {
          progress = 'waiting'
          break
        }
      }
      this.#instantCount = 0
      const quote = book.note(columns, i, ts)
      if (late !== undefined && quote !== undefined) book.holdQuote(late, ts)
      book.show(columns, i, ts, quote)
      this.#isMidEvent = is_last[i] === 0
      if (this.#isMidEvent) continue
      if (late === undefined && quote !== undefined) node.stepQuote(quote, ts)
      if ((outbox.has_pending || agenda.has_instant) && this.settle() === 'waiting') {
        i++
        progress = 'waiting'
        break
      }
    }
    this.counts[columns.kind === 'book_level' ? 'book_levels' : 'book_orders'] += i - first
    cursor.row = i
    return progress
  }

  /** Sequences everything due before `ts_us`, in order of time: arrivals, outcomes, reports, then timers. */
  #drainBefore(ts_us: number): Progress {
    const { timers } = this.#node
    const { agenda } = this.#venues
    const { sampler } = this.#options
    if (this.settle() === 'waiting') return 'waiting'
    for (;;) {
      const due_us = Math.min(agenda.next_due_us, timers.next_us)
      // A sample of a time shows what its rows have led to.
      const isSampled = sampler.next_us <= due_us && sampler.next_us !== agenda.behind_rows_us
      if (sampler.next_us < ts_us && isSampled) {
        sampler.sampleBefore(Math.min(ts_us, due_us + 1))
        continue
      }
      if (due_us >= ts_us) return 'done'
      if (agenda.next_due_us <= timers.next_us) this.#stepItem(agenda.pop())
      else this.#stepTimer()
      if (this.settle() === 'waiting') return 'waiting'
    }
  }

  #stepItem(item: AgendaItem): void {
    if (item.kind === 'arrival') {
      this.#venues.exchange(item.message.venue_id).arrive(item.message, item.due_us)
      return
    }
    if (item.kind === 'row') return this.#stepLate(item.message.source, item.due_us)
    if (item.message.type === 'security_status')
      return this.#node.stepSecurityStatus(item.message, item.due_us)
    this.moved_us = item.due_us
    if (this.#isExcess(item.due_us)) this.#blame(ownerOf(item.message.client_order_id), item.due_us)
    if (item.kind === 'outcome') this.#node.stepOutcome(item.message, item.due_us)
    else this.#node.stepReport(item.message, item.due_us)
  }

  #stepLate(source: number, now_us: number): void {
    this.moved_us = now_us
    this.#instantCount = 0
    const kind = this.#options.late.step(this.#node, source, now_us)
    if (kind === 'quote') this.counts.quotes++
    else if (kind === 'trade') this.counts.trades++
    else if (kind === 'bar') this.counts.bars++
  }

  #stepTimer(): void {
    const timer = this.#node.timers.pop()
    const at_us = Math.max(timer.at_us, this.#node.now_us)
    const strategy_id = this.#options.strategyOfActor(timer.owner)
    // The engine's own timers, bars' ends above all, are as many as there are series: they bound themselves.
    if (strategy_id !== undefined && this.#isExcess(at_us)) this.#blame(strategy_id, at_us)
    this.#node.stepTimer(timer, at_us)
  }

  /** Counts an input of the moment. */
  #isExcess(at_us: number): boolean {
    if (at_us !== this.#instantTime_us) {
      this.#instantTime_us = at_us
      this.#instantCount = 0
    }
    // An empty map that is cleared makes itself anew.
    if (++this.#instantCount === 1 && this.#excess.size > 0) this.#excess.clear()
    return this.#instantCount > this.#options.instant_inputs_max
  }

  /**
   * Counts an excess input against its strategy, which is faulted by an input of its own when these alone exceed the
   * bound: one that merely trades at the moment another spins is not blamed, and two that spin are faulted both.
   */
  #blame(strategy_id: string, at_us: number): void {
    const { instant_inputs_max } = this.#options
    const count = (this.#excess.get(strategy_id) ?? 0) + 1
    this.#excess.set(strategy_id, count)
    // Once, since what a faulted strategy still has under way comes to an end.
    if (count !== instant_inputs_max + 1) return
    const reason = `more than ${instant_inputs_max} inputs at one moment (limits.instant_inputs_max)`
    this.#node.stepControl(
      { type: 'control', command: 'strategy_fault', account_id: '', strategy_id, reason, operator: 'engine' },
      at_us,
    )
  }
}

function openBlock(lane: Lane): void {
  lane.columns = lane.cursor.columns as QuoteColumns
  lane.release_us = releaseTimes(lane.columns)
  lane.quoteRow.open(lane.columns)
}

function ownerOf(client_order_id: string): string {
  return must(parseClientOrderId(client_order_id), 'the simulated venues answer orders of the node')
    .strategy_id
}
