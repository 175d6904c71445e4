// The trades of a venue that an operator can still take back: the latest ones, each as it stands. Where nobody operates the
// market, as in a backtest, none is kept.

import type { CanonicalReader } from '../../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../../engine/canonical/canonical-writer.ts'
import { readReport, writeReport } from '../../../engine/report-codec.ts'
import { must } from '../../../schemas/assert.ts'
import type { VenueReport } from '../../../schemas/messages/order.ts'

export type KeptTrade = {
  /** As it was reported; of a corrected trade, as it was corrected. */
  readonly trade: VenueReport
  /** Execution id of what took it back or corrected it; '' while it stands. */
  taken_by: string
  /** Chance has decided that it will be taken back or corrected. */
  is_due: boolean
}

export class KeptTrades {
  readonly #count_max: number
  /** By execution id, the oldest first. */
  readonly #trades = new Map<string, KeptTrade>()

  constructor(count_max: number) {
    this.#count_max = count_max
  }

  get keeps_any(): boolean {
    return this.#count_max > 0
  }

  find(execution_id: string): KeptTrade | undefined {
    return this.#trades.get(execution_id)
  }

  /** Returns the trade that is forgotten for it. */
  add(trade: VenueReport): VenueReport | undefined {
    this.#trades.set(trade.execution_id, { trade, taken_by: '', is_due: false })
    if (this.#trades.size <= this.#count_max) return undefined
    const [oldest] = this.#trades.values()
    const { trade: forgotten } = must(oldest, 'more are kept than none')
    this.#trades.delete(forgotten.execution_id)
    return forgotten
  }

  save(writer: CanonicalWriter): void {
    writer.count(this.#trades.size)
    for (const { trade, taken_by, is_due } of this.#trades.values()) {
      writeReport(writer, trade)
      writer.text(taken_by)
      writer.flag(is_due)
    }
  }

  load(reader: CanonicalReader, instrumentIndex: (instrument_id: string) => number): void {
    for (let remaining = reader.count(); remaining > 0; remaining--) {
      const trade = readReport(reader, instrumentIndex)
      this.#trades.set(trade.execution_id, { trade, taken_by: reader.text(), is_due: reader.flag() })
    }
  }
}
