import { expect, test } from 'vitest'
import { bannedConstructs } from './banned-constructs.ts'
import { parseSource } from './source-file.ts'

test.each([
  ['wall clock', 'Date.now()', 'reads the wall clock'],
  ['wall clock', 'new Date(0)', 'reads the wall clock'],
  ['wall clock', "globalThis['Date'].now()", 'reads the wall clock'],
  ['wall clock', 'const { now } = Date', 'reads the wall clock'],
  ['wall clock', 'performance.now()', 'reads the wall clock'],
  ['wall clock', 'Temporal.Now.instant()', 'reads the wall clock'],
  ['wall clock', 'process.hrtime.bigint()', 'reads the wall clock'],
  ['timer', 'setTimeout(f, 1)', 'starts a timer'],
  ['timer', 'globalThis.setInterval(f, 1)', 'starts a timer'],
  ['timer', 'queueMicrotask(f)', 'starts a timer'],
  ['randomness', 'Math.random()', 'draws from ambient randomness'],
  ['randomness', 'const f = Math.random', 'draws from ambient randomness'],
  ['randomness', 'crypto.randomUUID()', 'draws from ambient randomness'],
  ['locale', 'a.localeCompare(b)', 'depends on the machine’s language'],
  ['locale', 'n.toLocaleString()', 'depends on the machine’s language'],
  ['locale', 'new Intl.NumberFormat()', 'depends on the machine’s language'],
  ['I/O', 'fetch(x)', 'reaches outside the step'],
  ['I/O', 'process.env.TZ', 'reaches outside the step'],
  ['await', 'await x', 'waits inside the step'],
  ['async', 'const f = async () => 1', 'waits inside the step'],
  ['async', 'class A { async f() {} }', 'waits inside the step'],
  ['await', 'async function* f() { for await (const a of b) a() }', 'waits inside the step'],
  ['import()', "const a = import('./a.ts')", 'waits inside the step'],
  ['node:', "import { readFileSync } from 'node:fs'", 'imports a node: module'],
  ['node:', "export { join } from 'node:path'", 'imports a node: module'],
])('%s is found in replayed code: %s', (_, code, rule) => {
  for (const path of ['schemas/a.ts', 'engine/a.ts', 'actors/risk/a.ts']) {
    const rules = rulesBroken(path, code)
    expect(rules.some((broken) => broken.startsWith(rule))).toBe(true)
  }
  expect(rulesBroken('adapters/a.ts', code)).toEqual([])
  expect(rulesBroken('engine/a.test.ts', code)).toEqual([])
})

test.each([
  ["({ initial: 'a', states: { a: { after: { 1000: 'b' } } } })", 'gives a machine a timer'],
  ["raise({ type: 'x' }, { delay: 10 })", 'gives a machine a timer'],
  ["sendTo('a', { type: 'x' }, { delay: 10, id: 'y' })", 'gives a machine a timer'],
  ['enqueueActions(({ enqueue }) => { enqueue.raise(e, { delay: 1 }) })', 'gives a machine a timer'],
  ["({ states: { a: { invoke: { src: 'b' } } } })", 'invokes from a machine'],
  ['assign({ ref: ({ spawn }) => spawn(child) })', 'starts a child of a machine'],
  ['fromPromise(f)', 'starts a child of a machine'],
  ["spawnChild('a')", 'starts a child of a machine'],
])('what no snapshot keeps is found in a machine: %s', (code, rule) => {
  const machine = `import { setup } from 'xstate'\n${code}`
  expect(rulesBroken('sim/exchange/a.ts', machine)).toEqual([expect.stringContaining(rule)])
  expect(rulesBroken('sim/exchange/a.ts', code)).toEqual([])
})

test.each([
  ['console.log(1)', 'prints'],
  ['x as any', 'turns types off'],
  ['parseFloat(x)', 'reads a number’s beginning'],
  ['Number.parseFloat(x)', 'reads a number’s beginning'],
])('found everywhere, tests too: %s', (code, rule) => {
  for (const path of ['engine/a.ts', 'ops/a.ts', 'sim/a.test.ts']) {
    expect(rulesBroken(path, code)).toEqual([expect.stringContaining(rule)])
  }
})

test('words in comments, strings, types, keys and members of other things are no code', () => {
  const code = `
    // Date.now() and setTimeout(f) and await x
    const text = 'Math.random() ' + \`console.log(\${text}) \` + /parseFloat\\(/.source
    type Stamp = { at: Date; process: Intl.NumberFormat; setTimeout: number }
    const timers = { setTimeout: 1, after: 2, fetch: 3 }
    engine.process(input.Date, timers.setTimeout, node.performance.now)
    class Clock { Date = 1; fetch() {} }
    raise({ type: 'x' })
  `
  expect(rulesBroken('engine/a.ts', code)).toEqual([])
})

test('a finding names its line, after characters outside ASCII too', () => {
  const source = parseSource('engine/a.ts', "const a = '— µs 🕰'\n\nDate.now()\n")
  expect(bannedConstructs(source)).toEqual([
    {
      path: 'engine/a.ts',
      line: 3,
      rule: 'reads the wall clock: use the step’s ts_seq_us, or Temporal.Instant.from(…) for a fixed moment',
    },
  ])
})

function rulesBroken(path: string, code: string): string[] {
  return bannedConstructs(parseSource(path, code)).map(({ rule }) => rule)
}
