import { expect, test } from 'vitest'
import type { Config } from '../../schemas/config/config.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { nodePlace } from './node-place.ts'

const NODES = [
  { id: 'trading', accounts: ['main'], strategies: [] },
  { id: 'alpha', accounts: [], strategies: ['s'] },
]
const ACCOUNTS = [{ id: 'main' }, { id: 'second' }]

function place(change: Partial<Config>, node?: string) {
  return nodePlace(
    { session: 'first', accounts: ACCOUNTS, live: { feeds: [] }, ...change } as unknown as Config,
    node,
  )
}

test('one node hosts all, under the name of its session', () => {
  const whole = { name: 'first', node_id: undefined, accounts: ACCOUNTS, role: 'trading' }
  expect(place({})).toEqual(whole)
  expect(place({ nodes: NODES.slice(0, 1) }, 'trading')).toEqual(whole)
})

test('one of several hosts its accounts, or signs in as a node of strategies', () => {
  const bus = 'nats://127.0.0.1:4222'
  expect([place({ bus, nodes: NODES }, 'trading'), place({ bus, nodes: NODES }, 'alpha')]).toEqual([
    { name: 'trading', node_id: 'trading', accounts: [{ id: 'main' }], role: 'trading' },
    { name: 'alpha', node_id: 'alpha', accounts: [], role: 'strategy-alpha' },
  ])
})

test.each<[string, Partial<Config>, string | undefined, string, string]>([
  [
    'several nodes and none named',
    { bus: 'nats://127.0.0.1:4222', nodes: NODES },
    undefined,
    'config.nodes_apart',
    'Say which one this is with --node, once for each of trading, alpha; or leave nodes out, so that one hosts all.',
  ],
  [
    'several nodes without a bus',
    { nodes: NODES },
    'alpha',
    'config.nodes_without_bus',
    'Add bus: nats://127.0.0.1:4222 and start it with orrery nats up; docs/nats.md says how nodes are let in.',
  ],
  [
    'a node that is none of them',
    { bus: 'nats://127.0.0.1:4222', nodes: NODES },
    'beta',
    'config.unknown_node',
    'Name one of trading, alpha.',
  ],
  [
    'a node of strategies with two feeds on the bus',
    {
      bus: 'nats://127.0.0.1:4222',
      nodes: NODES,
      live: { feeds: ['one', 'two'].map((venue) => ({ kind: 'bus', venue })) } as unknown as Config['live'],
    },
    'alpha',
    'config.one_bus_feed',
    'Place strategies of several such venues in a node that holds an account, or give the others another feed.',
  ],
  [
    'a node where there are none',
    {},
    'alpha',
    'config.unknown_node',
    'It names no nodes: leave --node out, and one process hosts all.',
  ],
])('%s is refused in a sentence', (_, change, node, code, remedy) => {
  const error = refusal(() => place(change, node))
  expect({ code: error.code, remedy: error.remedy }).toEqual({ code, remedy })
})

function refusal(act: () => unknown): OperatingError {
  try {
    act()
  } catch (error) {
    if (error instanceof OperatingError) return error
    throw error
  }
  throw new Error('it is refused')
}
