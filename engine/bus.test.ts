import { expect, test } from 'vitest'
import { Bus, ENGINE_CAUSE } from './bus.ts'

const never = () => {
  throw new Error('nothing exceeds the bound here')
}

test('messages are delivered in the order they were sent, to subscribers in the order they were wired', () => {
  const bus = new Bus(100, never)
  const seen: string[] = []
  const a = bus.route<number>('a')
  const b = bus.route<number>('b')
  bus.subscribe<number>('a', (n) => {
    seen.push(`first a${n}`)
    if (n === 1) bus.send(b, 10)
  })
  bus.subscribe<number>('a', (n) => void seen.push(`second a${n}`))
  bus.subscribe<number>('b', (n) => void seen.push(`b${n}`))
  bus.send(a, 1)
  bus.send(a, 2)
  bus.drain()
  expect(seen).toEqual(['first a1', 'second a1', 'first a2', 'second a2', 'b10'])
  expect(bus.isIdle).toBe(true)
})

test('a message carries the cause of whoever sent it, and what it causes carries the same', () => {
  const bus = new Bus(100, never)
  const seen: number[] = []
  const a = bus.route('a')
  const b = bus.route('b')
  bus.subscribe('a', () => {
    bus.send(b, undefined)
    bus.cause = 99
  })
  bus.subscribe('b', () => void seen.push(bus.cause))
  bus.cause = 7
  bus.send(a, undefined)
  bus.cause = ENGINE_CAUSE
  bus.send(a, undefined)
  bus.drain()
  expect(seen).toEqual([7, ENGINE_CAUSE])
})

test('beyond the bound the one that caused it is told once a step, and the rest of the FIFO is delivered', () => {
  const excess: number[] = []
  const bus = new Bus(3, (cause) => void excess.push(cause))
  const route = bus.route<number>('a')
  const seen: number[] = []
  bus.subscribe<number>('a', (n) => void seen.push(n))
  const flood = () => {
    bus.beginStep()
    bus.cause = 4
    for (let n = 0; n < 6; n++) bus.send(route, n)
    bus.cause = 5
    for (let n = 10; n < 13; n++) bus.send(route, n)
    bus.drain()
  }
  flood()
  expect([excess, seen]).toEqual([[4], [0, 1, 2, 3, 4, 5, 10, 11, 12]])
  flood()
  expect(excess).toEqual([4, 4])
})

test('an excess that no strategy caused stops the node', () => {
  const bus = new Bus(3, never)
  const route = bus.route('a')
  bus.subscribe('a', () => bus.send(route, undefined))
  bus.beginStep()
  bus.send(route, undefined)
  expect(() => bus.drain()).toThrow('more than 3 messages, and no strategy caused it')
})

test('a strategy that was faulted and still keeps the step going stops the node', () => {
  const bus = new Bus(3, () => undefined)
  const route = bus.route('a')
  bus.subscribe('a', () => bus.send(route, undefined))
  bus.beginStep()
  bus.cause = 1
  bus.send(route, undefined)
  expect(() => bus.drain()).toThrow('went on sending after its strategy was faulted')
})

test('a route after wiring is refused: who listens is settled at start', () => {
  const bus = new Bus(3, never)
  bus.subscribe('a', () => undefined)
  expect(bus.compile()).toEqual(new Map([['a', 1]]))
  expect(() => bus.route('b')).toThrow('routes are compiled at start, b came later')
})
