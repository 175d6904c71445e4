import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { OperatingError } from '../../schemas/operating-error.ts'
import { type LoadedStrategy, loadStrategy, materializeStrategy } from './load-strategy.ts'

let root: string

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'orrery-strategy-')))
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

function load(source: string): Promise<LoadedStrategy> {
  return loadStrategy({ source, base_directory: root })
}

async function problemOf(loading: Promise<unknown>): Promise<object> {
  const error = await loading.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(OperatingError)
  const { code, reason, what, where, remedy } = error as OperatingError
  return {
    code,
    reason,
    what,
    where: where?.replaceAll(`${root}/`, ''),
    remedy: remedy?.replaceAll(`${root}/`, ''),
  }
}

const BRAND = "kind: 'orrery.strategy'"
const PLAIN = `export const plain = { ${BRAND}, name: 'plain' }\n`

test('a TypeScript strategy with files of its own is loaded, listed and hashed', async () => {
  write({
    'strategies/cross.ts': `
      import type { Nothing } from './not-there.ts'
      import { fast, type Length } from './lib/lengths.ts'
      import limits from '../shared/limits.json' with { type: 'json' }
      export { fast } from './lib/lengths.ts'
      const slow: Length = 26
      export const cross = { ${BRAND}, name: 'cross', fast, slow, limit: limits.quantity }
    `,
    'strategies/lib/lengths.ts': 'export type Length = number\nexport const fast: Length = 12\n',
    'shared/limits.json': '{ "quantity": 3 }',
    'strategies/unrelated.ts': 'export {}',
  })
  const loaded = await load('strategies/cross.ts#cross')
  expect(loaded.definition).toEqual({ kind: 'orrery.strategy', name: 'cross', fast: 12, slow: 26, limit: 3 })
  expect(loaded.files.map(({ path }) => path)).toEqual([
    '../shared/limits.json',
    'cross.ts',
    'lib/lengths.ts',
  ])
  expect(Buffer.from(loaded.files[0]?.bytes ?? []).toString()).toBe('{ "quantity": 3 }')
  expect(loaded.packages).toEqual([])
  expect(loaded.strategy_hash).toMatch(/^[0-9a-f]{64}$/)
})

test('a JavaScript strategy is loaded as an ES module', async () => {
  write({ 'plain.js': PLAIN, 'plain.mjs': PLAIN })
  expect((await load('plain.js#plain')).definition).toEqual({ kind: 'orrery.strategy', name: 'plain' })
  expect((await load('./plain.mjs#plain')).definition).toEqual({ kind: 'orrery.strategy', name: 'plain' })
})

test('outside the project, orrery is the author kit of the running engine', async () => {
  write({
    'kit.ts': `
      import { defineStrategy, Type } from 'orrery'
      export const kit = defineStrategy({
        name: 'kit', params: Type.Object({ length: Type.Integer() }), state: () => ({ bars: 0 }),
      })
    `,
  })
  const { definition, files, packages } = await load('kit.ts#kit')
  expect(definition).toMatchObject({ kind: 'orrery.strategy', name: 'kit', params: { type: 'object' } })
  expect(files.map(({ path }) => path)).toEqual(['kit.ts'])
  expect(packages).toEqual([])
})

test('a process of its own loads a TypeScript strategy without a word on standard error', () => {
  write({
    's.ts': `import { defineStrategy } from 'orrery'\nexport const s: object = { ${BRAND}, kit: typeof defineStrategy }\n`,
  })
  const loader = pathToFileURL(join(import.meta.dirname, 'load-strategy.ts')).href
  const script = `
    import { loadStrategy } from '${loader}'
    const { definition, strategy_hash } = await loadStrategy({ source: 's.ts#s', base_directory: '.' })
    process.stdout.write(JSON.stringify({ definition, strategy_hash }))
  `
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: root,
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  expect(JSON.parse(stdout)).toEqual({
    definition: { kind: 'orrery.strategy', kit: 'function' },
    strategy_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
  })
})

test('the hash depends on contents and relative paths, not on where the files are or how the source is written', async () => {
  const files = { 's.ts': `import './lib/x.ts'\n${PLAIN}`, 'lib/x.ts': 'export {}\n' }
  write(files)
  for (const [path, text] of Object.entries(files)) write({ [`else/where/${path}`]: text })
  const { strategy_hash } = await load('s.ts#plain')
  expect((await load('./else/../s.ts#plain')).strategy_hash).toBe(strategy_hash)
  expect((await load('else/where/s.ts#plain')).strategy_hash).toBe(strategy_hash)
  write({ 'lib/x.ts': 'export { }\n' })
  expect((await load('s.ts#plain')).strategy_hash).not.toBe(strategy_hash)
})

test('a strategy edited while the process lives is loaded anew, its own imports too', async () => {
  write({
    's.ts': `import { n } from './n.ts'\nexport const s = { ${BRAND}, n }\n`,
    'n.ts': 'export const n: number = 1\n',
  })
  const first = await load('s.ts#s')
  write({ 'n.ts': 'export const n: number = 2\n' })
  const second = await load('s.ts#s')
  expect([first.definition, second.definition]).toEqual([
    { kind: 'orrery.strategy', n: 1 },
    { kind: 'orrery.strategy', n: 2 },
  ])
})

test('packages count by name, version and bytes, with what they depend on', async () => {
  write({
    's.ts': `import { twice } from '@me/twice'\nexport const s = { ${BRAND}, four: twice(2) }\n`,
    'node_modules/@me/twice/package.json':
      '{ "name": "@me/twice", "version": "1.2.3", "type": "module", "exports": "./main.js", "dependencies": { "two": "*" } }',
    'node_modules/@me/twice/main.js':
      "import { existsSync } from 'node:fs'\nimport two from 'two'\nexport const twice = (n) => (existsSync('/') ? two * n : 0)\n",
    'node_modules/two/package.json': '{ "name": "two", "version": "2.0.0" }',
    'node_modules/two/index.js': 'module.exports = 2\n',
  })
  const before = await load('s.ts#s')
  expect(before.definition).toEqual({ kind: 'orrery.strategy', four: 4 })
  expect(before.files.map(({ path }) => path)).toEqual(['s.ts'])
  expect(before.packages.map(({ name, version }) => [name, version])).toEqual([
    ['@me/twice', '1.2.3'],
    ['two', '2.0.0'],
  ])
  write({ 'node_modules/two/index.js': 'module.exports = 2 // changed\n' })
  const after = await load('s.ts#s')
  expect(after.packages[0]).toEqual(before.packages[0])
  expect(after.packages[1]).not.toEqual(before.packages[1])
  expect(after.strategy_hash).not.toBe(before.strategy_hash)
})

test('a stored strategy, written elsewhere, is the same one', async () => {
  write({
    'a/b/s.ts': `
      import { two } from 'two'
      import { deep } from '../../deep.ts'
      import { defineStrategy } from 'orrery'
      export const s = { ${BRAND}, two, deep, kit: typeof defineStrategy }
    `,
    'deep.ts': 'export const deep: string = "down"\n',
    'node_modules/two/package.json':
      '{ "name": "two", "version": "2.0.0", "type": "module", "main": "two.js" }',
    'node_modules/two/two.js': 'export const two = 2\n',
  })
  const loaded = await load('a/b/s.ts#s')
  const directory = join(root, 'copy')
  const { source, files } = loaded
  rmSync(join(root, 'a'), { recursive: true })
  const stored = await materializeStrategy({ source, files, packages_from: root }, directory)
  expect(stored).toEqual(loaded)
  expect(stored.definition).toEqual({ kind: 'orrery.strategy', two: 2, deep: 'down', kit: 'function' })
})

test.each<[string, Record<string, string>, string, object]>([
  [
    'a module of Node',
    { 's.ts': `${PLAIN}import { readFileSync } from 'node:fs'\n` },
    's.ts#plain',
    { code: 'strategy.node_import', where: 's.ts:2' },
  ],
  [
    'a module of Node without its prefix, in a file it imports',
    { 's.ts': `import './b.js'\n${PLAIN}`, 'b.js': "\nexport const f = () => import('child_process')\n" },
    's.ts#plain',
    { code: 'strategy.node_import', where: 'b.js:2' },
  ],
  [
    'a computed import',
    { 's.ts': `${PLAIN}\nexport const f = (n: string) => import(n)\n` },
    's.ts#plain',
    { code: 'strategy.computed_import', where: 's.ts:3' },
  ],
  [
    'an import computed by a template',
    { 's.ts': `${PLAIN}export const f = (n: string) => import(\`./\${n}.ts\`)\n` },
    's.ts#plain',
    { code: 'strategy.computed_import', where: 's.ts:2' },
  ],
  [
    'an import without its ending',
    { 's.ts': `import { b } from './b'\n${PLAIN}`, 'b.ts': 'export const b = 1' },
    's.ts#plain',
    { code: 'strategy.missing_file', where: 's.ts:1', remedy: 'Write the import with its ending: "./b.ts".' },
  ],
  [
    'a file that is not there',
    {},
    'nowhere.ts#s',
    { code: 'strategy.missing_file', where: 'nowhere.ts#s', what: expect.stringContaining('nowhere.ts') },
  ],
  [
    'a folder',
    { 'inner.ts/s.ts': PLAIN },
    'inner.ts#s',
    { code: 'strategy.missing_file', where: 'inner.ts#s', what: expect.stringContaining('inner.ts') },
  ],
  [
    'a misspelt export',
    { 's.ts': PLAIN },
    's.ts#plian',
    { code: 'strategy.missing_export', remedy: 'Use one of the strategies it exports: plain.' },
  ],
  [
    'an export that is no strategy',
    { 's.ts': 'export const n = 5\n' },
    's.ts#n',
    { code: 'strategy.not_a_strategy', where: 's.ts#n', remedy: 'Export what defineStrategy() returns.' },
  ],
  ['a source without an export', {}, 's.ts', { code: 'strategy.bad_source', where: 's.ts' }],
  [
    'text that is no module',
    { 's.ts': `${PLAIN}\nimport { from 'x'\n` },
    's.ts#plain',
    { code: 'strategy.syntax_error', where: 's.ts:4' },
  ],
  [
    'wrong TypeScript',
    { 's.ts': `${PLAIN}\nconst n: number = = 3\n` },
    's.ts#plain',
    { code: 'strategy.syntax_error', where: 's.ts:3', what: expect.stringContaining('Expression expected') },
  ],
  [
    'TypeScript that is more than types',
    { 's.ts': `${PLAIN}enum Side { Buy }\n` },
    's.ts#plain',
    { code: 'strategy.syntax_error', where: 's.ts:2', what: expect.stringContaining('enum') },
  ],
  [
    'wrong JavaScript, in a file it imports',
    { 's.ts': `import './b.js'\n${PLAIN}`, 'b.js': 'export const a = 1\nconst b = = 2\n' },
    's.ts#plain',
    { code: 'strategy.syntax_error', where: 'b.js:2', what: expect.stringContaining("Unexpected token '='") },
  ],
  [
    'a name its own file does not export',
    { 's.ts': `import { c } from './b.ts'\n${PLAIN}`, 'b.ts': 'export const b = 1\n' },
    's.ts#plain',
    { code: 'strategy.syntax_error', where: 's.ts:1', what: expect.stringContaining("named 'c'") },
  ],
  [
    'a top-level await',
    { 's.ts': `await Promise.resolve()\n${PLAIN}` },
    's.ts#plain',
    { code: 'strategy.top_level_await' },
  ],
  [
    'code that throws while it is loaded',
    { 's.ts': `import './b.ts'\n${PLAIN}`, 'b.ts': "\n\nthrow new RangeError('too far')\n" },
    's.ts#plain',
    {
      code: 'strategy.load_failed',
      reason: 'strategy',
      where: 'b.ts:3',
      what: 'A strategy threw while it was loaded: RangeError: too far.',
    },
  ],
  [
    'a package that is not installed',
    { 's.ts': `import 'left-pad-of-nobody/x'\n${PLAIN}` },
    's.ts#plain',
    { code: 'strategy.missing_package', where: 's.ts:1' },
  ],
  [
    'an import by address',
    { 's.ts': `import 'https://example.com/x.js'\n${PLAIN}` },
    's.ts#plain',
    { code: 'strategy.unsupported_import', where: 's.ts:1' },
  ],
  [
    'a CommonJS file',
    { 's.ts': `import './b.cjs'\n${PLAIN}`, 'b.cjs': 'exports.b = 1\n' },
    's.ts#plain',
    { code: 'strategy.unsupported_file', where: 's.ts:1' },
  ],
  [
    'TypeScript inside node_modules',
    { 'node_modules/p/s.ts': PLAIN },
    'node_modules/p/s.ts#plain',
    { code: 'strategy.typescript_in_package' },
  ],
])('%s is refused with the place', async (_name, files, source, problem) => {
  write(files)
  expect(await problemOf(load(source))).toMatchObject({ reason: 'usage', ...problem })
})

test('the author kit by its path is refused, since only its name works everywhere', async () => {
  const kit = join(import.meta.dirname, '../../actors/strategy/author-kit.ts')
  write({ 's.ts': `import { defineStrategy } from '${kit}'\n${PLAIN}` })
  expect(await problemOf(load('s.ts#plain'))).toMatchObject({
    code: 'strategy.engine_by_path',
    where: 's.ts:1',
  })
})

test('code that slips past the listing is not loaded', async () => {
  write({
    's.ts': `export const s = { ${BRAND}, file: () => eval("import('./hidden.ts')"), node: () => eval("import('fs')") }\n`,
    'hidden.ts': 'export const hidden = 1\n',
  })
  const { definition } = await load('s.ts#s')
  const { file, node } = definition as unknown as Record<'file' | 'node', () => Promise<unknown>>
  expect(await problemOf(file())).toMatchObject({ code: 'strategy.unlisted_import' })
  expect(await problemOf(node())).toMatchObject({ code: 'strategy.node_import' })
})
