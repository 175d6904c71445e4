import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RIGHT_CONFIG } from '../config/config-text.test-support.ts'
import { COMMANDS } from './registry.ts'
import { BIN, runCli } from './run-cli.test-support.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orrery-cli-'))
})
afterAll(() => rm(folder, { recursive: true }))

test('help comes at once', () => {
  const start_ms = performance.now()
  const run = runCli(['--help'])
  // Half a second is the aim on an idle machine; the bound leaves room for a loaded one.
  expect(performance.now() - start_ms).toBeLessThan(2_000)
  expect(run.exit_code).toBe(0)
  for (const { name, summary } of COMMANDS) expect(run.stdout).toMatch(new RegExp(`  ${name} +${summary}`))
  expect(runCli([]).stdout).toBe(run.stdout)
})

test.each(COMMANDS)(
  '$name explains itself with its options and an example',
  async ({ name, summary, load }) => {
    const { command } = await load()
    expect({ name: command.name, summary: command.summary }).toEqual({ name, summary })
    const { exit_code, stdout } = runCli([name, '--help'])
    expect(exit_code).toBe(0)
    expect(stdout).toContain(`Usage: orrery ${name}`)
    for (const option of Object.keys(command.options)) expect(stdout).toContain(`--${option}`)
    expect(command.examples.length).toBeGreaterThan(0)
    for (const { line } of command.examples) expect(stdout).toContain(line)
  },
)

test('an unknown command is refused with the likely one', () => {
  expect(runCli(['docter'])).toEqual({
    exit_code: 2,
    stdout: '',
    stderr: [
      'Error: There is no command "docter".',
      '  what to do: Did you mean orrery doctor?',
      '  (cli.unknown_command, exit code 2)',
      '',
    ].join('\n'),
  })
})

test('an unknown option is refused with the likely one', () => {
  const { exit_code, stderr } = runCli(['doctor', '--sett', 'seed=1'])
  expect(exit_code).toBe(2)
  expect(stderr).toContain('doctor has no option --sett.')
  expect(stderr).toContain('Did you mean --set?')
})

test('an option without its value, one argument too many and a flag with a value are refused', () => {
  expect(runCli(['doctor', '--set']).stderr).toContain('Write --set PATH=VALUE.')
  expect(runCli(['doctor', 'a', 'b']).stderr).toContain('doctor has no place for "b".')
  expect(runCli(['doctor', '--json=yes']).stderr).toContain('--json takes no value.')
})

test('with --json an error is one object on stdout and nothing else', () => {
  const { exit_code, stdout, stderr } = runCli(['doctor', '--sett', '--json'])
  expect({ exit_code, stderr }).toEqual({ exit_code: 2, stderr: '' })
  expect(JSON.parse(stdout)).toEqual({
    error: {
      exit_code: 2,
      code: 'cli.unknown_option',
      what: 'doctor has no option --sett.',
      where: 'orrery doctor',
      remedy: 'Did you mean --set?',
    },
  })
})

test('doctor names every problem of a configuration, with exit code 2', async () => {
  const text = RIGHT_CONFIG.replace('seed: 7', 'sede: 7').replace('submit_us', 'submit_ms')
  await writeFile(join(folder, 'wrong.yaml'), text)
  const { exit_code, stdout } = runCli(['doctor', 'wrong.yaml'], { cwd: folder })
  expect(exit_code).toBe(2)
  expect(stdout).toContain('wrong.yaml:2:1: sede: the key sede is unknown. Did you mean seed?')
  expect(stdout).toContain('Write submit_us: 5000000.')
})

test('doctor finds this machine fit, with exit code 0', () => {
  const { exit_code, stdout } = runCli(['doctor', '--json'], { cwd: folder })
  const report = JSON.parse(stdout) as { ok: boolean; findings: { name: string; ok: boolean }[] }
  expect(report.findings.map(({ name, ok }) => ({ name, ok }))).toEqual(
    ['node', 'chdb', 'journal', 'tick store'].map((name) => ({ name, ok: true })),
  )
  expect(exit_code).toBe(0)
})

test('a configuration that is not there is named, with exit code 2', () => {
  const { exit_code, stdout } = runCli(['doctor', 'absent.yaml'], { cwd: folder })
  expect(exit_code).toBe(2)
  expect(stdout).toContain('The configuration file does not exist.')
})

test('the script finds its Node through a symbolic link from anywhere', async () => {
  await symlink(BIN, join(folder, 'linked'))
  expect(runCli(['--version'], { bin: join(folder, 'linked'), cwd: '/' })).toEqual({
    exit_code: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    stderr: '',
  })
})

test('without its Node the script says what to run, with exit code 5', async () => {
  const bin = join(folder, 'bare', 'bin')
  await mkdir(bin, { recursive: true })
  spawnSync('cp', [BIN, bin])
  const { exit_code, stderr } = runCli(['--help'], { bin: join(bin, 'orrery') })
  expect(exit_code).toBe(5)
  expect(stderr).toContain('Run npm ci')
})

test('a reader that has had enough ends the output quietly', () => {
  const { status, stderr } = spawnSync('sh', ['-c', `"${BIN}" --help | true`], { encoding: 'utf8' })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
})
