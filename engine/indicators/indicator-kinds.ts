// What indicators have in common. Each is a small class over numbers; `value` is a number from the start, never NaN, and
// means something once `ready` says that the indicator has seen enough.

import { assert } from '../../schemas/assert.ts'
import type { CanonicalReader } from '../canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../canonical/canonical-writer.ts'

interface CommonIndicator {
  /** 0 before the first update. */
  readonly value: number
  readonly ready: boolean
  /** Forgets everything, for a new warm-up. */
  reset(): void
  save(writer: CanonicalWriter): void
  load(reader: CanonicalReader): void
}

/** Fed with one number at a time: a price, a close, another indicator's value. */
export interface ValueIndicator extends CommonIndicator {
  readonly input: 'value'
  update(value: number): void
}

/** The part of a bar that indicators of bars look at. */
export type BarRange = {
  readonly high_price_units: number
  readonly low_price_units: number
  readonly close_price_units: number
}

/** Fed with whole bars. */
export interface BarIndicator extends CommonIndicator {
  readonly input: 'bar'
  update(bar: BarRange): void
}

/** What a window of so many values holds is taken at once. */
const PERIOD_MAX = 1_000_000

export function assertPeriod(period: number): void {
  const isPeriod = Number.isSafeInteger(period) && period >= 1 && period <= PERIOD_MAX
  assert(isPeriod, `a period is a positive integer up to ${PERIOD_MAX}, got ${period}`)
}

export function assertFinite(value: number): void {
  assert(Number.isFinite(value), `an indicator takes finite numbers, got ${value}`)
}
