// After a connection is made, commands of an earlier one may still be on their way: an id that the exchange does not know
// may turn up. Until the grace is over its absence is held back, and then it is asked for again.

import type { AccountId, ClientOrderId } from '../../schemas/ids.ts'

export class AbsenceGrace {
  readonly #askAgain: (account_id: AccountId, ids: readonly ClientOrderId[]) => void
  readonly #held = new Map<AccountId, Set<ClientOrderId>>()
  #timer: NodeJS.Timeout | undefined

  constructor(askAgain: (account_id: AccountId, ids: readonly ClientOrderId[]) => void) {
    this.#askAgain = askAgain
  }

  begin(grace_ms: number): void {
    this.end()
    if (grace_ms > 0) this.#timer = setTimeout(() => this.#over(), grace_ms)
  }

  /** The connection is gone; at the next all that is unknown is asked for anyway. */
  end(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#held.clear()
  }

  /** Whether the absence of an id is no proof yet; it is then asked for again. */
  holds(account_id: AccountId, client_order_id: ClientOrderId): boolean {
    if (this.#timer === undefined) return false
    const ids = this.#held.get(account_id) ?? new Set()
    this.#held.set(account_id, ids.add(client_order_id))
    return true
  }

  #over(): void {
    this.#timer = undefined
    const held = [...this.#held]
    this.#held.clear()
    for (const [account_id, ids] of held) this.#askAgain(account_id, [...ids])
  }
}
