// How far the session has heard each other node, by subject and strategy, because a bus keeps the order of a subject
// alone. What is at or below the mark was processed before: a redelivery, or the same message published again after a
// restart.

import { must } from '../../schemas/assert.ts'
import { parseMessageId } from '../../schemas/ids.ts'
import type { NodeMessage } from '../../schemas/messages/node-message.ts'
import type { CanonicalReader } from '../canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../canonical/canonical-writer.ts'
import { isPast, type Place } from './place.ts'

type Mark = Place & { readonly sequence: number }

export class MessageMarks {
  readonly #marks = new Map<string, Mark>()

  isNew(message: NodeMessage): boolean {
    const mark = this.#marks.get(nameOf(message))
    return mark === undefined || isPast(placeOf(message), mark)
  }

  /** Whether its node counts from an earlier epoch than it did before, in a message that the bus took later. */
  isAnew(message: NodeMessage): boolean {
    const mark = this.#marks.get(nameOf(message))
    return mark !== undefined && placeOf(message).epoch < mark.epoch && message.sequence > mark.sequence
  }

  note(message: NodeMessage): void {
    this.#marks.set(nameOf(message), { ...placeOf(message), sequence: message.sequence })
  }

  /** Whether the node has ever said something about the strategy on the subject. */
  has(source: string, subject: string, strategy_id: string): boolean {
    return this.#marks.has(`${source} ${subject} ${strategy_id}`)
  }

  /** The place in its stream of the last message that these nodes said on these subjects; 0 before the first. */
  lastSequence(isOf: (subject: string, source: string) => boolean): number {
    let last = 0
    for (const [name, { sequence }] of this.#marks) {
      const [source = '', subject = ''] = name.split(' ')
      if (sequence > last && isOf(subject, source)) last = sequence
    }
    return last
  }

  save(writer: CanonicalWriter): void {
    writer.count(this.#marks.size)
    for (const [name, { epoch, seq, n, sequence }] of this.#marks) {
      writer.text(name)
      writer.number(epoch)
      writer.number(seq)
      writer.number(n)
      writer.number(sequence)
    }
  }

  load(reader: CanonicalReader): void {
    this.#marks.clear()
    for (let left = reader.count(); left > 0; left--) {
      const name = reader.text()
      const place = { epoch: reader.number(), seq: reader.number(), n: reader.number() }
      this.#marks.set(name, { ...place, sequence: reader.number() })
    }
  }
}

/** A subject of the node may gather several of the bus, one for each strategy. */
function nameOf({ source, subject, payload }: NodeMessage): string {
  return `${source} ${subject} ${payload.strategy_id}`
}

function placeOf({ message_id }: NodeMessage): Place {
  return must(parseMessageId(message_id), 'a message between nodes has an id of its node')
}
