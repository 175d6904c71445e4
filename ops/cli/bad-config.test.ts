// Configurations that are wrong, as a user meets them: each is refused with its place, and nothing is run.

import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { configProblem, edit, refusal, useBadInputFolder, writeSession } from './bad-input.test-support.ts'
import { runCli } from './run-cli.test-support.ts'

const folder = useBadInputFolder()
const NONE = folder.file('none')

const PROBLEMS: readonly (readonly [fault: string, from: string, to: string, problem: object])[] = [
  [
    'a misspelt key',
    'seed: 1',
    'sede: 1',
    { path: 'sede', where: '2:1', what: 'the key sede is unknown.', remedy: 'Did you mean seed?' },
  ],
  [
    'a key in another unit',
    'submit_us: 0',
    'submit_ms: 5',
    {
      path: 'venues[0].latency.submit_ms',
      where: '12:16',
      what: 'the key submit_ms has the wrong unit: it is submit_us here.',
      remedy: 'Write submit_us: 5000.',
    },
  ],
  [
    'a value with a unit',
    'submit_us: 0',
    'submit_us: 5ms',
    {
      path: 'venues[0].latency.submit_us',
      where: '12:27',
      what: 'a whole number is wanted, not "5ms".',
      remedy: 'Write microseconds without a unit: submit_us: 5000.',
    },
  ],
  [
    'money finer than money can be',
    'balance: 100000',
    'balance: 100000.123456789',
    {
      path: 'accounts[0].balance',
      where: '17:14',
      what: '"100000.123456789" is not of the right form.',
      remedy: 'Write a decimal such as 2500 or 0.25, without a sign, with at most 8 digits after the point.',
    },
  ],
  [
    'an unknown instrument',
    '[EURUSD.gen]',
    '[EURUSDD.gen]',
    {
      path: 'strategies[0].instruments[0]',
      where: '28:19',
      what: 'the instrument EURUSDD.gen is unknown.',
      remedy: 'Did you mean EURUSD.gen?',
    },
  ],
  [
    'an end before its start',
    'to: 2024-01-02',
    'to: 2023-01-02',
    {
      path: 'data.to',
      where: '7:7',
      what: 'the history ends at 2023-01-02T00:00:00.000000Z, not after its start.',
      remedy: 'Write a time after 2024-01-01T00:00:00.000000Z.',
    },
  ],
]

test.each(PROBLEMS)('a configuration with %s is refused with its place', (_, from, to, problem) => {
  const path = writeSession(folder.path, 'wrong', '')
  edit(path, from, to)
  const { where, ...found } = configProblem(['backtest', path, '--out', NONE]) as { where: string }
  expect({ ...found, where: where.replace(`${path}:`, '') }).toEqual(problem)
  expect(existsSync(NONE)).toBe(false)
})

const OVERRIDES: readonly (readonly [fault: string, set: string, problem: object])[] = [
  [
    'a key that does not exist',
    'venues.gen.latncy.submit_us=4',
    {
      path: 'venues[0].latncy',
      where: '--set venues.gen.latncy.submit_us',
      what: 'the key latncy is unknown.',
      remedy: 'Did you mean latency?',
    },
  ],
  [
    'an item that does not exist',
    'venues.nope.latency.submit_us=4',
    {
      path: '',
      where: '--set venues.nope.latency.submit_us',
      what: 'the list has no item "nope".',
      remedy: 'Name an item by its id, or by its index from 0.',
    },
  ],
  [
    'a parameter the strategy has not',
    'strategies.s.params.quantiti=5',
    {
      path: 'strategies[0].params.quantiti',
      where: '--set strategies.s.params.quantiti',
      what: 'the key quantiti is unknown.',
      remedy: 'Did you mean quantity?',
    },
  ],
]

test.each(OVERRIDES)('an override of %s is refused with its argument', (_, set, problem) => {
  const path = writeSession(folder.path, 'overridden', '')
  expect(configProblem(['backtest', path, '--out', NONE, '--set', set])).toEqual(problem)
  expect(existsSync(NONE)).toBe(false)
})

test('a configuration, a strategy file and an export that are not there are named', () => {
  const path = writeSession(folder.path, 'missing', '')
  expect(refusal(['backtest', folder.file('nowhere.yaml')])).toMatchObject({
    exit_code: 2,
    code: 'config.missing_file',
    where: folder.file('nowhere.yaml'),
  })
  expect(refusal(['backtest', path, '--set', 'strategies.s.source=nowhere.ts#s'])).toMatchObject({
    exit_code: 2,
    code: 'strategy.missing_file',
    what: `There is no file ${folder.file('nowhere.ts')}.`,
  })
  expect(refusal(['backtest', path, '--set', 'strategies.s.source=missing.ts#t'])).toMatchObject({
    exit_code: 2,
    code: 'strategy.missing_export',
    remedy: 'Use one of the strategies it exports: s.',
  })
})

test('a range without rows, a store that is not there and one without the instrument are refused as data', () => {
  const path = writeSession(folder.path, 'empty', '')
  const later = ['--set', 'data.from=2025-01-01', '--set', 'data.to=2025-01-02']
  expect(refusal(['backtest', path, ...later])).toMatchObject({
    exit_code: 3,
    code: 'data.no_rows',
    where: 'data.sources',
  })
  const elsewhere = ['--set', 'data.store=./other-ticks']
  expect(refusal(['backtest', path, ...elsewhere])).toMatchObject({ exit_code: 3, code: 'store.missing' })
  const other = folder.file('other-ticks')
  expect(runCli(['generate', '--store', other, '--instrument', 'GEN1.gen', '--rows', '10']).exit_code).toBe(0)
  expect(refusal(['backtest', path, ...elsewhere])).toMatchObject({
    exit_code: 3,
    code: 'store.unknown_instrument',
    what: 'The tick store has no definition of EURUSD.gen.',
  })
})

test('a person gets the same without JSON: what, where and what to do, on stderr alone', () => {
  const { exit_code, stdout, stderr } = runCli(['backtest', folder.file('nowhere.yaml')])
  expect({ exit_code, stdout, stderr }).toEqual({
    exit_code: 2,
    stdout: '',
    stderr: `Error: The configuration file does not exist.
  where: ${folder.file('nowhere.yaml')}
  what to do: Name a YAML file that can be read; docs/configuration.md has one to start from.
  (config.missing_file, exit code 2)
`,
  })
})
