// Which instruments of a configuration have a book in the history, and what the node is shown of it.

import { quoteConfirmUs, showsQuotes } from '../../engine/book/book-quotes.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import { type BookKind, isBookKind } from '../../engine/tick-store-port.ts'
import { must } from '../../schemas/assert.ts'
import type { Config } from '../../schemas/config/config.ts'
import { seriesOf } from './data-plan.ts'

export type BookSeries = {
  readonly kind: BookKind
  readonly instrument_index: number
  readonly venue_id: string
  /** Whether its quotes are the instrument's: not where that has a source of quotes. */
  readonly shows_quotes: boolean
  /** How old a quote may grow while events confirm it. */
  readonly confirm_us: number
}

export function bookSeriesOf(
  { data, venues }: Pick<Config, 'data' | 'venues'>,
  specs: readonly InstrumentSpec[],
): BookSeries[] {
  const all = data.sources.flatMap((source) => source.instruments.map((symbol) => seriesOf(source, symbol)))
  return all.flatMap((series) => {
    const { kind, instrument_id } = series
    if (!isBookKind(kind)) return []
    const spec = must(
      specs.find((one) => one.instrument_id === instrument_id),
      'every series is of an instrument of the run',
    )
    const venue = must(
      venues.find(({ id }) => id === spec.venue_id),
      'a series is of a configured venue',
    )
    const { index: instrument_index, venue_id } = spec
    const confirm_us = quoteConfirmUs(venue.market_data)
    return [{ kind, instrument_index, venue_id, shows_quotes: showsQuotes(series, all), confirm_us }]
  })
}
