import { expect, test } from 'vitest'
import { isReleased, releasedPath, releasedText } from './release-file.ts'

test('sources, the command and the documents are released; tests and tools are not', () => {
  const released = ['engine/a.ts', 'bin/orrery', 'docs/a.md', 'ops/cli/main.ts', 'LICENSE', 'package.json']
  const kept = [
    'engine/a.test.ts',
    'sim/a.test-support.ts',
    'ops/tidy/a.ts',
    'ops/release/a.ts',
    '.npmrc',
    'Dockerfile',
  ]
  expect([...released, ...kept].filter(isReleased)).toEqual(released)
  expect(['engine/a.ts', 'docs/a.md', 'package-lock.json'].map(releasedPath)).toEqual([
    'engine/a.js',
    'docs/a.md',
    'npm-shrinkwrap.json',
  ])
})

test('types are blanked and our own specifiers end in .js, line for line', () => {
  const text = `import type { A } from './a.ts'
import { b } from '../b.ts'
export { c } from './c.ts'
import yaml from 'yaml'
const d = await import('./d.ts')
const e: URL = new URL('./e.ts', import.meta.url)
const text = "from './f.ts'" // from './g.ts'
`
  expect(
    releasedText('ops/a.ts', text)
      .split('\n')
      .map((line) => line.trimEnd()),
  ).toEqual([
    '',
    "import { b } from '../b.js'",
    "export { c } from './c.js'",
    "import yaml from 'yaml'",
    "const d = await import('./d.js')",
    "const e      = new URL('./e.js', import.meta.url)",
    "const text = \"from './f.ts'\" // from './g.ts'",
    '',
  ])
})

test('the manifest loses what only a clone uses and exports JavaScript', () => {
  const manifest = {
    name: 'a',
    workspaces: ['.'],
    bin: { a: 'bin/a' },
    exports: { '.': './actors/a.ts' },
    scripts: { test: 'vitest run' },
    dependencies: { b: '1.0.0' },
    devDependencies: { c: '1.0.0' },
  }
  expect(JSON.parse(releasedText('package.json', JSON.stringify(manifest)))).toEqual({
    name: 'a',
    bin: { a: 'bin/a' },
    exports: { '.': './actors/a.js' },
    dependencies: { b: '1.0.0' },
  })
})

test('the lockfile keeps what an installation needs', () => {
  const packages = {
    '': { name: 'a', workspaces: ['.'], dependencies: { b: '1.0.0' }, devDependencies: { c: '1.0.0' } },
    'node_modules/a': { resolved: '', link: true },
    'node_modules/b': { version: '1.0.0' },
    'node_modules/c': { version: '1.0.0', dev: true },
  }
  expect(
    JSON.parse(releasedText('package-lock.json', JSON.stringify({ lockfileVersion: 3, packages }))),
  ).toEqual({
    lockfileVersion: 3,
    packages: { '': { name: 'a', dependencies: { b: '1.0.0' } }, 'node_modules/b': { version: '1.0.0' } },
  })
})
