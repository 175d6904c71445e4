// The control lane of an actor: a live XState machine for whatever changes what the actor *is*. It receives operator
// commands, order and venue events and timer firings; market data never comes this way. What it emits goes to the
// actor that owns it, after the machine's new state is set.

import { type AnyEventObject, type AnyStateMachine, createActor, type InspectionEvent } from 'xstate'
import { assert } from '../schemas/assert.ts'
import type { CanonicalReader } from './canonical/canonical-reader.ts'
import type { CanonicalWriter } from './canonical/canonical-writer.ts'
import { refuseTimedMachine } from './machine/refuse-timed-machine.ts'

export type ControlLaneOptions = {
  /** Name of the actor, as people see it: `risk/main`. */
  readonly name: string
  readonly machine: AnyStateMachine
  readonly input?: unknown
  readonly onEmitted?: (event: AnyEventObject) => void
  /** Called for every state entered, the first and a restored one too: look up data-lane handlers here, not per tick. */
  readonly onState?: (state: string) => void
  /** Called when an event changed the state: tell others here. */
  readonly onChange?: (state: string) => void
  /** Sees every transition of this machine. Absent, nothing is installed and nothing is paid. */
  readonly inspect?: ((event: InspectionEvent) => void) | undefined
}

export class ControlLane<Event extends AnyEventObject = AnyEventObject> {
  readonly name: string
  readonly #options: ControlLaneOptions
  #actor: ReturnType<typeof createActor>
  #state = ''
  #error: unknown

  constructor(options: ControlLaneOptions) {
    refuseTimedMachine(options.machine)
    this.name = options.name
    this.#options = options
    this.#actor = this.#start(undefined)
    this.#throwError()
    this.#noteState()
  }

  /** The state's name; nested states as XState's JSON form. */
  get state(): string {
    return this.#state
  }

  get context(): unknown {
    return this.#actor.getSnapshot().context
  }

  send(event: Event): void {
    this.#actor.send(event)
    this.#throwError()
    if (this.#noteState()) this.#options.onChange?.(this.#state)
  }

  save(writer: CanonicalWriter): void {
    const snapshot = this.#actor.getSnapshot()
    // `spawn` inside an assign is seen by no check at load.
    assert(Object.keys(snapshot.children).length === 0, `the machine of ${this.name} has spawned no children`)
    writer.value(snapshot.value)
    writer.value(snapshot.context)
  }

  load(reader: CanonicalReader): void {
    const value = reader.value()
    this.restore(value as string, reader.value())
  }

  /** Puts the machine into a state it was in before. */
  restore(value: string, context: unknown): void {
    this.#actor.stop()
    this.#actor = this.#start(this.#options.machine.resolveState({ value, context }))
    this.#throwError()
    this.#noteState()
  }

  #start(snapshot: unknown): ReturnType<typeof createActor> {
    const { machine, input, inspect } = this.#options
    const actor = createActor(machine, {
      id: this.name,
      clock: noClock,
      logger: noLogger,
      ...(input === undefined ? {} : { input }),
      ...(snapshot === undefined ? {} : { snapshot: snapshot as never }),
      ...(inspect === undefined ? {} : { inspect }),
    })
    // Without an error observer XState reports through a timer, outside any step.
    actor.subscribe({ error: (error) => this.#fail(error) })
    actor.on('*', (event: AnyEventObject) => this.#emit(event))
    actor.start()
    return actor
  }

  /** XState would report a throwing listener in a later macrotask; the step must see it now. */
  #emit(event: AnyEventObject): void {
    try {
      this.#options.onEmitted?.(event)
    } catch (error) {
      this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    this.#error ??= error ?? new Error(`the machine of ${this.name} failed without saying why`)
  }

  #throwError(): void {
    if (this.#error !== undefined) throw this.#error
  }

  #noteState(): boolean {
    const value: unknown = this.#actor.getSnapshot().value
    const state = typeof value === 'string' ? value : JSON.stringify(value)
    if (state === this.#state) return false
    this.#state = state
    this.#options.onState?.(state)
    return true
  }
}

const noClock = {
  setTimeout: () => assert(false, 'machines have no timers of their own; use the timers of the engine'),
  clearTimeout: () => undefined,
}

function noLogger(): void {
  assert(false, 'machines do not log; emit an event instead')
}
