// Strategies that do what no strategy may: each ends its command with an exit code, a place and a sentence.

import { existsSync, rmSync } from 'node:fs'
import { expect, test } from 'vitest'
import { edit, HANDLER_LINE, refusal, useBadInputFolder, writeSession } from './bad-input.test-support.ts'
import { runCli } from './run-cli.test-support.ts'

const folder = useBadInputFolder()
const LATER = 'void Promise.resolve().then(() => ctx.submit(order))'

/** What the handlers do, the handlers, and how the run ends; `where` without the folder. */
const FAULTS: readonly (readonly [
  deed: string,
  handlers: string,
  code: string,
  what: string,
  where: string,
])[] = [
  [
    'orders a quantity of NaN',
    'onQuote(ctx) { ctx.submit({ ...order, quantity_units: Number.NaN }) },',
    'strategy.not_a_number',
    'The strategy s failed in onQuote: quantity_units is a whole number of units, got NaN',
    `s.ts:${HANDLER_LINE}`,
  ],
  [
    'orders at a limit price of NaN',
    'onQuote(ctx) { ctx.submit({ ...order, limit_price_units: 0 / 0 }) },',
    'strategy.not_a_number',
    'The strategy s failed in onQuote: limit_price_units is a whole number of units, got NaN',
    `s.ts:${HANDLER_LINE}`,
  ],
  [
    'orders behind no parent',
    'onQuote(ctx) { ctx.submit({ ...order, parent: { counter: 0 } }) },',
    'strategy.bad_order',
    'The strategy s failed in onQuote: submit: parent.counter is more than 0, got 0',
    `s.ts:${HANDLER_LINE}`,
  ],
  [
    'orders at the price of a parameter that it has not',
    "onQuote(ctx) { ctx.submit({ ...order, limit_price_units: ctx.instrument('EURUSD.gen').price((ctx.params as any).limit) }) },",
    'strategy.bad_order',
    "The strategy s failed in onQuote: 'undefined' is no price of EURUSD.gen, which has 5 decimals",
    `s.ts:${HANDLER_LINE}`,
  ],
  [
    'throws',
    "onQuote() { throw new Error('no idea') },",
    'strategy.threw',
    'The strategy s failed in onQuote: no idea',
    `s.ts:${HANDLER_LINE}`,
  ],
  [
    'throws a text, which has no line',
    "onQuote() { throw 'no idea' },",
    'strategy.threw',
    'The strategy s failed in onQuote: no idea',
    's.ts#s',
  ],
  [
    'throws what cannot be told',
    'onQuote() { throw Object.create(null) },',
    'strategy.threw',
    'The strategy s failed in onQuote: what was thrown cannot be told',
    's.ts#s',
  ],
  [
    'has an asynchronous handler',
    'async onQuote(ctx) { ctx.state.count += 1 },',
    'strategy.returned_a_promise',
    'The strategy s failed in onQuote: onQuote returned a promise; handlers are synchronous',
    's.ts#s',
  ],
  [
    'asks the clock',
    'onQuote(ctx) { ctx.state.count = Date.now() },',
    'strategy.ambient_in_step',
    'The strategy s failed in onQuote: Date.now() was called while a step was running, and a re-run would see another result. Use the time of the step: ctx.now_us in a strategy, ts_us in a model.',
    `s.ts:${HANDLER_LINE}`,
  ],
  [
    'draws at random',
    'onQuote(ctx) { ctx.state.count = Math.random() },',
    'strategy.ambient_in_step',
    'The strategy s failed in onQuote: Math.random() was called while a step was running, and a re-run would see another result. Use ctx.random(), which draws from the seed of the run.',
    `s.ts:${HANDLER_LINE}`,
  ],
  [
    'starts a timer',
    'onQuote(ctx) { setTimeout(() => ctx.submit(order), 0) },',
    'strategy.ambient_in_step',
    'The strategy s failed in onQuote: setTimeout() was called while a step was running, and a re-run would see another result. Use ctx.setTimer(), whose firing is an input of the session.',
    `s.ts:${HANDLER_LINE}`,
  ],
  [
    'orders again at every fill, without end',
    'onQuote(ctx) { if (ctx.state.count++ === 0) ctx.submit(order) },\n  onFill(ctx) { ctx.submit({ ...order, quantity_units: 1 }) },',
    'strategy.bound_exceeded',
    'The strategy s failed in (between handlers): more than 1000 inputs at one moment (limits.instant_inputs_max)',
    's.ts#s',
  ],
  [
    'orders without end in one handler',
    'onQuote(ctx) { for (;;) ctx.submit(order) },',
    'strategy.bound_exceeded',
    'The strategy s failed in onQuote: one handler asked for more than 10000 messages and timers (limits.step_messages_max)',
    `s.ts:${HANDLER_LINE}`,
  ],
]

test.each(FAULTS)('a strategy that %s ends the run with exit code 6', (_, handlers, code, what, where) => {
  const out = folder.file('run')
  const config = writeSession(folder.path, 's', handlers)
  const error = refusal(['backtest', config, '--out', out])
  expect(error).toEqual({
    exit_code: 6,
    code,
    what,
    where: folder.file(where),
    remedy: `Correct the strategy; its orders were cancelled and the rest ran on, see ${out}.`,
  })
  rmSync(out, { recursive: true })
})

test('the run of a strategy that failed is whole: it comes out the same again', () => {
  const out = folder.file('whole')
  const handlers = 'onQuote(ctx) { ctx.submit(order); if (++ctx.state.count === 9) throw new Error() },'
  refusal(['backtest', writeSession(folder.path, 'whole', handlers), '--out', out])
  expect(runCli(['verify', out]).exit_code).toBe(0)
})

test('a NaN left in the state ends the run with exit code 6 and the place in the state', () => {
  const config = writeSession(folder.path, 'nan', 'onQuote(ctx) { ctx.state.levels[0] = Number.NaN },')
  expect(refusal(['backtest', config])).toEqual({
    exit_code: 6,
    code: 'strategy.bad_state',
    what: 'The state of the strategy s cannot be kept: NaN has no canonical encoding.',
    where: 'strategies.s: ctx.state.levels.0',
    remedy: 'Keep plain data in ctx.state, each object once, and check numbers before they go there.',
  })
})

const RETURNS: readonly (readonly [when: string, name: string, handlers: string])[] = [
  ['during the run', 'during', `onQuote(ctx) { ${LATER} },`],
  ['at its end', 'at-end', `onStop(ctx) { ${LATER} },`],
]

test.each(RETURNS)(
  'a floating promise that trades %s ends it with exit code 6, and there is no result',
  (_, name, handlers) => {
    const out = folder.file(name)
    const error = refusal(['backtest', writeSession(folder.path, name, handlers), '--out', out])
    expect(error).toEqual({
      exit_code: 6,
      code: 'strategy.outside_step',
      what: 'The strategy s acted after its handler had returned: ctx.submit was used outside a handler of the strategy.',
      where: folder.file(`${name}.ts:${HANDLER_LINE}`),
      remedy: 'Handlers are synchronous: do not await, and start no promise or callback that uses ctx.',
    })
    expect(existsSync(folder.file(`${name}/result.json`))).toBe(false)
    expect(refusal(['verify', out])).toMatchObject({ exit_code: 3, code: 'verify.unfinished_run' })
  },
)

test('a timer left running since the strategy was loaded neither trades nor keeps the process alive', () => {
  const config = writeSession(folder.path, 'timer', 'onQuote(ctx) { kept = ctx as never },')
  const timer =
    'let kept: { submit(order: object): void } | undefined\nsetInterval(() => kept?.submit(order), 0)'
  edit(folder.file('timer.ts'), '\nexport', `${timer}\nexport`)
  expect(refusal(['backtest', config])).toMatchObject({
    code: 'strategy.outside_step',
    where: folder.file('timer.ts:5'),
  })
})

test.each([
  ['an error', 'error', "new Error('lost')", 'lost', `error.ts:${HANDLER_LINE}`],
  ['a text', 'text', "'lost'", 'reason "lost"', null],
])('a floating promise that fails with %s ends the run with exit code 6', (_, name, reason, said, where) => {
  const handlers = `onQuote(ctx) { if (ctx.state.count++ === 0) void Promise.reject(${reason}) },`
  const error = refusal(['backtest', writeSession(folder.path, name, handlers)])
  expect(error).toMatchObject({ exit_code: 6, code: 'strategy.stray_error' })
  expect(error.what).toMatch(/^A promise or callback that a strategy left behind failed: /)
  expect(error.what).toContain(said)
  expect(error.where).toBe(where === null ? null : folder.file(where))
})

const UNLOADED: readonly (readonly [fault: string, from: string, to: string, error: object])[] = [
  [
    'a handler with a misspelt name',
    'onQuote',
    'onQuotes',
    {
      exit_code: 2,
      code: 'strategy.unknown_key',
      what: 'A strategy has the key onQuotes, which is unknown.',
      where: 'unloaded.ts:5',
      remedy: 'Did you mean onQuote?',
    },
  ],
  [
    'no initial state',
    '  state: () => ({ count: 0, levels: [1] }),\n',
    '',
    {
      exit_code: 2,
      code: 'strategy.missing_key',
      what: 'A strategy lacks the key state.',
      where: 'unloaded.ts:5',
      remedy: 'Give it name, params, state.',
    },
  ],
  [
    'an import of Node’s modules',
    "from 'orrery'\n",
    "from 'orrery'\nimport 'node:fs'\n",
    {
      exit_code: 2,
      code: 'strategy.node_import',
      what: 'A strategy or model imports "node:fs", a module of Node\'s.',
      where: 'unloaded.ts:2',
      remedy: 'Decide from market data, timers and parameters; files and sockets belong into an adapter.',
    },
  ],
  [
    'a top level that throws',
    '\nexport',
    "throw new Error('too early')\nexport",
    {
      exit_code: 6,
      code: 'strategy.load_failed',
      what: 'A strategy threw while it was loaded: Error: too early.',
      where: 'unloaded.ts:4',
      remedy: 'Keep the top level of strategy files to definitions.',
    },
  ],
]

test.each(UNLOADED)('a strategy with %s is refused before anything runs', (_, from, to, expected) => {
  const config = writeSession(folder.path, 'unloaded', 'onQuote() {},')
  edit(folder.file('unloaded.ts'), from, to)
  const { where, ...error } = refusal(['backtest', config, '--out', folder.file('none')])
  expect({ ...error, where: where?.replace(`${folder.path}/`, '') }).toEqual(expected)
  expect(existsSync(folder.file('none'))).toBe(false)
})
