import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RIGHT_CONFIG } from './config-text.test-support.ts'
import { parseConfig } from './load-config.ts'
import { loadModels } from './load-models.ts'

let base_directory: string
beforeAll(() => {
  base_directory = mkdtempSync(join(tmpdir(), 'orrery-models-'))
  writeFileSync(
    join(base_directory, 'own.ts'),
    `const touching = {
  kind: 'orrery.fill_model',
  name: 'touching',
  params: { type: 'object', properties: {} },
  state: () => ({}),
  fills_residual: false,
  available: (_ctx: unknown, _order: unknown, shown: number) => shown,
  fillsTouched: () => true,
}
export const whole = touching
export const part = { kind: 'orrery.fill_model', name: 'part' }
`,
  )
})
afterAll(() => rmSync(base_directory, { recursive: true }))

/** Loads the right configuration, its venue simulated so. */
async function load(simulation: string, kind = 'quote') {
  const text = RIGHT_CONFIG.replace('kind: quote', `kind: ${kind}`).replace(
    '- id: fxcm\n',
    `- id: fxcm\n    simulation:\n${simulation}`,
  )
  return loadModels(await parseConfig({ text, file: 'x.yaml', base_directory, set: [], environment: {} }))
}

const named = (source: string) => `      fills: {model: custom, source: ${source}}\n`

test('a model that its venue can have is loaded', async () => {
  expect((await load(named('own.ts#whole'))).models.map(({ definition }) => definition.name)).toEqual([
    'touching',
  ])
})

test.each([
  ['a file that is not there', 'nowhere.ts#whole', 'strategy.missing_file'],
  ['a name that the file does not export', 'own.ts#hole', 'strategy.missing_export'],
  ['a model that was made by hand and is none', 'own.ts#part', 'strategy.missing_key'],
])('%s is told where the configuration names it', async (_, source, code) => {
  await expect(load(named(source))).rejects.toMatchObject({ code, where: 'x.yaml:13:38' })
})

test('what a model fills for a touch is told at the line where the venue has no place for it', async () => {
  const problem = (path: string, line: string, what: string) => ({
    problems: [expect.objectContaining({ path, where: line, what: expect.stringContaining(what) })],
  })
  const own = named('own.ts#whole')
  await expect(load(`${own}      queue: {model: conservative}\n`)).rejects.toMatchObject(
    problem('venues[0].simulation.queue', 'x.yaml:14:14', 'stands in no queue'),
  )
  const deep = `${own}      book: book_level\n      queue: {model: none}\n`
  await expect(load(deep, 'book_level')).rejects.toMatchObject(
    problem('venues[0].simulation.fills', 'x.yaml:13:14', 'no chance decides'),
  )
})

test('an impact by a quantity that an instrument cannot have is told at its line', async () => {
  const impact = '      impact: {model: linear, increments: 1, quantity: 0.001}\n'
  await expect(load(impact)).rejects.toMatchObject({
    problems: [
      {
        path: 'venues[0].simulation.impact.quantity',
        where: 'x.yaml:13:56',
        what: 'a quantity of 0.001 is finer than the scale of EURUSD.fxcm.',
      },
    ],
  })
})
