// A reader that was made for a role which may make none of its own. The server keeps its place, and hands a message out
// once: what it hands to a connection that is gone, or to a request made before, is lost to us. So it is set to the
// sequence we know at each opening, messages are counted, and once the requests of before have run out the server is asked
// whether it has handed out more than came.

import { setTimeout as wait } from 'node:timers/promises'
import type { Consumer, JetStreamClient, JsMsg } from '@nats-io/jetstream'

/** Between two looks at a count that does not fit, for messages that are under way. */
const UNDER_WAY_MS = 250

export class FixedConsumer {
  readonly #js: JetStreamClient
  readonly #stream: string
  readonly #name: string
  #consumer: Consumer | undefined
  /** Of the messages handed out since the reader was set, those that came. */
  #count = 0

  constructor(js: JetStreamClient, stream: string, name: string) {
    this.#js = js
    this.#stream = stream
    this.#name = name
  }

  /** Sets the reader behind a sequence of the stream. */
  async open(after_sequence: number): Promise<Consumer> {
    const manager = await this.#js.jetstreamManager(false)
    // Where there is none the server leaves the reset unanswered, and answers this.
    await manager.consumers.info(this.#stream, this.#name)
    await manager.consumers.reset(this.#stream, this.#name, after_sequence + 1)
    this.#count = 0
    this.#consumer = await this.#js.consumers.get(this.#stream, this.#name)
    return this.#consumer
  }

  /** Counts a message. False: another was handed out before it and did not come, or somebody else has set the reader. */
  takes({ info }: JsMsg): boolean {
    this.#count += 1
    return info.deliverySequence === this.#count
  }

  /**
   * Looks after `earlier_ms`, in which requests of before run out, whether all that was handed out has come; while
   * `isBusy`, what has come may wait, and it looks again.
   */
  async isComplete(earlier_ms: number, isBusy: () => boolean, signal: AbortSignal): Promise<boolean> {
    await wait(earlier_ms, undefined, { signal })
    for (;;) {
      const handed_out = (await this.#consumer?.info())?.delivered.consumer_seq ?? 0
      if (handed_out <= this.#count) return true
      await wait(UNDER_WAY_MS, undefined, { signal })
      if (handed_out <= this.#count) return true
      if (!isBusy()) return false
    }
  }
}
