import { expect, test } from 'vitest'
import { rawQuote } from '../../../engine/conflation/conflated-quote.ts'
import { FeedLink, GAP_PAUSE_US } from '../../../engine/live/feed-link.ts'
import { LIVE_BOUNDS_DEFAULT } from '../../../engine/live/live-bounds.ts'
import type { VenueId } from '../../../schemas/ids.ts'
import { DisturbedPlace, DisturbedSession } from './disturbed-session.test-support.ts'
import { journalInputs } from './journal-inputs.test-support.ts'

const GEN = 'gen' as VenueId
const { conflate_from, market_max } = LIVE_BOUNDS_DEFAULT
const TIMES = 50
/** After so many rows of a burst an operator says something. */
const ROWS_PER_WORD = 10_000

test('[N14] of fifty times the quotes that may wait the most conflate and are counted, no word of an operator is lost, and orders go on', async () => {
  const place = await DisturbedPlace.make()
  const session = await DisturbedSession.start(place)
  await session.trades()
  const { sequencer } = session.paper.session
  const feed = new Feed(session)
  const before = sequencer.conflated_count
  const words = feed.quotes(TIMES * conflate_from)
  expect(sequencer.market_room).toBe(0)
  const { conflated, gaps } = feed.link.counts
  // What waits is the mark, and one quote more behind each input that none may overtake.
  expect({ waiting: TIMES * conflate_from - conflated <= conflate_from + words, gaps }).toEqual({
    waiting: true,
    gaps: 0,
  })
  expect(sequencer.conflated_count - before).toBe(conflated)
  await session.until(() => !sequencer.has_input)
  await session.trades()
  expect(await session.stop()).toBe(0)
  expect(await wordsIn(place)).toBe(words)
  expect(await place.judged()).toBeUndefined()
})

test('[N14] [N4] trades beyond the bound are a gap in which no order leaves, and the first row after it closes it', async () => {
  const place = await DisturbedPlace.make()
  const session = await DisturbedSession.start(place)
  await session.trades()
  const { sequencer } = session.paper.session
  const feed = new Feed(session)
  const words = feed.trades(market_max + ROWS_PER_WORD)
  const { missed, gaps } = feed.link.counts
  expect({ enough: missed >= ROWS_PER_WORD, gaps, room: sequencer.market_room }).toEqual({
    enough: true,
    gaps: 1,
    room: 0,
  })
  await session.until(() => !sequencer.has_input)
  expect(sequencer.node.stateOf('feed/gen')).toBe('gap')
  const { seq } = sequencer.node
  await session.until(() => sequencer.node.seq > seq + 30)
  feed.now_us += GAP_PAUSE_US
  feed.quotes(1)
  await session.until(() => sequencer.node.stateOf('feed/gen') === 'live')
  await session.trades()
  expect(await session.stop()).toBe(0)
  expect(await wordsIn(place)).toBe(words)
  expect((await journalInputs(place.folder)).orders_in_gap).toEqual([])
  expect(await place.judged()).toBeUndefined()
})

test('[N4] a session that ended while its market data was in gap trades again from its next row on', async () => {
  const place = await DisturbedPlace.make()
  const session = await DisturbedSession.start(place)
  await session.trades()
  new Feed(session).trades(market_max + 1)
  const { sequencer } = session.paper.session
  await session.until(() => sequencer.node.stateOf('feed/gen') === 'gap')
  expect(await session.stop()).toBe(0)
  const again = await DisturbedSession.start(place)
  await again.trades()
  expect(await again.stop()).toBe(0)
  expect((await journalInputs(place.folder)).orders_in_gap).toEqual([])
  expect(await place.judged()).toBeUndefined()
})

/** A feed beside the session's own, at the prices of the moment and as fast as it likes. */
class Feed {
  now_us = 0
  readonly link: FeedLink
  readonly #session: DisturbedSession
  #sequence = 0

  constructor(session: DisturbedSession) {
    this.#session = session
    this.link = new FeedLink({
      stream: 'burst',
      sequencer: session.paper.session.sequencer,
      instrument_count: 1,
      in_gap: [],
      venueOfInstrument: () => GEN,
      now_us: () => this.now_us,
      onRefused: () => undefined,
    })
  }

  /** Returns how often an operator spoke in between. */
  quotes(count: number): number {
    const { bid_price_units, ask_price_units, ...times } = this.#now()
    const quote = rawQuote({
      ...times,
      bid_price_units,
      ask_price_units,
      bid_size_units: 100,
      ask_size_units: 100,
    })
    return this.#rows(count, () => this.link.quote(quote, ++this.#sequence, 0))
  }

  trades(count: number): number {
    const { bid_price_units, ask_price_units, ...times } = this.#now()
    const trade = {
      type: 'trade' as const,
      ...times,
      price_units: bid_price_units,
      size_units: 100,
      aggressor_side: 0,
    }
    return this.#rows(count, () => this.link.row(trade, ++this.#sequence, 0))
  }

  #rows(count: number, offer: () => void): number {
    let words = 0
    for (let row = 1; row <= count; row++) {
      offer()
      if (row % ROWS_PER_WORD !== 0) continue
      this.#session.paper.session.control('orders_cancel', 'operator', { reason: `burst ${++words}` })
    }
    return words
  }

  #now() {
    const { clock, session } = this.#session.paper
    const { bid_price_units, ask_price_units } = session.sequencer.built.trading.table
    const ts_us = clock.now_us()
    return {
      instrument_index: 0,
      ts_event_us: ts_us,
      ts_recv_us: ts_us,
      bid_price_units: bid_price_units[0] as number,
      ask_price_units: ask_price_units[0] as number,
    }
  }
}

/** Words of the operator that the journal holds. */
async function wordsIn({ folder }: DisturbedPlace): Promise<number> {
  const { inputs } = await journalInputs(folder)
  return inputs.filter((input) => input.type === 'control' && input.reason.startsWith('burst')).length
}
