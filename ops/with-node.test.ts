import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

const WITH_NODE = join(import.meta.dirname, 'with-node')
const ROOT = join(import.meta.dirname, '..')
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orrery with-node-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('a command runs on the project’s Node.js, its arguments untouched, whatever node the PATH has', () => {
  const impostor = join(folder, 'node')
  writeFileSync(impostor, '#!/bin/sh\necho impostor\n')
  chmodSync(impostor, 0o755)
  const script =
    'process.stdout.write(JSON.stringify([process.versions.node.split(".")[0], process.argv[1]]))'
  const run = spawnSync(WITH_NODE, ['node', '-e', script, 'a  "b"'], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { PATH: `${folder}:/usr/bin:/bin` },
  })
  expect({ status: run.status, output: run.stdout }).toEqual({ status: 0, output: '["26","a  \\"b\\""]' })
})

test('the command’s exit code is kept', () => {
  expect(spawnSync(WITH_NODE, ['node', '-e', 'process.exit(3)'], { cwd: ROOT }).status).toBe(3)
})

test('where it is not installed, the message says what to run', () => {
  mkdirSync(join(folder, 'node_modules'))
  const run = spawnSync(WITH_NODE, ['node', '--version'], { cwd: folder, encoding: 'utf8' })
  expect({ status: run.status, error: run.stderr }).toEqual({
    status: 5,
    error: 'The project’s Node.js is not installed. Run npm ci at its root, without --omit=optional.\n',
  })
})
