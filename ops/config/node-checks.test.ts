import { expect, test } from 'vitest'
import type { Config } from '../../schemas/config/config.ts'
import type { NodeConfig } from '../../schemas/config/node-config.ts'
import { checkNodes } from './node-checks.ts'
import type { Partly } from './partly-read.ts'

const trading: NodeConfig = { id: 'trading', accounts: ['main'], strategies: ['a'] }
const apart: NodeConfig = { id: 'apart', accounts: [], strategies: ['b'] }

test('every account and every strategy is in exactly one node', () => {
  expect(problems([trading, apart])).toEqual([])
  expect(problems([trading])).toEqual(['nodes: no node hosts b of strategies.'])
  expect(problems([trading, { ...apart, strategies: ['a', 'b'] }])).toEqual([
    'nodes.1.strategies.0: a is in the node trading already.',
  ])
  expect(problems([trading, { ...apart, accounts: ['other'] }])).toEqual([
    'nodes.1.accounts.0: other is not among the accounts.',
  ])
  expect(problems([trading, { ...apart, id: 'trading' }])).toEqual([
    'nodes.1.id: the id trading is used twice.',
  ])
})

test('a list that could not be read whole is not held against the nodes', () => {
  expect(problems([trading], [{ id: 'a' }, undefined])).toEqual([])
})

function problems(
  nodes: readonly NodeConfig[],
  strategies: readonly ({ id: string } | undefined)[] = [{ id: 'a' }, { id: 'b' }],
): string[] {
  const found: string[] = []
  const config = { nodes, accounts: [{ id: 'main' }], strategies } as unknown as Partly<Config>
  checkNodes(config, (path, what) => found.push(`${path.join('.')}: ${what}`))
  return found
}
