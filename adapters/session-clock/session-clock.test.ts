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

test('a step of the wall is told once, by its size', () => {
  const { at, time } = timeAt(1_000_000)
  const clock = new SessionClock({ time, journaled_us: 0, speed: 1 })
  at.monotonic_ms += 100
  at.wall_ms += 100 - 300
  expect([clock.wallStepMs(), clock.wallStepMs()]).toEqual([-300, 0])
})
