// Who holds the key of a strategy node can say what it likes on the node's own subjects. What it says there about others,
// or in a form that is none, moves nothing and is told.

import { expect, test } from 'vitest'
import { nodePayloads } from '../../../engine/messages.test-support.ts'
import { must } from '../../../schemas/assert.ts'
import { SCHEMA_VERSION } from '../../../schemas/schema-version.ts'
import { ApartNode, ApartPlace } from './apart-session.test-support.ts'

test('[N9] [N20] [M6] with a strategy node’s key nobody speaks for others, and each kind of try is told once', {
  timeout: 60_000,
}, async () => {
  const place = await ApartPlace.make()
  const trading = await ApartNode.start(place, 'apart', 'trading')
  const publish = await place.speaksAs('strategy-alpha')
  const own = 'paper.intent.main.market'
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
    ],
    message_unknown_instrument: [intent({ payload: { instrument_id: 'GBPUSD.gen' } })],
    message_not_heard: [intent({ envelope: { message_id: 'trading.9.9.9', source: 'trading' } })],
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
