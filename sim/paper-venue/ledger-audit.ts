// The ledger of a simulated exchange read as a judge reads it: from its first record, under the configuration each part
// ran with. What was received how often, what was filled, and what each account holds; and whether every part begins
// where the one before it ended.

import { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import {
  type Journal,
  type JournalRecord,
  RECORD_KIND,
  type RecoveredEpoch,
} from '../../engine/journal-port.ts'
import type { MarketAct } from '../../schemas/messages/market-act.ts'
import type { VenueReport } from '../../schemas/messages/order.ts'
import { MONEY_SCALE } from '../../schemas/money.ts'
import { decimalString } from '../../schemas/units.ts'

import { isLedgerAct, isLedgerCommand, readLedgerAct, readLedgerCommand } from './ledger-codec.ts'
import { type HostedModels, ledgerTerms, readsBooks } from './ledger-header.ts'
import { stateOf, takeAgain } from './ledger-retelling.ts'
import { VenueBooks } from './venue-books.ts'

/** A client order id: of an order, an incarnation of it, or a request to cancel. */
export type AuditedId = {
  readonly venue_id: string
  readonly account_id: string
  readonly client_order_id: string
  readonly command_type: string
  /** How often it was received; more than once is a duplicate, and was refused as one. */
  readonly received_count: number
}

export type AuditedFill = {
  readonly venue_id: string
  readonly account_id: string
  readonly client_order_id: string
  readonly execution_id: string
  readonly instrument_id: string
  readonly side: string
  readonly quantity_units: number
  readonly price_units: number
  readonly ts_event_us: number
}

export type AuditedAccount = {
  readonly account_id: string
  readonly currency: string
  readonly balance: string
  readonly equity: string
  readonly positions: readonly { readonly instrument_id: string; readonly quantity_units: number }[]
}

export type LedgerAudit = {
  readonly epochs: number
  readonly inputs: number
  /** Whether each epoch begins with the books that the one before it ends with. */
  readonly is_consistent: boolean
  readonly duplicates_received: number
  readonly ids: readonly AuditedId[]
  readonly fills: readonly AuditedFill[]
  readonly open_orders: readonly {
    readonly venue_id: string
    readonly account_id: string
    readonly client_order_id: string
    readonly leaves_quantity_units: number
  }[]
  /** What operators did to the market, the earliest first. */
  readonly market_acts: readonly (MarketAct & { readonly ts_us: number })[]
  readonly accounts: readonly AuditedAccount[]
}

/** @param journal opened and not written to. */
export async function auditLedger(
  journal: Pick<Journal, 'epochs' | 'read'>,
  authored: HostedModels,
): Promise<LedgerAudit> {
  const audit = new Audit(authored)
  for (const epoch of journal.epochs) {
    audit.begin(epoch)
    for await (const record of journal.read(epoch.epoch)) audit.take(record)
  }
  return audit.finish(journal.epochs.length)
}

class Audit {
  readonly #authored: HostedModels
  readonly #ids = new Map<string, AuditedId>()
  readonly #fills: AuditedFill[] = []
  readonly #acts: (MarketAct & { readonly ts_us: number })[] = []
  #books: VenueBooks | undefined
  #specs: readonly InstrumentSpec[] = []
  #isConsistent = true

  constructor(authored: HostedModels) {
    this.#authored = authored
  }

  begin({ header, base }: RecoveredEpoch): void {
    const ended = this.#books === undefined ? new Uint8Array(0) : stateOf(this.#books)
    // An epoch that opens under another configuration still begins with the same books, which another build may have
    // written in another form.
    const isReadable = readsBooks(header)
    if (isReadable && !sameBytes(ended, base)) this.#isConsistent = false
    const terms = ledgerTerms(header, this.#authored)
    this.#specs = terms.specs
    this.#books = new VenueBooks(terms, {
      onReport: (report) => this.#report(report),
      onStatus: () => undefined,
    })
    const begun = isReadable ? base : ended
    if (begun.length > 0) this.#books.load(new CanonicalReader(begun))
  }

  take({ kind, payload }: JournalRecord): void {
    const books = this.#books
    if (kind !== RECORD_KIND.input || books === undefined) return
    if (isLedgerAct(payload)) this.#noteAct(payload)
    else if (isLedgerCommand(payload)) this.#receive(payload)
    takeAgain(books, payload, this.#specs)
  }

  finish(epochs: number): LedgerAudit {
    // What is on its way comes about, whether or not anyone waits for it.
    this.#books?.passMessages()
    const ids = [...this.#ids.values()]
    return {
      epochs,
      inputs: this.#books?.seq ?? 0,
      is_consistent: this.#isConsistent,
      duplicates_received: ids.reduce((sum, { received_count }) => sum + received_count - 1, 0),
      ids,
      fills: this.#fills,
      open_orders: this.#openOrders(),
      market_acts: this.#acts,
      accounts: this.#accounts(),
    }
  }

  #receive(payload: Uint8Array): void {
    const { command } = readLedgerCommand(new CanonicalReader(payload), () => -1)
    const { venue_id, account_id, client_order_id, type: command_type } = command
    const received_count = (this.#ids.get(client_order_id)?.received_count ?? 0) + 1
    const first = this.#ids.get(client_order_id) ?? { venue_id, account_id, client_order_id, command_type }
    this.#ids.set(client_order_id, { ...first, received_count })
  }

  #noteAct(payload: Uint8Array): void {
    const { ts_us, act } = readLedgerAct(new CanonicalReader(payload))
    this.#acts.push({ ts_us, ...act })
  }

  #report(report: VenueReport): void {
    const { report_type } = report
    if (report_type !== 'trade' && report_type !== 'trade_cancel' && report_type !== 'trade_correct') return
    // What was taken back does not stand, and what was corrected stands as it was corrected.
    if (report_type !== 'trade') this.#takeBack(report.execution_reference_id)
    if (report_type === 'trade_cancel') return
    const { venue_id, account_id, client_order_id, execution_id, instrument_id, side, ts_event_us } = report
    this.#fills.push({
      venue_id,
      account_id,
      client_order_id,
      execution_id,
      instrument_id,
      side,
      quantity_units: report.last_quantity_units,
      price_units: report.last_price_units,
      ts_event_us,
    })
  }

  #takeBack(execution_id: string): void {
    const at = this.#fills.findIndex((fill) => fill.execution_id === execution_id)
    if (at >= 0) this.#fills.splice(at, 1)
  }

  #openOrders(): LedgerAudit['open_orders'] {
    return (this.#books?.venues.books().open_orders ?? []).map(
      ({ venue_id, account_id, client_order_id, leaves_quantity_units }) => ({
        venue_id,
        account_id,
        client_order_id,
        leaves_quantity_units,
      }),
    )
  }

  #accounts(): AuditedAccount[] {
    return (this.#books?.venues.books().accounts ?? []).map(
      ({ account_id, currency, balance, equity, positions }) => ({
        account_id,
        currency,
        balance: decimalString(balance, MONEY_SCALE),
        equity: decimalString(equity, MONEY_SCALE),
        positions: positions
          .filter(({ quantity_units }) => quantity_units !== 0)
          .map(({ instrument_id, quantity_units }) => ({ instrument_id, quantity_units })),
      }),
    )
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at])
}
