import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RingBuffer } from './ring-buffer.ts'

test('a ring buffer is a first-in first-out array whose positions stay valid while it grows and turns', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 200 }), (pushes) => {
      const ring = new RingBuffer<number>()
      const queued: number[] = []
      let next = 0
      for (const push of pushes) {
        if (push) {
          expect(ring.push(next)).toBe(next)
          queued.push(next++)
        } else expect(ring.shift()).toBe(queued.shift())
        expect(queued.map((position) => ring.at(position))).toEqual(queued)
        expect(ring.size).toBe(queued.length)
      }
      expect([ring.holds(next), ring.holds(next - queued.length - 1)]).toEqual([false, false])
    }),
  )
})

test('a replaced entry keeps its place', () => {
  const ring = new RingBuffer<string>()
  const positions = ['a', 'b', 'c'].map((entry) => ring.push(entry))
  ring.replace(positions[1] as number, 'B')
  expect([ring.shift(), ring.shift(), ring.shift(), ring.shift()]).toEqual(['a', 'B', 'c', undefined])
})

test('an entry that has left cannot be reached', () => {
  const ring = new RingBuffer<string>()
  const position = ring.push('a')
  ring.shift()
  expect(() => ring.at(position)).toThrow('queued')
  expect(() => ring.replace(position, 'b')).toThrow('queued')
})
