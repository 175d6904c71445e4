import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openFileJournal } from '../../adapters/journal-file/file-journal.ts'
import { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { must } from '../../schemas/assert.ts'
import { SCHEMA_VERSION } from '../../schemas/schema-version.ts'
import { runCli, startCli } from './run-cli.test-support.ts'
import { sessionText, TRADER } from './trading-session.test-support.ts'

let cwd = ''
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'orrery-exchange-'))
  await writeFile(join(cwd, 'trader.ts'), TRADER)
  await writeFile(join(cwd, 'one.yaml'), SESSION)
})
afterAll(() => rm(cwd, { recursive: true }))

test('a session trades at an exchange in a process of its own, which refuses a second one and survives both', async () => {
  const exchange = startCli(['exchange', 'one.yaml', '--listen', '127.0.0.1:0', '--rows-per-s', '50'], {
    cwd,
  })
  const url = must(/tcp:\S+(?=,)/.exec(await exchange.saw(/^exchange at /)), 'it says where it listens')[0]
  const at = ['--set', `live.exchange=${url}`]
  const first = startCli(['paper', 'one.yaml', ...at], { cwd })
  await first.saw(/filled/)
  const second = runCli(['paper', 'one.yaml', ...at, '--set', 'session=two', '--json'], { cwd })
  expect({ exit_code: second.exit_code, ...json(second).error }).toMatchObject({
    exit_code: 5,
    code: 'exchange.account_in_use',
    what: 'The account main is in use by the session one.',
  })
  expect(json(runCli(['stop', 'one', '--json'], { cwd }))).toEqual({
    was_running: true,
    open_orders: 0,
    held_orders: 0,
  })
  expect(await first.exit()).toBe(0)
  expect(json(runCli(['verify', 'one', '--json'], { cwd }))).toMatchObject({ is_equal: true })
  exchange.kill('SIGINT')
  expect(await exchange.exit()).toBe(0)

  const audit = json(runCli(['exchange', 'one.yaml', '--audit', '--json'], { cwd }))
  expect(audit).toMatchObject({ epochs: 1, is_consistent: true, duplicates_received: 0, open_orders: [] })
  expect(audit.fills.length).toBeGreaterThan(0)
  expect(runCli(['exchange', 'one.yaml', '--audit'], { cwd }).stdout).toContain('0 duplicates')

  // Nobody listens there now: the session says so, and ends when it is told to.
  const alone = startCli(['paper', 'one.yaml', ...at], { cwd })
  await alone.saw(/No connection to gen: ECONNREFUSED/)
  alone.kill('SIGINT')
  expect(await alone.exit()).toBe(0)
})

test('a ledger of another schema is refused with what to do, put aside as it was, and then there is a new one', async () => {
  const ledger = join(cwd, 'runs', 'old-ledger')
  const journal = await openFileJournal({ directory: ledger })
  const header = new CanonicalWriter(64)
  header.value({ schema_version: SCHEMA_VERSION - 1, config: {} })
  await journal.openEpoch({ epoch: 1, header: header.view(), base: new Uint8Array(0) })
  const retire = ['exchange', 'one.yaml', '--retire', '--ledger', ledger, '--json']
  const held = runCli(retire, { cwd })
  expect({ exit_code: held.exit_code, code: json(held).error.code }).toEqual({
    exit_code: 5,
    code: 'journal.locked',
  })
  await journal.close()
  const at = ['exchange', 'one.yaml', '--ledger', ledger, '--listen', '127.0.0.1:0']
  const { error } = json(runCli([...at, '--json'], { cwd }))
  expect(error).toMatchObject({ code: 'exchange.other_schema', exit_code: 2, where: ledger })
  expect(error.remedy).toContain('--retire')
  expect(json(runCli(retire, { cwd }))).toEqual({ ledger, retired: `${ledger}.retired-1` })
  expect(existsSync(join(`${ledger}.retired-1`, 'epoch-000001'))).toBe(true)
  expect(json(runCli(retire, { cwd })).error.code).toBe('exchange.no_ledger')
  const exchange = startCli(at, { cwd })
  await exchange.saw(/^exchange at /)
  const stop = ['stop', ledger, '--json']
  expect(json(runCli(stop, { cwd })).error).toMatchObject({
    code: 'stop.exchange',
    what: expect.stringMatching(/ledger of an exchange.* runs as process \d+/),
    where: ledger,
  })
  exchange.kill('SIGINT')
  expect(await exchange.exit()).toBe(0)
  expect(json(runCli(stop, { cwd })).error).toMatchObject({
    code: 'stop.exchange',
    what: expect.stringContaining('does not run'),
  })
  expect(json(runCli(['stop', 'runs/one/journal', '--json'], { cwd })).error.code).toBe('session.not_found')
  expect(json(runCli(retire, { cwd }))).toEqual({ ledger, retired: `${ledger}.retired-2` })
})

test.each<[string, string[], string]>([
  [
    'an address of another machine',
    ['exchange', 'one.yaml', '--listen', '0.0.0.0:4760'],
    'exchange.bad_address',
  ],
  ['a rate that is none', ['exchange', 'one.yaml', '--rows-per-s', 'many'], 'exchange.bad_rate'],
  [
    'another speed than the wall’s',
    ['exchange', 'one.yaml', '--set', 'live.speed=2'],
    'exchange.other_speed',
  ],
  ['an audit of nothing', ['exchange', 'one.yaml', '--audit', '--ledger', 'none'], 'exchange.no_ledger'],
  [
    'a feed of the exchange without one',
    ['paper', 'one.yaml', '--set', 'session=three'],
    'config.no_exchange',
  ],
  [
    'a market that is not the exchange’s',
    [
      'paper',
      'one.yaml',
      ...['--set', 'session=four', '--set', 'live.exchange=tcp://127.0.0.1:1'],
      ...['--set', 'live.feeds=[{venue: gen, kind: generator}]'],
    ],
    'config.not_the_exchanges_market',
  ],
])('%s is refused with its code', (_, args, code) => {
  const run = runCli([...args, '--json'], { cwd })
  expect({ exit_code: run.exit_code, code: json(run).error.code }).toEqual({ exit_code: 2, code })
})

function json({ stdout }: { readonly stdout: string }) {
  return JSON.parse(stdout)
}

const SESSION = sessionText('one', `  feeds: [{ venue: gen, kind: exchange }]`)
