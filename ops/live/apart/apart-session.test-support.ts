// Nodes of one session in processes of their own, started by the command line, on a real nats-server; and a tape for them
// that is slow: each quote waits until everything the one before caused has been said and heard.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { DiscardPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import { onTestFinished } from 'vitest'
import { connectNats } from '../../../adapters/nats/connect.ts'
import {
  frozen,
  startNatsServer,
  type TestNatsServer,
  type TestNatsServerOptions,
} from '../../../adapters/nats/nats-server.test-support.ts'
import { ADMIN_ROLE, CONSOLE_ROLE, FEED_ROLE, RECORDER_ROLE } from '../../../adapters/nats/roles.ts'
import { must } from '../../../schemas/assert.ts'
import { BIN, runCli } from '../../cli/run-cli.test-support.ts'
import { askSession, STATUS_TIMEOUT_MS } from '../control-socket.ts'
import type { SessionStatus } from '../session-status.ts'
import { APART, apartText, STRATEGIES } from './apart-config.test-support.ts'
import { BusWatch, type Stored } from './bus-watch.test-support.ts'

export const INSTALLATION = {
  env: 'paper',
  trading_node: '*',
  strategy_nodes: [
    { node: 'alpha', strategies: [...APART], accounts: ['main', 'second'], journal_bytes_max: 2 ** 28 },
  ],
}

/** So long nothing more comes: a message is on the bus and heard in a small part of it. */
const QUIET_MS = 60
/** The folder of sessions on a standby's disk. */
export const STANDBY_RUNS = 'standby'
const LOOK_MS = 10

/** A folder of sessions, and the server they talk over. */
export class ApartPlace {
  readonly folder: string
  readonly server: TestNatsServer
  readonly #feed: NatsConnection
  /** While its server is away: resolves when it is back. */
  #away: PromiseWithResolvers<void> | undefined

  /** @param edit changes the text of the configuration. */
  static async make(
    edit: (text: string) => string = (text) => text,
    options: TestNatsServerOptions = {},
  ): Promise<ApartPlace> {
    const server = await startNatsServer({ installation: INSTALLATION, ...options })
    onTestFinished(() => server.stop())
    const folder = await mkdtemp(join(tmpdir(), 'orrery-apart-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const connection = await signedIn(server, FEED_ROLE)
    onTestFinished(() => connection.close())
    const bus = { url: server.url, credentials: join(server.directory, 'credentials') }
    await writeFile(join(folder, 'strategies.ts'), STRATEGIES)
    await writeFile(join(folder, 'apart.yaml'), edit(apartText('apart', bus, true)))
    await writeFile(join(folder, 'one.yaml'), apartText('one', bus, false))
    return new ApartPlace(folder, server, connection)
  }

  private constructor(folder: string, server: TestNatsServer, feed: NatsConnection) {
    this.folder = folder
    this.server = server
    this.#feed = feed
    void this.#watchFeed()
  }

  /** The next quote of a walk that is the same for every session: call it with how many came before. */
  async publish(number: number): Promise<void> {
    const step = [3, -2, 5, -4, 1, -6, 2, 4][number % 8] ?? 0
    const bid = 108_500 + step * (1 + (number % 5)) + number
    const quote = {
      ts_event_us: Date.now() * 1_000,
      bid: decimal(bid),
      ask: decimal(bid + 2),
    }
    // What is flushed while its server is away is refused when it comes back.
    await this.#away?.promise
    this.#feed.publish('paper.md.quote.gen.EURUSD', JSON.stringify(quote))
    await this.#feed.flush()
  }

  async #watchFeed(): Promise<void> {
    for await (const { type } of this.#feed.status()) {
      if (type === 'disconnect') this.#away ??= Promise.withResolvers()
      if (type !== 'reconnect') continue
      this.#away?.resolve()
      this.#away = undefined
    }
  }

  /** From now on: what a session's nodes say. */
  async watch(session: string): Promise<BusWatch> {
    const connection = await signedIn(this.server, CONSOLE_ROLE)
    onTestFinished(() => connection.close())
    return await BusWatch.start(connection, session, APART)
  }

  /** What another program says with the key of a role. */
  async speaksAs(role: string): Promise<(subject: string, text: string) => Promise<void>> {
    const connection = await signedIn(this.server, role)
    onTestFinished(() => connection.close())
    return async (subject, text) => {
      await jetstream(connection).publish(subject, text)
    }
  }

  /** Everything the bus holds of a family that a session said, as anybody reads it. */
  async stored(family: 'INTENT' | 'STATE' | 'SIG' | 'ORDER' | 'RISK', session: string): Promise<Stored[]> {
    const connection = await signedIn(this.server, CONSOLE_ROLE)
    const isApart = ['INTENT', 'STATE', 'SIG'].includes(family)
    const stored: Stored[] = []
    for (const stream of [`PAPER_${family}`, ...(isApart ? [`PAPER_${family}_alpha`] : [])]) {
      const reader = await jetstream(connection).consumers.get(stream)
      const { num_pending } = await reader.info()
      if (num_pending === 0) continue
      for await (const message of await reader.fetch({ max_messages: num_pending, expires: 5_000 }))
        stored.push({ subject: message.subject, ...message.json<Omit<Stored, 'subject'>>() })
    }
    await connection.close()
    return stored.filter((message) => message.session === session)
  }

  /** Leaves a stream so much room beyond what it takes, bytes, and refuses more; below zero: as much as it likes. */
  async leaveRoom(stream: string, bytes: number): Promise<void> {
    const connection = await signedIn(this.server, ADMIN_ROLE)
    const manager = await jetstreamManager(connection, { checkAPI: false })
    const { config, state } = await manager.streams.info(stream)
    const max_bytes = bytes < 0 ? -1 : state.bytes + bytes
    await manager.streams.update(stream, { ...config, discard: DiscardPolicy.New, max_bytes })
    await connection.close()
  }

  /** A node's journal as the bus has it, end to end. */
  async copied(node: string): Promise<Buffer> {
    const connection = await signedIn(this.server, RECORDER_ROLE)
    const [stream, filter_subjects] =
      node === 'alpha'
        ? ['PAPER_JOURNAL_alpha', 'paper.apart.alpha.journal.alpha']
        : ['PAPER_JOURNAL', `paper.journal.${node}`]
    const reader = await jetstream(connection).consumers.get(stream, { filter_subjects })
    const { num_pending } = await reader.info()
    const batches: Uint8Array[] = []
    for await (const { data } of await reader.fetch({ max_messages: num_pending, expires: 5_000 }))
      batches.push(data)
    await connection.close()
    return Buffer.concat(batches)
  }

  /** The same as its folder has it. */
  async written(node: string): Promise<Buffer> {
    const journal = join(this.folder, 'runs/apart', node, 'journal')
    const names = await readdir(journal, { recursive: true })
    const segments = names.filter((name) => name.endsWith('.journal')).sort()
    return Buffer.concat(await Promise.all(segments.map((name) => readFile(join(journal, name)))))
  }

  cli(args: readonly string[]) {
    return runCli(args, { cwd: this.folder })
  }
}

/** One node in a process of its own. */
export class ApartNode {
  readonly lines: string[] = []
  readonly #folder: string
  readonly #child: ChildProcess
  readonly #exit: Promise<unknown[]>
  #errors = ''

  /** Resolves when its venues and feeds are connected. */
  static async start(place: ApartPlace, session: string, node?: string): Promise<ApartNode> {
    const started = ApartNode.begin(place, session, node)
    await started.said(/are connected/)
    return started
  }

  static begin(place: ApartPlace, session: string, node?: string): ApartNode {
    return new ApartNode(place, 'runs', session, node)
  }

  /** Its standby, on another disk. Resolves when it follows. */
  static async standBy(place: ApartPlace, session: string, node: string): Promise<ApartNode> {
    const started = new ApartNode(place, STANDBY_RUNS, session, node, ['--standby'])
    await started.said(/standing by/)
    return started
  }

  private constructor(
    { folder }: ApartPlace,
    runs: string,
    session: string,
    node: string | undefined,
    more: readonly string[] = [],
  ) {
    this.#folder = join(folder, runs, session, node ?? '')
    const placed = node === undefined ? [] : ['--node', node]
    const args = ['paper', `${session}.yaml`, '--set', `journal.directory=${runs}`, ...placed, ...more]
    this.#child = spawn(BIN, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#exit = once(this.#child, 'exit')
    // Whoever waits for what it says looks again.
    void this.#exit.then(() => this.#child.emit('said'))
    onTestFinished(() => this.kill9())
    this.#child.stderr?.on('data', (text) => {
      this.#errors += String(text)
    })
    createInterface(must(this.#child.stdout, 'its output is read')).on('line', (line) => {
      this.lines.push(line)
      this.#child.emit('said')
    })
  }

  async status(): Promise<SessionStatus> {
    const status = (await askSession(this.#folder, { command: 'status' }, STATUS_TIMEOUT_MS)) as
      | SessionStatus
      | undefined
    if (status === undefined) throw new Error(`the node is gone: ${this.#story()}`)
    return status
  }

  /** Resolves when it stands so. */
  async until(is: (status: SessionStatus) => boolean): Promise<void> {
    while (!is(await this.status())) await wait(LOOK_MS)
  }

  /** Resolves when it has printed something; rejects where it ends without. */
  async said(what: RegExp): Promise<void> {
    for (let seen = 0; ; ) {
      const { length } = this.lines
      if (this.lines.slice(seen).some((line) => what.test(line))) return
      if (this.#child.exitCode !== null) throw new Error(`it ended: ${this.#story()}`)
      seen = length
      if (this.lines.length === length) await once(this.#child, 'said')
    }
  }

  /** SIGSTOP. Resolves when it stands still. */
  async freeze(): Promise<void> {
    await frozen(must(this.#child.pid, 'the node runs'))
  }

  /** SIGCONT. */
  thaw(): void {
    this.#child.kill('SIGCONT')
  }

  async kill9(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#exit
  }

  /** As Ctrl-C ends it. */
  stop(): Promise<number | null> {
    this.#child.kill('SIGINT')
    return this.exit()
  }

  async exit(): Promise<number | null> {
    return (await this.#exit)[0] as number | null
  }

  #story(): string {
    return [...this.lines, this.#errors].join('\n')
  }
}

/** Resolves when nothing more comes, as far as the nodes can tell. */
export async function settled(nodes: readonly ApartNode[]): Promise<void> {
  await quiet(nodes, async (all) => all.every(({ messages }) => (messages?.unpublished ?? 0) === 0))
}

/**
 * Resolves when every node has had so many rows since it was started, what they said is on the bus and was heard, and no
 * order waits for its venue.
 */
export async function workedOff(watch: BusWatch, nodes: readonly ApartNode[], rows: number): Promise<void> {
  await quiet(nodes, async (all) => {
    const isAnswered = await watch.isAnswered()
    return (
      isAnswered &&
      all.every(
        ({ node, feeds, messages }) =>
          feeds.every(({ counts }) => counts['rows'] === rows) &&
          messages?.unpublished === 0 &&
          (node === '' || messages.heard === watch.toHear(node)),
      )
    )
  })
}

/** Asks all until they say what is wanted, and the same for a while. */
async function quiet(
  nodes: readonly ApartNode[],
  isDone: (all: readonly SessionStatus[]) => Promise<boolean>,
): Promise<void> {
  let before = ''
  let quiet_ms = 0
  while (quiet_ms < QUIET_MS) {
    const all = await Promise.all(nodes.map((node) => node.status()))
    const now = JSON.stringify(all.map(({ inputs }) => inputs))
    quiet_ms = now === before && (await isDone(all)) ? quiet_ms + LOOK_MS : 0
    before = now
    await wait(LOOK_MS)
  }
}

async function signedIn(server: TestNatsServer, role: string): Promise<NatsConnection> {
  const { connection } = await connectNats({
    url: server.url,
    role,
    seed_file: server.seedFile(role),
    money: 'paper',
    onDoubt: () => undefined,
    onViolation: (fault) => {
      throw fault
    },
  })
  return connection
}

function decimal(units: number): string {
  return `${Math.floor(units / 100_000)}.${String(units % 100_000).padStart(5, '0')}`
}
