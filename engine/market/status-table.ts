// In which trading status each instrument is, when it last stopped trading, and when its day ended last. An instrument of which nothing was said trades.

import { assert } from '../../schemas/assert.ts'
import { SECURITY_STATUSES, type SecurityTradingStatus } from '../../schemas/messages/security-status.ts'
import type { CanonicalReader } from '../canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../canonical/canonical-writer.ts'

export class StatusTable {
  readonly #statuses: Uint8Array
  /** Engine time at which it last stopped trading. */
  readonly #stopped_us: Float64Array
  /** On the venue's clock; 0: no end of a day was told. */
  readonly #dayEnded_us: Float64Array

  constructor(instrument_count: number) {
    this.#statuses = new Uint8Array(instrument_count)
    this.#stopped_us = new Float64Array(instrument_count)
    this.#dayEnded_us = new Float64Array(instrument_count)
  }

  of(instrument_index: number): SecurityTradingStatus {
    return SECURITY_STATUSES[this.#statuses[instrument_index] as number] as SecurityTradingStatus
  }

  /** Of an instrument that does not trade: when it last did. */
  stoppedUs(instrument_index: number): number {
    return this.#stopped_us[instrument_index] as number
  }

  /** Returns whether the status is another one now. */
  set(instrument_index: number, status: SecurityTradingStatus, now_us: number): boolean {
    assert(instrument_index < this.#statuses.length, 'a status is of an instrument of the node')
    const was = this.of(instrument_index)
    if (was === status) return false
    if (was === 'trading') this.#stopped_us[instrument_index] = now_us
    this.#statuses[instrument_index] = SECURITY_STATUSES.indexOf(status)
    return true
  }

  /** Returns whether that end of its day was not told before. */
  endDay(instrument_index: number, ts_event_us: number): boolean {
    if (ts_event_us <= (this.#dayEnded_us[instrument_index] as number)) return false
    this.#dayEnded_us[instrument_index] = ts_event_us
    return true
  }

  /** When its day ended last, as far as it was told; 0: never. */
  dayEndedUs(instrument_index: number): number {
    return this.#dayEnded_us[instrument_index] as number
  }

  save(writer: CanonicalWriter): void {
    writer.bytes(this.#statuses)
    for (const times_us of [this.#stopped_us, this.#dayEnded_us])
      for (const time_us of times_us) writer.number(time_us)
  }

  load(reader: CanonicalReader): void {
    this.#statuses.set(reader.bytes())
    for (const times_us of [this.#stopped_us, this.#dayEnded_us])
      for (let i = 0; i < times_us.length; i++) times_us[i] = reader.number()
  }
}
