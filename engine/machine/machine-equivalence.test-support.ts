// The walk that proves a compiled table right: every state, every event, every outcome of the guards between them,
// through XState's own `transition()` and through the table, which must agree on state, record and effects.

import { type AnyStateMachine, transition } from 'xstate'
import type { Behaviour, Guard } from './behaviour.ts'
import type { CompiledMachine } from './compile-machine.ts'
import { descriptorsFor } from './event-descriptor.ts'
import { type FlatMachine, type FlatState, readFlatMachine } from './flat-machine.ts'

/**
 * `state` in the context of XState is never kept up to date, so it holds this: an action that read it would
 * differ between the two worlds, and the walk would show it.
 */
const STATE_IS_XSTATES = 'held by xstate'

type Step = { readonly state: string; readonly record: unknown; readonly effects: readonly unknown[] }
/** A step that throws counts as an outcome, too: both sides must throw the same. */
type Outcome = Step | { readonly threw: string }

export type Pair = {
  readonly state: string
  readonly event: string
  /** The outcome each guard was given; empty where the guards decided by themselves. */
  readonly guards: Readonly<Record<string, boolean>>
  readonly xstate: Outcome
  readonly table: Outcome
}

export type Walk<Data extends { state: string }, Event extends { readonly type: string }, Effect> = {
  /** Builds the machine from a behaviour, with the same rows every time. */
  readonly machineOf: (behaviour: Behaviour<Data, Event, Effect>) => AnyStateMachine
  readonly behaviour: Behaviour<Data, Event, Effect>
  readonly compile: (
    machine: AnyStateMachine,
    behaviour: Behaviour<Data, Event, Effect>,
  ) => CompiledMachine<Data, Event, Effect>
  /** Records to start from; each is tried in every state. */
  readonly records: readonly Data[]
  /** At least one event of every type. */
  readonly events: readonly Event[]
}

/** Every pair walked, for the caller to count and to compare. */
export function* walkMachine<Data extends { state: string }, Event extends { readonly type: string }, Effect>(
  walk: Walk<Data, Event, Effect>,
): Generator<Pair> {
  const outcomes = new Map<string, boolean>()
  const behaviour = { ...walk.behaviour, guards: forcedGuards(walk.behaviour.guards, outcomes) }
  const machine = walk.machineOf(behaviour)
  const table = walk.compile(machine, behaviour)
  const flat = readFlatMachine(machine)
  for (const state of flat.states.filter((candidate) => !candidate.final)) {
    for (const event of walk.events) {
      for (const guards of guardOutcomes(guardsBetween(flat, state, event.type))) {
        outcomes.clear()
        for (const [name, outcome] of Object.entries(guards)) outcomes.set(name, outcome)
        for (const record of walk.records) {
          yield {
            state: state.name,
            event: event.type,
            guards,
            xstate: stepXState(machine, state.name, record, event),
            table: stepTable(table, state.name, record, event),
          }
        }
      }
    }
  }
}

function stepXState<Data extends { state: string }, Event extends { readonly type: string }>(
  machine: AnyStateMachine,
  state: string,
  record: Data,
  event: Event,
): Outcome {
  const context = { ...structuredClone(record), state: STATE_IS_XSTATES }
  try {
    const [next, actions] = transition(machine, machine.resolveState({ value: state, context }), event)
    const { state: _, ...rest } = next.context as Data
    return { state: String(next.value), record: rest, effects: actions.map(emittedBy) }
  } catch (error) {
    return { threw: String(error) }
  }
}

function stepTable<Data extends { state: string }, Event extends { readonly type: string }, Effect>(
  table: CompiledMachine<Data, Event, Effect>,
  state: string,
  record: Data,
  event: Event,
): Outcome {
  const copy = { ...structuredClone(record), state }
  const effects: Effect[] = []
  try {
    table.dispatch(copy, event, effects)
    const { state: next, ...rest } = copy
    return { state: next, record: rest, effects }
  } catch (error) {
    return { threw: String(error) }
  }
}

/** Anything but an emitted effect is kept as it is, so that it shows as a difference. */
function emittedBy(action: { readonly type: string; readonly params?: unknown }): unknown {
  return action.type === 'xstate.emit' ? (action.params as { event: unknown }).event : action
}

function forcedGuards<Data, Event>(
  guards: { readonly [name: string]: Guard<Data, Event> },
  outcomes: ReadonlyMap<string, boolean>,
): { [name: string]: Guard<Data, Event> } {
  return Object.fromEntries(
    Object.entries(guards).map(([name, guard]) => [
      name,
      (record: Data, event: Event) => outcomes.get(name) ?? guard(record, event),
    ]),
  )
}

function guardsBetween(flat: FlatMachine, state: FlatState, type: string): string[] {
  const names = new Set<string>()
  for (const rows of [state.on, flat.on]) {
    for (const descriptor of descriptorsFor(type, rows.keys())) {
      for (const { guard } of rows.get(descriptor) ?? []) if (guard !== undefined) names.add(guard)
    }
  }
  return [...names]
}

/** Once with the guards deciding by themselves, then every combination of true and false. */
function* guardOutcomes(names: readonly string[]): Generator<Record<string, boolean>> {
  yield {}
  if (names.length === 0) return
  for (let bits = 0; bits < 2 ** names.length; bits++) {
    yield Object.fromEntries(names.map((name, i) => [name, Math.floor(bits / 2 ** i) % 2 === 1]))
  }
}
