import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { BusMessage, BusReceipt } from '../../engine/bus-port.ts'
import { nodePayloads } from '../../engine/messages.test-support.ts'
import type { OutgoingMessage } from '../../engine/node-wire.ts'
import { must } from '../../schemas/assert.ts'
import { parseBusEnvironment } from '../../schemas/subjects.ts'
import { busDeadline, busOverloaded } from '../bus-memory/bus-errors.ts'
import { OutgoingMessages } from './outgoing-messages.ts'

/** A bus that stores, refuses or keeps silent as it is told. */
class ToldBus {
  readonly asked: string[] = []
  readonly #waiting: { readonly message: BusMessage; settle(receipt: BusReceipt | Error): void }[] = []

  publish(message: BusMessage): Promise<BusReceipt> {
    const { promise, resolve, reject } = Promise.withResolvers<BusReceipt>()
    const settle = (how: BusReceipt | Error) => (how instanceof Error ? reject(how) : resolve(how))
    this.asked.push(message.message_id)
    this.#waiting.push({ message, settle })
    return promise
  }

  async stores(message_id: string, duplicate = false): Promise<void> {
    await this.#settle(message_id, () => ({ stream: 'PAPER', sequence: 1, duplicate }))
  }

  async misses(message_id: string): Promise<void> {
    await this.#settle(message_id, (message) => busDeadline(message, 2_000, 'no answer'))
  }

  async #settle(message_id: string, how: (message: BusMessage) => BusReceipt | Error): Promise<void> {
    const at = this.#waiting.findIndex(({ message }) => message.message_id === message_id)
    const [asked] = this.#waiting.splice(at, 1)
    asked?.settle(how(asked.message))
    await vi.advanceTimersByTimeAsync(0)
  }
}

let bus: ToldBus
let said: string[]
let outgoing: OutgoingMessages
beforeEach(() => {
  vi.useFakeTimers()
  bus = new ToldBus()
  said = []
  outgoing = new OutgoingMessages({
    bus,
    environment: must(parseBusEnvironment('paper'), 'an environment'),
    session: 'one',
    epoch: 2,
    onConfirmed: ({ epoch, seq, n }) => said.push(`confirmed ${epoch}.${seq}.${n}`),
    onLate: (is_late) => said.push(is_late ? 'late' : 'in time'),
    onTaken: (id, subject) => said.push(`taken ${id} on ${subject}`),
    onFailure: (error) => said.push(`failure ${(error as { code?: string }).code}`),
  })
})
afterEach(() => {
  outgoing.close()
  vi.useRealTimers()
})

/** An intent is on `paper.intent.main.s`, a signal on a subject of its own. */
function message(type: 'intent' | 'signal', seq: number, epoch = 2): OutgoingMessage {
  const [subject, payload] = must(nodePayloads[type === 'intent' ? 0 : 3], 'a payload')
  return { node: 'alpha', epoch, seq, n: 0, ts_seq_us: 1, subject, payload }
}

test('[M1] messages of a subject go one behind the other, those of others beside them', async () => {
  for (const seq of [1, 2]) outgoing.publish(message('intent', seq))
  outgoing.publish(message('signal', 3))
  expect(bus.asked).toEqual(['one.alpha.2.1.0', 'one.alpha.2.3.0'])
  await bus.stores('one.alpha.2.1.0')
  expect(bus.asked.at(-1)).toBe('one.alpha.2.2.0')
})

test('[M2] a message that misses its deadline is published again before the next of its subject, and said to be late', async () => {
  for (const seq of [1, 2]) outgoing.publish(message('intent', seq))
  await bus.misses('one.alpha.2.1.0')
  await bus.misses('one.alpha.2.1.0')
  expect([bus.asked, said, outgoing.is_late]).toEqual([
    ['one.alpha.2.1.0', 'one.alpha.2.1.0', 'one.alpha.2.1.0'],
    ['late'],
    true,
  ])
  await bus.stores('one.alpha.2.1.0', true)
  expect([bus.asked.at(-1), said, outgoing.is_late]).toEqual(['one.alpha.2.2.0', ['late', 'in time'], false])
})

test('[M9] what is said while it is held waits, in its order, and what was under way goes on', async () => {
  const [first, second] = ['one.alpha.2.1.0', 'one.alpha.2.2.0']
  outgoing.publish(message('intent', 1))
  outgoing.hold(true)
  outgoing.publish(message('intent', 2))
  await bus.stores(first)
  expect([bus.asked, await outgoing.drain(500)]).toEqual([[first], false])
  outgoing.hold(false)
  await vi.advanceTimersByTimeAsync(0)
  expect(bus.asked).toEqual([first, second])
  await bus.stores(second)
  expect(await outgoing.drain(500)).toBe(true)
})

test('[M9] nothing that was held is said once all is closed', async () => {
  outgoing.hold(true)
  outgoing.publish(message('intent', 1))
  outgoing.close()
  await vi.advanceTimersByTimeAsync(0)
  expect([bus.asked, said]).toEqual([[], []])
})

test('[M3] confirmed is what is stored up to the first that is not', async () => {
  outgoing.publish(message('intent', 1))
  outgoing.publish(message('signal', 2))
  outgoing.publish(message('intent', 3))
  await bus.stores('one.alpha.2.2.0')
  await vi.advanceTimersByTimeAsync(200)
  expect(said).toEqual([])
  await bus.stores('one.alpha.2.1.0')
  await vi.advanceTimersByTimeAsync(99)
  expect(said).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(said).toEqual(['confirmed 2.2.0'])
  await bus.stores('one.alpha.2.3.0')
  await vi.advanceTimersByTimeAsync(100)
  expect(said).toEqual(['confirmed 2.2.0', 'confirmed 2.3.0'])
})

test('[M4] an id that is there at the first try is another’s, unless an earlier start said it', async () => {
  outgoing.publish(message('intent', 9, 1))
  await bus.stores('one.alpha.1.9.0', true)
  expect(said).toEqual([])
  outgoing.publish(message('intent', 1))
  await bus.stores('one.alpha.2.1.0', true)
  expect(said).toEqual(['taken alpha.2.1.0 on paper.intent.main.s'])
})

test('[M7] an end waits until the bus has everything, or for its time, and not for a bus that is late', async () => {
  outgoing.publish(message('intent', 1))
  const soon = outgoing.drain(2_000)
  await bus.stores('one.alpha.2.1.0')
  expect(await soon).toBe(true)
  outgoing.publish(message('intent', 2))
  const never = outgoing.drain(2_000)
  await vi.advanceTimersByTimeAsync(2_000)
  expect(await never).toBe(false)
  await bus.misses('one.alpha.2.2.0')
  expect(await outgoing.drain(2_000)).toBe(false)
})

test('what cannot be published at all ends the session', async () => {
  vi.spyOn(bus, 'publish').mockRejectedValueOnce(busOverloaded('paper.intent.main.s', 1))
  outgoing.publish(message('intent', 1))
  await vi.advanceTimersByTimeAsync(0)
  expect(said).toEqual(['failure bus.overloaded'])
})
