// Books by price and by order are read by backtests: a session, or an exchange in a process of its own, would go on after
// a restart with a book that lacks what came before.

import { isBookKind } from '../../engine/tick-store-port.ts'
import type { Config } from '../../schemas/config.ts'
import { OperatingError } from '../../schemas/operating-error.ts'

export function refuseBooks({ data, venues }: Config): void {
  const source = data.sources.find(({ kind }) => isBookKind(kind))
  const venue = venues.find(({ simulation }) => (simulation?.book ?? 'quote') !== 'quote')
  if (source === undefined && venue === undefined) return
  const where = source === undefined ? `venues.${venue?.id}.simulation.book` : 'data.sources'
  throw new OperatingError({
    code: 'config.book_in_session',
    reason: 'usage',
    what: 'A session takes quotes, trades and bars; books by price or by order are read by backtests alone.',
    where,
    remedy: 'Read the quotes of the instrument, and leave out simulation.book.',
  })
}
