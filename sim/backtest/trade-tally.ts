// Closed positions and their profit after fees, counted and summed as executions come, so that a long run costs no memory.
// A fill that closes one position and opens the next has its fee shared between them by quantity.

import type { BookedFill } from '../../actors/portfolio/portfolio-actor.ts'
import { closingFee } from '../../engine/money/closing-fee.ts'
import type { ConversionTable } from '../../engine/money/conversion-table.ts'
import type { AccountConfig } from '../../schemas/config/account-config.ts'

export class TradeTally {
  count = 0
  wins = 0
  losses = 0
  /** Sum of the profits of winning trades, and of the losses of losing ones as a positive amount. */
  won = 0n
  lost = 0n
  readonly #conversion: ConversionTable
  /** Profit of the position now open, by account and instrument, in the account's currency. */
  readonly #open = new Map<string, bigint>()

  /** Profits are summed in the currency of the conversion. */
  constructor(conversion: ConversionTable) {
    this.#conversion = conversion
  }

  add({ id, currency }: Pick<AccountConfig, 'id' | 'currency'>, fill: BookedFill): void {
    const key = `${id}/${fill.instrument_index}`
    const before = this.#open.get(key) ?? 0n
    if (!fill.position_closed) {
      this.#open.set(key, before + fill.realized - fill.fee)
      return
    }
    const closing = closingFee(fill.fee, fill.closed_units, fill.opened_units)
    this.#close(this.#conversion.convert(before + fill.realized - closing, currency))
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
