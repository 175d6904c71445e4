import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { acquireStoreLock } from '../../adapters/clickhouse/store-lock.ts'
import { BIN, runCli } from './run-cli.test-support.ts'

let store = ''
beforeAll(async () => {
  store = await mkdtemp(join(tmpdir(), 'orrery-store-'))
})
afterAll(() => rm(store, { recursive: true }))

test('a generated history is there once, however often it is asked for, and checks out', () => {
  const args = [
    'generate',
    '--store',
    store,
    '--instrument',
    'EURUSD.gen',
    '--rows',
    '10_000',
    '--from',
    '2024-02-01',
  ]
  const first = runCli([...args, '--json'])
  expect(JSON.parse(first.stdout)).toMatchObject({
    already_present: false,
    manifest: { row_count: 10_000, series: { instrument_id: 'EURUSD.gen', kind: 'quote' } },
  })
  expect(runCli(args).stdout).toMatch(/^Already there: 10,000 quotes of EURUSD.gen, 2024-02-01T00:00:00/)
  const listed = JSON.parse(runCli(['data', '--store', store, '--json']).stdout)
  expect(listed).toMatchObject([
    { series: { instrument_id: 'EURUSD.gen' }, row_count: 10_000, import_count: 1 },
  ])
  expect(runCli(['data', '--store', store, '--check'])).toEqual({
    exit_code: 0,
    stdout: '1 of 1 imports are as imported.\n',
    stderr: '',
  })
})

test('values an option cannot have are refused before the store is opened', () => {
  const bad = (...args: string[]) => {
    const { exit_code, stderr } = runCli(['generate', '--store', '/proc/never', ...args])
    expect(exit_code).toBe(2)
    return stderr
  }
  expect(bad('--rows', '1.5')).toContain('"1.5" is no value for --rows.')
  expect(bad('--from', 'yesterday')).toContain('Write a date or an instant in UTC')
  expect(bad('--price', '0.00001')).toContain('Write a decimal of at least 0.00100')
  expect(bad('--instrument', 'EURUSD.gne')).toContain('Did you mean EURUSD.gen?')
})

test('a store held by another process ends the command with exit code 5 and the holder named', () => {
  const lock = acquireStoreLock(store)
  try {
    const { exit_code, stderr } = runCli(['data', '--store', store])
    expect(exit_code).toBe(5)
    expect(stderr).toContain(`process ${process.pid}`)
  } finally {
    lock.release()
  }
})

test('an interrupted import says so, ends like a shell expects, and leaves a store that opens without it', async () => {
  const args = ['generate', '--store', store, '--instrument', 'GEN2.gen', '--rows', '1_000_000_000']
  const child = spawn(BIN, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let stderr = ''
  child.stderr.setEncoding('utf8')
  child.stderr.on('data', (text: string) => {
    // The first line of progress shows that rows are being written.
    if (stderr === '') child.kill('SIGINT')
    stderr += text
  })
  const [, signal] = await once(child, 'close')
  expect(signal).toBe('SIGINT')
  expect(stderr).toContain('Interrupted by SIGINT.')
  const { stdout } = runCli(['data', '--store', store, '--json'])
  expect(stdout).not.toContain('GEN2.gen')
})
