// What a session says to other nodes and hears of them, between its sequencer and the bus. Where the bus is late, orders
// are held, and intents where they come from: cancels still go.

import { streamOf } from '../../adapters/nats/streams.ts'
import { HearingPace } from '../../adapters/node-messages/hearing-pace.ts'
import {
  type HeardStream,
  IncomingMessages,
  type MessageRefusal,
} from '../../adapters/node-messages/incoming-messages.ts'
import { OutgoingMessages } from '../../adapters/node-messages/outgoing-messages.ts'
import type { MessageBus } from '../../engine/bus-port.ts'
import type { KeptInput } from '../../engine/input-codec.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import type { LiveSequencer } from '../../engine/live/live-sequencer.ts'
import type { Place } from '../../engine/live/place.ts'
import type { OutgoingMessage } from '../../engine/node-wire.ts'
import type { Alert } from '../../schemas/messages/alert.ts'
import type { ControlCommand } from '../../schemas/messages/control.ts'
import { familyOf, heardOn } from '../../schemas/messages/node-subject.ts'
import { timeUs } from '../../schemas/units.ts'
import type { LiveBuiltNode } from './live-node.ts'
import type { NodeVoices } from './node-voices.ts'

export type SessionMessagesOptions = {
  readonly bus: MessageBus
  readonly voices: NodeVoices
  /** Name of the node. */
  readonly node: string
  readonly session: string
  /** That the session is about to open. */
  readonly epoch: number
  readonly instruments: readonly InstrumentSpec[]
  readonly now_us: () => number
  readonly onAlert: (alert: Alert) => void
  readonly onFailure: (error: unknown) => void
}

/** What of a session messages need. */
export type MessagesTarget = {
  readonly sequencer: LiveSequencer<LiveBuiltNode>
  offer(input: KeptInput): void
  control(command: ControlCommand, operator: string): void
  wake(): void
}

export type MessagesStatus = {
  /** Said and not known to be on the bus. */
  readonly unpublished: number
  readonly is_behind: boolean
  /** Offered to the node, repeated ones among them. */
  readonly heard: number
  /** Heard again, and dropped. */
  readonly repeated: number
  /** By code. */
  readonly refused: Readonly<Record<string, number>>
}

/** At the end of a session, for what it said last. */
const DRAIN_MS = 500

export class SessionMessages {
  readonly #options: SessionMessagesOptions
  readonly #outgoing: OutgoingMessages
  readonly #pace = new HearingPace()
  #incoming: IncomingMessages | undefined
  #target: MessagesTarget | undefined
  /** What was confirmed before there was anybody to tell. */
  #confirmed: Place | undefined
  #isBehind = false
  /** Nodes that were told to have begun anew. */
  readonly #toldAnew = new Set<string>()
  /** Why the bus is late, in words. */
  #reason = ''

  constructor(options: SessionMessagesOptions) {
    const { bus, voices, node, onFailure } = options
    this.#options = options
    this.#outgoing = new OutgoingMessages({
      ...options,
      bus,
      environment: voices.ofNode(node),
      onConfirmed: (place) => this.#confirm(place),
      onLate: (_, reason) => {
        this.#reason = reason
        this.look()
      },
      onTaken: (message_id, subject) =>
        this.#alert(
          'bus.message_id_taken',
          'critical',
          subject,
          `The bus holds another message as ${message_id}, so what this node said under it reaches nobody.`,
          'Find out who publishes under ids that are not its own.',
        ),
      onFailure,
    })
  }

  /** Takes what the sequencer has released. */
  readonly publish = (message: OutgoingMessage): void => this.#outgoing.publish(message)

  /** While the journal's copy is late: who goes on from the copy would know nothing of what was said. */
  hold(is_held: boolean): void {
    this.#outgoing.hold(is_held)
  }

  readonly isLate = (): boolean => this.#outgoing.is_late

  status({ sequencer }: Pick<MessagesTarget, 'sequencer'>): MessagesStatus {
    return {
      unpublished: this.#outgoing.waiting_count,
      is_behind: sequencer.is_publish_behind,
      heard: this.#incoming?.heard_count ?? 0,
      repeated: sequencer.repeated_count,
      refused: Object.fromEntries(this.#incoming?.refusals ?? []),
    }
  }

  /** Hears from now on what others say, behind what was processed before. */
  async start(target: MessagesTarget): Promise<void> {
    const { bus, session, instruments } = this.#options
    const { sequencer } = target
    const { node } = sequencer
    this.#target = target
    if (this.#confirmed !== undefined) this.#confirm(this.#confirmed)
    const heard = node.heardSubjects()
    const index = new Map<string, number>(instruments.map((spec) => [spec.instrument_id, spec.index]))
    this.#incoming = new IncomingMessages({
      bus,
      scope: { session, instrumentIndex: (id) => index.get(id) },
      streams: this.#onBus(heard),
      isHeard: (subject) => heard.has(subject),
      lastSequence: (stream) => this.#lastSequence(stream, heard, sequencer),
      admit: (stream) => this.#admit(stream),
      offer: (message) => {
        const offer = sequencer.offerMessage(message)
        target.wake()
        return offer === 'not_heard' ? offer : 'queued'
      },
      onRefused: (code, subject) => this.#tellRefused(code, subject),
    })
    await this.#incoming.start()
  }

  /** After each turn, when something became durable, and when the bus is late or no longer. */
  look(): void {
    const target = this.#target
    if (target === undefined) return
    this.#pace.turned(target.sequencer.has_message_room)
    if (target.sequencer.begun_anew.size > this.#toldAnew.size) this.#tellAnew(target.sequencer.begun_anew)
    const was = this.#isBehind
    this.#isBehind = target.sequencer.is_publish_behind
    if (was === this.#isBehind) return
    const asks = target.sequencer.built.trading.books.size > 0
    if (asks) target.control(this.#isBehind ? 'intents_hold' : 'intents_release', 'engine')
    this.#tellBehind(target.sequencer.unpublished_count)
  }

  /** Hears nothing more. */
  async stop(): Promise<void> {
    this.#pace.close()
    await this.#incoming?.close()
  }

  /** After the journal's last commit: what was said may still reach the bus; the rest is published at the next start. */
  async close(): Promise<void> {
    await this.#outgoing.drain(DRAIN_MS)
    this.#outgoing.close()
  }

  #confirm(place: Place): void {
    this.#confirmed = place
    this.#target?.offer({ type: 'messages_published', ...place })
  }

  #admit(stream: string): Promise<void> | undefined {
    const turn = this.#pace.admit(stream)
    // What was refused makes no turn.
    if (turn !== undefined) this.#target?.wake()
    return turn
  }

  /**
   * States are said when they change, and what a strategy new to this node has said may lie before what others said last: it
   * is looked for from the beginning.
   */
  #lastSequence(
    stream: string,
    heard: ReadonlyMap<string, ReadonlySet<string>>,
    sequencer: MessagesTarget['sequencer'],
  ): number {
    const { voices } = this.#options
    for (const [subject, strategy_ids] of heard) {
      if (familyOf(subject) !== 'state') continue
      for (const id of strategy_ids) {
        const source = voices.nodeOf(id)
        if (voices.streamOf(subject, source) === stream && !sequencer.hasHeard(source, subject, id)) return 0
      }
    }
    return sequencer.lastMessage((subject, source) => voices.streamOf(subject, source) === stream)
  }

  #onBus(heard: ReadonlyMap<string, ReadonlySet<string>>): HeardStream[] {
    const { voices } = this.#options
    const streams = new Map<string, Set<string>>()
    for (const [subject, strategy_ids] of heard) {
      for (const id of strategy_ids) {
        const on = heardOn(voices.ofSpeaker(subject, id), subject, id)
        const stream = streamOf(on)
        streams.set(stream, (streams.get(stream) ?? new Set()).add(on))
      }
    }
    return [...streams].map(([name, subjects]) => ({ name, subjects: [...subjects] }))
  }

  #tellBehind(waiting: number): void {
    if (this.#isBehind) {
      const why = this.#reason === '' ? '' : ` ${this.#reason}`
      this.#alert('bus.messages_behind', 'critical', '', `${waiting} messages wait for the bus.${why}`, HELD)
    } else
      this.#alert(
        'bus.messages_caught_up',
        'info',
        '',
        'The bus has every message.',
        'Orders wait for it no longer.',
      )
  }

  #tellAnew(nodes: ReadonlySet<string>): void {
    for (const node of nodes) {
      if (this.#toldAnew.has(node)) continue
      this.#toldAnew.add(node)
      this.#alert(
        'bus.node_begun_anew',
        'critical',
        node,
        `${node} counts its messages from an earlier epoch than before, so what it says is taken for repeated and not heard.`,
        'Stop it and start it with the journal it had; without that, begin a session of another name with all its nodes.',
      )
    }
  }

  #tellRefused(code: MessageRefusal, subject: string): void {
    this.#alert(
      'bus.message_refused',
      'warning',
      subject,
      `A message on ${subject} is not heard (${code}).`,
      'See who publishes there; orrery status counts how often it happens.',
    )
  }

  #alert(code: string, severity: Alert['severity'], about: string, what: string, remedy: string): void {
    const ts_us = timeUs(this.#options.now_us())
    this.#options.onAlert({ type: 'alert', code, severity, about, what, remedy, ts_us })
  }
}

const HELD = 'Orders are held until it has them; cancels still go. See that the NATS server runs.'
