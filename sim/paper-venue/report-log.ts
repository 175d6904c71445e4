// What a venue has said to each account, numbered from 1: the number is the report's id, by which a session resumes behind
// the last one it processed. The latest are kept in memory and in snapshots.

import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { readReport, writeReport } from '../../engine/report-codec.ts'
import type { VenueReport } from '../../schemas/messages/order.ts'

/** Reports kept of an account. A session that was away for more is told so by its books, which then differ. */
export const REPORTS_MAX = 2_000

export class ReportLog {
  #first = 1
  #reports: VenueReport[] = []
  /** Reports up to this one were said; those behind wait for their cause to be durable. */
  said_number = 0

  get last_number(): number {
    return this.#first + this.#reports.length - 1
  }

  /** Gives the next report its id. */
  add(report: VenueReport): VenueReport {
    const numbered = { ...report, report_id: String(this.last_number + 1) }
    this.#reports.push(numbered)
    if (this.#reports.length >= 2 * REPORTS_MAX) {
      this.#first += REPORTS_MAX
      this.#reports = this.#reports.slice(REPORTS_MAX)
    }
    return numbered
  }

  /** Reports behind an id that were said, oldest first; '' is before the first. */
  after(report_id: string): VenueReport[] {
    const number = report_id === '' ? 0 : Number(report_id)
    const from = Math.max(0, number + 1 - this.#first)
    return this.#reports.slice(from, Math.max(from, this.said_number + 1 - this.#first))
  }

  /** What was said about an id: of the order, or of a request. */
  about(client_order_id: string): VenueReport[] {
    return this.#reports.filter(
      (report) =>
        report.client_order_id === client_order_id || report.original_client_order_id === client_order_id,
    )
  }

  save(writer: CanonicalWriter): void {
    writer.number(this.#first)
    writer.count(this.#reports.length)
    for (const report of this.#reports) writeReport(writer, report)
  }

  load(reader: CanonicalReader, instrumentIndex: (instrument_id: string) => number): void {
    this.#first = reader.number()
    this.#reports = Array.from({ length: reader.count() }, () => readReport(reader, instrumentIndex))
    // What was said before the end and what was not cannot be told apart: all of it is said again to who asks.
    this.said_number = this.last_number
  }
}
