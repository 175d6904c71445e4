// Which node hosts what, and the bounds of the engine.

import Type, { type Static } from 'typebox'
import { Count, closed, Token } from './field-types.ts'

export const NodeConfig = Type.Object(
  {
    id: Token({ description: 'Name of the node: it begins the ids of its messages.' }),
    accounts: Type.Array(Token({ description: 'Id of an account.' }), {
      description: 'Accounts whose risk, orders and venue links it holds.',
      default: [],
    }),
    strategies: Type.Array(Type.String({ description: 'Id of a strategy.' }), {
      description: 'Strategies it runs.',
      default: [],
    }),
  },
  closed('What one node of several hosts.'),
)
export type NodeConfig = Static<typeof NodeConfig>

export const LimitsConfig = Type.Object(
  {
    step_messages_max: Count({
      description: 'Messages one strategy may cause inside a step; the excess faults it.',
      default: 10_000,
    }),
    instant_inputs_max: Count({
      description:
        'Inputs due at once (zero latency) that may follow one row; the excess faults the strategy.',
      default: 1_000,
    }),
    order_retention: Count({
      description: 'Finished orders kept in memory per account, with their execution ids.',
      default: 10_000,
    }),
  },
  closed('Bounds of the engine.', { default: {} }),
)
export type LimitsConfig = Static<typeof LimitsConfig>
