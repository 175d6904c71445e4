// One venue's market data: keeps the last prices and says whether they are fit to trade on. Rules: ./SPEC.md.

import type { InspectionEvent } from 'xstate'
import type { Actor } from '../../engine/actor.ts'
import type { Route } from '../../engine/bus.ts'
import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { ControlLane } from '../../engine/control-lane.ts'
import type { BarRow, QuoteRow, TradeRow } from '../../engine/market/market-rows.ts'
import type { MarketTable } from '../../engine/market/market-table.ts'
import type { StatusTable } from '../../engine/market/status-table.ts'
import { INPUT_SUBJECT, type Node } from '../../engine/node.ts'
import type { VenueId } from '../../schemas/ids.ts'
import type { FeedEvent, FeedEventKind, FeedStateChanged } from '../../schemas/messages/feed.ts'
import type { SecurityStatus } from '../../schemas/messages/security-status.ts'
import { SUBJECT } from '../../schemas/subjects.ts'
import { type FeedMachineEvent, feedMachine } from './feed-machine.ts'

export type FeedOptions = {
  readonly venue_id: VenueId
  readonly table: MarketTable
  readonly statuses: StatusTable
  /** Which instruments of the venue have quotes; only the others take prices from trades and bars. */
  readonly quoted: ReadonlySet<number>
  readonly instruments: readonly number[]
  readonly stale_after_us: number
  /** Whether each end of a day is told once, whatever the status it is said with (schemas/behaviour.ts). */
  readonly ends_days_once: boolean
  readonly inspect?: ((event: InspectionEvent) => void) | undefined
}

const SILENCE_TIMER = 'silence'

const MACHINE_EVENT: { readonly [kind in FeedEventKind]: FeedMachineEvent } = {
  connected: { type: 'feed.connected' },
  disconnected: { type: 'feed.disconnected' },
  gap: { type: 'feed.gap_detected' },
  resynchronised: { type: 'feed.resynchronised' },
}

export class FeedActor implements Actor {
  readonly name: string
  readonly #node: Node
  readonly #options: FeedOptions
  readonly #index: number
  readonly #lane: ControlLane<FeedMachineEvent>
  readonly #stateRoute: Route<FeedStateChanged>
  readonly #statusRoute: Route<SecurityStatus>
  /** Engine time of the last row, or of going live without one. */
  #lastHeard_us = 0
  /** Whether a row must be told to the machine; looked up once per change of state. */
  #isWaiting = true

  constructor(node: Node, options: FeedOptions) {
    this.name = `feed/${options.venue_id}`
    this.#node = node
    this.#options = options
    this.#stateRoute = node.bus.route(SUBJECT.feedState(options.venue_id))
    this.#statusRoute = node.bus.route(SUBJECT.securityStatus(options.venue_id))
    this.#index = node.addActor(this)
    this.#lane = new ControlLane({
      name: this.name,
      machine: feedMachine,
      onState: (state) => this.#enter(state),
      onChange: (state) => this.#tell(state),
      inspect: options.inspect,
    })
    node.bus.subscribe<FeedEvent>(INPUT_SUBJECT.feedEvent, (event) => this.#onFeedEvent(event))
    node.bus.subscribe<SecurityStatus>(INPUT_SUBJECT.securityStatus, (status) => this.#onStatus(status))
    for (const index of options.instruments) {
      node.quotes.addEngineHandler(index, (row) => this.#onQuote(row))
      const isQuoted = options.quoted.has(index)
      const note = () => this.#noteRow()
      node.trades.addEngineHandler(index, isQuoted ? note : (row) => this.#onTrade(row))
      node.bars.addEngineHandler(index, isQuoted ? note : (row) => this.#onBar(row))
    }
  }

  get state(): string {
    return this.#lane.state
  }

  onTimer(): void {
    if (this.#node.now_us < this.#silentAt_us) this.#watchSilence()
    else this.#lane.send({ type: 'feed.went_silent' })
  }

  save(writer: CanonicalWriter): void {
    this.#lane.save(writer)
    writer.number(this.#lastHeard_us)
  }

  load(reader: CanonicalReader): void {
    this.#lane.load(reader)
    this.#lastHeard_us = reader.number()
  }

  #onQuote(row: QuoteRow): void {
    this.#options.table.setQuote(row, this.#node.now_us)
    this.#noteRow()
  }

  #onTrade(row: TradeRow): void {
    this.#options.table.setTrade(row, this.#node.now_us)
    this.#noteRow()
  }

  #onBar(row: BarRow): void {
    this.#options.table.setBar(row, this.#node.now_us)
    this.#noteRow()
  }

  #noteRow(): void {
    this.#lastHeard_us = this.#node.now_us
    if (this.#isWaiting) this.#lane.send({ type: 'feed.row_received' })
  }

  get #silentAt_us(): number {
    return this.#lastHeard_us + this.#options.stale_after_us
  }

  #watchSilence(): void {
    this.#node.timers.set(this.#index, SILENCE_TIMER, this.#silentAt_us)
  }

  #onFeedEvent(event: FeedEvent): void {
    if (event.venue_id === this.#options.venue_id) this.#lane.send(MACHINE_EVENT[event.event])
  }

  /** What was said before is not told again; the end of a day that was missed is. */
  #onStatus(status: SecurityStatus): void {
    const { venue_id, instrument_index, ts_event_us } = status
    const { statuses, ends_days_once } = this.#options
    if (venue_id !== this.#options.venue_id) return
    const isOther = statuses.set(instrument_index, status.status, this.#node.now_us)
    if (!ends_days_once) {
      if (isOther) this.#node.bus.send(this.#statusRoute, status)
      return
    }
    const ends_day = status.ends_day && statuses.endDay(instrument_index, ts_event_us)
    if (isOther || ends_day) this.#node.bus.send(this.#statusRoute, { ...status, ends_day })
  }

  #enter(state: string): void {
    this.#isWaiting = state === 'connecting' || state === 'stale'
  }

  #tell(state: string): void {
    if (state === 'live') {
      this.#lastHeard_us = this.#node.now_us
      this.#watchSilence()
    }
    this.#node.bus.send(this.#stateRoute, {
      type: 'feed_state_changed',
      venue_id: this.#options.venue_id,
      state,
    })
  }
}
