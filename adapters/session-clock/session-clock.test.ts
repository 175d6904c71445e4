import { expect, test } from 'vitest'
import { OperatingError } from '../../schemas/operating-error.ts'
import { SessionClock } from './session-clock.ts'

function timeAt(wall_ms: number) {
  const at = { wall_ms, monotonic_ms: 5_000 }
  return { at, time: { wall_ms: () => at.wall_ms, monotonic_ms: () => at.monotonic_ms } }
}

test('time is the wall at start and the monotonic clock from there, whatever the wall does', () => {
  const { at, time } = timeAt(1_000_000)
  const clock = new SessionClock({ time, journaled_us: 0, speed: 1 })
  at.monotonic_ms += 1.5
  at.wall_ms -= 3_600_000
  expect(clock.now_us()).toBe(1_000_001_500)
})

test('time begins no earlier than the journal ended', () => {
  const { time } = timeAt(1_000_000)
  expect(new SessionClock({ time, journaled_us: 1_000_400_000, speed: 1 }).now_us()).toBe(1_000_400_000)
})

test('a wall more than a second behind the journal is refused, with both times', () => {
  const { time } = timeAt(1_000_000)
  const start = () => new SessionClock({ time, journaled_us: 1_001_000_001, speed: 1 })
  expect(start).toThrow(OperatingError)
  expect(start).toThrow('1.0 s behind')
})

test('a faster clock passes more time, and waits less for it', () => {
  const { at, time } = timeAt(1_000_000)
  const clock = new SessionClock({ time, start_us: 0, journaled_us: 0, speed: 60 })
  at.monotonic_ms += 10
  expect([clock.now_us(), clock.untilMs(1_200_000), clock.untilMs(0)]).toEqual([600_000, 10, 0])
})

test('a step of the wall is told once, by its size but for what the wall does not tell', () => {
  const { at, time } = timeAt(1_000_000)
  const clock = new SessionClock({ time, journaled_us: 0, speed: 1 })
  at.monotonic_ms += 100
  at.wall_ms += 100 - 300
  expect([clock.wallStepMs(), clock.wallStepMs()]).toEqual([-299, 0])
})

test.each(['before', 'behind'] as const)(
  'a standstill %s a look at the wall is no step, and hides none',
  (when) => {
    const { at, time } = timeAt(1_000_000)
    let stands_ms = 0
    const stand = () => {
      at.monotonic_ms += stands_ms
      at.wall_ms += stands_ms
    }
    const wall_ms = () => {
      if (when === 'before') stand()
      const told_ms = at.wall_ms
      if (when === 'behind') stand()
      return told_ms
    }
    const clock = new SessionClock({ time: { ...time, wall_ms }, journaled_us: 0, speed: 1 })
    stands_ms = 400
    const standstill = clock.wallStepMs()
    at.wall_ms -= 300
    const step = clock.wallStepMs()
    stands_ms = 0
    expect([standstill, step + clock.wallStepMs()]).toEqual([0, -299])
  },
)

test('the parts of a millisecond that the wall does not tell are no step', () => {
  const at = { wall_ms: 1_000_000, monotonic_ms: 5_000 }
  const time = { wall_ms: () => Math.floor(at.wall_ms), monotonic_ms: () => at.monotonic_ms }
  const clock = new SessionClock({ time, journaled_us: 0, speed: 1 })
  const steps = Array.from({ length: 1_000 }, () => {
    at.wall_ms += 250.9997
    at.monotonic_ms += 251
    return clock.wallStepMs()
  })
  expect(Math.min(...steps)).toBeGreaterThan(-0.1)
  at.wall_ms -= 2
  expect(clock.wallStepMs()).toBeLessThan(-1)
})
