import { expect, test } from 'vitest'
import type { VenueId } from '../../schemas/ids.ts'
import type { FeedEvent } from '../../schemas/messages/feed.ts'
import { type ConflatedQuote, rawQuote } from '../conflation/conflated-quote.ts'
import type { KeptInput } from '../input-codec.ts'
import type { KeptOffer, MarketOffer, QuoteOffer } from '../input-queue.ts'
import { FeedLink, GAP_PAUSE_US } from './feed-link.ts'
import type { RowInput } from './live-input.ts'
import type { RawTape } from './raw-tape-port.ts'

test('a gap is closed by the first row taken after a pause, and the node is told once', () => {
  const desk = new Desk()
  desk.answer = 'gap'
  expect(desk.offer(3)).toEqual(['gap', 'gap', 'gap'])
  desk.answer = 'queued'
  // The queue would take them, but a feed that fast would flap.
  expect(desk.offer(2)).toEqual(['gap', 'gap'])
  expect(desk.taken.length).toBe(1)
  desk.now_us += GAP_PAUSE_US
  expect(desk.offer(2)).toEqual(['queued', 'queued'])
  expect(desk.events).toEqual([
    { type: 'feed_event', venue_id: 'v0', event: 'resynchronised', reason: 'rows are taken again' },
  ])
  expect(desk.link.counts).toEqual({ rows: 7, conflated: 0, missed: 5, gaps: 1, refused: 0, late: 0 })
})

test('a gap in which the session ended is closed by the first row of its venue', () => {
  const desk = new Desk([V0])
  desk.offer(1, 1)
  expect(desk.events).toEqual([])
  desk.offer(2, 0)
  expect(desk.events.map(({ venue_id, event }) => [venue_id, event])).toEqual([[V0, 'resynchronised']])
})

test('a gap that a feed told of is closed by the feed, and by no row; both kinds end before the node hears of an end', () => {
  const desk = new Desk()
  desk.link.event(V0, 'gap', 'told')
  desk.offer(1)
  desk.answer = 'gap'
  desk.offer(1)
  desk.answer = 'queued'
  desk.now_us += GAP_PAUSE_US
  desk.offer(1)
  expect(desk.events.map(({ event }) => event)).toEqual(['gap'])
  desk.answer = 'gap'
  desk.offer(1)
  desk.link.event(V0, 'resynchronised', 'told')
  expect(desk.events.map(({ event }) => event)).toEqual(['gap'])
  desk.answer = 'queued'
  desk.now_us += GAP_PAUSE_US
  desk.offer(1)
  expect(desk.events.map(({ event }) => event)).toEqual(['gap', 'resynchronised'])
})

test('quotes of a feed that is behind are offered as such', () => {
  const desk = new Desk()
  desk.offer(1)
  desk.link.behind(true)
  desk.offer(1)
  desk.link.behind(false)
  desk.offer(1)
  expect(desk.behind).toEqual([false, true, false])
})

test('there is room for a row where both the node and the tape have it', () => {
  const desk = new Desk()
  expect(desk.link.room).toBe(5)
  desk.tape_room = 9
  expect(desk.link.room).toBe(7)
})

test('a gap of one venue leaves the rows of another alone', () => {
  const desk = new Desk()
  desk.answer = 'gap'
  desk.offer(1, 0)
  desk.answer = 'queued'
  expect([desk.offer(1, 0), desk.offer(1, 1)]).toEqual([['gap'], ['queued']])
})

test('what is conflated, late, unreadable or lost is counted, and every row offered stands on the tape', () => {
  const desk = new Desk()
  desk.offer(2)
  desk.answer = 'conflated'
  desk.offer(1)
  desk.link.quote(quoteAt(0, 1), 9, 4)
  desk.link.refused(['crossed', 'bad_row'])
  desk.link.refused(['crossed'])
  desk.link.event('v0' as VenueId, 'gap', 'the stream has lost messages')
  desk.answer = 'gap'
  desk.link.numbered('test/2')
  desk.offer(1)
  expect(desk.link.counts).toEqual({ rows: 5, conflated: 2, missed: 1, gaps: 2, refused: 3, late: 1 })
  expect(Object.fromEntries(desk.link.refusals)).toEqual({ crossed: 2, bad_row: 1 })
  expect(desk.refused).toEqual(['crossed', 'bad_row'])
  expect(desk.noted.map(([row, taken, ...origin]) => [row.ts_event_us, taken, ...origin])).toEqual([
    [1_001, true, 5, 1, 0],
    [1_002, true, 5, 2, 0],
    [1_003, true, 5, 3, 0],
    [1, true, 5, 9, 4],
    [1_004, false, 6, 4, 0],
  ])
})

const V0 = 'v0' as VenueId

class Desk {
  answer: QuoteOffer = 'queued'
  tape_room = 5
  now_us = 50_000_000
  readonly taken: ConflatedQuote[] = []
  /** Whether each was behind. */
  readonly behind: boolean[] = []
  readonly events: FeedEvent[] = []
  /** Codes told. */
  readonly refused: string[] = []
  readonly noted: Parameters<RawTape['offered']>[] = []
  readonly link: FeedLink
  #sequence = 0

  constructor(in_gap: readonly VenueId[] = []) {
    const roomOfTape = () => this.tape_room
    const tape: RawTape = {
      get room() {
        return roomOfTape()
      },
      stream: (name) => ({ test: 5 })[name] ?? 6,
      offered: (...noted) => this.noted.push(noted),
      sequenced: () => undefined,
      appended: () => undefined,
      durable: () => undefined,
    }
    this.link = new FeedLink({
      stream: 'test',
      sequencer: {
        market_room: 7,
        offer: (input) => this.#event(input),
        offerQuote: (quote, isBehind) => this.#take(quote, isBehind),
        offerRow: (): MarketOffer => 'queued',
      },
      tape,
      instrument_count: 2,
      in_gap,
      venueOfInstrument: (index) => `v${index}` as VenueId,
      now_us: () => this.now_us,
      onRefused: (code) => this.refused.push(code),
    })
  }

  offer(count: number, instrument_index = 0): QuoteOffer[] {
    return Array.from({ length: count }, () => {
      const sequence = ++this.#sequence
      return this.link.quote(quoteAt(instrument_index, 1_000 + sequence), sequence, 0)
    })
  }

  #take(quote: ConflatedQuote, isBehind = false): QuoteOffer {
    this.taken.push(quote)
    this.behind.push(isBehind)
    return this.answer
  }

  #event(input: KeptInput): KeptOffer {
    if (input.type === 'feed_event') this.events.push(input)
    return 'queued'
  }
}

function quoteAt(instrument_index: number, ts_event_us: number): ConflatedQuote & RowInput {
  return rawQuote({
    instrument_index,
    ts_event_us,
    ts_recv_us: ts_event_us,
    bid_price_units: 1,
    ask_price_units: 2,
    bid_size_units: 3,
    ask_size_units: 4,
  })
}
