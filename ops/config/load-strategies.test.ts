import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Type from 'typebox'
import { expect, test } from 'vitest'
import { ConfigError } from './config-problem.ts'
import { RIGHT_CONFIG } from './config-text.test-support.ts'
import { parseConfig } from './load-config.ts'
import { loadStrategies, withParams } from './load-strategies.ts'

const Params = Type.Object(
  {
    fast: Type.Integer({ minimum: 1, description: 'Periods of the fast average.' }),
    slow: Type.Integer({ minimum: 1, multipleOf: 5, description: 'Periods of the slow average.' }),
    band: Type.Number({ minimum: 0, default: 0.5, description: 'Width of the band.' }),
  },
  { additionalProperties: false },
)

function load(set: string[] = [], text = RIGHT_CONFIG) {
  return parseConfig({ text, file: 'x.yaml', base_directory: '/base', set, environment: {} })
}

async function problems(set: string[], text = RIGHT_CONFIG): Promise<unknown> {
  const loaded = await load(set, text)
  try {
    return withParams(loaded, [Params])
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

test("parameters are completed by the strategy's schema, and hashed so", async () => {
  const loaded = await load()
  const { config, config_hash } = withParams(loaded, [Params])
  expect(config.strategies[0]?.params).toEqual({ fast: 10, slow: 20, band: 0.5 })
  const written = await load(['strategies.ema.params.band=0.5'])
  expect(withParams(written, [Params]).config_hash).toBe(config_hash)
  expect(written.config_hash).not.toBe(loaded.config_hash)
})

test('a parameter the strategy does not know is reported where it stands', async () => {
  expect(await problems([], RIGHT_CONFIG.replace('fast: 10', 'fats: 10, fast: 10'))).toEqual([
    {
      path: 'strategies[0].params.fats',
      where: 'x.yaml:29:24',
      what: 'the key fats is unknown.',
      remedy: 'Did you mean fast?',
    },
  ])
})

test('a number out of range is told with its bound', async () => {
  expect(await problems(['strategies.ema.params.band=-0.5'])).toEqual([
    {
      path: 'strategies[0].params.band',
      where: '--set strategies.ema.params.band',
      what: '-0.5 is out of range.',
      remedy: 'Write a number of at least 0.',
    },
  ])
})

test('a parameter that is missing is reported where it should stand', async () => {
  const path = 'strategies[0].params.fast'
  const missing = { path, what: 'this key is missing.', remedy: 'Periods of the fast average.' }
  expect(await problems([], RIGHT_CONFIG.replace(', fast: 10', ''))).toEqual([
    { ...missing, where: 'x.yaml:29:13' },
  ])
  const none = RIGHT_CONFIG.replace(/ {4}params.*\n/, '')
  expect(await problems([], none)).toContainEqual({ ...missing, where: 'x.yaml:25:5' })
})

test('a rule of the schema that only its author knows is held to', async () => {
  expect(await problems(['strategies.ema.params.slow=21'])).toEqual([
    {
      path: 'strategies[0].params.slow',
      where: '--set strategies.ema.params.slow',
      what: 'the value must be multiple of 5.',
      remedy: '',
    },
  ])
})

test('an object with the brand of a strategy and no parameters is refused with a sentence', async () => {
  const base_directory = mkdtempSync(join(tmpdir(), 'orrery-by-hand-'))
  try {
    writeFileSync(
      join(base_directory, 's.ts'),
      "export const s = { kind: 'orrery.strategy', name: 's', state: () => 0 }\n",
    )
    const loaded = await load(['strategies.ema.source=s.ts#s'])
    await expect(loadStrategies({ ...loaded, base_directory })).rejects.toMatchObject({
      code: 'strategy.missing_key',
      what: 'A strategy lacks the key params.',
      where: 's.ts#s',
    })
  } finally {
    rmSync(base_directory, { recursive: true })
  }
})
