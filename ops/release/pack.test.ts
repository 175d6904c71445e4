import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { packRelease } from './pack.ts'

const ROOT = join(import.meta.dirname, '../..')
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orrery-pack-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('a packed release holds no TypeScript, and its command runs inside node_modules', () => {
  const tarball = packRelease(ROOT, folder)
  execFileSync('tar', ['-xzf', tarball, '-C', folder])
  const modules = join(folder, 'node_modules')
  mkdirSync(modules)
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (name !== 'orrery') symlinkSync(join(ROOT, 'node_modules', name), join(modules, name))
  }
  const installed = join(modules, 'orrery')
  cpSync(join(folder, 'package'), installed, { recursive: true })

  const names = readdirSync(installed, { recursive: true, encoding: 'utf8' })
  expect(names.filter((name) => name.endsWith('.ts'))).toEqual([])
  expect(names).toEqual(expect.arrayContaining(['LICENSE', 'npm-shrinkwrap.json', 'bin/orrery']))
  expect(execFileSync(join(installed, 'bin/orrery'), ['--help'], { encoding: 'utf8' })).toContain('orrery')
  const script =
    "const { defineStrategy } = await import('orrery'); process.stdout.write(typeof defineStrategy)"
  const run = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: folder,
    encoding: 'utf8',
  })
  expect(run).toBe('function')
})
