import { expect, test } from 'vitest'
import { machineStandstills, outside, standstillSeconds } from './machine-standstills.ts'

const write = (meant_ms: number, span_ms: number) => ({ meant_ms, span_ms })
const order = (meant_ms: number, sent_ms: number) => ({
  meant_us: meant_ms * 1000,
  stepped_us: meant_ms * 1000,
  durable_us: sent_ms * 1000,
  sent_us: sent_ms * 1000,
})

test('a stall is one standstill, however many writes it delayed', () => {
  const writes = [
    write(0, 0.3),
    write(20, 180),
    write(40, 160),
    write(60, 140),
    write(220, 0.3),
    write(1000, 60),
  ]
  const standstills = machineStandstills(writes)
  expect(standstills).toEqual([
    { from_ms: 20, to_ms: 220 },
    { from_ms: 1000, to_ms: 1080 },
  ])
  expect(standstillSeconds(standstills)).toBeCloseTo(0.28)
})

test('a slow write is none', () => {
  expect(machineStandstills([write(0, 49), write(20, 30)])).toEqual([])
})

test('orders are left out that were on their way in a standstill, and no others', () => {
  const standstills = machineStandstills([write(100, 80)])
  const before = order(90, 99)
  const into = order(99, 101)
  const within = order(150, 185)
  const over = order(50, 300)
  const behind = order(201, 230)
  expect(outside([before, into, within, over, behind], standstills)).toEqual([before, behind])
})
