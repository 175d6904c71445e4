// A live session on a journal in memory, driven by hand: what a test says happens, and nothing else.

import { nodeSha256 } from '../../adapters/sha256/node-sha256.ts'
import type { ConflatedQuote } from '../../engine/conflation/conflated-quote.ts'
import type { Journal, JournalRecord, JournalWriter } from '../../engine/journal-port.ts'
import type { EpochBinding } from '../../engine/live/epoch-binding.ts'
import type { LiveBounds } from '../../engine/live/live-bounds.ts'
import type { LiveSequencer } from '../../engine/live/live-sequencer.ts'
import type { RawTape } from '../../engine/live/raw-tape-port.ts'
import { MemoryJournal, type MemoryJournalStore } from '../../engine/memory-journal.test-support.ts'
import { openSession, type SessionStart } from '../../ops/live/open-session.ts'
import type { SnapshotFollower } from '../../ops/live/snapshot-follower.ts'
import { must } from '../../schemas/assert.ts'
import type { SendOutcome } from '../../schemas/messages/order.ts'
import { changed } from './changed-port.test-support.ts'
import { control, followerOf, type LiveScenario, sessionOptions } from './live-engine.test-support.ts'
import { LiveWorld } from './live-world.test-support.ts'

export type DeskOptions = {
  readonly store: MemoryJournalStore
  readonly world?: LiveWorld
  readonly bounds?: Partial<LiveBounds>
  /** Members of the writer that a test makes say something else. */
  readonly writer?: Partial<JournalWriter>
  /** Hashes that are not those of the epoch before. */
  readonly binding?: Partial<EpochBinding>
  readonly tape?: RawTape
  /** Snapshots are taken beside the session. */
  readonly isFollowed?: boolean
}

export class LiveDesk {
  readonly world: LiveWorld
  readonly journal: Journal
  readonly sequencer: LiveSequencer
  readonly writer: JournalWriter
  readonly begun: SessionStart
  readonly outcomes: SendOutcome[] = []
  /** The session's own state at each of its commits, by the last record. */
  readonly states = new Map<number, Uint8Array>()
  #follower: SnapshotFollower | undefined

  static async open(scenario: LiveScenario, options: DeskOptions): Promise<LiveDesk> {
    const world = options.world ?? new LiveWorld(scenario.config, scenario.instruments, 1)
    const memory = new MemoryJournal(nodeSha256, options.store)
    const journal = changed<Journal>(memory, {
      openEpoch: async (opening) => changed(await memory.openEpoch(opening), options.writer ?? {}),
    })
    const session = sessionOptions(scenario, world.ports, journal, options.bounds)
    const binding = { ...session.binding, ...options.binding }
    const { sequencer, writer, start } = await openSession({ ...session, binding, tape: options.tape })
    const desk = new LiveDesk(world, memory, sequencer, writer, start)
    if (options.isFollowed === true) desk.#followBy(scenario, options.store)
    world.connect((input) => {
      if (input.type === 'send_outcome') desk.outcomes.push(input)
      sequencer.offer(input)
    }, world.reports.length)
    return desk
  }

  private constructor(
    world: LiveWorld,
    journal: Journal,
    sequencer: LiveSequencer,
    writer: JournalWriter,
    start: SessionStart,
  ) {
    this.world = world
    this.journal = journal
    this.sequencer = sequencer
    this.writer = writer
    this.begun = start
  }

  start(): void {
    this.sequencer.offer(control('session_start'))
    this.sequencer.offer(control('trading_enable'))
  }

  /** Time passes, quotes come, and all of it is sequenced. */
  advance(us: number, quotes = 0): ConflatedQuote[] {
    this.world.pass(us)
    const made = Array.from({ length: quotes }, (_, at) => this.world.quote(at % 2))
    for (const quote of made) this.sequencer.offerQuote(quote)
    this.sequencer.advance(this.world.now_us)
    return made
  }

  /** What was appended becomes durable, and what may leave does. */
  async commit(): Promise<void> {
    await this.writer.commit()
    this.sequencer.release(this.world.now_us)
    if (this.#follower === undefined) return
    if (this.sequencer.is_whole) this.states.set(this.writer.durable_lsn, this.sequencer.state())
    await this.#follower.follow(this.writer.durable_lsn)
  }

  async trade(turns: number, quotes = 2): Promise<void> {
    for (let turn = 0; turn < turns; turn++) {
      this.advance(turn % 7 === 0 ? 700_000 : 400, quotes)
      await this.commit()
    }
  }

  #followBy(scenario: LiveScenario, store: MemoryJournalStore): void {
    const { journal, sequencer } = this
    const { epoch } = this.writer
    const { opening, batches } = must(store.epochs[epoch - 1], 'the epoch is open')
    let read = 0
    this.#follower = followerOf(scenario, this.world.ports, opening, {
      cursor: { next: () => Promise.resolve(read < batches.length ? batches[read++] : undefined) },
      save: (snapshot) => journal.saveSnapshot(epoch, snapshot),
      onLost: () => sequencer.faultLost(),
    })
  }

  /** Ends the process without a word. */
  die(): void {
    this.world.disconnect()
  }

  async records(epoch: number): Promise<JournalRecord[]> {
    const records: JournalRecord[] = []
    for await (const record of this.journal.read(epoch)) records.push(record)
    return records
  }
}
