// One direction between the accounts and a venue. Each account has a connection of its own, which keeps the order of what
// it carries, as TCP does: what is sent later never comes first, and waits behind what is slower.

import type { CanonicalReader } from '../../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../../engine/canonical/canonical-writer.ts'
import { NameMap } from '../../../engine/name-map.ts'
import type { VenueCommand, VenueReport } from '../../../schemas/messages/order.ts'
import type { SecurityStatus } from '../../../schemas/messages/security-status.ts'
import type { Agenda } from './agenda.ts'

/** No name of an account ends so. */
const BEHIND = ' behind rows'

export class MessageLine {
  readonly #agenda: Agenda
  readonly #kind: 'arrival' | 'report'
  readonly #rank: number
  /** By account, when the last message that took time comes, and under its name and BEHIND when one last waited for rows. */
  readonly #last_us = new NameMap<string, number>()
  #hasWaited = false

  constructor(agenda: Agenda, kind: 'arrival' | 'report', venue_rank: number) {
    this.#agenda = agenda
    this.#kind = kind
    this.#rank = venue_rank
  }

  /**
   * A message sets out. One that takes no time, with nothing before it, is an instant of the input at `now_us`; a command
   * that `waits` comes behind the rows of that time, and so does what is sent behind it.
   */
  carry(
    message: VenueCommand | VenueReport | SecurityStatus,
    now_us: number,
    delay_us: number,
    waits = false,
  ): void {
    // What is said to everybody keeps its own order.
    const line = message.type === 'security_status' ? '' : message.account_id
    const last_us = this.#last_us.get(line) ?? Number.NEGATIVE_INFINITY
    if (delay_us > 0 || last_us >= now_us) {
      const due_us = Math.max(now_us + delay_us, last_us)
      this.#last_us.set(line, due_us)
      this.#agenda.add(this.#kind, this.#rank, now_us, due_us, message, false)
    } else if (waits || (this.#hasWaited && this.#last_us.get(line + BEHIND) === now_us)) {
      this.#hasWaited = true
      this.#last_us.set(line + BEHIND, now_us)
      this.#agenda.addBehindRows(this.#rank, now_us, message as VenueCommand)
    } else this.#agenda.add(this.#kind, this.#rank, now_us, now_us, message, true)
  }

  /** When everything that is under way by now has come. */
  quietUs(now_us: number): number {
    return Math.max(now_us, ...this.#last_us.values())
  }

  save(writer: CanonicalWriter): void {
    writer.value(this.#last_us)
  }

  load(reader: CanonicalReader): void {
    for (const [line, last_us] of reader.value() as Map<string, number>) {
      this.#last_us.set(line, last_us)
      this.#hasWaited ||= line.endsWith(BEHIND)
    }
  }
}
