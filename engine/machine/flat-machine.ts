// Reads an XState machine into the plain form the compiler and the diagram work on, and refuses whatever a flat
// machine may not use. What is not known to be supported is refused: a feature XState adds later, too.

import type { AnyStateMachine, AnyStateNode } from 'xstate'
import { isPartialWildcard } from './event-descriptor.ts'
import { machineRefusal } from './machine-refusal.ts'

export type FlatTransition = {
  /** Name of the guard; undefined where the transition is always taken. */
  readonly guard: string | undefined
  /** Name of the state; undefined where the machine stays and neither exits nor enters. */
  readonly target: string | undefined
  readonly actions: readonly string[]
}

/** Transitions by event descriptor, in the order they are tried. */
export type FlatRows = ReadonlyMap<string, readonly FlatTransition[]>

export type FlatState = {
  readonly name: string
  readonly final: boolean
  readonly entry: readonly string[]
  readonly exit: readonly string[]
  readonly tags: readonly string[]
  readonly on: FlatRows
}

export type FlatMachine = {
  readonly id: string
  readonly initial: string
  readonly states: readonly FlatState[]
  /** Rows of the machine itself, tried when no row of the state is taken. */
  readonly on: FlatRows
}

const MACHINE_KEYS = [
  'id',
  'context',
  'initial',
  'on',
  'states',
  'options',
  'types',
  'version',
  'description',
]
const STATE_KEYS = ['on', 'entry', 'exit', 'type', 'tags', 'description', 'meta']
const STATE_TYPES = ['atomic', 'final']
const TRANSITION_KEYS = ['target', 'guard', 'actions', 'description', 'meta']

export function readFlatMachine(machine: AnyStateMachine): FlatMachine {
  const id = machine.id
  refuseOtherKeys(id, id, machine.config, MACHINE_KEYS)
  const states = Object.values(machine.states)
  for (const node of states) refuseState(id, node)
  if (typeof machine.config.initial !== 'string') throw machineRefusal(id, id, 'initial actions')
  return {
    id,
    initial: machine.config.initial,
    states: states.map((node) => readState(id, node)),
    on: readRows(id, machine.root),
  }
}

function readState(machine: string, node: AnyStateNode): FlatState {
  return {
    name: node.key,
    final: node.type === 'final',
    entry: node.entry.map((action) => nameOf(machine, node.key, 'action', action)),
    exit: node.exit.map((action) => nameOf(machine, node.key, 'action', action)),
    tags: node.tags,
    on: readRows(machine, node),
  }
}

function readRows(machine: string, node: AnyStateNode): FlatRows {
  const rows = new Map<string, FlatTransition[]>()
  for (const [descriptor, transitions] of node.transitions) {
    refuseDescriptor(machine, node.key, descriptor)
    rows.set(
      descriptor,
      transitions.map((transition) => readTransition(machine, node.key, transition)),
    )
  }
  return rows
}

type Transition = Exclude<ReturnType<AnyStateNode['transitions']['get']>, undefined>[number]

/** Keys XState adds to every transition it has read. */
const FORMATTED_KEYS = ['source', 'eventType', 'toJSON', 'reenter']

function readTransition(machine: string, state: string, transition: Transition): FlatTransition {
  if (transition.reenter) throw machineRefusal(machine, state, 'reenter')
  refuseOtherKeys(machine, state, transition, [...TRANSITION_KEYS, ...FORMATTED_KEYS])
  const { guard, target, actions } = transition
  const [only, ...more] = target ?? []
  if (more.length > 0) throw machineRefusal(machine, state, 'several targets')
  if (only !== undefined && only.parent !== only.machine.root) {
    throw machineRefusal(machine, state, 'a target that is not a state of the machine')
  }
  return {
    guard: guard === undefined ? undefined : nameOf(machine, state, 'guard', guard),
    target: only?.key,
    actions: actions.map((action) => nameOf(machine, state, 'action', action)),
  }
}

function refuseState(machine: string, node: AnyStateNode): void {
  if (Object.keys(node.states).length > 0) throw machineRefusal(machine, node.key, 'nested states')
  if (!STATE_TYPES.includes(node.type)) throw machineRefusal(machine, node.key, `a ${node.type} state`)
  refuseOtherKeys(machine, node.key, node.config, STATE_KEYS)
  // A final state ends XState's actor, which then hears nothing: its rows and exits would be dead text.
  if (node.type !== 'final') return
  if (node.config.on !== undefined) throw machineRefusal(machine, node.key, 'events in a final state')
  if (node.exit.length > 0) throw machineRefusal(machine, node.key, 'exit actions of a final state')
}

function refuseOtherKeys(machine: string, state: string, config: object, allowed: readonly string[]): void {
  for (const [key, value] of Object.entries(config)) {
    if (value !== undefined && !allowed.includes(key)) throw machineRefusal(machine, state, key)
  }
}

function refuseDescriptor(machine: string, state: string, descriptor: string): void {
  if (descriptor === '*') throw machineRefusal(machine, state, 'the bare wildcard *')
  const plain = isPartialWildcard(descriptor) ? descriptor.slice(0, -2) : descriptor
  if (plain.includes('*')) throw machineRefusal(machine, state, `the wildcard ${descriptor}`)
}

function nameOf(machine: string, state: string, kind: 'guard' | 'action', reference: unknown): string {
  if (typeof reference === 'string') return reference
  if (typeof reference === 'function') throw machineRefusal(machine, state, `an inline ${kind}`)
  const { type, ...rest } = reference as { type: string }
  if (Object.keys(rest).length > 0) throw machineRefusal(machine, state, `${kind} parameters`)
  return type
}
