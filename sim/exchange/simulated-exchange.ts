// The simulated exchange of one venue, behind the same port as a broker. It is synchronous and has no clock: the driver
// hands it market data, and later hands back to it, in due time, the arrivals it has put on the agenda. Rules: ./SPEC.md.

import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import { type Commission, compileCommission } from '../../engine/money/commission.ts'
import { NameMap } from '../../engine/name-map.ts'
import type { CapabilityTable, VenuePort } from '../../engine/venue-port.ts'
import { must, unreachable } from '../../schemas/assert.ts'
import type { CalendarConfig } from '../../schemas/config/calendar.ts'
import type { VenueBook } from '../../schemas/config/simulation-config.ts'
import type { VenueConfig } from '../../schemas/config/venue-config.ts'
import type { ClientOrderId, VenueId } from '../../schemas/ids.ts'
import type { HaltAct, MarketAct } from '../../schemas/messages/market-act.ts'
import type { VenueCommand, VenueReport } from '../../schemas/messages/order.ts'
import type { SecurityStatus, SecurityTradingStatus } from '../../schemas/messages/security-status.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import type { KeptTrade } from './accounts/kept-trades.ts'
import { TradeBusts } from './accounts/trade-busts.ts'
import type { VenueAccount } from './accounts/venue-account.ts'
import type { Agenda, Arrival } from './in-flight/agenda.ts'
import type { Delay } from './in-flight/delay.ts'
import { MessageLine } from './in-flight/message-line.ts'
import { type CommandDelays, commandDelays, delayOf } from './in-flight/venue-delays.ts'
import { DeepBooks } from './matching/deep-books.ts'
import { DeepRows } from './matching/deep-rows.ts'
import { countsTaken, type FillModel, fillModelOf, refuseUnfitTaking } from './matching/fill-model.ts'
import { type ImpactModel, impactModelOf } from './matching/impact-model.ts'
import { queueModelOf } from './matching/queue-model.ts'
import type { TopOfBook } from './matching/top-of-book.ts'
import { VenueRows } from './matching/venue-rows.ts'
import { Admission } from './orders/admission.ts'
import { capabilitiesOf } from './orders/capability-tables.ts'
import type { RowsToCome } from './orders/linked-floor.ts'
import { OrderEntry } from './orders/order-entry.ts'
import { OrderFloor } from './orders/order-floor.ts'
import { OrderRegister } from './orders/order-register.ts'
import { VenueLinks } from './orders/venue-links.ts'
import { loadOrder, NOT_PLACED, saveOrder, type VenueOrder } from './orders/venue-order.ts'
import { securityStatus } from './orders/venue-reports.ts'
import { PriceBands } from './phases/price-bands.ts'
import { auctionsHeld, type SavedMarket, VenueMarket, type VenueMarketTerms } from './phases/venue-market.ts'

export type ExchangeTerms = {
  readonly venue: Pick<VenueConfig, 'id' | 'latency' | 'commission' | 'calendar' | 'simulation'> & {
    /** A table of its own, in place of the configured one. */
    readonly capabilities?: CapabilityTable
    /** A user's own, where the configuration names one. */
    readonly fill_model?: FillModel
    readonly impact_model?: ImpactModel
  }
  /** Of the configuration; the venue and its instruments name theirs. */
  readonly calendars: readonly CalendarConfig[]
  /** Position of the venue in the configuration, which orders what is due at the same time. */
  readonly venue_rank: number
  /** Finished orders the venue remembers by id. */
  readonly order_retention: number
  /** Trades an operator can take back or correct, the latest; 0 where nobody operates the market. */
  readonly trade_retention: number
  /** Of the session, for the streams the venue draws from. */
  readonly seed: number
  /** Whether what an order says holds to its end (schemas/behaviour.ts). */
  readonly terms_hold: boolean
  /** Whether an order keeps its place in a queue over a halt (schemas/behaviour.ts). */
  readonly keeps_places: boolean
}

/** What the exchange shares with the other venues of the run. */
export type ExchangeSurroundings = {
  readonly agenda: Agenda
  /** Every instrument of the node by its index; the venue lists its own. */
  readonly specs: readonly InstrumentSpec[]
  readonly book: TopOfBook
  /** The accounts that trade at this venue. */
  readonly accounts: readonly VenueAccount[]
}

export class SimulatedExchange implements VenuePort {
  readonly venue_id: VenueId
  readonly capabilities: CapabilityTable
  /** The kind of rows it trades on. Those of another kind that it has no use for are ignored and counted. */
  readonly book: VenueBook
  /** Takes quotes, trades and bars. */
  readonly rows: VenueRows
  /** Takes the rows of a book by price or by order. */
  readonly deepRows: DeepRows
  readonly #rank: number
  readonly #delays: CommandDelays
  readonly #reportDelay: Delay
  readonly #toVenue: MessageLine
  readonly #toNode: MessageLine
  readonly #agenda: Agenda
  readonly #specs: readonly InstrumentSpec[]
  readonly #book: TopOfBook
  readonly #accounts: ReadonlyMap<string, VenueAccount>
  readonly #register: OrderRegister
  readonly #links: VenueLinks | undefined
  readonly #retention: number
  readonly #model: FillModel
  readonly #impact: ImpactModel | undefined
  readonly #floor: OrderFloor
  readonly #deep: DeepBooks | undefined
  /** Undefined where nothing happens by itself, and no operator has halted anything. */
  #market: VenueMarket | undefined
  readonly #marketTerms: VenueMarketTerms
  readonly #entry: OrderEntry
  readonly #busts: TradeBusts
  #hasBegun = false
  /** A state was loaded whose market went by others: what is shown is of before. */
  #hasOtherRules = false
  #hasAllRows = false

  constructor(terms: ExchangeTerms, { agenda, specs, book, accounts }: ExchangeSurroundings) {
    const { venue, seed, calendars, terms_hold, keeps_places } = terms
    this.venue_id = venue.id as VenueId
    this.capabilities =
      venue.capabilities ?? capabilitiesOf(venue.simulation, auctionsHeld(calendars, venue, specs))
    this.#rank = terms.venue_rank
    this.#delays = commandDelays(venue, seed)
    this.#reportDelay = delayOf(venue, seed, 'report')
    this.#toVenue = new MessageLine(agenda, 'arrival', terms.venue_rank)
    this.#toNode = new MessageLine(agenda, 'report', terms.venue_rank)
    this.#agenda = agenda
    this.#specs = specs
    this.#book = book
    this.#accounts = new NameMap(accounts.map((account) => [account.account_id, account]))
    this.#register = new OrderRegister(terms.order_retention)
    this.#links = linksOf(this.capabilities, terms)
    this.#retention = terms.order_retention
    const { venue_id, capabilities } = this
    const shared = { venue_id, specs, book, register: this.#register, links: this.#links, terms_hold }
    const admission = new Admission({
      ...shared,
      capabilities,
      wouldTake: (command, account, now_us) => this.#floor.wouldTake(command, account, now_us),
    })
    const { book: kind = 'quote', self_match: selfMatch = 'apart', bars } = venue.simulation ?? {}
    this.book = kind
    this.#model = fillModelOf(venue.simulation?.fills, kind, seed, venue.id, venue.fill_model)
    const { fills_touched } = this.#model
    refuseUnfitTaking(venue.simulation, kind, venue.id)
    const queue = queueModelOf(venue.simulation?.queue, kind, venue.id, fills_touched)
    this.#deep = deepBooksOf(terms, specs.length, book)
    this.#impact = impactModelOf(venue.simulation?.impact, specs, venue.id, venue.impact_model, terms_hold)
    const commissions = compileCommissions(venue, specs, accounts)
    const bands = PriceBands.of(venue.simulation, specs)
    this.#busts = this.#tradeBusts(terms, commissions)
    const report = (told: VenueReport, ts_us: number) => this.#report(told, ts_us)
    this.#floor = new OrderFloor({
      ...shared,
      keeps_places,
      commissions,
      model: this.#model,
      queue,
      self_match: selfMatch === 'apart' ? undefined : selfMatch,
      impact: this.#impact,
      deep: this.#deep,
      report,
      rows: this.#rowsToCome(),
      isKept: (order) => this.#market?.keeps(order) === true,
      missesAuction: (order, now_us) => this.#market?.missesAuction(order, now_us) === true,
      bands,
    })
    this.#marketTerms = this.#termsOfMarket(terms, bands)
    this.#market = VenueMarket.of(this.#marketTerms)
    const incoming = {
      ...shared,
      rank: this.#rank,
      floor: this.#floor,
      deep: this.#deep,
      has_queues: queue !== undefined,
      market: () => this.#market,
    }
    this.#entry = new OrderEntry({ ...incoming, accounts: this.#accounts, agenda, admission, report })
    this.rows = new VenueRows({ ...incoming, agenda, bars, fills_touched, has_bands: bands !== undefined })
    this.deepRows = new DeepRows(incoming)
    if (this.#market !== undefined) this.rows.is_watched = true
  }

  /**
   * Behind a state of other rules, before it begins: what the earlier market was to do by itself it does not. What was
   * under way to it is to be handled first. Returns whether there was one.
   */
  leaveEarlier(): boolean {
    if (this.#hasBegun || !this.#hasOtherRules) return false
    this.#agenda.forgetMarket(this.#rank)
    return true
  }

  /** The run begins, before its first row and command; or it goes on under other rules of the market. */
  begin(now_us: number): void {
    if (this.#hasBegun) return
    this.#hasBegun = true
    this.#agenda.forgetMarket(this.#rank)
    if (this.#market === undefined) this.#leaveMarket(now_us)
    this.#market?.begin(now_us, this.#hasOtherRules)
    if (this.#hasOtherRules) this.#tellDaysEnded(now_us)
    this.#hasOtherRules = false
  }

  /** Whoever asked before the market began was told nothing, of days that ended under the earlier one neither. */
  #tellDaysEnded(now_us: number): void {
    for (const status of this.statuses(now_us)) {
      if (status.ends_day && status.ts_event_us < now_us)
        this.#toNode.carry(status, now_us, this.#reportDelay.next())
    }
  }

  /** Nothing closes or halts the venue any more, and what an earlier market left goes on at once. */
  #leaveMarket(now_us: number): void {
    for (const order of [...this.#floor.call]) {
      // It ended with another of its group.
      if (!order.is_called) continue
      const waits = order.is_waiting
      this.#floor.withdraw(order)
      order.is_waiting = false
      order.queue_place = NOT_PLACED
      // There is no auction for it any more.
      if (order.time_in_force === 'opg' || order.time_in_force === 'cls') this.#floor.expire(order, now_us)
      else this.#floor.release(order, waits, now_us)
    }
  }

  /** The run has no more rows that a command could wait for. */
  endRows(): void {
    this.#hasAllRows = true
  }

  send(command: VenueCommand, sent_us: number): void {
    const delay_us = this.#delays[command.type].next()
    this.#toVenue.carry(command, sent_us, delay_us, this.#awaitsRows(command.instrument_index))
    this.#agenda.add('outcome', this.#rank, sent_us, sent_us, {
      type: 'send_outcome',
      outcome: 'sent',
      account_id: command.account_id,
      client_order_id: command.client_order_id,
      command_type: command.type,
      reason_code: '',
    })
  }

  /** Whoever decides on one of the bars of a time trades in the market that all of them show. */
  #awaitsRows(instrument_index: number): boolean {
    return this.#floor.terms_hold && !this.#hasAllRows && this.#book.tradesOnBars(instrument_index)
  }

  #rowsToCome(): RowsToCome {
    const { venue_id } = this
    return {
      awaits: (instrument_index, isElsewhere) =>
        this.#awaitsRows(instrument_index) && (isElsewhere || this.rows.bars.mayCome(instrument_index)),
      callBehind: (ts_us) =>
        this.#agenda.addBehindRows(this.#rank, ts_us, { type: 'children_due', venue_id }),
    }
  }

  /** A command reaches the venue: the driver calls it with each arrival popped from the agenda. */
  arrive(command: Arrival, now_us: number): void {
    this.#onArrival(command, now_us)
    this.#floor.settleArrival(now_us)
  }

  #onArrival(command: Arrival, now_us: number): void {
    switch (command.type) {
      case 'new_order_single':
        return this.#entry.enter(command, now_us)
      case 'order_cancel_request':
        return this.#entry.cancel(command, now_us)
      case 'order_cancel_replace_request':
        return this.#entry.replace(command, now_us)
      case 'order_expiry':
        return this.#entry.expire(command, now_us)
      case 'market_event':
        return must(this.#market, 'a market that changes is configured to').onEvent(command, now_us)
      case 'bars_due':
        return this.rows.bars.onDue(command, now_us)
      case 'children_due':
        return this.#floor.linked?.onRowsThere(now_us)
      case 'trade_bust':
        this.#busts.onDue(command, now_us)
        return this.#floor.noteBust(now_us)
      default:
        return unreachable(command)
    }
  }

  /** The operator of the market acts upon it; whoever calls has looked whether that can be. */
  act(act: MarketAct, now_us: number): void {
    if ('execution_id' in act) {
      this.#busts.onAct(act, now_us)
      this.#floor.noteBust(now_us)
    } else this.#actOnInstrument(act, now_us)
    this.#floor.settleArrival(now_us)
  }

  /** Whether an operator has halted the instrument. */
  isHeld({ index }: InstrumentSpec): boolean {
    return this.#market?.isHeld(index) === true
  }

  statusOf(spec: InstrumentSpec, now_us: number): SecurityTradingStatus {
    return this.#market?.statusOf(spec, now_us).status ?? 'trading'
  }

  /** A trade that an operator can take back or correct, or that was; undefined where it remembers none of that id. */
  findTrade(execution_id: string): KeptTrade | undefined {
    return this.#busts.find(execution_id)
  }

  /** Whether an order or request of this id is among those it remembers. */
  knows(client_order_id: string): boolean {
    return this.#register.knows(client_order_id as ClientOrderId)
  }

  /** When every report that is under way by now has come. */
  reportedUs(now_us: number): number {
    return this.#toNode.quietUs(now_us)
  }

  /**
   * In which status its instruments are now, and when a day of theirs ended last; empty before a market of theirs has
   * begun. Where they always trade that is said, too: a node may remember a halt from a configuration that had them.
   */
  statuses(now_us: number): SecurityStatus[] {
    const market = this.#market
    if (!this.#hasBegun && (market !== undefined || this.#hasOtherRules)) return []
    return this.#listed().flatMap(
      (spec) => market?.statusesOf(spec, now_us) ?? [securityStatus(spec, 'trading', false, now_us)],
    )
  }

  /** Those of which a quote that it traded on carried no size on a side, so that the default was taken to be shown there. */
  unsizedInstruments(): string[] {
    return this.#listed()
      .filter(({ index }) => this.#book.isUnsized(index))
      .map(({ instrument_id }) => instrument_id)
  }

  #listed(): InstrumentSpec[] {
    return this.#specs.filter(({ venue_id }) => venue_id === this.venue_id)
  }

  /** The open orders: the resting ones by instrument, buys before sells, best first, those that wait for a trigger, those in the call, those that wait for their parent or for more of it. */
  openOrders(): VenueOrder[] {
    return [...this.#placedOrders(), ...(this.#links?.children.unplaced() ?? [])]
  }

  /** Writes what is the venue's own; agenda, book and accounts are shared and written by whoever owns them. */
  save(writer: CanonicalWriter): void {
    writer.number(this.#entry.order_count)
    this.#floor.save(writer)
    this.rows.save(writer)
    this.deepRows.save(writer)
    for (const part of this.#underWay()) part.save(writer)
    this.#deep?.save(writer)
    this.#model.save(writer)
    this.#impact?.save(writer)
    this.#busts.save(writer)
    writer.flag(this.#hasBegun)
    writer.flag(this.#hasOtherRules)
    writer.flag(this.#market !== undefined)
    this.#market?.save(writer)
    this.#register.save(writer)
    const open = this.#placedOrders()
    writer.count(open.length)
    for (const order of open) {
      writer.flag(order.is_waiting)
      writer.flag(order.is_called)
      saveOrder(writer, order)
    }
    writer.flag(this.#links !== undefined)
    this.#links?.save(writer, open)
  }

  /** Reads what `save` wrote into an exchange just made. The accounts are loaded before it. */
  load(reader: CanonicalReader): void {
    this.#entry.order_count = reader.number()
    const reducing = this.#floor.load(reader)
    this.rows.load(reader)
    this.deepRows.load(reader)
    for (const part of this.#underWay()) part.load(reader)
    this.#deep?.load(reader)
    this.#model.load(reader)
    this.#impact?.load(reader)
    this.#busts.load(reader)
    this.#hasBegun = reader.flag()
    // One that was saved before it began goes on as it would have.
    const hadOtherRules = reader.flag()
    const market = reader.flag() ? (reader.value() as SavedMarket) : undefined
    if (market !== undefined && this.#market === undefined) this.#takeOperated(market)
    // Under other rules it begins again, with the orders it has.
    const isSame = this.#market === undefined ? market === undefined : this.#market.restore(market)
    if (!isSame) this.#hasBegun = false
    this.#hasOtherRules = (!isSame || hadOtherRules) && this.#floor.terms_hold
    this.#register.load(reader)
    const open = Array.from({ length: reader.count() }, () => {
      const isWaiting = reader.flag()
      const isCalled = reader.flag()
      return { isWaiting, isCalled, order: loadOrder(reader, this.#accounts) }
    })
    open.sort((a, b) => numberOf(a.order) - numberOf(b.order))
    for (const { order, isWaiting, isCalled } of open) this.#floor.restore(order, isWaiting, isCalled)
    if (reader.flag()) this.#loadLinks(reader)
    else this.#links?.takeUp(this.#placedOrders())
    this.#floor.reducing.restore(reducing)
  }

  /** A market that is there for an operator alone goes on; one of rules that are gone hands over what it has left, and what is halted. */
  #takeOperated(saved: SavedMarket): void {
    const market = VenueMarket.operated(this.#marketTerms)
    const isLeft = this.#floor.terms_hold || saved.state.is_held.includes(1)
    if (market.restore(saved) || isLeft) this.#operate(market)
  }

  #loadLinks(reader: CanonicalReader): void {
    const links = this.#links ?? new VenueLinks(this.#retention, this.#floor.terms_hold)
    const placed = this.#placedOrders()
    const unplaced = links.load(reader, placed, this.#accounts)
    for (const order of unplaced) {
      this.#register.open(order)
      if (!links.children.isDormant(order)) this.#floor.reducing.add(order)
    }
    // Whose links nobody keeps any more would trade beyond them.
    const { contingencies = [] } = this.capabilities
    if (links.hasBeyond(contingencies, [...placed, ...unplaced])) throw linksLeft(this.venue_id)
  }

  #placedOrders(): VenueOrder[] {
    return [...this.#floor.resting, ...this.#floor.waiting, ...this.#floor.call]
  }

  /** What it remembers of delays, in one order whatever the configuration shares among them. */
  #underWay(): readonly (Delay | MessageLine)[] {
    return [...Object.values(this.#delays), this.#reportDelay, this.#toVenue, this.#toNode]
  }

  #termsOfMarket(
    { venue, venue_rank, calendars }: ExchangeTerms,
    bands: PriceBands | undefined,
  ): VenueMarketTerms {
    return {
      venue,
      rank: venue_rank,
      calendars,
      specs: this.#specs,
      agenda: this.#agenda,
      book: this.#book,
      deep: this.#deep,
      floor: this.#floor,
      bands,
      tell: (index, ts_us) => this.#tell(index, ts_us),
    }
  }

  #operate(market: VenueMarket): VenueMarket {
    this.#market = market
    this.rows.is_watched = true
    return market
  }

  /** One around the clock has no market of its own before an operator halts something. */
  #actOnInstrument({ type, instrument_id }: HaltAct, now_us: number): void {
    const { index } = must(
      this.#specs.find((spec) => spec.instrument_id === instrument_id),
      'an act is upon a listed instrument',
    )
    if (this.#market === undefined) this.#operate(VenueMarket.operated(this.#marketTerms)).beginTrading()
    if (type === 'halt') this.#market?.hold(index, now_us)
    else this.#market?.letGo(index, now_us)
  }

  #tradeBusts(
    { venue, seed, trade_retention }: ExchangeTerms,
    commissions: readonly (Commission | undefined)[],
  ): TradeBusts {
    return new TradeBusts({
      trade_retention,
      venue_id: this.venue_id,
      rank: this.#rank,
      seed,
      config: venue.simulation?.busts,
      agenda: this.#agenda,
      specs: this.#specs,
      commissions,
      accounts: this.#accounts,
      findOpen: (venue_order_id) =>
        this.openOrders().find((order) => order.venue_order_id === venue_order_id),
      nextExecutionId: () => this.#floor.fills.nextId(),
      report: (report, ts_us) => this.#report(report, ts_us),
    })
  }

  #tell(index: number, ts_us: number): void {
    const spec = must(this.#specs[index], 'a status is of a listed instrument')
    const market = must(this.#market, 'only a market that changes has a status')
    this.#toNode.carry(market.statusOf(spec, ts_us), ts_us, this.#reportDelay.next())
  }

  #report(report: VenueReport, ts_us: number): void {
    if (report.report_type === 'trade') this.#busts.onTrade(report, ts_us)
    this.#toNode.carry(report, ts_us, this.#reportDelay.next())
  }
}

/** Of a venue that trades on more than best prices. */
function deepBooksOf(
  { venue, terms_hold }: ExchangeTerms,
  instrument_count: number,
  book: TopOfBook,
): DeepBooks | undefined {
  const kind = venue.simulation?.book ?? 'quote'
  if (kind === 'quote') return undefined
  return new DeepBooks(kind, instrument_count, book, terms_hold, terms_hold && countsTaken(venue.simulation))
}

/** Undefined where the venue keeps no links between orders. */
function linksOf(
  { contingencies = [] }: CapabilityTable,
  { order_retention, terms_hold }: ExchangeTerms,
): VenueLinks | undefined {
  return contingencies.length === 0 ? undefined : new VenueLinks(order_retention, terms_hold)
}

function linksLeft(venue_id: VenueId): OperatingError {
  return new OperatingError({
    code: 'venue.links_left',
    reason: 'unavailable',
    what: `The venue ${venue_id} holds orders that are linked to others, and is not to keep such links any more.`,
    where: `venues, id ${venue_id}, simulation.takes`,
    remedy: 'Start with takes as it was, cancel them, and change it then.',
  })
}

/** Of `<venue>-o<n>`. */
function numberOf({ venue_order_id }: VenueOrder): number {
  return Number(venue_order_id.slice(venue_order_id.lastIndexOf('-o') + 2))
}

/** The commission rule per instrument the venue lists; its accounts must be able to pay in that currency. */
function compileCommissions(
  venue: ExchangeTerms['venue'],
  specs: readonly InstrumentSpec[],
  accounts: readonly VenueAccount[],
): (Commission | undefined)[] {
  return specs.map((spec) => {
    if (spec.venue_id !== venue.id) return undefined
    const rule =
      venue.commission && compileCommission(venue.commission, spec, `venues.${venue.id}.commission`)
    for (const account of accounts) account.requireRate(rule?.currency ?? spec.quote_currency)
    return rule
  })
}
