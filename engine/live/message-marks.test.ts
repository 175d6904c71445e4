import { expect, test } from 'vitest'
import { must } from '../../schemas/assert.ts'
import type { MessageId, StrategyId } from '../../schemas/ids.ts'
import type { NodeMessage } from '../../schemas/messages/node-message.ts'
import { CanonicalReader } from '../canonical/canonical-reader.ts'
import { CanonicalWriter } from '../canonical/canonical-writer.ts'
import { nodeMessages } from '../messages.test-support.ts'
import { MessageMarks } from './message-marks.ts'

const STATE = must(
  nodeMessages.find(({ payload }) => payload.type === 'strategy_state_changed'),
  'states of strategies are messages',
)

function state(strategy_id: string, seq: number, sequence: number): NodeMessage {
  const payload = { ...STATE.payload, strategy_id: strategy_id as StrategyId } as NodeMessage['payload']
  return { ...STATE, message_id: `alpha.1.${seq}.0` as MessageId, sequence, payload }
}

test('[N19] strategies that share a subject of the node have marks of their own', () => {
  const marks = new MessageMarks()
  marks.note(state('b', 5, 1))
  expect([
    marks.isNew(state('b', 5, 3)),
    marks.isNew(state('a', 4, 2)),
    marks.isNew(state('b', 6, 4)),
  ]).toEqual([false, true, true])
})

test('[N22] whom a node has never heard of is known, also on a subject that others share', () => {
  const marks = new MessageMarks()
  const before = state('b', 5, 1)
  marks.note(before)
  const has = (source: string, strategy_id: string) => marks.has(source, before.subject, strategy_id)
  expect([has(before.source, 'b'), has(before.source, 'a'), has('beta', 'b')]).toEqual([true, false, false])
})

test('[N22] the last place in a stream is that of the last message on its subjects, also after a restart', () => {
  const marks = new MessageMarks()
  marks.note(state('b', 5, 40))
  marks.note(state('a', 4, 41))
  const writer = new CanonicalWriter()
  marks.save(writer)
  const again = new MessageMarks()
  again.load(new CanonicalReader(writer.view()))
  expect(again.lastSequence((subject) => subject.startsWith('strategy-state.'))).toBe(41)
  expect(again.lastSequence((subject) => subject.startsWith('order.'))).toBe(0)
  const isOf = (source: string) => again.lastSequence((_, by) => by === source)
  expect([isOf(STATE.source), isOf('beta')]).toEqual([41, 0])
})
