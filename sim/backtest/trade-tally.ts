// Closed positions and their profit after fees, counted and summed as executions come, so that a long run costs no memory.
// A fill that closes one position and opens the next has its fee shared between them by quantity.

import type { BookedFill } from '../../actors/portfolio/portfolio-actor.ts'

export class TradeTally {
  count = 0
  wins = 0
  losses = 0
  /** Sum of the profits of winning trades, and of the losses of losing ones as a positive amount. */
  won = 0n
  lost = 0n
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
    this.#close(before + fill.realized - closing)
    this.#open.set(key, closing - fill.fee)
  }

  #close(profit: bigint): void {
    this.count++
    if (profit > 0n) {
      this.wins++
      this.won += profit
    } else if (profit < 0n) {
      this.losses++
      this.lost -= profit
    }
  }
}

function closingFee({ fee, closed_units, opened_units }: BookedFill): bigint {
  return (fee * BigInt(closed_units)) / BigInt(closed_units + opened_units)
}
