import { expect, test } from 'vitest'
import { MemoryBus } from './memory-bus.test-support.ts'
import {
  collect,
  message,
  messageBusConformance,
  PENDING_MAX,
  textOf,
} from './message-bus-conformance.test-support.ts'
import { subjectMatcher } from './subject-pattern.ts'

function memoryBus(retained_max = 1_000): MemoryBus {
  return new MemoryBus({
    streamOf: (subject) => subject.split('.')[0] ?? '',
    pending_max: PENDING_MAX,
    retained_max,
  })
}

messageBusConformance('memory', async () => ({ bus: memoryBus(), remove: async () => undefined }))

test('[B11] the last messages of a stream are held, and their ids known as long', async () => {
  const bus = memoryBus(3)
  for (let i = 0; i < 5; i++) await bus.publish(message('s.a', `${i}`))
  const heard = await collect(bus, ['s.a'], 3, { at: 'first' })
  expect((await heard.all).map(textOf)).toEqual(['2', '3', '4'])
  expect([
    (await bus.publish(message('s.a', '4'))).duplicate,
    (await bus.publish(message('s.a', '0'))).duplicate,
  ]).toEqual([true, false])
  await bus.close()
})

test('[B11] a subscriber that is behind what is held is told what it lost, not given a gap', async () => {
  const bus = memoryBus(3)
  const faults: string[] = []
  bus.onFault(({ code, what }) => faults.push(`${code}: ${what}`))
  const { promise: stuck, resolve } = Promise.withResolvers<void>()
  const texts: string[] = []
  await bus.subscribe(['s.a'], { at: 'new' }, async (delivery) => {
    texts.push(textOf(delivery))
    await stuck
  })
  for (let i = 0; i < 6; i++) await bus.publish(message('s.a', `${i}`))
  resolve()
  while (faults.length === 0) await new Promise((resolve) => setImmediate(resolve))
  expect([texts, faults]).toEqual([
    ['0'],
    ['bus.messages_lost: A subscriber was so far behind that 2 messages were let go before it took them.'],
  ])
  await bus.close()
})

test('[B12] what is sent beyond the bound is dropped and counted', async () => {
  const bus = memoryBus()
  let heard = 0
  await bus.listen(['m.>'], () => heard++)
  for (let i = 0; i < PENDING_MAX + 7; i++) bus.send({ subject: 'm.a', payload: new Uint8Array() })
  await new Promise((resolve) => setImmediate(resolve))
  expect([heard, bus.dropped_count]).toEqual([PENDING_MAX, 7])
  await bus.close()
})

test.each([
  ['a.b', 'a.b', true],
  ['a.b', 'a.b.c', false],
  ['a.b.c', 'a.b', false],
  ['a.*', 'a.b', true],
  ['a.*', 'a', false],
  ['a.*', 'a.b.c', false],
  ['*.b', 'a.b', true],
  ['a.>', 'a.b.c', true],
  ['a.>', 'a', false],
  ['>', 'a', true],
])('[B7] %s takes %s: %s', (pattern, subject, isTaken) => {
  expect(subjectMatcher([pattern])(subject)).toBe(isTaken)
})
