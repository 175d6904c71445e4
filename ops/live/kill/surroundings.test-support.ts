// What a session apart stands among: the exchange and a nats-server in processes of their own, killed with -9 while the
// session lives and started again at once, on the same address and the same disk.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { RandomStream } from '../../../engine/random-stream.ts'
import { must } from '../../../schemas/assert.ts'
import type { BenchBus } from '../../bench/bench-server.ts'
import { BIN } from '../../cli/run-cli.test-support.ts'
import { ensureNatsServer } from '../../nats/ensure-server.ts'
import { DEFAULT_INSTALLATION, folderPaths, type InstallationFile } from '../../nats/installation-folder.ts'
import { stopServer } from '../../nats/server-process.ts'
import { bringUp } from '../../nats/up.ts'
import { sessionText } from './killed-config.test-support.ts'

/** When one of them dies in a life of the session, at the latest. */
const DEATH_MS = 1_500
const ROWS_PER_S = 100

export class Surroundings {
  readonly bus: BenchBus
  readonly exchange: string
  killed = 0
  readonly #folder: string
  readonly #installation: InstallationFile
  #natsPid: number
  #exchange: ChildProcess
  #isStopped = false

  static async start(folder: string): Promise<Surroundings> {
    const paths = folderPaths(join(folder, 'nats'))
    const server = await bringUp(paths, { ...DEFAULT_INSTALLATION, port: 0 }, () => ensureNatsServer())
    const bus = { url: server.url, credentials: server.credentials }
    // The exchange needs only what its venues and accounts are, which does not change with its address.
    const file = join(folder, 'exchange.yaml')
    writeFileSync(file, sessionText({ bus, exchange: 'tcp://127.0.0.1:1' }))
    const { child, url } = await startExchange(folder, '127.0.0.1:0', ROWS_PER_S)
    const port = Number(new URL(server.url).port)
    return new Surroundings(folder, { ...DEFAULT_INSTALLATION, port }, bus, server.pid, child, url)
  }

  private constructor(
    folder: string,
    installation: InstallationFile,
    bus: BenchBus,
    natsPid: number,
    exchange: ChildProcess,
    url: string,
  ) {
    this.#folder = folder
    this.#installation = installation
    this.bus = bus
    this.#natsPid = natsPid
    this.#exchange = exchange
    this.exchange = url
  }

  /** Kills one of them at a random moment of the session's life, and starts it again. */
  async killLater(random: RandomStream): Promise<void> {
    const isExchange = random.nextInt(2) === 0
    await new Promise((resolve) => setTimeout(resolve, random.nextInt(DEATH_MS)))
    this.killed++
    if (isExchange) await this.#restartExchange()
    else await this.#restartServer()
  }

  async stop(): Promise<void> {
    if (this.#isStopped) return
    this.#isStopped = true
    const exit = once(this.#exchange, 'exit')
    this.#exchange.kill('SIGTERM')
    await exit
    await stopServer(this.#natsPid, folderPaths(join(this.#folder, 'nats')))
  }

  async #restartExchange(): Promise<void> {
    const exit = once(this.#exchange, 'exit')
    this.#exchange.kill('SIGKILL')
    await exit
    const { child } = await startExchange(this.#folder, this.exchange.slice('tcp://'.length), ROWS_PER_S)
    this.#exchange = child
  }

  async #restartServer(): Promise<void> {
    process.kill(this.#natsPid, 'SIGKILL')
    const paths = folderPaths(join(this.#folder, 'nats'))
    const { pid } = await bringUp(paths, this.#installation, () => ensureNatsServer())
    this.#natsPid = pid
  }
}

/** By its configuration in the folder, which is not read for anything but venues and accounts. */
export async function startExchange(
  folder: string,
  listen: string,
  rows_per_s: number,
): Promise<{ child: ChildProcess; url: string }> {
  const args = [
    'exchange',
    join(folder, 'exchange.yaml'),
    '--listen',
    listen,
    '--rows-per-s',
    String(rows_per_s),
  ]
  const ledger = ['--ledger', join(folder, 'runs/exchange-kill')]
  const child = spawn(BIN, [...args, ...ledger], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(createInterface(must(child.stdout, 'its output is read')), 'line')) as [string]
  const [url] = must(/tcp:\S+(?=,)/.exec(line), 'it says where it listens')
  return { child, url }
}
