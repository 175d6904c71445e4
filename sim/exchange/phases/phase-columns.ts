// What a market knows of each of its instruments, by the instrument's index.

export class PhaseColumns {
  /** Indexes into SESSION_PHASES. */
  readonly phases: Uint8Array
  readonly is_trading: Uint8Array
  /** What the instrument waits for, and since when. */
  readonly pending: Uint8Array
  readonly pending_since_us: Float64Array
  /** Whether the book has moved since; 2: it has not, and the close may have a print. */
  readonly has_row: Uint8Array
  /** Whether the session that has closed was the last of its day. */
  readonly ends_day: Uint8Array
  /** When a day ended last; 0: none has. */
  readonly day_ended_us: Float64Array
  readonly halted_until_us: Float64Array
  /** Halted by an operator, until he lets it go, whatever else halts it meanwhile. */
  readonly is_held: Uint8Array
  /** Whether the market stands beyond a band, and since when at one, 0 where it does not. */
  readonly is_limited: Uint8Array
  readonly limit_since_us: Float64Array
  /** Whether a pause ends with the closing auction. */
  readonly is_paused_to_close: Uint8Array
  /** Statuses that were said, as indexes into SECURITY_STATUSES. */
  readonly told: Uint8Array

  constructor(instrument_count: number) {
    this.phases = new Uint8Array(instrument_count)
    this.is_trading = new Uint8Array(instrument_count)
    this.pending = new Uint8Array(instrument_count)
    this.pending_since_us = new Float64Array(instrument_count)
    this.has_row = new Uint8Array(instrument_count)
    this.ends_day = new Uint8Array(instrument_count)
    this.day_ended_us = new Float64Array(instrument_count)
    this.halted_until_us = new Float64Array(instrument_count)
    this.is_held = new Uint8Array(instrument_count)
    this.is_limited = new Uint8Array(instrument_count)
    this.limit_since_us = new Float64Array(instrument_count)
    this.is_paused_to_close = new Uint8Array(instrument_count)
    this.told = new Uint8Array(instrument_count)
  }

  state(): PhaseColumnsState {
    return {
      phases: [...this.phases],
      is_trading: [...this.is_trading],
      pending: [...this.pending],
      pending_since_us: [...this.pending_since_us],
      has_row: [...this.has_row],
      ends_day: [...this.ends_day],
      day_ended_us: [...this.day_ended_us],
      halted_until_us: [...this.halted_until_us],
      is_held: [...this.is_held],
      is_limited: [...this.is_limited],
      limit_since_us: [...this.limit_since_us],
      is_paused_to_close: [...this.is_paused_to_close],
      told: [...this.told],
    }
  }

  restore(state: PhaseColumnsState): void {
    this.phases.set(state.phases)
    this.is_trading.set(state.is_trading)
    this.pending.set(state.pending)
    this.pending_since_us.set(state.pending_since_us)
    this.has_row.set(state.has_row)
    this.ends_day.set(state.ends_day)
    this.day_ended_us.set(state.day_ended_us)
    this.halted_until_us.set(state.halted_until_us)
    this.is_held.set(state.is_held)
    this.is_limited.set(state.is_limited)
    this.limit_since_us.set(state.limit_since_us)
    this.is_paused_to_close.set(state.is_paused_to_close)
    this.told.set(state.told)
  }
}

type ColumnName = Exclude<keyof PhaseColumns, 'state' | 'restore'>

/** The same, as lists of numbers. */
export type PhaseColumnsState = { readonly [column in ColumnName]: readonly number[] }
