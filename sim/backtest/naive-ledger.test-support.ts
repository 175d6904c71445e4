// An account's money in decimals, rebuilt from fills alone: what was paid and received, and what is still held.

import { Decimal } from 'decimal.js'
import type { Instrument } from '../../schemas/instrument.ts'
import type { Fill } from '../../schemas/messages/order-fact.ts'

const Exact = Decimal.clone({ precision: 60, rounding: Decimal.ROUND_HALF_EVEN })
const MONEY_DIGITS = 8

type Holding = { readonly instrument: Instrument; quantity: Decimal; cost: Decimal; realized: Decimal }

export class NaiveLedger {
  readonly #deposit: Decimal
  readonly #rates: Readonly<Record<string, string>>
  readonly #basis_points: Readonly<Record<string, string>>
  readonly #holdings: ReadonlyMap<string, Holding>
  #fees = new Exact(0)

  constructor(
    deposit: string,
    rates: Readonly<Record<string, string>>,
    /** What a fill costs, by venue. */
    basis_points: Readonly<Record<string, string>>,
    instruments: readonly Instrument[],
  ) {
    this.#deposit = new Exact(deposit)
    this.#rates = rates
    this.#basis_points = basis_points
    this.#holdings = new Map(
      instruments.map((instrument) => [
        instrument.instrument_id,
        { instrument, quantity: new Exact(0), cost: new Exact(0), realized: new Exact(0) },
      ]),
    )
  }

  fill(fill: Fill): void {
    const holding = this.#holding(fill.instrument_id)
    const { price_scale, size_scale, multiplier } = holding.instrument
    const quantity = units(fill.last_quantity_units, size_scale).times(fill.side === 'buy' ? 1 : -1)
    const price = units(fill.last_price_units, price_scale).times(multiplier)
    const fee = price
      .times(quantity)
      .abs()
      .times(this.#basis_points[fill.venue_id] ?? 0)
      .div(10_000)
    this.#fees = this.#fees.plus(this.#converted(holding, rounded(fee, MONEY_DIGITS)))
    this.#trade(holding, quantity, price)
  }

  /** Signed, in units of the instrument. */
  position(instrument_id: string): Decimal {
    return this.#holding(instrument_id).quantity
  }

  balance(): Decimal {
    const realized = [...this.#holdings.values()].map((holding) => this.#converted(holding, money(holding)))
    return realized.reduce((sum, money) => sum.plus(money), this.#deposit).minus(this.#fees)
  }

  /** With every position valued at the price that would close it. */
  equity(closing: (instrument_id: string, isLong: boolean) => number): Decimal {
    return [...this.#holdings.values()].reduce((sum, holding) => {
      const { instrument, quantity, cost, realized } = holding
      if (quantity.isZero()) return sum
      const price = units(closing(instrument.instrument_id, quantity.gt(0)), instrument.price_scale)
      const total = quantity.times(price).times(instrument.multiplier).minus(cost).plus(realized)
      return sum.plus(this.#converted(holding, rounded(total, MONEY_DIGITS).minus(money(holding))))
    }, this.balance())
  }

  /** Closes at average cost, its share rounded to the instrument's own digits, then opens what is left. */
  #trade(holding: Holding, quantity: Decimal, price: Decimal): void {
    const opened = quantity.plus(this.#close(holding, quantity, price))
    holding.quantity = holding.quantity.plus(opened)
    holding.cost = holding.cost.plus(opened.times(price))
  }

  /** The held quantity that a trade of the other direction closes, signed as it was held. */
  #close(holding: Holding, quantity: Decimal, price: Decimal): Decimal {
    if (holding.quantity.isZero() || holding.quantity.s === quantity.s) return ZERO
    const { price_scale, size_scale, multiplier } = holding.instrument
    const size = Exact.min(holding.quantity.abs(), quantity.abs())
    const digits = Math.max(MONEY_DIGITS, price_scale + size_scale + new Exact(multiplier).decimalPlaces())
    const share = rounded(holding.cost.times(size).div(holding.quantity.abs()), digits)
    const closed = size.times(holding.quantity.s)
    holding.realized = holding.realized.plus(closed.times(price)).minus(share)
    holding.cost = holding.cost.minus(share)
    holding.quantity = holding.quantity.minus(closed)
    return closed
  }

  #converted({ instrument }: Holding, amount: Decimal): Decimal {
    return rounded(amount.times(this.#rates[instrument.quote_currency] ?? 1), MONEY_DIGITS)
  }

  #holding(instrument_id: string): Holding {
    const holding = this.#holdings.get(instrument_id)
    if (holding === undefined) throw new Error(`the ledger has no ${instrument_id}`)
    return holding
  }
}

/** Money as the engine prints it: a count of 10^-8. */
export function moneyUnits(money: Decimal): bigint {
  return BigInt(money.times('1e8').toFixed(0))
}

const ZERO = new Exact(0)

/** Profit so far, as money of the quote currency. */
function money({ realized }: Holding): Decimal {
  return rounded(realized, MONEY_DIGITS)
}

function units(value: number, scale: number): Decimal {
  return new Exact(value).div(new Exact(10).pow(scale))
}

function rounded(amount: Decimal, digits: number): Decimal {
  return amount.toDecimalPlaces(digits, Decimal.ROUND_HALF_EVEN)
}
