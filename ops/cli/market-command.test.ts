import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { must } from '../../schemas/assert.ts'
import { runCli, startCli } from './run-cli.test-support.ts'
import { sessionText, TRADER } from './trading-session.test-support.ts'

let cwd = ''
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'orrery-market-'))
  await writeFile(join(cwd, 'trader.ts'), TRADER)
  await writeFile(join(cwd, 'one.yaml'), sessionText('one', feeds('generator, rows_per_s: 50')))
  await writeFile(join(cwd, 'apart.yaml'), sessionText('apart', feeds('exchange')))
})
afterAll(() => rm(cwd, { recursive: true }))

/** Reports are under way for so long that a session is killed before it hears of an act. */
const SLOW = ['--set', 'venues.gen.latency.report_us=3000000', '--set', 'strategies.t.params.every=25']

test('[V14] a trade taken back by an operator is booked once by session, journal and ledger, though the session is killed before it hears of it', async () => {
  const first = startCli(['paper', 'one.yaml', ...SLOW], { cwd })
  const lines: string[] = []
  first.onLine((line) => lines.push(line))
  await first.saw(/filled/)
  const answer = {
    act: 'trade_cancel',
    execution_id: 'gen-1',
    client_order_id: 'one-1-t-1',
    instrument_id: 'EURUSD.gen',
    quantity: '0',
  }
  const bust = ['market', 'bust', 'one', 'gen-1', '--reason', 'erroneous', '--json']
  const done = json(runCli(bust, { cwd }))
  first.kill('SIGKILL')
  await first.exit()
  expect(done).toMatchObject({ ...answer, was_done_before: false })
  expect(lines.filter((line) => line.includes('trade busted'))).toEqual([])
  const gone = runCli(bust, { cwd })
  expect({ exit_code: gone.exit_code, code: json(gone).error.code }).toEqual({
    exit_code: 5,
    code: 'market.not_running',
  })

  const second = startCli(['paper', 'one.yaml', ...SLOW], { cwd })
  expect(await second.saw(/trade busted/)).toContain('one-1-t-1 (operator)')
  expect(json(runCli(bust, { cwd }))).toEqual({ ...done, was_done_before: true })
  const correct = ['market', 'correct', 'one']
  expect(json(runCli([...correct, 'gen-1', '--quantity', '1', '--json'], { cwd })).error.code).toBe(
    'exchange.trade_busted',
  )
  expect(json(runCli([...correct, 'nothing', '--price', '1', '--json'], { cwd })).error).toMatchObject({
    code: 'exchange.unknown_trade',
    remedy: expect.stringContaining('orrery why'),
  })
  const { sessions } = json(runCli(['status', 'one', '--json'], { cwd }))
  expect(sessions).toMatchObject([{ accounts: [{ reconciliation: 'matched' }] }])
  expect(json(runCli(['stop', 'one', '--keep', '--json'], { cwd }))).toMatchObject({ was_running: true })
  expect(await second.exit()).toBe(0)

  expect(json(runCli(['verify', 'one', '--json'], { cwd }))).toMatchObject({ is_equal: true })
  const why = runCli(['why', 'one-1-t-1'], { cwd }).stdout
  expect(why).toContain(`execution ${done.taken_by} of gen-1 (operator)`)
  expect(why).toMatch(/trade busted \(operator\): 1000 at \S+ taken back, execution \S+, 0 traded, 0 open/)
  const audit = json(
    runCli(['exchange', 'one.yaml', '--audit', '--ledger', 'runs/one/exchange', '--json'], { cwd }),
  )
  expect(audit).toMatchObject({
    is_consistent: true,
    market_acts: [{ type: 'trade_cancel', execution_id: 'gen-1', reason: 'erroneous' }],
  })
  const ids = audit.fills.map((fill: { execution_id: string }) => fill.execution_id)
  expect({ busted: ids.includes('gen-1'), others: ids.length > 0 }).toEqual({ busted: false, others: true })
})

test('[V15] an instrument that an operator halts is halted for the session, over kill -9, until it is let go', async () => {
  const one = ['--set', 'session=halts']
  const first = startCli(['paper', 'one.yaml', ...one], { cwd })
  await first.saw(/filled/)
  const halt = ['market', 'halt', 'halts', 'EURUSD.gen', '--json']
  const halted = { act: 'halt', instrument_id: 'EURUSD.gen', status: 'halted' }
  expect(json(runCli(halt, { cwd }))).toEqual({ ...halted, was_done_before: false })
  await first.saw(/denied .*EURUSD.gen/)
  first.kill('SIGKILL')
  await first.exit()
  const second = startCli(['paper', 'one.yaml', ...one], { cwd })
  await second.saw(/denied .*EURUSD.gen/)
  expect(json(runCli(halt, { cwd }))).toEqual({ ...halted, was_done_before: true })
  const resumed = runCli(['market', 'resume', 'halts', 'EURUSD.gen'], { cwd })
  expect(resumed.stdout).toMatch(/^EURUSD.gen is let go; its status is (pre_open|trading).\n$/)
  await second.saw(/filled/)
  expect(json(runCli(['stop', 'halts', '--json'], { cwd }))).toMatchObject({ was_running: true })
  expect(await second.exit()).toBe(0)
  expect(json(runCli(['verify', 'halts', '--json'], { cwd }))).toMatchObject({ is_equal: true })
})

test('[V14] an exchange in a process of its own is asked by the folder of its ledger, and the session hears of it', async () => {
  const exchange = startCli(['exchange', 'apart.yaml', '--listen', '127.0.0.1:0', '--rows-per-s', '50'], {
    cwd,
  })
  const url = must(/tcp:\S+(?=,)/.exec(await exchange.saw(/^exchange at /)), 'it says where it listens')[0]
  const session = startCli(['paper', 'apart.yaml', '--set', `live.exchange=${url}`], { cwd })
  await session.saw(/filled/)
  const correct = ['gen-1', '--price', '1.5', '--quantity', '400']
  expect(json(runCli(['market', 'correct', 'apart', ...correct, '--json'], { cwd })).error.code).toBe(
    'market.elsewhere',
  )
  const asked = runCli(['market', 'correct', 'exchange-ledger', ...correct], { cwd })
  expect(asked.stdout).toMatch(
    /^gen-1 of apart-1-t-1 in EURUSD.gen is corrected to 400 at 1.50000 by gen-\d+.\n$/,
  )
  await session.saw(/trade corrected +buy +400 at 1.50000, instead of 1000 at \S+ .*apart-1-t-1 \(operator\)/)
  expect(json(runCli(['stop', 'apart', '--json'], { cwd }))).toMatchObject({ was_running: true })
  expect(await session.exit()).toBe(0)
  exchange.kill('SIGINT')
  expect(await exchange.exit()).toBe(0)
  expect(json(runCli(['verify', 'apart', '--json'], { cwd }))).toMatchObject({ is_equal: true })
})

test.each<[string, string[], string]>([
  ['an action that is none', ['market', 'undo', 'one', 'gen-1'], 'market.unknown_action'],
  ['a bust with a price', ['market', 'bust', 'one', 'gen-1', '--price', '1'], 'market.unfit_values'],
  ['a correction of nothing', ['market', 'correct', 'one', 'gen-1'], 'market.unfit_values'],
  ['a halt with a price', ['market', 'halt', 'one', 'EURUSD.gen', '--price', '1'], 'market.unfit_values'],
  ['a session that is not there', ['market', 'bust', 'nobody', 'gen-1'], 'session.not_found'],
])('%s is refused with its code', (_, args, code) => {
  const run = runCli([...args, '--json'], { cwd })
  expect({ exit_code: run.exit_code, code: json(run).error.code }).toEqual({ exit_code: 2, code })
})

function feeds(kind: string): string {
  return `  feeds: [{ venue: gen, kind: ${kind} }]`
}

function json({ stdout }: { readonly stdout: string }) {
  return JSON.parse(stdout)
}
