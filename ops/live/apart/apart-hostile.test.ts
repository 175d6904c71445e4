// Who holds the key of a strategy node can say what it likes on the node's own subjects. What it says there about others,
// or in a form that is none, moves nothing and is told.

import { expect, test } from 'vitest'
import { nodePayloads } from '../../../engine/messages.test-support.ts'
import { must } from '../../../schemas/assert.ts'
import { SCHEMA_VERSION } from '../../../schemas/schema-version.ts'
import { ApartNode, ApartPlace, INSTALLATION } from './apart-session.test-support.ts'

test('[N9] [N20] [M6] with a strategy node’s key nobody speaks for others, and each kind of try is told once', {
  timeout: 60_000,
}, async () => {
  const place = await ApartPlace.make()
  const trading = await ApartNode.start(place, 'apart', 'trading')
  const publish = await place.speaksAs('strategy-alpha')
  const own = 'paper.apart.alpha.intent.main.market'
  const tries: Record<string, string[]> = {
    message_not_json: ['', 'buy', '{'],
    message_bad_form: [
      '{}',
      intent({ payload: { is_urgent: true } }),
      intent({ envelope: { source: 'beta' } }),
    ],
    message_other_schema: [intent({ envelope: { schema_version: 1 } })],
    message_other_subject: [
      intent({ payload: { strategy_id: 'follow' } }),
      intent({ payload: { account_id: 'second' } }),
      intent({ envelope: { message_id: 'trading.9.9.9', source: 'trading' } }),
    ],
    message_unknown_instrument: [intent({ payload: { instrument_id: 'GBPUSD.gen' } })],
  }
  // Nor does it hear what was said in another session.
  await publish(own, intent({ session: 'one' }))
  for (const text of Object.values(tries).flat()) await publish(own, text)
  const expected = Object.fromEntries(Object.entries(tries).map(([code, texts]) => [code, texts.length]))
  await trading.until(({ messages }) => sum(messages?.refused) === sum(expected))
  const { messages, accounts } = await trading.status()
  expect(messages).toMatchObject({ refused: expected, heard: 0 })
  expect(accounts).toMatchObject([{ open_orders: 0, fills: 0 }])
  expect(await trading.stop()).toBe(0)
  const told = trading.lines.filter((line) => line.includes('[bus.message_refused]'))
  expect(told.map((line) => /\((\w+)\)/.exec(line)?.[1]).sort()).toEqual(Object.keys(tries).sort())
  expect(await place.stored('ORDER', 'apart')).toEqual([])
})

/** Waiting in its stream when the trading node starts; as long as the other has not traded, more come, up to the second. */
const FLOOD = 3_000
const FLOOD_MAX = 30_000
/** Then the walk begins anew: a market that only rises leaves every order behind that is a few quotes under way. */
const WALK_QUOTES = 40

test('[M8] [N16] a strategy node that floods its stream with intents keeps no order of another from being filled', {
  timeout: 90_000,
}, async () => {
  // Syncs of a disk that others use, too, would be what the other's orders wait for.
  const place = await ApartPlace.make(twoNodesOfStrategies, {
    sync_interval: '1m',
    installation: {
      ...INSTALLATION,
      strategy_nodes: [
        { node: 'alpha', strategies: ['market'], accounts: ['main'], journal_bytes_max: 2 ** 28 },
        { node: 'beta', strategies: ['quoter'], accounts: ['second'], journal_bytes_max: 2 ** 28 },
      ],
    },
  })
  const publish = await place.speaksAs('strategy-alpha')
  let count = 0
  const said = async () => {
    const envelope = { seq: ++count, message_id: `alpha.1.${count}.0`, causation_id: `alpha.1.${count}` }
    await publish('paper.apart.alpha.intent.main.market', intent({ envelope, payload: { counter: count } }))
  }
  while (count < FLOOD) await Promise.all(Array.from({ length: 300 }, said))
  const trading = await ApartNode.start(place, 'apart', 'trading')
  const beta = await ApartNode.start(place, 'apart', 'beta')
  let isTraded = false
  const traded = beta.said(/filled/).finally(() => {
    isTraded = true
  })
  for (let quote = 0; !isTraded; quote++) {
    const flood = Array.from({ length: count < FLOOD_MAX ? 20 : 0 }, said)
    await Promise.all([place.publish(quote % WALK_QUOTES), ...flood])
    await beta.until(({ feeds }) => (feeds[0]?.counts['rows'] ?? 0) > quote)
  }
  await traded
  expect([await beta.stop(), await trading.stop()]).toEqual([0, 0])
  const denied = trading.lines.filter((line) => /denied .* market\/\d+ /.test(line))
  expect(denied.length).toBeGreaterThan(FLOOD / 2)
})

function twoNodesOfStrategies(text: string): string {
  const main = text.slice(text.indexOf('  - id: main'), text.indexOf('strategies:\n'))
  return `${text.slice(0, text.indexOf('nodes:'))}nodes:
  - { id: trading, accounts: [main, second], strategies: [follow, lead, against] }
  - { id: alpha, accounts: [], strategies: [market] }
  - { id: beta, accounts: [], strategies: [quoter] }
`
    .replace(main, main + main.replace('id: main', 'id: second'))
    .replace('#quoter, account: main', '#quoter, account: second')
}

type Change = {
  readonly session?: string
  readonly envelope?: Readonly<Record<string, unknown>>
  readonly payload?: Readonly<Record<string, unknown>>
}

/** An intent of the strategy that may ask on its subject, but for what is changed. */
function intent({ session = 'apart', envelope, payload }: Change): string {
  const [, asked] = must(nodePayloads[0], 'an intent')
  const { instrument_index: _, ...bare } = asked as typeof asked & { readonly instrument_index: number }
  return JSON.stringify({
    envelope: {
      seq: 1,
      message_id: 'alpha.1.1.0',
      correlation_id: 'main/market/1',
      causation_id: 'alpha.1.1',
      source: 'alpha',
      type: 'submit_intent',
      schema_version: SCHEMA_VERSION,
      ts_event_us: 1,
      ts_recv_us: 1,
      ts_seq_us: 1,
      ...envelope,
    },
    session,
    payload: { ...bare, strategy_id: 'market', instrument_id: 'EURUSD.gen', ...payload },
  })
}

function sum(counts: Readonly<Record<string, number>> = {}): number {
  return Object.values(counts).reduce((total, count) => total + count, 0)
}
