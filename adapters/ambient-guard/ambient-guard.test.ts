import { Console } from 'node:console'
import nodeCrypto, { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { Decimal } from 'decimal.js'
import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { assign, createActor, setup } from 'xstate'
import { createStepGate, type StepGate } from '../../engine/step-gate.ts'
import { installAmbientGuard } from './ambient-guard.ts'
import { AmbientInStepError } from './ambient-in-step-error.ts'

let gate: StepGate
let violations: AmbientInStepError[]
let uninstall: () => void

beforeEach(() => {
  gate = createStepGate()
  violations = []
  install()
})

afterEach(() => {
  gate.step_running = false
  uninstall()
})

function install(): void {
  uninstall = installAmbientGuard(gate, (violation) => violations.push(violation))
}

/** The runner takes `process.nextTick` for a tick when it reports, and may put back another: the guard stands anew. */
function inStep<T>(body: () => T): T {
  uninstall()
  install()
  gate.step_running = true
  try {
    return body()
  } finally {
    gate.step_running = false
  }
}

const formatter = new Intl.DateTimeFormat('en', { timeZone: 'UTC' })

const AMBIENT_CALLS: readonly (readonly [string, () => unknown, string])[] = [
  ['Date.now()', () => Date.now(), 'ctx.now_us'],
  ['new Date()', () => new Date(), 'ctx.now_us'],
  ['new Date()', () => Date(), 'ctx.now_us'],
  ['new Date()', () => Reflect.construct(class extends Date {}, []), 'ctx.now_us'],
  ['new Date()', () => new Date(2020, 0, 1), 'Date.UTC()'],
  ['Date.now()', () => (new Date(0).constructor as DateConstructor).now(), 'ctx.now_us'],
  ['Date.prototype.getHours()', () => new Date(0).getHours(), 'UTC'],
  ['Date.prototype.toLocaleString()', () => new Date(0).toLocaleString(), 'UTC'],
  ['new Date()', () => new Date('2020-01-01T00:00'), 'UTC'],
  ['new Date()', () => new Date('01-01-2020'), 'UTC'],
  ['Date.parse()', () => Date.parse('2020-01-01 00:00:00'), 'UTC'],
  ['String.prototype.localeCompare()', () => 'ä'.localeCompare('z'), 'language'],
  ['String.prototype.toLocaleUpperCase()', () => 'i'.toLocaleUpperCase(), 'language'],
  ['Number.prototype.toLocaleString()', () => (1234.5).toLocaleString(), 'language'],
  ['Math.random()', () => Math.random(), 'ctx.random()'],
  ['Temporal.Now.instant()', () => Temporal.Now.instant(), 'ctx.now_us'],
  ['Temporal.Now.zonedDateTimeISO()', () => Temporal.Now.zonedDateTimeISO('UTC'), 'ctx.now_us'],
  ['Temporal.Now.plainDateISO()', () => Temporal.Now.plainDateISO(), 'ctx.now_us'],
  ['Temporal.Now.timeZoneId()', () => Temporal.Now.timeZoneId(), 'ctx.now_us'],
  ['performance.now()', () => performance.now(), 'ctx.now_us'],
  ['performance.mark()', () => performance.mark('x'), 'ctx.now_us'],
  ['process.hrtime()', () => process.hrtime(), 'ctx.now_us'],
  ['process.hrtime.bigint()', () => process.hrtime.bigint(), 'ctx.now_us'],
  ['process.uptime()', () => process.uptime(), 'ctx.now_us'],
  ['Intl.DateTimeFormat.format()', () => formatter.format(), 'ctx.now_us'],
  ['Intl.DateTimeFormat.formatToParts()', () => formatter.formatToParts(), 'ctx.now_us'],
  ['crypto.randomUUID()', () => crypto.randomUUID(), 'ctx.random()'],
  ['crypto.getRandomValues()', () => crypto.getRandomValues(new Uint8Array(1)), 'ctx.random()'],
  ['crypto.randomUUID()', () => nodeCrypto.webcrypto.randomUUID(), 'ctx.random()'],
  ['crypto.randomUUID()', () => nodeCrypto.randomUUID(), 'ctx.random()'],
  ['crypto.randomInt()', () => nodeCrypto.randomInt(5), 'ctx.random()'],
  ['crypto.randomBytes()', () => nodeCrypto.randomBytes(1), 'ctx.random()'],
  ['crypto.generateKeySync()', () => nodeCrypto.generateKeySync('aes', { length: 128 }), 'ctx.random()'],
  ['setTimeout()', () => setTimeout(() => {}, 0), 'ctx.setTimer()'],
  ['setInterval()', () => setInterval(() => {}, 1000), 'ctx.setTimer()'],
  ['setImmediate()', () => setImmediate(() => {}), 'ctx.setTimer()'],
  ['queueMicrotask()', () => queueMicrotask(() => {}), 'ctx.setTimer()'],
  ['process.nextTick()', () => process.nextTick(() => {}), 'ctx.setTimer()'],
  ['fetch()', () => fetch('http://127.0.0.1:1/'), 'inputs'],
  ['process.getBuiltinModule()', () => process.getBuiltinModule('fs'), 'inputs'],
  ['Atomics.wait()', () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1), 'inputs'],
  ['process.memoryUsage()', () => process.memoryUsage(), 'inputs'],
  ['process.memoryUsage.rss()', () => process.memoryUsage.rss(), 'inputs'],
  ['process.cpuUsage()', () => process.cpuUsage(), 'inputs'],
  ['process.cwd()', () => process.cwd(), 'inputs'],
  ['process.pid', () => process.pid, 'inputs'],
  ['process.env', () => process.env['HOME'], 'inputs'],
  ['process.argv', () => process.argv[0], 'inputs'],
  ['new Intl.NumberFormat()', () => new Intl.NumberFormat(), 'language'],
  ['new Intl.NumberFormat()', () => Intl.NumberFormat([]), 'language'],
  ['new Intl.Collator()', () => new Intl.Collator(undefined, { numeric: true }), 'language'],
  ['new Intl.DateTimeFormat()', () => new Intl.DateTimeFormat(undefined, { timeZone: 'UTC' }), 'language'],
  ['new Intl.DateTimeFormat()', () => new Intl.DateTimeFormat('en'), 'timeZone'],
  ['new WeakRef()', () => new WeakRef({}), 'memory'],
  ['new FinalizationRegistry()', () => new FinalizationRegistry(() => {}), 'memory'],
]

test.each(AMBIENT_CALLS)('%s throws while a step runs: %s', (call, body, remedy) => {
  expect(() => inStep(body)).toThrow(AmbientInStepError)
  expect(violations.map((violation) => [violation.code, violation.call, violation.reason])).toEqual([
    ['ambient_in_step', call, 'strategy'],
  ])
  expect(violations[0]?.remedy).toContain(remedy)
  expect(violations[0]?.where).toMatch(/ambient-guard\.test\.ts:\d+$/)
})

test('a console of Node, which asks the environment for colours, prints while a step runs', () => {
  let printed = ''
  const none = () => undefined
  const write = (text: string) => {
    printed += text
  }
  const stream = { write, once: none, removeListener: none, listenerCount: () => 0 } as never
  const printer = new Console(stream)
  inStep(() => printer.log('now', { seen: 1 }))
  expect([printed, violations]).toEqual(['now { seen: 1 }\n', []])
})

test('a violation is reported even where the author catches it', () => {
  inStep(() => {
    try {
      Math.random()
    } catch {
      return 0.5
    }
    return 0
  })
  expect(violations).toHaveLength(1)
})

test('the error names the line of the call', () => {
  const here = new Error('here').stack?.split('\n')[1]?.match(/:(\d+):\d+\)?$/)?.[1]
  const call = () => Date.now()
  expect(() => inStep(call)).toThrow(
    `Date.now() was called while a step was running, and a re-run would see another result. (${import.meta.filename}:${Number(here) + 1}) Use the time of the step: ctx.now_us in a strategy, ts_us in a model.`,
  )
})

test('what is given a value works while a step runs', () => {
  inStep(() => {
    expect(new Date(0).toISOString()).toBe('1970-01-01T00:00:00.000Z')
    expect(new Date(Date.UTC(2020, 0, 2)).getUTCDate()).toBe(2)
    for (const text of [
      '2020-01-01',
      '2020-01-01T00:00:00Z',
      '2020-01-01 01:00+01:00',
      '1 Jan 2020 00:00 GMT',
    ])
      expect([Date.parse(text), new Date(text).getTime()]).toEqual([1_577_836_800_000, 1_577_836_800_000])
    expect('ä'.localeCompare('z', 'sv')).toBe(1)
    expect((1234.5).toLocaleString('en')).toBe('1,234.5')
    expect(Number.isNaN(new Date(Number.NaN).getTime())).toBe(true)
    expect(new Intl.NumberFormat('en').format(1234.5)).toBe('1,234.5')
    expect(Intl.Collator('sv').compare('ä', 'z')).toBe(1)
    expect(new Intl.DateTimeFormat('en', { timeZone: 'UTC' }).format(0)).toBe('1/1/1970')
    expect(formatter.format(0)).toBe('1/1/1970')
    expect(formatter.formatToParts(0)).toHaveLength(5)
    expect(Temporal.Instant.fromEpochMilliseconds(0).toString()).toBe('1970-01-01T00:00:00Z')
    expect(nodeCrypto.createHash('sha256').update('').digest('hex').slice(0, 8)).toBe('e3b0c442')
  })
  expect(violations).toEqual([])
})

test('outside a step dates are what they were', () => {
  class Stamp extends Date {
    readonly mark = 'x'
  }
  const stamp = new Stamp(5)
  expect(stamp).toBeInstanceOf(Date)
  expect(stamp.mark).toBe('x')
  expect(stamp.getTime()).toBe(5)
  expect(new Date()).toBeInstanceOf(Date)
  expect(new Date(0).constructor).toBe(Date)
  expect(new Date(2020, 1).getMonth()).toBe(1)
  expect(typeof Date()).toBe('string')
  expect([Date.name, Date.length, Math.random.name, setTimeout.name]).toEqual([
    'Date',
    7,
    'random',
    'setTimeout',
  ])
  expect(formatter.format).toBe(formatter.format)
})

test('outside a step what belongs to the process reads and writes as before', () => {
  const { argv } = process
  expect(Number.isInteger(process.pid)).toBe(true)
  expect(process.env['PATH']).toBeDefined()
  process.argv = [...argv, 'x']
  expect(process.argv).toEqual([...argv, 'x'])
  process.argv = argv
})

test('outside a step clocks, chance and timers work', async () => {
  const now = new Date()
  expect(Math.abs(Date.now() - now.getTime())).toBeLessThan(1_000)
  expect(performance.now()).toBeGreaterThan(0)
  expect(process.hrtime.bigint()).toBeGreaterThan(0n)
  expect(randomBytes(4)).toHaveLength(4)
  expect(crypto.randomUUID()).toHaveLength(36)
  expect(new WeakRef(gate).deref()).toBe(gate)
  expect(await promisify(setTimeout)(0, 'fired')).toBe('fired')
  expect(violations).toEqual([])
})

test('taking the guard away puts every original back', () => {
  uninstall()
  const before = originals()
  const other = installAmbientGuard(gate, () => {})
  expect(originals().every((value, i) => value !== before[i])).toBe(true)
  other()
  originals().forEach((value, i) => {
    expect(value).toBe(before[i])
  })
  uninstall = () => {}
})

function originals(): unknown[] {
  return [
    Date,
    Date.now,
    Date.parse,
    'a'.localeCompare,
    new Date(0).constructor,
    Math.random,
    Temporal.Now.instant,
    performance.now,
    process.hrtime.bigint,
    Object.getOwnPropertyDescriptor(Intl.DateTimeFormat.prototype, 'format')?.get,
    crypto.randomUUID,
    nodeCrypto.randomBytes,
    randomBytes,
    setTimeout,
    queueMicrotask,
    process.nextTick,
    fetch,
    WeakRef,
    FinalizationRegistry,
  ]
}

test('an XState machine is created, started and sent events while a step runs', () => {
  const machine = setup({
    types: { context: {} as { count: number }, events: {} as { type: 'go' } | { type: 'stop' } },
    actions: { count: assign({ count: ({ context }) => context.count + 1 }) },
    guards: { few: ({ context }) => context.count < 3 },
  }).createMachine({
    id: 'm',
    context: { count: 0 },
    initial: 'a',
    states: {
      a: { on: { go: { guard: 'few', actions: 'count' }, stop: 'b' } },
      b: { type: 'final' },
    },
  })
  const seen: unknown[] = []
  const { persisted, value } = inStep(() => {
    const actor = createActor(machine)
    actor.subscribe({ next: (snapshot) => seen.push(snapshot.value), error: (error) => seen.push(error) })
    actor.start()
    for (let i = 0; i < 5; i++) actor.send({ type: 'go' })
    actor.send({ type: 'stop' })
    const restored = createActor(machine, { snapshot: actor.getPersistedSnapshot() }).start()
    return { persisted: restored.getSnapshot().context, value: actor.getSnapshot().value }
  })
  expect({ persisted, value }).toEqual({ persisted: { count: 3 }, value: 'b' })
  expect(seen.at(-1)).toBe('b')
  expect(violations).toEqual([])
})

test('decimal.js and compiled TypeBox checks work while a step runs', () => {
  const Order = Type.Object({
    quantity: Type.Integer({ minimum: 1 }),
    symbol: Type.String({ pattern: '^[A-Z]+$' }),
  })
  const compiled = Compile(Order)
  inStep(() => {
    expect(new Decimal('1').div(3).toDecimalPlaces(4).toString()).toBe('0.3333')
    expect(new Decimal(2).pow('0.5').toFixed(6)).toBe('1.414214')
    expect(compiled.Check({ quantity: 1, symbol: 'EURUSD' })).toBe(true)
    expect(Compile(Order).Check({ quantity: 0, symbol: 'x' })).toBe(false)
    expect(compiled.Errors({ quantity: 0, symbol: 'x' })).toHaveLength(2)
  })
  expect(violations).toEqual([])
})
