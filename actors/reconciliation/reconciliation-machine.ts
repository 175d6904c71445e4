// Whether an account's books agree with those of its venues. Rules: ./SPEC.md.

import { setup } from 'xstate'

export type ReconciliationEvent =
  | { readonly type: 'reconciliation.forgotten' }
  | { readonly type: 'reconciliation.matched' }
  | { readonly type: 'reconciliation.differed' }

export const reconciliationMachine = setup({ types: { events: {} as ReconciliationEvent } }).createMachine({
  id: 'reconciliation',
  initial: 'unchecked',
  on: {
    'reconciliation.forgotten': '.unchecked',
    'reconciliation.matched': '.matched',
    'reconciliation.differed': '.differing',
  },
  states: {
    unchecked: {
      description:
        'Since the start, or since one was lost, not every venue of the account has shown its books.',
    },
    matched: { description: 'At the last look every venue had the positions and the orders we have.' },
    differing: { description: 'A venue has something else: no order leaves until its books match again.' },
  },
})
