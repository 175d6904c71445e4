// The generated market of one venue: a walk for each instrument whose quotes the configuration reads.

import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import type { FeedClock } from '../../engine/market-feed-port.ts'
import type { Config } from '../../schemas/config/config.ts'
import type { VenueId } from '../../schemas/ids.ts'
import { GeneratorFeed } from '../../sim/market-generator/generator-feed.ts'
import { MARKET_DEFAULTS } from '../../sim/market-generator/market-generator.ts'

export type GeneratedMarketOptions = {
  readonly config: Config
  readonly venue: string
  readonly rows_per_s: number
  readonly instruments: readonly InstrumentSpec[]
  readonly clock: FeedClock
}

export function generatorFeed(options: GeneratedMarketOptions): GeneratorFeed {
  const { config, venue, rows_per_s, instruments, clock } = options
  const markets = quotedInstruments(config, venue, instruments).map((spec) => ({
    ...MARKET_DEFAULTS,
    seed: config.seed,
    instrument_id: spec.instrument_id,
    instrument_index: spec.index,
    venue_id: venue as VenueId,
    gap_us_mean: Math.max(1, Math.round(1_000_000 / rows_per_s)),
  }))
  return new GeneratorFeed({ markets, clock })
}

export function quotedInstruments(
  config: Config,
  venue: string,
  instruments: readonly InstrumentSpec[],
): InstrumentSpec[] {
  const ids = new Set(
    config.data.sources.flatMap((source) =>
      source.venue === venue && source.kind === 'quote'
        ? source.instruments.map((symbol) => `${symbol}.${venue}`)
        : [],
    ),
  )
  return instruments.filter(({ instrument_id }) => ids.has(instrument_id))
}
