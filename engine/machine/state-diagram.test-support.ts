// A flat machine as a Mermaid state diagram, for the documents: one arrow per pair of states, with the events that
// lead from one to the other. Rows that stay in their state are left out; the table in the code has them all.

import type { AnyStateMachine } from 'xstate'
import { type FlatMachine, type FlatState, readFlatMachine } from './flat-machine.ts'

export function stateDiagram(machine: AnyStateMachine): string {
  const flat = readFlatMachine(machine)
  const lines = [
    'stateDiagram-v2',
    '  direction LR',
    `  [*] --> ${flat.initial}`,
    ...flat.states.flatMap((state) => arrowsFrom(state)),
    ...flat.states.filter((state) => isEnd(flat, state)).map((state) => `  ${state.name} --> [*]`),
  ]
  return `${lines.join('\n')}\n`
}

function arrowsFrom(state: FlatState): string[] {
  const events = new Map<string, Set<string>>()
  for (const [descriptor, transitions] of state.on) {
    for (const { target } of transitions) {
      if (target === undefined || target === state.name) continue
      const leading = events.get(target) ?? new Set()
      events.set(target, leading.add(descriptor))
    }
  }
  return [...events].map(([target, names]) => `  ${state.name} --> ${target}: ${[...names].join(', ')}`)
}

/** A state nothing leads out of. */
function isEnd(flat: FlatMachine, state: FlatState): boolean {
  const rows = [...state.on.values(), ...flat.on.values()]
  return !rows.flat().some(({ target }) => target !== undefined && target !== state.name)
}
