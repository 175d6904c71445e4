import type { InputQueueBounds } from '../input-queue.ts'

export type LiveBounds = InputQueueBounds & {
  /** Bytes the journal may hold that are not durable before orders are refused. */
  readonly pending_bytes_max: number
  /** Messages to other nodes that the bus is not known to hold before orders are refused. */
  readonly unpublished_max: number
  /** Timers that may fire before one input; the excess faults the strategy behind it. */
  readonly instant_inputs_max: number
}

export const LIVE_BOUNDS_DEFAULT: LiveBounds = {
  // A tenth of a second of a busy market may wait before quotes conflate, two seconds before data is lost.
  conflate_from: 5_000,
  market_max: 100_000,
  kept_max: 10_000,
  // About a quarter of a second of what a disk writes: a journal further behind decides on a market long gone.
  pending_bytes_max: 32 << 20,
  // Seconds of what a server stores one by one; a snapshot holds them all.
  unpublished_max: 10_000,
  instant_inputs_max: 1_000,
}
