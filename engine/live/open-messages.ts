// Messages to other nodes that the bus is not known to hold. A start-up publishes them again under their own ids; unlike
// an order, a message that was never recorded is as good as one that was, because its id was never used.

import type { NodePayload } from '../../schemas/messages/node-message.ts'
import type { CanonicalReader } from '../canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../canonical/canonical-writer.ts'
import { readMessageEntry, writeMessageEntry } from '../node-message-codec.ts'
import type { OutgoingMessage } from '../node-wire.ts'
import { isPast, type Place } from './place.ts'

type OpenMessage = Omit<OutgoingMessage, 'node'>

export class OpenMessages {
  #messages: OpenMessage[] = []

  get count(): number {
    return this.#messages.length
  }

  add(message: OpenMessage): void {
    this.#messages.push(message)
  }

  /** The bus holds all up to here. */
  settle(place: Place): void {
    const first = this.#messages.findIndex((message) => isPast(message, place))
    this.#messages.splice(0, first < 0 ? this.#messages.length : first)
  }

  /** Oldest first. */
  of(node: string): OutgoingMessage[] {
    return this.#messages.map((message) => ({ node, ...message }))
  }

  save(writer: CanonicalWriter): void {
    writer.count(this.#messages.length)
    for (const { epoch, seq, n, ts_seq_us, subject, payload } of this.#messages) {
      writer.number(epoch)
      writer.number(seq)
      writer.number(n)
      writer.number(ts_seq_us)
      writeMessageEntry(writer, subject, payload)
    }
  }

  load(reader: CanonicalReader): void {
    this.#messages = Array.from({ length: reader.count() }, () => {
      const place = { epoch: reader.number(), seq: reader.number(), n: reader.number() }
      const ts_seq_us = reader.number()
      reader.byte()
      // They only leave the node, so their index is not needed.
      const entry: { subject: string; payload: NodePayload } = readMessageEntry(reader, () => -1)
      return { ...place, ts_seq_us, ...entry }
    })
  }
}
