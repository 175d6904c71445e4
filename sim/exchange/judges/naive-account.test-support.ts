// A margin account in plain decimals, written from the rules in SPEC.md and not from the code: every sum is taken anew
// from the list of trades.

import { Decimal } from 'decimal.js'
import type { VenueReport } from '../../../schemas/messages/order.ts'

const Exact = Decimal.clone({ precision: 60 })

export type NaiveInstrument = {
  readonly price_scale: number
  readonly size_scale: number
  readonly multiplier: string
  readonly rate: string
  readonly margin: string
  readonly short_allowed: boolean
}

type Trade = { instrument: number; quantity: Decimal; price: Decimal }
type Open = { instrument: number; side: string; leaves: Decimal }

export class NaiveAccount {
  readonly #instruments: readonly NaiveInstrument[]
  readonly #deposit: Decimal
  readonly #leverage: Decimal
  readonly #trades: Trade[] = []
  readonly #open = new Map<string, Open>()
  readonly #prices = new Map<number, { bid: Decimal; ask: Decimal }>()
  #fees = new Exact(0)

  constructor(instruments: readonly NaiveInstrument[], deposit: string, leverage: string) {
    this.#instruments = instruments
    this.#deposit = new Exact(deposit)
    this.#leverage = new Exact(leverage)
  }

  quote(instrument: number, bid_units: number, ask_units: number): void {
    const scale = this.#of(instrument).price_scale
    this.#prices.set(instrument, { bid: scaled(bid_units, scale), ask: scaled(ask_units, scale) })
  }

  report(report: VenueReport): void {
    const { instrument_index: instrument, side, report_type, venue_order_id } = report
    const { price_scale, size_scale } = this.#of(instrument)
    if (report_type === 'trade') {
      const quantity = scaled(report.last_quantity_units, size_scale)
      const price = scaled(report.last_price_units, price_scale)
      this.#trades.push({ instrument, quantity: side === 'buy' ? quantity : quantity.neg(), price })
      const fee = new Exact(report.commission.toString()).div('1e8')
      this.#fees = this.#fees.plus(fee.times(this.#of(instrument).rate))
    }
    this.#open.set(venue_order_id, {
      instrument,
      side,
      leaves: scaled(report.leaves_quantity_units, size_scale),
    })
  }

  position(instrument: number): Decimal {
    return sum(this.#tradesOf(instrument).map((trade) => trade.quantity))
  }

  /** What it would be worth to close everything now. */
  equity(): Decimal {
    const results = this.#instruments.map((_, instrument) => {
      const cash = sum(this.#tradesOf(instrument).map((trade) => trade.quantity.times(trade.price).neg()))
      const held = this.position(instrument)
      return this.#converted(instrument, cash.plus(held.times(this.#closing(instrument, held))))
    })
    return this.#deposit.plus(sum(results)).minus(this.#fees)
  }

  /** Realized at average cost, by going through all trades. */
  balance(): Decimal {
    const realized = this.#instruments.map((_, instrument) => {
      let held = new Exact(0)
      let average = new Exact(0)
      let profit = new Exact(0)
      for (const { quantity, price } of this.#tradesOf(instrument)) {
        const isOpening = held.isZero() || held.s === quantity.s
        const closed = isOpening ? new Exact(0) : Exact.min(held.abs(), quantity.abs()).times(held.s)
        profit = profit.plus(closed.times(price.minus(average)))
        const after = held.plus(quantity)
        if (isOpening) average = held.times(average).plus(quantity.times(price)).div(after)
        else if (after.s !== held.s) average = price
        held = after
      }
      return this.#converted(instrument, profit)
    })
    return this.#deposit.plus(sum(realized)).minus(this.#fees)
  }

  /** Why the rules refuse this order; '' when they do not. */
  refusal(instrument: number, side: string, quantity_units: number): string {
    const quantity = scaled(quantity_units, this.#of(instrument).size_scale)
    const [long, short] = this.#extremes(instrument, side, quantity)
    if (side === 'sell' && !this.#of(instrument).short_allowed && short.isNegative() && !short.isZero()) {
      return 'short_not_allowed'
    }
    const [longBefore, shortBefore] = this.#extremes(instrument, side, new Exact(0))
    const before = Exact.max(longBefore.abs(), shortBefore.abs())
    if (Exact.max(long.abs(), short.abs()).lte(before)) return ''
    const gross = this.#instruments.map((_, each) => {
      const extremes = this.#extremes(each, side, each === instrument ? quantity : new Exact(0))
      const worst = extremes[0].abs().gte(extremes[1].abs()) ? extremes[0] : extremes[1]
      if (worst.isZero()) return worst
      return this.#converted(each, worst.times(this.#closing(each, worst)).abs())
    })
    const margin = sum(gross.map((value, each) => value.times(this.#of(each).margin)))
    const equity = this.equity()
    return margin.lte(equity) && sum(gross).lte(equity.times(this.#leverage)) ? '' : 'insufficient_margin'
  }

  /** Position if all buys fill, and if all sells do, with one more order. */
  #extremes(instrument: number, side: string, quantity: Decimal): [Decimal, Decimal] {
    const open = [...this.#open.values()].filter((order) => order.instrument === instrument)
    const left = (which: string) => sum(open.filter((each) => each.side === which).map((each) => each.leaves))
    const held = this.position(instrument)
    const buys = left('buy').plus(side === 'buy' ? quantity : 0)
    const sells = left('sell').plus(side === 'sell' ? quantity : 0)
    return [held.plus(buys), held.minus(sells)]
  }

  #closing(instrument: number, held: Decimal): Decimal {
    const prices = this.#prices.get(instrument)
    if (prices === undefined) return new Exact(0)
    return held.isNegative() ? prices.ask : prices.bid
  }

  #converted(instrument: number, amount: Decimal): Decimal {
    const { multiplier, rate } = this.#of(instrument)
    return amount.times(multiplier).times(rate)
  }

  #tradesOf(instrument: number): Trade[] {
    return this.#trades.filter((trade) => trade.instrument === instrument)
  }

  #of(instrument: number): NaiveInstrument {
    const found = this.#instruments[instrument]
    if (found === undefined) throw new Error(`no instrument ${instrument}`)
    return found
  }
}

function scaled(units: number, scale: number): Decimal {
  return new Exact(units).div(new Exact(10).pow(scale))
}

function sum(values: readonly Decimal[]): Decimal {
  return values.reduce((total, value) => total.plus(value), new Exact(0))
}
