import { expect, test } from 'vitest'
import { HearingPace } from './hearing-pace.ts'

/** Takes as much of a stream as it may; what waits is noted when its turn comes. */
function taker(pace: HearingPace, taken: string[]) {
  return (stream: string, most: number): number => {
    for (let count = 0; count < most; count++) {
      const turn = pace.admit(stream)
      if (turn === undefined) continue
      void turn.then(() => taken.push(stream))
      return count
    }
    return most
  }
}

test('[M8] of each stream a turn takes so many, and no stream waits for another’s', () => {
  const pace = new HearingPace()
  const take = taker(pace, [])
  expect([take('alpha', 1_000), take('beta', 3)]).toEqual([16, 3])
  pace.turned(true)
  // The one that waited is of the new turn.
  expect([take('alpha', 1_000), take('beta', 1_000)]).toEqual([15, 16])
})

test('[M8] without room nothing is taken, and then whoever came first goes first', async () => {
  const pace = new HearingPace()
  const taken: string[] = []
  const take = taker(pace, taken)
  pace.turned(false)
  expect([take('alpha', 5), take('beta', 5)]).toEqual([0, 0])
  pace.turned(false)
  await Promise.resolve()
  expect(taken).toEqual([])
  pace.turned(true)
  await Promise.resolve()
  expect([taken, take('beta', 5)]).toEqual([['alpha', 'beta'], 5])
})

test('[M8] at the end nobody is left waiting', async () => {
  const pace = new HearingPace()
  const taken: string[] = []
  const take = taker(pace, taken)
  pace.turned(false)
  take('alpha', 1)
  pace.close()
  await Promise.resolve()
  expect([taken, take('alpha', 1_000)]).toEqual([['alpha'], 1_000])
})
