// Worst-case exposure of one account in one instrument: the position, and everything that may still trade. An order of
// unknown sending counts in full; while a replace is in flight the larger of both quantities counts. Children that their
// venue keeps trade behind their parent, and count so while it is open.

import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { CounterMap } from '../../engine/counter-map.ts'
import { NameMap } from '../../engine/name-map.ts'
import { must } from '../../schemas/assert.ts'
import type { LedgerBehind } from '../../schemas/ledger-section.ts'
import {
  type NewOrderSingle,
  ORDER_TYPES,
  type OrderKey,
  type OrderType,
  type Side,
} from '../../schemas/messages/order.ts'
import type { OrderFact } from '../../schemas/messages/order-fact.ts'
import { placeOf } from '../../schemas/place-of.ts'
import { childrenUnits, leastUnits, openUnits, type Weighed } from './children-weight.ts'

/** What one open order may still trade. */
export type Reservation = Weighed & {
  readonly counter: number
  readonly instrument_index: number
  readonly side: Side
  readonly order_type: OrderType
  cum_quantity_units: number
  leaves_quantity_units: number
  replace_quantity_units: number
  /** The open order of the other side, in the same instrument, of whose trades its venue releases it. */
  parent: Reservation | undefined
  /** Those that are released by its trades so; undefined where there are none. */
  children: Reservation[] | undefined
  /** The least it was for, or was asked to be for, since there are any. */
  least_units: number
}

type StrategyKey = { readonly strategy_id: string }

/** An open order as its own record has it. */
export type ReservedOrder = OrderKey & Weighed & Pick<Reservation, 'instrument_index' | 'side' | 'order_type'>

export class Exposure {
  readonly #position: Float64Array
  readonly #openBuy: Float64Array
  readonly #openSell: Float64Array
  readonly #reservations = new NameMap<string, CounterMap<Reservation>>()

  readonly #knowsParents: boolean

  /** @param terms_hold whether children count behind their parent (schemas/behaviour.ts). */
  constructor(instrument_count: number, terms_hold: boolean) {
    this.#knowsParents = terms_hold
    this.#position = new Float64Array(instrument_count)
    this.#openBuy = new Float64Array(instrument_count)
    this.#openSell = new Float64Array(instrument_count)
  }

  position(instrument_index: number): number {
    return this.#position[instrument_index] as number
  }

  /** Open quantity on a side, in size units. */
  open(instrument_index: number, side: Side): number {
    return (side === 'buy' ? this.#openBuy : this.#openSell)[instrument_index] as number
  }

  /** The largest position, in magnitude, that a side can reach when all that is open there trades, and `extra` more. */
  worst(instrument_index: number, side: Side, extra_units: number): number {
    const signed = side === 'buy' ? this.position(instrument_index) : -this.position(instrument_index)
    return signed + this.open(instrument_index, side) + extra_units
  }

  /**
   * What an order of so much adds to the worst case of its side: behind its parent, where its venue keeps that.
   *
   * @param parent_ahead_units what the parent is for, where it may still be on its way here.
   */
  addedUnits(
    order: Pick<Reservation, 'instrument_index' | 'side'> & StrategyKey,
    parent_counter: number,
    units: number,
    parent_ahead_units = 0,
  ): number {
    const parent = this.#parentOf(order, parent_counter)
    if (parent === undefined) return Math.max(0, units - parent_ahead_units)
    const { cum_quantity_units, children = [] } = parent
    const weighed = { cum_quantity_units, least_units: leastOf(parent) }
    return childrenUnits(weighed, children, units) - childrenUnits(weighed, children, 0)
  }

  reservation(key: OrderKey): Reservation | undefined {
    return this.#reservations.get(key.strategy_id)?.get(key.counter)
  }

  reserve(command: NewOrderSingle): void {
    const reservation = newReservation(command, 0, command.order_quantity_units, 0)
    this.#put(command, reservation, command.terms.parent_counter)
  }

  reserveReplace(key: OrderKey, order_quantity_units: number): void {
    const reservation = must(this.reservation(key), 'a replace is of an open order')
    this.#add(reservation, -1)
    reservation.replace_quantity_units = order_quantity_units
    if (reservation.children !== undefined)
      reservation.least_units = Math.min(reservation.least_units, order_quantity_units)
    this.#add(reservation, 1)
  }

  restorePosition(instrument_index: number, quantity_units: number): void {
    this.#position[instrument_index] = quantity_units
  }

  /** Counts an order that is open already. */
  restore(order: ReservedOrder): void {
    const { cum_quantity_units, leaves_quantity_units, replace_quantity_units } = order
    const reservation = newReservation(
      order,
      cum_quantity_units,
      leaves_quantity_units,
      replace_quantity_units,
    )
    this.#put(order, reservation, 0)
  }

  onFact(fact: OrderFact): void {
    const traded = fact.last_quantity_units - fact.reversed_quantity_units
    if (traded !== 0) this.#trade(fact, traded)
    if (fact.type === 'order.adopted') this.restore({ ...fact, replace_quantity_units: 0 })
    const reservation = this.reservation(fact)
    // A late fill has none: its order had ended, and only the position changes.
    if (reservation === undefined) return
    // What it released by a trade that is taken back stays released.
    if (reservation.children !== undefined && (fact.ended || fact.reversed_quantity_units > 0))
      this.#freeChildren(reservation)
    this.#add(reservation, -1)
    if (fact.ended) {
      this.#ofStrategy(fact.strategy_id).delete(fact.counter)
      return this.#leaveParent(reservation)
    }
    reservation.cum_quantity_units = fact.cum_quantity_units
    reservation.leaves_quantity_units = fact.leaves_quantity_units
    if (fact.type === 'order.replaced' || fact.type === 'order.replace_rejected')
      reservation.replace_quantity_units = 0
    if (reservation.children !== undefined)
      reservation.least_units = Math.min(reservation.least_units, leastUnits(reservation))
    this.#add(reservation, 1)
  }

  /** By parent, in the order of the table, the children that count behind it. */
  saveLedger(): LedgerBehind[] {
    const behind: LedgerBehind[] = []
    for (const [strategy_id, orders] of this.#reservations)
      for (const [counter, { children, least_units }] of orders.entries())
        if (children !== undefined)
          behind.push({ strategy_id, counter, least_units, children: children.map((child) => child.counter) })
    return behind
  }

  /** Orders that are there again count behind their parents as they did. */
  loadLedger(behind: readonly LedgerBehind[]): void {
    for (const { strategy_id, counter, least_units, children } of behind) {
      const orders = this.#ofStrategy(strategy_id)
      const parent = orders.get(counter)
      for (const one of children) {
        const child = orders.get(one)
        if (parent !== undefined && child !== undefined) this.#attach(child, parent, least_units)
      }
    }
  }

  save(writer: CanonicalWriter): void {
    for (const value of this.#position) writer.number(value)
    writer.count(this.#reservations.size)
    // Strategies without an open order, too: they keep their place, and a loaded gate saves the same bytes later.
    for (const [strategy_id, orders] of this.#reservations) {
      writer.text(strategy_id)
      writer.count(orders.size)
      for (const [counter, reservation] of orders.entries()) {
        writer.number(counter)
        writer.number(reservation.instrument_index)
        writer.flag(reservation.side === 'buy')
        writer.byte(placeOf(ORDER_TYPES, reservation.order_type))
        writer.number(reservation.cum_quantity_units)
        writer.number(reservation.leaves_quantity_units)
        writer.number(reservation.replace_quantity_units)
        writer.number(reservation.least_units)
        writer.number(reservation.parent?.counter ?? 0)
      }
    }
  }

  load(reader: CanonicalReader): void {
    for (let i = 0; i < this.#position.length; i++) this.#position[i] = reader.number()
    for (let strategies = reader.count(); strategies > 0; strategies--) {
      const strategy_id = reader.text()
      const orders = this.#ofStrategy(strategy_id)
      const children: [Reservation, number][] = []
      for (let count = reader.count(); count > 0; count--) {
        const reservation = loadReservation(reader)
        orders.set(reservation.counter, reservation)
        this.#add(reservation, 1)
        const parent_counter = reader.number()
        if (parent_counter !== 0) children.push([reservation, parent_counter])
      }
      for (const [child, counter] of children) {
        const parent = must(orders.get(counter), 'a child counts behind an open parent')
        this.#attach(child, parent, parent.least_units)
      }
    }
  }

  #trade(fact: OrderFact, traded_units: number): void {
    const i = fact.instrument_index
    this.#position[i] = this.position(i) + (fact.side === 'buy' ? traded_units : -traded_units)
  }

  #put({ strategy_id, counter }: OrderKey, reservation: Reservation, parent_counter: number): void {
    this.#ofStrategy(strategy_id).set(counter, reservation)
    this.#add(reservation, 1)
    // Most orders have none.
    if (parent_counter === 0) return
    const { instrument_index, side } = reservation
    const parent = this.#parentOf({ strategy_id, instrument_index, side }, parent_counter)
    if (parent === undefined) return
    this.#attach(reservation, parent, leastOf(parent))
  }

  /** The open order behind which a child on the other side counts. */
  #parentOf(
    { strategy_id, instrument_index, side }: Pick<Reservation, 'instrument_index' | 'side'> & StrategyKey,
    parent_counter: number,
  ): Reservation | undefined {
    if (parent_counter === 0 || !this.#knowsParents) return undefined
    const parent = this.#reservations.get(strategy_id)?.get(parent_counter)
    return parent?.instrument_index === instrument_index && parent.side !== side ? parent : undefined
  }

  /** One that was counted alone counts behind its parent. */
  #attach(child: Reservation, parent: Reservation, least_units: number): void {
    this.#count(child.instrument_index, child.side, -openUnits(child))
    this.#countChildren(parent, -1)
    parent.children ??= []
    parent.children.push(child)
    parent.least_units = least_units
    child.parent = parent
    this.#countChildren(parent, 1)
  }

  /** The parent releases no more, or nobody knows how much it has: each child counts alone. */
  #freeChildren(parent: Reservation): void {
    if (parent.children === undefined) return
    this.#countChildren(parent, -1)
    for (const child of parent.children) {
      child.parent = undefined
      this.#count(child.instrument_index, child.side, openUnits(child))
    }
    parent.children = undefined
  }

  /** One that has ended, and counts no more with the others. */
  #leaveParent(child: Reservation): void {
    const { parent } = child
    if (parent?.children === undefined) return
    parent.children.splice(parent.children.indexOf(child), 1)
    if (parent.children.length === 0) parent.children = undefined
    this.#countChildren(parent, 1)
  }

  /** Counts an order, or no more: with those it waits with, where it has a parent, and those that wait for it. */
  #add(reservation: Reservation, sign: 1 | -1): void {
    const { instrument_index, side, parent } = reservation
    if (parent === undefined) this.#count(instrument_index, side, sign * openUnits(reservation))
    else this.#countChildren(parent, sign)
    if (reservation.children !== undefined) this.#countChildren(reservation, sign)
  }

  #countChildren(parent: Reservation, sign: 1 | -1): void {
    const { instrument_index, side, children } = parent
    if (children === undefined) return
    this.#count(instrument_index, side === 'buy' ? 'sell' : 'buy', sign * childrenUnits(parent, children, 0))
  }

  #count(instrument_index: number, side: Side, units: number): void {
    const open = side === 'buy' ? this.#openBuy : this.#openSell
    open[instrument_index] = (open[instrument_index] as number) + units
  }

  #ofStrategy(strategy_id: string): CounterMap<Reservation> {
    let orders = this.#reservations.get(strategy_id)
    if (orders === undefined) {
      orders = new CounterMap()
      this.#reservations.set(strategy_id, orders)
    }
    return orders
  }
}

function leastOf(parent: Reservation): number {
  return parent.children === undefined ? leastUnits(parent) : parent.least_units
}

function newReservation(
  {
    counter,
    instrument_index,
    side,
    order_type,
  }: Pick<Reservation, 'counter' | 'instrument_index' | 'side' | 'order_type'>,
  cum_quantity_units: number,
  leaves_quantity_units: number,
  replace_quantity_units: number,
): Reservation {
  return {
    counter,
    instrument_index,
    side,
    order_type,
    cum_quantity_units,
    leaves_quantity_units,
    replace_quantity_units,
    parent: undefined,
    children: undefined,
    least_units: cum_quantity_units + leaves_quantity_units,
  }
}

function loadReservation(reader: CanonicalReader): Reservation {
  return {
    counter: reader.number(),
    instrument_index: reader.number(),
    side: reader.flag() ? 'buy' : 'sell',
    order_type: must(ORDER_TYPES[reader.byte()], 'an order type is known'),
    cum_quantity_units: reader.number(),
    leaves_quantity_units: reader.number(),
    replace_quantity_units: reader.number(),
    parent: undefined,
    children: undefined,
    least_units: reader.number(),
  }
}
