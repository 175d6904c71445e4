import { writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { CRASH_POINTS, killRun, MUTANTS, type Mutant } from './kill-run.test-support.ts'

/** `npm run prove:kills` asks for more, and keeps the result. */
const KILLS = Number(process.env['ORRERY_KILLS'] ?? 10)
const RESULT = new URL('../../../docs/proofs/kills-in-process.json', import.meta.url)

test(`[N7] killed ${KILLS} times at every crash point and continued, a session loses no order, sends none twice, and verifies`, {
  timeout: 60_000 + KILLS * 10_000,
}, async () => {
  const { broken, notes, ...counts } = await killRun(1, KILLS)
  const seen = {
    points: Object.fromEntries(
      CRASH_POINTS.map((point) => [point, notes.filter((note) => note.point === point).length]),
    ),
    open: notes.filter((note) => note.open > 0).length,
    partial: notes.filter((note) => note.partial > 0).length,
    canceling: notes.filter((note) => note.canceling > 0).length,
  }
  expect({ broken, seen }).toEqual({ broken: undefined, seen })
  for (const point of CRASH_POINTS) expect(seen.points[point]).toBeGreaterThan(0)
  expect(Math.min(seen.open, seen.partial, seen.canceling)).toBeGreaterThan(0)
  if (KILLS > 10)
    writeFileSync(RESULT, `${JSON.stringify({ kills: KILLS, fails: 0, seen, ...counts }, null, 2)}\n`)
})

const mutants = Object.keys(MUTANTS) as Mutant[]

test.each(mutants)('the proof finds an engine that %s', { timeout: 120_000 }, async (mutant) => {
  expect((await killRun(2, 4, mutant)).broken).toEqual(expect.any(String))
})
