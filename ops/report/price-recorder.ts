// Prices for the report's charts, taken from the columns as a run reads them from the tick store: nothing on the way of a
// decision is touched, and memory is bounded per instrument.

import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import type { QuoteRow } from '../../engine/market/market-rows.ts'
import {
  isBookKind,
  type SeriesReading,
  type TickColumns,
  type TickStore,
} from '../../engine/tick-store-port.ts'
import { assert, must } from '../../schemas/assert.ts'
import { ExtremeBuckets, type Point } from './extreme-buckets.ts'

export type PriceSeries = {
  readonly instrument_id: string
  /** What is drawn: bid, trade or bar close. */
  readonly price_name: string
  readonly price_scale: number
  /** Prices as people write them, as floats: for drawing alone. */
  readonly points: readonly Point[]
}

type Recorded = { readonly price_name: string; readonly buckets: ExtremeBuckets }

type AnyReading = Pick<SeriesReading, 'series'> & { readonly blocks: AsyncIterable<TickColumns> }

export class PriceRecorder {
  readonly #specs: readonly InstrumentSpec[]
  readonly #recorded = new Map<string, Recorded>()
  /** By instrument index, of instruments that show nothing but a book. */
  readonly #books: (Recorded | undefined)[] = []
  readonly #quoted_us = new Float64Array(1)
  readonly #bid = new Float64Array(1)

  constructor(specs: readonly InstrumentSpec[]) {
    this.#specs = specs
  }

  /** The same store, whose readings are recorded on the way. Of an instrument with several series, the first is. */
  watch(store: TickStore): TickStore {
    return {
      putInstruments: (instruments) => store.putInstruments(instruments),
      instruments: () => store.instruments(),
      write: (source) => store.write(source),
      manifests: () => store.manifests(),
      summary: () => store.summary(),
      read: async (series, range) =>
        (await store.read(series, range)).map((reading) => this.#watched(reading)),
      readProcessed: async (series, tape) =>
        (await store.readProcessed(series, tape)).map((reading) => this.#watched(reading)),
      recomputeDataHash: (manifest) => store.recomputeDataHash(manifest),
      close: () => store.close(),
    }
  }

  /** What a book shows; drawn where nothing else of the instrument is. */
  bookQuote({ instrument_index, ts_event_us, bid_price_units }: QuoteRow): void {
    const { instrument_id } = must(this.#specs[instrument_index], 'a book is of an instrument of the run')
    let recorded = this.#books[instrument_index]
    if (recorded === undefined) {
      if (this.#recorded.has(instrument_id)) return
      recorded = { price_name: 'bid', buckets: new ExtremeBuckets() }
      this.#books[instrument_index] = recorded
      this.#recorded.set(instrument_id, recorded)
    }
    this.#quoted_us[0] = ts_event_us
    this.#bid[0] = bid_price_units
    recorded.buckets.add(this.#quoted_us, this.#bid, 1)
  }

  series(): PriceSeries[] {
    return [...this.#recorded].map(([instrument_id, { price_name, buckets }]) => {
      const spec = this.#specs.find((candidate) => candidate.instrument_id === instrument_id)
      const { price_scale } = must(spec, 'a series is of an instrument of the run')
      const points = buckets.points().map(({ ts_us, price }) => ({ ts_us, price: price / 10 ** price_scale }))
      return { instrument_id, price_name, price_scale, points }
    })
  }

  #watched<Reading extends AnyReading>(reading: Reading): Reading {
    const { instrument_id, kind } = reading.series
    // The rows of a book are no prices: what they show comes by itself.
    if (this.#recorded.has(instrument_id) || isBookKind(kind)) return reading
    const price_name = { quote: 'bid', trade: 'trade', bar: 'bar close' }[kind]
    const recorded = { price_name, buckets: new ExtremeBuckets() }
    this.#recorded.set(instrument_id, recorded)
    return { ...reading, blocks: recordedBlocks(reading.blocks, recorded) }
  }
}

async function* recordedBlocks(blocks: AsyncIterable<TickColumns>, recorded: Recorded) {
  for await (const block of blocks) {
    recorded.buckets.add(block.ts_event_us, pricesOf(block), block.count)
    yield block
  }
}

function pricesOf(block: TickColumns): Float64Array {
  if (block.kind === 'quote') return block.bid_price_units
  if (block.kind === 'trade') return block.price_units
  assert(block.kind === 'bar', 'the rows of a book are no prices')
  return block.close_price_units
}
