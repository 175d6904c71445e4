// How those stand on whom a verdict depends, as they said last: the account's strategies, its feeds, its books. Of whom
// nothing was heard nothing is presumed. Rules: ./SPEC.md.

import type { Bus } from '../../engine/bus.ts'
import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { NameMap } from '../../engine/name-map.ts'
import type { AccountId } from '../../schemas/ids.ts'
import type { FeedStateChanged } from '../../schemas/messages/feed.ts'
import type { ReconciliationChanged, ReconciliationState } from '../../schemas/messages/reconciliation.ts'
import type { StrategyStateChanged } from '../../schemas/messages/strategy.ts'
import { SUBJECT } from '../../schemas/subjects.ts'

export class Standing {
  readonly #strategies = new NameMap<string, string>()
  readonly #feeds = new NameMap<string, string>()
  #books: ReconciliationState | '' = ''
  readonly #apart: ReadonlySet<string>

  /** @param apart those of the strategies that another node runs: only that node can say again how they stand. */
  constructor(bus: Bus, account_id: AccountId, venues: Iterable<string>, apart: ReadonlySet<string>) {
    this.#apart = apart
    bus.subscribe<StrategyStateChanged>(SUBJECT.strategyState(account_id), ({ strategy_id, state }) => {
      this.#strategies.set(strategy_id, state)
    })
    bus.subscribe<ReconciliationChanged>(SUBJECT.reconciliation(account_id), ({ state }) => {
      this.#books = state
    })
    for (const venue_id of venues) {
      bus.subscribe<FeedStateChanged>(SUBJECT.feedState(venue_id), ({ state }) => {
        this.#feeds.set(venue_id, state)
      })
    }
  }

  strategy(strategy_id: string): string {
    return this.#strategies.get(strategy_id) ?? 'unknown'
  }

  feed(venue_id: string): string {
    return this.#feeds.get(venue_id) ?? 'unknown'
  }

  /** '' where nobody compares them, as in a backtest. */
  get books(): ReconciliationState | '' {
    return this.#books
  }

  save(writer: CanonicalWriter): void {
    writer.value(this.#strategies)
    writer.value(this.#feeds)
    writer.text(this.#books)
  }

  load(reader: CanonicalReader): void {
    for (const [id, state] of reader.value() as Map<string, string>) this.#strategies.set(id, state)
    for (const [id, state] of reader.value() as Map<string, string>) this.#feeds.set(id, state)
    this.#books = reader.text() as ReconciliationState | ''
  }

  /** What a later build takes up: whoever else there is says it again at the start. */
  saveLedger(): Record<string, string> {
    return Object.fromEntries([...this.#strategies].filter(([id]) => this.#apart.has(id)))
  }

  loadLedger(apart: Readonly<Record<string, string>>): void {
    for (const [id, state] of Object.entries(apart)) if (this.#apart.has(id)) this.#strategies.set(id, state)
  }
}
