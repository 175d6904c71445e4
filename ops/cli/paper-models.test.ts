import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { must } from '../../schemas/assert.ts'
import { runCli, startCli } from './run-cli.test-support.ts'
import { sessionText, TRADER } from './trading-session.test-support.ts'

// A model of fills that a user wrote reaches the exchange of a paper session, wherever it runs.

/** Whoever asks gets a little more than the one before: what is filled tells how often it was asked so far. */
const GROWING = `
import { defineFillModel, Type } from 'orrery'

export const growing = defineFillModel({
  name: 'growing',
  params: Type.Object({ step: Type.Integer({ minimum: 1 }) }, { additionalProperties: false }),
  state: () => ({ asked: 0 }),
  fills_residual: false,
  available: ({ params, state }, _order, shown_units) => Math.min(shown_units, params.step * ++state.asked),
})
`
const MODEL = [
  '--set',
  'venues.gen.simulation.fills.model=custom',
  '--set',
  'venues.gen.simulation.fills.source=own.ts#growing',
]
const STEP = ['--set', 'venues.gen.simulation.fills.params.step=2']
const FEED = '  feeds: [{ venue: gen, kind: generator, rows_per_s: 100 }]'

let cwd = ''
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'orrery-models-'))
  await writeFile(join(cwd, 'trader.ts'), TRADER)
  await writeFile(join(cwd, 'own.ts'), GROWING)
  await writeFile(join(cwd, 'one.yaml'), sessionText('one', FEED))
  await writeFile(join(cwd, 'apart.yaml'), sessionText('apart', FEED.replace(/generator.*/, 'exchange }]')))
})
afterAll(() => rm(cwd, { recursive: true }))

test('[V13] a session fills by the model of a file, with its state over a restart, and verifies; another file is refused', async () => {
  await trade('one.yaml')
  await trade('one.yaml')
  const filled = quantities('one.yaml', '--ledger', 'runs/one/exchange')
  expect(filled.length).toBeGreaterThan(1)
  expect(filled).toEqual(filled.map((_, at) => 2 * (at + 1)))
  expect(runCli(['verify', 'one'], { cwd })).toMatchObject({ exit_code: 0 })

  await writeFile(join(cwd, 'own.ts'), GROWING.replace('++state.asked', '(++state.asked + 1)'))
  const other = runCli(['paper', 'one.yaml', '--json', ...MODEL, ...STEP], { cwd })
  expect({ exit_code: other.exit_code, said: json(other) }).toMatchObject({
    exit_code: 2,
    said: { error: { code: 'exchange.other_model' } },
  })
  await writeFile(join(cwd, 'own.ts'), GROWING)
})

test('[V13] an exchange in a process of its own fills by it, too', async () => {
  const exchange = startCli(
    ['exchange', 'apart.yaml', '--listen', '127.0.0.1:0', '--rows-per-s', '100', ...MODEL, ...STEP],
    {
      cwd,
    },
  )
  const url = must(/tcp:\S+(?=,)/.exec(await exchange.saw(/^exchange at /)), 'it says where it listens')[0]
  await trade('apart.yaml', '--set', `live.exchange=${url}`)
  exchange.kill('SIGINT')
  expect(await exchange.exit()).toBe(0)
  const filled = quantities('apart.yaml')
  expect(filled).toEqual(filled.map((_, at) => 2 * (at + 1)))
})

/** A session until something is filled. */
async function trade(file: string, ...more: readonly string[]): Promise<void> {
  const session = startCli(['paper', file, ...more, ...MODEL, ...STEP], { cwd })
  await session.saw(/filled/)
  session.kill('SIGINT')
  expect(await session.exit()).toBe(0)
}

/** What each fill was of, as the exchange's own ledger has it. */
function quantities(file: string, ...where: readonly string[]): number[] {
  const audit = json(runCli(['exchange', file, '--audit', '--json', ...where, ...MODEL, ...STEP], { cwd }))
  expect(audit).toMatchObject({ is_consistent: true })
  return audit.fills.map(({ quantity_units }: { quantity_units: number }) => quantity_units)
}

// biome-ignore lint/suspicious/noExplicitAny: tests compare whole values, and this one names what it reads.
function json({ stdout, stderr }: { stdout: string; stderr: string }): any {
  return JSON.parse(stdout || stderr)
}
