// What strategies of this node ask of an account in another. While the bus is behind, orders and replaces are denied here
// and cancels alone leave: whoever asks is told at once, and nothing old piles up. Rules: ./SPEC.md.

import type { Actor } from '../../engine/actor.ts'
import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { INPUT_SUBJECT, type Node } from '../../engine/node.ts'
import { assert } from '../../schemas/assert.ts'
import type { Control } from '../../schemas/messages/control.ts'
import type { Intent } from '../../schemas/messages/intent.ts'
import type { OrderDenied } from '../../schemas/messages/risk.ts'
import { SUBJECT } from '../../schemas/subjects.ts'
import { denialOf } from '../execution/intent-denial.ts'

export class OutgoingIntents implements Actor {
  readonly name = 'placement/intents'
  readonly #node: Node
  #isHeld = false
  #denied_count = 0

  constructor(node: Node) {
    this.#node = node
    node.addActor(this)
    node.bus.subscribe<Control>(INPUT_SUBJECT.control, ({ command }) => {
      if (command === 'intents_hold') this.#isHeld = true
      // Whether the bus is behind is found out anew at every start.
      if (command === 'intents_release' || command === 'session_start') this.#isHeld = false
    })
  }

  get state(): string {
    return `${this.#isHeld ? 'held' : 'leaving'}, ${this.#denied_count} denied`
  }

  /** While wiring: what the strategy asks leaves the node. */
  add(account_id: string, strategy_id: string): void {
    const subject = SUBJECT.intent(account_id, strategy_id)
    const denials = this.#node.bus.route<OrderDenied>(SUBJECT.denied(account_id, strategy_id))
    this.#node.bus.subscribe<Intent>(subject, (intent) => {
      if (!this.#isHeld || intent.type === 'cancel_intent') return this.#node.stageMessage(subject, intent)
      this.#denied_count++
      const { now_us } = this.#node
      this.#node.bus.send(denials, denialOf(intent, { reason_code: 'messages_behind', value: '', now_us }))
    })
  }

  onTimer(): void {
    assert(false, 'intents wait for no timer')
  }

  save(writer: CanonicalWriter): void {
    writer.flag(this.#isHeld)
    writer.number(this.#denied_count)
  }

  load(reader: CanonicalReader): void {
    this.#isHeld = reader.flag()
    this.#denied_count = reader.number()
  }
}
