// Hands what actors of this node say on chosen subjects to the outbox, for another node to hear. Rules: ./SPEC.md.

import type { Actor } from '../../engine/actor.ts'
import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import type { Node } from '../../engine/node.ts'
import { assert } from '../../schemas/assert.ts'
import type { NodePayload } from '../../schemas/messages/node-message.ts'

export class OutgoingActor implements Actor {
  readonly name = 'placement/outgoing'
  readonly #node: Node
  #count = 0

  constructor(node: Node) {
    this.#node = node
    node.addActor(this)
  }

  get state(): string {
    return `${this.#count} messages`
  }

  /** While wiring: what is said on the subject leaves the node, where `leaves` says so. */
  add<Payload extends NodePayload>(
    subject: string,
    leaves: (payload: Payload) => boolean = () => true,
  ): void {
    this.#node.bus.subscribe<Payload>(subject, (payload) => {
      if (!leaves(payload)) return
      this.#count++
      this.#node.stageMessage(subject, payload)
    })
  }

  onTimer(): void {
    assert(false, 'what leaves the node waits for no timer')
  }

  save(writer: CanonicalWriter): void {
    writer.number(this.#count)
  }

  load(reader: CanonicalReader): void {
    this.#count = reader.number()
  }
}
