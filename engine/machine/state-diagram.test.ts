import { expect, test } from 'vitest'
import { createMachine } from 'xstate'
import { stateDiagram } from './state-diagram.test-support.ts'

test('a diagram has an arrow per pair of states, with the events that lead along it', () => {
  const machine = createMachine({
    id: 'lamp',
    initial: 'dark',
    states: {
      dark: {
        on: {
          press: 'lit',
          'storm.*': [{ guard: 'it is near', target: 'lit' }, { target: 'broken' }],
          knock: { actions: 'flicker' },
        },
      },
      lit: { on: { press: 'dark' } },
      broken: {},
    },
  })
  expect(stateDiagram(machine)).toBe(`stateDiagram-v2
  direction LR
  [*] --> dark
  dark --> lit: press, storm.*
  dark --> broken: storm.*
  lit --> dark: press
  broken --> [*]
`)
})
