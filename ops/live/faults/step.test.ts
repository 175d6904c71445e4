import { expect, test } from 'vitest'
import { RECORD_KIND } from '../../../engine/journal-port.ts'
import { changed } from '../../../sim/live/changed-port.test-support.ts'
import { DisturbedPlace, DisturbedSession } from './disturbed-session.test-support.ts'

test('[N6] a step that throws ends the session and nothing else: it is let go in order, and goes on from its journal', async () => {
  const place = await DisturbedPlace.make()
  const mistake = new Error('a mistake in a step')
  let isArmed = false
  const first = await DisturbedSession.start(place, {
    writer: (writer) =>
      changed(writer, {
        append: (kind, payload) => {
          if (isArmed && kind === RECORD_KIND.input) throw mistake
          return writer.append(kind, payload)
        },
      }),
  })
  await first.trades()
  isArmed = true
  first.paper.session.control('orders_cancel', 'operator')
  await first.until(() => first.failure !== undefined)
  const { length } = first.sent
  expect(first.failure).toBe(mistake)
  // What ends it reads clocks and sets timers, which no step may.
  expect(() => [performance.now(), clearTimeout(setTimeout(() => undefined, 0))]).not.toThrow()
  await first.abandon()
  expect(first.sent.length).toBe(length)
  const second = await DisturbedSession.start(place)
  await second.trades()
  expect(await second.stop()).toBe(0)
  expect(await place.judged()).toBeUndefined()
})
