// A node's side of a connection to an exchange process, for tests.

import { expect, onTestFinished } from 'vitest'
import type { KeptInput } from '../../engine/input-codec.ts'
import type { VenueSession } from '../../engine/live/venue-connection.ts'
import type { Config } from '../../schemas/config/config.ts'
import type { AccountId, ClientOrderId, VenueId } from '../../schemas/ids.ts'
import type { VenueReport } from '../../schemas/messages/order.ts'
import { instrumentsOf } from '../../sim/backtest/instrument-set.ts'
import { capabilitiesOf } from '../../sim/exchange/orders/capability-tables.ts'
import { orderOf } from '../../sim/paper-venue/venue-config.test-support.ts'
import type { ExchangeAddress } from './frame-link.ts'
import { TcpConnection, type TcpConnectionOptions } from './tcp-connection.ts'

export const TIMES = { heartbeat_ms: 20, dead_after_ms: 3_000, pause_ms_min: 5, pause_ms_max: 40 }

/** A node's side: what it was offered, in short, and a wait for what will be. */
export class Desk {
  readonly inputs: KeptInput[] = []
  readonly states: string[] = []
  readonly connection: TcpConnection
  readonly #sent = new Set<string>()
  readonly #waiting = new Set<() => void>()
  isSending = false

  static at(address: ExchangeAddress, config: Config, change: Partial<TcpConnectionOptions> = {}): Desk {
    const instruments = instrumentsOf(config)
    const options = {
      address,
      venue_id: 'gen' as VenueId,
      capabilities: capabilitiesOf(undefined, { opening: false, closing: false }),
      instruments,
    }
    return new Desk({ ...options, times: TIMES, ...change })
  }

  constructor(options: TcpConnectionOptions) {
    this.connection = new TcpConnection(options)
    onTestFinished(() => this.connection.close())
  }

  open(change: Partial<VenueSession> = {}): Promise<void> {
    const session = {
      session: 'paper',
      epoch: 1,
      accounts: new Map([['main' as AccountId, '']]),
      absence_grace_ms: 0,
    }
    return this.connection.open(
      { ...session, ...change },
      {
        offer: (input) => {
          expect(this.isSending).toBe(false)
          this.inputs.push(input)
          this.#wake()
        },
        onState: (state) => {
          this.states.push(state)
          this.#wake()
        },
      },
    )
  }

  send(counter: number, change = {}): void {
    this.isSending = true
    const order = orderOf(counter, change)
    this.#sent.add(order.client_order_id)
    this.connection.send(order)
    this.isSending = false
  }

  lookUp(counter: number): void {
    this.connection.lookUp('main' as AccountId, [`paper-1-t-${counter}` as ClientOrderId])
  }

  /** Resolves once the condition holds. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.#waiting.add(resolve))
  }

  /** All but the statuses behind each logon, which come whenever they come. */
  heard(): string[] {
    return this.inputs.filter(({ type }) => type !== 'security_status').map(short)
  }

  async hears(word: string): Promise<void> {
    await this.until(() => this.heard().includes(word))
  }

  /** Ids with an outcome, or an answer to their look-up. */
  idsWith(outcome: 'sent' | 'refused' | 'unproven' | 'found' | 'absent'): string[] {
    return this.inputs.flatMap((input) =>
      (input.type === 'send_outcome' || input.type === 'order_lookup') && input.outcome === outcome
        ? [input.client_order_id]
        : [],
    )
  }

  /** Whether the exchange is known to have had an id. */
  knowsOf(id: string): boolean {
    return (
      this.idsWith('sent').includes(id) ||
      this.inputs.some((input) => input.type === 'venue_report' && input.client_order_id === id)
    )
  }

  /** Reports in the order they were heard, but for those that came again as the answer to a look-up. */
  newReports(): VenueReport[] {
    let last = 0
    return this.inputs.filter((input): input is VenueReport => {
      if (input.type !== 'venue_report' || Number(input.report_id) <= last) return false
      last = Number(input.report_id)
      return true
    })
  }

  /** Looks up what is unproven until all of it is known or absent, and every order that was sent has been told of. */
  async settle(): Promise<void> {
    const open = () => {
      const absent = new Set([...this.idsWith('absent'), ...this.idsWith('refused')])
      const told = new Set(
        this.inputs.flatMap((input) =>
          input.type === 'venue_report' ? [input.client_order_id as string] : [],
        ),
      )
      return [...this.#sent].filter((id) => !told.has(id) && !absent.has(id))
    }
    while (open().length > 0) {
      this.connection.lookUp('main' as AccountId, open() as ClientOrderId[])
      const { length } = this.inputs
      const states = this.states.length
      this.connection.requestState('main' as AccountId)
      await this.until(
        () =>
          this.states.length > states || this.inputs.slice(length).some(({ type }) => type === 'venue_state'),
      )
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
  }
}

export function short(input: KeptInput): string {
  if (input.type === 'send_outcome')
    return `${input.outcome} ${input.client_order_id} ${input.reason_code}`.trim()
  if (input.type === 'venue_report') return `${input.report_id} ${input.report_type} ${input.client_order_id}`
  if (input.type === 'order_lookup') return `${input.outcome} ${input.client_order_id}`
  return input.type
}
