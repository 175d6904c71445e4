// How a venue reckons where a resting limit order stands in the queue of its price. By order the place is exact. By price
// and on quotes nobody is told who stands in front of whom: the data shows how much stands at a price and what trades
// there, and a model says of what is taken back how much of it stood in front.

import type { QueueConfig, QueueWeight } from '../../../schemas/config/market-models.ts'
import type { VenueBook } from '../../../schemas/config/simulation-config.ts'
import { OperatingError } from '../../../schemas/operating-error.ts'

/** Cancellations are shared out in parts of a unit, so that many small ones add up to whole units. */
export const PARTS = 4096

/** Contract: answers depend on the arguments alone. */
export interface QueueModel {
  /** Whether cancellations move a place at all; else only trades do, and a level that vanishes. */
  readonly counts_cancellations: boolean
  /**
   * Of `gone_units` that others took back at a level, how much stood in front of an order that has `ahead_units` in front
   * of it there and `behind_units` behind: counts 1/PARTS units.
   */
  goneAheadParts(gone_units: number, ahead_units: number, behind_units: number): number
}

/** Whoever takes back stood behind. */
export const CONSERVATIVE: QueueModel = { counts_cancellations: false, goneAheadParts: () => 0 }

/**
 * What is taken back comes from in front in the proportion f(ahead) : f(behind), its expected value: nothing is drawn by
 * chance. What cannot have stood behind, since too little did, stood in front.
 */
export function byPosition(weigh: (units: number) => number): QueueModel {
  return {
    counts_cancellations: true,
    goneAheadParts: (gone_units, ahead_units, behind_units) => {
      const ahead = weigh(ahead_units)
      const all = ahead + weigh(behind_units)
      const share = all === 0 ? 0 : Math.floor((gone_units * PARTS * ahead) / all)
      return Math.max(share, (gone_units - behind_units) * PARTS)
    },
  }
}

/**
 * The model of a venue that keeps such a book; undefined where there is none: on quotes the default, and by order, where
 * the place is exact.
 */
export function queueModelOf(
  config: QueueConfig | undefined,
  book: VenueBook,
  venue_id: string,
  fills_touched: boolean,
): QueueModel | undefined {
  const chosen = config?.model ?? DEFAULTS[book]
  if (book === 'book_order' && chosen !== 'exact')
    throw unfit(EXACT_THERE, venue_id, 'Leave the queue out, or write model: exact.')
  if (book !== 'book_order' && chosen === 'exact')
    throw unfit(EXACT_NOWHERE_ELSE, venue_id, 'Choose none, conservative or by_position, or a book by order.')
  if (fills_touched && chosen !== 'none')
    throw unfit(
      CHANCE_AND_QUEUE,
      venue_id,
      'Choose the queue none, or a fill model that fills nothing for a touch alone.',
    )
  if (chosen === 'conservative') return CONSERVATIVE
  return config?.model === 'by_position' ? byPosition(WEIGHTS[config.weight]) : undefined
}

/** Powers are products, so that no two builds differ in a last bit. */
const WEIGHTS: Readonly<Record<QueueWeight, (units: number) => number>> = {
  linear: (units) => units,
  square: (units) => units * units,
  cube: (units) => units * units * units,
  logarithm: (units) => Math.log1p(units),
}

const DEFAULTS = { quote: 'none', book_level: 'conservative', book_order: 'exact' } as const

const EXACT_THERE =
  'In a book by order the place of an order is exact, and another queue would only guess at it.'
const EXACT_NOWHERE_ELSE = 'The exact place of an order is known in a book by order alone.'
const CHANCE_AND_QUEUE = 'An order that chance fills when its price is touched stands in no queue.'

function unfit(what: string, venue_id: string, remedy: string): OperatingError {
  const where = `venues.${venue_id}.simulation.queue`
  return new OperatingError({ code: 'exchange.unfit_queue', reason: 'usage', what, where, remedy })
}
