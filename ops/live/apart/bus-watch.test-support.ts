// Everything nodes say on the bus, watched by a program of its own: how much of it each node has to hear, and which orders
// wait for an answer of the venue.

import type { NatsConnection } from '@nats-io/transport-node'

/** A message as it lies on the bus. */
export type Stored = {
  readonly subject: string
  readonly session: string
  readonly envelope: { readonly message_id: string; readonly source: string; readonly type: string }
  readonly payload: Readonly<Record<string, unknown>>
}

const PENDING = new Set([
  'order_approved',
  'order.pending_new',
  'order.pending_cancel',
  'order.pending_replace',
])

export class BusWatch {
  readonly #connection: NatsConnection
  readonly #session: string
  readonly #byAlpha: ReadonlySet<string>
  readonly #pending = new Set<string>()
  readonly #toHear: Record<string, number> = { trading: 0, alpha: 0 }

  /** @param byAlpha strategies of the node alpha; all others are of the node trading. */
  static async start(
    connection: NatsConnection,
    session: string,
    byAlpha: readonly string[],
  ): Promise<BusWatch> {
    const watch = new BusWatch(connection, session, byAlpha)
    const apart = ['intent', 'state', 'sig'].map((family) => `apart.*.${family}`)
    for (const said of ['intent', 'state', 'sig', 'order', 'risk', ...apart]) {
      connection.subscribe(`paper.${said}.>`, {
        callback: (error, message) => {
          if (error === null) watch.#take(message.json<Stored>())
        },
      })
    }
    await connection.flush()
    return watch
  }

  private constructor(connection: NatsConnection, session: string, byAlpha: readonly string[]) {
    this.#connection = connection
    this.#session = session
    this.#byAlpha = new Set(byAlpha)
  }

  /** Whether no order waits for its venue, by all that the server had when it was asked. */
  async isAnswered(): Promise<boolean> {
    await this.#connection.flush()
    return this.#pending.size === 0
  }

  /** How many messages so far are for a node. */
  toHear(node: string): number {
    return this.#toHear[node] ?? 0
  }

  #take({ session, envelope, payload }: Stored): void {
    if (session !== this.#session) return
    const { type, source } = envelope
    const { strategy_id, counter } = payload
    if (source === 'alpha') this.#count('trading')
    else if (type === 'signal' || (type !== 'order_approved' && this.#byAlpha.has(String(strategy_id))))
      this.#count('alpha')
    if (!type.startsWith('order')) return
    const order = `${strategy_id}/${counter}`
    if (PENDING.has(type)) this.#pending.add(order)
    else this.#pending.delete(order)
  }

  #count(node: string): void {
    this.#toHear[node] = this.toHear(node) + 1
  }
}
