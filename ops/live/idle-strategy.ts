// A strategy that does nothing, in the place of one whose code is not needed.

import Type from 'typebox'
import { defineStrategy, type StrategyDefinition } from '../../actors/strategy/definition.ts'

export const idleStrategy = defineStrategy({
  name: 'idle',
  params: Type.Unknown(),
  state: () => ({}),
}) as unknown as StrategyDefinition
