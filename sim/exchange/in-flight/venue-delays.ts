// How long what is sent to a venue and what it reports is under way, by the venue's configuration.

import type { VenueConfig } from '../../../schemas/config/venue-config.ts'
import type { VenueCommand } from '../../../schemas/messages/order.ts'
import { Delay } from './delay.ts'

type DelayedVenue = Pick<VenueConfig, 'id' | 'latency'>

export type CommandDelays = { readonly [type in VenueCommand['type']]: Delay }

/** Cancel and replace requests without a delay of their own take turns with the orders. */
export function commandDelays(venue: DelayedVenue, seed: number): CommandDelays {
  const { cancel_us, replace_us } = venue.latency
  const submit = delayOf(venue, seed, 'submit')
  return {
    new_order_single: submit,
    order_cancel_request: cancel_us === undefined ? submit : delayOf(venue, seed, 'cancel'),
    order_cancel_replace_request: replace_us === undefined ? submit : delayOf(venue, seed, 'replace'),
  }
}

export function delayOf(
  { id, latency }: DelayedVenue,
  seed: number,
  leg: 'submit' | 'cancel' | 'replace' | 'report',
): Delay {
  return new Delay(latency[`${leg}_us`] ?? 0, seed, `exchange/${id}/latency/${leg}`)
}
