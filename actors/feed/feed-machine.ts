// The state of one venue's market data. Rules: ./SPEC.md. Rows never come here: the data lane sends an event when one
// matters (the first, the first after silence).

import { setup } from 'xstate'

export type FeedMachineEvent =
  | { readonly type: 'feed.row_received' }
  | { readonly type: 'feed.connected' }
  | { readonly type: 'feed.went_silent' }
  | { readonly type: 'feed.disconnected' }
  | { readonly type: 'feed.gap_detected' }
  | { readonly type: 'feed.resynchronised' }

export const FEED_STATES = ['connecting', 'live', 'stale', 'gap'] as const

export const feedMachine = setup({ types: { events: {} as FeedMachineEvent } }).createMachine({
  id: 'feed',
  initial: 'connecting',
  on: {
    'feed.disconnected': '.connecting',
    'feed.gap_detected': '.gap',
  },
  states: {
    connecting: { on: { 'feed.row_received': 'live' } },
    live: { on: { 'feed.went_silent': 'stale' } },
    stale: { on: { 'feed.row_received': 'live' } },
    // Neither rows nor a new connection heal a gap: what was missed is missing until the adapter has resynchronised.
    gap: { on: { 'feed.resynchronised': 'live', 'feed.disconnected': {} } },
  },
})
