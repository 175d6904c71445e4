// What the journals of two nodes say of their talk: who said what, who heard it, and what became of every intent.

import { join } from 'node:path'
import { openFileJournal } from '../../../adapters/journal-file/file-journal.ts'
import { CanonicalReader } from '../../../engine/canonical/canonical-reader.ts'
import { type EffectRecord, readEffects } from '../../../engine/effect-record.ts'
import { isRowRecord, readInput } from '../../../engine/input-codec.ts'
import { RECORD_KIND } from '../../../engine/journal-port.ts'
import { messageId } from '../../../schemas/ids.ts'
import type { NodeMessage, NodePayload } from '../../../schemas/messages/node-message.ts'
import type { VenueCommand } from '../../../schemas/messages/order.ts'

export type NodeStory = {
  /** By message id, in the order said. */
  readonly said: ReadonlyMap<string, NodePayload>
  readonly heard: readonly NodeMessage[]
  readonly commands: readonly VenueCommand[]
}

/** Of a node that has ended. */
export async function storyOf(folder: string, node: string): Promise<NodeStory> {
  const journal = await openFileJournal({ directory: join(folder, 'journal') })
  const said = new Map<string, NodePayload>()
  const heard: NodeMessage[] = []
  const commands: VenueCommand[] = []
  try {
    for (const { epoch } of journal.epochs) {
      for await (const { kind, payload } of journal.read(epoch)) {
        if (kind === RECORD_KIND.effects) {
          const effects = readEffects(payload, () => 0)
          commands.push(...effects.commands)
          noteSaid(effects, node, epoch, said)
        } else if (kind === RECORD_KIND.input && !isRowRecord(payload)) {
          const { input } = readInput(new CanonicalReader(payload), () => 0)
          if (input.type === 'node_message') heard.push(input)
        }
      }
    }
    return { said, heard, commands }
  } finally {
    await journal.close()
  }
}

function noteSaid(
  { seq, messages }: EffectRecord,
  node: string,
  epoch: number,
  said: Map<string, NodePayload>,
): void {
  for (const { n, payload } of messages) said.set(messageId(node, epoch, seq, n), payload)
}

/**
 * What of one node's words the other has not heard once. `concerns` says which are for it. Words that a crash kept from
 * the speaker's journal are said all the same: a re-run says them, under the ids they have there.
 */
export function unheard(speaker: NodeStory, hearer: NodeStory, concerns: (payload: NodePayload) => boolean) {
  const times = new Map<string, number>()
  for (const { message_id } of hearer.heard) times.set(message_id, (times.get(message_id) ?? 0) + 1)
  return [...speaker.said]
    .filter(([id, payload]) => concerns(payload) && times.get(id) !== 1)
    .map(([id, { type }]) => `${id} ${type}: heard ${times.get(id) ?? 0} times`)
}

/** Orders asked for that became neither one order nor one denial. */
export function undecided({ heard, commands, said }: NodeStory): string[] {
  const outcomes = new Map<string, number>()
  const note = ({ strategy_id, counter }: { readonly strategy_id: string; readonly counter: number }) => {
    const key = `${strategy_id}/${counter}`
    outcomes.set(key, (outcomes.get(key) ?? 0) + 1)
  }
  for (const command of commands) if (command.type === 'new_order_single') note(command)
  for (const payload of said.values())
    if (payload.type === 'order_denied' && payload.request === 'new') note(payload)
  return heard.flatMap(({ payload }) => {
    if (payload.type !== 'submit_intent') return []
    const key = `${payload.strategy_id}/${payload.counter}`
    const times = outcomes.get(key) ?? 0
    return times === 1 ? [] : [`${key}: decided ${times} times`]
  })
}
