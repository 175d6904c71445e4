// The bus between nodes, and to whoever looks: JetStream for installations, in process for tests.
//
// Order: messages of one subject reach a subscriber in the order one publisher published them, awaited or not; after a
// missed deadline the message may still come, out of its place. Delivery: at least once; a published `message_id` is
// stored once within the bus's window, and receivers drop what they have processed. `publish` resolves when the bus holds
// the message durably, and rejects at its deadline (`bus.deadline`); whether it was stored is then unknown, and publishing
// the same id again is safe. `send` is for market data: at most once, not awaited, bounded; what does not fit
// is dropped and counted. Overload: `publish` refuses beyond `pending_max` messages in flight (`bus.overloaded`); a
// subscriber that is behind holds no more than `pending_max` in this process. Reconnects lose nothing that was published. A
// permission violation is fatal: it is told to `onFault` once, and every later call is refused. A handler that throws ends
// its subscription, and is told there, too.

import type { OperatingError } from '../schemas/operating-error.ts'

export type BusMessage = {
  readonly subject: string
  /** Unique for ever: `<node>.<epoch>.<seq>.<n>`, or what an outside program chose; '' only with `send`. */
  readonly message_id: string
  readonly payload: Uint8Array
}

/**
 * A message as delivered. `stream` and `sequence` name its place for ever; '' and 0 for what `send` sent. To a subscription
 * from what is new a stream may be one that its server keeps in memory for moments (market data): where it lost its end,
 * sequences are given a second time, and `stream_life` tells one from the other.
 */
export type BusDelivery = BusMessage & {
  readonly stream: string
  readonly sequence: number
  /** 1; one more each time the stream lost messages that this subscription has heard. */
  readonly stream_life: number
  /** When the bus took it, by the bus's clock; 0 for what `send` sent. */
  readonly ts_stored_us: number
  /** Messages for the same subscription that the bus held behind it when it handed it out. */
  readonly pending_count: number
}

/** Where the bus holds a published message. */
export type BusReceipt = {
  readonly stream: string
  readonly sequence: number
  /** A message of this id was there before: published by an earlier run, or by another under an id that is not its own. */
  readonly duplicate: boolean
}

/**
 * Where a subscription starts: what is published from now on, everything held, or behind a sequence already processed. A
 * stream that ends before that sequence was made anew, and everything it holds comes.
 */
export type BusStart = { readonly at: 'new' } | { readonly at: 'first' } | { readonly after_sequence: number }

export type BusSubscription = { close(): Promise<void> }

export interface MessageBus {
  publish(message: BusMessage): Promise<BusReceipt>
  send(message: Pick<BusMessage, 'subject' | 'payload'>): void
  /**
   * Hands in the messages of stored subjects of one stream, which may end in `.>` or have `*` for a token. A handler is
   * called for one message at a time; what it returns is awaited.
   */
  subscribe(
    subjects: readonly string[],
    start: BusStart,
    onMessage: (delivery: BusDelivery) => void | Promise<void>,
  ): Promise<BusSubscription>
  /** Hands in what `send` sends, from now on. */
  listen(subjects: readonly string[], onMessage: (delivery: BusDelivery) => void): Promise<BusSubscription>
  onFault(listener: (fault: OperatingError) => void): void
  /** Connection lost and found again, for people and supervision. */
  onConnection(listener: (connected: boolean, reason: string) => void): void
  /** Messages of `send` that did not fit. */
  readonly dropped_count: number
  close(): Promise<void>
}
