// Compiles a flat XState machine into a state × event table that runs on plain mutable records. What a dispatch does
// is what XState's own `transition()` would do, which `machine-equivalence.test-support.ts` checks pair by pair; it costs a few
// look-ups and calls, and allocates nothing of its own.

import type { AnyStateMachine } from 'xstate'
import { assert, must } from '../../schemas/assert.ts'
import { placeOf } from '../../schemas/place-of.ts'
import { NameMap } from '../name-map.ts'
import type { Action, Behaviour, EffectSink, Guard } from './behaviour.ts'
import { descriptorsFor, meetsEvent } from './event-descriptor.ts'
import {
  type FlatMachine,
  type FlatRows,
  type FlatState,
  type FlatTransition,
  readFlatMachine,
} from './flat-machine.ts'
import { unknownName } from './machine-refusal.ts'

type Candidate<Data, Event, Effect> = {
  readonly guard: Guard<Data, Event>
  /** Exit, transition and entry actions, in the order XState runs them. */
  readonly actions: readonly Action<Data, Event, Effect>[]
  /** The state afterwards; undefined where it stays. */
  readonly target: string | undefined
}

type Row<Data, Event, Effect> = readonly Candidate<Data, Event, Effect>[]

export class CompiledMachine<
  Data extends { state: string },
  Event extends { readonly type: string },
  Effect,
> {
  readonly initial: string
  readonly #states: readonly string[]
  /** By the place of the state. */
  readonly #rows: readonly ReadonlyMap<string, Row<Data, Event, Effect>>[]

  constructor(flat: FlatMachine, behaviour: Behaviour<Data, Event, Effect>) {
    this.initial = flat.initial
    this.#states = flat.states.map(({ name }) => name)
    this.#rows = flat.states.map((state) => compileState(flat, state, behaviour))
  }

  /** Takes the first transition whose guard passes. False where there is none, and then nothing has happened. */
  dispatch(record: Data, event: Event, out: EffectSink<Effect>): boolean {
    const state = this.#rows[placeOf(this.#states, record.state)]
    assert(state !== undefined, 'a record is in a state of its machine')
    const row = state.get(event.type)
    assert(row !== undefined, 'an event is one its machine was compiled for')
    for (let i = 0; i < row.length; i++) {
      const candidate = row[i] as Candidate<Data, Event, Effect>
      if (candidate.guard(record, event)) {
        take(candidate, record, event, out)
        return true
      }
    }
    return false
  }
}

/** Throws an `OperatingError` that names machine, state and feature where the machine is not flat and fully named. */
export function compileMachine<
  Data extends { state: string },
  Event extends { readonly type: string },
  Effect,
>(machine: AnyStateMachine, behaviour: Behaviour<Data, Event, Effect>): CompiledMachine<Data, Event, Effect> {
  const flat = readFlatMachine(machine)
  refuseUnknownNames(flat, behaviour)
  return new CompiledMachine(flat, behaviour)
}

function take<Data extends { state: string }, Event, Effect>(
  candidate: Candidate<Data, Event, Effect>,
  record: Data,
  event: Event,
  out: EffectSink<Effect>,
): void {
  const { actions, target } = candidate
  for (let i = 0; i < actions.length; i++) (actions[i] as Action<Data, Event, Effect>)(record, event, out)
  if (target !== undefined) record.state = target
}

function compileState<Data extends { state: string }, Event extends { readonly type: string }, Effect>(
  flat: FlatMachine,
  state: FlatState,
  behaviour: Behaviour<Data, Event, Effect>,
): NameMap<string, Row<Data, Event, Effect>> {
  const states = new Map(flat.states.map((other) => [other.name, other]))
  const bind = (transition: FlatTransition, reenters: boolean): Candidate<Data, Event, Effect> => {
    const { guard, target, actions } = transition
    const moves = target !== undefined && (target !== state.name || reenters)
    const entered = moves ? must(states.get(target), 'a target is a state of the machine').entry : []
    const names = [...(moves ? state.exit : []), ...actions, ...entered]
    return {
      guard: guard === undefined ? always : must(behaviour.guards[guard], 'guard names are checked'),
      actions: names.map((name) => must(behaviour.actions[name], 'action names are checked')),
      target,
    }
  }
  // What happens in a state is mostly what happened in it before.
  return new NameMap(
    behaviour.events.map((type): [string, Row<Data, Event, Effect>] => [
      type,
      // XState leaves a state through a row of the machine even when the row leads back to it.
      state.final
        ? []
        : [
            ...transitionsFor(state.on, type).map((transition) => bind(transition, false)),
            ...transitionsFor(flat.on, type).map((transition) => bind(transition, true)),
          ],
    ]),
  )
}

function transitionsFor(rows: FlatRows, type: string): readonly FlatTransition[] {
  return descriptorsFor(type, rows.keys()).flatMap((descriptor) =>
    must(rows.get(descriptor), 'a key has rows'),
  )
}

function always(): boolean {
  return true
}

function refuseUnknownNames<Data extends { state: string }, Event extends { readonly type: string }, Effect>(
  flat: FlatMachine,
  behaviour: Behaviour<Data, Event, Effect>,
): void {
  refuseUnknownInRows(flat, flat.id, flat.on, behaviour)
  for (const state of flat.states) {
    for (const name of [...state.entry, ...state.exit]) {
      if (!Object.hasOwn(behaviour.actions, name)) throw unknownName(flat.id, state.name, 'action', name)
    }
    refuseUnknownInRows(flat, state.name, state.on, behaviour)
  }
}

function refuseUnknownInRows<Data extends { state: string }, Event extends { readonly type: string }, Effect>(
  flat: FlatMachine,
  state: string,
  rows: FlatRows,
  behaviour: Behaviour<Data, Event, Effect>,
): void {
  for (const [descriptor, transitions] of rows) {
    if (!behaviour.events.some((type) => meetsEvent(descriptor, type))) {
      throw unknownName(flat.id, state, 'event', descriptor)
    }
    for (const { guard, actions } of transitions) {
      if (guard !== undefined && !Object.hasOwn(behaviour.guards, guard)) {
        throw unknownName(flat.id, state, 'guard', guard)
      }
      for (const name of actions) {
        if (!Object.hasOwn(behaviour.actions, name)) throw unknownName(flat.id, state, 'action', name)
      }
    }
  }
}
