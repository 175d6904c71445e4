import { expect, test } from 'vitest'
import { type AnyStateMachine, assign, createMachine } from 'xstate'
import { OperatingError } from '../../schemas/operating-error.ts'
import type { Behaviour, EffectSink } from './behaviour.ts'
import { compileMachine } from './compile-machine.ts'
import { type Pair, walkMachine } from './machine-equivalence.test-support.ts'
import { machineSetup } from './machine-setup.ts'

type Door = { state: string; uses: number; log: string[] }
type DoorEvent = { readonly type: 'door.push' | 'door.pull' | 'door.push.hard' | 'key.turn' | 'wall.knock' }
type Sound = { readonly type: 'sound'; readonly name: string }

const say = (name: string) => (door: Door, event: DoorEvent, out: EffectSink<Sound>) => {
  door.log.push(`${name} on ${event.type}`)
  out.push({ type: 'sound', name })
}

const behaviour = {
  events: ['door.push', 'door.pull', 'door.push.hard', 'key.turn', 'wall.knock'],
  guards: {
    'it is worn': (door: Door) => door.uses > 1,
    'it was used': (door: Door) => door.uses > 0,
  },
  actions: {
    'count the use': (door: Door) => {
      door.uses += 1
    },
    creak: say('creak'),
    slam: say('slam'),
    'let light in': say('light'),
    'shut light out': say('dark'),
    'report nothing to do': say('nothing'),
  },
} satisfies Behaviour<Door, DoorEvent, Sound>

type Rows = Parameters<ReturnType<typeof doorSetup>['createMachine']>[0]

function doorSetup(names: Behaviour<Door, DoorEvent, Sound> = behaviour) {
  return machineSetup<Door, DoorEvent, Sound, string, string>(names)
}

/** Uses every form the compiler takes: strings, objects, arrays, wildcards at both levels, internal and self transitions. */
const rows = {
  id: 'door',
  context: ({ input }) => input,
  initial: 'closed',
  on: {
    'door.*': { actions: 'report nothing to do' },
    'door.pull': { guard: 'it was used', target: '.closed', actions: ['creak'] },
  },
  states: {
    closed: {
      entry: 'shut light out',
      exit: ['creak'],
      on: {
        'door.push': [
          { guard: 'it is worn', target: 'broken', actions: 'slam' },
          { guard: 'it was used', target: 'open' },
          { actions: { type: 'count the use' } },
        ],
        'door.push.*': { target: 'open', actions: ['count the use', 'slam'] },
        'key.turn': 'locked',
      },
    },
    open: {
      entry: 'let light in',
      exit: 'shut light out',
      on: {
        'door.push': { target: 'open', actions: 'creak' },
        'door.*': { guard: 'it is worn', target: 'broken' },
      },
    },
    locked: { tags: ['safe'], on: { 'door.*': {}, 'key.turn': { target: '#door.closed' } } },
    broken: { type: 'final', entry: 'slam' },
  },
} satisfies Rows

const machineOf = (names: Behaviour<Door, DoorEvent, Sound>, config: Rows = rows) =>
  doorSetup(names).createMachine(config)
const records: Door[] = [0, 1, 2].map((uses) => ({ state: 'closed', uses, log: [] }))
const events = behaviour.events.map((type): DoorEvent => ({ type }))

function walked(compile: typeof compileMachine<Door, DoorEvent, Sound>): Pair[] {
  return [...walkMachine({ machineOf, behaviour, compile, records, events })]
}

test('the table does what XState does for every state, event and guard outcome', () => {
  const pairs = walked(compileMachine)
  expect(new Set(pairs.map(({ state, event }) => `${state} ${event}`)).size).toBe(3 * events.length)
  for (const pair of pairs) expect(pair.table, JSON.stringify(pair)).toEqual(pair.xstate)
})

test.each<[string, Rows]>([
  [
    'a wrong target',
    { ...rows, states: { ...rows.states, locked: { on: { 'door.*': {}, 'key.turn': 'open' } } } },
  ],
  [
    'a forgotten action',
    { ...rows, on: { ...rows.on, 'door.pull': { guard: 'it was used', target: '.closed' } } },
  ],
  [
    'guards in another order',
    {
      ...rows,
      states: {
        ...rows.states,
        closed: {
          ...rows.states.closed,
          on: { ...rows.states.closed.on, 'door.push': [...rows.states.closed.on['door.push']].reverse() },
        },
      },
    },
  ],
  ['a forgotten row', { ...rows, states: { ...rows.states, locked: { on: { 'key.turn': 'closed' } } } }],
  ['a forgotten exit', { ...rows, states: { ...rows.states, open: { ...rows.states.open, exit: [] } } }],
])('the walk shows a table with %s', (_fault, wrong) => {
  const pairs = walked((_machine, names) => compileMachine(machineOf(names, wrong), names))
  const different = pairs.filter((pair) => JSON.stringify(pair.table) !== JSON.stringify(pair.xstate))
  expect(different.length).toBeGreaterThan(0)
})

test('the walk shows an action that reads the state, which XState does not keep in the record', () => {
  const peeking: Behaviour<Door, DoorEvent, Sound> = {
    ...behaviour,
    actions: {
      ...behaviour.actions,
      creak: (door, _event, out) => out.push({ type: 'sound', name: door.state }),
    },
  }
  const pairs = [...walkMachine({ machineOf, behaviour: peeking, compile: compileMachine, records, events })]
  expect(pairs.some((pair) => JSON.stringify(pair.table) !== JSON.stringify(pair.xstate))).toBe(true)
})

test('a dispatch without a transition changes nothing and says so', () => {
  const door: Door = { state: 'closed', uses: 0, log: [] }
  const sounds: Sound[] = []
  const table = compileMachine(machineOf(behaviour), behaviour)
  expect(table.dispatch(door, { type: 'wall.knock' }, sounds)).toBe(false)
  expect({ door, sounds }).toEqual({ door: { state: 'closed', uses: 0, log: [] }, sounds: [] })
})

test('a final state hears nothing more', () => {
  const door: Door = { state: 'broken', uses: 5, log: [] }
  const table = compileMachine(machineOf(behaviour), behaviour)
  expect(behaviour.events.map((type) => table.dispatch(door, { type } as DoorEvent, []))).toEqual(
    behaviour.events.map(() => false),
  )
})

test('an event the table was not compiled for is a bug', () => {
  const table = compileMachine(machineOf(behaviour), behaviour)
  const door: Door = { state: 'closed', uses: 0, log: [] }
  expect(() => table.dispatch(door, { type: 'door.kick' } as unknown as DoorEvent, [])).toThrow(
    'compiled for',
  )
})

const a = { on: { 'door.push': 'b' } }
const b = {}
type Config = Parameters<typeof createMachine>[0]

test.each<[string, string, Config]>([
  ['after', 'state a', { initial: 'a', states: { a: { after: { 1000: 'b' } }, b } }],
  ['always', 'state a', { initial: 'a', states: { a: { always: 'b' }, b } }],
  ['invoke', 'state a', { initial: 'a', states: { a: { invoke: { src: 'x' } }, b } }],
  ['onDone', 'state a', { initial: 'a', states: { a: { onDone: 'b' }, b } }],
  ['nested states', 'state a', { initial: 'a', states: { a: { initial: 'c', states: { c: {} } }, b } }],
  ['a parallel state', 'state a', { initial: 'a', states: { a: { type: 'parallel' }, b } }],
  ['a history state', 'state h', { initial: 'a', states: { a, b, h: { type: 'history' } } }],
  ['type', 'state m', { type: 'parallel', states: { a: {}, b } }],
  ['entry', 'state m', { initial: 'a', entry: 'x', states: { a, b } }],
  [
    'an inline guard',
    'state a',
    { initial: 'a', states: { a: { on: { 'door.push': { guard: () => true } } }, b } },
  ],
  [
    'an inline action',
    'state a',
    { initial: 'a', states: { a: { on: { 'door.push': { actions: assign({}) } } }, b } },
  ],
  [
    'action parameters',
    'state a',
    { initial: 'a', states: { a: { entry: { type: 'x', params: { loud: true } } }, b } },
  ],
  [
    'reenter',
    'state a',
    { initial: 'a', states: { a: { on: { 'door.push': { target: 'a', reenter: true } } }, b } },
  ],
  [
    'several targets',
    'state a',
    { initial: 'a', states: { a: { on: { 'door.push': { target: ['a', 'b'] } } }, b } },
  ],
  ['the bare wildcard *', 'state a', { initial: 'a', states: { a: { on: { '*': 'b' } }, b } }],
  ['the wildcard door.*.hard', 'state m', { initial: 'a', on: { 'door.*.hard': '.b' }, states: { a, b } }],
  ['initial actions', 'state m', { initial: { target: 'a', actions: 'x' }, states: { a, b } }],
  [
    'events in a final state',
    'state b',
    { initial: 'a', states: { a, b: { type: 'final', on: { x: 'a' } } } },
  ],
  [
    'exit actions of a final state',
    'state b',
    { initial: 'a', states: { a, b: { type: 'final', exit: 'x' } } },
  ],
  ['output', 'state b', { initial: 'a', states: { a, b: { type: 'final', output: 1 } } }],
])('%s is refused, naming machine and state', (feature, where, config) => {
  const machine = createMachine({ id: 'm', ...config } as Config) as AnyStateMachine
  const error = refusalOf(machine)
  expect(error.code).toBe('machine.unsupported')
  expect(error.what).toBe(`The machine m uses ${feature}, which a compiled machine does not support.`)
  expect(error.where).toBe(where)
})

test.each<[string, Config]>([
  ['machine.unknown_guard', { initial: 'a', states: { a: { on: { 'door.push': { guard: 'typo' } } } } }],
  ['machine.unknown_action', { initial: 'a', states: { a: { on: { 'door.push': { actions: 'typo' } } } } }],
  ['machine.unknown_action', { initial: 'a', states: { a: { entry: 'typo' } } }],
  ['machine.unknown_event', { initial: 'a', states: { a: { on: { 'door.puhs': {} } } } }],
  ['machine.unknown_event', { initial: 'a', on: { 'wal.*': {} }, states: { a: {} } }],
])('%s: a name the behaviour does not have is refused', (code, config) => {
  expect(refusalOf(createMachine({ id: 'm', ...config } as Config) as AnyStateMachine).code).toBe(code)
})

function refusalOf(machine: AnyStateMachine): OperatingError {
  try {
    compileMachine(machine, behaviour as Behaviour<Door, DoorEvent, Sound>)
  } catch (error) {
    if (error instanceof OperatingError) return error
    throw error
  }
  throw new Error('the machine was not refused')
}
