// What both kinds of connection say of themselves first, and how a capability table of the other side is compared.

import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import type { CapabilityTable } from '../../engine/venue-port.ts'

export type InstrumentScales = {
  readonly instrument_id: string
  readonly price_scale: number
  readonly size_scale: number
}

export function instrumentScales(instruments: readonly InstrumentSpec[], venue: string): InstrumentScales[] {
  return instruments
    .filter(({ venue_id }) => venue_id === venue)
    .map(({ instrument_id, price_scale, size_scale }) => ({ instrument_id, price_scale, size_scale }))
}

/** Whether the tables say the same; the order of their keys says nothing. */
export function sameTable(wire: Readonly<Record<string, unknown>>, own: CapabilityTable): boolean {
  return JSON.stringify(sorted(wire)) === JSON.stringify(sorted(own))
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const entries = Object.entries(value).filter(([, field]) => field !== undefined)
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, field]) => [name, sorted(field)]),
  )
}
