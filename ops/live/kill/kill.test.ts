import { mkdirSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { CRASH_POINTS, killRun, MUTANTS, type Mutant } from './kill-run.test-support.ts'

/** `npm run prove:kills` asks for more, and keeps the result. */
const KILLS = Number(process.env['ORRERY_KILLS'] ?? 10)
const RESULTS = new URL('../../../docs/proofs/', import.meta.url)

test.each([
  ['with the exchange in its own process', false],
  ['with exchange and nats-server apart, which are killed too,', true],
])(
  '[N7] killed again and again at every crash point and continued, a session %s loses no order, sends none twice, and verifies',
  {
    timeout: 120_000 + KILLS * 15_000,
  },
  async (_, apart) => {
    const { broken, notes, ...counts } = await killRun({ seed: 1, kills: KILLS, apart })
    const count = (is: (note: (typeof notes)[number]) => boolean) => notes.filter(is).length
    const points = CRASH_POINTS.map((point) => [point, count((note) => note.point === point)] as const)
    const seen = {
      points: Object.fromEntries(points),
      open: count(({ open }) => open > 0),
      partial: count(({ partial }) => partial > 0),
      canceling: count(({ canceling }) => canceling > 0),
    }
    expect({ broken, seen }).toEqual({ broken: undefined, seen })
    expect(
      Math.min(...points.map(([, times]) => times), seen.open, seen.partial, seen.canceling),
    ).toBeGreaterThan(0)
    expect(counts.surroundings_killed).toBe(apart ? KILLS : 0)
    if (KILLS <= 10) return
    mkdirSync(RESULTS, { recursive: true })
    const file = new URL(apart ? 'kills-apart.json' : 'kills-in-process.json', RESULTS)
    writeFileSync(file, `${JSON.stringify({ kills: KILLS, fails: 0, seen, ...counts }, null, 2)}\n`)
  },
)

const mutants = Object.keys(MUTANTS) as Mutant[]

test.each(mutants)('the proof finds an engine that %s', { timeout: 120_000 }, async (mutant) => {
  expect((await killRun({ seed: 2, kills: 4, mutant })).broken).toEqual(expect.any(String))
})
