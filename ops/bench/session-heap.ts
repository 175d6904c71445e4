// A session over a long time: whether its memory grows, and whether it stands still while snapshots are taken beside it.
//
// The heap is looked at after a forced collection, at even steps; the slope is the line of least squares through the
// looks behind a warm-up, with the interval that holds the true slope in 95 of 100 cases. The retention of orders must be
// full before the warm-up is over, or its filling would be taken for growth.

import { setTimeout as wait } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { epochPath } from '../../adapters/journal-file/journal-paths.ts'
import { must } from '../../schemas/assert.ts'
import { sessionJournal } from '../live/session-folder.ts'
import { type BenchScope, type Figure, figure } from './figure.ts'
import { openMeasured } from './measured-session.ts'
import { standstillFigures } from './standstills.ts'

const ROWS_PER_S = 20_000
const LOOKS = 60
/** 200 orders a second fill the default retention of 10,000 in under a minute. */
const WARM_UP_S = 120

export async function heapFigures(scope: BenchScope): Promise<Figure[]> {
  const seconds = scope.heap_seconds
  const look_s = seconds / LOOKS
  const { paper, standstills, close } = await openMeasured(scope, { rows_per_s: ROWS_PER_S, seconds }, false)
  const { folder, session } = paper
  await session.run()
  const stopWatching = standstills.watch(epochPath(sessionJournal(folder), session.start.epoch))
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  scope.note('memory and snapshots, seconds')
  const looks: Look[] = []
  const began = performance.now()
  for (let look = 1; look <= LOOKS; look++) {
    await wait(Math.max(1, began + look * look_s * 1000 - performance.now()))
    scope.passed(Math.round(look * look_s), seconds)
    standstills.look()
    collect()
    const { heapUsed, rss } = process.memoryUsage()
    looks.push({ at_s: (performance.now() - began) / 1000, heap_bytes: heapUsed, rss_bytes: rss })
    standstills.forgive()
  }
  stopWatching()
  const { accepted } = must(session.sequencer.built.trading.orders.get('main'), 'the account is there').counts
  await close()
  const warm = looks.filter(({ at_s }) => at_s >= Math.min(WARM_UP_S, seconds / 2))
  const { slope, half_width } = slopePerHour(warm)
  return [
    ...standstillFigures(standstills, 'session'),
    figure('session: snapshots taken', 'snapshots', [standstills.snapshots]),
    figure('session: orders accepted', 'orders', [accepted]),
    figure(`session: heap slope at ${ROWS_PER_S} ticks/s`, 'MB/h', [slope]),
    figure('session: heap slope, half the width of its 95 % interval', 'MB/h', [half_width]),
    figure('session: heap measured over, behind the warm-up', 's', [spanOf(warm)]),
    figure(
      'session: heap after each collection',
      'MB',
      looks.map(({ heap_bytes }) => heap_bytes / 1e6),
    ),
    figure(
      'session: resident memory at each look',
      'MB',
      looks.map(({ rss_bytes }) => rss_bytes / 1e6),
    ),
  ]
}

type Look = { readonly at_s: number; readonly heap_bytes: number; readonly rss_bytes: number }

function spanOf(looks: readonly Look[]): number {
  return (looks.at(-1)?.at_s ?? 0) - (looks[0]?.at_s ?? 0)
}

/**
 * Least squares, in MB an hour. Looks one after another are not independent where a table grows by doubling; the interval
 * takes them for independent, and says so by being no narrower than their scatter.
 */
function slopePerHour(looks: readonly Look[]): { slope: number; half_width: number } {
  const count = looks.length
  const mean_s = looks.reduce((sum, { at_s }) => sum + at_s, 0) / count
  const mean_bytes = looks.reduce((sum, { heap_bytes }) => sum + heap_bytes, 0) / count
  const below = looks.reduce((sum, { at_s }) => sum + (at_s - mean_s) ** 2, 0)
  const above = looks.reduce(
    (sum, { at_s, heap_bytes }) => sum + (at_s - mean_s) * (heap_bytes - mean_bytes),
    0,
  )
  const slope = above / below
  const rest = looks.reduce(
    (sum, { at_s, heap_bytes }) => sum + (heap_bytes - mean_bytes - slope * (at_s - mean_s)) ** 2,
    0,
  )
  // Student's t for 95 % lies between 2.0 and 2.2 from ten looks on.
  const half = 2.1 * Math.sqrt(rest / (count - 2) / below)
  const perHour = (bytes_per_s: number) => (bytes_per_s * 3_600) / 1e6
  return { slope: perHour(slope), half_width: perHour(half) }
}
