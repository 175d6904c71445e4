// An independent witness at the venue's door: it notes the bytes of every command the venue is handed, to be found
// again in the journal's own records. It asks the engine nothing.

import { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { writeCommand } from '../../engine/command-codec.ts'
import { type Journal, type JournalRecord, RECORD_KIND } from '../../engine/journal-port.ts'
import type { VenueCommand } from '../../schemas/messages/order.ts'
import type { SimulatedExchange } from '../exchange/simulated-exchange.ts'

/** Stands before the send of an exchange, or of all of them where it is given the prototype. */
export function witness(exchange: SimulatedExchange, onSend: (command: Buffer) => void): void {
  const { send } = exchange
  exchange.send = function (this: SimulatedExchange, command, sent_us) {
    onSend(bytesOf(command))
    send.call(this, command, sent_us)
  }
}

/** Commands that no effect record holds. */
export function unrecorded(
  commands: readonly Buffer[],
  records: readonly Pick<JournalRecord, 'kind' | 'payload'>[],
) {
  const effects = Buffer.concat(
    records.filter(({ kind }) => kind === RECORD_KIND.effects).map(({ payload }) => payload),
  )
  return commands.filter((command) => !effects.includes(command))
}

export async function recordsOf(journal: Journal, epoch: number): Promise<JournalRecord[]> {
  const records: JournalRecord[] = []
  for await (const record of journal.read(epoch)) records.push(record)
  return records
}

function bytesOf(command: VenueCommand): Buffer {
  const writer = new CanonicalWriter(256)
  writeCommand(writer, command)
  return Buffer.from(writer.copy())
}
