import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli, startCli } from '../cli/run-cli.test-support.ts'
import { sessionText, TRADER } from '../cli/trading-session.test-support.ts'

let cwd = ''
const journal = () => join(cwd, 'runs', 'old', 'journal')
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'orrery-archive-test-'))
  await writeFile(join(cwd, 'trader.ts'), TRADER)
  await writeFile(join(cwd, 'old.yaml'), SESSION)
  for (let start = 1; start <= 3; start++) paper('--for', '1.2')
  paper('--for', '1.2', '--set', 'strategies.t.params.every=3')
})
afterAll(() => rm(cwd, { recursive: true }))

test('[J13] packed epochs verify, are shown again, told of and held against a copy as before, and the session goes on', async () => {
  const order = 'old-1-t-1'
  const before = told(order)
  expect(before.verify).toMatchObject({ is_equal: true })
  const { archived, kept } = json('sessions', 'archive', 'old', '--keep', '2')
  expect({ archived: archived.map(({ epoch }: { epoch: number }) => epoch), kept }).toEqual({
    archived: [1, 2],
    kept: [3, 4],
  })
  expect(await readdir(journal())).toEqual(['archive', 'epoch-000003', 'epoch-000004', 'lock'])
  expect(told(order)).toEqual(before)
  expect(json('diff', 'old', 'old')).toMatchObject({ is_equal: true, pruned: { a: '', b: '' } })
  expect(json('sessions').sessions).toMatchObject([{ session: 'old', epochs: 4 }])
  expect(runCli(['sessions', 'archive', 'old', '--keep', '2'], { cwd }).stdout).toBe(
    'Nothing was left to archive; epochs 3 to 4 stay as they are.\n',
  )
  expect(paper('--for', '1')).toMatchObject({ epoch: 5, base_from: 'fold' })
})

test('[J13] the policy in the configuration packs the older epochs when the session has ended', async () => {
  const { stdout } = runCli(['paper', 'old.yaml', '--for', '1', '--set', 'live.archive.epochs_kept=1'], {
    cwd,
  })
  expect(stdout).toMatch(
    /epoch 5: [\d,]+ bytes in [\d,]+, .*epoch-000005\.archive\nepoch 6 stays as it is\.\n$/,
  )
  expect(await readdir(journal())).toEqual(['archive', 'epoch-000006', 'lock'])
  expect(json('verify', 'old')).toMatchObject({ is_equal: true, pruned: '' })
})

test('[J15] pruning says what would go, wants to be told twice, and leaves what is not old; verify begins behind', async () => {
  expect(json('sessions', 'prune', 'old', '--days', '1')).toEqual({ epochs: [], removed: false })
  const old = json('sessions', 'prune', 'old', '--days', '0')
  expect({ ...old, epochs: old.epochs.map(({ epoch }: { epoch: number }) => epoch) }).toEqual({
    epochs: [1, 2, 3, 4, 5],
    removed: false,
  })
  expect(json('verify', 'old').pruned).toBe('')
  const [whole] = json('sessions').sessions
  expect(runCli(['sessions', 'prune', 'old', '--days', '0', '--yes'], { cwd }).stdout).toMatch(
    /^epoch 1, ended \S+: removed\n(.*\n)*orrery verify old begins behind them from now on\.\n$/,
  )
  expect(whole.orders).toBeGreaterThan(5)
  expect(json('sessions').sessions).toEqual([whole])
  const { stdout, exit_code } = runCli(['verify', 'old'], { cwd })
  expect({ stdout, exit_code }).toEqual({
    stdout: expect.stringMatching(
      /epoch 6 +\d+ records +base taken as given\n(.*\n)*.*The journal begins at epoch 6: epochs 1 to 5 were pruned/,
    ),
    exit_code: 0,
  })
  expect(runCli(['diff', 'old', 'old'], { cwd }).stdout).toContain('epochs 1 to 5 were pruned')
  expect(json('replay', 'old').lines[0]).toContain('epochs 1 to 5 were pruned')
  expect(paper('--for', '1')).toMatchObject({ epoch: 7, base_from: 'rerun' })
})

test('[J10] a session that runs is neither archived nor pruned', async () => {
  const running = startCli(['paper', 'old.yaml'], { cwd })
  await running.saw(/connected/)
  for (const action of ['archive', 'prune'])
    expect(refusal('sessions', action, 'old', '--days', '0')).toEqual({
      exit_code: 5,
      code: 'journal.locked',
    })
  expect(json('stop', 'old').was_running).toBe(true)
  expect(await running.exit()).toBe(0)
  expect(existsSync(join(journal(), 'epoch-000006'))).toBe(true)
})

test.each<[string, string[], string]>([
  ['a session that is not there', ['sessions', 'archive', 'nobody'], 'session.not_found'],
  ['no session', ['sessions', 'prune'], 'cli.missing_argument'],
  ['an action that is none', ['sessions', 'remove', 'old'], 'sessions.unknown_action'],
  ['no epoch to keep', ['sessions', 'archive', 'old', '--keep', '0'], 'cli.bad_value'],
  ['no policy to prune by', ['sessions', 'prune', 'old'], 'sessions.no_policy'],
])('%s is refused with its code', (_, args, code) => {
  expect(refusal(...args)).toEqual({ exit_code: 2, code })
})

/**
 * All that is told of the session, but for its snapshots (how many, and whether `why` began at one): those are caches, which
 * no archive keeps.
 */
function told(order: string) {
  const { snapshots: _, ...verify } = json('verify', 'old')
  const { result, ...replay } = json('replay', 'old')
  const { run_from: __, ...why } = json('why', order)
  return { verify, replay: { ...replay, result: { ...result, snapshots: 0 } }, why }
}

function paper(...args: string[]) {
  return json('paper', 'old.yaml', ...args)
}

function json(...args: string[]) {
  const { stdout, stderr } = runCli([...args, '--json'], { cwd })
  expect(stderr).not.toContain('orrery ')
  return JSON.parse(stdout)
}

function refusal(...args: string[]): { exit_code: number | null; code: string } {
  const { exit_code, stdout } = runCli([...args, '--json'], { cwd })
  return { exit_code, code: JSON.parse(stdout).error.code }
}

const SESSION = sessionText(
  'old',
  `  record: false
  snapshot_inputs: 10
  feeds: [{ venue: gen, kind: generator, rows_per_s: 50 }]`,
)
