// The market shown to those who asked: quotes in frames of many, one frame a turn. A subscriber that reads too slowly is
// left out and told how many it missed, as soon as it has read what it was sent; orders are on other connections.

import type { ConflatedQuote } from '../../engine/conflation/conflated-quote.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import type { FeedClock } from '../../engine/market-feed-port.ts'
import { type AnswerFrame, FRAME_QUOTES_MAX } from '../../engine/wire/venue-frames.ts'
import { must } from '../../schemas/assert.ts'
import type { VenuePeer } from './venue-peer.ts'

type WireQuote = Extract<AnswerFrame, { frame: 'quotes' }>['quotes'][number]
type Subscriber = { readonly instruments: ReadonlySet<string>; missed: number }

/** More than this unread, and quotes are left out. */
const UNREAD_BYTES_MAX = 1024 * 1024
const TURN_US = 1_000

export class RowFan {
  readonly #specs: readonly InstrumentSpec[]
  readonly #clock: FeedClock
  readonly #subscribers = new Map<VenuePeer, Subscriber>()
  #quotes: WireQuote[] = []
  #cancel: (() => void) | undefined

  constructor({ specs, clock }: { specs: readonly InstrumentSpec[]; clock: FeedClock }) {
    this.#specs = specs
    this.#clock = clock
  }

  add(peer: VenuePeer, instruments: ReadonlySet<string>): void {
    // Quotes of before are none of its own.
    this.#flush()
    this.#subscribers.set(peer, { instruments, missed: 0 })
  }

  remove(peer: VenuePeer): void {
    this.#subscribers.delete(peer)
  }

  quote(quote: ConflatedQuote): void {
    if (this.#subscribers.size === 0) return
    const { instrument_id } = must(this.#specs[quote.instrument_index], 'a quote is of a known instrument')
    const { ts_event_us, bid_price_units, ask_price_units, bid_size_units, ask_size_units } = quote
    const { length } = this.#quotes
    this.#quotes.push([
      instrument_id,
      ts_event_us,
      bid_price_units,
      ask_price_units,
      bid_size_units,
      ask_size_units,
    ])
    if (length + 1 === FRAME_QUOTES_MAX) this.#flush()
    else if (length === 0) this.#cancel = this.#clock.after(TURN_US, () => this.#flush())
  }

  close(): void {
    this.#cancel?.()
    this.#subscribers.clear()
  }

  #flush(): void {
    this.#cancel?.()
    this.#cancel = undefined
    const quotes = this.#quotes
    this.#quotes = []
    if (quotes.length === 0) return
    for (const [peer, subscriber] of this.#subscribers) show(peer, subscriber, quotes)
  }
}

function show(peer: VenuePeer, subscriber: Subscriber, all: readonly WireQuote[]): void {
  const quotes = all.filter(([instrument_id]) => subscriber.instruments.has(instrument_id))
  if (quotes.length === 0) return
  if (peer.pipe.backlog_bytes > UNREAD_BYTES_MAX) {
    subscriber.missed += quotes.length
    return
  }
  if (subscriber.missed > 0) peer.say({ frame: 'gap', missed: subscriber.missed })
  subscriber.missed = 0
  peer.say({ frame: 'quotes', quotes })
}
