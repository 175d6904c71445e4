// A real nats-server for a test, on a free port of 127.0.0.1 with its JetStream store in a folder of its own. It can be
// killed, frozen and started again on the same port and store, as a machine would do it to us.

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, glob, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import type { NatsConnection } from '@nats-io/transport-node'
import { applyInstallation } from '../../ops/nats/apply-installation.ts'
import { ensureCredentials, seedFile } from '../../ops/nats/credentials.ts'
import { ensureNatsServer } from '../../ops/nats/ensure-server.ts'
import { type ServerSettings, serverConfig } from '../../ops/nats/server-config.ts'
import { assert } from '../../schemas/assert.ts'
import { connectNats } from './connect.ts'
import { type Installation, rolesOf, SERVER_SETTINGS_SUBJECT } from './roles.ts'
import { MAX_PAYLOAD_BYTES } from './streams.ts'

export type TestNatsServerOptions = {
  /** When an acknowledged message is on the disk; a server that lags is refused for real money. */
  readonly sync_interval?: string
  /** The nodes it serves: roles, permissions and streams as `orrery nats up` makes them. Absent: everyone may do all. */
  readonly installation?: Installation
  /** Lines behind the configuration, as in `max_payload: 1024`, which then replace earlier ones. */
  readonly more_config?: string
}

/** One node that hosts all, and a strategy node beside it. */
export const PAPER_INSTALLATION: Installation = {
  env: 'paper',
  trading_node: 'main',
  strategy_nodes: [
    { node: 'alpha', strategies: ['ema'], accounts: ['main'], journal_bytes_max: 64 * 2 ** 20 },
  ],
}

/** Starts one, or fails with what to install. Whoever starts it stops it. */
export async function startNatsServer(options: TestNatsServerOptions = {}): Promise<TestNatsServer> {
  const { path } = await ensureNatsServer()
  const directory = await mkdtemp(join(tmpdir(), 'orrery-nats-'))
  const server = new TestNatsServer(path, directory, options)
  try {
    await server.restart()
    if (options.installation !== undefined) await server.apply(options.installation)
    return server
  } catch (error) {
    await server.stop()
    throw error
  }
}

export class TestNatsServer {
  /** Holds the configuration and, under `store`, what JetStream keeps. */
  readonly directory: string
  readonly #binary: string
  readonly #options: TestNatsServerOptions
  #port = -1
  #process: ChildProcess | undefined

  constructor(binary: string, directory: string, options: TestNatsServerOptions) {
    this.#binary = binary
    this.directory = directory
    this.#options = options
  }

  get port(): number {
    return this.#port
  }

  get url(): string {
    return `nats://127.0.0.1:${this.#port}`
  }

  /** File with the seed of a role of the installation. */
  seedFile(role: string): string {
    return seedFile(join(this.directory, 'credentials'), role)
  }

  /** A connection of a role of the installation; `told` gets what the server has against it. */
  async signIn(role: string, told: string[], url = this.url): Promise<NatsConnection> {
    const note = ({ what }: { readonly what: string }) => void told.push(what)
    const { connection } = await connectNats({
      url,
      role,
      seed_file: this.seedFile(role),
      money: 'live',
      onDoubt: note,
      onViolation: note,
    })
    return connection
  }

  /** Streams and readers of an installation, made by its admin. */
  async apply(installation: Installation): Promise<void> {
    await applyInstallation({ url: this.url, credentials: join(this.directory, 'credentials'), installation })
  }

  get pid(): number {
    assert(this.#process?.pid !== undefined, 'the server runs')
    return this.#process.pid
  }

  /** Starts it on the port and the store it had; resolves when it takes connections. */
  async restart(): Promise<void> {
    assert(this.#process === undefined, 'the server is down')
    const config = join(this.directory, 'nats-server.conf')
    await writeFile(config, await this.#config())
    const child = spawn(this.#binary, ['-c', config], { stdio: ['ignore', 'ignore', 'pipe'] })
    this.#process = child
    process.on('exit', this.#killWithTest)
    process.on('SIGTERM', this.#endWithTest)
    this.#port = await readyPort(child)
  }

  /** As a power cut would, but for the page cache. Resolves when the process is gone. */
  kill9(): Promise<void> {
    return this.#end('SIGKILL')
  }

  /** As an operator does it: all that it took is written first. */
  end(): Promise<void> {
    return this.#end('SIGTERM')
  }

  /** Leaves it as a killed one that had written nothing of what `act` made it take, but for the streams of `written`. */
  async losing(act: () => Promise<void>, written?: string): Promise<void> {
    const [store, kept] = [join(this.directory, 'store'), join(this.directory, 'kept')]
    await this.end()
    await cp(store, kept, { recursive: true })
    await this.restart()
    await act()
    await this.kill9()
    const streams = written === undefined ? [] : await Array.fromAsync(glob(`**/${written}`, { cwd: store }))
    for (const stream of streams) {
      await rm(join(kept, stream), { recursive: true, force: true })
      await cp(join(store, stream), join(kept, stream), { recursive: true })
    }
    await rm(store, { recursive: true })
    await rename(kept, store)
    await this.restart()
  }

  /** SIGSTOP: sockets stay open and nothing answers. Resolves when every thread of it has stopped. */
  async freeze(): Promise<void> {
    await frozen(this.pid)
  }

  /** SIGCONT. */
  thaw(): void {
    process.kill(this.pid, 'SIGCONT')
  }

  /** Ends it and removes its folder. */
  async stop(): Promise<void> {
    if (this.#process !== undefined) await this.#end('SIGKILL')
    await rm(this.directory, { recursive: true, force: true })
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    assert(this.#process !== undefined, 'the server runs')
    const child = this.#process
    this.#process = undefined
    process.off('exit', this.#killWithTest)
    process.off('SIGTERM', this.#endWithTest)
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill(signal)
    await gone
  }

  readonly #killWithTest = (): void => {
    this.#process?.kill('SIGKILL')
  }

  /** A runner ends a worker that failed or hangs with this signal, which runs no `exit` listener. */
  readonly #endWithTest = (): void => {
    process.exit(128 + constants.signals.SIGTERM)
  }

  async #config(): Promise<string> {
    const { installation, sync_interval = 'always', more_config = '' } = this.#options
    const settings = {
      host: '127.0.0.1',
      port: Math.max(this.#port, 0),
      store_directory: join(this.directory, 'store'),
      sync_interval,
    }
    if (installation === undefined) return `${openConfig(settings)}${more_config}\n`
    const names = rolesOf(installation).map(({ name }) => name)
    const keys = await ensureCredentials(join(this.directory, 'credentials'), names)
    return `${serverConfig(settings, installation, keys)}${more_config}\n`
  }
}

/** Whoever connects may do everything, and ask how the server is set. */
function openConfig({ host, port, store_directory, sync_interval }: ServerSettings): string {
  const settings = JSON.stringify(SERVER_SETTINGS_SUBJECT)
  return [
    `host: ${host}`,
    `port: ${port === 0 ? -1 : port}`,
    `max_payload: ${MAX_PAYLOAD_BYTES}`,
    `jetstream { store_dir: ${JSON.stringify(store_directory)}, sync_interval: ${sync_interval} }`,
    'system_account: SYS',
    'no_auth_user: anyone',
    'accounts {',
    `  SYS { exports: [ { service: ${settings} } ] }`,
    '  OPEN {',
    '    jetstream: enabled',
    '    users: [ { user: anyone, password: anyone } ]',
    `    imports: [ { service: { account: SYS, subject: ${settings} } } ]`,
    '  }',
    '}',
    '',
  ].join('\n')
}

/** Reads its log until it takes connections, and goes on reading, so that it never waits for us. */
async function readyPort(child: ChildProcess): Promise<number> {
  assert(child.stderr !== null, 'its log is read')
  const lines = createInterface({ input: child.stderr })
  const seen: string[] = []
  let port = -1
  const ready = new Promise<boolean>((resolve) => {
    lines.on('line', (line) => {
      if (port >= 0) return
      seen.push(line)
      const match = /Listening for client connections on \S+:(\d+)$/.exec(line)
      if (match !== null) port = Number(match[1])
      if (match !== null) resolve(true)
    })
    lines.on('close', () => resolve(false))
  })
  assert(await ready, `nats-server did not start:\n${seen.join('\n')}`)
  return port
}

/** Stops a process, and resolves when every thread of it has stopped. */
export async function frozen(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP')
  const state = async () => (await promisify(execFile)('ps', ['-o', 'stat=', '-p', String(pid)])).stdout
  while (!(await state()).startsWith('T'));
}
