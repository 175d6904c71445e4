// Closed positions with their profit after fees, made from executions. A fill that closes one position and opens the
// next has its fee shared between them by quantity.

import type { BookedFill } from '../../actors/portfolio/portfolio-actor.ts'

export type ClosedPosition = { readonly ts_us: number; readonly profit: bigint }

export class TradeLog {
  readonly closed: ClosedPosition[] = []
  /** Profit of the position now open, by account and instrument. */
  readonly #open = new Map<string, bigint>()

  add(account_id: string, fill: BookedFill): void {
    const key = `${account_id}/${fill.instrument_index}`
    const before = this.#open.get(key) ?? 0n
    if (!fill.position_closed) {
      this.#open.set(key, before + fill.realized - fill.fee)
      return
    }
    const closing = closingFee(fill)
    this.closed.push({ ts_us: fill.ts_us, profit: before + fill.realized - closing })
    this.#open.set(key, closing - fill.fee)
  }
}

function closingFee({ fee, closed_units, opened_units }: BookedFill): bigint {
  return (fee * BigInt(closed_units)) / BigInt(closed_units + opened_units)
}
