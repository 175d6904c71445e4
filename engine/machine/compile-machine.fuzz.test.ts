// Random flat machines: whatever the compiler takes, it runs as XState does.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Behaviour, EffectSink } from './behaviour.ts'
import { compileMachine } from './compile-machine.ts'
import { walkMachine } from './machine-equivalence.test-support.ts'
import { machineSetup } from './machine-setup.ts'

type Tape = { state: string; written: string[] }
type Beat = { readonly type: string }
type Echo = { readonly type: 'echo'; readonly of: string }

const EVENTS = ['a', 'a.b', 'a.b.c', 'd']
const DESCRIPTORS = [...EVENTS, 'a.*', 'a.b.*']
const STATES = ['one', 'two', 'three']
const GUARDS = ['g', 'h']
const ACTIONS = ['x', 'y', 'z']

const behaviour: Behaviour<Tape, Beat, Echo> = {
  events: EVENTS,
  guards: { g: ({ written }) => written.length > 0, h: ({ written }) => written.length > 1 },
  actions: Object.fromEntries(
    ACTIONS.map((name) => [
      name,
      (tape: Tape, event: Beat, out: EffectSink<Echo>) => {
        tape.written.push(`${name} on ${event.type}`)
        out.push({ type: 'echo', of: name })
      },
    ]),
  ),
}

const actions = fc.array(fc.constantFrom(...ACTIONS), { maxLength: 2 })
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined })

/** `to` makes a state's name a target of the level the rows are at. */
function rows(to: (state: string) => string) {
  const target = fc.constantFrom(...STATES).map(to)
  const row = fc.record({ target, guard: fc.constantFrom(...GUARDS), actions }, { requiredKeys: [] })
  return fc.dictionary(
    fc.constantFrom(...DESCRIPTORS),
    fc.oneof(target, row, fc.array(row, { minLength: 1, maxLength: 3 })),
    { maxKeys: 4 },
  )
}

const state = fc.record({
  entry: actions,
  exit: actions,
  on: rows((name) => name),
})

const machine = fc.record({
  on: maybe(rows((name) => `.${name}`)),
  states: fc.record({ one: state, two: state, three: maybe(fc.constant('final' as const)) }),
})

test('a random machine runs on the table as in XState', () => {
  fc.assert(
    fc.property(machine, ({ on, states }) => {
      const { one, two } = states
      const three = states.three === 'final' ? { type: 'final' as const, entry: ['z'] } : {}
      const machineOf = (names: Behaviour<Tape, Beat, Echo>) =>
        machineSetup<Tape, Beat, Echo, string, string>(names).createMachine({
          id: 'random',
          context: ({ input }) => input,
          initial: 'one',
          ...(on === undefined ? {} : { on }),
          states: { one, two, three },
        })
      const records: Tape[] = [[], ['w'], ['w', 'w']].map((written) => ({ state: 'one', written }))
      const events = EVENTS.map((type) => ({ type }))
      for (const pair of walkMachine({ machineOf, behaviour, compile: compileMachine, records, events })) {
        expect(pair.table, `${pair.state} on ${pair.event}`).toEqual(pair.xstate)
      }
    }),
    { numRuns: 100 },
  )
})
