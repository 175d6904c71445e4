import { expect, test } from 'vitest'
import {
  deadFiles,
  type Import,
  importCycles,
  importsOf,
  missingFiles,
  undeclaredPackages,
  wrongDirections,
} from './import-graph.ts'
import { parseSource } from './source-file.ts'

test('every form of import is seen, resolved from its file', () => {
  const code = `
import { a } from './a.ts'
import type { B } from '../../schemas/b.ts'
export * from './c/c.ts'
export { d } from '../d.ts'
const e = await import('./e.ts')
type F = import('./f.ts').F
fork(new URL('./g.ts', import.meta.url))
import xstate from 'xstate'
// import './comment.ts'
const text = "import './text.ts'"
`
  expect(importsOf(parseSource('actors/risk/x.ts', code))).toEqual([
    seen(2, 'actors/risk/a.ts'),
    seen(3, 'schemas/b.ts'),
    seen(4, 'actors/risk/c/c.ts'),
    seen(5, 'actors/d.ts'),
    seen(6, 'actors/risk/e.ts'),
    seen(7, 'actors/risk/f.ts'),
    seen(8, 'actors/risk/g.ts'),
    seen(9, 'xstate'),
  ])
})

test('imports point one way: every pair of folders', () => {
  const folders = ['schemas', 'engine', 'actors', 'adapters', 'sim', 'ops']
  const allowed = folders.map((from) =>
    folders.filter((to) => wrongDirections([edge(`${from}/a.ts`, `${to}/b.ts`)]).length === 0),
  )
  expect(allowed).toEqual([
    ['schemas'],
    ['schemas', 'engine'],
    ['schemas', 'engine', 'actors'],
    ['schemas', 'engine', 'actors', 'adapters'],
    ['schemas', 'engine', 'actors', 'sim'],
    folders,
  ])
})

test('a test may import from anywhere, but only what is there', () => {
  const imports = [edge('engine/a.test.ts', 'sim/b.ts')]
  expect(wrongDirections(imports)).toEqual([])
  expect(missingFiles(imports, ['engine/a.test.ts'])).toEqual([
    { path: 'engine/a.test.ts', line: 1, rule: 'names sim/b.ts, which is not there' },
  ])
})

test('a circle is found once, with its way around', () => {
  const imports = [edge('a', 'b'), edge('b', 'c'), edge('c', 'b'), edge('c', 'd'), edge('a', 'd')]
  expect(importCycles(imports)).toEqual([['b', 'c', 'b']])
  expect(importCycles([edge('a', 'a')])).toEqual([['a', 'a']])
})

test('a file only a test reaches is dead, unless its name says that it is for tests', () => {
  const paths = ['ops/cli.ts', 'a.ts', 'b.ts', 'b.test.ts', 'c.test-support.ts', 'unused.test-support.ts']
  const imports = [
    edge('ops/cli.ts', 'a.ts'),
    edge('b.test.ts', 'b.ts'),
    edge('b.test.ts', 'c.test-support.ts'),
  ]
  expect(deadFiles(imports, paths, ['ops/cli.ts'])).toEqual(['b.ts', 'unused.test-support.ts'])
})

test('a package is declared by its name, whatever its subpath', () => {
  const imports = ['a/b', '@c/d/e', 'f', '@c/g', 'node:fs', 'engine/a.ts'].map((to) => edge('ops/a.ts', to))
  expect(undeclaredPackages(imports, ['a', '@c/d'])).toEqual([
    { path: 'ops/a.ts', line: 1, rule: 'imports f, which a release does not bring' },
    { path: 'ops/a.ts', line: 1, rule: 'imports @c/g, which a release does not bring' },
  ])
})

function edge(from: string, to: string): Import {
  return { from, line: 1, to }
}

function seen(line: number, to: string): Import {
  return { from: 'actors/risk/x.ts', line, to }
}
