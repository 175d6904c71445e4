// How far the session has heard each venue, per account: where its adapter resumes after a start or a lost connection.
//
// Ids of reports grow, as decimal numbers or as texts of one length; a report that comes again moves nothing back.

import type { AccountId, VenueId } from '../../schemas/ids.ts'
import type { VenueReport } from '../../schemas/messages/order.ts'
import type { CanonicalReader } from '../canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../canonical/canonical-writer.ts'

export class ReportMarks {
  readonly #byVenue = new Map<string, Map<string, string>>()

  note({ venue_id, account_id, report_id }: VenueReport): void {
    if (report_id === '') return
    const accounts = this.#accounts(venue_id)
    if (isLater(report_id, accounts.get(account_id) ?? '')) accounts.set(account_id, report_id)
  }

  /** The id of the last report processed; '' before the first. */
  last(venue_id: VenueId, account_id: AccountId): string {
    return this.#byVenue.get(venue_id)?.get(account_id) ?? ''
  }

  save(writer: CanonicalWriter): void {
    writer.value(this.#byVenue)
  }

  load(reader: CanonicalReader): void {
    this.#byVenue.clear()
    for (const [venue_id, accounts] of reader.value() as Map<string, Map<string, string>>) {
      this.#byVenue.set(venue_id, accounts)
    }
  }

  #accounts(venue_id: string): Map<string, string> {
    const known = this.#byVenue.get(venue_id)
    if (known !== undefined) return known
    const accounts = new Map<string, string>()
    this.#byVenue.set(venue_id, accounts)
    return accounts
  }
}

function isLater(id: string, than: string): boolean {
  return id.length === than.length ? id > than : id.length > than.length
}
