// Trades that a venue takes back or corrects: which ones, by chance from the seed of the session or by an operator's act;
// when; and what becomes of account, order and reports then. Rules: ./SPEC.md.

import type { CanonicalReader } from '../../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../../engine/canonical/canonical-writer.ts'
import { type InstrumentSpec, incrementUnits, priceReason } from '../../../engine/instrument-spec.ts'
import { type Commission, commissionOfFill } from '../../../engine/money/commission.ts'
import { RandomStream } from '../../../engine/random-stream.ts'
import { assert, must } from '../../../schemas/assert.ts'
import type { BustsConfig } from '../../../schemas/config/market-rules.ts'
import type { VenueId } from '../../../schemas/ids.ts'
import type { TradeAct } from '../../../schemas/messages/market-act.ts'
import type { VenueReport } from '../../../schemas/messages/order.ts'
import type { PriceUnits, SizeUnits, TimeUs } from '../../../schemas/units.ts'
import type { Agenda, TradeBust } from '../in-flight/agenda.ts'
import { orderedUnits, type VenueOrder } from '../orders/venue-order.ts'
import { type KeptTrade, KeptTrades } from './kept-trades.ts'
import type { VenueAccount } from './venue-account.ts'

export type TradeBustsTerms = {
  readonly venue_id: VenueId
  readonly rank: number
  readonly seed: number
  /** Absent: chance takes no trade back. */
  readonly config: BustsConfig | undefined
  /** How many trades an operator can take back, the latest; 0 where nobody operates the market. */
  readonly trade_retention: number
  readonly agenda: Agenda
  readonly specs: readonly InstrumentSpec[]
  readonly commissions: readonly (Commission | undefined)[]
  readonly accounts: ReadonlyMap<string, VenueAccount>
  /** The order while it is open, whatever incarnation is in force. */
  readonly findOpen: (venue_order_id: string) => VenueOrder | undefined
  /** An execution id that was not given out yet. */
  readonly nextExecutionId: () => string
  readonly report: (report: VenueReport, ts_us: number) => void
}

/** What is known of an order with trades that may be taken back, of which there are so many; it may end before they are. */
type Traded = { cum_quantity_units: number; trade_count: number }

/** A trade as it stands, and what is to become of it. */
type Taking = {
  readonly trade: VenueReport
  /** Undefined where it did not happen. */
  readonly corrected: { readonly price_units: number; readonly quantity_units: number } | undefined
  readonly reason_code: string
  readonly reason_text: string
}

export class TradeBusts {
  readonly #terms: TradeBustsTerms
  readonly #random: RandomStream
  readonly #bust: number
  readonly #correct: number
  readonly #traded = new Map<string, Traded>()
  readonly #kept: KeptTrades
  /** Trades that an operator took back or corrected before chance did. */
  readonly #overtaken = new Set<string>()

  constructor(terms: TradeBustsTerms) {
    this.#terms = terms
    this.#random = new RandomStream(terms.seed, `exchange/${terms.venue_id}/busts`)
    this.#bust = Number(terms.config?.bust_probability ?? 0)
    this.#correct = Number(terms.config?.correct_probability ?? 0)
    this.#kept = new KeptTrades(terms.trade_retention)
  }

  /** A trade that an operator can act upon, or could, had it not been taken back already. */
  find(execution_id: string): KeptTrade | undefined {
    return this.#kept.find(execution_id)
  }

  /** A trade was reported; chance decides whether it stands. */
  onTrade(trade: VenueReport, now_us: number): void {
    const { config } = this.#terms
    if (config === undefined && !this.#kept.keeps_any) return
    const traded = this.#traded.get(trade.venue_order_id)
    if (traded !== undefined) traded.cum_quantity_units = trade.cum_quantity_units
    if (this.#kept.keeps_any) this.#keep(trade)
    if (config !== undefined) this.#draw(trade, config, now_us)
  }

  /** The venue takes the trade back, or corrects it, as chance has decided; an operator may have been there before. */
  onDue({ trade, is_correction, corrected_price_units }: TradeBust, now_us: number): void {
    const { execution_id, last_quantity_units: quantity_units, venue_order_id } = trade
    const corrected = is_correction ? { price_units: corrected_price_units, quantity_units } : undefined
    if (!this.#overtaken.delete(execution_id))
      this.#take({ trade, corrected, reason_code: '', reason_text: '' }, now_us)
    this.#letGo(venue_order_id)
  }

  /** An operator takes a trade that stands back, or corrects it. */
  onAct({ type, execution_id, price_units, quantity_units, reason }: TradeAct, now_us: number): void {
    const kept = must(this.#kept.find(execution_id), 'an act is upon a trade that is kept')
    assert(kept.taken_by === '', 'an act is upon a trade that stands')
    if (kept.is_due) this.#overtaken.add(execution_id)
    const corrected = type === 'trade_correct' ? { price_units, quantity_units } : undefined
    this.#take({ trade: kept.trade, corrected, reason_code: 'operator', reason_text: reason }, now_us)
  }

  save(writer: CanonicalWriter): void {
    this.#random.save(writer)
    writer.value(new Map(this.#traded))
    if (!this.#kept.keeps_any) return
    this.#kept.save(writer)
    writer.value(this.#overtaken)
  }

  load(reader: CanonicalReader): void {
    this.#random.load(reader)
    for (const [id, traded] of reader.value() as Map<string, Traded>) this.#traded.set(id, traded)
    if (!this.#kept.keeps_any) return
    const { specs } = this.#terms
    this.#kept.load(
      reader,
      (id) =>
        must(
          specs.find(({ instrument_id }) => instrument_id === id),
          'an instrument is listed',
        ).index,
    )
    for (const id of reader.value() as Set<string>) this.#overtaken.add(id)
  }

  #draw(trade: VenueReport, config: BustsConfig, now_us: number): void {
    const { agenda, rank, venue_id } = this.#terms
    const draw = this.#random.nextFloat()
    const isBust = draw < this.#bust
    if (draw >= this.#bust + this.#correct) return
    const corrected_price_units = isBust ? trade.last_price_units : this.#worsePrice(trade, config, now_us)
    // A price that would be none a trade can have is left as it is.
    if (!isBust && corrected_price_units === trade.last_price_units) return
    this.#hold(trade)
    const kept = this.#kept.find(trade.execution_id)
    if (kept !== undefined) kept.is_due = true
    agenda.add('arrival', rank, now_us, now_us + config.delay_us, {
      type: 'trade_bust',
      venue_id,
      trade,
      is_correction: !isBust,
      corrected_price_units,
    })
  }

  #keep(trade: VenueReport): void {
    this.#hold(trade)
    const forgotten = this.#kept.add(trade)
    if (forgotten !== undefined) this.#letGo(forgotten.venue_order_id)
  }

  #hold({ venue_order_id, cum_quantity_units }: VenueReport): void {
    const traded = this.#traded.get(venue_order_id)
    if (traded === undefined) this.#traded.set(venue_order_id, { cum_quantity_units, trade_count: 1 })
    else traded.trade_count++
  }

  #letGo(venue_order_id: string): void {
    const traded = must(this.#traded.get(venue_order_id), 'an order with a trade to take back is known')
    if (--traded.trade_count === 0) this.#traded.delete(venue_order_id)
  }

  /** The account is booked the same trade on the other side, and the trade anew where it is corrected. */
  #take({ trade, corrected, ...reason }: Taking, now_us: number): void {
    const { account_id, instrument_index, side, last_price_units, last_quantity_units } = trade
    const account = must(this.#terms.accounts.get(account_id), 'a trade is of an account of the venue')
    const order = this.#terms.findOpen(trade.venue_order_id)
    const traded = must(this.#traded.get(trade.venue_order_id), 'an order with a trade to take back is known')
    const execution_id = this.#terms.nextExecutionId()
    account.trade(instrument_index, side === 'buy' ? 'sell' : 'buy', last_price_units, last_quantity_units)
    account.charge(-trade.commission, trade.commission_currency)
    const freed_units = last_quantity_units - (corrected?.quantity_units ?? 0)
    traded.cum_quantity_units -= freed_units
    if (order !== undefined) reopen(order, freed_units)
    const kept = this.#kept.find(trade.execution_id)
    if (kept !== undefined) kept.taken_by = execution_id
    const standing = { now_us, traded, order, trade }
    if (corrected === undefined)
      return this.#report(
        { ...trade, ...reason, report_type: 'trade_cancel', execution_id, commission: 0n },
        standing,
      )
    const price_units = corrected.price_units as PriceUnits
    const quantity_units = corrected.quantity_units as SizeUnits
    const commission = this.#commission(instrument_index, price_units, quantity_units)
    account.trade(instrument_index, side, price_units, quantity_units)
    account.charge(commission, trade.commission_currency)
    const anew: VenueReport = {
      ...trade,
      execution_id,
      commission,
      last_price_units: price_units,
      last_quantity_units: quantity_units,
    }
    if (this.#kept.keeps_any) this.#keep(anew)
    this.#report({ ...anew, ...reason, report_type: 'trade_correct' }, standing)
  }

  /** As the order stands now, or as it ended. */
  #report(
    about: VenueReport,
    {
      trade,
      order,
      traded,
      now_us,
    }: { trade: VenueReport; order: VenueOrder | undefined; traded: Traded; now_us: number },
  ): void {
    this.#terms.report(
      {
        ...about,
        execution_reference_id: trade.execution_id,
        ...(order !== undefined && {
          client_order_id: order.client_order_id,
          price_units: order.price_units,
          order_quantity_units: orderedUnits(order),
        }),
        cum_quantity_units: traded.cum_quantity_units as SizeUnits,
        leaves_quantity_units: (order === undefined
          ? 0
          : orderedUnits(order) - order.cum_quantity_units) as SizeUnits,
        liquidity_side: '',
        ts_event_us: now_us as TimeUs,
      },
      now_us,
    )
  }

  /** So many increments against the order; the trade's own price where that is none. */
  #worsePrice(trade: VenueReport, { correct_increments }: BustsConfig, now_us: number): number {
    const spec = must(this.#terms.specs[trade.instrument_index], 'a trade is of a listed instrument')
    const distance = correct_increments * (incrementUnits(spec, trade.last_price_units, now_us) ?? 0)
    const price = trade.last_price_units + (trade.side === 'buy' ? distance : -distance)
    return priceReason(spec, price as PriceUnits, now_us) === '' ? price : trade.last_price_units
  }

  #commission(instrument_index: number, price_units: PriceUnits, quantity_units: SizeUnits): bigint {
    const rule = this.#terms.commissions[instrument_index]
    if (rule === undefined) return 0n
    const spec = must(this.#terms.specs[instrument_index], 'a trade is of a listed instrument')
    return commissionOfFill(rule, spec, price_units, quantity_units)
  }
}

/** An open order has the quantity to trade again; what rests or is kept counts with it in its account. */
function reopen(order: VenueOrder, quantity_units: number): void {
  order.cum_quantity_units = (order.cum_quantity_units - quantity_units) as SizeUnits
  const counts = order.is_resting || (order.is_called && !order.is_waiting)
  if (counts) order.account.rest(order.instrument_index, order.side, quantity_units)
}
