// When the machine itself stood still, as the bare write beside a session saw it: what an order took then says nothing of the
// session. The figures say how often that was, and are given with these orders and without them.

import { BARE_WRITE_INTERVAL_MS } from './bare-disk.ts'
import type { BareWrite } from './bare-disk-worker.ts'
import type { OrderTimes } from './measured-session.ts'

/** Several times what a thread was ever traced to wait for one of two busy processors, and a hundred times what the disk takes. */
const STANDSTILL_MS = 50

export type Standstill = { readonly from_ms: number; to_ms: number }

/** Apart from one another, in their order. Times since the epoch. */
export function machineStandstills(writes: readonly BareWrite[]): Standstill[] {
  const found: Standstill[] = []
  for (const { meant_ms, span_ms } of writes) {
    if (span_ms < STANDSTILL_MS) continue
    // What came meanwhile takes its time, and the next bare write is no earlier witness of it.
    const to_ms = meant_ms + span_ms + BARE_WRITE_INTERVAL_MS
    const last = found.at(-1)
    if (last !== undefined && meant_ms <= last.to_ms) last.to_ms = Math.max(last.to_ms, to_ms)
    else found.push({ from_ms: meant_ms, to_ms })
  }
  return found
}

export function standstillSeconds(standstills: readonly Standstill[]): number {
  return standstills.reduce((sum, { from_ms, to_ms }) => sum + (to_ms - from_ms), 0) / 1000
}

/** The orders that no standstill met between their tick and their bytes. */
export function outside(orders: readonly OrderTimes[], standstills: readonly Standstill[]): OrderTimes[] {
  return orders.filter(
    ({ meant_us, sent_us }) =>
      !standstills.some(({ from_ms, to_ms }) => meant_us / 1000 <= to_ms && sent_us / 1000 >= from_ms),
  )
}
