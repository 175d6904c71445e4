// What the guard closes while a step runs. Everything here gives another result in another run, in another process,
// or after the step is over.

import nodeCrypto from 'node:crypto'
import nodeTimers from 'node:timers'

export type AmbientFunction = {
  readonly owner: object
  readonly key: string
  /** The function as an author writes it. */
  readonly call: string
  /** What to use instead. */
  readonly remedy: string
  /** Whether a call with these arguments is ambient; absent: always. */
  readonly isAmbient?: (args: readonly unknown[]) => boolean
  /** Of a constructor: without `new` it does not look at its arguments. */
  readonly ignoresArgumentsWhenCalled?: true
}

const TIME = 'Use the time of the step: ctx.now_us in a strategy, ts_us in a model.'
const RANDOM = 'Use ctx.random(), which draws from the seed of the run.'
const TIMER = 'Use ctx.setTimer(), whose firing is an input of the session.'
const ZONE =
  "It depends on the machine's time zone or language; use a UTC method, or Temporal with a named zone."
const LOCALE = "It depends on the machine's language; name one, or compare with < and >."
const OUTSIDE = 'A handler decides from its inputs and its state alone.'

const withoutValue = (args: readonly unknown[]) => args[0] === undefined
const withoutLocale = ([locale]: readonly unknown[]) =>
  locale === undefined || (Array.isArray(locale) && locale.length === 0)
const withoutZone = ([, options]: readonly unknown[]) =>
  (options as { timeZone?: unknown } | undefined)?.timeZone === undefined

/** A date alone is UTC, and so is a time with an offset; any other text is read in the machine's zone. */
const NAMES_ITS_ZONE = /^[+-]?\d{4,6}(-\d\d){0,2}$|:\d\d.*(Z|GMT|UTC|[+-]\d\d:?\d\d)$/i
const isLocalText = ([text]: readonly unknown[]) =>
  typeof text === 'string' && !NAMES_ITS_ZONE.test(text.trim())

/** Functions and methods, guarded when called. */
export function ambientFunctions(): AmbientFunction[] {
  return [
    ...rows(Date, 'Date.', TIME, ['now']),
    ...rows(Date.prototype, 'Date.prototype.', ZONE, LOCAL_TIME_METHODS),
    ...rows(Date, 'Date.', ZONE, ['parse']).map((row) => ({ ...row, isAmbient: isLocalText })),
    ...localeMethods(),
    ...rows(Math, 'Math.', RANDOM, ['random']),
    ...rows(Temporal.Now, 'Temporal.Now.', TIME, functionNames(Temporal.Now)),
    ...rows(Performance.prototype, 'performance.', TIME, ['now', 'mark', 'measure', 'toJSON']),
    ...rows(process, 'process.', TIME, ['hrtime', 'uptime']),
    ...rows(process.hrtime, 'process.hrtime.', TIME, ['bigint']),
    ...rows(Intl.DateTimeFormat.prototype, 'Intl.DateTimeFormat.', `Give it a value: ${TIME}`, [
      'formatToParts',
    ]).map((row) => ({ ...row, isAmbient: withoutValue })),
    ...rows(Crypto.prototype, 'crypto.', RANDOM, ['randomUUID', 'getRandomValues']),
    ...rows(nodeCrypto, 'crypto.', RANDOM, functionNames(nodeCrypto).filter(drawsRandomness)),
    ...rows(globalThis, '', TIMER, ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask']),
    ...rows(nodeTimers, 'timers.', TIMER, ['setTimeout', 'setInterval', 'setImmediate']),
    ...rows(process, 'process.', TIMER, ['nextTick']),
    ...rows(globalThis, '', OUTSIDE, ['fetch']),
    ...rows(process, 'process.', OUTSIDE, [
      'getBuiltinModule',
      ...['memoryUsage', 'cpuUsage', 'resourceUsage', 'availableMemory', 'constrainedMemory', 'cwd'],
    ]),
    ...rows(process.memoryUsage, 'process.memoryUsage.', OUTSIDE, ['rss']),
    ...rows(Atomics, 'Atomics.', OUTSIDE, ['wait', 'waitAsync']),
  ]
}

/** Constructors, guarded with `new` and without. */
export function ambientConstructors(): AmbientFunction[] {
  return [
    {
      owner: globalThis,
      key: 'Date',
      call: 'new Date()',
      remedy: `${TIME} Date.UTC() makes a time from its parts.`,
      // Several arguments are parts of a local time.
      isAmbient: (args) => args.length !== 1 || isLocalText(args),
      // It prints the clock.
      ignoresArgumentsWhenCalled: true,
    },
    ...rows(Intl, 'new Intl.', LOCALE, LOCALE_CONSTRUCTORS).map((row) => ({
      ...row,
      isAmbient: withoutLocale,
    })),
    ...rows(Intl, 'new Intl.', `${LOCALE} Name a timeZone, too.`, ['DateTimeFormat']).map((row) => ({
      ...row,
      isAmbient: (args: readonly unknown[]) => withoutLocale(args) || withoutZone(args),
    })),
    ...rows(globalThis, 'new ', 'When memory is collected is nothing a step may know.', [
      'WeakRef',
      'FinalizationRegistry',
    ]),
  ]
}

/** Properties that hold what differs from process to process, guarded when read. */
export function ambientProperties(): AmbientFunction[] {
  return ['pid', 'env', 'argv', 'execArgv', 'execPath'].map((key) => ({
    owner: process,
    key,
    call: `process.${key}`,
    remedy: OUTSIDE,
  }))
}

/** `Intl.DateTimeFormat.prototype.format` is a getter of a bound function, so it is guarded apart. */
export const INTL_FORMAT: AmbientFunction = {
  owner: Intl.DateTimeFormat.prototype,
  key: 'format',
  call: 'Intl.DateTimeFormat.format()',
  remedy: `Give it a value: ${TIME}`,
  isAmbient: withoutValue,
}

const LOCALE_CONSTRUCTORS = [
  ...['NumberFormat', 'Collator', 'PluralRules', 'RelativeTimeFormat', 'ListFormat'],
  ...['Segmenter', 'DurationFormat'],
]
const LOCAL_PARTS = ['FullYear', 'Month', 'Date', 'Hours', 'Minutes', 'Seconds', 'Milliseconds']
const LOCAL_TIME_METHODS = [
  ...LOCAL_PARTS.flatMap((part) => [`get${part}`, `set${part}`]),
  ...['getDay', 'getYear', 'setYear', 'getTimezoneOffset', 'toString', 'toDateString', 'toTimeString'],
  ...['toLocaleString', 'toLocaleDateString', 'toLocaleTimeString'],
]

/** What follows the machine's language unless it is told another. */
function localeMethods(): AmbientFunction[] {
  return [
    ...rows(String.prototype, 'String.prototype.', LOCALE, ['localeCompare']).map((row) => ({
      ...row,
      isAmbient: ([, locale]: readonly unknown[]) => locale === undefined,
    })),
    ...[
      ...rows(String.prototype, 'String.prototype.', LOCALE, ['toLocaleUpperCase', 'toLocaleLowerCase']),
      ...rows(Number.prototype, 'Number.prototype.', LOCALE, ['toLocaleString']),
      ...rows(BigInt.prototype, 'BigInt.prototype.', LOCALE, ['toLocaleString']),
      ...rows(Array.prototype, 'Array.prototype.', LOCALE, ['toLocaleString']),
    ].map((row) => ({ ...row, isAmbient: withoutValue })),
  ]
}

function drawsRandomness(name: string): boolean {
  return /^(random|generate|pseudoRandom|prng|rng)/.test(name)
}

function functionNames(owner: object): string[] {
  return Object.getOwnPropertyNames(owner).filter(
    (key) => typeof Object.getOwnPropertyDescriptor(owner, key)?.value === 'function',
  )
}

function rows(owner: object, prefix: string, remedy: string, keys: readonly string[]): AmbientFunction[] {
  return keys.map((key) => ({
    owner,
    key,
    call: `${prefix}${key}()`,
    remedy,
  }))
}
