// Models that a user wrote, in the place of a venue's own. They are called with the step's surroundings closed, their
// answers are checked, and their state is the exchange's to keep.

import { freezeParams } from '../../../actors/strategy/freeze-params.ts'
import type {
  FillModelDefinition,
  ImpactModelDefinition,
  ModelContext,
  ModelOrder,
  ModelView,
} from '../../../actors/strategy/market-model.ts'
import { isPromise, toldError } from '../../../actors/strategy/strategy-fault.ts'
import type { CanonicalReader } from '../../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../../engine/canonical/canonical-writer.ts'
import { lossIn } from '../../../engine/canonical/loss.ts'
import type { InstrumentSpec } from '../../../engine/instrument-spec.ts'
import { RandomStream } from '../../../engine/random-stream.ts'
import type { StepGate } from '../../../engine/step-gate.ts'
import { must } from '../../../schemas/assert.ts'
import type { Config } from '../../../schemas/config/config.ts'
import type { Side } from '../../../schemas/messages/order.ts'
import { OperatingError } from '../../../schemas/operating-error.ts'
import type { VenueOrder } from '../orders/venue-order.ts'
import type { VenueTerms } from '../simulated-venues.ts'
import type { FillModel } from './fill-model.ts'
import { type ImpactModel, INCREMENTS_MAX, type OwnFill } from './impact-model.ts'

/** A model as it was loaded for a venue. */
export type AuthoredModel = {
  readonly venue_id: string
  readonly part: 'fills' | 'impact'
  /** As configured, for people. */
  readonly source: string
  readonly definition: FillModelDefinition | ImpactModelDefinition
}

/** The venues of a configuration with the models they name. */
export function venuesWith(
  models: readonly AuthoredModel[],
  { venues, seed }: Pick<Config, 'venues' | 'seed'>,
  specs: readonly InstrumentSpec[],
  gate: StepGate,
): VenueTerms[] {
  return venues.map((venue) => {
    let terms: VenueTerms = venue
    for (const { venue_id, part, source, definition } of models) {
      const named = venue.simulation?.[part]
      if (venue_id !== venue.id || named?.model !== 'custom') continue
      const own = { venue_id, source, params: named.params, specs, seed, gate }
      terms =
        part === 'fills'
          ? { ...terms, fill_model: new AuthoredFills(definition as FillModelDefinition, own) }
          : { ...terms, impact_model: new AuthoredImpact(definition as ImpactModelDefinition, own) }
    }
    return terms
  })
}

export type AuthoredTerms = {
  readonly venue_id: string
  readonly source: string
  readonly params: unknown
  readonly specs: readonly InstrumentSpec[]
  readonly seed: number
  readonly gate: StepGate
}

/** What both kinds have: a state, chance, and a way of being called. */
class Author {
  readonly ctx: ModelContext<never, unknown>
  /** Without chance, for what may be asked any number of times. */
  readonly view: ModelView<never, unknown>
  readonly #terms: AuthoredTerms
  readonly #random: RandomStream
  #state: unknown

  constructor(terms: AuthoredTerms, stream: string, state: (params: never) => unknown) {
    this.#terms = terms
    this.#random = new RandomStream(terms.seed, `exchange/${terms.venue_id}/${stream}`)
    freezeParams(terms.params)
    this.#state = this.call(() => state(terms.params as never))
    const stateNow = () => this.#state
    const params = terms.params as never
    this.ctx = {
      params,
      get state() {
        return stateNow()
      },
      random: () => this.#random.nextFloat(),
    }
    this.view = {
      params,
      get state() {
        return stateNow() as Readonly<unknown>
      },
    }
  }

  call<Answer>(ask: () => Answer): Answer {
    const { gate } = this.#terms
    const { step_running } = gate
    gate.step_running = true
    try {
      const answer = ask()
      // What goes on behind an await, nobody waits for, and it would change the state between steps.
      if (isPromise(answer)) throw this.failure('bad_answer', 'answered a promise: a model is synchronous')
      return answer
    } catch (cause) {
      if (cause instanceof OperatingError) throw cause
      throw this.failure('failed', `failed: ${toldError(cause).message}`, cause)
    } finally {
      gate.step_running = step_running
    }
  }

  /** A whole number from 0 up to a bound. */
  units(answer: unknown, max_units: number, name: string): number {
    if (Number.isSafeInteger(answer) && (answer as number) >= 0 && (answer as number) <= max_units)
      return answer as number
    throw this.failure(
      'bad_answer',
      `answered ${shown(answer)} for ${name}, and not a whole number from 0 to ${max_units}`,
    )
  }

  flag(answer: unknown, name: string): boolean {
    if (typeof answer === 'boolean') return answer
    throw this.failure('bad_answer', `answered ${shown(answer)} for ${name}, and neither true nor false`)
  }

  save(writer: CanonicalWriter): void {
    const loss = lossIn(this.#state)
    if (loss !== undefined) throw this.failure('bad_state', `has a state that cannot be kept: ${loss.reason}`)
    this.#random.save(writer)
    writer.value(this.#state)
  }

  load(reader: CanonicalReader): void {
    this.#random.load(reader)
    this.#state = reader.value()
  }

  instrumentId(instrument_index: number): string {
    return must(this.#terms.specs[instrument_index], 'a model is asked of an instrument that is known')
      .instrument_id
  }

  failure(code: string, how: string, cause?: unknown): OperatingError {
    const { venue_id, source } = this.#terms
    return new OperatingError({
      code: `model.${code}`,
      reason: 'strategy',
      what: `The model ${source} of the venue ${venue_id} ${how}.`,
      where: source,
      remedy: 'Correct the model.',
      cause,
    })
  }
}

export class AuthoredFills implements FillModel {
  readonly fills_residual: boolean
  readonly fills_touched: boolean
  readonly #definition: FillModelDefinition
  readonly #author: Author

  constructor(definition: FillModelDefinition, terms: AuthoredTerms) {
    this.#definition = definition
    this.fills_residual = definition.fills_residual
    this.fills_touched = definition.fillsTouched !== undefined
    this.#author = new Author(terms, 'fills', definition.state)
  }

  available(order: VenueOrder, shown_units: number, taken_units: number): number {
    const { ctx } = this.#author
    const answer = this.#author.call(() =>
      this.#definition.available(ctx, this.#viewOf(order), shown_units, taken_units),
    )
    return this.#author.units(answer, shown_units, 'available')
  }

  slippageIncrements(order: VenueOrder): number {
    const { slippageIncrements } = this.#definition
    if (slippageIncrements === undefined) return 0
    const answer = this.#author.call(() => slippageIncrements(this.#author.ctx, this.#viewOf(order)))
    return this.#author.units(answer, INCREMENTS_MAX, 'slippageIncrements')
  }

  fillsTouched(order: VenueOrder): boolean {
    const { fillsTouched } = this.#definition
    if (fillsTouched === undefined) return false
    const answer = this.#author.call(() => fillsTouched(this.#author.ctx, this.#viewOf(order)))
    return this.#author.flag(answer, 'fillsTouched')
  }

  save(writer: CanonicalWriter): void {
    this.#author.save(writer)
  }

  load(reader: CanonicalReader): void {
    this.#author.load(reader)
  }

  #viewOf(order: VenueOrder): ModelOrder {
    return {
      instrument_id: this.#author.instrumentId(order.instrument_index),
      side: order.side,
      order_type: order.order_type,
      time_in_force: order.time_in_force,
      price_units: order.price_units,
      order_quantity_units: order.order_quantity_units,
      cum_quantity_units: order.cum_quantity_units,
      is_resting: order.is_resting,
    }
  }
}

export class AuthoredImpact implements ImpactModel {
  readonly #definition: ImpactModelDefinition
  readonly #author: Author

  constructor(definition: ImpactModelDefinition, terms: AuthoredTerms) {
    this.#definition = definition
    this.#author = new Author(terms, 'impact', definition.state)
  }

  onFill({ instrument_index, ...fill }: OwnFill, ts_us: number): void {
    const instrument_id = this.#author.instrumentId(instrument_index)
    this.#author.call(() => this.#definition.onFill(this.#author.ctx, { instrument_id, ...fill }, ts_us))
  }

  incrementsWorse(instrument_index: number, side: Side, ts_us: number): number {
    const instrument_id = this.#author.instrumentId(instrument_index)
    const { view } = this.#author
    const answer = this.#author.call(() => this.#definition.incrementsWorse(view, instrument_id, side, ts_us))
    return this.#author.units(answer, INCREMENTS_MAX, 'incrementsWorse')
  }

  save(writer: CanonicalWriter): void {
    this.#author.save(writer)
  }

  load(reader: CanonicalReader): void {
    this.#author.load(reader)
  }
}

/** An answer as its author would write it. */
function shown(answer: unknown): string {
  return typeof answer === 'object' && answer !== null ? 'an object' : String(answer)
}
