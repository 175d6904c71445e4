import { expect, test } from 'vitest'
import { type AnyEventObject, assign, emit, type InspectionEvent, setup } from 'xstate'
import { CanonicalReader } from './canonical/canonical-reader.ts'
import { CanonicalWriter } from './canonical/canonical-writer.ts'
import { ControlLane, type ControlLaneOptions } from './control-lane.ts'

const door = setup({
  types: { context: {} as { opened: number }, events: {} as AnyEventObject, emitted: {} as AnyEventObject },
  actions: {
    'count the opening': assign({ opened: ({ context }) => context.opened + 1 }),
    'say it is open': emit({ type: 'door.opened' }),
    break: () => {
      throw new Error('hinge')
    },
  },
}).createMachine({
  id: 'door',
  context: { opened: 0 },
  initial: 'closed',
  states: {
    closed: { on: { open: 'open', kick: { actions: 'break' } } },
    open: { entry: ['count the opening', 'say it is open'], on: { close: 'closed', knock: {} } },
  },
})

function watched(options: Partial<ControlLaneOptions> = {}) {
  const seen: string[] = []
  const lane = new ControlLane({
    name: 'door/front',
    machine: door,
    onEmitted: ({ type }) => seen.push(`emitted ${type} while ${lane.state}`),
    onState: (state) => seen.push(`state ${state}`),
    onChange: (state) => seen.push(`change ${state}`),
    ...options,
  })
  return { lane, seen }
}

function reloaded(lane: ControlLane, into: ControlLane): void {
  const writer = new CanonicalWriter()
  lane.save(writer)
  into.load(new CanonicalReader(writer.view()))
}

test('an event changes the state once; an event without a transition changes nothing', () => {
  const { lane, seen } = watched()
  for (const type of ['open', 'knock', 'close', 'close']) lane.send({ type })
  expect(seen.filter((line) => !line.startsWith('emitted'))).toEqual([
    'state closed',
    'state open',
    'change open',
    'state closed',
    'change closed',
  ])
  expect(lane.context).toEqual({ opened: 1 })
})

test('a saved lane is loaded with its state and context; what was emitted is not emitted again, and nobody is told of a change', () => {
  const first = watched()
  first.lane.send({ type: 'open' })
  const second = watched()
  second.seen.length = 0
  reloaded(first.lane, second.lane)
  expect([second.lane.state, second.lane.context]).toEqual(['open', { opened: 1 }])
  expect(second.seen).toEqual(['state open'])
  second.lane.send({ type: 'close' })
  second.lane.send({ type: 'open' })
  expect(second.lane.context).toEqual({ opened: 2 })
})

test('what a machine throws is thrown where the event was sent', () => {
  const { lane } = watched()
  expect(() => lane.send({ type: 'kick' })).toThrow('hinge')
})

test('what the listener of an emitted event throws is thrown where the event was sent', () => {
  const { lane } = watched({
    onEmitted: () => {
      throw new Error('deaf')
    },
  })
  expect(() => lane.send({ type: 'open' })).toThrow('deaf')
})

test('a machine that throws on entering its first state is refused where it is made', () => {
  const broken = setup({
    actions: {
      break: () => {
        throw new Error('hinge')
      },
    },
  }).createMachine({ initial: 'a', states: { a: { entry: 'break' } } })
  expect(() => new ControlLane({ name: 'x', machine: broken })).toThrow('hinge')
})

test('an inspector sees the transitions of this machine', () => {
  const types: string[] = []
  const { lane } = watched({ inspect: (event: InspectionEvent) => void types.push(event.type) })
  lane.send({ type: 'open' })
  expect(types).toContain('@xstate.snapshot')
  expect(types).toContain('@xstate.event')
})

test('a child spawned inside an assign, which no check at load can see, stops the save', () => {
  const child = setup({}).createMachine({ initial: 'a', states: { a: {} } })
  const parent = setup({ actors: { child } }).createMachine({
    context: {},
    initial: 'a',
    states: { a: { on: { go: { actions: assign(({ spawn }) => ({ ref: spawn('child') })) } } } },
  })
  const lane = new ControlLane({ name: 'x', machine: parent })
  lane.send({ type: 'go' })
  expect(() => lane.save(new CanonicalWriter())).toThrow('spawned no children')
})

test('nested states are named by XState’s own form', () => {
  const nested = setup({}).createMachine({
    initial: 'a',
    states: { a: { initial: 'b', states: { b: {} } } },
  })
  expect(new ControlLane({ name: 'x', machine: nested }).state).toBe('{"a":"b"}')
})
