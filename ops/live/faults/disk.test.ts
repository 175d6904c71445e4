import { expect, test } from 'vitest'
import type { OperatingError } from '../../../schemas/operating-error.ts'
import { DisturbedPlace, DisturbedSession } from './disturbed-session.test-support.ts'
import { UnrulyDisk } from './unruly-disk.test-support.ts'

/** From the first failed write to the end of sending. */
const STOP_MAX_MS = 1_000

test('[N14] a full disk ends the session at once, nothing unrecorded leaves, and with space again it goes on', async () => {
  const place = await DisturbedPlace.make()
  const disk = new UnrulyDisk()
  const first = await DisturbedSession.start(place, { fs: disk.fs })
  await first.trades()
  let full_ms = Number.POSITIVE_INFINITY
  disk.onTrouble = () => {
    full_ms = Math.min(full_ms, performance.now())
  }
  disk.is_full = true
  await first.until(() => first.failure !== undefined)
  expect(performance.now() - full_ms).toBeLessThan(STOP_MAX_MS)
  expect(first.failure).toMatchObject({ code: 'journal.disk_full', reason: 'unavailable' })
  expect((first.failure as OperatingError).exitCode).toBe(5)
  const { length } = first.sent
  await first.abandon()
  expect({ early: first.early, later: first.sent.length - length, after: sentAfter(first, full_ms) }).toEqual(
    {
      early: [],
      later: 0,
      after: 0,
    },
  )

  // What is full stays full: it is refused again, in the same words, and nothing is damaged by it.
  const refused = await DisturbedSession.start(place, { fs: disk.fs }).catch((error: unknown) => error)
  expect(refused).toMatchObject({ code: 'journal.disk_full', reason: 'unavailable' })

  disk.is_full = false
  const second = await DisturbedSession.start(place, { fs: disk.fs })
  await second.trades()
  expect(await second.stop()).toBe(0)
  expect(second.early).toEqual([])
  expect(await place.judged()).toBeUndefined()
})

test('[N14] while a sync takes five seconds no order leaves, and what waited is refused as too old', async () => {
  const place = await DisturbedPlace.make()
  const disk = new UnrulyDisk()
  const session = await DisturbedSession.start(place, { fs: disk.fs })
  await session.trades()
  let [stalled, facts, stalled_ms] = [-1, 0, 0]
  disk.onTrouble = () => {
    stalled = session.sent.length
    facts = session.facts.length
    stalled_ms = performance.now()
  }
  disk.stall_ms = 5_000
  await session.until(() => stalled >= 0 && session.sent.length > stalled)
  const waited_ms = (session.sent[stalled]?.at_ms ?? 0) - stalled_ms
  expect(waited_ms).toBeGreaterThanOrEqual(5_000 - 5)
  await session.trades()
  expect(new Set(session.reasons(facts))).toContain('approval_too_old')
  expect(session.codes.filter((code) => code === 'session.disk_slow')).toEqual(['session.disk_slow'])
  expect(session.failure).toBeUndefined()
  expect(await session.stop()).toBe(0)
  expect(session.early).toEqual([])
  expect(await place.judged()).toBeUndefined()
})

function sentAfter({ sent }: DisturbedSession, from_ms: number): number {
  return sent.filter(({ at_ms }) => at_ms > from_ms).length
}
