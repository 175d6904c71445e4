// A session over several nodes, each with a journal of its own, driven by hand: one world, and a bus that keeps the order
// of each subject, delivers at least once and again when it likes, and outlives every node.

import { nodeSha256 } from '../../adapters/sha256/node-sha256.ts'
import type { ConflatedQuote } from '../../engine/conflation/conflated-quote.ts'
import { readEffects } from '../../engine/effect-record.ts'
import { type JournalWriter, RECORD_KIND } from '../../engine/journal-port.ts'
import type { EpochBinding } from '../../engine/live/epoch-binding.ts'
import type { LiveBounds } from '../../engine/live/live-bounds.ts'
import type { LiveSequencer } from '../../engine/live/live-sequencer.ts'
import { MemoryJournal, MemoryJournalStore } from '../../engine/memory-journal.test-support.ts'
import { decodeNodeMessage, encodeNodeMessage, type OutgoingMessage } from '../../engine/node-wire.ts'
import { RandomStream } from '../../engine/random-stream.ts'
import { openSession } from '../../ops/live/open-session.ts'
import { assert, must } from '../../schemas/assert.ts'
import { messageId } from '../../schemas/ids.ts'
import { busSubjectOf } from '../../schemas/messages/node-subject.ts'
import { parseBusEnvironment } from '../../schemas/subjects.ts'
import { control, type LiveScenario, reportsIn, sessionOptions } from './live-engine.test-support.ts'
import { LiveWorld } from './live-world.test-support.ts'

type Stored = { readonly subject: string; readonly message_id: string; readonly bytes: Uint8Array }

const ENV = must(parseBusEnvironment('paper'), 'an environment')
const SESSION = 'placed'

/** Everything ever published, in order. */
export class TestBus {
  readonly stored: Stored[] = []

  publish(message: OutgoingMessage): void {
    const { node, epoch, seq, n, payload } = message
    const message_id = messageId(node, epoch, seq, n)
    const subject = busSubjectOf(ENV, payload)
    this.stored.push({ subject, message_id, bytes: encodeNodeMessage(message, SESSION) })
  }
}

export class PlacedNode {
  readonly store = new MemoryJournalStore()
  readonly #scenario: LiveScenario
  readonly #world: LiveWorld
  readonly #bus: TestBus
  readonly #random: RandomStream
  #sequencer: LiveSequencer | undefined
  #writer: JournalWriter | undefined
  #heard = 0
  #unconfirmed: OutgoingMessage[] = []
  /** Whether the bus says what it holds. */
  isConfirmed = true
  readonly #bounds: Partial<LiveBounds>

  constructor(
    scenario: LiveScenario,
    world: LiveWorld,
    bus: TestBus,
    seed: number,
    bounds: Partial<LiveBounds>,
  ) {
    this.#bounds = bounds
    this.#scenario = scenario
    this.#world = world
    this.#bus = bus
    this.#random = new RandomStream(seed, `bus/${this.id}`)
  }

  get id(): string {
    return this.#scenario.node_id ?? ''
  }

  get sequencer(): LiveSequencer {
    return must(this.#sequencer, 'the node is up')
  }

  get journal(): MemoryJournal {
    return new MemoryJournal(nodeSha256, this.store)
  }

  get hasAccounts(): boolean {
    const { config, node_id } = this.#scenario
    return config.nodes?.find(({ id }) => id === node_id)?.accounts.length !== 0
  }

  /** @param binding what has changed since the last start. */
  async open(binding: Partial<EpochBinding> = {}): Promise<void> {
    const journal = this.journal
    const known = await reportsIn(journal)
    const venues = this.hasAccounts ? this.#world.ports : []
    this.#unconfirmed = []
    const options = sessionOptions(this.#scenario, venues, journal, this.#bounds)
    const publish = (message: OutgoingMessage) => {
      this.#bus.publish(message)
      this.#unconfirmed.push(message)
    }
    const bound = { ...options.binding, ...binding }
    const { sequencer, writer } = await openSession({ ...options, binding: bound, publish })
    this.#sequencer = sequencer
    this.#writer = writer
    this.#heard = 0
    if (this.hasAccounts) this.#world.connect((input) => sequencer.offer(input), known)
  }

  /** Ends the process without a word. */
  die(): void {
    this.#sequencer = undefined
    if (this.hasAccounts) this.#world.disconnect()
  }

  start(): void {
    this.sequencer.offer(control('session_start'))
    this.sequencer.offer(control('trading_enable'))
  }

  quote(quote: ConflatedQuote): void {
    this.sequencer.offerQuote(quote)
  }

  advance(): void {
    this.sequencer.advance(this.#world.now_us)
  }

  /** What was said is durable and has not left. */
  async persist(): Promise<void> {
    await must(this.#writer, 'the node is up').commit()
  }

  async commit(): Promise<void> {
    await this.persist()
    this.sequencer.release(this.#world.now_us)
  }

  /** Takes what the bus has for it, some of it again, and hears that it holds what this node published. */
  hear(): boolean {
    const { stored } = this.#bus
    const from = this.#heard
    for (; this.#heard < stored.length; this.#heard++) {
      const back = this.#random.nextInt(4) === 0 ? this.#random.nextInt(5) : 0
      for (let at = Math.max(0, this.#heard - back); at <= this.#heard; at++)
        this.#deliver(stored[at] as Stored, at + 1)
    }
    const last = this.#unconfirmed.at(-1)
    if (this.isConfirmed && last !== undefined && this.#random.nextInt(3) === 0) {
      const { epoch, seq, n } = last
      this.sequencer.offer({ type: 'messages_published', epoch, seq, n })
      this.#unconfirmed = []
    }
    return this.#heard > from || this.sequencer.has_input
  }

  #deliver({ subject, bytes }: Stored, sequence: number): void {
    const scope = { session: SESSION, instrumentIndex: (id: string) => this.#indexOf(id) }
    const message = decodeNodeMessage({ subject, sequence, bytes }, scope)
    assert(typeof message === 'object', `the wire carries what was said, not ${String(message)}`)
    this.sequencer.offerMessage(message)
  }

  #indexOf(id: string): number | undefined {
    return this.#scenario.instruments.find(({ instrument_id }) => instrument_id === id)?.index
  }
}

export class PlacedSession {
  readonly world: LiveWorld
  readonly bus: TestBus
  readonly nodes: readonly PlacedNode[]

  /** @param former the session goes on with another placement: on its bus, with the journals of nodes that are there still. */
  constructor(
    scenario: LiveScenario,
    seed: number,
    bounds: Partial<LiveBounds> = {},
    former?: PlacedSession,
  ) {
    this.world = former?.world ?? new LiveWorld(scenario.config, scenario.instruments, 1)
    this.bus = former?.bus ?? new TestBus()
    const ids = scenario.config.nodes?.map(({ id }) => id) ?? [undefined]
    this.nodes = ids.map((node_id) => {
      const before = scenario.before && { ...scenario.before, ...(node_id !== undefined && { node_id }) }
      const placed = { ...scenario, ...(node_id !== undefined && { node_id }), ...(before && { before }) }
      const node = new PlacedNode(placed, this.world, this.bus, seed, bounds)
      const known = former?.nodes.find(({ id }) => id === node.id)
      if (known !== undefined) node.store.epochs.push(...known.store.epochs)
      return node
    })
  }

  async open(binding: Partial<EpochBinding> = {}): Promise<void> {
    for (const node of this.nodes) await node.open(binding)
    for (const node of this.nodes) node.start()
    await this.settle()
  }

  /** Everything said is heard, with time standing still. */
  async settle(): Promise<void> {
    for (let isBusy = true; isBusy; ) {
      isBusy = false
      for (const node of this.nodes) {
        node.advance()
        await node.commit()
      }
      for (const node of this.nodes) if (node.hear()) isBusy = true
    }
  }

  /** Time passes, then a quote of that size comes to every node; 0 is the default size. */
  async turn(us: number, instrument_index: number, size = 0): Promise<void> {
    this.world.pass(us)
    await this.settle()
    const quote = this.world.quote(instrument_index, size)
    for (const node of this.nodes) node.quote(quote)
    await this.settle()
  }
}

/** What every command of a session's journals asks for. */
export async function commandsOf(journal: MemoryJournal): Promise<Record<string, unknown>[]> {
  const found: Record<string, unknown>[] = []
  for (const { epoch } of journal.epochs) {
    for await (const { kind, payload } of journal.read(epoch)) {
      if (kind !== RECORD_KIND.effects) continue
      for (const command of readEffects(payload, () => -1).commands) {
        const { client_order_id: _, ...said } = command
        found.push(said)
      }
    }
  }
  return found
}
