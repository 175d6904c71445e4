// The simulated exchange of a paper session as a function of what it was told: rows, commands and acts, each at its time. What
// is due is handled strictly before the next input, so that the same inputs give the same books, reports and numbers,
// however long the pauses between them were looked at.

import { type BookEvent, eventTimeUs } from '../../engine/book/book-event.ts'
import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import type { RowInput } from '../../engine/live/live-input.ts'
import { must } from '../../schemas/assert.ts'
import type { AccountId, ClientOrderId, VenueId } from '../../schemas/ids.ts'
import type { MarketAct } from '../../schemas/messages/market-act.ts'
import type { VenueCommand, VenueReport } from '../../schemas/messages/order.ts'
import type { SecurityStatus } from '../../schemas/messages/security-status.ts'
import type { VenueState } from '../../schemas/messages/venue.ts'
import { sizeUnits, timeUs } from '../../schemas/units.ts'
import type { BookSeries } from '../backtest/book-series.ts'
import { orderReport } from '../exchange/orders/venue-reports.ts'
import { SimulatedVenues, type SimulatedVenuesTerms } from '../exchange/simulated-venues.ts'
import { HistoryBooks } from './history-books.ts'
import { ReportLog } from './report-log.ts'

/** What the venue knows of an id: a live order, one that is on its way in, what was said of it, or nothing. */
export type FoundOrder =
  | { readonly is: 'live'; readonly report: VenueReport }
  | { readonly is: 'on_its_way' }
  /** Without reports where they are too old to be kept. */
  | { readonly is: 'ended'; readonly reports: readonly VenueReport[] }
  | { readonly is: 'absent' }

export type PaperVenuesTerms = SimulatedVenuesTerms & {
  /** Instruments whose history is a book. */
  readonly books: readonly BookSeries[]
}

/** What the venues say. */
export type BooksListener = {
  readonly onReport: (report: VenueReport) => void
  readonly onStatus: (status: SecurityStatus) => void
}

/** Raised with every change of what `save` writes here or below: books of another form are made anew from the ledger. */
export const BOOKS_FORM = 6

export class VenueBooks {
  readonly venues: SimulatedVenues
  readonly history: HistoryBooks
  /** Inputs so far, and the time of the last. */
  seq = 0
  now_us = 0
  /** Everything due before this was handled by the passing of time. */
  #handledUntil_us = 0
  readonly #specs: readonly InstrumentSpec[]
  readonly #index: ReadonlyMap<string, number>
  readonly #logs = new Map<string, ReportLog>()
  /** Commands taken in of which nothing was said yet: on their way in, or their first report on its way out. */
  readonly #onTheirWay = new Set<string>()
  readonly #hear: BooksListener

  constructor(terms: PaperVenuesTerms, hear: BooksListener) {
    this.venues = new SimulatedVenues(terms)
    this.history = new HistoryBooks(this.venues, terms.books)
    this.#specs = terms.specs
    this.#index = new Map(terms.specs.map((spec) => [spec.instrument_id as string, spec.index]))
    this.#hear = hear
    for (const { venue_id } of this.venues.exchanges) {
      for (const { account_id } of this.venues.accounts)
        this.#logs.set(`${venue_id}/${account_id}`, new ReportLog())
    }
  }

  /** Engine time at which the next thing is due; Infinity where nothing is. */
  get due_us(): number {
    return this.venues.agenda.next_due_us
  }

  /** The time an input gets that comes now: never before something already handled. */
  timeOf(now_us: number): number {
    return Math.max(now_us, this.now_us, this.#handledUntil_us)
  }

  row(row: RowInput, ts_us: number): void {
    this.#begin(ts_us)
    const spec = must(this.#specs[row.instrument_index], 'a row is of a known instrument')
    const exchange = this.venues.exchange(spec.venue_id)
    const { instrument_index } = row
    if (row.type === 'quote') {
      const { bid_price_units, ask_price_units, bid_size_units, ask_size_units } = row
      exchange.rows.onQuote(
        instrument_index,
        ts_us,
        bid_price_units,
        ask_price_units,
        bid_size_units,
        ask_size_units,
      )
    } else if (row.type === 'trade') {
      const { price_units, size_units, aggressor_side } = row
      exchange.rows.onTrade(instrument_index, ts_us, price_units, size_units, aggressor_side)
    } else
      exchange.rows.onBar(instrument_index, ts_us, {
        price_type: row.price_type,
        interval_us: row.interval_us,
        close_price_units: row.close_price_units,
        prices: row,
      })
    this.history.note(spec.venue_id, row.ts_event_us, 1)
    this.#handle(ts_us)
  }

  /** An event of a book, each of whose rows is an input. Returns whether it changes or confirms the quote that is shown. */
  book(event: BookEvent, ts_us: number): boolean {
    this.#begin(ts_us)
    const { venue_id } = must(this.#specs[event.instrument_index], 'a row is of a known instrument')
    const rows = event.to - event.from
    this.seq += rows - 1
    const isDue = this.history.take(event, ts_us)
    this.history.note(venue_id, eventTimeUs(event), rows)
    this.#handle(ts_us)
    return isDue
  }

  command(command: VenueCommand, ts_us: number): void {
    this.#begin(ts_us)
    this.#onTheirWay.add(command.client_order_id)
    this.venues.exchange(command.venue_id).send(command, ts_us)
    this.#handle(ts_us)
  }

  /** The operator of the market acts upon it. */
  act(act: MarketAct, ts_us: number): void {
    this.#begin(ts_us)
    this.venues.exchange(act.venue_id).act(act, ts_us)
    this.#handle(ts_us)
  }

  /** Handles what is due by now; whoever says what follows from it has written down that this time came. */
  pass(now_us: number): void {
    this.#beginVenues(now_us)
    this.#handledUntil_us = Math.max(this.#handledUntil_us, now_us + 1)
    this.#handle(this.#handledUntil_us)
  }

  /** Handles all that was sent and all that follows from it, however long it takes; time passes no further. */
  passMessages(): void {
    const { agenda } = this.venues
    for (let due = agenda.messages_due_us(); due !== undefined; due = agenda.messages_due_us()) this.pass(due)
  }

  log(venue_id: string, account_id: string): ReportLog {
    return must(this.#logs.get(`${venue_id}/${account_id}`), 'an account has its reports')
  }

  find(venue_id: VenueId, account_id: AccountId, id: ClientOrderId): FoundOrder {
    const order = this.venues
      .exchange(venue_id)
      .openOrders()
      .find((open) => open.client_order_id === id && open.account.account_id === account_id)
    if (order !== undefined) {
      const spec = must(this.#specs[order.instrument_index], 'an order is of a known instrument')
      return { is: 'live', report: orderReport('new', order, spec, this.now_us) }
    }
    if (this.#onTheirWay.has(id)) return { is: 'on_its_way' }
    const reports = this.log(venue_id, account_id).about(id)
    const isKnown = reports.length > 0 || this.venues.exchange(venue_id).knows(id)
    return isKnown ? { is: 'ended', reports } : { is: 'absent' }
  }

  state(venue_id: VenueId, account_id: AccountId): VenueState {
    const account = must(
      this.venues.accounts.find((candidate) => candidate.account_id === account_id),
      'an account is configured',
    )
    const positions = account.positions().flatMap(({ instrument_id, quantity_units }) => {
      const instrument_index = must(this.#index.get(instrument_id), 'a position is of a known instrument')
      const spec = must(this.#specs[instrument_index], 'a position is of a known instrument')
      if (spec.venue_id !== venue_id || quantity_units === 0) return []
      return [
        { instrument_id: spec.instrument_id, instrument_index, quantity_units: sizeUnits(quantity_units) },
      ]
    })
    const open = this.venues.exchange(venue_id).openOrders()
    return {
      type: 'venue_state',
      venue_id,
      account_id,
      positions,
      open_client_order_ids: open
        .filter((order) => order.account.account_id === account_id)
        .map((order) => order.client_order_id),
      ts_event_us: timeUs(this.now_us),
    }
  }

  save(writer: CanonicalWriter): void {
    writer.number(this.seq)
    writer.number(this.now_us)
    writer.value(this.#onTheirWay)
    this.venues.save(writer)
    this.history.save(writer)
    for (const log of this.#logs.values()) log.save(writer)
  }

  /** Into books just made. */
  load(reader: CanonicalReader): void {
    this.seq = reader.number()
    this.now_us = reader.number()
    for (const id of reader.value() as Set<string>) this.#onTheirWay.add(id)
    this.venues.load(reader)
    this.history.load(reader)
    for (const log of this.#logs.values())
      log.load(reader, (id) => must(this.#index.get(id), 'an instrument is known'))
  }

  #beginVenues(ts_us: number): void {
    if (this.venues.leaveEarlier()) this.#handle(ts_us)
    this.venues.begin(ts_us)
  }

  #begin(ts_us: number): void {
    this.#beginVenues(ts_us)
    this.#handle(ts_us)
    this.seq++
    this.now_us = ts_us
  }

  /** Handles what is due before a time, and all that is due at once, without latency. */
  #handle(until_us: number): void {
    const { agenda } = this.venues
    while (agenda.has_instant || agenda.next_due_us < until_us) {
      const item = agenda.pop()
      if (item.kind === 'arrival') {
        const { message, due_us } = item
        this.venues.exchange(message.venue_id).arrive(message, due_us)
      } else if (item.kind === 'report') {
        const { message } = item
        if (message.type === 'security_status') {
          this.#hear.onStatus(message)
          continue
        }
        this.#onTheirWay.delete(message.client_order_id)
        this.#hear.onReport(this.log(message.venue_id, message.account_id).add(message))
      }
    }
  }
}
