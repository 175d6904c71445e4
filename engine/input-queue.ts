// The input queue of a live node: what adapters hand in, before it is sequenced and journaled. It is outside the step
// and no part of its state; the journal records what left the queue.
//
// Order is first in, first out, with one exception: above its mark a quote joins the last queued quote of its instrument
// and second, in that one's place; one that has waited for the node elsewhere does so at once. It so overtakes market data of other instruments, never of its own, and never
// an order, fill, risk or control input. Overload: market data beyond the bound is refused, and its feed is in gap; what
// must be kept is always taken, and beyond its bound the answer says that the node is to stop sending orders.

import { assert } from '../schemas/assert.ts'
import { type ConflatedQuote, conflate, mayConflate } from './conflation/conflated-quote.ts'
import { RingBuffer } from './ring-buffer.ts'

export type InputQueueBounds = {
  /** From this many queued market entries on, quotes conflate. */
  readonly conflate_from: number
  /** Most queued market entries. */
  readonly market_max: number
  /** Most queued orders, fills, risk and control inputs before the node is overloaded. */
  readonly kept_max: number
}

/** `gap`: the input was lost, so its feed needs a new snapshot. `overloaded`: taken, and sending is to stop. */
export type QuoteOffer = 'queued' | 'conflated' | 'gap'
export type MarketOffer = 'queued' | 'gap'
export type KeptOffer = 'queued' | 'overloaded'

type Entry<Market, Kept> =
  | { readonly kind: 'quote'; readonly input: ConflatedQuote }
  | { readonly kind: 'market'; readonly input: Market }
  | { readonly kind: 'kept'; readonly input: Kept }

export class InputQueue<Market extends object, Kept extends object> {
  readonly #bounds: InputQueueBounds
  readonly #entries = new RingBuffer<Entry<Market, Kept>>()
  /** Position of the last entry of each instrument, where that is a quote. */
  readonly #lastQuote = new Map<number, number>()
  /** Position of the last kept entry, which no quote may overtake. */
  #barrier = -1
  #kept_size = 0
  #conflated_count = 0
  #gap_count = 0
  #overloaded_count = 0

  constructor(bounds: InputQueueBounds) {
    assert(
      bounds.conflate_from >= 1 && bounds.conflate_from <= bounds.market_max && bounds.kept_max >= 1,
      'an input queue conflates from a positive size up to its bound',
    )
    this.#bounds = bounds
  }

  get size(): number {
    return this.#entries.size
  }

  get kept_size(): number {
    return this.#kept_size
  }

  get market_size(): number {
    return this.size - this.kept_size
  }

  /** Quotes that joined another. */
  get conflated_count(): number {
    return this.#conflated_count
  }

  /** Market inputs refused. */
  get gap_count(): number {
    return this.#gap_count
  }

  /** Kept inputs taken beyond their bound. */
  get overloaded_count(): number {
    return this.#overloaded_count
  }

  /** @param isBehind its feed has quotes that wait: it joins the queued one, however few there are. */
  offerQuote(quote: ConflatedQuote, isBehind = false): QuoteOffer {
    const mayJoin = isBehind || this.market_size >= this.#bounds.conflate_from
    if (mayJoin && this.#joinQueued(quote)) return 'conflated'
    if (!this.#marketHasRoom()) return 'gap'
    this.#lastQuote.set(quote.instrument_index, this.#entries.push({ kind: 'quote', input: quote }))
    return 'queued'
  }

  /** Offers a trade, bar or book delta, none of which ever conflates. */
  offerMarket(instrument_index: number, input: Market): MarketOffer {
    if (!this.#marketHasRoom()) return 'gap'
    this.#entries.push({ kind: 'market', input })
    this.#lastQuote.delete(instrument_index)
    return 'queued'
  }

  /** Offers an order, fill, risk or control input; it is never refused. */
  offerKept(input: Kept): KeptOffer {
    this.#barrier = this.#entries.push({ kind: 'kept', input })
    this.#kept_size++
    if (this.#kept_size <= this.#bounds.kept_max) return 'queued'
    this.#overloaded_count++
    return 'overloaded'
  }

  /** Takes the next input; undefined when there is none. */
  take(): ConflatedQuote | Market | Kept | undefined {
    const entry = this.#entries.shift()
    if (entry?.kind === 'kept') this.#kept_size--
    return entry?.input
  }

  #joinQueued(quote: ConflatedQuote): boolean {
    const position = this.#lastQuote.get(quote.instrument_index)
    if (position === undefined || position < this.#barrier || !this.#entries.holds(position)) return false
    const held = this.#entries.at(position)
    if (held.kind !== 'quote' || !mayConflate(held.input, quote)) return false
    this.#entries.replace(position, { kind: 'quote', input: conflate(held.input, quote) })
    this.#conflated_count++
    return true
  }

  #marketHasRoom(): boolean {
    if (this.market_size < this.#bounds.market_max) return true
    this.#gap_count++
    return false
  }
}
