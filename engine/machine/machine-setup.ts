// XState's view of a behaviour: the `setup` a machine definition is created with, its guards and actions derived from
// the plain functions. An action runs on a copy of the context, which is then assigned; what it emits is emitted.

import { type EventObject, enqueueActions, type MachineContext, setup } from 'xstate'
import type { Action, Behaviour } from './behaviour.ts'

export function machineSetup<
  Data extends { state: string },
  Event extends EventObject,
  Effect extends EventObject,
  GuardName extends string,
  ActionName extends string,
>(behaviour: Behaviour<Data, Event, Effect, GuardName, ActionName>) {
  type Context = Data & MachineContext
  type Guards = { [name in GuardName]: undefined }
  type Actions = { [name in ActionName]: undefined }
  const guards = Object.fromEntries(
    entriesOf(behaviour.guards).map(([name, guard]) => [
      name,
      ({ context, event }: { context: Context; event: Event }) => guard(context, event),
    ]),
  )
  const actions = Object.fromEntries(
    entriesOf(behaviour.actions).map(([name, action]) => [name, xstateAction(action)]),
  )
  // The names are known to the type arguments; the functions behind them are the behaviour's, whatever XState infers.
  return setup<
    Context,
    Event,
    Record<never, never>,
    Record<never, never>,
    Actions,
    Guards,
    never,
    string,
    Data,
    undefined,
    Effect
  >({ guards, actions } as never)
}

function xstateAction<Data, Event, Effect>(action: Action<Data, Event, Effect>) {
  return enqueueActions(({ context, event, enqueue }) => {
    const copy = structuredClone(context)
    const effects: Effect[] = []
    action(copy as Data, event as Event, effects)
    enqueue.assign(copy)
    for (const effect of effects) enqueue.emit(effect as EventObject)
  })
}

function entriesOf<Name extends string, Value>(
  dictionary: { readonly [name in Name]: Value },
): [Name, Value][] {
  return Object.entries(dictionary) as [Name, Value][]
}
