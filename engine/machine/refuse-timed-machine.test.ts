import { expect, test } from 'vitest'
import { type AnyStateMachine, createMachine, fromPromise, raise, sendTo, setup, spawnChild } from 'xstate'
import { OperatingError } from '../../schemas/operating-error.ts'
import { ControlLane } from '../control-lane.ts'
import { refuseTimedMachine } from './refuse-timed-machine.ts'

const work = fromPromise(() => Promise.resolve(1))
const quiet = createMachine({ id: 'quiet' })

const REFUSED: readonly (readonly [string, AnyStateMachine, string])[] = [
  ['after', createMachine({ id: 'm', initial: 'a', states: { a: { after: { 10: 'b' } }, b: {} } }), 'after'],
  [
    'after in a nested state',
    createMachine({
      id: 'm',
      initial: 'a',
      states: { a: { initial: 'c', states: { c: { after: { 10: 'd' } }, d: {} } } },
    }),
    'after',
  ],
  ['invoke', createMachine({ id: 'm', invoke: { src: work } }), 'invoke'],
  [
    'a delayed raise in a transition',
    createMachine({ id: 'm', on: { go: { actions: raise({ type: 'x' }, { delay: 5 }) } } }),
    'a delayed raise or sendTo',
  ],
  [
    'a delayed raise behind a name',
    setup({ actions: { later: raise({ type: 'x' }, { delay: 5 }) } }).createMachine({
      id: 'm',
      entry: 'later',
    }) as AnyStateMachine,
    'a delayed raise or sendTo',
  ],
  [
    'a delayed sendTo',
    createMachine({
      id: 'm',
      on: { go: { actions: sendTo(({ self }) => self, { type: 'x' }, { delay: 'soon' as never }) } },
    }),
    'a delayed raise or sendTo',
  ],
  [
    'spawnChild',
    createMachine({ id: 'm', initial: 'a', states: { a: { exit: [spawnChild(quiet)] } } }),
    'spawnChild',
  ],
]

test.each(REFUSED)(
  'a machine with %s is refused with what it is, where, and what to do instead',
  (_, machine, feature) => {
    const error = refusalOf(machine)
    expect(error.code).toBe('machine.timed')
    expect(error.what).toBe(`The machine m uses ${feature}, which does not survive a snapshot.`)
    expect(error.remedy).toMatch(/^Set a timer of the engine/)
    expect(() => new ControlLane({ name: 'x', machine })).toThrow(OperatingError)
  },
)

test('a raise at once is no timer, and neither is anything else of the author’s that is called delay', () => {
  refuseTimedMachine(
    createMachine({
      id: 'm',
      context: { delay: 5 },
      meta: { type: 'note', delay: 7 },
      on: { go: { actions: [raise({ type: 'x' }), { type: 'wait', params: { delay: 3 } }] } },
    }),
  )
})

function refusalOf(machine: AnyStateMachine): OperatingError {
  try {
    refuseTimedMachine(machine)
  } catch (error) {
    if (error instanceof OperatingError) return error
  }
  throw new Error('the machine was not refused')
}
