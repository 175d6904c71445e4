// What is outside the engine's process and outlives it: the clock, the market, the venues with their own ledger, and a
// judge at the venues' door. Commands on the wire when the engine dies may be lost; reports for a dead engine wait.

import { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import type { ConflatedQuote } from '../../engine/conflation/conflated-quote.ts'
import { rawQuote } from '../../engine/conflation/conflated-quote.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import { RandomStream } from '../../engine/random-stream.ts'
import type { VenuePort } from '../../engine/venue-port.ts'
import { must } from '../../schemas/assert.ts'
import type { Config } from '../../schemas/config/config.ts'
import type { SendOutcome, VenueCommand, VenueReport } from '../../schemas/messages/order.ts'
import { START_US } from '../backtest/tape.test-support.ts'
import type { AgendaItem } from '../exchange/in-flight/agenda.ts'
import { SimulatedVenues } from '../exchange/simulated-venues.ts'

/** Takes what the venues' links say to an engine that is alive. */
export type EngineLink = (input: SendOutcome | VenueReport) => void

export class LiveWorld {
  now_us = START_US
  /** Commands handed over at the door and commands that reached the venue, by client order id. */
  readonly handed = new Map<string, number>()
  readonly received = new Map<string, number>()
  /** Every report in the order the venues made them: what a link is behind with, it is sent again. */
  readonly reports: VenueReport[] = []
  ports: readonly VenuePort[]
  #venues: SimulatedVenues
  readonly #seed: number
  readonly #specs: readonly InstrumentSpec[]
  readonly #random: RandomStream
  readonly #bids: number[]
  /** Which life of the engine sent a command. */
  readonly #lifeOf = new Map<string, number>()
  #life = 0
  #link: EngineLink | undefined

  constructor(config: Config, specs: readonly InstrumentSpec[], seed: number) {
    this.#specs = specs
    this.#seed = seed
    this.#random = new RandomStream(seed, 'world')
    this.#bids = specs.map(() => 110_000)
    this.#venues = this.#venuesOf(config)
    this.ports = this.#portsOf(this.#venues)
  }

  /** The venues go on by another configuration. */
  reopen(config: Config): void {
    const writer = new CanonicalWriter(1 << 16)
    this.#venues.save(writer)
    this.#venues = this.#venuesOf(config)
    this.#venues.load(new CanonicalReader(writer.copy()))
    this.ports = this.#portsOf(this.#venues)
  }

  #venuesOf({ venues, accounts, limits: { order_retention } }: Config): SimulatedVenues {
    const kept = { order_retention, trade_retention: 0 }
    return new SimulatedVenues({
      venues,
      accounts,
      specs: this.#specs,
      calendars: [],
      ...kept,
      seed: this.#seed,
    })
  }

  #portsOf({ exchanges }: SimulatedVenues): VenuePort[] {
    return exchanges.map(({ venue_id, capabilities }) => ({
      venue_id,
      capabilities,
      send: (command, sent_us) => this.#send(command, sent_us),
    }))
  }

  /** An engine has recovered and knows the first reports; the others follow. */
  connect(link: EngineLink, reports_known: number): void {
    this.#link = link
    for (const report of this.reports.slice(reports_known)) link(report)
  }

  /** The engine is gone. */
  disconnect(): void {
    this.#link = undefined
    this.#life++
  }

  /** Lets time pass and everything happen that is due by then. */
  pass(us: number): void {
    this.now_us += us
    const { agenda } = this.#venues
    while (agenda.has_instant || agenda.next_due_us <= this.now_us) this.#happen(agenda.pop())
  }

  /** The next quote of an instrument, which its venue has seen; a size of 0 is the default. */
  quote(instrument_index: number, size = 0): ConflatedQuote {
    const random = this.#random
    const bid = must(this.#bids[instrument_index], 'an instrument has a price') + random.nextInt(25) - 12
    return this.show(instrument_index, bid, bid + 1 + random.nextInt(4), size)
  }

  /** A quote of these prices, which its venue has seen; a size of 0 is the default. */
  show(instrument_index: number, bid: number, ask: number, size = 0): ConflatedQuote {
    this.#bids[instrument_index] = bid
    const ts = this.now_us
    const { venue_id } = must(this.#specs[instrument_index], 'an instrument is known')
    this.#venues.exchange(venue_id).rows.onQuote(instrument_index, ts, bid, ask, size, size)
    return rawQuote({
      instrument_index,
      ts_event_us: ts,
      ts_recv_us: ts,
      bid_price_units: bid,
      ask_price_units: ask,
      bid_size_units: size,
      ask_size_units: size,
    })
  }

  #send(command: VenueCommand, sent_us: number): void {
    count(this.handed, command.client_order_id)
    this.#lifeOf.set(command.client_order_id, this.#life)
    this.#venues.exchange(command.venue_id).send(command, sent_us)
  }

  #happen(item: AgendaItem): void {
    if (item.kind === 'outcome') {
      if (this.#isOfThisLife(item.message.client_order_id)) this.#link?.(item.message)
    } else if (item.kind === 'report') {
      if (item.message.type === 'security_status') return
      this.reports.push(item.message)
      this.#link?.(item.message)
    } else if (item.kind === 'arrival') {
      const { type } = item.message
      if (type === 'market_event' || type === 'trade_bust' || type === 'bars_due' || type === 'children_due')
        return
      const { client_order_id, venue_id } = item.message
      if (!this.#isOfThisLife(client_order_id) && this.#random.nextInt(2) === 1) return
      count(this.received, client_order_id)
      this.#venues.exchange(venue_id).arrive(item.message, item.due_us)
    }
  }

  #isOfThisLife(client_order_id: string): boolean {
    return this.#lifeOf.get(client_order_id) === this.#life
  }
}

function count(counts: Map<string, number>, id: string): void {
  counts.set(id, (counts.get(id) ?? 0) + 1)
}
