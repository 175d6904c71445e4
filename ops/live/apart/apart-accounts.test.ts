// Two accounts, each in a trading node of its own, and strategies of both in nodes elsewhere, one of them beside the other
// account. What a node's journal holds is all it did.

import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { NodePayload } from '../../../schemas/messages/node-message.ts'
import { type NodeStory, storyOf, undecided, unheard } from './apart-journals.test-support.ts'
import { ApartNode, ApartPlace, settled } from './apart-session.test-support.ts'

const ACCOUNT_OF = { market: 'main', quoter: 'second', lead: 'main', against: 'second', follow: 'main' }
const NODES = {
  trading: { accounts: ['main'], strategies: ['against'] },
  second: { accounts: ['second'], strategies: ['follow'] },
  alpha: { accounts: [], strategies: ['market', 'quoter', 'lead'] },
} as const
type NodeName = keyof typeof NODES
const NAMES = Object.keys(NODES) as NodeName[]
const QUOTES = 8

test('[P1] [P2] [N18] [N19] the orders of each account leave through its own node alone, wherever they were asked for', {
  timeout: 120_000,
}, async () => {
  const place = await ApartPlace.make(inThreeNodes)
  const nodes = await Promise.all(NAMES.map((name) => ApartNode.start(place, 'apart', name)))
  await settled(nodes)
  for (let quote = 0; quote < QUOTES; quote++) {
    await place.publish(quote)
    await settled(nodes)
  }
  for (const node of nodes.toReversed()) expect(await node.stop()).toBe(0)
  const stories = new Map<NodeName, NodeStory>()
  for (const name of NAMES) stories.set(name, await storyOf(join(place.folder, 'runs/apart', name), name))
  const story = (name: NodeName) => stories.get(name) as NodeStory
  expect(askedFor(story('trading'))).toEqual(['follow for main', 'market for main'])
  expect(askedFor(story('second'))).toEqual(['against for second', 'quoter for second'])
  expect(askedFor(story('alpha'))).toEqual([])
  for (const hearer of ['trading', 'second'] as const) {
    expect(undecided(story(hearer))).toEqual([])
    for (const speaker of NAMES)
      if (speaker !== hearer) expect(unheard(story(speaker), story(hearer), isIntentFor(hearer))).toEqual([])
  }
  const told = (await place.stored('ORDER', 'apart')).map(
    ({ subject, envelope }) => `${subject} by ${envelope.source}`,
  )
  expect([...new Set(told)].sort()).toEqual(['paper.order.main by trading', 'paper.order.second by second'])
  for (const name of NAMES)
    expect(JSON.parse(place.cli(['verify', `apart/${name}`, '--json']).stdout)).toMatchObject({
      is_equal: true,
    })
})

/** Who asked for the orders that left, and for which account. */
function askedFor({ commands }: NodeStory): string[] {
  return [
    ...new Set(commands.map(({ strategy_id, account_id }) => `${strategy_id} for ${account_id}`)),
  ].sort()
}

function isIntentFor(node: NodeName): (payload: NodePayload) => boolean {
  const accounts: readonly string[] = NODES[node].accounts
  return ({ type, ...payload }) =>
    type.endsWith('_intent') && 'account_id' in payload && accounts.includes(payload.account_id)
}

function inThreeNodes(text: string): string {
  const nodes = NAMES.map((id) => {
    const { accounts, strategies } = NODES[id]
    return `  - { id: ${id}, accounts: [${accounts.join()}], strategies: [${strategies.join()}] }\n`
  })
  const main = text.slice(text.indexOf('  - id: main'), text.indexOf('strategies:\n'))
  const placed = `${text.slice(0, text.indexOf('nodes:'))}nodes:\n${nodes.join('')}`
  return Object.entries(ACCOUNT_OF).reduce(
    (all, [id, account]) => all.replace(`#${id}, account: main`, `#${id}, account: ${account}`),
    placed.replace(main, main + main.replace('id: main', 'id: second')),
  )
}
