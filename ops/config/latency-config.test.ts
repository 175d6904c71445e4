import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { ConfigError } from './config-problem.ts'
import { RIGHT_CONFIG } from './config-text.test-support.ts'
import { type LoadedConfig, parseConfig } from './load-config.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orrery-latency-'))
  await writeFile(join(folder, 'delays.csv'), 'delay_us\r\n480\n\t520 \n0\n')
})
afterAll(() => rm(folder, { recursive: true }))

function parse(latency: string, text = RIGHT_CONFIG): Promise<LoadedConfig> {
  const set = latency === '' ? [] : [`venues[0].latency=${latency}`]
  return parseConfig({ text, file: 'x.yaml', base_directory: folder, set, environment: {} })
}

async function problemsOf(latency: string): Promise<string[]> {
  const error: unknown = await parse(latency).catch((reason) => reason)
  if (!(error instanceof ConfigError)) throw error
  return error.problems.map(({ path, what }) => `${path.replace('venues[0].latency.', '')}: ${what}`)
}

const latencyOf = async (latency: string) => (await parse(latency)).config.venues[0]?.latency

test('a delay is a number or a model, with defaults filled in', async () => {
  expect(await latencyOf('{ submit_us: 500 }')).toEqual({ submit_us: 500, report_us: 0 })
  expect(
    await latencyOf(
      '{ submit_us: { model: uniform, min_us: 10, max_us: 20 }, cancel_us: { model: exponential, mean_us: 5, max_us: 90 }, replace_us: 0, report_us: { model: lognormal, median_us: 400, sigma: 0.50, max_us: 9000 } }',
    ),
  ).toEqual({
    submit_us: { model: 'uniform', min_us: 10, max_us: 20 },
    cancel_us: { model: 'exponential', mean_us: 5, min_us: 0, max_us: 90 },
    replace_us: 0,
    report_us: { model: 'lognormal', median_us: 400, sigma: '0.5', min_us: 0, max_us: 9_000 },
  })
})

test('a recording is read into the configuration, and a configuration that was read needs no file', async () => {
  const loaded = await parse('{ submit_us: { model: recorded, file: delays.csv } }')
  const submit_us = { model: 'recorded', delays_us: [480, 520, 0] }
  expect(loaded.config.venues[0]?.latency).toEqual({ submit_us, report_us: 0 })
  const elsewhere = await parseConfig({
    text: stringify(loaded.config),
    file: 'again.yaml',
    base_directory: '/nowhere',
    set: [],
    environment: {},
  })
  expect(elsewhere.config).toEqual(loaded.config)
  expect(elsewhere.config_hash).toBe(loaded.config_hash)
})

test('the delays of a recording are part of the hash of the configuration, its place is not', async () => {
  const hashOf = async (latency: string) => (await parse(latency)).config_hash
  const recorded = (file: string) => `{ submit_us: { model: recorded, file: ${file} } }`
  const path = join(folder, 'moved.csv')
  await writeFile(path, 'delay_us\n480\n520\n0\n')
  const before = await hashOf(recorded('moved.csv'))
  await rename(path, join(folder, 'elsewhere.csv'))
  expect(await hashOf(recorded('elsewhere.csv'))).toBe(before)
  expect(await hashOf('{ submit_us: { model: recorded, delays_us: [480, 520, 0] } }')).toBe(before)
  await writeFile(join(folder, 'elsewhere.csv'), 'delay_us\n480\n521\n0\n')
  expect(await hashOf(recorded('elsewhere.csv'))).not.toBe(before)
})

test.each([
  ['{ submit_us: { model: gamma, max_us: 1 } }', 'submit_us.model: "gamma" is not one of its values.'],
  ['{ submit_us: 5ms }', 'submit_us: a whole number is wanted, not "5ms".'],
  ['{ submit_us: -1 }', 'submit_us: -1 is out of range.'],
  ['{ submit_us: { model: uniform } }', 'submit_us.max_us: this key is missing.'],
  [
    '{ report_us: { model: uniform, min_us: 9, max_us: 8 } }',
    'report_us.max_us: the longest delay is below 9.',
  ],
  [
    '{ report_us: { model: normal, mean_us: 900, deviation_us: 5, max_us: 800 } }',
    'report_us.mean_us: 900 is not between min_us and max_us.',
  ],
  [
    '{ cancel_us: { model: lognormal, median_us: 5, sigma: 1, min_us: 6, max_us: 800 } }',
    'cancel_us.median_us: 5 is not between min_us and max_us.',
  ],
  ['{ replace_us: { model: recorded } }', 'replace_us: the recording has neither a file nor delays.'],
  ['{ replace_us: { model: recorded, delays_us: [5, -1] } }', 'replace_us.delays_us[1]: -1 is out of range.'],
])('what cannot be drawn is refused by name: %s', async (latency, problem) => {
  expect(await problemsOf(latency)).toEqual([problem])
})

test.each([
  ['empty', '', 'the first line of the recording is not delay_us.'],
  ['without a header', '480\n520\n', 'the first line of the recording is not delay_us.'],
  ['without a delay', 'delay_us\n', 'the recording has no delays.'],
  ['with a fraction', 'delay_us\n480\n5.5\n', 'line 3 of the recording is no delay: 5.5.'],
  ['too long', `delay_us\n${'1\n'.repeat(100_001)}`, 'the recording has 100001 delays.'],
])('a file that is no recording is refused: %s', async (_, text, what) => {
  await writeFile(join(folder, 'bad.csv'), text)
  const problems = await problemsOf('{ submit_us: { model: recorded, file: bad.csv } }')
  expect(problems).toEqual([`submit_us.file: ${what}`])
})

test('what a session processed has its latency already', async () => {
  const text = RIGHT_CONFIG.replace('data:', 'data:\n  processed: demo/demo')
  const refused = parse('{ data_us: 500 }', text)
  await expect(refused).rejects.toMatchObject({
    problems: [
      { path: 'venues[0].latency.data_us', what: expect.stringContaining('has its latency already') },
    ],
  })
  await expect(parse('{ data_us: 0 }', text)).resolves.toBeDefined()
})

test('a recording says its delays once: a file beside them would be passed over', async () => {
  const text = RIGHT_CONFIG.replace(
    'latency: {submit_us: 5000}',
    'latency:\n      data_us:\n        model: recorded\n        delays_us: [480, 520]\n        file: delays.csv',
  )
  const error: unknown = await parse('', text).catch((reason) => reason)
  const line = text.split('\n').indexOf('        file: delays.csv') + 1
  expect(error).toMatchObject({
    code: 'config.invalid',
    problems: [
      {
        path: 'venues[0].latency.data_us.file',
        where: expect.stringMatching(`x.yaml:${line}:`),
        what: 'the delays are written beside it, and the file would not be read.',
        remedy: 'Remove file, or delays_us.',
      },
    ],
  })
})

test('a recording that is not there is named', async () => {
  expect(await problemsOf('{ submit_us: { model: recorded, file: none.csv } }')).toEqual([
    `submit_us.file: the recording ${join(folder, 'none.csv')} cannot be read: ENOENT.`,
  ])
})
