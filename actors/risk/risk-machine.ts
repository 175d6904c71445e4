// What an account may do. Rules: ./SPEC.md. Every state but `active` takes something away; a cancel passes in all of them.

import { setup } from 'xstate'

export type RiskMachineEvent =
  | { readonly type: 'risk.reduce_only_ordered' }
  | { readonly type: 'risk.halt_ordered' }
  | { readonly type: 'risk.resume_ordered' }

export const riskMachine = setup({ types: { events: {} as RiskMachineEvent } }).createMachine({
  id: 'risk',
  initial: 'active',
  on: {
    'risk.halt_ordered': '.halted',
    'risk.resume_ordered': '.active',
  },
  states: {
    active: { on: { 'risk.reduce_only_ordered': 'reduce_only' } },
    reduce_only: {},
    halted: {
      // Loosening a halt to reduce-only is a resume in two steps, never one word.
      on: { 'risk.reduce_only_ordered': {} },
    },
  },
})
