import { expect, test } from 'vitest'
import { BEHAVIOUR } from '../schemas/behaviour.ts'
import type { Config } from '../schemas/config/config.ts'
import { asMeant } from './stored-config.ts'

test('a venue of an earlier behaviour that does not say so leaves the links between its orders to the engine', () => {
  const config = {
    venues: [{ id: 'silent' }, { id: 'broker', simulation: { takes: 'alpaca', bars: 'close' } }],
  } as Config
  const takesOf = (behaviour: number) => asMeant(config, behaviour).venues.map(({ simulation }) => simulation)
  for (const earlier of [1, 2])
    expect(takesOf(earlier)).toEqual([{ takes: 'all' }, { takes: 'alpaca', bars: 'close' }])
  expect(takesOf(BEHAVIOUR)).toEqual([undefined, { takes: 'alpaca', bars: 'close' }])
})
