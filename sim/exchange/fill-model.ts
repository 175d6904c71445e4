// How much of what is shown an order gets, and at what price: the part of matching a venue chooses, or a user writes.
// A model is asked in the order things happen and keeps what it remembers in the snapshot.

import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { RandomStream } from '../../engine/random-stream.ts'
import type { FillsConfig } from '../../schemas/config.ts'
import type { VenueOrder } from './venue-order.ts'

/** Contract: answers depend on the arguments and on what the model itself has saved, never on a clock. */
export interface FillModel {
  /** Of the size shown at a price, how much this order may take; whole lots of it trade. */
  available(order: VenueOrder, shown_units: number): number
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

/** What is shown and nothing more. */
export const TOP_OF_BOOK: FillModel = { ...SHOWN_THEN_WORSE, fills_residual: false }

/** No order takes more than a share of what is shown at once; what is left of a market order is canceled. */
export function participationCap(parts_per_million: number): FillModel {
  return {
    ...TOP_OF_BOOK,
    available: (_order, shown_units) => Math.floor((shown_units * parts_per_million) / 1_000_000),
  }
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

export function fillModelOf(config: FillsConfig | undefined, seed: number, venue_id: string): FillModel {
  switch (config?.model) {
    case undefined:
    case 'residual_worse':
      return SHOWN_THEN_WORSE
    case 'top_of_book':
      return TOP_OF_BOOK
    case 'participation':
      return participationCap(Math.round(Number(config.participation_max) * 1_000_000))
    case 'probabilistic': {
      const random = new RandomStream(seed, `exchange/${venue_id}/fills`)
      return new ProbabilisticFills(random, Number(config.slip_probability), Number(config.touch_probability))
    }
  }
}
