import { chmod, cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli, startCli } from '../cli/run-cli.test-support.ts'
import { sessionText, TRADER } from '../cli/trading-session.test-support.ts'

/** To root every file is writable: then the commands are given as nobody. */
const uid = process.getuid?.() === 0 ? 65534 : undefined

let cwd = ''
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'orrery-read-only-'))
  await chmod(cwd, 0o755)
  await writeFile(join(cwd, 'trader.ts'), TRADER)
  await writeFile(join(cwd, 'kept.yaml'), SESSION)
  json('paper', 'kept.yaml', '--for', '1.2')
})
afterAll(() => rm(cwd, { recursive: true }))

test('[J16] a session whose folder may only be read is verified, shown, told of and compared as if it might be written', {
  timeout: 120_000,
}, async () => {
  const asked = [
    ['verify', 'kept'],
    ['replay', 'kept'],
    ['why', 'kept-1-t-1'],
    ['diff', 'kept', 'kept'],
    ['exchange', 'kept.yaml', '--audit', '--ledger', 'runs/kept/exchange'],
  ]
  const before = asked.map((args) => json(...args))
  const folder = join(cwd, 'runs', 'kept')
  await setModes(folder, 0o555, 0o444)
  try {
    const files = await readdir(folder, { recursive: true })
    const words = expect.stringMatching(
      /^The folder of the journal cannot be written: .*\. It was read up to epoch 1, record [\d,]+, the last that is marked as durable\.$/,
    )
    const [verify, replay, why, diff, audit] = before
    expect(asked.map((args) => jsonOf(runCli([...args, '--json'], { cwd, uid })))).toEqual([
      { ...verify, up_to: words },
      replay,
      why,
      { ...diff, up_to: { a: words, b: words } },
      { ...audit, up_to: words },
    ])
    expect(await readdir(folder, { recursive: true })).toEqual(files)
    const { exit_code, error } = refusal(['paper', 'kept.yaml', '--for', '1'], uid)
    expect({ exit_code, error }).toMatchObject({ exit_code: 5, error: { code: 'journal.not_writable' } })
    // Whether it runs cannot be found out, so it is not said that it does not.
    expect(refusal(['stop', 'kept'], uid)).toMatchObject({
      exit_code: 5,
      error: { code: 'session.other_user' },
    })
    await setModes(folder, 0o700, 0o600)
    if (uid === undefined) return
    expect(refusal(['verify', 'kept'], uid)).toMatchObject({
      error: { code: 'session.folder_not_readable', where: folder },
    })
    expect(jsonOf(runCli(['sessions', '--json'], { cwd, uid }))).toMatchObject({
      sessions: [],
      unreadable: [{ folder: 'kept', code: 'session.other_user' }],
    })
    expect(jsonOf(runCli(['status', '--json'], { cwd, uid }))).toMatchObject({
      sessions: [],
      unanswered: [{ folder: 'kept', code: 'session.other_user' }],
    })
  } finally {
    await setModes(folder, 0o755, 0o644)
  }
})

test('[J16] a session that runs is verified and compared up to what is durable, and the commands say up to where', async () => {
  await cp(join(cwd, 'runs', 'kept'), join(cwd, 'runs', 'copy'), { recursive: true })
  const running = startCli(['paper', 'kept.yaml'], { cwd })
  await running.saw(/filled/)
  const words = expect.stringMatching(
    /^The journal is in use by process \d+, started \S+\. It was read up to epoch 2, record [\d,]+, the last that is marked as durable\.$/,
  )
  expect(json('verify', 'kept')).toMatchObject({ is_equal: true, up_to: words, epochs: [{}, { epoch: 2 }] })
  expect(runCli(['verify', 'kept'], { cwd }).stdout).toMatch(
    /\n {2}The journal is in use by .*as durable\.\n/,
  )
  const compared = json('diff', 'copy', 'kept')
  expect(compared).toMatchObject({ is_equal: false, differing: 0, only_a: 0, up_to: { a: '', b: words } })
  expect(compared.only_b).toBeGreaterThan(0)
  expect(json('stop', 'kept')).toMatchObject({ was_running: true })
  expect(await running.exit()).toBe(0)
})

test.each([
  [['why', 'none-1-t-1']],
  [['replay', 'none']],
  [['verify', 'none']],
  [['diff', 'kept', 'none']],
  [['sessions', 'archive', 'none']],
  [['sessions', 'prune', 'none']],
])('a session that never came to its first epoch is told as such by %s', async (args) => {
  const where = join(cwd, 'runs', 'none', 'journal')
  await mkdir(where, { recursive: true })
  expect(refusal(args)).toEqual({
    exit_code: 3,
    error: {
      exit_code: 3,
      code: 'session.no_epoch',
      what: 'Nothing is in the journal yet: no start has got as far as its first epoch.',
      where,
      remedy: 'Start the session again; there is nothing of it to be shown.',
    },
  })
})

async function setModes(folder: string, directories: number, files: number): Promise<void> {
  await chmod(folder, 0o755)
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) await setModes(path, directories, files)
    else await chmod(path, files)
  }
  await chmod(folder, directories)
}

function json(...args: string[]) {
  return jsonOf(runCli([...args, '--json'], { cwd }))
}

function jsonOf({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }) {
  expect(stderr).not.toContain('orrery ')
  return JSON.parse(stdout)
}

function refusal(args: readonly string[], as?: number) {
  const { exit_code, stdout } = runCli([...args, '--json'], { cwd, uid: as })
  return { exit_code, error: JSON.parse(stdout).error }
}

const SESSION = sessionText(
  'kept',
  `  record: false
  feeds: [{ venue: gen, kind: generator, rows_per_s: 50 }]`,
)
