// Refuses, at load, machines that would act by themselves: XState's timers do not survive a snapshot, and invoked or
// spawned actors run outside the step. Timers belong to the engine, I/O to adapters.

import type { AnyStateMachine } from 'xstate'
import { OperatingError } from '../../schemas/operating-error.ts'

type StateConfig = {
  readonly after?: unknown
  readonly invoke?: unknown
  readonly states?: Readonly<Record<string, StateConfig>>
}

const DELAYABLE = ['xstate.raise', 'xstate.sendTo']

export function refuseTimedMachine(machine: AnyStateMachine): void {
  refuseState(machine.id, machine.id, machine.config as StateConfig)
  for (const [name, action] of Object.entries(machine.implementations.actions))
    refuseAction(machine.id, name, action)
  refuseInline(machine.id, machine.config, new Set())
}

function refuseState(machine: string, path: string, state: StateConfig): void {
  if (state.after !== undefined) throw refusal(machine, path, 'after')
  if (state.invoke !== undefined) throw refusal(machine, path, 'invoke')
  for (const [name, child] of Object.entries(state.states ?? {}))
    refuseState(machine, `${path}.${name}`, child)
}

/** Built-in actions are functions that carry their type and, when delayed, their delay; other values may be anything. */
function refuseAction(machine: string, where: string, action: unknown): void {
  if (typeof action !== 'function' && (typeof action !== 'object' || action === null)) return
  const { type, delay } = action as { type?: unknown; delay?: unknown }
  if (type === 'xstate.spawnChild') throw refusal(machine, where, 'spawnChild')
  if (DELAYABLE.includes(String(type)) && delay !== undefined)
    throw refusal(machine, where, 'a delayed raise or sendTo')
}

function refuseInline(machine: string, value: unknown, seen: Set<unknown>): void {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function') || seen.has(value)) return
  seen.add(value)
  refuseAction(machine, 'an inline action', value)
  if (typeof value === 'object') for (const item of Object.values(value)) refuseInline(machine, item, seen)
}

function refusal(machine: string, where: string, feature: string): OperatingError {
  return new OperatingError({
    code: 'machine.timed',
    reason: 'usage',
    what: `The machine ${machine} uses ${feature}, which does not survive a snapshot.`,
    where,
    remedy:
      'Set a timer of the engine and handle its event, or let an adapter do the work and send the outcome.',
  })
}
