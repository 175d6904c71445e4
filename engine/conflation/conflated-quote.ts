// Conflation: under overload one quote stands for several of its instrument within one second of event time. It has the
// values of the latest, and remembers how many there were and how far bid and ask went, which is what bars need: high,
// low, close and count of a bar stay those of the raw tape. The open of a bar whose first quotes were conflated does not:
// it is the latest of them.

import { assert } from '../../schemas/assert.ts'
import { BAR_INTERVAL_STEP_US, barEndUs } from '../bars/bar.ts'

/** A quote on its way in. A raw one counts one and is its own extremes. */
export type ConflatedQuote = {
  readonly type: 'quote'
  readonly instrument_index: number
  readonly ts_event_us: number
  readonly ts_recv_us: number
  readonly bid_price_units: number
  readonly ask_price_units: number
  readonly bid_size_units: number
  readonly ask_size_units: number
  readonly conflated_count: number
  readonly bid_low_price_units: number
  readonly bid_high_price_units: number
  readonly ask_low_price_units: number
  readonly ask_high_price_units: number
}

export type RawQuote = Omit<
  ConflatedQuote,
  | 'type'
  | 'conflated_count'
  | 'bid_low_price_units'
  | 'bid_high_price_units'
  | 'ask_low_price_units'
  | 'ask_high_price_units'
>

export function rawQuote(quote: RawQuote): ConflatedQuote {
  return {
    type: 'quote',
    ...quote,
    conflated_count: 1,
    bid_low_price_units: quote.bid_price_units,
    bid_high_price_units: quote.bid_price_units,
    ask_low_price_units: quote.ask_price_units,
    ask_high_price_units: quote.ask_price_units,
  }
}

/** Whether two quotes lie in one second, its end included and its start not, as bars cut time. */
export function mayConflate(held: ConflatedQuote, next: ConflatedQuote): boolean {
  return (
    held.instrument_index === next.instrument_index &&
    barEndUs(held.ts_event_us, BAR_INTERVAL_STEP_US) === barEndUs(next.ts_event_us, BAR_INTERVAL_STEP_US)
  )
}

/** The one quote that stands for both; `next` came later. */
export function conflate(held: ConflatedQuote, next: ConflatedQuote): ConflatedQuote {
  assert(mayConflate(held, next), 'only quotes of one instrument and one second conflate')
  return {
    ...next,
    conflated_count: held.conflated_count + next.conflated_count,
    bid_low_price_units: Math.min(held.bid_low_price_units, next.bid_low_price_units),
    bid_high_price_units: Math.max(held.bid_high_price_units, next.bid_high_price_units),
    ask_low_price_units: Math.min(held.ask_low_price_units, next.ask_low_price_units),
    ask_high_price_units: Math.max(held.ask_high_price_units, next.ask_high_price_units),
  }
}
