// What a venue trades on must be in the data: a book that no row builds would take orders and fill none.

import { isBookKind, type TickKind } from '../../engine/tick-store-port.ts'
import type { Config } from '../../schemas/config/config.ts'
import type { VenueConfig } from '../../schemas/config/venue-config.ts'
import type { Partly, Report } from './partly-read.ts'

type Read = { readonly id: string; readonly kind: TickKind }

export function checkBooks(config: Partly<Config>, report: Report): void {
  const read = seriesRead(config)
  if (read === undefined) return
  checkProcessed(config, report)
  for (const [index, venue] of (config.venues ?? []).entries()) checkVenue(venue, index, read, report)
  for (const id of new Set(read.map((series) => series.id))) {
    const books = read.filter((series) => series.id === id && isBookKind(series.kind))
    if (books.length < 2) continue
    const what = `${id} has a book by price and a book by order; an instrument has one.`
    report(
      ['data', 'sources'],
      what,
      'Keep one: the venue that trades on it names its kind in simulation.book.',
    )
  }
}

function checkProcessed({ data }: Partly<Config>, report: Report): void {
  if (data?.processed === undefined) return
  for (const [index, source] of (data.sources ?? []).entries()) {
    if (source?.kind === undefined || !isBookKind(source.kind)) continue
    report(
      ['data', 'sources', index, 'kind'],
      'of a book a session processes the quotes that it shows, and not its rows.',
      'Write quote, or leave the source out where the instrument has one of quotes; and simulation.book: quote.',
    )
  }
}

function checkVenue(
  venue: Partly<VenueConfig> | undefined,
  index: number,
  read: readonly Read[],
  report: Report,
): void {
  const book = venue?.simulation?.book
  if (book === undefined || book === 'quote' || venue?.id === undefined) return
  const ids = new Set(read.map(({ id }) => id).filter((id) => id.endsWith(`.${venue.id}`)))
  const without = [...ids].filter((id) => !read.some((series) => series.id === id && series.kind === book))
  if (without.length === 0) return
  const path = ['venues', index, 'simulation', 'book']
  const what = `no source of the history has rows of the kind ${book} of ${without.join(', ')}, which ${venue.id} trades on.`
  report(path, what, `Add a source of kind ${book}, or write book: quote.`)
}

/** Undefined where a source could not be read: what it holds is not known. */
function seriesRead({ data }: Partly<Config>): Read[] | undefined {
  const read: Read[] = []
  for (const source of data?.sources ?? []) {
    const { venue, kind, instruments } = source ?? {}
    if (venue === undefined || kind === undefined || instruments === undefined) return undefined
    for (const symbol of instruments) {
      if (symbol === undefined) return undefined
      read.push({ id: `${symbol}.${venue}`, kind })
    }
  }
  return read
}
