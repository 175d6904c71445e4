import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createUser } from '@nats-io/nkeys'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openFileJournal } from '../../adapters/journal-file/file-journal.ts'
import { must } from '../../schemas/assert.ts'
import { builtInInstruments } from '../../schemas/instrument-table.ts'
import { runCli, startCli } from './run-cli.test-support.ts'
import { sessionText, TRADER } from './trading-session.test-support.ts'

const EURUSD = must(
  builtInInstruments().find(({ instrument_id }) => instrument_id === 'EURUSD.gen'),
  'it is built in',
)

let cwd = ''
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'orrery-paper-'))
  await writeFile(join(cwd, 'trader.ts'), TRADER)
  await writeFile(join(cwd, 'one.yaml'), SESSION)
})
afterAll(() => rm(cwd, { recursive: true }))

test('a promise that a strategy left behind is told with its line when it fails, and the session goes on', async () => {
  const floating = TRADER.replace('ctx.state.quotes++', "void Promise.reject(new Error('lost'))")
  await writeFile(join(cwd, 'floating.ts'), floating)
  await writeFile(
    join(cwd, 'floating.yaml'),
    SESSION.replaceAll('trader.ts', 'floating.ts').replace('session: one', 'session: flo'),
  )
  const { exit_code, stdout } = runCli(
    ['paper', 'floating.yaml', '--for', '2', '--set', 'journal.directory=./floating'],
    { cwd },
  )
  expect(exit_code).toBe(0)
  expect(stdout.match(/FAULT.*/g)).toEqual([
    expect.stringMatching(/^FAULT a promise .* failed: lost \(.*floating\.ts:\d+\) \[stray_error\]$/),
  ])
})

test('a paper session trades, is looked at and stopped from outside, goes on where it was, and verifies', async () => {
  const first = startCli(['paper', 'one.yaml'], { cwd })
  await first.saw(/filled/)
  const { sessions } = json(runCli(['status', 'one', '--json'], { cwd }))
  expect(sessions).toMatchObject([
    {
      session: 'one',
      mode: 'paper',
      epoch: 1,
      is_trading_enabled: true,
      accounts: [{ reconciliation: 'matched' }],
    },
  ])
  const torn = join(cwd, 'runs', 'torn')
  await mkdir(join(torn, 'journal'), { recursive: true })
  await writeFile(join(torn, 'control.json'), '')
  expect(runCli(['status'], { cwd }).stdout).toMatch(
    /books matched.*\ntorn has no status to show \(session\.control_unreadable\)\n/s,
  )
  expect(json(runCli(['status', 'torn', '--json'], { cwd }))).toMatchObject({
    error: { code: 'session.control_unreadable', exit_code: 5, where: join(torn, 'control.json') },
  })
  await rm(torn, { recursive: true })
  const [listed] = json(runCli(['sessions', '--json'], { cwd })).sessions
  expect(listed).toMatchObject({ session: 'one', is_running: true, epochs: 1 })
  const later = json(runCli(['status', 'one', '--json'], { cwd })).sessions
  expect([ordersOf(sessions) <= listed.orders, listed.orders <= ordersOf(later)]).toEqual([true, true])
  expect(runCli(['paper', 'one.yaml'], { cwd })).toMatchObject({ exit_code: 5 })
  expect(json(runCli(['stop', 'one', '--json'], { cwd }))).toEqual({
    was_running: true,
    open_orders: 0,
    held_orders: 0,
  })
  expect(await first.exit()).toBe(0)
  expect(json(runCli(['stop', 'one', '--json'], { cwd }))).toEqual({ was_running: false })

  const again = json(runCli(['paper', 'one.yaml', '--for', '1', '--json'], { cwd }))
  expect(again).toMatchObject({ epoch: 2, base_from: 'rerun' })
  const verified = json(runCli(['verify', 'one', '--json'], { cwd }))
  expect(verified).toMatchObject({
    is_equal: true,
    epochs: [
      { epoch: 1, base: 'first' },
      { epoch: 2, base: 'equal to the re-run before' },
    ],
  })
})

/** Of the run that a changed parameter started, when it had ended. */
let changed: ReturnType<typeof json>

test('a changed parameter of a strategy goes through the start: its ledger is taken up, and verifies', () => {
  changed = json(
    runCli(['paper', 'one.yaml', '--for', '1', '--json', '--set', 'strategies.t.params.every=7'], { cwd }),
  )
  expect(changed).toMatchObject({ epoch: 3, base_from: 'fold', accounts: [{ reconciliation: 'matched' }] })
  expect(json(runCli(['verify', 'one', '--json'], { cwd }))).toMatchObject({
    is_equal: true,
    epochs: [{}, {}, { epoch: 3, base: 'equal to the fold before' }],
  })
})

test('verify names a changed line that alters behaviour, and tells a changed comment apart', async () => {
  await writeFile(join(cwd, 'trader.ts'), `// another comment\n${TRADER}`)
  const comment = runCli(['verify', 'one', '--current'], { cwd })
  expect({ exit_code: comment.exit_code, text: comment.stdout }).toMatchObject({
    exit_code: 0,
    text: expect.stringContaining('The source of t on disk is another one, and the outputs are equal.'),
  })
  await writeFile(join(cwd, 'trader.ts'), TRADER.replace("'buy' : 'sell'", "'sell' : 'buy'"))
  const line = runCli(['verify', 'one', '--current'], { cwd })
  expect({ exit_code: line.exit_code, text: line.stdout }).toMatchObject({
    exit_code: 4,
    text: expect.stringMatching(/first difference is in epoch 1, record \d+.*"side":"buy".*"side":"sell"/s),
  })
})

test('a session is listed, shown again up to its first fill, and held against itself', () => {
  const [account] = changed.accounts
  expect(account.orders).toBeGreaterThan(2)
  expect(json(runCli(['sessions', '--json'], { cwd })).sessions).toMatchObject([
    { session: 'one', is_running: false, epochs: 3, orders: account.orders },
  ])
  const replayed = json(runCli(['replay', 'one', '--break', 'on:fill', '--json'], { cwd }))
  expect(replayed).toMatchObject({ stopped: 'at the break', states: { 'reconciliation/main': 'matched' } })
  expect(replayed.lines.at(-1)).toContain('filled')
  expect(replayed.lines.at(-1)).toContain(replayed.broke_on)
  const before = Temporal.Instant.from(replayed.time).subtract({ microseconds: 1 })
  const earlier = json(runCli(['replay', 'one', '--until', `${before}`, '--json'], { cwd }))
  expect(earlier).toMatchObject({ stopped: 'at the time', broke_on: '' })
  expect(earlier.time < replayed.time).toBe(true)
  expect(earlier.lines.filter((line: string) => line.includes('filled'))).toEqual([])
  const all = json(runCli(['replay', 'one', '--json'], { cwd }))
  expect(all.stopped).toBe('at the end')
  expect(all.lines.length).toBeGreaterThan(replayed.lines.length)
  expect(runCli(['replay', 'one', '--until', '2020-01-01'], { cwd }).stdout).toContain(
    '── stopped at the time, before its first input\n',
  )
  expect(runCli(['replay', 'one', '--break', 'one-9-t-9'], { cwd }).stdout).toMatch(
    /\n── stopped at the end, \S+, and never met one-9-t-9\n/,
  )
  expect(json(runCli(['diff', 'one', 'one', '--json'], { cwd }))).toMatchObject({
    is_equal: true,
    differing: 0,
  })
})

test('a session that holds its journal and answers nobody yet is listed as running, and keeps no other off the list', async () => {
  const journal = await openFileJournal({ directory: join(cwd, 'runs', 'one', 'journal') })
  try {
    expect(json(runCli(['sessions', '--json'], { cwd })).sessions).toMatchObject([
      { session: 'one', is_running: true, epochs: 3 },
    ])
  } finally {
    await journal.close()
  }
})

test('a session whose journal a command reads is no running one', async () => {
  const journal = await openFileJournal({
    directory: join(cwd, 'runs', 'one', 'journal'),
    command: 'orrery diff',
  })
  try {
    expect(json(runCli(['sessions', '--json'], { cwd })).sessions).toMatchObject([
      { session: 'one', is_running: false, epochs: 3 },
    ])
    const { error } = json(runCli(['stop', 'one', '--json'], { cwd }))
    expect(error).toMatchObject({
      code: 'session.held_by_command',
      what: expect.stringContaining('orrery diff'),
    })
  } finally {
    await journal.close()
  }
})

test('a session that waits for its bus says so, and is stopped there', async () => {
  const credentials = join(cwd, 'nats', 'credentials')
  await mkdir(credentials, { recursive: true })
  await writeFile(join(credentials, 'trading.nk'), createUser().getSeed(), { mode: 0o600 })
  const waiting = startCli(['paper', 'one.yaml', '--set', 'session=waits', '--set', NO_BUS], { cwd })
  await waiting.saw(/bus\.awaited/)
  expect(json(runCli(['status', '--json'], { cwd }))).toMatchObject({
    sessions: [],
    unanswered: [{ folder: 'waits', code: 'session.starting' }],
  })
  expect(runCli(['stop', 'waits'], { cwd })).toEqual({
    exit_code: 0,
    stdout: 'waits was waiting to start, and has ended; its orders are as they were.\n',
    stderr: '',
  })
  expect(await waiting.exit()).toBe(0)
  expect(json(runCli(['stop', 'waits', '--json'], { cwd }))).toEqual({ was_running: false })
})

test('a session whose journal is damaged is named with its code, and keeps no other off the list', async () => {
  const damaged = join(cwd, 'runs', 'damaged')
  await cp(join(cwd, 'runs', 'one'), damaged, { recursive: true })
  const segment = join(damaged, 'journal', 'epoch-000001', 'segment-000001.journal')
  const bytes = await readFile(segment)
  bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1)
  await writeFile(segment, bytes)
  expect(json(runCli(['sessions', '--json'], { cwd }))).toMatchObject({
    sessions: [{ session: 'one', epochs: 3 }],
    unreadable: [{ folder: 'damaged', code: 'journal.corrupt', where: expect.stringContaining(segment) }],
  })
  expect(runCli(['sessions'], { cwd }).stdout).toMatch(
    /^one .*\ndamaged {2}cannot be read: The journal is damaged.*journal.corrupt\)\n$/s,
  )
  await rm(damaged, { recursive: true })
})

test('a session goes on when whoever read its output has gone', async () => {
  const unread = startCli(['paper', 'one.yaml', '--set', 'session=unread'], { cwd })
  await unread.saw(/filled/)
  unread.leave()
  const inputsOf = () => json(runCli(['status', 'unread', '--json'], { cwd })).sessions[0].inputs
  const before = inputsOf()
  expect(before).toBeGreaterThan(0)
  while (inputsOf() <= before + 50);
  expect(json(runCli(['stop', 'unread', '--json'], { cwd }))).toMatchObject({ open_orders: 0 })
  expect(await unread.exit()).toBe(0)
})

test('what the engine holds is shown apart from what is open at the venue, and named by who ends the session', async () => {
  await writeFile(join(cwd, 'holder.ts'), HOLDER)
  const held = startCli(['paper', 'one.yaml', ...HOLDING], { cwd })
  await held.saw(/held +sell 1000 stop EURUSD\.gen {2}held-1-t-1/)
  expect(runCli(['status', 'held'], { cwd }).stdout).toContain(
    '0 fills, 0 orders open, 1 held by the engine; flat',
  )
  expect(runCli(['stop', 'held', '--keep'], { cwd }).stdout).toBe(
    'held has ended; no order is open; 1 order is held here, and sleeps until it runs again.\n',
  )
  expect(await held.exit()).toBe(0)

  await writeFile(join(cwd, 'holder.ts'), HOLDER.replace('- 1000', '- 1001'))
  const { exit_code, stdout } = runCli(['verify', 'held', '--current'], { cwd })
  expect({ exit_code, stdout }).toMatchObject({
    exit_code: 4,
    stdout: expect.stringMatching(
      /(recorded|again): .*"change":"held".*"side":"sell".*"trigger_price_units":\d+/,
    ),
  })
})

test.each<[string, string[], number, string]>([
  ['a store for a session', ['verify', 'one', '--store', 'ticks'], 2, 'verify.unfit_option'],
  ['a time to run that is none', ['paper', 'one.yaml', '--for', 'soon'], 2, 'cli.bad_value'],
  ['a stop of two minds', ['stop', 'one', '--keep', '--cancel'], 2, 'stop.keep_and_cancel'],
  ['a speed that is none', ['replay', 'one', '--speed', 'fast'], 2, 'cli.bad_value'],
  ['a session that is not there', ['status', 'nobody'], 2, 'session.not_found'],
  ['a venue without a feed', ['paper', 'one.yaml', '--set', 'live.feeds=[]'], 2, 'config.no_feed'],
  [
    'rows of the bus at another speed',
    [
      'paper',
      'one.yaml',
      ...['--set', 'live.feeds=[{ "venue": "gen", "kind": "bus" }]'],
      ...['--set', 'live.speed=2', '--set', 'session=two'],
    ],
    2,
    'config.bus_in_real_time',
  ],
  [
    'replicated without a bus',
    ['paper', 'one.yaml', '--set', 'durability=replicated', '--set', 'session=two'],
    2,
    'config.no_bus',
  ],
  [
    'a node that the configuration does not have',
    ['paper', 'one.yaml', '--node', 'x'],
    2,
    'config.unknown_node',
  ],
  [
    'an instrument of the session whose prices would be read otherwise',
    ['paper', 'one.yaml', '--set', `instruments=[${JSON.stringify({ ...EURUSD, price_scale: 6 })}]`],
    2,
    'recovery.other_units',
  ],
  ['real money', ['live', 'one.yaml'], 2, 'live.no_broker'],
])('%s is refused with its code', (_, args, exit_code, code) => {
  const { exit_code: was, stdout } = runCli([...args, '--json'], { cwd })
  expect({ exit_code: was, code: JSON.parse(stdout).error.code }).toEqual({ exit_code, code })
})

function json({ stdout }: { readonly stdout: string }) {
  return JSON.parse(stdout)
}

/** As a status of the session tells them. */
function ordersOf([session]: readonly {
  readonly accounts: readonly { readonly orders: number }[]
}[]): number {
  return session?.accounts[0]?.orders ?? 0
}

/** A stop that the venue does not take, far below the market. */
const HOLDER = `
import { defineStrategy, Type } from 'orrery'

export const holder = defineStrategy({
  name: 'holder',
  params: Type.Object({}),
  state: () => ({ asked: false }),
  onQuote(ctx, quote) {
    if (!ctx.is_trading || ctx.state.asked) return
    ctx.state.asked = true
    const trigger_price_units = quote.bid_price_units - 1000
    ctx.submit({ instrument: quote.instrument_id, side: 'sell', quantity_units: 1000, trigger_price_units })
  },
})
`

const HOLDING = [
  'session=held',
  'strategies.t.source=holder.ts#holder',
  'venues.gen.simulation={ takes: market_and_limit }',
].flatMap((value) => ['--set', value])

/** Nobody listens there. */
const NO_BUS = 'bus=nats://127.0.0.1:1'

const SESSION = sessionText('one', `  feeds: [{ venue: gen, kind: generator, rows_per_s: 50 }]`)
