// Where the reading of a stream goes on whose server may have lost its end: behind the last message that was heard, or, if
// the stream has another one there or ends before, at one heard earlier that it still has. From there on it comes again,
// and what was heard is told by its mark.

import type { Consumer, JetStreamManager } from '@nats-io/jetstream'
import type { HeardMarks, Mark } from './heard-marks.ts'

/** The client takes no less. */
const FETCH_EXPIRES_MS = 1_000
/** How many numbers further back is looked each time. */
const STRIDE = 8

export type PlaceOptions = {
  readonly manager: JetStreamManager
  readonly stream: string
  readonly marks: HeardMarks
  /** A reader of the whole stream behind a sequence. */
  readonly openWhole: (after_sequence: number) => Promise<Consumer>
}

/** The sequence to read behind; less than `heard` where the stream has been set back. Rejects where it cannot be asked. */
export async function findPlace(options: PlaceOptions, heard: number): Promise<number> {
  const { manager, stream, marks } = options
  const { first_seq, last_seq } = (await manager.streams.info(stream)).state
  // What is no longer kept is unknown, and nothing was heard that came behind it.
  if (heard < first_seq && heard <= last_seq) return heard
  let sequence = heard + 1
  for (let back = 0; ; back = Math.max(1, back * STRIDE)) {
    const mark = marks.below(heard, back)
    // None of them is there, so what is from the oldest on was not heard.
    if (mark === undefined || mark.sequence === sequence) return Math.min(sequence - 1, last_seq)
    sequence = mark.sequence
    if (sequence < first_seq) return first_seq - 1
    if (sequence <= last_seq && (await isThere(options, mark))) return sequence
  }
}

async function isThere({ openWhole }: PlaceOptions, { sequence, ts_stored_ns }: Mark): Promise<boolean> {
  const consumer = await openWhole(sequence - 1)
  for await (const { seq, info } of await consumer.fetch({ max_messages: 1, expires: FETCH_EXPIRES_MS }))
    return seq === sequence && info.timestampNanos === ts_stored_ns
  // Nothing is there if the server says so, and not if it says nothing.
  await consumer.info()
  return false
}
