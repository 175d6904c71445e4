// An account as the venues keep it: one balance in one currency, one net position per instrument, margin over all of
// them. It is the second set of books, against which the engine's portfolio is judged, and shares none of its
// arithmetic of positions: cost stands in exact value, and money appears only where profit is realized.

import type { CanonicalReader } from '../../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../../engine/canonical/canonical-writer.ts'
import type { InstrumentSpec } from '../../../engine/instrument-spec.ts'
import { exactValue, moneyOfValue } from '../../../engine/money/money.ts'
import { parseRate } from '../../../engine/money/rate.ts'
import { divideRounded } from '../../../engine/money/rounding.ts'
import { NameMap } from '../../../engine/name-map.ts'
import { must } from '../../../schemas/assert.ts'
import type { AccountId, InstrumentId } from '../../../schemas/ids.ts'
import type { Side } from '../../../schemas/messages/order.ts'
import { MONEY_SCALE } from '../../../schemas/money.ts'
import { parseDecimal } from '../../../schemas/units.ts'
import type { TopOfBook } from '../matching/top-of-book.ts'
import {
  type AccountTerms,
  applyFactor,
  conversionFactor,
  type Factor,
  marginFactor,
  valueFactor,
} from './account-factors.ts'

/** What the account's terms are made of; the rest of its configuration is the engine's business. */
export type AccountRefusal = '' | 'short_not_allowed' | 'quantity_out_of_range' | 'insufficient_margin'

export type VenuePosition = {
  readonly instrument_id: InstrumentId
  readonly quantity_units: number
  /** Value paid for what is open, signed as the position: counts 10^-value_scale of the quote currency. */
  readonly open_cost: bigint
}

/** What one instrument holds and weighs in the account. */
type Holding = {
  readonly spec: InstrumentSpec
  readonly value: Factor
  readonly margin: Factor
  readonly conversion: Factor
  quantity_units: number
  open_cost: bigint
  /** Profit so far as an exact value, and how much money of it the balance holds. */
  realized: bigint
  booked: bigint
  /** Leaves of the resting orders. */
  buys_units: number
  sells_units: number
}

export class VenueAccount {
  readonly account_id: AccountId
  readonly currency: string
  readonly #terms: AccountTerms
  readonly #conversions = new NameMap<string, Factor>()
  readonly #leverage: { readonly mantissa: bigint; readonly divisor: bigint }
  readonly #book: TopOfBook
  readonly #holdings: readonly Holding[]
  /** Holdings by the node's instrument index; undefined where the account does not trade. */
  readonly #byInstrument: readonly (Holding | undefined)[]
  #balance: bigint

  constructor(terms: AccountTerms, specs: readonly InstrumentSpec[], book: TopOfBook) {
    this.account_id = terms.id as AccountId
    this.currency = terms.currency
    this.#terms = terms
    this.#leverage = parseRate(terms.leverage_max, `accounts.${terms.id}.leverage_max`)
    this.#book = book
    this.#byInstrument = specs.map((spec) =>
      terms.venues.includes(spec.venue_id) ? openHolding(terms, spec) : undefined,
    )
    this.#holdings = this.#byInstrument.filter((holding) => holding !== undefined)
    this.#balance = must(
      parseDecimal(terms.balance, MONEY_SCALE),
      'a balance has at most MONEY_SCALE fraction digits',
    )
  }

  /** Money of the account currency: deposits, realized profit, less commissions. */
  get balance(): bigint {
    return this.#balance
  }

  /** Why the account may not take on an order of this size on top of what rests; '' when it may. */
  refusal(instrument_index: number, side: Side, quantity_units: number): AccountRefusal {
    const holding = this.#holding(instrument_index)
    const buys = holding.buys_units + (side === 'buy' ? quantity_units : 0)
    const sells = holding.sells_units + (side === 'sell' ? quantity_units : 0)
    if (side === 'sell' && !holding.spec.short_allowed && holding.quantity_units - sells < 0) {
      return 'short_not_allowed'
    }
    const before = worstUnits(holding, holding.buys_units, holding.sells_units)
    const after = worstUnits(holding, buys, sells)
    // Beyond what is counted exactly nothing rests, however much money there is.
    const isExact = Number.isSafeInteger(buys) && Number.isSafeInteger(sells) && Number.isSafeInteger(after)
    if (!isExact) return 'quantity_out_of_range'
    // What cannot raise the exposure needs no margin, so that a position can always be reduced.
    if (Math.abs(after) <= Math.abs(before)) return ''
    return this.#covers(holding, after) ? '' : 'insufficient_margin'
  }

  /** How much an order of the side can trade before the position is flat; 0 where it would not reduce it. */
  closableUnits(instrument_index: number, side: Side): number {
    const held = this.#holding(instrument_index).quantity_units
    return Math.max(0, side === 'sell' ? held : -held)
  }

  /** An order rests with this much left, or (negative) leaves the book. */
  rest(instrument_index: number, side: Side, quantity_units: number): void {
    const holding = this.#holding(instrument_index)
    if (side === 'buy') holding.buys_units += quantity_units
    else holding.sells_units += quantity_units
  }

  /** Books a trade: what it closes realizes profit at average cost, what is left opens. */
  trade(instrument_index: number, side: Side, price_units: number, quantity_units: number): void {
    const holding = this.#holding(instrument_index)
    const signed = side === 'buy' ? quantity_units : -quantity_units
    const held = holding.quantity_units
    const closing = Math.sign(held) === -Math.sign(signed) ? Math.min(Math.abs(held), quantity_units) : 0
    if (closing > 0) this.#close(holding, price_units, closing)
    const opening = signed - Math.sign(signed) * closing
    holding.quantity_units += opening
    holding.open_cost += exactValue(holding.spec, price_units, opening)
  }

  /** Takes a commission, of the account currency or of one named to `requireRate`, from the balance. */
  charge(commission: bigint, currency: string): void {
    const factor = must(this.#conversions.get(currency), 'a commission is charged in a currency with a rate')
    this.#balance -= applyFactor(factor, commission)
  }

  /** Makes sure at start that money of `currency` can be charged. */
  requireRate(currency: string): void {
    this.#conversions.set(currency, conversionFactor(this.#terms, currency))
  }

  /** Balance and the profit not realized, at the side that would close each position. */
  equity(): bigint {
    let equity = this.#balance
    for (const holding of this.#holdings) {
      if (holding.quantity_units === 0) continue
      const price = this.#book.closingPriceUnits(holding.spec.index, holding.quantity_units)
      const open = exactValue(holding.spec, price, holding.quantity_units) - holding.open_cost
      const { realized } = holding
      equity += applyFactor(
        holding.conversion,
        moneyOf(holding, realized + open) - moneyOf(holding, realized),
      )
    }
    return equity
  }

  positions(): VenuePosition[] {
    return this.#holdings
      .filter((holding) => holding.quantity_units !== 0)
      .map(({ spec, quantity_units, open_cost }) => ({
        instrument_id: spec.instrument_id,
        quantity_units,
        open_cost,
      }))
  }

  save(writer: CanonicalWriter): void {
    writer.big(this.#balance)
    for (const holding of this.#holdings) {
      writer.number(holding.quantity_units)
      writer.big(holding.open_cost)
      writer.big(holding.realized)
    }
  }

  /** Reads what `save` wrote. What rests is not part of it: the venues rest their orders again when they load. */
  load(reader: CanonicalReader): void {
    this.#balance = reader.big()
    for (const holding of this.#holdings) {
      holding.quantity_units = reader.number()
      holding.open_cost = reader.big()
      holding.realized = reader.big()
      holding.booked = applyFactor(holding.conversion, moneyOf(holding, holding.realized))
      holding.buys_units = 0
      holding.sells_units = 0
    }
  }

  /** Whether equity covers the margin, and the leverage, of all worst-case exposures, this one as given. */
  #covers(changed: Holding, changed_worst_units: number): boolean {
    let margin = 0n
    let gross = 0n
    for (const holding of this.#holdings) {
      const worst =
        holding === changed
          ? changed_worst_units
          : worstUnits(holding, holding.buys_units, holding.sells_units)
      if (worst === 0) continue
      const value = exactValue(holding.spec, this.#book.closingPriceUnits(holding.spec.index, worst), worst)
      const magnitude = value < 0n ? -value : value
      margin += applyFactor(holding.margin, magnitude)
      gross += applyFactor(holding.value, magnitude)
    }
    const equity = this.equity()
    return margin <= equity && gross * this.#leverage.divisor <= equity * this.#leverage.mantissa
  }

  #close(holding: Holding, price_units: number, closing_units: number): void {
    const held = holding.quantity_units
    const closed = Math.sign(held) * closing_units
    // Half-even, so that neither side of a long run of partial closes is favoured; a full close takes the whole cost.
    const cost =
      closed === held
        ? holding.open_cost
        : divideRounded(holding.open_cost * BigInt(closing_units), BigInt(Math.abs(held)), 'half_even')
    holding.realized += exactValue(holding.spec, price_units, closed) - cost
    // The change of the rounded total, so that a long run of closes never drifts from it.
    const booked = applyFactor(holding.conversion, moneyOf(holding, holding.realized))
    this.#balance += booked - holding.booked
    holding.booked = booked
    holding.quantity_units = held - closed
    holding.open_cost -= cost
  }

  #holding(instrument_index: number): Holding {
    return must(this.#byInstrument[instrument_index], 'an account trades at its own venues only')
  }
}

function openHolding(terms: AccountTerms, spec: InstrumentSpec): Holding {
  return {
    spec,
    value: valueFactor(terms, spec),
    margin: marginFactor(terms, spec),
    conversion: conversionFactor(terms, spec.quote_currency),
    quantity_units: 0,
    open_cost: 0n,
    realized: 0n,
    booked: 0n,
    buys_units: 0,
    sells_units: 0,
  }
}

function moneyOf({ spec }: Holding, value: bigint): bigint {
  return moneyOfValue(spec, value, 'half_even')
}

/** The larger exposure, signed: every resting buy fills and no sell, or every sell and no buy. */
function worstUnits(holding: Holding, buys_units: number, sells_units: number): number {
  const long = holding.quantity_units + buys_units
  const short = holding.quantity_units - sells_units
  return Math.abs(long) >= Math.abs(short) ? long : short
}
