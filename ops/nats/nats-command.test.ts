// `orrery nats`: a server that outlives the command, and is ended by the test.

import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { connectNats } from '../../adapters/nats/connect.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { command } from '../cli/commands/nats.ts'
import { parseCall } from '../cli/parse-call.ts'
import type { Progress } from '../cli/progress.ts'
import { runCli } from '../cli/run-cli.test-support.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orrery-up-'))
})
afterEach(async () => {
  await nats('down')
  await rm(folder, { recursive: true, force: true })
})

const SILENT: Progress = { start: () => undefined, update: () => undefined, stop: () => undefined }

type Said = { readonly exit_code: number; readonly text: string; readonly json: Json }
// biome-ignore lint/suspicious/noExplicitAny: tests compare whole values, and this one names what it reads.
type Json = any

/** The command, within this process. */
async function nats(...args: string[]): Promise<Said> {
  const call = parseCall(command, [...args, '--dir', join(folder, 'nats')])
  try {
    const { exit_code = 0, text, json } = await command.run({ ...call, progress: SILENT })
    return { exit_code, text, json: JSON.parse(JSON.stringify(json)) }
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error
    return { exit_code: error.exitCode, text: error.message, json: { code: error.code } }
  }
}

async function asRole(url: string, role: string) {
  const { connection } = await connectNats({
    url,
    role,
    seed_file: join(folder, 'nats/credentials', `${role}.nk`),
    money: 'live',
    onDoubt: () => undefined,
    onViolation: () => undefined,
  })
  return connection
}

const INSTALLATION = () => join(folder, 'nats/installation.json')

/** A server that runs, with its nodes as they were once written down. */
async function upWithOldFile(): Promise<{ port: number; url: string }> {
  const { url } = (await nats('up', '--port', '0')).json
  const installation = JSON.parse(await readFile(INSTALLATION(), 'utf8'))
  const strategy_nodes = [
    { node: 'alpha', strategies: ['ema', 'breakout'] },
    { node: 'beta', strategies: ['late'] },
  ]
  await writeFile(INSTALLATION(), JSON.stringify({ ...installation, strategy_nodes }))
  return { port: installation.port, url }
}

test('[N11] up starts a server fit for real money, and again finds it running with nothing to do', async () => {
  const first = JSON.parse(runCli(['nats', 'up', '--port', '0', '--json'], { cwd: folder }).stdout)
  const { url, pid } = first
  expect(first).toMatchObject({ started: true, server: { sync: 'always', doubts: [] } })
  expect(await nats('up')).toMatchObject({ exit_code: 0, json: { started: false, url, pid, changes: [] } })
  await (await asRole(url, 'trading')).close()
  expect((await nats('check')).exit_code).toBe(0)
  expect([(await nats('down')).json, (await nats('down')).json]).toEqual([{ pid }, { pid: null }])
  expect(await nats('check')).toMatchObject({ exit_code: 5, json: { code: 'nats.unreachable' } })
})

test('[N5] seeds are for their owner only, and none is in the server’s configuration', async () => {
  await nats('up', '--port', '0')
  const credentials = join(folder, 'nats/credentials')
  const names = (await readdir(credentials)).sort()
  expect(names).toEqual(['admin.nk', 'console.nk', 'feed.nk', 'recorder.nk', 'standby.nk', 'trading.nk'])
  const config = await readFile(join(folder, 'nats/nats-server.conf'), 'utf8')
  for (const name of names) {
    const path = join(credentials, name)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(config).not.toContain((await readFile(path, 'utf8')).trim())
  }
  await chmod(join(credentials, 'feed.nk'), 0o644)
  await nats('up')
  expect((await stat(join(credentials, 'feed.nk'))).mode & 0o777).toBe(0o600)
})

test('[N11] a strategy node is added while a trading node is connected; another address is refused', async () => {
  const { url, pid } = (await nats('up', '--port', '0')).json
  const trading = await asRole(url, 'trading')
  const connected_as = trading.info?.client_id
  const added = await nats('up', '--strategy', 'alpha=ema,breakout@main')
  expect(added).toMatchObject({ exit_code: 0, json: { started: false, pid, url } })
  const strategy = await asRole(url, 'strategy-alpha')
  const ack = await jetstream(strategy).publish('paper.apart.alpha.intent.main.breakout', 'buy')
  await strategy.close()
  expect(ack.stream).toBe('PAPER_INTENT_alpha')
  await trading.flush()
  expect(trading.info?.client_id).toBe(connected_as)
  await trading.close()
  await nats('up', '--journal-mib', '64')
  const { strategy_nodes } = JSON.parse(await readFile(join(folder, 'nats/installation.json'), 'utf8'))
  expect(strategy_nodes).toEqual([
    { node: 'alpha', strategies: ['ema', 'breakout'], accounts: ['main'], journal_bytes_max: 64 * 2 ** 20 },
  ])
  const copied = await nats('up', '--replicas', '3')
  expect(copied).toMatchObject({ exit_code: 2, json: { code: 'nats.replicas_without_cluster' } })
  expect(await nats('check', '--replicas', '3')).toMatchObject({
    exit_code: 4,
    text: expect.stringContaining('stream PAPER_ORDER: num_replicas is 1, should be 3\n'),
  })
  expect((await nats('plan', '--replicas', '3')).text).toContain(
    'stream PAPER_MD: num_replicas is 1, should be 3: only a new stream can have it: end the sessions',
  )
  const moved = await nats('up', '--host', '127.0.0.2')
  expect(moved).toMatchObject({ exit_code: 2, json: { code: 'nats.server_elsewhere' } })
  expect((await nats('check')).exit_code).toBe(0)
})

test('[N11] a folder of before nodes had accounts says what to add, and takes it', async () => {
  const { port, url } = await upWithOldFile()
  const asked = await nats('plan')
  expect(asked).toMatchObject({ exit_code: 2, json: { code: 'nats.installation_without_accounts' } })
  expect(await nats('up')).toEqual(asked)
  expect(asked.text).toContain(
    'orrery nats up --strategy alpha=ema,breakout@ACCOUNT --strategy beta=late@ACCOUNT. Keys and streams stay.',
  )
  const args = ['--strategy', 'alpha=ema,breakout@main', '--strategy', 'beta=late@second']
  expect(await nats('up', ...args)).toMatchObject({ exit_code: 0, json: { started: false, url } })
  const { strategy_nodes, ...others } = JSON.parse(await readFile(INSTALLATION(), 'utf8'))
  expect(others).toMatchObject({ env: 'paper', port })
  expect(strategy_nodes).toMatchObject([
    { node: 'alpha', strategies: ['ema', 'breakout'], accounts: ['main'] },
    { node: 'beta', strategies: ['late'], accounts: ['second'] },
  ])
  expect((await nats('check')).exit_code).toBe(0)
})

test('[N10] check ends with 4 while a stream differs, plan names it, apply puts it right', async () => {
  const { url } = (await nats('up', '--port', '0')).json
  const connection = await asRole(url, 'admin')
  await (await jetstreamManager(connection)).streams.update('PAPER_SIG', { max_age: 600_000_000_000 })
  await connection.close()
  expect((await nats('check')).exit_code).toBe(4)
  expect((await nats('plan')).text).toBe(
    'stream PAPER_SIG: max_age is 600000000000, should be 604800000000000\n',
  )
  expect((await nats('apply')).text).toBe(
    'stream PAPER_SIG: max_age was 600000000000, is now 604800000000000\n',
  )
  expect((await nats('check')).exit_code).toBe(0)
})

test('[N10] what was never set up, and an action there is none of, are sentences', async () => {
  expect(await nats('plan')).toMatchObject({ exit_code: 2, json: { code: 'nats.not_set_up' } })
  expect(await nats('fly')).toMatchObject({ exit_code: 2, json: { code: 'cli.bad_value' } })
  for (const node of ['a b@main', 'alpha=ema', 'alpha=ema@', '@main'])
    expect(await nats('up', '--strategy', node)).toMatchObject({
      exit_code: 2,
      json: { code: 'cli.bad_value' },
    })
  expect(await nats('up', '--env', 'a.b')).toMatchObject({
    exit_code: 2,
    json: { code: 'nats.installation_invalid' },
  })
})
