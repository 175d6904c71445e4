// What a person sees of a running session: one line for each thing that happens, and now and then one of how it stands.

import type { FaultReport } from '../../actors/strategy/strategy-fault.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import type { OutputObserver } from '../../engine/outputs.ts'
import type { Config } from '../../schemas/config/config.ts'
import type { Alert } from '../../schemas/messages/alert.ts'
import { hasLimitNow } from '../../schemas/messages/order.ts'
import { isFill, type OrderFact } from '../../schemas/messages/order-fact.ts'
import type { OrderDenied } from '../../schemas/messages/risk.ts'
import { decimalString, isoTime } from '../../schemas/units.ts'
import { tradeWords } from '../text/trade-words.ts'
import type { LiveSession } from './live-session.ts'

/** Facts that a person need not see: what is on its way, and what says nothing new. */
const QUIET = new Set([
  'order.pending_new',
  'order.pending_cancel',
  'order.pending_replace',
  'order.stale_report',
  'order.duplicate_execution',
])

export class SessionPrinter {
  readonly observer: OutputObserver
  readonly #print: (line: string) => void
  readonly #specs = new Map<string, InstrumentSpec>()

  constructor(print: (line: string) => void) {
    this.#print = print
    this.observer = {
      onFact: (fact, ts_us) => this.#fact(fact, ts_us),
      onDenied: (denial) => this.#denial(denial),
    }
  }

  /** What is to run, before it does. */
  describe(config: Config, instruments: readonly InstrumentSpec[], { start, sequencer }: LiveSession): void {
    this.know(instruments)
    const hosted = sequencer.built.trading.strategies
    for (const { id, account, instruments: traded } of config.strategies) {
      if (hosted.has(id)) this.#print(`${id} trades ${traded.join(', ')} on ${account}`)
    }
    if (start.base_from === 'rerun')
      this.#print('The session goes on where it was: its journal was run again.')
    if (start.base_from === 'fold')
      this.#print(
        `The session goes on after a change of its ${start.changed.join(' and ')}: its ledger was taken up.`,
      )
  }

  /** Whose prices and sizes are printed as decimals. */
  know(instruments: readonly InstrumentSpec[]): void {
    for (const spec of instruments) this.#specs.set(spec.instrument_id, spec)
  }

  alert({ severity, code, what, remedy, ts_us }: Alert): void {
    this.#line(ts_us, `${severity.toUpperCase()} ${what} ${remedy} [${code}]`)
  }

  fault({ strategy_id, handler, code, message, line, ts_us }: FaultReport): void {
    const at = line === '' ? '' : ` (${line})`
    this.#line(ts_us, `FAULT ${strategy_id} failed in ${handler}: ${message}${at} [${code}]`)
  }

  #fact(fact: OrderFact, ts_us: number): void {
    if (QUIET.has(fact.type)) return
    const spec = this.#specs.get(fact.instrument_id)
    const size = (units: number) => this.#size(fact.instrument_id, units)
    const price = (units: number) =>
      spec === undefined ? String(units) : decimalString(units, spec.price_scale)
    const what = isFill(fact)
      ? tradeWords(fact, size, price)
      : `${size(fact.order_quantity_units)}${termsText(fact, price)}`
    const words = fact.type.slice('order.'.length).replaceAll('_', ' ')
    const why = fact.reason_code === '' ? '' : ` (${fact.reason_code})`
    this.#line(
      ts_us,
      `${words.padEnd(16)} ${fact.side.padEnd(4)} ${what} ${fact.instrument_id}  ${fact.client_order_id}${why}`,
    )
  }

  #denial({
    reason_code,
    side,
    order_quantity_units,
    instrument_id,
    strategy_id,
    counter,
    value,
    limit,
    ts_event_us,
  }: OrderDenied): void {
    // A cancel is about no quantity, and of an unknown order nothing says in which units it is.
    const isSized = order_quantity_units !== 0 && instrument_id !== ''
    const quantity = isSized ? `${this.#size(instrument_id, order_quantity_units)} ` : ''
    const against = value === '' ? '' : `: ${value}${limit === '' ? '' : ` against ${limit}`}`
    this.#line(
      ts_event_us,
      `${'denied'.padEnd(16)} ${side.padEnd(4)} ${quantity}${instrument_id}  ${strategy_id}/${counter} (${reason_code}${against})`,
    )
  }

  #size(instrument_id: string, units: number): string {
    const spec = this.#specs.get(instrument_id)
    return spec === undefined ? String(units) : decimalString(units, spec.size_scale)
  }

  #line(ts_us: number, text: string): void {
    this.#print(`${isoTime(ts_us).slice(11, 23)}  ${text}`)
  }
}

/** The limit of an order that has one; of others the type says more than a price of 0. */
function termsText({ order_type, price_units }: OrderFact, price: (units: number) => string): string {
  if (order_type === 'market') return ''
  const name = order_type === 'limit' ? '' : ` ${order_type}`
  return hasLimitNow(order_type, price_units) ? `${name} at ${price(price_units)}` : name
}
