// A paper session in the process of a test, with all it says and sends written down, among parts that a test disturbs.
// What leaves is checked as it leaves: nothing before its record is on the disk.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { readEffects } from '../../../engine/effect-record.ts'
import { type JournalWriter, RECORD_KIND } from '../../../engine/journal-port.ts'
import type { VenueConnection } from '../../../engine/live/venue-connection.ts'
import { assert, must } from '../../../schemas/assert.ts'
import type { Alert } from '../../../schemas/messages/alert.ts'
import type { VenueCommand } from '../../../schemas/messages/order.ts'
import type { OrderFact } from '../../../schemas/messages/order-fact.ts'
import { changed } from '../../../sim/live/changed-port.test-support.ts'
import { judged } from '../kill/kill-judge.test-support.ts'
import { sessionText, TRADER } from '../kill/killed-config.test-support.ts'
import { openPaperSession, type PaperSession, type SessionSeams } from '../paper-session.ts'
import { statusOf, statusText } from '../session-status.ts'

export type Sent = { readonly command: VenueCommand; readonly lsn: number; readonly at_ms: number }
type Surroundings = Parameters<typeof sessionText>[0]
type Edit = (text: string) => string

/** A session that does not come to what a test waits for says how it stands. */
const STUCK_MS = 20_000

/** A folder of sessions that end and go on. */
export class DisturbedPlace {
  readonly folder: string

  /** @param edit changes the text of the configuration. */
  static async make(around?: Surroundings, edit: Edit = (text) => text): Promise<DisturbedPlace> {
    const folder = await mkdtemp(join(tmpdir(), 'orrery-faults-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    await writeFile(join(folder, 'trader.ts'), TRADER)
    await writeFile(join(folder, 'session.yaml'), edit(sessionText(around)))
    return new DisturbedPlace(folder)
  }

  private constructor(folder: string) {
    this.folder = folder
  }

  get path(): string {
    return join(this.folder, 'session.yaml')
  }

  get ledger(): string {
    return join(this.folder, 'runs/kill/exchange')
  }

  /** What the exchange's ledger and the journal's re-run find wrong; undefined where all is right. */
  judged(ledger = this.ledger): Promise<string | undefined> {
    return judged(join(this.folder, 'runs/kill'), ledger)
  }
}

export class DisturbedSession {
  readonly alerts: Alert[] = []
  readonly facts: OrderFact[] = []
  readonly sent: Sent[] = []
  /** What left before it was on the disk. */
  readonly early: string[] = []
  /** Orders that left on a connection before the account's state had come over it. */
  readonly uncompared: string[] = []
  failure: unknown
  #paper: PaperSession | undefined
  #isEnded = false
  #waiting: { readonly is: () => boolean; readonly resolve: () => void }[] = []
  /** Record of each command, by its id and type. */
  readonly #lsns = new Map<string, number>()
  #writer: JournalWriter | undefined

  static async start({ path }: DisturbedPlace, seams: SessionSeams = {}): Promise<DisturbedSession> {
    const session = new DisturbedSession()
    session.#paper = await openPaperSession({
      path,
      set: [],
      observer: { onFact: (fact) => session.#heard(() => session.facts.push(fact)) },
      onAlert: (alert) => session.#heard(() => session.alerts.push(alert)),
      onFault: ({ message }) => session.#fail(new Error(message)),
      onFailure: (error) => session.#fail(error),
      onHistoryEnd: (error) => session.#fail(error),
      between: {
        ...seams,
        writer: (writer) => session.#watched(seams.writer?.(writer) ?? writer),
        connection: (connection) => session.#noted(seams.connection?.(connection) ?? connection),
      },
    })
    // A test that fails leaves nothing behind for the next.
    onTestFinished(() => session.#end())
    await session.paper.session.run()
    return session
  }

  get paper(): PaperSession {
    return must(this.#paper, 'the session is open')
  }

  get codes(): string[] {
    return this.alerts.map(({ code }) => code)
  }

  /** Why orders did not leave or were not taken, in their order. */
  reasons(from = 0): string[] {
    return this.facts.slice(from).flatMap(({ reason_code }) => (reason_code === '' ? [] : [reason_code]))
  }

  /** Orders and replaces that left. */
  get orders(): Sent[] {
    return this.sent.filter(({ command }) => command.type !== 'order_cancel_request')
  }

  /** Resolves once it is so; looked at whenever something is said, sent or disturbed. */
  async until(is: () => boolean): Promise<void> {
    if (is()) return
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const stuck = new Error('it does not come to this')
    const timer = setTimeout(() => {
      stuck.message = `${stuck.message}: ${this.#story()}`
      reject(stuck)
    }, STUCK_MS)
    this.#waiting.push({ is, resolve })
    await promise.finally(() => clearTimeout(timer))
  }

  /** A number of orders more leave, and as many facts of orders come back. */
  async trades(count = 3): Promise<void> {
    const { length } = this.orders
    const { length: facts } = this.facts
    await this.until(() => this.orders.length >= length + count && this.facts.length >= facts + count)
  }

  readonly look = (): void => {
    // Asked once each: what another thread does may make it so between two questions.
    const done = new Set(this.#waiting.filter(({ is }) => is()))
    this.#waiting = this.#waiting.filter((each) => !done.has(each))
    for (const { resolve } of done) resolve()
  }

  /** As `orrery stop` ends it: orders are cancelled, all is durable. Returns how many are still open. */
  async stop(): Promise<number> {
    assert(this.failure === undefined, `the session goes on, but: ${String(this.failure)}`)
    this.#isEnded = true
    const open = await this.paper.session.stop('test', 'cancel')
    await this.paper.close()
    return open
  }

  /** As the command line ends a session that failed. */
  async abandon(): Promise<void> {
    this.#isEnded = true
    await this.paper.session.abandon().catch((error: unknown) => {
      assert(error === this.failure, `it lets go with the failure it had, and not with: ${String(error)}`)
    })
    await this.paper.close()
  }

  #story(): string {
    const { session, config, place, folder, instruments } = this.paper
    const status = statusOf(session, { config, place, mode: 'paper', folder, instruments })
    const facts = this.facts
      .slice(-10)
      .map(({ counter, type, reason_code }) => `${counter} ${type} ${reason_code}`)
    return [statusText(status), this.codes.join(), facts.join('; '), String(this.failure)].join('\n')
  }

  async #end(): Promise<void> {
    if (!this.#isEnded) await this.abandon()
  }

  #heard(note: () => void): void {
    note()
    this.look()
  }

  #fail(error: unknown): void {
    this.#heard(() => {
      this.failure ??= error
    })
  }

  #watched(writer: JournalWriter): JournalWriter {
    this.#writer = writer
    return changed(writer, {
      append: (kind, payload) => {
        const lsn = writer.append(kind, payload)
        this.look()
        if (kind === RECORD_KIND.effects)
          for (const command of readEffects(payload, () => 0).commands) this.#lsns.set(keyOf(command), lsn)
        return lsn
      },
    })
  }

  #noted(connection: VenueConnection): VenueConnection {
    let isCompared = false
    return changed(connection, {
      open: (scope, listener) =>
        connection.open(scope, {
          offer: (input) => {
            if (input.type === 'venue_state') isCompared = true
            listener.offer(input)
          },
          onState: (state, reason) => {
            // What is sent while there is no connection does not leave.
            if (state === 'connected') isCompared = false
            listener.onState(state, reason)
            this.look()
          },
        }),
      send: (command, sent_us) => {
        const lsn = must(this.#lsns.get(keyOf(command)), 'a command was journaled')
        const durable_lsn = must(this.#writer, 'the journal is open').durable_lsn
        if (!isCompared && command.type !== 'order_cancel_request') this.uncompared.push(keyOf(command))
        if (lsn > durable_lsn) this.early.push(keyOf(command))
        connection.send(command, sent_us)
        this.#heard(() => this.sent.push({ command, lsn, at_ms: performance.now() }))
      },
    })
  }
}

function keyOf({ client_order_id, type }: VenueCommand): string {
  return `${client_order_id} ${type}`
}
