import { expect, test } from 'vitest'
import { MemoryBus } from '../../adapters/bus-memory/memory-bus.test-support.ts'
import { streamOf } from '../../adapters/nats/streams.ts'
import { nodePayloads } from '../../engine/messages.test-support.ts'
import { encodeNodeMessage } from '../../engine/node-wire.ts'
import { must } from '../../schemas/assert.ts'
import type { Config } from '../../schemas/config/config.ts'
import type { NodeMessage } from '../../schemas/messages/node-message.ts'
import { busSubjectOf } from '../../schemas/messages/node-subject.ts'
import { NodeVoices } from './node-voices.ts'
import { type MessagesTarget, SessionMessages } from './session-messages.ts'

const CONFIG = {
  live: { environment: 'paper' },
  nodes: [
    { id: 'trading', accounts: ['main'], strategies: [] },
    { id: 'strat1', accounts: [], strategies: ['s'] },
  ],
} as unknown as Config

/** A trading node that hears the strategy s, as far as messages go. */
class Hearer {
  readonly heard: number[] = []
  readonly begun_anew = new Set<string>()
  hasRoom = true
  /** The place of the last message processed before. */
  last = 0
  readonly target = {
    sequencer: {
      node: { heardSubjects: () => new Map([['intent.main.s', new Set(['s'])]]) },
      built: { trading: { books: new Map() } },
      lastMessage: (isOf: (subject: string, source: string) => boolean) =>
        isOf('intent.main.s', 'strat1') ? this.last : 0,
      offerMessage: ({ sequence }: NodeMessage) => this.heard.push(sequence),
      is_publish_behind: false,
      begun_anew: this.begun_anew,
    },
    wake: () => undefined,
  }

  constructor() {
    Object.defineProperty(this.target.sequencer, 'has_message_room', { get: () => this.hasRoom })
  }
}

async function started(hearer: Hearer, alerts: string[] = []) {
  const bus = new MemoryBus({ streamOf, pending_max: 1_000, retained_max: 1_000 })
  const voices = new NodeVoices(CONFIG)
  const messages = new SessionMessages({
    bus,
    voices,
    node: 'trading',
    session: 'one',
    epoch: 1,
    instruments: [{ instrument_id: 'EURUSD.sim', index: 0 }] as never,
    now_us: () => 0,
    onAlert: ({ code, about }) => alerts.push(`${code} ${about}`),
    onFailure: (error) => expect(error).toBe(''),
  })
  const [subject, payload] = must(nodePayloads[0], 'an intent')
  for (let seq = 1; seq <= 3; seq++) {
    const said = { node: 'strat1', epoch: 1, seq, n: 0, ts_seq_us: 1, subject, payload }
    const on = busSubjectOf(voices.ofNode('strat1'), payload)
    await bus.publish({ subject: on, message_id: `one.${seq}`, payload: encodeNodeMessage(said, 'one') })
  }
  await messages.start(hearer.target as unknown as MessagesTarget)
  await turned()
  return { messages, bus }
}

/** Whatever is under way in this process has arrived. */
function turned(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

test('[M5] a strategy node is heard in its own stream, behind the last message of it', async () => {
  const hearer = new Hearer()
  hearer.last = 1
  const { messages } = await started(hearer)
  expect(hearer.heard).toEqual([2, 3])
  await messages.stop()
})

test('[M8] a node without room hears nothing more, and goes on once it has', async () => {
  const hearer = new Hearer()
  const { messages, bus } = await started(hearer)
  expect(hearer.heard).toEqual([1, 2, 3])
  hearer.hasRoom = false
  messages.look()
  const [subject, payload] = must(nodePayloads[0], 'an intent')
  const said = { node: 'strat1', epoch: 1, seq: 9, n: 0, ts_seq_us: 1, subject, payload }
  await bus.publish({
    subject: 'paper.apart.strat1.intent.main.s',
    message_id: 'one.9',
    payload: encodeNodeMessage(said, 'one'),
  })
  await turned()
  messages.look()
  await turned()
  expect(hearer.heard).toEqual([1, 2, 3])
  hearer.hasRoom = true
  messages.look()
  await turned()
  expect(hearer.heard).toEqual([1, 2, 3, 4])
  await messages.stop()
})

test('[N19] a node that has begun anew is told once', async () => {
  const hearer = new Hearer()
  const alerts: string[] = []
  const { messages } = await started(hearer, alerts)
  messages.look()
  expect(alerts).toEqual([])
  hearer.begun_anew.add('strat1')
  messages.look()
  messages.look()
  expect(alerts).toEqual(['bus.node_begun_anew strat1'])
  await messages.stop()
})
