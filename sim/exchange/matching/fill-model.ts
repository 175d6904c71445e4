// How much of what is shown an order gets, and at what price: the part of matching a venue chooses, or a user writes.
// A model is asked in the order things happen and keeps what it remembers in the snapshot.

import type { CanonicalReader } from '../../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../../engine/canonical/canonical-writer.ts'
import { RandomStream } from '../../../engine/random-stream.ts'
import type { FillsConfig } from '../../../schemas/config/market-models.ts'
import type { SimulationConfig, VenueBook } from '../../../schemas/config/simulation-config.ts'
import { OperatingError } from '../../../schemas/operating-error.ts'
import type { VenueOrder } from '../orders/venue-order.ts'

/** Contract: answers depend on the arguments and on what the model itself has saved, never on a clock. */
export interface FillModel {
  /**
   * Of the size shown at a price, how much this order may take; whole lots of it trade. `taken_units`: what orders of the run
   * took there before, of the same showing; 0 where nobody counts it.
   */
  available(order: VenueOrder, shown_units: number, taken_units: number): number
  /** Whether what a market order finds no size for trades one price increment worse; else it is canceled. */
  readonly fills_residual: boolean
  /** Whole price increments by which an arriving market order's fills are worse than the book shows. */
  slippageIncrements(order: VenueOrder): number
  /** Whether it ever fills a resting order whose price its own side of the market touches, without a cross. */
  readonly fills_touched: boolean
  /** Whether it fills this one now. */
  fillsTouched(order: VenueOrder): boolean
  save(writer: CanonicalWriter): void
  load(reader: CanonicalReader): void
}

/** Whole of what is shown; the residual of market orders one increment worse. */
export const SHOWN_THEN_WORSE: FillModel = {
  fills_residual: true,
  available: (_order, shown_units) => shown_units,
  slippageIncrements: () => 0,
  fills_touched: false,
  fillsTouched: () => false,
  save: () => undefined,
  load: () => undefined,
}

/** What is shown, at the touch or on as many levels as the book has, and nothing more. */
export const SHOWN_ONLY: FillModel = { ...SHOWN_THEN_WORSE, fills_residual: false }

/**
 * All orders of the run together take no more than a share of what is shown at once, whoever comes first; what is left of a
 * market order is canceled.
 */
export function participationCap(parts_per_million: number): FillModel {
  return {
    ...SHOWN_ONLY,
    available: (_order, shown_units, taken_units) => {
      const share_units = Math.floor(((shown_units + taken_units) * parts_per_million) / 1_000_000)
      return Math.max(0, share_units - taken_units)
    },
  }
}

/** Whether a model has to know what the run took before of what is shown. */
export function countsTaken(config: SimulationConfig | undefined): boolean {
  const model = config?.fills?.model
  return model === 'participation' || model === 'custom'
}

/** Whether orders have a share of what traded, where that is the market; else the default is shown there. */
export function sharesTraded(config: SimulationConfig | undefined): boolean {
  return config?.fills?.model === 'participation'
}

/** Chance decides whether market orders slip and whether a touch fills, from a stream of the venue's own. */
export class ProbabilisticFills implements FillModel {
  readonly fills_residual = true
  readonly fills_touched: boolean
  readonly #random: RandomStream
  readonly #slip: number
  readonly #touch: number

  constructor(random: RandomStream, slip_probability: number, touch_probability: number) {
    this.#random = random
    this.#slip = slip_probability
    this.#touch = touch_probability
    this.fills_touched = touch_probability > 0
  }

  available(_order: VenueOrder, shown_units: number): number {
    return shown_units
  }

  slippageIncrements(): number {
    return this.#random.nextFloat() < this.#slip ? 1 : 0
  }

  fillsTouched(): boolean {
    return this.#random.nextFloat() < this.#touch
  }

  save(writer: CanonicalWriter): void {
    this.#random.save(writer)
  }

  load(reader: CanonicalReader): void {
    this.#random.load(reader)
  }
}

/** The model of a venue that keeps such a book; one that would say nothing there is refused. */
export function fillModelOf(
  config: FillsConfig | undefined,
  book: VenueBook,
  seed: number,
  venue_id: string,
  authored: FillModel | undefined,
): FillModel {
  const chosen = config?.model ?? (book === 'quote' ? 'residual_worse' : 'walk_book')
  if (book === 'quote' && chosen === 'walk_book') throw unfit(ONE_LEVEL, venue_id)
  if (book !== 'quote' && chosen === 'top_of_book') throw unfit(MANY_LEVELS, venue_id)
  switch (config?.model) {
    case 'residual_worse':
      return SHOWN_THEN_WORSE
    case 'custom':
      if (authored === undefined) throw notLoaded('fills', venue_id)
      refuseUnfitTouches(authored.fills_touched, book, venue_id)
      return authored
    case 'participation':
      return participationCap(Math.round(Number(config.participation_max) * 1_000_000))
    case 'probabilistic': {
      const touch = Number(config.touch_probability)
      refuseUnfitTouches(touch > 0, book, venue_id)
      const random = new RandomStream(seed, `exchange/${venue_id}/fills`)
      return new ProbabilisticFills(random, Number(config.slip_probability), touch)
    }
    default:
      // Walking a book and taking its top differ in how many levels there are, and matching knows that.
      return chosen === 'residual_worse' ? SHOWN_THEN_WORSE : SHOWN_ONLY
  }
}

/** A touch is a question on quotes alone. */
export function refuseUnfitTouches(fills_touched: boolean, book: VenueBook, venue_id: string): void {
  if (book !== 'quote' && fills_touched) throw unfit(KNOWN_QUEUE, venue_id)
}

/** How long what is taken is gone is a choice on quotes alone. */
export function refuseUnfitTaking(
  config: SimulationConfig | undefined,
  book: VenueBook,
  venue_id: string,
): void {
  if (book === 'quote' || config?.taken_until !== 'next_row') return
  throw unfit(UNTIL_SET, venue_id, 'taken_until')
}

const UNTIL_SET = 'In a deeper book what orders take of a level is gone until the data sets that level anew.'
const ONE_LEVEL = 'Quotes show one level a side: there is no book to walk.'
const MANY_LEVELS = 'A deeper book is walked as far as an order reaches, and not at its top alone.'
const KNOWN_QUEUE = 'Where a deeper book shows who stands in front, no chance decides whether a touch fills.'

/** A model of a user's own that whoever runs the exchange did not load. */
export function notLoaded(part: 'fills' | 'impact', venue_id: string): OperatingError {
  return new OperatingError({
    code: 'exchange.model_not_loaded',
    reason: 'usage',
    what: `The exchange was not given the model of ${part} that its configuration names.`,
    where: `venues.${venue_id}.simulation.${part}`,
    remedy:
      'Run it by orrery backtest, paper or exchange, which load the file it names, or choose one that the exchange brings.',
  })
}

function unfit(what: string, venue_id: string, field = 'fills'): OperatingError {
  return new OperatingError({
    code: 'exchange.unfit_fills',
    reason: 'usage',
    what,
    where: `venues.${venue_id}.simulation.${field}`,
    remedy: 'Choose another, or another book for the venue.',
  })
}
