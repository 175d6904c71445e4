// The desk of a simulated market: takes what an operator asks for, looks whether it can be, and answers once the ledger
// holds it. A request that is repeated, since its answer was lost say, changes nothing and is answered as before.

import { type InstrumentSpec, priceReason, quantityReason } from '../../engine/instrument-spec.ts'
import { must } from '../../schemas/assert.ts'
import type { HaltAct, MarketAct, TradeAct } from '../../schemas/messages/market-act.ts'
import type { SecurityTradingStatus } from '../../schemas/messages/security-status.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { decimalString, parseUnits } from '../../schemas/units.ts'
import type { KeptTrade } from '../exchange/accounts/kept-trades.ts'
import type { HostDriver } from './host-driver.ts'

export type TradeRequest = {
  readonly act: TradeAct['type']
  readonly execution_id: string
  /** Decimals; '' leaves them as they are. Of a trade_correct alone. */
  readonly price: string
  readonly quantity: string
  readonly operator: string
  readonly reason: string
}

export type TradeAnswer = {
  readonly act: TradeAct['type']
  readonly execution_id: string
  /** Execution id of the trade_cancel or trade_correct that was reported for it. */
  readonly taken_by: string
  readonly client_order_id: string
  readonly instrument_id: string
  /** As the trade stands now. */
  readonly price: string
  readonly quantity: string
  /** It had been asked for before, and nothing was done. */
  readonly was_done_before: boolean
}

export type HaltRequest = {
  readonly act: HaltAct['type']
  readonly instrument_id: string
  readonly operator: string
  readonly reason: string
}

export type HaltAnswer = {
  readonly act: HaltAct['type']
  readonly instrument_id: string
  /** As the instrument stands now: one that is let go may be closed, or halted by something else. */
  readonly status: SecurityTradingStatus
  readonly was_done_before: boolean
}

type Decision = { readonly act?: MarketAct; readonly refusal?: OperatingError }

/** What the trade is to come to. */
type Wanted = { readonly price_units: number; readonly quantity_units: number }

export class MarketDesk {
  readonly #driver: HostDriver

  constructor(driver: HostDriver) {
    this.#driver = driver
  }

  /** Stops the trading of an instrument until it is let go, or lets it go. */
  async askHalt({ act: type, instrument_id: id, operator, reason }: HaltRequest): Promise<HaltAnswer> {
    const { host } = this.#driver
    const spec = host.specs.find(({ instrument_id }) => instrument_id === id)
    if (spec === undefined) throw unknownInstrument(id, host.specs)
    const { venue_id, instrument_id } = spec
    const exchange = host.books.venues.exchange(venue_id)
    const { act } = await this.#driver.act((): Decision => {
      const isDone = exchange.isHeld(spec) === (type === 'halt')
      return isDone ? {} : { act: { type, venue_id, instrument_id, operator, reason } }
    })
    const status = exchange.statusOf(spec, host.books.now_us)
    return { act: type, instrument_id, status, was_done_before: act === undefined }
  }

  /** Takes a trade back, or corrects it. */
  async ask(request: TradeRequest): Promise<TradeAnswer> {
    const { act, refusal } = await this.#driver.act(() => this.#decide(request))
    if (refusal !== undefined) throw refusal
    return this.#answer(request, act === undefined)
  }

  #decide(request: TradeRequest): Decision {
    const { act: type, execution_id, operator, reason } = request
    const kept = this.#find(execution_id)
    if (kept === undefined) return { refusal: unknownTrade(execution_id) }
    const wanted = type === 'trade_cancel' ? NOTHING : this.#corrected(request, kept)
    const isRefused = wanted instanceof OperatingError
    if (kept.taken_by !== '')
      return !isRefused && this.#stands(kept.taken_by, wanted) ? {} : { refusal: this.#isTaken(kept) }
    if (isRefused) return { refusal: wanted }
    const { venue_id } = kept.trade
    return { act: { type, venue_id, execution_id, ...wanted, operator, reason } }
  }

  #corrected({ price, quantity }: TradeRequest, { trade }: KeptTrade): Wanted | OperatingError {
    const spec = this.#spec(trade.instrument_index)
    const { last_price_units, last_quantity_units } = trade
    const price_units = price === '' ? last_price_units : parseUnits(price, spec.price_scale)
    const { now_us } = this.#driver.host.books
    if (price_units === undefined || priceReason(spec, price_units, now_us) !== '')
      return badValue(
        'exchange.bad_price',
        `A trade in ${spec.instrument_id} cannot be at ${price}.`,
        '--price',
      )
    const quantity_units = quantity === '' ? last_quantity_units : parseUnits(quantity, spec.size_scale)
    const isQuantity = quantity_units !== undefined && quantityReason(spec, quantity_units) === ''
    if (!isQuantity || quantity_units > last_quantity_units) {
      const most = decimalString(last_quantity_units, spec.size_scale)
      const what = `The trade is of ${most} ${spec.instrument_id}, and cannot be corrected to ${quantity}: to whole lots, and to no more than it was.`
      return badValue('exchange.bad_quantity', what, '--quantity')
    }
    if (price_units === last_price_units && quantity_units === last_quantity_units)
      return badValue(
        'exchange.nothing_to_correct',
        'The trade is as it is to be already.',
        trade.execution_id,
      )
    return { price_units, quantity_units }
  }

  /** Whether the trade has come to that already. */
  #stands(taken_by: string, { price_units, quantity_units }: Wanted): boolean {
    // What takes a trade back is no trade, and is not kept as one.
    const anew = this.#find(taken_by)?.trade
    if (anew === undefined) return quantity_units === 0
    return anew.last_price_units === price_units && anew.last_quantity_units === quantity_units
  }

  #isTaken({ trade: { execution_id }, taken_by }: KeptTrade): OperatingError {
    const isCorrected = this.#find(taken_by) !== undefined
    return new OperatingError({
      code: isCorrected ? 'exchange.trade_corrected' : 'exchange.trade_busted',
      reason: 'usage',
      what: `The trade ${execution_id} was ${isCorrected ? 'corrected' : 'taken back'} by ${taken_by}.`,
      where: execution_id,
      remedy: isCorrected ? `It stands as ${taken_by}: name that.` : 'Nothing is left of it to change.',
    })
  }

  #answer({ act, execution_id }: TradeRequest, was_done_before: boolean): TradeAnswer {
    const { trade, taken_by } = must(this.#find(execution_id), 'a trade is kept that was just acted upon')
    const { instrument_id, instrument_index, client_order_id } = trade
    const spec = this.#spec(instrument_index)
    const anew = this.#find(taken_by)?.trade
    return {
      act,
      execution_id,
      taken_by,
      client_order_id,
      instrument_id,
      price: decimalString(anew?.last_price_units ?? trade.last_price_units, spec.price_scale),
      quantity: decimalString(anew?.last_quantity_units ?? 0, spec.size_scale),
      was_done_before,
    }
  }

  #find(execution_id: string): KeptTrade | undefined {
    for (const exchange of this.#driver.host.books.venues.exchanges) {
      const kept = exchange.findTrade(execution_id)
      if (kept !== undefined) return kept
    }
    return undefined
  }

  #spec(instrument_index: number): InstrumentSpec {
    return must(this.#driver.host.specs[instrument_index], 'a trade is of a known instrument')
  }
}

const NOTHING: Wanted = { price_units: 0, quantity_units: 0 }

const NAMES_TOLD_MAX = 5

function unknownInstrument(instrument_id: string, known: readonly InstrumentSpec[]): OperatingError {
  const names = known.slice(0, NAMES_TOLD_MAX).map((spec) => spec.instrument_id)
  const more = known.length > names.length ? ` or one of ${known.length - names.length} others` : ''
  return new OperatingError({
    code: 'exchange.unknown_instrument',
    reason: 'usage',
    what: `The exchange has no instrument ${instrument_id}.`,
    where: instrument_id,
    remedy: `Name one of its configuration: ${names.join(', ')}${more}.`,
  })
}

function unknownTrade(execution_id: string): OperatingError {
  return new OperatingError({
    code: 'exchange.unknown_trade',
    reason: 'usage',
    what: `The venue knows no trade ${execution_id}, or no longer: it remembers the latest.`,
    where: execution_id,
    remedy: 'Name the execution of a trade as orrery why prints it.',
  })
}

function badValue(code: string, what: string, where: string): OperatingError {
  return new OperatingError({ code, reason: 'usage', what, where, remedy: 'Give another one.' })
}
