import { expect, test } from 'vitest'
import { SYSTEM_TIME, type TimeSource } from '../../../adapters/session-clock/session-clock.ts'
import { DisturbedPlace, DisturbedSession } from './disturbed-session.test-support.ts'
import { journalInputs, leapsOf } from './journal-inputs.test-support.ts'

/** The wall of a machine whose clock a test sets; what never goes back is the platform's. */
class SteppedWall implements TimeSource {
  step_ms = 0
  readonly wall_ms = () => SYSTEM_TIME.wall_ms() + this.step_ms
  readonly monotonic_ms = SYSTEM_TIME.monotonic_ms
}

test.each([
  ['five seconds back', -5_000],
  ['an hour forward', 3_600_000],
])(
  '[N15] a clock that steps %s halts the accounts, and time in the journal goes on evenly',
  async (_, step_ms) => {
    const place = await DisturbedPlace.make()
    const wall = new SteppedWall()
    const session = await DisturbedSession.start(place, { time: wall })
    await session.trades()
    wall.step_ms = step_ms
    await session.until(() => session.codes.includes('session.clock_stepped'))
    const { alerts, paper } = session
    expect(alerts.filter(({ code }) => code === 'session.clock_stepped')).toMatchObject([
      { severity: 'critical' },
    ])
    await session.until(() => paper.session.sequencer.node.stateOf('risk/main') === 'halted')
    const halt_lsn = paper.session.journalState.appended_lsn
    const { seq } = paper.session.sequencer.node
    await session.until(() => paper.session.sequencer.node.seq > seq + 60)
    // What was approved before the halt was on its way already.
    expect(session.orders.filter(({ lsn }) => lsn > halt_lsn)).toEqual([])
    expect(await session.stop()).toBe(0)
    const journal = await journalInputs(place.folder)
    const { shortest_us, longest_us } = leapsOf(journal)
    expect(shortest_us).toBeGreaterThanOrEqual(0)
    expect(longest_us).toBeLessThan(2_000_000)
    expect(journal.inputs.filter(({ type }) => type === 'timer').length).toBeLessThan(20)
    expect(await place.judged()).toBeUndefined()
  },
)

test('[N15] a session is not continued on a clock behind its journal, and is once the clock is right', async () => {
  const place = await DisturbedPlace.make()
  const wall = new SteppedWall()
  wall.step_ms = 3_600_000
  const first = await DisturbedSession.start(place, { time: wall })
  await first.trades()
  expect(await first.stop()).toBe(0)
  wall.step_ms -= 3_500
  const refused = await DisturbedSession.start(place, { time: wall }).catch((error: unknown) => error)
  expect(refused).toMatchObject({ code: 'session.clock_behind', reason: 'unavailable' })
  wall.step_ms += 3_500
  const second = await DisturbedSession.start(place, { time: wall })
  await second.trades()
  expect(await second.stop()).toBe(0)
  expect(await place.judged()).toBeUndefined()
})
