// What the trades of the run's own orders do to the prices that its orders meet later: the interface of a user's own
// model, and one that is chosen by configuration. Without one a history answers to nobody, and there is no impact.

import type { CanonicalReader } from '../../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../../engine/canonical/canonical-writer.ts'
import type { InstrumentSpec } from '../../../engine/instrument-spec.ts'
import type { ImpactConfig } from '../../../schemas/config/market-models.ts'
import type { Side } from '../../../schemas/messages/order.ts'
import { OperatingError } from '../../../schemas/operating-error.ts'
import { parseUnits } from '../../../schemas/units.ts'
import { notLoaded } from './fill-model.ts'
import { shareLeft } from './half-life.ts'

/** No model answers more: further than any market is from another. */
export const INCREMENTS_MAX = 1_000_000_000

export type OwnFill = {
  readonly instrument_index: number
  readonly side: Side
  readonly price_units: number
  readonly quantity_units: number
  /** Whether it came to the book and took, or waited there. */
  readonly liquidity_side: 'maker' | 'taker' | ''
}

/**
 * Contract: answers depend on the fills told and the time asked for, never on how often it is asked. An impact is never to
 * the good: a side that traded meets worse prices itself, and the other side none that are better.
 */
export interface ImpactModel {
  onFill(fill: OwnFill, ts_us: number): void
  /** By how many whole price increments what an order of this side meets is worse than the data shows, from 0 to INCREMENTS_MAX. */
  incrementsWorse(instrument_index: number, side: Side, ts_us: number): number
  save(writer: CanonicalWriter): void
  load(reader: CanonicalReader): void
}

type Pressure = { lasting_units: number; passing_units: number; at_us: number }

/**
 * What orders took of late presses on the price of their side: in proportion, or as its square root. Half of what passes
 * is gone in each half-life, whatever was taken meanwhile: one order presses as its parts do.
 */
export class VolumeImpact implements ImpactModel {
  readonly #increments: number
  readonly #isRoot: boolean
  readonly #half_life_us: number
  readonly #lasting_share: number
  readonly #termsHold: boolean
  /** By instrument index: the quantity that presses by so many increments. */
  readonly #quantity_units: readonly number[]
  /** Buys and sells of each instrument. */
  readonly #pressures: readonly Pressure[]

  /** @param terms_hold whether fractions of a unit press, too (schemas/behaviour.ts). */
  constructor(config: VolumeImpactConfig, quantity_units: readonly number[], terms_hold: boolean) {
    this.#increments = Number(config.increments)
    this.#isRoot = config.model === 'square_root'
    this.#half_life_us = config.half_life_us
    this.#lasting_share = Number(config.permanent_share)
    this.#termsHold = terms_hold
    this.#quantity_units = quantity_units
    this.#pressures = Array.from({ length: quantity_units.length * 2 }, () => ({
      lasting_units: 0,
      passing_units: 0,
      at_us: 0,
    }))
  }

  onFill({ instrument_index, side, quantity_units, liquidity_side }: OwnFill, ts_us: number): void {
    if (liquidity_side !== 'taker') return
    const pressure = this.#of(instrument_index, side)
    const share = quantity_units * this.#lasting_share
    const lasting = this.#termsHold ? share : Math.floor(share)
    pressure.passing_units = this.#passing(pressure, ts_us) + quantity_units - lasting
    pressure.lasting_units += lasting
    pressure.at_us = ts_us
  }

  incrementsWorse(instrument_index: number, side: Side, ts_us: number): number {
    const pressure = this.#of(instrument_index, side)
    const units = pressure.lasting_units + this.#passing(pressure, ts_us)
    const share = units / (this.#quantity_units[instrument_index] as number)
    return Math.min(INCREMENTS_MAX, Math.round(this.#increments * (this.#isRoot ? Math.sqrt(share) : share)))
  }

  save(writer: CanonicalWriter): void {
    for (const { lasting_units, passing_units, at_us } of this.#pressures) {
      writer.number(lasting_units)
      writer.number(passing_units)
      writer.number(at_us)
    }
  }

  load(reader: CanonicalReader): void {
    for (const pressure of this.#pressures) {
      pressure.lasting_units = reader.number()
      pressure.passing_units = reader.number()
      pressure.at_us = reader.number()
    }
  }

  #of(instrument_index: number, side: Side): Pressure {
    return this.#pressures[instrument_index * 2 + (side === 'buy' ? 0 : 1)] as Pressure
  }

  /** What of what passes still presses at a time. */
  #passing({ passing_units, at_us }: Pressure, ts_us: number): number {
    const elapsed = ts_us - at_us
    if (this.#termsHold) return passing_units * shareLeft(elapsed / this.#half_life_us)
    // Whole units, on a straight line between half-lives.
    const halvings = Math.floor(elapsed / this.#half_life_us)
    let units = passing_units
    for (let left = halvings; left > 0 && units >= 1; left--) units /= 2
    const rest = elapsed - halvings * this.#half_life_us
    return Math.floor(units * (1 - rest / (2 * this.#half_life_us)))
  }
}

export type VolumeImpactConfig = Extract<ImpactConfig, { model: 'linear' | 'square_root' }>

export function impactModelOf(
  config: ImpactConfig | undefined,
  specs: readonly InstrumentSpec[],
  venue_id: string,
  authored: ImpactModel | undefined,
  terms_hold: boolean,
): ImpactModel | undefined {
  if (config === undefined) return undefined
  if (config.model === 'custom') {
    if (authored === undefined) throw notLoaded('impact', venue_id)
    return authored
  }
  const quantities = specs.map((spec) => {
    if (spec.venue_id !== venue_id) return 1
    const units = parseUnits(config.quantity, spec.size_scale)
    if (units === undefined || units === 0) throw badQuantity(config.quantity, spec, venue_id)
    return units
  })
  return new VolumeImpact(config, quantities, terms_hold)
}

function badQuantity(quantity: string, { instrument_id }: InstrumentSpec, venue_id: string): OperatingError {
  return new OperatingError({
    code: 'exchange.bad_impact_quantity',
    reason: 'usage',
    what: `A quantity of ${quantity} is finer than the scale of ${instrument_id}.`,
    where: `venues.${venue_id}.simulation.impact.quantity`,
    remedy: 'Give one that every instrument of the venue can have.',
  })
}
