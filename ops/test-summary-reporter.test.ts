import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orrery-reporter-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('a green run ends with its count and exit code 0', () => {
  expect(runSample("test('a', () => {}); test('b', () => {}); test.skip('c', () => {})")).toEqual({
    status: 0,
    lastLine: '2 passed, 0 failed',
  })
})

test('a failing test is counted and the exit code is not 0', () => {
  expect(runSample("test('a', () => {}); test('b', () => { throw new Error('broken') })")).toEqual({
    status: 1,
    lastLine: '1 passed, 1 failed',
  })
})

test('a file that does not load counts as a failure', () => {
  expect(runSample("throw new Error('broken')")).toEqual({ status: 1, lastLine: '0 passed, 1 failed' })
})

test('an unhandled rejection counts as a failure', () => {
  expect(runSample("test('a', () => { Promise.reject(new Error('floating')) })")).toEqual({
    status: 1,
    lastLine: '1 passed, 1 failed',
  })
})

test('a forgotten .only counts as a failure', () => {
  expect(runSample("test.only('a', () => {}); test('b', () => {})")).toEqual({
    status: 1,
    lastLine: '0 passed, 1 failed',
  })
})

test('a run without a test fails', () => {
  expect(runSample(undefined)).toEqual({ status: 1, lastLine: '0 passed, 0 failed' })
})

function runSample(body: string | undefined): { status: number | null; lastLine: string | undefined } {
  if (body !== undefined) writeFileSync(join(folder, 'a.test.js'), body)
  const config = {
    globals: true,
    include: ['*.test.js'],
    allowOnly: false,
    reporters: ['default', join(ROOT, 'ops/test-summary-reporter.ts')],
  }
  writeFileSync(join(folder, 'vitest.config.js'), `export default { test: ${JSON.stringify(config)} }`)
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs')
  const run = spawnSync(process.execPath, [vitest, 'run', '--root', folder], { encoding: 'utf8' })
  return { status: run.status, lastLine: run.stdout.trimEnd().split('\n').at(-1) }
}
