// What every bus behind the port does, as one suite that each implementation runs.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { BusDelivery, BusSubscription, MessageBus } from '../../engine/bus-port.ts'
import type { OperatingError } from '../../schemas/operating-error.ts'

export const PENDING_MAX = 50

/** A bus of its own for each test, with `PENDING_MAX`, on which `s.>` is stored. */
export type BusPlace = { readonly bus: MessageBus; remove(): Promise<void> }

export function messageBusConformance(name: string, makePlace: () => Promise<BusPlace>): void {
  describe(`${name} as a bus`, () => {
    let place: BusPlace
    let bus: MessageBus
    let faults: OperatingError[] = []

    beforeEach(async () => {
      place = await makePlace()
      bus = place.bus
      faults = []
      bus.onFault((fault) => faults.push(fault))
    })
    afterEach(async () => {
      await bus.close()
      await place.remove()
      expect(faults.map(({ code }) => code)).toEqual(expectedFaults.splice(0))
    })

    const expectedFaults: string[] = []

    test('[B1] messages of a subject come in the order they were published, awaited or not', async () => {
      const heard = await collect(bus, ['s.>'], 30)
      const published: Promise<unknown>[] = []
      for (let i = 0; i < 10; i++)
        for (const subject of ['s.a', 's.b', 's.c']) published.push(bus.publish(message(subject, `${i}`)))
      await Promise.all(published)
      const deliveries = await heard.all
      for (const subject of ['s.a', 's.b', 's.c']) {
        const texts = deliveries.filter((each) => each.subject === subject).map(textOf)
        expect(texts).toEqual(Array.from({ length: 10 }, (_, i) => `${i}`))
      }
      const sequences = deliveries.map(({ sequence }) => sequence)
      expect(sequences).toEqual(sequences.toSorted((left, right) => left - right))
    })

    test('[B2] a message of one id is stored once, and who publishes it again is told', async () => {
      const first = await bus.publish(message('s.a', 'once'))
      const again = await bus.publish(message('s.a', 'once'))
      const other = await bus.publish(message('s.a', 'another'))
      expect([first.duplicate, again, other.duplicate]).toEqual([false, { ...first, duplicate: true }, false])
      const heard = await collect(bus, ['s.a'], 2, { at: 'first' })
      expect((await heard.all).map(textOf)).toEqual(['once', 'another'])
    })

    test('[B3] a subscriber starts at what is new, at what is held, or behind what it has processed', async () => {
      const receipts = []
      for (const text of ['1', '2', '3']) receipts.push(await bus.publish(message('s.a', text)))
      const fromNew = await collect(bus, ['s.a'], 1, { at: 'new' })
      const fromFirst = await collect(bus, ['s.a'], 4, { at: 'first' })
      const behind = await collect(bus, ['s.a'], 2, { after_sequence: receipts[1]?.sequence ?? -1 })
      const anew = await collect(bus, ['s.a'], 4, { after_sequence: 1_000 })
      await bus.publish(message('s.a', '4'))
      expect((await anew.all).map(textOf)).toEqual(['1', '2', '3', '4'])
      expect((await fromNew.all).map(textOf)).toEqual(['4'])
      expect((await fromFirst.all).map(textOf)).toEqual(['1', '2', '3', '4'])
      expect((await behind.all).map(textOf)).toEqual(['3', '4'])
    })

    test('[B4] a delivery names its place, its id and its bytes, empty ones too', async () => {
      const heard = await collect(bus, ['s.a'], 2)
      const published_ms = Date.now()
      const receipt = await bus.publish(message('s.a', 'text'))
      await bus.publish({ subject: 's.a', message_id: 'empty', payload: new Uint8Array() })
      const [first, second] = await heard.all
      expect([first, second?.message_id, second?.payload.length]).toEqual([
        {
          subject: 's.a',
          message_id: 's.a text',
          payload: expect.any(Uint8Array),
          stream: receipt.stream,
          stream_life: 1,
          sequence: receipt.sequence,
          ts_stored_us: expect.closeTo(published_ms * 1_000, -7),
          pending_count: expect.any(Number),
        },
        'empty',
        0,
      ])
    })

    test('[B4] a delivery says how many messages of its subscription waited behind it', async () => {
      for (const text of ['1', '2', '3'])
        for (const subject of ['s.a', 's.b']) await bus.publish(message(subject, text))
      const heard = await collect(bus, ['s.a'], 3, { at: 'first' })
      expect((await heard.all).map(({ pending_count }) => pending_count)).toEqual([2, 1, 0])
    })

    test('[B5] a subscriber takes one message at a time, however slow, and misses none', async () => {
      let running = 0
      let most = 0
      const texts: string[] = []
      const { promise: done, resolve } = Promise.withResolvers<void>()
      await bus.subscribe(['s.a'], { at: 'new' }, async (delivery) => {
        most = Math.max(most, ++running)
        await new Promise((resolve) => setImmediate(resolve))
        running -= 1
        if (texts.push(textOf(delivery)) === 4 * PENDING_MAX) resolve()
      })
      for (let i = 0; i < 4 * PENDING_MAX; i++) await bus.publish(message('s.a', `${i}`))
      await done
      expect([most, texts]).toEqual([1, Array.from({ length: 4 * PENDING_MAX }, (_, i) => `${i}`)])
    })

    test('[B6] a publish beyond the bound of those under way is refused at once', async () => {
      const published = Array.from({ length: PENDING_MAX }, (_, i) => bus.publish(message('s.a', `${i}`)))
      await expect(bus.publish(message('s.a', 'too many'))).rejects.toMatchObject({ code: 'bus.overloaded' })
      await Promise.all(published)
      await bus.publish(message('s.a', 'fits again'))
    })

    test('[B7] stars stand for a word, and an arrow for the rest', async () => {
      const star = await collect(bus, ['s.*.x'], 2)
      const arrow = await collect(bus, ['s.a.>'], 2)
      for (const subject of ['s.a.x', 's.b.x', 's.a.y', 's.b.y', 's.a'])
        await bus.publish(message(subject, ''))
      expect((await star.all).map(({ subject }) => subject)).toEqual(['s.a.x', 's.b.x'])
      expect((await arrow.all).map(({ subject }) => subject)).toEqual(['s.a.x', 's.a.y'])
    })

    test('[B8] what is sent reaches who listens at that moment, and nobody later', async () => {
      const heard: string[] = []
      const { promise: done, resolve } = Promise.withResolvers<void>()
      bus.send({ subject: 'm.a', payload: Buffer.from('nobody listens') })
      const listening = await bus.listen(['m.a'], (delivery) => {
        heard.push(`${delivery.message_id}${delivery.sequence} ${textOf(delivery)}`)
        if (heard.length === 2) resolve()
      })
      for (const text of ['1', '2']) bus.send({ subject: 'm.a', payload: Buffer.from(text) })
      bus.send({ subject: 'm.b', payload: Buffer.from('not wanted') })
      await done
      await listening.close()
      expect([heard, bus.dropped_count]).toEqual([['0 1', '0 2'], 0])
    })

    test('[B9] a subscription that was closed hands in nothing more, and a closed bus refuses', async () => {
      const texts: string[] = []
      const { promise: first, resolve } = Promise.withResolvers<void>()
      const subscription = await bus.subscribe(['s.a'], { at: 'new' }, (delivery) => {
        texts.push(textOf(delivery))
        resolve()
      })
      await bus.publish(message('s.a', '1'))
      await first
      await subscription.close()
      await bus.publish(message('s.a', '2'))
      await (await collect(bus, ['s.a'], 2, { at: 'first' })).all
      await bus.close()
      expect(texts).toEqual(['1'])
      await expect(bus.publish(message('s.a', '3'))).rejects.toMatchObject({ code: 'bus.closed' })
      expect(() => bus.send({ subject: 'm.a', payload: new Uint8Array() })).toThrow('closed')
    })

    test('[B10] a handler that throws is handed nothing more, and the fault is told once', async () => {
      expectedFaults.push('bus.subscriber_failed')
      let calls = 0
      await bus.subscribe(['s.a'], { at: 'new' }, () => {
        calls += 1
        throw new Error('a bug')
      })
      const other = await collect(bus, ['s.a'], 2)
      for (const text of ['1', '2']) await bus.publish(message('s.a', text))
      await other.all
      while (faults.length === 0) await new Promise((resolve) => setImmediate(resolve))
      expect([calls, faults[0]?.where]).toEqual([1, 's.a'])
    })
  })
}

export function message(subject: string, text: string) {
  return { subject, message_id: `${subject} ${text}`, payload: Buffer.from(text) }
}

export function textOf({ payload }: BusDelivery): string {
  return Buffer.from(payload).toString()
}

/** Subscribes; `all` resolves once `count` deliveries have come. */
export async function collect(
  bus: MessageBus,
  subjects: readonly string[],
  count: number,
  start: Parameters<MessageBus['subscribe']>[1] = { at: 'new' },
): Promise<{ readonly all: Promise<BusDelivery[]>; readonly subscription: BusSubscription }> {
  const deliveries: BusDelivery[] = []
  const { promise, resolve } = Promise.withResolvers<BusDelivery[]>()
  const subscription = await bus.subscribe(subjects, start, (delivery) => {
    if (deliveries.push(delivery) === count) resolve(deliveries)
  })
  return { all: promise, subscription }
}
