// The last message of a node's own stream, for a role that may ask no stream for its messages: through the reader that was
// made for it. The leader is asked, so the answer is never an old one.

import { type JsMsg, jetstream } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'

const ANSWER_MS = 5_000

export type LastMessageOptions = {
  readonly connection: NatsConnection
  readonly stream: string
  /** Reader of the stream, which nobody else uses meanwhile. */
  readonly consumer: string
}

/** Undefined where the stream has none. */
export async function lastMessage({
  connection,
  stream,
  consumer,
}: LastMessageOptions): Promise<JsMsg | undefined> {
  const js = jetstream(connection, { timeout: ANSWER_MS })
  const manager = await js.jetstreamManager(false)
  const { messages, last_seq } = (await manager.streams.info(stream)).state
  if (messages === 0) return undefined
  await manager.consumers.reset(stream, consumer, last_seq)
  const message = await (await js.consumers.get(stream, consumer)).next({ expires: ANSWER_MS })
  return message ?? undefined
}
