// Positions, cash and profit of one account, and the virtual books of its strategies, which sum to it. Everything is the
// sum of unique executions; marks are computed when someone asks. Rules: ./SPEC.md.

import type { Actor } from '../../engine/actor.ts'
import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import { Ledger, type LedgerEntryKind, type LedgerTotal } from '../../engine/ledger/ledger.ts'
import type { MarketTable } from '../../engine/market/market-table.ts'
import { ConversionTable } from '../../engine/money/conversion-table.ts'
import { NameMap } from '../../engine/name-map.ts'
import { INPUT_SUBJECT, type Node } from '../../engine/node.ts'
import type { Outputs } from '../../engine/outputs.ts'
import { type FillEffect, Position } from '../../engine/position/position.ts'
import { assert, must } from '../../schemas/assert.ts'
import type { AccountConfig } from '../../schemas/config/account-config.ts'
import type { AccountId, StrategyId } from '../../schemas/ids.ts'
import type { LedgerPortfolio, LedgerPosition } from '../../schemas/ledger-section.ts'
import type { Control } from '../../schemas/messages/control.ts'
import type { OrderFact } from '../../schemas/messages/order-fact.ts'
import { MONEY_SCALE } from '../../schemas/money.ts'
import { SUBJECT } from '../../schemas/subjects.ts'
import { type PriceUnits, parseDecimal, type SizeUnits, timeUs } from '../../schemas/units.ts'

export type PortfolioOptions = {
  readonly account: AccountConfig
  readonly strategies: readonly StrategyId[]
  readonly instruments: readonly InstrumentSpec[]
  readonly table: MarketTable
  readonly outputs: Outputs
}

/** The account's money now, in its currency, 10^-MONEY_SCALE. `equity` = `cash` + `unrealized`. */
export type AccountMarks = {
  readonly currency: string
  readonly cash: bigint
  readonly realized: bigint
  readonly unrealized: bigint
  readonly fees: bigint
  readonly equity: bigint
}

/** What one execution did to the account: for statistics, never for decisions. */
export type BookedFill = {
  readonly instrument_index: number
  readonly realized: bigint
  readonly fee: bigint
  readonly closed_units: number
  readonly opened_units: number
  readonly position_closed: boolean
  readonly ts_us: number
}

export class PortfolioActor implements Actor {
  readonly name: string
  readonly #node: Node
  readonly #options: PortfolioOptions
  readonly #ledger: Ledger
  readonly #conversion: ConversionTable
  readonly #positions: (Position | undefined)[] = []
  readonly #books = new NameMap<string, (Position | undefined)[]>()
  /** Profit of every instrument in account currency so far, so that conversion rounds the total and never drifts. */
  readonly #booked: bigint[] = []
  #onBooked: ((fill: BookedFill) => void) | undefined
  #fillCount = 0

  constructor(node: Node, options: PortfolioOptions) {
    const { account, strategies, outputs } = options
    this.name = `portfolio/${account.id}`
    this.#node = node
    this.#options = options
    this.#ledger = new Ledger(account.id as AccountId, (entry) => outputs.ledgerEntry(entry))
    this.#conversion = new ConversionTable(
      account.currency,
      account.conversion_rates,
      `accounts.${account.id}`,
    )
    for (const strategy_id of strategies) this.#books.set(strategy_id, [])
    node.addActor(this)
    node.bus.subscribe<Control>(INPUT_SUBJECT.control, (control) => this.#onControl(control))
    node.bus.subscribe<OrderFact>(SUBJECT.order(account.id), (fact) => this.#onFact(fact))
  }

  get state(): string {
    const open = this.#positions.filter((position) => position !== undefined && position.quantity_units !== 0)
    return `${open.length} open positions, ${this.#fillCount} fills`
  }

  get fill_count(): number {
    return this.#fillCount
  }

  get has_position(): boolean {
    return this.#positions.some((position) => position !== undefined && position.quantity_units !== 0)
  }

  get positions_closed(): number {
    return this.#positions.reduce((sum, position) => sum + (position?.positions_closed ?? 0), 0)
  }

  /** Signed size units of a strategy's own book. */
  bookQuantity(strategy_id: string, instrument_index: number): number {
    return this.#books.get(strategy_id)?.[instrument_index]?.quantity_units ?? 0
  }

  /** Signed size units of the account. */
  quantity(instrument_index: number): number {
    return this.#positions[instrument_index]?.quantity_units ?? 0
  }

  /** For statistics: every execution, as it is booked. */
  observeFills(observer: (fill: BookedFill) => void): void {
    this.#onBooked = observer
  }

  marks(): AccountMarks {
    const { currency } = this.#options.account
    const cash = this.#ledger.balance(currency)
    const realized = this.#ledger.total('trade_pnl', currency)
    const fees = -this.#ledger.total('commission', currency)
    const unrealized = this.#unrealized()
    return { currency, cash, realized, unrealized, fees, equity: cash + unrealized }
  }

  onTimer(): void {
    assert(false, 'the portfolio sets no timers')
  }

  save(writer: CanonicalWriter): void {
    this.#ledger.save(writer)
    writer.number(this.#fillCount)
    this.#saveBook(writer, this.#positions)
    for (const book of this.#books.values()) this.#saveBook(writer, book)
    for (const { index } of this.#options.instruments) writer.big(this.#booked[index] ?? 0n)
  }

  load(reader: CanonicalReader): void {
    this.#ledger.load(reader)
    this.#fillCount = reader.number()
    this.#loadBook(reader, this.#positions)
    for (const book of this.#books.values()) this.#loadBook(reader, book)
    for (const { index } of this.#options.instruments) this.#booked[index] = reader.big()
  }

  /** What a later build takes up. */
  saveLedger(): LedgerPortfolio {
    const books = [...this.#books].map(([strategy_id, book]) => ({
      strategy_id,
      positions: this.#partsOf(book),
    }))
    const booked = this.#options.instruments.map(({ index, instrument_id }) => ({
      instrument_id,
      amount: this.#booked[index] ?? 0n,
    }))
    return {
      entry_count: this.#ledger.entry_count,
      totals: this.#ledger.totals(),
      fill_count: this.#fillCount,
      positions: this.#partsOf(this.#positions),
      books,
      booked,
    }
  }

  /** Into a portfolio just made; every instrument and strategy named with a position is configured. */
  loadLedger(ledger: LedgerPortfolio): void {
    this.#ledger.restore(ledger.entry_count, ledger.totals as LedgerTotal[])
    this.#fillCount = ledger.fill_count
    this.#restoreBook(this.#positions, ledger.positions)
    for (const { strategy_id, positions } of ledger.books) {
      const book = this.#books.get(strategy_id)
      if (book !== undefined) this.#restoreBook(book, positions)
    }
    for (const { instrument_id, amount } of ledger.booked) {
      const spec = this.#options.instruments.find((candidate) => candidate.instrument_id === instrument_id)
      if (spec !== undefined) this.#booked[spec.index] = amount
    }
  }

  #partsOf(book: readonly (Position | undefined)[]): LedgerPosition[] {
    return this.#options.instruments.flatMap(({ index, instrument_id }) => {
      const position = book[index]
      return position === undefined ? [] : [{ instrument_id, ...position.parts }]
    })
  }

  #restoreBook(book: (Position | undefined)[], positions: readonly LedgerPosition[]): void {
    for (const { instrument_id, ...parts } of positions) {
      const spec = this.#options.instruments.find((candidate) => candidate.instrument_id === instrument_id)
      if (spec !== undefined) this.#position(book, spec.index).restore(parts)
    }
  }

  #onControl(control: Control): void {
    if (control.command === 'session_start') this.openAccount()
  }

  /** Books the opening balance: once, however often a session is started. */
  openAccount(): void {
    if (this.#ledger.entry_count > 0) return
    const { account } = this.#options
    const balance = must(parseDecimal(account.balance, MONEY_SCALE), 'a balance is a validated decimal')
    this.#post('deposit', '', balance, 'opening balance')
  }

  #onFact(fact: OrderFact): void {
    if (fact.last_quantity_units === 0 && fact.reversed_quantity_units === 0 && fact.commission === 0n) return
    const fee = this.#conversion.convert(fact.commission, fact.commission_currency)
    if (fact.reversed_quantity_units > 0) {
      this.#tell(fact, this.#book(fact, fact.reversed_price_units, fact.reversed_quantity_units, true), 0n)
    }
    if (fact.last_quantity_units > 0) {
      this.#fillCount++
      this.#tell(fact, this.#book(fact, fact.last_price_units, fact.last_quantity_units, false), fee)
    }
    if (fee !== 0n) this.#post('commission', fact.strategy_id, -fee, fact.execution_id)
  }

  /** Books or takes back a trade on the account and on the strategy's own book; the account's profit goes to the ledger. */
  #book(fact: OrderFact, price: PriceUnits, quantity: SizeUnits, isReversal: boolean): FillEffect {
    const account = this.#position(this.#positions, fact.instrument_index)
    const book = must(this.#books.get(fact.strategy_id), 'a fill belongs to a strategy of the account')
    const own = this.#position(book, fact.instrument_index)
    const { side } = fact
    const effect = isReversal
      ? account.reverseFill(side, price, quantity)
      : account.applyFill(side, price, quantity)
    if (isReversal) own.reverseFill(side, price, quantity)
    else own.applyFill(side, price, quantity)
    const { closed_units, opened_units, position_closed, flipped } = effect
    if (closed_units === 0) return effect
    return { closed_units, opened_units, realized: this.#realize(fact, account), position_closed, flipped }
  }

  /** Posts what the account has realized since the last time, in its currency. */
  #realize(fact: OrderFact, position: Position): bigint {
    const index = fact.instrument_index
    const total = this.#conversion.convert(position.realized_money, position.spec.quote_currency)
    const realized = total - (this.#booked[index] ?? 0n)
    this.#booked[index] = total
    this.#post('trade_pnl', fact.strategy_id, realized, fact.execution_id)
    return realized
  }

  #tell(fact: OrderFact, effect: FillEffect, fee: bigint): void {
    const { realized, closed_units, opened_units, position_closed } = effect
    const { instrument_index } = fact
    const ts_us = this.#node.now_us
    this.#onBooked?.({ instrument_index, realized, fee, closed_units, opened_units, position_closed, ts_us })
  }

  #post(kind: LedgerEntryKind, strategy_id: StrategyId | '', amount: bigint, reference: string): void {
    const { currency } = this.#options.account
    this.#ledger.post({ kind, strategy_id, currency, amount, reference, ts_us: timeUs(this.#node.now_us) })
  }

  #unrealized(): bigint {
    const { table } = this.#options
    let sum = 0n
    for (const position of this.#positions) {
      if (position === undefined || position.quantity_units === 0) continue
      const { spec } = position
      const bid = table.bid_price_units[spec.index] as PriceUnits
      const ask = table.ask_price_units[spec.index] as PriceUnits
      sum += this.#conversion.convert(position.unrealizedMoney(bid, ask), spec.quote_currency)
    }
    return sum
  }

  #position(book: (Position | undefined)[], instrument_index: number): Position {
    let position = book[instrument_index]
    if (position === undefined) {
      const spec = must(this.#options.instruments[instrument_index], 'a fill is of a known instrument')
      position = new Position(spec)
      book[instrument_index] = position
    }
    return position
  }

  #saveBook(writer: CanonicalWriter, book: readonly (Position | undefined)[]): void {
    for (const { index } of this.#options.instruments) {
      const position = book[index]
      writer.flag(position !== undefined)
      position?.save(writer)
    }
  }

  #loadBook(reader: CanonicalReader, book: (Position | undefined)[]): void {
    for (const { index } of this.#options.instruments) {
      if (reader.flag()) this.#position(book, index).load(reader)
    }
  }
}
