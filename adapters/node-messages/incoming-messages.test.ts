import { expect, test } from 'vitest'
import type { BusDelivery, BusStart, MessageBus } from '../../engine/bus-port.ts'
import { nodePayloads } from '../../engine/messages.test-support.ts'
import { encodeNodeMessage } from '../../engine/node-wire.ts'
import { must } from '../../schemas/assert.ts'
import type { NodeMessage } from '../../schemas/messages/node-message.ts'
import { busSubjectOf } from '../../schemas/messages/node-subject.ts'
import { parseBusEnvironment } from '../../schemas/subjects.ts'
import { IncomingMessages } from './incoming-messages.ts'

const ENV = must(parseBusEnvironment('paper'), 'an environment')
type Handler = (delivery: BusDelivery) => void | Promise<void>

/** A node that hears intents of the strategy s, facts of its orders, and nothing else. */
async function started(processed: Readonly<Record<string, number>> = {}) {
  const starts: Record<string, BusStart> = {}
  const handlers: Handler[] = []
  const bus: Pick<MessageBus, 'subscribe'> = {
    subscribe: async ([subject = ''], start, onMessage) => {
      starts[subject] = start
      handlers.push(onMessage)
      return { close: async () => undefined }
    },
  }
  const offered: NodeMessage[] = []
  const refused: string[] = []
  const incoming = new IncomingMessages({
    bus,
    scope: { session: 'one', instrumentIndex: (id) => (id === 'EURUSD.sim' ? 0 : undefined) },
    streams: [
      { name: 'PAPER_INTENT', subjects: ['paper.intent.main.s'] },
      { name: 'PAPER_ORDER', subjects: ['paper.order.main'] },
    ],
    isHeard: (subject) => ['intent.main.s', 'order.main.s'].includes(subject),
    lastSequence: (stream) => processed[stream] ?? 0,
    admit: () => undefined,
    offer: (message) => {
      if (message.source !== 'alpha') return 'not_heard'
      offered.push(message)
      return 'queued'
    },
    onRefused: (code, subject) => refused.push(`${code} on ${subject}`),
  })
  await incoming.start()
  const deliver = (subject: string, payload: Uint8Array) =>
    handlers[0]?.({
      subject,
      payload,
      message_id: '',
      stream: 'PAPER',
      stream_life: 1,
      sequence: 7,
      ts_stored_us: 1,
      pending_count: 0,
    })
  return { incoming, starts, offered, refused, deliver }
}

function wire(at: number, node = 'alpha', session = 'one'): [subject: string, bytes: Uint8Array] {
  const [subject, payload] = must(nodePayloads[at], 'a payload')
  const said = { node, epoch: 1, seq: 1, n: 0, ts_seq_us: 1, subject, payload }
  return [busSubjectOf(ENV, payload), encodeNodeMessage(said, session)]
}

test('[M5] a stream is read behind the last message processed, and from its first where none was', async () => {
  const { starts } = await started({ PAPER_ORDER: 31 })
  expect(starts).toEqual({
    'paper.intent.main.s': { at: 'first' },
    'paper.order.main': { after_sequence: 31 },
  })
})

test('[M6] what cannot be read or may not be said here is counted by code, and told once', async () => {
  const { incoming, offered, refused, deliver } = await started()
  const [subject, bytes] = wire(0)
  deliver(subject, bytes)
  for (let i = 0; i < 2; i++) deliver(subject, bytes.slice(1))
  deliver(...wire(0, 'beta'))
  expect(offered.map(({ subject, sequence }) => [subject, sequence])).toEqual([['intent.main.s', 7]])
  expect([...incoming.refusals]).toEqual([
    ['message_not_json', 2],
    ['message_not_heard', 1],
  ])
  expect(refused).toEqual([
    'message_not_json on paper.intent.main.s',
    'message_not_heard on paper.intent.main.s',
  ])
})

test('[M6] other sessions, and strategies of other nodes on a subject of all, are passed over', async () => {
  const { incoming, offered, deliver } = await started()
  deliver(...wire(0, 'alpha', 'two'))
  const [subject, bytes] = wire(5)
  const other = new TextDecoder().decode(bytes).replaceAll('"strategy_id":"s"', '"strategy_id":"t"')
  deliver(subject, new TextEncoder().encode(other))
  expect([offered, incoming.refusals.size]).toEqual([[], 0])
  deliver(subject, bytes)
  expect(offered.map(({ subject }) => subject)).toEqual(['order.main.s'])
})

test('after its end nothing more is heard', async () => {
  const { incoming, offered, deliver } = await started()
  await incoming.close()
  deliver(...wire(0))
  expect(offered).toEqual([])
})
