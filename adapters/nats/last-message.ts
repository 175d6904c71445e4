// The last message of a subject, for a role that may ask no stream for its messages: through the reader that was made for
// it, and set by halves to where one message is left. The leader is asked, so the answer is never an old one.

import { type JetStreamClient, type JsMsg, jetstream } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'

const ANSWER_MS = 5_000

export type LastMessageOptions = {
  readonly connection: NatsConnection
  readonly stream: string
  /** Reader of the subject, which nobody else uses meanwhile. */
  readonly consumer: string
}

/** Undefined where the subject has none. */
export async function lastMessage(options: LastMessageOptions): Promise<JsMsg | undefined> {
  const { connection, stream, consumer } = options
  const js: JetStreamClient = jetstream(connection, { timeout: ANSWER_MS })
  const manager = await js.jetstreamManager(false)
  const isAtOrBehind = async (sequence: number): Promise<boolean> =>
    (await manager.consumers.reset(stream, consumer, sequence)).num_pending > 0
  const { first_seq, last_seq } = (await manager.streams.info(stream)).state
  let from = Math.max(1, first_seq)
  if (last_seq === 0 || !(await isAtOrBehind(from))) return undefined
  // One of its messages is at `from` or behind it, none at `beyond`.
  for (let beyond = last_seq + 1; beyond - from > 1; ) {
    const middle = from + Math.floor((beyond - from) / 2)
    if (await isAtOrBehind(middle)) from = middle
    else beyond = middle
  }
  await isAtOrBehind(from)
  const reader = await js.consumers.get(stream, consumer)
  const message = await reader.next({ expires: ANSWER_MS })
  return message ?? undefined
}
