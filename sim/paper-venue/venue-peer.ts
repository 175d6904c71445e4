// One connection of a node to the exchange, on the exchange's side: frames in, frames out. What a peer sends is trusted in
// nothing; what is no frame, or is out of place, ends the connection and nothing else. Rules: ./SPEC.md.

import type { FeedClock } from '../../engine/market-feed-port.ts'
import { commandOfWire, frameLine, readRequest, reportToWire } from '../../engine/wire/frame-codec.ts'
import { FrameLines } from '../../engine/wire/frame-lines.ts'
import { stateFrames } from '../../engine/wire/state-frames.ts'
import {
  type AnswerFrame,
  DEAD_AFTER_MS,
  HEARTBEAT_MS,
  REQUEST_BYTES_MAX,
  type RequestFrame,
} from '../../engine/wire/venue-frames.ts'
import type { AccountId, ClientOrderId, VenueId } from '../../schemas/ids.ts'
import type { VenueCommand, VenueReport } from '../../schemas/messages/order.ts'
import type { SecurityStatus } from '../../schemas/messages/security-status.ts'
import type { VenueState } from '../../schemas/messages/venue.ts'
import type { FoundOrder } from './venue-books.ts'

/** What carries the bytes. */
export type FramePipe = {
  write(line: string): void
  /** Bytes written that have not left. */
  readonly backlog_bytes: number
  /** Sends what was written, then ends. */
  end(): void
}

/** Who a peer is, once it has said so. */
export type PeerLogon = { readonly venue_id: VenueId; readonly accounts: ReadonlySet<string> }

/** What a peer asks of the exchange. */
export type PeerDesk = {
  logOn(peer: VenuePeer, logon: Extract<RequestFrame, { frame: 'logon' }>): void
  subscribe(peer: VenuePeer, subscribe: Extract<RequestFrame, { frame: 'subscribe' }>): void
  command(peer: VenuePeer, command: VenueCommand): void
  find(venue_id: VenueId, account_id: AccountId, id: ClientOrderId, tell: (found: FoundOrder) => void): void
  state(venue_id: VenueId, account_id: AccountId, tell: (state: VenueState) => void): void
  instrumentIndex(instrument_id: string): number
  left(peer: VenuePeer): void
}

/** How often each side is heard, and after how long a silence it is given up. */
export type Heartbeats = { readonly heartbeat_ms: number; readonly dead_after_ms: number }
export const HEARTBEATS: Heartbeats = { heartbeat_ms: HEARTBEAT_MS, dead_after_ms: DEAD_AFTER_MS }

/** A peer that leaves this much unread is given up: it comes back and is told again what it has not processed. */
export const BACKLOG_BYTES_MAX = 16 * 1024 * 1024

export type VenuePeerOptions = {
  readonly pipe: FramePipe
  readonly desk: PeerDesk
  readonly clock: FeedClock
  readonly heartbeats: Heartbeats
}

export class VenuePeer {
  /** Why the peer was let go, for people; '' while it is there. */
  ended = ''
  logon: PeerLogon | undefined
  /** Reports come to it: everything before was said. */
  isTold = false
  readonly pipe: FramePipe
  readonly #options: VenuePeerOptions
  readonly #lines = new FrameLines(REQUEST_BYTES_MAX)
  #isKnown = false
  #heard_us: number
  #cancelBeat: () => void

  constructor(options: VenuePeerOptions) {
    this.#options = options
    this.pipe = options.pipe
    this.#heard_us = options.clock.now_us()
    this.#cancelBeat = this.#nextBeat()
  }

  bytes(bytes: Uint8Array): void {
    if (this.ended !== '') return
    this.#heard_us = this.#options.clock.now_us()
    const lines = this.#lines.push(bytes)
    for (const line of lines ?? []) {
      if (this.ended !== '') return
      const frame = readRequest(line)
      if (frame === undefined) return this.refuse('bad_frame', 'A line is no frame of the protocol.')
      this.#take(frame)
    }
    if (lines === undefined) this.refuse('bad_frame', 'A line is too long or is no UTF-8.')
  }

  /** The other side is gone. */
  closed(): void {
    this.#end('closed by the node')
  }

  say(frame: AnswerFrame): void {
    if (this.ended !== '') return
    if (this.pipe.backlog_bytes > BACKLOG_BYTES_MAX) return this.#end('reads too slowly')
    this.pipe.write(frameLine(frame))
  }

  report(report: VenueReport): void {
    this.say({ frame: 'report', report: reportToWire(report) })
  }

  status({ instrument_id, status, ends_day, ts_event_us }: SecurityStatus): void {
    this.say({ frame: 'status', instrument_id, status, ends_day, ts_event_us })
  }

  /** Says why, and ends the connection. */
  refuse(code: string, what: string): void {
    this.say({ frame: 'refused', code, what })
    this.#end(code)
  }

  #take(frame: RequestFrame): void {
    const { desk } = this.#options
    if (frame.frame === 'heartbeat') return
    if (frame.frame === 'logon' || frame.frame === 'subscribe') {
      if (this.#isKnown) return this.refuse('out_of_place', 'A connection says once what it is.')
      this.#isKnown = true
      return frame.frame === 'logon' ? desk.logOn(this, frame) : desk.subscribe(this, frame)
    }
    if (this.logon === undefined) return this.refuse('out_of_place', 'A connection logs on before it asks.')
    if (frame.frame === 'command') return this.#command(this.logon, frame)
    if (!this.logon.accounts.has(frame.account_id)) return this.#notItsOwn()
    if (frame.frame === 'state') return this.#state(this.logon, frame.account_id as AccountId)
    for (const id of frame.client_order_ids)
      this.#find(this.logon, frame.account_id as AccountId, id as ClientOrderId)
  }

  #command(
    { venue_id, accounts }: PeerLogon,
    { command }: Extract<RequestFrame, { frame: 'command' }>,
  ): void {
    const { desk } = this.#options
    const isOwn = accounts.has(command.account_id) && command.venue_id === venue_id
    if (!isOwn) return this.#notItsOwn()
    if (desk.instrumentIndex(command.instrument_id) < 0)
      return this.refuse('unknown_instrument', `The exchange has no ${command.instrument_id}.`)
    desk.command(
      this,
      commandOfWire(command, (id) => desk.instrumentIndex(id)),
    )
  }

  #find({ venue_id }: PeerLogon, account_id: AccountId, client_order_id: ClientOrderId): void {
    this.#options.desk.find(venue_id, account_id, client_order_id, (found) => {
      if (found.is === 'live') {
        this.say({ frame: 'found', account_id, client_order_id, report: reportToWire(found.report) })
      } else if (found.is === 'absent') this.say({ frame: 'absent', account_id, client_order_id })
      else if (found.is === 'ended') for (const report of found.reports) this.report(report)
      // Of one that is on its way the reports will tell.
    })
  }

  #state({ venue_id }: PeerLogon, account_id: AccountId): void {
    this.#options.desk.state(venue_id, account_id, ({ positions, open_client_order_ids, ts_event_us }) => {
      const held = positions.map(({ instrument_id, quantity_units }) => ({ instrument_id, quantity_units }))
      const open = [...open_client_order_ids]
      const state = { account_id, positions: held, open_client_order_ids: open, ts_event_us }
      for (const frame of stateFrames({ frame: 'state', ...state })) this.say(frame)
    })
  }

  #notItsOwn(): void {
    this.refuse('not_logged_on', 'The account or venue is none that this connection has logged on for.')
  }

  #nextBeat(): () => void {
    const { clock, heartbeats } = this.#options
    return clock.after(heartbeats.heartbeat_ms * 1000, () => {
      if (clock.now_us() - this.#heard_us > heartbeats.dead_after_ms * 1000) return this.#end('silent')
      this.say({ frame: 'heartbeat' })
      this.#cancelBeat = this.#nextBeat()
    })
  }

  #end(reason: string): void {
    if (this.ended !== '') return
    this.ended = reason
    this.#cancelBeat()
    this.pipe.end()
    this.#options.desk.left(this)
  }
}
