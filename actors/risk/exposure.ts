// Worst-case exposure of one account in one instrument: the position, and everything that may still trade. An order of
// unknown sending counts in full; while a replace is in flight the larger of both quantities counts.

import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { CounterMap } from '../../engine/counter-map.ts'
import { NameMap } from '../../engine/name-map.ts'
import { must } from '../../schemas/assert.ts'
import {
  type NewOrderSingle,
  ORDER_TYPES,
  type OrderKey,
  type OrderType,
  type Side,
} from '../../schemas/messages/order.ts'
import type { OrderFact } from '../../schemas/messages/order-fact.ts'
import { placeOf } from '../../schemas/place-of.ts'

/** What one open order may still trade. */
export type Reservation = {
  readonly instrument_index: number
  readonly side: Side
  readonly order_type: OrderType
  cum_quantity_units: number
  leaves_quantity_units: number
  /** New total of a replace in flight, 0 without one. */
  replace_quantity_units: number
}

/** An open order as its own record has it. */
export type ReservedOrder = OrderKey & Omit<Reservation, 'side'> & { readonly side: Side }

export class Exposure {
  readonly #position: Float64Array
  readonly #openBuy: Float64Array
  readonly #openSell: Float64Array
  readonly #reservations = new NameMap<string, CounterMap<Reservation>>()

  constructor(instrument_count: number) {
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

  reservation(key: OrderKey): Reservation | undefined {
    return this.#reservations.get(key.strategy_id)?.get(key.counter)
  }

  reserve(command: NewOrderSingle): void {
    const reservation: Reservation = {
      instrument_index: command.instrument_index,
      side: command.side,
      order_type: command.order_type,
      cum_quantity_units: 0,
      leaves_quantity_units: command.order_quantity_units,
      replace_quantity_units: 0,
    }
    this.#ofStrategy(command.strategy_id).set(command.counter, reservation)
    this.#add(reservation, 1)
  }

  reserveReplace(key: OrderKey, order_quantity_units: number): void {
    const reservation = must(this.reservation(key), 'a replace is of an open order')
    this.#add(reservation, -1)
    reservation.replace_quantity_units = order_quantity_units
    this.#add(reservation, 1)
  }

  restorePosition(instrument_index: number, quantity_units: number): void {
    this.#position[instrument_index] = quantity_units
  }

  /** Counts an order that is open already. */
  restore(order: ReservedOrder): void {
    const { instrument_index, side, order_type, cum_quantity_units } = order
    const { leaves_quantity_units, replace_quantity_units } = order
    const reservation: Reservation = {
      instrument_index,
      side,
      order_type,
      cum_quantity_units,
      leaves_quantity_units,
      replace_quantity_units,
    }
    this.#ofStrategy(order.strategy_id).set(order.counter, reservation)
    this.#add(reservation, 1)
  }

  onFact(fact: OrderFact): void {
    const traded = fact.last_quantity_units - fact.reversed_quantity_units
    if (traded !== 0) this.#trade(fact, traded)
    if (fact.type === 'order.adopted') this.restore({ ...fact, replace_quantity_units: 0 })
    const reservation = this.reservation(fact)
    // A late fill has none: its order had ended, and only the position changes.
    if (reservation === undefined) return
    this.#add(reservation, -1)
    if (fact.ended) {
      this.#ofStrategy(fact.strategy_id).delete(fact.counter)
      return
    }
    reservation.cum_quantity_units = fact.cum_quantity_units
    reservation.leaves_quantity_units = fact.leaves_quantity_units
    if (fact.type === 'order.replaced' || fact.type === 'order.replace_rejected')
      reservation.replace_quantity_units = 0
    this.#add(reservation, 1)
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
      }
    }
  }

  load(reader: CanonicalReader): void {
    for (let i = 0; i < this.#position.length; i++) this.#position[i] = reader.number()
    for (let strategies = reader.count(); strategies > 0; strategies--) {
      const orders = this.#ofStrategy(reader.text())
      for (let count = reader.count(); count > 0; count--) {
        const counter = reader.number()
        const reservation: Reservation = {
          instrument_index: reader.number(),
          side: reader.flag() ? 'buy' : 'sell',
          order_type: must(ORDER_TYPES[reader.byte()], 'an order type is known'),
          cum_quantity_units: reader.number(),
          leaves_quantity_units: reader.number(),
          replace_quantity_units: reader.number(),
        }
        orders.set(counter, reservation)
        this.#add(reservation, 1)
      }
    }
  }

  #trade(fact: OrderFact, traded_units: number): void {
    const i = fact.instrument_index
    this.#position[i] = this.position(i) + (fact.side === 'buy' ? traded_units : -traded_units)
  }

  #add(reservation: Reservation, sign: 1 | -1): void {
    const { instrument_index, side, leaves_quantity_units, replace_quantity_units, cum_quantity_units } =
      reservation
    const units = Math.max(leaves_quantity_units, replace_quantity_units - cum_quantity_units)
    const open = side === 'buy' ? this.#openBuy : this.#openSell
    open[instrument_index] = (open[instrument_index] as number) + sign * units
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
