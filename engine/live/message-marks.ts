// How far the session has heard each other node, by subject, because a bus keeps the order of a subject alone. What is
// at or below the mark was processed before: a redelivery, or the same message published again after a restart.

import { must } from '../../schemas/assert.ts'
import { parseMessageId } from '../../schemas/ids.ts'
import type { NodeMessage } from '../../schemas/messages/node-message.ts'
import type { CanonicalReader } from '../canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../canonical/canonical-writer.ts'
import { isPast, type Place } from './place.ts'

export class MessageMarks {
  readonly #marks = new Map<string, Place>()

  isNew(message: NodeMessage): boolean {
    const mark = this.#marks.get(nameOf(message))
    return mark === undefined || isPast(placeOf(message), mark)
  }

  note(message: NodeMessage): void {
    this.#marks.set(nameOf(message), placeOf(message))
  }

  save(writer: CanonicalWriter): void {
    writer.count(this.#marks.size)
    for (const [name, { epoch, seq, n }] of this.#marks) {
      writer.text(name)
      writer.number(epoch)
      writer.number(seq)
      writer.number(n)
    }
  }

  load(reader: CanonicalReader): void {
    this.#marks.clear()
    for (let left = reader.count(); left > 0; left--) {
      const name = reader.text()
      this.#marks.set(name, { epoch: reader.number(), seq: reader.number(), n: reader.number() })
    }
  }
}

function nameOf({ source, subject }: NodeMessage): string {
  return `${source} ${subject}`
}

function placeOf({ message_id }: NodeMessage): Place {
  return must(parseMessageId(message_id), 'a message between nodes has an id of its node')
}
