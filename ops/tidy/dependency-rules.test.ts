import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Lockfile, missingPlatformPackages } from '../release/complete-lockfile.ts'
import {
  type Manifest,
  packagesWithHost,
  packagesWithInstallScript,
  undocumentedDependencies,
  unpinnedDependencies,
} from './dependency-rules.ts'

const ROOT = join(import.meta.dirname, '../..')
const manifest = readJson('package.json') as Manifest
const lockfile = readJson('package-lock.json') as Lockfile

test('every direct dependency is pinned to one exact version', () => {
  expect(unpinnedDependencies(manifest)).toEqual([])
})

test('every direct dependency has its reason in ARCHITECTURE.md', () => {
  expect(undocumentedDependencies(manifest, read('ARCHITECTURE.md'))).toEqual([])
})

test('no dependency needs an install script: the one that has a script has an empty one, and npm runs none', () => {
  expect(packagesWithInstallScript(lockfile)).toEqual(['node_modules/chdb'])
  const { scripts } = readJson('node_modules/chdb/package.json') as { scripts: Record<string, string> }
  const { preinstall, install, postinstall } = scripts
  expect({ preinstall, install, postinstall }).toEqual({ install: 'node -e ""' })
  expect(read('.npmrc').split('\n')).toContain('ignore-scripts=true')
})

test('the lockfile has an entry for every platform (node ops/release/complete-lockfile.ts adds them)', () => {
  expect(missingPlatformPackages(lockfile)).toEqual([])
})

test('the lockfile names no registry host', () => {
  expect(packagesWithHost(lockfile)).toEqual([])
})

test('bad samples are found', () => {
  const bad: Manifest = {
    dependencies: { a: '^1.0.0', b: '1.0.0' },
    devDependencies: { c: 'latest', d: '1.0.0-rc.1' },
    optionalDependencies: { e: '1.x' },
  }
  expect(unpinnedDependencies(bad)).toEqual(['a', 'c', 'e'])
  expect(undocumentedDependencies(bad, 'only `a` and `d` are explained; b is not in backticks')).toEqual([
    'b',
    'c',
    'e',
  ])
  const packages = {
    x: { hasInstallScript: true },
    y: { resolved: 'https://example.com/y.tgz' },
    z: { resolved: '' },
  }
  expect(packagesWithInstallScript({ packages })).toEqual(['x'])
  expect(packagesWithHost({ packages })).toEqual(['y'])
})

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

function readJson(path: string): unknown {
  return JSON.parse(read(path))
}
