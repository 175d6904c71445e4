// The cash of one account: signed entries by currency, each with the balance it left. Entries are only ever appended;
// a mistake is put right by another entry.

import { assert } from '../../schemas/assert.ts'
import type { AccountId, StrategyId } from '../../schemas/ids.ts'
import type { TimeUs } from '../../schemas/units.ts'
import type { CanonicalReader } from '../canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../canonical/canonical-writer.ts'
import { checkedMoney, MONEY_OVERFLOW } from '../money/money.ts'
import { NameMap } from '../name-map.ts'

export const LEDGER_ENTRY_KINDS = ['deposit', 'trade_pnl', 'commission', 'conversion', 'adjustment'] as const
export type LedgerEntryKind = (typeof LEDGER_ENTRY_KINDS)[number]

/** What is to be booked. A negative amount leaves the account: a commission paid is negative. */
export type LedgerPosting = {
  readonly kind: LedgerEntryKind
  /** The virtual book it belongs to; '' for the account itself. */
  readonly strategy_id: StrategyId | ''
  readonly currency: string
  readonly amount: bigint
  /** What it is about, an execution id for instance; '' where nothing is. */
  readonly reference: string
  readonly ts_us: TimeUs
}

/** A posting as booked: numbered from 1 within its account, with the balance of its currency after it. */
export type LedgerEntry = LedgerPosting & {
  readonly account_id: AccountId
  readonly entry_number: number
  readonly balance: bigint
}

export type LedgerTotal = {
  readonly currency: string
  readonly kind: LedgerEntryKind
  readonly amount: bigint
}

type Cash = { balance: bigint; readonly totals: Map<LedgerEntryKind, bigint> }

export class Ledger {
  readonly account_id: AccountId
  readonly #onEntry: (entry: LedgerEntry) => void
  readonly #cash = new NameMap<string, Cash>()
  #entry_count = 0

  /** `onEntry` sees every entry once, in order, as it is booked. */
  constructor(account_id: AccountId, onEntry: (entry: LedgerEntry) => void) {
    this.account_id = account_id
    this.#onEntry = onEntry
  }

  get entry_count(): number {
    return this.#entry_count
  }

  post(posting: LedgerPosting): LedgerEntry {
    const cash = this.#cashOf(posting.currency)
    cash.balance += posting.amount
    assert(
      checkedMoney(cash.balance) !== MONEY_OVERFLOW,
      'a balance stays in range; the gate denies what could exceed it',
    )
    cash.totals.set(posting.kind, (cash.totals.get(posting.kind) ?? 0n) + posting.amount)
    this.#entry_count++
    const entry: LedgerEntry = {
      account_id: this.account_id,
      entry_number: this.#entry_count,
      kind: posting.kind,
      strategy_id: posting.strategy_id,
      currency: posting.currency,
      amount: posting.amount,
      reference: posting.reference,
      ts_us: posting.ts_us,
      balance: cash.balance,
    }
    this.#onEntry(entry)
    return entry
  }

  balance(currency: string): bigint {
    return this.#cash.get(currency)?.balance ?? 0n
  }

  /** Sum of all entries of a kind in a currency. */
  total(kind: LedgerEntryKind, currency: string): bigint {
    return this.#cash.get(currency)?.totals.get(kind) ?? 0n
  }

  /** Currencies that ever had an entry, sorted. */
  currencies(): string[] {
    return [...this.#cash.keys()].sort()
  }

  /** Takes up where another ledger of the account ended. */
  restore(entry_count: number, totals: readonly LedgerTotal[]): void {
    this.#cash.clear()
    this.#entry_count = entry_count
    for (const { currency, kind, amount } of totals) {
      const cash = this.#cashOf(currency)
      cash.totals.set(kind, amount)
      cash.balance += amount
    }
  }

  /** The sums of all entries, by currency and kind. */
  totals(): LedgerTotal[] {
    return this.currencies().flatMap((currency) =>
      LEDGER_ENTRY_KINDS.map((kind) => ({ currency, kind, amount: this.total(kind, currency) })),
    )
  }

  save(writer: CanonicalWriter): void {
    writer.number(this.#entry_count)
    const currencies = this.currencies()
    writer.count(currencies.length)
    for (const currency of currencies) {
      writer.text(currency)
      for (const kind of LEDGER_ENTRY_KINDS) writer.big(this.total(kind, currency))
    }
  }

  load(reader: CanonicalReader): void {
    this.#cash.clear()
    this.#entry_count = reader.number()
    const count = reader.count()
    for (let i = 0; i < count; i++) {
      const cash = this.#cashOf(reader.text())
      for (const kind of LEDGER_ENTRY_KINDS) {
        const total = reader.big()
        if (total !== 0n) cash.totals.set(kind, total)
        cash.balance += total
      }
    }
  }

  #cashOf(currency: string): Cash {
    let cash = this.#cash.get(currency)
    if (cash === undefined) {
      cash = { balance: 0n, totals: new Map() }
      this.#cash.set(currency, cash)
    }
    return cash
  }
}
