import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { buildIdentity, readBuildIdentity } from './build-identity.ts'

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'orrery-build-'))
  write({
    'package.json': '{ "version": "1.2.3" }',
    'package-lock.json': '{}',
    'schemas/units.ts': 'export const a = 1\n',
    'engine/node/step.ts': 'export const b = 2\n',
  })
})

afterEach(() => {
  rmSync(root, { recursive: true })
})

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
}

function hash(node_version = '26.10.0'): string {
  return readBuildIdentity(root, node_version).build_hash
}

/** The definition, written out. */
function framed(...texts: readonly string[]): Buffer {
  return Buffer.concat(
    texts.flatMap((text) => {
      const length = Buffer.alloc(4)
      length.writeUInt32LE(Buffer.byteLength(text))
      return [length, Buffer.from(text)]
    }),
  )
}

test('the hash covers Node, the lockfile and the sources in the order of their paths', () => {
  const expected = createHash('sha256').update(
    framed(
      '26.10.0',
      '{}',
      'engine/node/step.ts',
      'export const b = 2\n',
      'schemas/units.ts',
      'export const a = 1\n',
    ),
  )
  expect(readBuildIdentity(root, '26.10.0')).toEqual({
    build_hash: expected.digest('hex'),
    version: '1.2.3',
    node_version: '26.10.0',
  })
})

test.each<[string, Record<string, string>]>([
  ['a changed source', { 'engine/node/step.ts': 'export const b = 3\n' }],
  ['a new source', { 'ops/new.ts': '' }],
  ['a new JavaScript source', { 'sim/new.js': '' }],
  ['a changed lockfile', { 'package-lock.json': '{ }' }],
])('%s is another build', (_name, change) => {
  const before = hash()
  write(change)
  expect(hash()).not.toBe(before)
})

test('another Node is another build', () => {
  expect(hash('26.10.1')).not.toBe(hash('26.10.0'))
})

test('tests, documents and folders that are not ours leave the build what it is', () => {
  const before = hash()
  write({
    'engine/node/step.test.ts': 'x',
    'engine/SPEC.md': 'x',
    'docs/guide.ts': 'x',
    'node_modules/p/index.js': 'x',
  })
  expect(hash()).toBe(before)
})

test('a release pins by npm-shrinkwrap.json; without either file the build has no name', () => {
  const pinned = hash()
  rmSync(join(root, 'package-lock.json'))
  expect(() => hash()).toThrow(expect.objectContaining({ code: 'build.missing_lockfile' }))
  write({ 'npm-shrinkwrap.json': '{}' })
  expect(hash()).toBe(pinned)
})

test('the running build is read once per process', () => {
  expect(buildIdentity()).toBe(buildIdentity())
  expect(buildIdentity().node_version).toBe(process.versions.node)
  expect(buildIdentity().build_hash).toMatch(/^[0-9a-f]{64}$/)
})
