// Commands written to an exchange process that has not said that it holds them. One that stays unanswered for too long, or
// whose connection is lost, is unproven; what is said of it afterwards is said by its reports and by look-ups.

import type { SendOutcome, VenueCommand } from '../../schemas/messages/order.ts'

type OpenCommand = { readonly command: VenueCommand; readonly timer: NodeJS.Timeout }

export class OpenCommands {
  readonly #commands = new Map<string, OpenCommand>()
  readonly #timeout_ms: number
  readonly #offer: (outcome: SendOutcome) => void

  constructor(timeout_ms: number, offer: (outcome: SendOutcome) => void) {
    this.#timeout_ms = timeout_ms
    this.#offer = offer
  }

  add(command: VenueCommand): void {
    const { client_order_id } = command
    const timer = setTimeout(
      () => this.#settle(client_order_id, 'unproven', 'submit_timeout'),
      this.#timeout_ms,
    )
    this.#commands.set(client_order_id, { command, timer })
  }

  received(client_order_id: string): void {
    this.#settle(client_order_id, 'sent', '')
  }

  /** The connection they were written to is gone. */
  lost(): void {
    for (const id of [...this.#commands.keys()]) this.#settle(id, 'unproven', 'connection_lost')
  }

  /** Says nothing any more. */
  close(): void {
    for (const { timer } of this.#commands.values()) clearTimeout(timer)
    this.#commands.clear()
  }

  #settle(client_order_id: string, outcome: SendOutcome['outcome'], reason_code: string): void {
    const open = this.#commands.get(client_order_id)
    if (open === undefined) return
    clearTimeout(open.timer)
    this.#commands.delete(client_order_id)
    this.#offer(sendOutcome(open.command, outcome, reason_code))
  }
}

export function sendOutcome(
  { account_id, client_order_id, type }: VenueCommand,
  outcome: SendOutcome['outcome'],
  reason_code: string,
): SendOutcome {
  return { type: 'send_outcome', outcome, account_id, client_order_id, command_type: type, reason_code }
}
