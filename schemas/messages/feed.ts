// What a feed adapter says of its connection. Rows themselves are the only other thing a feed says.

import type { VenueId } from '../ids.ts'

export const FEED_EVENTS = ['connected', 'disconnected', 'gap', 'resynchronised'] as const
export type FeedEventKind = (typeof FEED_EVENTS)[number]

/** An input: the adapter's word on its link. */
export type FeedEvent = {
  readonly type: 'feed_event'
  readonly venue_id: VenueId
  readonly event: FeedEventKind
  readonly reason: string
}

/** A message: the feed actor changed its state; only `live` is fit to trade on. */
export type FeedStateChanged = {
  readonly type: 'feed_state_changed'
  readonly venue_id: VenueId
  readonly state: string
}
