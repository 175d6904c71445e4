// Trades that a venue takes back or corrects: which ones, by chance from the seed of the session; when; and what becomes
// of account, order and reports then. Rules: ./SPEC.md.

import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { type InstrumentSpec, incrementUnits, priceReason } from '../../engine/instrument-spec.ts'
import { type Commission, commissionOfFill } from '../../engine/money/commission.ts'
import { RandomStream } from '../../engine/random-stream.ts'
import { must } from '../../schemas/assert.ts'
import type { VenueId } from '../../schemas/ids.ts'
import type { BustsConfig } from '../../schemas/market-rules.ts'
import type { VenueReport } from '../../schemas/messages/order.ts'
import type { PriceUnits, SizeUnits, TimeUs } from '../../schemas/units.ts'
import type { Agenda, TradeBust } from './agenda.ts'
import type { VenueAccount } from './venue-account.ts'
import { orderedUnits, type VenueOrder } from './venue-order.ts'

export type TradeBustsTerms = {
  readonly venue_id: VenueId
  readonly rank: number
  readonly seed: number
  /** Absent: no trade is taken back. */
  readonly config: BustsConfig | undefined
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

/** What is known of an order that has trades to be taken back; it may end before they are. */
type Traded = { cum_quantity_units: number; due_count: number }

export class TradeBusts {
  readonly #terms: TradeBustsTerms
  readonly #random: RandomStream
  readonly #bust: number
  readonly #correct: number
  readonly #traded = new Map<string, Traded>()

  constructor(terms: TradeBustsTerms) {
    this.#terms = terms
    this.#random = new RandomStream(terms.seed, `exchange/${terms.venue_id}/busts`)
    this.#bust = Number(terms.config?.bust_probability ?? 0)
    this.#correct = Number(terms.config?.correct_probability ?? 0)
  }

  /** A trade was reported; chance decides whether it stands. */
  onTrade(trade: VenueReport, now_us: number): void {
    const { config, agenda, rank, venue_id } = this.#terms
    if (config === undefined) return
    const draw = this.#random.nextFloat()
    const traded = this.#traded.get(trade.venue_order_id)
    if (traded !== undefined) traded.cum_quantity_units = trade.cum_quantity_units
    const isBust = draw < this.#bust
    if (draw >= this.#bust + this.#correct) return
    const corrected_price_units = isBust ? trade.last_price_units : this.#worsePrice(trade, config, now_us)
    // A price that would be none a trade can have is left as it is.
    if (!isBust && corrected_price_units === trade.last_price_units) return
    if (traded === undefined)
      this.#traded.set(trade.venue_order_id, { cum_quantity_units: trade.cum_quantity_units, due_count: 1 })
    else traded.due_count++
    agenda.add('arrival', rank, now_us, now_us + config.delay_us, {
      type: 'trade_bust',
      venue_id,
      trade,
      is_correction: !isBust,
      corrected_price_units,
    })
  }

  /** The venue takes the trade back, and books it anew where it corrects it. */
  onDue({ trade, is_correction, corrected_price_units }: TradeBust, now_us: number): void {
    const { account_id, instrument_index, side, last_price_units, last_quantity_units, venue_order_id } =
      trade
    const account = must(this.#terms.accounts.get(account_id), 'a trade is of an account of the venue')
    const order = this.#terms.findOpen(venue_order_id)
    account.trade(instrument_index, side === 'buy' ? 'sell' : 'buy', last_price_units, last_quantity_units)
    account.charge(-trade.commission, trade.commission_currency)
    const traded = must(this.#traded.get(venue_order_id), 'an order with a trade to take back is known')
    if (--traded.due_count === 0) this.#traded.delete(venue_order_id)
    if (is_correction) {
      const commission = this.#commission(instrument_index, corrected_price_units, last_quantity_units)
      account.trade(instrument_index, side, corrected_price_units, last_quantity_units)
      account.charge(commission, trade.commission_currency)
      return this.#report(
        { ...trade, report_type: 'trade_correct', execution_id: this.#terms.nextExecutionId(), commission },
        { last_price_units: corrected_price_units as PriceUnits },
        { trade, order, traded, now_us },
      )
    }
    traded.cum_quantity_units -= last_quantity_units
    if (order !== undefined) reopen(order, last_quantity_units)
    this.#report(
      { ...trade, report_type: 'trade_cancel', execution_id: this.#terms.nextExecutionId(), commission: 0n },
      {},
      { trade, order, traded, now_us },
    )
  }

  save(writer: CanonicalWriter): void {
    this.#random.save(writer)
    writer.value(new Map(this.#traded))
  }

  load(reader: CanonicalReader): void {
    this.#random.load(reader)
    for (const [id, traded] of reader.value() as Map<string, Traded>) this.#traded.set(id, traded)
  }

  /** As the order stands now, or as it ended. */
  #report(
    about: VenueReport,
    change: Partial<VenueReport>,
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
        ...change,
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

  #commission(instrument_index: number, price_units: number, quantity_units: number): bigint {
    const rule = this.#terms.commissions[instrument_index]
    if (rule === undefined) return 0n
    const spec = must(this.#terms.specs[instrument_index], 'a trade is of a listed instrument')
    return commissionOfFill(rule, spec, price_units as PriceUnits, quantity_units as SizeUnits)
  }
}

/** An open order has the quantity to trade again; what rests or is kept counts with it in its account. */
function reopen(order: VenueOrder, quantity_units: number): void {
  order.cum_quantity_units = (order.cum_quantity_units - quantity_units) as SizeUnits
  const counts = order.is_resting || (order.is_called && !order.is_waiting)
  if (counts) order.account.rest(order.instrument_index, order.side, quantity_units)
}
