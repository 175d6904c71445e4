// The exchange as its connections see it: who is logged on for which account, what is said to whom, and who is shown the
// market. Epochs are not fenced, as with a broker: two connections of one session are both served, and another session is
// refused while one is there. Rules: ./SPEC.md.

import type { ConflatedQuote } from '../../engine/conflation/conflated-quote.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import type { FeedClock } from '../../engine/market-feed-port.ts'
import type { RequestFrame } from '../../engine/wire/venue-frames.ts'
import type { AccountConfig } from '../../schemas/config/account-config.ts'
import type { AccountId, ClientOrderId, VenueId } from '../../schemas/ids.ts'
import type { VenueCommand } from '../../schemas/messages/order.ts'
import type { VenueState } from '../../schemas/messages/venue.ts'
import { SCHEMA_VERSION } from '../../schemas/schema-version.ts'
import type { HostDriver } from './host-driver.ts'
import { RowFan } from './row-fan.ts'
import type { FoundOrder } from './venue-books.ts'
import type { VenueWord } from './venue-host.ts'
import { type FramePipe, HEARTBEATS, type Heartbeats, type PeerDesk, VenuePeer } from './venue-peer.ts'

type Logon = Extract<RequestFrame, { frame: 'logon' }>
type Subscribe = Extract<RequestFrame, { frame: 'subscribe' }>

export type VenueServerOptions = {
  readonly driver: HostDriver
  readonly accounts: readonly Pick<AccountConfig, 'id' | 'venues'>[]
  readonly clock: FeedClock
  readonly heartbeats?: Heartbeats
}

export class VenueServer implements PeerDesk {
  readonly #options: VenueServerOptions
  readonly #index: ReadonlyMap<string, number>
  readonly #peers = new Set<VenuePeer>()
  /** Which session is logged on for an account of a venue, and by which of its connections. */
  readonly #sessions = new Map<string, { readonly session: string; readonly peers: Set<VenuePeer> }>()
  /** Who is to hear that its command was received. */
  readonly #senders = new Map<VenueCommand, VenuePeer>()
  readonly #fan: RowFan
  readonly #stopListening: () => void

  constructor(options: VenueServerOptions) {
    const { driver, clock } = options
    this.#options = options
    this.#index = new Map(driver.host.specs.map(({ instrument_id, index }) => [instrument_id, index]))
    this.#fan = new RowFan({ specs: driver.host.specs, clock })
    this.#stopListening = driver.host.listen((word) => this.#hear(word))
  }

  get connection_count(): number {
    return this.#peers.size
  }

  /** A connection was made; its bytes are handed to the peer. */
  accept(pipe: FramePipe): VenuePeer {
    const { clock, heartbeats = HEARTBEATS } = this.#options
    const peer = new VenuePeer({ pipe, desk: this, clock, heartbeats })
    this.#peers.add(peer)
    return peer
  }

  /** A quote of the exchange's own market: its books see it first, then the subscribers. */
  quote(quote: ConflatedQuote): void {
    this.#options.driver.row(quote)
    this.#fan.quote(quote)
  }

  close(): void {
    this.#stopListening()
    this.#fan.close()
    for (const peer of this.#peers) peer.closed()
  }

  logOn(peer: VenuePeer, logon: Logon): void {
    const { session } = logon
    const venue_id = logon.venue_id as VenueId
    const accounts = logon.accounts.map(({ account_id }) => account_id as AccountId)
    if (!this.#isWelcome(peer, logon)) return
    const unknown = accounts.find((account_id) => !this.#tradesAt(venue_id, account_id))
    if (unknown !== undefined)
      return peer.refuse('unknown_account', `The account ${unknown} does not trade at ${venue_id}.`)
    for (const account_id of accounts) {
      const holder = this.#sessions.get(`${venue_id}/${account_id}`)
      if (holder === undefined || holder.session === session) continue
      const what = `The account ${account_id} is in use by the session ${holder.session}.`
      return peer.refuse('account_in_use', what)
    }
    peer.logon = { venue_id, accounts: new Set(accounts) }
    for (const account_id of accounts) this.#hold(venue_id, account_id, session, peer)
    this.#resume(peer, logon)
  }

  subscribe(peer: VenuePeer, subscribe: Subscribe): void {
    if (!this.#isWelcome(peer, subscribe)) return
    this.#welcome(peer, subscribe.venue_id as VenueId)
    this.#fan.add(peer, new Set(subscribe.instruments.map(({ instrument_id }) => instrument_id)))
  }

  command(peer: VenuePeer, command: VenueCommand): void {
    this.#senders.set(command, peer)
    this.#options.driver.command(command)
  }

  find(venue_id: VenueId, account_id: AccountId, id: ClientOrderId, tell: (found: FoundOrder) => void): void {
    const { driver } = this.#options
    driver.ask(venue_id, () => {
      const found = driver.host.books.find(venue_id, account_id, id)
      return () => tell(found)
    })
  }

  state(venue_id: VenueId, account_id: AccountId, tell: (state: VenueState) => void): void {
    this.#options.driver.askState(venue_id, account_id, tell)
  }

  instrumentIndex(instrument_id: string): number {
    return this.#index.get(instrument_id) ?? -1
  }

  left(peer: VenuePeer): void {
    this.#peers.delete(peer)
    this.#fan.remove(peer)
    for (const [account, { peers }] of this.#sessions) {
      if (peers.delete(peer) && peers.size === 0) this.#sessions.delete(account)
    }
  }

  /** What both kinds of connection have to agree on. */
  #isWelcome(peer: VenuePeer, { schema_version, venue_id, instruments }: Logon | Subscribe): boolean {
    const { specs, books } = this.#options.driver.host
    if (schema_version !== SCHEMA_VERSION) {
      peer.refuse(
        'other_schema',
        `The exchange speaks schema version ${SCHEMA_VERSION}, not ${schema_version}.`,
      )
    } else if (!books.venues.exchanges.some((exchange) => exchange.venue_id === venue_id)) {
      peer.refuse('unknown_venue', `The exchange has no venue ${venue_id}.`)
    } else {
      const other = instruments.find(
        (instrument) => !specs.some((spec) => hasScalesOf(spec, instrument, venue_id)),
      )
      if (other === undefined) return true
      const { instrument_id, price_scale, size_scale } = other
      const what = `The exchange has no ${instrument_id} of price scale ${price_scale} and size scale ${size_scale}.`
      peer.refuse('other_instrument', what)
    }
    return false
  }

  #tradesAt(venue_id: VenueId, account_id: AccountId): boolean {
    const account = this.#options.accounts.find(({ id }) => id === account_id)
    return account?.venues.includes(venue_id) === true
  }

  #hold(venue_id: VenueId, account_id: AccountId, session: string, peer: VenuePeer): void {
    const key = `${venue_id}/${account_id}`
    const held = this.#sessions.get(key) ?? { session, peers: new Set<VenuePeer>() }
    held.peers.add(peer)
    this.#sessions.set(key, held)
  }

  /** Says what came after the last report the session has processed; what comes from now on follows by itself. */
  #resume(peer: VenuePeer, { venue_id, accounts }: Logon): void {
    const { driver } = this.#options
    driver.soon(() => {
      this.#welcome(peer, venue_id as VenueId)
      for (const { account_id, last_report_id } of accounts) {
        for (const report of driver.host.books.log(venue_id, account_id).after(last_report_id))
          peer.report(report)
      }
      const { books } = driver.host
      for (const status of books.venues.exchange(venue_id).statuses(books.now_us)) peer.status(status)
      peer.isTold = true
    })
  }

  #welcome(peer: VenuePeer, venue_id: VenueId): void {
    const { driver, clock } = this.#options
    const capabilities = { ...driver.host.books.venues.exchange(venue_id).capabilities }
    const ts_us = clock.now_us()
    peer.say({ frame: 'welcome', schema_version: SCHEMA_VERSION, venue_id, capabilities, ts_us })
  }

  #hear(word: VenueWord): void {
    if (word.word === 'received') {
      const { account_id, client_order_id } = word.command
      this.#senders.get(word.command)?.say({ frame: 'received', account_id, client_order_id })
      this.#senders.delete(word.command)
      return
    }
    if (word.word === 'status') {
      for (const peer of this.#peers)
        if (peer.isTold && peer.logon?.venue_id === word.status.venue_id) peer.status(word.status)
      return
    }
    const { venue_id, account_id } = word.report
    for (const peer of this.#sessions.get(`${venue_id}/${account_id}`)?.peers ?? []) {
      if (peer.isTold) peer.report(word.report)
    }
  }
}

function hasScalesOf(
  spec: InstrumentSpec,
  instrument: Logon['instruments'][number],
  venue_id: string,
): boolean {
  return (
    spec.venue_id === venue_id &&
    spec.instrument_id === instrument.instrument_id &&
    spec.price_scale === instrument.price_scale &&
    spec.size_scale === instrument.size_scale
  )
}
