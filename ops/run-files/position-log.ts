// Closed positions, from executions and the ledger entries that follow each. A fill that closes one position and opens the
// next has its fee shared between them by quantity. What is written is what the statistics of the result count.

import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import type { LedgerEntry } from '../../engine/ledger/ledger.ts'
import { closingFee } from '../../engine/money/closing-fee.ts'
import { must } from '../../schemas/assert.ts'
import type { OrderFact } from '../../schemas/messages/order-fact.ts'
import type { PositionRow } from '../../schemas/run-files.ts'
import type { Columns } from './cells.ts'
import { MeanPrice } from './mean-price.ts'

/** A closed position, and the fact that closed it. */
export type PositionItem = {
  readonly fact: OrderFact
  readonly spec: InstrumentSpec
  readonly opened_us: number
  readonly entry: MeanPrice
  readonly exit: MeanPrice
  readonly fees: bigint
  readonly profit: bigint
  readonly currency: string
}

export const POSITION_COLUMNS: Columns<PositionRow, PositionItem> = {
  opened: (cell, { opened_us }) => cell.time(opened_us),
  closed: (cell, { fact }) => cell.time(fact.ts_event_us),
  account_id: (cell, { fact }) => cell.text(fact.account_id),
  strategy_id: (cell, { fact }) => cell.text(fact.strategy_id),
  venue_id: (cell, { fact }) => cell.text(fact.venue_id),
  instrument_id: (cell, { fact }) => cell.text(fact.instrument_id),
  side: (cell, { fact }) => cell.text(fact.side === 'sell' ? 'long' : 'short'),
  quantity: (cell, { exit, spec }) => cell.decimal(exit.quantity_units, spec.size_scale),
  entry_price: (cell, { entry }) => entry.write(cell),
  exit_price: (cell, { exit }) => exit.write(cell),
  fees: (cell, { fees }) => cell.money(fees),
  profit: (cell, { profit }) => cell.money(profit),
  currency: (cell, { currency }) => cell.text(currency),
}

type Book = {
  readonly spec: InstrumentSpec
  /** Positive long, negative short. */
  quantity_units: number
  opened_us: number
  entry: MeanPrice
  exit: MeanPrice
  realized: bigint
  fees: bigint
}

/** The execution booked last: its profit and fee come as ledger entries, before the next execution. */
type Booked = {
  readonly book: Book
  readonly fact: OrderFact
  readonly closed_units: number
  readonly opened_units: number
  readonly closes: boolean
  realized: bigint
  fee: bigint
  currency: string
}

export class PositionLog {
  readonly #specs: readonly InstrumentSpec[]
  readonly #write: (position: PositionItem) => void
  /** By account and instrument. */
  readonly #books = new Map<string, Book[]>()
  #booked: Booked | undefined

  constructor(specs: readonly InstrumentSpec[], write: (position: PositionItem) => void) {
    this.#specs = specs
    this.#write = write
  }

  onFact(fact: OrderFact): void {
    if (fact.reversed_quantity_units > 0) {
      this.#book(fact, fact.reversed_price_units, -fact.reversed_quantity_units)
    }
    if (fact.last_quantity_units > 0) this.#book(fact, fact.last_price_units, fact.last_quantity_units)
  }

  onLedgerEntry(entry: LedgerEntry): void {
    const booked = this.#booked
    if (booked === undefined || entry.reference !== booked.fact.execution_id) return
    if (entry.kind === 'trade_pnl') booked.realized += entry.amount
    if (entry.kind === 'commission') booked.fee -= entry.amount
    booked.currency = entry.currency
  }

  /** Writes what waits for its last ledger entries. Called between inputs. */
  settle(): void {
    const booked = this.#booked
    if (booked === undefined) return
    this.#booked = undefined
    const { book, fee, closed_units, opened_units, closes } = booked
    const closing = closes ? closingFee(fee, closed_units, opened_units) : fee
    book.realized += booked.realized
    book.fees += closing
    if (!closes) return
    this.#write(closedPosition(booked))
    this.#reopen(booked, fee - closing)
  }

  /** Books a quantity; a negative one takes a trade back, which closes no position. */
  #book(fact: OrderFact, price_units: number, quantity_units: number): void {
    this.settle()
    const book = this.#bookOf(fact)
    const before = book.quantity_units
    const signed = fact.side === 'buy' ? quantity_units : -quantity_units
    const after = before + signed
    const opposes = before !== 0 && before > 0 !== signed > 0
    const closed_units = opposes ? Math.min(Math.abs(signed), Math.abs(before)) : 0
    const opened_units = Math.abs(signed) - closed_units
    const closes = quantity_units > 0 && opposes && (after === 0 || opened_units > 0)
    book.quantity_units = after
    if (before === 0 && book.entry.quantity_units === 0) book.opened_us = fact.ts_event_us
    book.exit.add(price_units, closed_units)
    if (!closes) book.entry.add(price_units, opened_units)
    this.#booked = { book, fact, closed_units, opened_units, closes, realized: 0n, fee: 0n, currency: '' }
  }

  /** What a fill opened beyond the position it closed. */
  #reopen({ book, fact, opened_units }: Booked, fees: bigint): void {
    book.opened_us = fact.ts_event_us
    book.entry = new MeanPrice(book.spec)
    book.exit = new MeanPrice(book.spec)
    book.entry.add(fact.last_price_units, opened_units)
    book.realized = 0n
    book.fees = fees
  }

  #bookOf({ account_id, instrument_index }: OrderFact): Book {
    let books = this.#books.get(account_id)
    if (books === undefined) {
      books = this.#specs.map(newBook)
      this.#books.set(account_id, books)
    }
    return must(books[instrument_index], 'a fill is of an instrument of the run')
  }
}

function newBook(spec: InstrumentSpec): Book {
  const [entry, exit] = [new MeanPrice(spec), new MeanPrice(spec)]
  return { spec, quantity_units: 0, opened_us: 0, entry, exit, realized: 0n, fees: 0n }
}

function closedPosition({ book, fact, currency }: Booked): PositionItem {
  const { spec, opened_us, entry, exit, fees } = book
  return { fact, spec, opened_us, entry, exit, fees, profit: book.realized - fees, currency }
}
