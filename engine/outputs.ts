// Everything a session puts out: order commands, order facts, denials and ledger entries, each one record of the output
// hash in the canonical encoding. Orders are named by (account, strategy, counter, incarnation), so that nothing of the
// run, its session, epoch or paths is in the hash. An observer sees the same outputs as objects; it changes nothing.

import type { SubmitIntent } from '../schemas/messages/intent.ts'
import {
  LIQUIDITY_SIDES,
  ORDER_TYPES,
  type OrderKey,
  SIDES,
  TIMES_IN_FORCE,
  type VenueCommand,
} from '../schemas/messages/order.ts'
import { ORDER_FACT_TYPES, type OrderFact } from '../schemas/messages/order-fact.ts'
import type { OrderDenied } from '../schemas/messages/risk.ts'
import { DENIAL_CODES } from '../schemas/messages/risk.ts'
import type { CanonicalWriter } from './canonical/canonical-writer.ts'
import { LastText } from './canonical/last-text.ts'
import type { LedgerEntry } from './ledger/ledger.ts'
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

const RECORD = { command: 1, fact: 2, denial: 3, ledger: 4 } as const
const REQUESTS = ['new', 'replace', 'cancel'] as const
const DENIED_SIDES = ['', ...SIDES] as const
const DENIED_ORDER_TYPES = ['', ...ORDER_TYPES] as const
const DENIED_TIMES_IN_FORCE = ['', ...TIMES_IN_FORCE] as const
const FACT_NUMBER = new Map(ORDER_FACT_TYPES.map((type, number) => [type, number]))
const DENIAL_NUMBER = new Map(DENIAL_CODES.map((code, number) => [code, number]))

export class Outputs {
  readonly #hash: OutputHash
  readonly #observer: OutputObserver
  readonly #account = new LastText()
  readonly #strategy = new LastText()
  readonly #instrument = new LastText()
  readonly #commandType = new LastText()
  readonly #execution = new LastText()
  readonly #currency = new LastText()
  readonly #entryKind = new LastText()

  constructor(hash: OutputHash, observer: OutputObserver = {}) {
    this.#hash = hash
    this.#observer = observer
  }

  asked(intent: SubmitIntent, ts_us: number): void {
    this.#observer.onAsked?.(intent, ts_us)
  }

  command(command: VenueCommand, ts_us: number): void {
    const record = this.#begin(RECORD.command, ts_us)
    this.#writeKey(record, command)
    record.number(command.incarnation)
    this.#commandType.write(record, command.type)
    this.#instrument.write(record, command.instrument_id)
    if (command.type === 'new_order_single') {
      record.byte(SIDES.indexOf(command.side))
      record.byte(ORDER_TYPES.indexOf(command.order_type))
      record.byte(TIMES_IN_FORCE.indexOf(command.time_in_force))
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
    const record = this.#begin(RECORD.fact, ts_us)
    this.#writeKey(record, fact)
    record.number(fact.incarnation)
    record.byte(FACT_NUMBER.get(fact.type) as number)
    this.#instrument.write(record, fact.instrument_id)
    record.byte(SIDES.indexOf(fact.side))
    record.number(fact.price_units)
    record.number(fact.order_quantity_units)
    record.number(fact.cum_quantity_units)
    record.number(fact.leaves_quantity_units)
    this.#execution.write(record, fact.execution_id)
    record.number(fact.last_price_units)
    record.number(fact.last_quantity_units)
    record.byte(LIQUIDITY_SIDES.indexOf(fact.liquidity_side))
    record.number(fact.reversed_price_units)
    record.number(fact.reversed_quantity_units)
    record.big(fact.commission)
    this.#currency.write(record, fact.commission_currency)
    record.text(fact.reason_code)
    record.number(fact.ts_event_us)
    this.#hash.end()
    this.#observer.onFact?.(fact, ts_us)
  }

  denial(denial: OrderDenied): void {
    const record = this.#begin(RECORD.denial, denial.ts_event_us)
    this.#writeKey(record, denial)
    record.byte(REQUESTS.indexOf(denial.request))
    record.text(denial.instrument_id)
    record.byte(DENIED_SIDES.indexOf(denial.side))
    record.byte(DENIED_ORDER_TYPES.indexOf(denial.order_type))
    record.byte(DENIED_TIMES_IN_FORCE.indexOf(denial.time_in_force))
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
    const record = this.#begin(RECORD.ledger, entry.ts_us)
    this.#account.write(record, entry.account_id)
    record.number(entry.entry_number)
    this.#entryKind.write(record, entry.kind)
    this.#strategy.write(record, entry.strategy_id)
    this.#currency.write(record, entry.currency)
    record.big(entry.amount)
    record.big(entry.balance)
    this.#execution.write(record, entry.reference)
    this.#hash.end()
    this.#observer.onLedgerEntry?.(entry)
  }

  #begin(kind: number, ts_us: number): CanonicalWriter {
    const record = this.#hash.begin()
    record.byte(kind)
    record.number(ts_us)
    return record
  }

  #writeKey(writer: CanonicalWriter, key: OrderKey): void {
    this.#account.write(writer, key.account_id)
    this.#strategy.write(writer, key.strategy_id)
    writer.number(key.counter)
  }
}
