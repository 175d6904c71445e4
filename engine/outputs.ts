// Everything a session puts out: order commands, order facts, denials and ledger entries, each one record of the output
// hash in the canonical encoding. Orders are named by (account, strategy, counter, incarnation), so that nothing of the
// run, its session, epoch or paths is in the hash. An observer sees the same outputs as objects; it changes nothing.

import type { SubmitIntent } from '../schemas/messages/intent.ts'
import {
  LIQUIDITY_SIDES,
  ORDER_TYPES,
  SIDES,
  TIMES_IN_FORCE,
  type VenueCommand,
} from '../schemas/messages/order.ts'
import { ORDER_FACT_TYPES, type OrderFact } from '../schemas/messages/order-fact.ts'
import type { OrderDenied } from '../schemas/messages/risk.ts'
import { DENIAL_CODES } from '../schemas/messages/risk.ts'
import { placeOf } from '../schemas/place-of.ts'
import { KnownText, LastPair, LastText } from './canonical/last-text.ts'
import { putBig, putByte, putNumber, textRoom } from './canonical/put.ts'
import { COMMAND_TYPES } from './command-codec.ts'
import { LEDGER_ENTRY_KINDS, type LedgerEntry } from './ledger/ledger.ts'
import type { OutputHash } from './output-hash.ts'
import { writeTerms } from './terms-codec.ts'

/** Sees outputs as they happen, for files, reports and counters. */
export type OutputObserver = {
  /**
   * An order that says more than a plain one is asked for, before anything becomes of it: it may be held by the engine and end
   * without a command. No record of the hash: what comes of it is.
   */
  readonly onAsked?: (intent: SubmitIntent, ts_us: number) => void
  readonly onCommand?: (command: VenueCommand, ts_us: number) => void
  readonly onFact?: (fact: OrderFact, ts_us: number) => void
  readonly onDenied?: (denial: OrderDenied) => void
  readonly onLedgerEntry?: (entry: LedgerEntry) => void
}

/** Above what the fields of a record take that are no texts, and the lengths of those that are. */
const FIELDS_ROOM = 512
const RECORD = { command: 1, fact: 2, denial: 3, ledger: 4 } as const
const REQUESTS = ['new', 'replace', 'cancel'] as const
const DENIED_SIDES = ['', ...SIDES] as const
const DENIED_ORDER_TYPES = ['', ...ORDER_TYPES] as const
const DENIED_TIMES_IN_FORCE = ['', ...TIMES_IN_FORCE] as const
const DENIAL_NUMBER = new Map(DENIAL_CODES.map((code, number) => [code, number]))

export class Outputs {
  readonly #hash: OutputHash
  readonly #observer: OutputObserver
  readonly #owner = new LastPair()
  readonly #account = new LastText()
  readonly #strategy = new LastText()
  readonly #instrument = new LastText()
  readonly #commandType = new KnownText(COMMAND_TYPES)
  readonly #execution = new LastText()
  readonly #currency = new LastText()
  readonly #entryKind = new KnownText(LEDGER_ENTRY_KINDS)
  readonly #reason = new LastText()

  constructor(hash: OutputHash, observer: OutputObserver = {}) {
    this.#hash = hash
    this.#observer = observer
  }

  asked(intent: SubmitIntent, ts_us: number): void {
    this.#observer.onAsked?.(intent, ts_us)
  }

  command(command: VenueCommand, ts_us: number): void {
    const record = this.#hash.begin()
    const { account_id, strategy_id, instrument_id } = command
    const names_length = account_id.length + strategy_id.length + instrument_id.length
    const view = record.room(FIELDS_ROOM + textRoom(names_length))
    let at = putNumber(view, putByte(view, record.length, RECORD.command), ts_us)
    at = this.#owner.put(view, at, account_id, strategy_id)
    at = putNumber(view, at, command.counter)
    at = putNumber(view, at, command.incarnation)
    at = this.#commandType.put(view, at, command.type)
    at = this.#instrument.put(view, at, instrument_id)
    record.extendTo(at)
    if (command.type === 'new_order_single') {
      record.byte(placeOf(SIDES, command.side))
      record.byte(placeOf(ORDER_TYPES, command.order_type))
      record.byte(placeOf(TIMES_IN_FORCE, command.time_in_force))
      writeTerms(record, command.terms)
    }
    if (command.type === 'order_cancel_replace_request') record.number(command.trigger_price_units)
    if (command.type !== 'order_cancel_request') {
      record.number(command.price_units)
      record.number(command.order_quantity_units)
    }
    this.#hash.end()
    this.#observer.onCommand?.(command, ts_us)
  }

  fact(fact: OrderFact, ts_us: number): void {
    const record = this.#hash.begin()
    const { account_id, strategy_id, instrument_id, execution_id, commission_currency, reason_code } = fact
    const names_length = account_id.length + strategy_id.length + instrument_id.length
    const texts_length = execution_id.length + commission_currency.length + reason_code.length
    const view = record.room(FIELDS_ROOM + textRoom(names_length + texts_length))
    let at = putNumber(view, putByte(view, record.length, RECORD.fact), ts_us)
    at = this.#owner.put(view, at, account_id, strategy_id)
    at = putNumber(view, at, fact.counter)
    at = putNumber(view, at, fact.incarnation)
    at = putByte(view, at, placeOf(ORDER_FACT_TYPES, fact.type))
    at = this.#instrument.put(view, at, instrument_id)
    at = putByte(view, at, placeOf(SIDES, fact.side))
    at = putNumber(view, at, fact.price_units)
    at = putNumber(view, at, fact.order_quantity_units)
    at = putNumber(view, at, fact.cum_quantity_units)
    at = putNumber(view, at, fact.leaves_quantity_units)
    at = this.#execution.put(view, at, execution_id)
    at = putNumber(view, at, fact.last_price_units)
    at = putNumber(view, at, fact.last_quantity_units)
    at = putByte(view, at, placeOf(LIQUIDITY_SIDES, fact.liquidity_side))
    at = putNumber(view, at, fact.reversed_price_units)
    at = putNumber(view, at, fact.reversed_quantity_units)
    at = putBig(view, at, fact.commission)
    at = this.#currency.put(view, at, commission_currency)
    at = this.#reason.put(view, at, reason_code)
    record.extendTo(putNumber(view, at, fact.ts_event_us))
    this.#hash.end()
    this.#observer.onFact?.(fact, ts_us)
  }

  denial(denial: OrderDenied): void {
    const record = this.#hash.begin()
    record.byte(RECORD.denial)
    record.number(denial.ts_event_us)
    record.text(denial.account_id)
    record.text(denial.strategy_id)
    record.number(denial.counter)
    record.byte(placeOf(REQUESTS, denial.request))
    record.text(denial.instrument_id)
    record.byte(placeOf(DENIED_SIDES, denial.side))
    record.byte(placeOf(DENIED_ORDER_TYPES, denial.order_type))
    record.byte(placeOf(DENIED_TIMES_IN_FORCE, denial.time_in_force))
    record.number(denial.price_units)
    record.number(denial.trigger_price_units)
    record.number(denial.order_quantity_units)
    record.byte(DENIAL_NUMBER.get(denial.reason_code) as number)
    record.text(denial.value)
    record.text(denial.limit)
    this.#hash.end()
    this.#observer.onDenied?.(denial)
  }

  ledgerEntry(entry: LedgerEntry): void {
    const record = this.#hash.begin()
    const { account_id, strategy_id, currency, reference } = entry
    const texts_length = account_id.length + strategy_id.length + currency.length + reference.length
    const view = record.room(FIELDS_ROOM + textRoom(texts_length))
    let at = putNumber(view, putByte(view, record.length, RECORD.ledger), entry.ts_us)
    at = this.#account.put(view, at, account_id)
    at = putNumber(view, at, entry.entry_number)
    at = this.#entryKind.put(view, at, entry.kind)
    at = this.#strategy.put(view, at, strategy_id)
    at = this.#currency.put(view, at, currency)
    at = putBig(view, at, entry.amount)
    at = putBig(view, at, entry.balance)
    record.extendTo(this.#execution.put(view, at, reference))
    this.#hash.end()
    this.#observer.onLedgerEntry?.(entry)
  }
}
