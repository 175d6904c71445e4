// A netting position of one book in one instrument, at average cost, exact.
//
// Amounts are values: counts of 10^-value_scale of the quote currency. Cash that fills paid out equals the open cost less
// what was realized, to the last count, whatever was filled: a partial close takes its share of the open cost
// rounded half to even, and what rounding left stays in the open cost until the position is flat.

import { assert } from '../../schemas/assert.ts'
import type { Side } from '../../schemas/messages/order.ts'
import type { PriceUnits, SizeUnits } from '../../schemas/units.ts'
import type { CanonicalReader } from '../canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../canonical/canonical-writer.ts'
import type { InstrumentSpec } from '../instrument-spec.ts'
import { exactValue, moneyOfValue } from '../money/money.ts'
import { divideRounded } from '../money/rounding.ts'

/** What one fill did to a position. */
export type FillEffect = {
  readonly closed_units: number
  readonly opened_units: number
  /** Profit of the closed part before fees, as money of the quote currency. */
  readonly realized: bigint
  /** The position ended, or turned over and ended on its old side. */
  readonly position_closed: boolean
  readonly flipped: boolean
}

export type PositionParts = {
  readonly quantity_units: number
  readonly open_cost: bigint
  readonly realized: bigint
  readonly positions_closed: number
}

export class Position {
  readonly spec: InstrumentSpec
  #quantity_units = 0
  /** Signed like the quantity: what the open quantity was bought for, or minus what it was sold for. */
  #open_cost = 0n
  #realized = 0n
  /** The profit so far rounded to money: every close asks for it before and after. */
  #realized_money = 0n
  #positions_closed = 0

  constructor(spec: InstrumentSpec) {
    this.spec = spec
  }

  /** Positive long, negative short. */
  get quantity_units(): number {
    return this.#quantity_units
  }

  get open_cost(): bigint {
    return this.#open_cost
  }

  /** Profit realized so far before fees, as an exact value. */
  get realized(): bigint {
    return this.#realized
  }

  /** Profit realized so far before fees, as money: the sum of every fill's `realized`. */
  get realized_money(): bigint {
    return this.#realized_money
  }

  get positions_closed(): number {
    return this.#positions_closed
  }

  /** Average open price in price units, for display; 0 when flat. */
  get average_price_units(): number {
    if (this.#quantity_units === 0) return 0
    const perUnit = this.spec.value_per_product * BigInt(this.#quantity_units)
    // Six more digits than the price has, so that the double is right to far below a price unit.
    return (
      Number(divideRounded(this.#open_cost * 1_000_000n * sign(perUnit), magnitude(perUnit), 'half_even')) /
      1e6
    )
  }

  /** Whether the quantity after such a fill is still a safe integer; the gate denies what is not. */
  admits(side: Side, quantity_units: number): boolean {
    return Number.isSafeInteger(this.#quantity_units + (side === 'buy' ? quantity_units : -quantity_units))
  }

  /** Books one execution. */
  applyFill(side: Side, price_units: PriceUnits, quantity_units: SizeUnits): FillEffect {
    const effect = this.#book(side, price_units, quantity_units)
    if (effect.position_closed) this.#positions_closed++
    return effect
  }

  /**
   * Takes back a busted execution by a reversing entry: the same trade on the other side. Quantity, cash and equity
   * become those of a history without it. How its profit splits into realized and open is the entry's own, because
   * recomputing the split would change what earlier entries said; a reversal closes no position in the count. A
   * corrected execution is reversed and booked again as it should have been.
   */
  reverseFill(side: Side, price_units: PriceUnits, quantity_units: SizeUnits): FillEffect {
    const effect = this.#book(side === 'buy' ? 'sell' : 'buy', price_units, quantity_units)
    return { ...effect, position_closed: false }
  }

  /** Profit of the open quantity, as an exact value, at the side that would close it: long at the bid, short at the ask. */
  unrealized(bid_price_units: PriceUnits, ask_price_units: PriceUnits): bigint {
    const quantity = this.#quantity_units
    if (quantity === 0) return 0n
    const price = quantity > 0 ? bid_price_units : ask_price_units
    return exactValue(this.spec, price, quantity) - this.#open_cost
  }

  /** `unrealized` as money. With the rounded realized money it adds up to the rounded total, as equity needs. */
  unrealizedMoney(bid_price_units: PriceUnits, ask_price_units: PriceUnits): bigint {
    const total = this.#realized + this.unrealized(bid_price_units, ask_price_units)
    return this.#moneyOf(total) - this.realized_money
  }

  /** Everything it holds, for whoever keeps it in another form than a snapshot's. */
  get parts(): PositionParts {
    return {
      quantity_units: this.#quantity_units,
      open_cost: this.#open_cost,
      realized: this.#realized,
      positions_closed: this.#positions_closed,
    }
  }

  restore(parts: PositionParts): void {
    this.#quantity_units = parts.quantity_units
    this.#open_cost = parts.open_cost
    this.#realized = parts.realized
    this.#realized_money = this.#moneyOf(this.#realized)
    this.#positions_closed = parts.positions_closed
  }

  save(writer: CanonicalWriter): void {
    writer.number(this.#quantity_units)
    writer.big(this.#open_cost)
    writer.big(this.#realized)
    writer.number(this.#positions_closed)
  }

  load(reader: CanonicalReader): void {
    this.#quantity_units = reader.number()
    this.#open_cost = reader.big()
    this.#realized = reader.big()
    this.#realized_money = this.#moneyOf(this.#realized)
    this.#positions_closed = reader.number()
  }

  #book(side: Side, price_units: number, quantity_units: number): FillEffect {
    assert(quantity_units > 0, 'a fill has a positive quantity')
    const before = this.#quantity_units
    const signed = side === 'buy' ? quantity_units : -quantity_units
    const after = before + signed
    assert(Number.isSafeInteger(after), 'a position is a safe integer; the gate denies what would exceed it')
    this.#quantity_units = after
    if (before === 0 || before > 0 === signed > 0) {
      this.#open_cost += exactValue(this.spec, price_units, signed)
      return {
        closed_units: 0,
        opened_units: quantity_units,
        realized: 0n,
        position_closed: false,
        flipped: false,
      }
    }
    const closed = Math.min(quantity_units, Math.abs(before))
    const realized = this.#close(before, closed, price_units)
    const opened = quantity_units - closed
    if (opened > 0) this.#open_cost = exactValue(this.spec, price_units, after)
    const flipped = opened > 0
    return {
      closed_units: closed,
      opened_units: opened,
      realized,
      position_closed: after === 0 || flipped,
      flipped,
    }
  }

  /** Closes part or all of the quantity `before`; returns the money realized. */
  #close(before: number, closed_units: number, price_units: number): bigint {
    const signedClosed = before > 0 ? closed_units : -closed_units
    const cost =
      signedClosed === before
        ? this.#open_cost
        : divideRounded(this.#open_cost * BigInt(closed_units), BigInt(Math.abs(before)), 'half_even')
    const moneyBefore = this.#realized_money
    this.#open_cost -= cost
    this.#realized += exactValue(this.spec, price_units, signedClosed) - cost
    // The difference of rounded totals, so that the fills' money never drifts from the total.
    this.#realized_money = this.#moneyOf(this.#realized)
    return this.#realized_money - moneyBefore
  }

  #moneyOf(value: bigint): bigint {
    return moneyOfValue(this.spec, value, 'half_even')
  }
}

function sign(value: bigint): bigint {
  return value < 0n ? -1n : 1n
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value
}
