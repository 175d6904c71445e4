import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Value from 'typebox/value'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { must } from '../../schemas/assert.ts'
import { BacktestResult } from '../../schemas/backtest-result.ts'
import { runCli } from './run-cli.test-support.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orrery-backtest-'))
  const args = ['--instrument', 'EURUSD.gen', '--rows', '100_000', '--gap-us', '2_000_000']
  expect(runCli(['generate', '--store', join(folder, 'ticks'), ...args]).exit_code).toBe(0)
})
afterAll(() => rm(folder, { recursive: true }))

/** Writes the demo's configuration with another strategy file, and returns its path. */
async function configWith(name: string, strategy: string): Promise<string> {
  const demo = await readFile(fileURLToPath(new URL('../demo/demo.yaml', import.meta.url)), 'utf8')
  await writeFile(join(folder, `${name}.ts`), strategy)
  const path = join(folder, `${name}.yaml`)
  await writeFile(
    path,
    demo.replace('../../actors/strategy/examples/ema-cross.ts#emaCross', `${name}.ts#${name}`),
  )
  return path
}

/** The example strategy, with a handler of its own put before the rest. */
async function exampleWith(name: string, handler: string, first = ''): Promise<string> {
  const example = fileURLToPath(new URL('../../actors/strategy/examples/ema-cross.ts', import.meta.url))
  const text = await readFile(example, 'utf8')
  const own = text.replace('emaCross', name).replace('  onBar(ctx', `  ${handler}\n  onBar(ctx`)
  return configWith(name, `${first}${own}`)
}

test('a run prints one object that fits its schema, leaves it in its folder, and comes out the same again', async () => {
  const path = await exampleWith('right', '')
  const run = runCli(['backtest', path, '--out', join(folder, 'run'), '--json'])
  expect(run).toMatchObject({ exit_code: 0, stderr: '' })
  const result: unknown = JSON.parse(run.stdout)
  expect([...Value.Errors(BacktestResult, result)]).toEqual([])
  expect(result).toMatchObject({ data: { quotes: 100_000 } })
  expect((result as BacktestResult).fills).toBeGreaterThan(0)
  expect(JSON.parse(await readFile(join(folder, 'run', 'result.json'), 'utf8'))).toEqual(result)
  const fills = await readFile(join(folder, 'run', 'fills.csv'), 'utf8')
  expect(fills.trimEnd().split('\n')).toHaveLength((result as BacktestResult).fills + 1)
  const { output_hash, state_hash, run_id } = result as BacktestResult
  const current = runCli(['verify', join(folder, 'run'), '--current', '--json'])
  expect(JSON.parse(current.stdout).error).toMatchObject({ exit_code: 2, code: 'verify.unfit_option' })
  const archived = runCli(['sessions', 'archive', join(folder, 'run'), '--json'])
  expect(JSON.parse(archived.stdout).error).toMatchObject({ exit_code: 2, code: 'session.not_live' })
  const verified = runCli(['verify', join(folder, 'run'), '--json'])
  expect(verified.exit_code).toBe(0)
  expect(JSON.parse(verified.stdout)).toMatchObject({
    is_equal: true,
    run_id,
    end: { output_hash, state_hash },
  })
})

test('a run that comes out otherwise is reported with the first difference and exit code 4', async () => {
  const path = await exampleWith(
    'leaky',
    'onQuote(ctx) { if (isLeaking) ctx.state.was_above = true },',
    // Code at the top of a module runs outside every step: the one door left, and what verify is there to find.
    "const isLeaking = process.env.LEAK === 'yes'\n",
  )
  const out = join(folder, 'leaky-run')
  expect(runCli(['backtest', path, '--out', out]).exit_code).toBe(0)
  const { exit_code, stdout } = runCli(['verify', out], { environment: { LEAK: 'yes' } })
  expect(exit_code).toBe(4)
  expect(stdout).toMatch(
    /did not come out the same; the first difference is at journal record \d+\.\n {2}recorded: /,
  )
})

test('a result or a row that was changed after the run is named by verify with exit code 4', async () => {
  const path = await exampleWith('edited', '')
  const out = join(folder, 'edited-run')
  expect(runCli(['backtest', path, '--out', out]).exit_code).toBe(0)
  const result = join(out, 'result.json')
  const text = await readFile(result, 'utf8')
  const { end } = (JSON.parse(text) as BacktestResult).equity
  await writeFile(result, text.replace(`"end": "${end}"`, '"end": "1000000"'))
  const edited = runCli(['verify', out, '--json'])
  expect(edited.exit_code).toBe(4)
  expect(JSON.parse(edited.stdout)).toMatchObject({
    is_equal: false,
    difference: null,
    file_difference: {
      file: 'result.json',
      place: 'equity.end',
      recorded: '"1000000"',
      again: JSON.stringify(end),
    },
  })
  await writeFile(result, text)
  const fills = join(out, 'fills.csv')
  await writeFile(fills, `${await readFile(fills, 'utf8')}one more\n`)
  const { exit_code, stdout } = runCli(['verify', out])
  expect(exit_code).toBe(4)
  expect(stdout).toMatch(
    /fills\.csv says something else in line \d+\.\n {2}recorded: one more\n {2}again: {4}nothing\n/,
  )
})

test('a run whose data is refused leaves no folder, and a store that is not there is not made', async () => {
  const path = await exampleWith('refused', '')
  const out = join(folder, 'refused-run')
  const later = ['--set', 'data.from=2031-01-01', '--set', 'data.to=2031-01-02']
  expect(runCli(['backtest', path, '--out', out, ...later]).exit_code).toBe(3)
  const misspelt = join(folder, 'tickz')
  for (const args of [
    ['data', '--store', misspelt],
    ['backtest', path, '--out', out, '--set', `data.store=${misspelt}`],
  ]) {
    const { exit_code, stderr } = runCli(args)
    expect(exit_code).toBe(3)
    expect(stderr).toContain('There is no tick store in the folder.')
  }
  const names = await readdir(folder)
  expect(names).not.toContain('tickz')
  expect(names).not.toContain('refused-run')
})

test('a run never goes into a folder that holds something', async () => {
  const path = await exampleWith('again', '')
  const before = await readdir(folder)
  const { exit_code, stderr } = runCli(['backtest', path, '--out', folder])
  expect(exit_code).toBe(2)
  expect(stderr).toContain('The folder of the run is not empty.')
  expect(await readdir(folder)).toEqual(before)
})

test('a store with other rows than the run read is refused with exit code 3', async () => {
  const path = await exampleWith('moved', '')
  const out = join(folder, 'moved-run')
  expect(runCli(['backtest', path, '--out', out]).exit_code).toBe(0)
  const other = join(folder, 'other-ticks')
  const args = ['--instrument', 'EURUSD.gen', '--rows', '1_000', '--seed', '2']
  expect(runCli(['generate', '--store', other, ...args]).exit_code).toBe(0)
  const { exit_code, stderr } = runCli(['verify', out, '--store', other])
  expect(exit_code).toBe(3)
  expect(stderr).toContain('is not in the store any more')
})

test('a folder without a run is named, and nothing is made in it', async () => {
  const empty = await mkdtemp(join(folder, 'empty-'))
  const { exit_code, stderr } = runCli(['verify', empty])
  expect(exit_code).toBe(2)
  expect(stderr).toContain('There is no run in the folder, and no session of that name.')
  expect(await readdir(empty)).toEqual([])
})

const FAULTS: readonly [what: string, name: string, handler: string, code: string][] = [
  ['throws', 'throwing', "onQuote() { throw new Error('no idea') },", 'strategy.threw'],
  [
    'asks the clock',
    'asking',
    'onQuote(ctx) { ctx.state.was_above = Date.now() > 0 },',
    'strategy.ambient_in_step',
  ],
  ['returns a promise', 'promising', 'async onQuote() {},', 'strategy.returned_a_promise'],
]

test.each(FAULTS)(
  'a strategy that %s ends the run with exit code 6 and its line',
  async (_, name, handler, code) => {
    const path = await exampleWith(name, handler)
    const { exit_code, stdout } = runCli(['backtest', path, '--out', join(folder, `${name}-run`), '--json'])
    expect(exit_code).toBe(6)
    const { error } = JSON.parse(stdout)
    expect(error).toMatchObject({ code, what: expect.stringContaining('The strategy ema failed in onQuote') })
  },
)

test('a misspelt key in a configuration ends a backtest with exit code 2, and nothing runs', async () => {
  const path = await exampleWith('misspelt', '')
  const text = await readFile(path, 'utf8')
  await writeFile(path, text.replace('seed: 1', 'sede: 1'))
  const { exit_code, stderr } = runCli(['backtest', path, '--out', join(folder, 'none')])
  expect(exit_code).toBe(2)
  expect(stderr).toContain(`${path}:3:1: sede: the key sede is unknown. Did you mean seed?`)
  expect(await readdir(folder)).not.toContain('none')
})

test("the result's schema is printed without a configuration", () => {
  const { exit_code, stdout } = runCli(['backtest', '--schema'])
  expect(exit_code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    type: 'object',
    required: Object.keys(BacktestResult.properties),
  })
})

test('the demo trades, names its report, and comes out the same a second time', async () => {
  const args = ['demo', '--folder', join(folder, 'demo')]
  const first = runCli([...args, '--json'])
  expect(first.exit_code).toBe(0)
  const { fills, output_hash } = JSON.parse(first.stdout) as BacktestResult
  expect(fills).toBeGreaterThan(0)
  const second = runCli(args)
  // A machine that takes its time shows its progress; nothing else is said there.
  expect(second.stderr.replace(/^replaying: .*\n/gm, '')).toBe('')
  expect(second.exit_code).toBe(0)
  expect(second.stdout).toContain(`output ${output_hash.slice(0, 12)}`)
  const report = must(/^report +(.+)$/m.exec(second.stdout)?.[1], 'the demo names its report')
  expect(await readFile(report, 'utf8')).toContain(output_hash)
})
