import { mkdirSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { CRASH_POINTS } from './crash-points.test-support.ts'
import { killRun, MUTANTS, type Mutant } from './kill-run.test-support.ts'
import { OPEN_STATES } from './open-orders.test-support.ts'

/** `npm run prove:kills` asks for more, and keeps the result. */
const KILLS = Number(process.env['ORRERY_KILLS'] ?? 10)
const RESULTS = new URL('../../../docs/proofs/', import.meta.url)

test.each([
  ['with the exchange in its own process', false],
  ['with exchange and nats-server apart, which are killed too,', true],
])(
  '[N7] [E7] [E11] killed again and again at every crash point and continued, a session %s loses no order, sends none twice, and verifies',
  {
    timeout: 120_000 + KILLS * 15_000,
  },
  async (_, apart) => {
    const seed = Date.now() % 100_000
    const { broken, notes, ...counts } = await killRun({ seed, kills: KILLS, apart })
    const count = (is: (note: (typeof notes)[number]) => boolean) => notes.filter(is).length
    const points = CRASH_POINTS.map((point) => [point, count((note) => note.point === point)] as const)
    const open = OPEN_STATES.map((state) => [state, count((note) => note[state] > 0)] as const)
    const seen = { points: Object.fromEntries(points), ...Object.fromEntries(open) }
    expect({ seed, broken, seen }).toEqual({ seed, broken: undefined, seen })
    const { groups_traded, stop_pairs_traded, children_traded } = counts
    const times = [...points, ...open].map(([, number]) => number)
    const least = Math.min(...times, groups_traded, stop_pairs_traded, children_traded)
    expect({ seed, seen, counts, is_all_seen: least > 0 }).toEqual({ seed, seen, counts, is_all_seen: true })
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
