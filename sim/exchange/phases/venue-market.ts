// What a venue's market does by itself: sessions, auctions, halts and bands of prices. A venue that has none of it pays nothing
// for it.

import { SessionCalendar } from '../../../engine/calendar/session-calendar.ts'
import type { CanonicalWriter } from '../../../engine/canonical/canonical-writer.ts'
import type { InstrumentSpec } from '../../../engine/instrument-spec.ts'
import { must } from '../../../schemas/assert.ts'
import type { CalendarConfig } from '../../../schemas/config/calendar.ts'
import type { AuctionsConfig, PriceBandsConfig } from '../../../schemas/config/market-rules.ts'
import type { VenueConfig } from '../../../schemas/config/venue-config.ts'
import type { VenueId } from '../../../schemas/ids.ts'
import type { NewOrderSingle, OrderCancelReplaceRequest } from '../../../schemas/messages/order.ts'
import type { SecurityStatus } from '../../../schemas/messages/security-status.ts'
import type { TimeUs } from '../../../schemas/units.ts'
import type { Agenda, MarketEvent } from '../in-flight/agenda.ts'
import type { DeepBooks } from '../matching/deep-books.ts'
import type { TopOfBook } from '../matching/top-of-book.ts'
import type { OrderFloor } from '../orders/order-floor.ts'
import type { RejectCode } from '../orders/reject-code.ts'
import type { VenueOrder } from '../orders/venue-order.ts'
import { securityStatus } from '../orders/venue-reports.ts'
import { Auction } from './auction.ts'
import { CallFloor } from './call-floor.ts'
import { type Halt, MarketPhases, type MarketPhasesTerms, type MarketState } from './market-phases.ts'
import { PhaseAdmission } from './phase-admission.ts'
import type { BandsState, PriceBands } from './price-bands.ts'

export type VenueMarketTerms = {
  readonly venue: Pick<VenueConfig, 'id' | 'calendar' | 'simulation'>
  readonly rank: number
  readonly calendars: readonly CalendarConfig[]
  readonly specs: readonly InstrumentSpec[]
  readonly agenda: Agenda
  readonly book: TopOfBook
  readonly deep: DeepBooks | undefined
  readonly floor: OrderFloor
  readonly bands: PriceBands | undefined
  readonly tell: MarketPhasesTerms['tell']
}

/** What an auction is settled by where the configuration says nothing. */
const AUCTIONS_DEFAULT: AuctionsConfig = { price: 'book', print_wait_us: 60_000_000 }

export class VenueMarket {
  readonly #phases: MarketPhases
  readonly #admission: PhaseAdmission
  readonly #rules: string
  readonly #book: TopOfBook
  readonly #bands: PriceBands | undefined
  /** Whether what is said holds to its end (schemas/behaviour.ts). */
  readonly #termsHold: boolean

  /** Undefined where nothing ever happens by itself. */
  static of(terms: VenueMarketTerms): VenueMarket | undefined {
    const { venue, specs, calendars, bands } = terms
    const isStill =
      haltsOf(venue, specs).length === 0 && calendarsOf(calendars, venue, specs).calendars.length === 0
    return isStill && bands === undefined ? undefined : VenueMarket.operated(terms)
  }

  /** One that an operator can halt. */
  static operated(terms: VenueMarketTerms): VenueMarket {
    const { venue, specs, calendars } = terms
    return new VenueMarket(terms, calendarsOf(calendars, venue, specs), haltsOf(venue, specs))
  }

  private constructor(terms: VenueMarketTerms, named: NamedCalendars, halts: readonly Halt[]) {
    const { venue, rank, specs, agenda, book, deep, floor, bands } = terms
    this.#book = book
    this.#bands = bands
    this.#termsHold = floor.terms_hold
    const auction = new Auction({
      book,
      deep,
      terms_hold: floor.terms_hold,
      meets_own: !floor.terms_hold || venue.simulation?.self_match === 'allowed',
      onFill: (order, price, quantity, ts_us) => floor.fillInAuction(order, price, quantity, ts_us),
      aheadUnits: (order) => floor.places.aheadUnits(order),
      onOthersTraded: (order, level, ahead) => floor.queues.auctioned(order, level, ahead),
      onShown: (order, gone) => floor.places.noteShown(order, gone),
      othersOf: (order) => floor.othersOf(order),
    })
    this.#phases = new MarketPhases({
      venue_id: venue.id as VenueId,
      rank,
      specs,
      calendars: named.calendars.map((config) => new SessionCalendar(config)),
      calendarOf: named.calendarOf,
      halts,
      bands: bands?.config,
      terms_hold: floor.terms_hold,
      onOpen: (index) => bands?.reset(index),
      onAwait: (index) => {
        if (floor.terms_hold) book.age(index)
      },
      onSideStopped: (index) => book.forgetOldSide(index),
      isOld: (index) => book.isOld(index),
      onDayEnd: (index) => bands?.endDay(index),
      auctions: venue.simulation?.auctions ?? AUCTIONS_DEFAULT,
      agenda,
      floor: new CallFloor(floor, floor.call, auction),
      tell: terms.tell,
      isDeepBookReady: deep && ((index) => deep.hasBothSides(index)),
      hasQuotes: (index) => book.hasQuotes(index),
    })
    this.#admission = new PhaseAdmission(this.#phases, venue.simulation ?? {}, floor.terms_hold)
    // A newer table of zones leaves the rules what they are.
    const calendars = named.calendars.map((config) => ({ ...config, utc_offsets: [] }))
    const rules: MarketRules = [calendars, named.calendarOf, halts, bands?.config, venue.simulation?.auctions]
    this.#rules = JSON.stringify(rules)
  }

  /** @param has_other_rules whether another market was there before, and what is shown is of that one. */
  begin(now_us: number, has_other_rules: boolean): void {
    this.#phases.begin(now_us, has_other_rules)
  }

  /** Comes up where everything has traded without it. */
  beginTrading(): void {
    this.#phases.beginTrading()
  }

  keeps(order: VenueOrder): boolean {
    return this.#phases.keeps(order)
  }

  refusalOfNew(command: NewOrderSingle, now_us: number): RejectCode | '' {
    return this.#admission.ofNew(command, now_us)
  }

  refusalOfReplace(order: VenueOrder, request: OrderCancelReplaceRequest, now_us: number): RejectCode | '' {
    return this.#admission.ofReplace(order, request, now_us)
  }

  refusalOfCancel(order: VenueOrder, now_us: number): RejectCode | '' {
    return this.#admission.ofCancel(order, now_us)
  }

  /** Whether an order that comes in now is for an auction that takes no more of them. */
  missesAuction({ instrument_index, time_in_force }: VenueOrder, now_us: number): boolean {
    return this.#admission.missesAuction(instrument_index, time_in_force, now_us)
  }

  statusOf(spec: InstrumentSpec, ts_us: number): SecurityStatus {
    const { index } = spec
    return securityStatus(spec, this.#phases.statusOf(index), this.#phases.dayEndedUs(index) === ts_us, ts_us)
  }

  /** For whoever may not have heard what came before: the status of now, and when a day ended last. */
  statusesOf(spec: InstrumentSpec, now_us: number): SecurityStatus[] {
    const status = { ...this.statusOf(spec, now_us), ends_day: false }
    const day_ended_us = this.#phases.dayEndedUs(spec.index) as TimeUs
    return day_ended_us === 0 ? [status] : [status, { ...status, ends_day: true, ts_event_us: day_ended_us }]
  }

  /** Whether an instrument begins or closes with what the market does next. */
  awaitsRow(instrument_index: number): boolean {
    return this.#phases.isPending(instrument_index)
  }

  /** Whether the next trade of an instrument is the price of its auction. */
  awaitsPrint(instrument_index: number): boolean {
    return this.#phases.awaitsPrint(instrument_index)
  }

  /** Whether it is so long since an instrument should have begun that a side which has not come does not come. */
  hasWaitedLong(instrument_index: number, ts_us: number): boolean {
    return this.#phases.hasWaitedLong(instrument_index, ts_us)
  }

  /** Whether an instrument is closed, and no closing price of it is still to come. */
  isClosed(instrument_index: number): boolean {
    return this.#phases.phaseOf(instrument_index) === 'closed' && !this.#phases.isPending(instrument_index)
  }

  /** The book of an instrument has moved, and no order has met it yet. */
  beforeRow(instrument_index: number, ts_us: number): void {
    const bands = this.#bands
    const phases = this.#phases
    if (bands === undefined || !(this.#hasPrice(instrument_index) || phases.isLimited(instrument_index)))
      return
    // A deeper book of which one side alone has come has no prices yet.
    if (this.#termsHold && !this.#book.hasMarket(instrument_index)) return
    const session = phases.sessionOf(instrument_index)?.session
    bands.pass(instrument_index, session, ts_us)
    const bid = this.#book.bid_price_units[instrument_index] as number
    const ask = this.#book.ask_price_units[instrument_index] as number
    const position = bands.position(instrument_index, bid, ask)
    phases.onPosition(instrument_index, position, ts_us)
    if (position === 'inside') bands.onQuote(instrument_index, bid, ask, session, ts_us)
  }

  /** The book of an instrument has moved. */
  onRow(instrument_index: number, ts_us: number): void {
    const phases = this.#phases
    const hadPrice = this.#hasPrice(instrument_index)
    phases.onRow(instrument_index, ts_us)
    if (hadPrice || this.#bands === undefined || !phases.isTrading(instrument_index)) return
    // The price it opens with is the first of its window.
    const bid = this.#book.bid_price_units[instrument_index] as number
    const ask = this.#book.ask_price_units[instrument_index] as number
    this.#bands.onQuote(instrument_index, bid, ask, phases.sessionOf(instrument_index)?.session, ts_us)
  }

  onTrade(instrument_index: number, ts_us: number, price_units: number, size_units: number): void {
    this.#phases.onTrade(instrument_index, ts_us, price_units, size_units)
    if (this.#bands?.allows(instrument_index, price_units) === true && this.#hasPrice(instrument_index))
      this.#bands.onTrade(
        instrument_index,
        price_units,
        this.#phases.sessionOf(instrument_index)?.session,
        ts_us,
      )
  }

  /** Whether it has a price since it opened, by which its bands go. */
  #hasPrice(instrument_index: number): boolean {
    return this.#phases.isTrading(instrument_index) || this.#phases.isPrinted(instrument_index)
  }

  /** Whether an operator has halted the instrument. */
  isHeld(instrument_index: number): boolean {
    return this.#phases.isHeld(instrument_index)
  }

  hold(instrument_index: number, now_us: number): void {
    this.#phases.hold(instrument_index, now_us)
  }

  letGo(instrument_index: number, now_us: number): void {
    this.#phases.letGo(instrument_index, now_us)
  }

  onEvent(event: MarketEvent, now_us: number): void {
    this.#phases.onEvent(event, now_us)
  }

  save(writer: CanonicalWriter): void {
    writer.value({
      rules: this.#rules,
      state: this.#phases.state(),
      bands: this.#bands?.state(),
    } satisfies SavedMarket)
  }

  /** Goes on as a market of the same rules that saved this, behind one of others begins anew; returns whether it was of the same. */
  restore(saved: SavedMarket | undefined): boolean {
    if (saved === undefined) return false
    const { rules, state, bands } = saved
    if (rules !== this.#rules) {
      this.#phases.takeEarlier(state, sessionOpens(saved))
      return false
    }
    this.#phases.restore(state)
    if (bands !== undefined) this.#bands?.restore(bands)
    return true
  }
}

/** What a snapshot has of a market; `rules` are those it ran under. */
export type SavedMarket = {
  readonly rules: string
  readonly state: MarketState
  readonly bands: BandsState | undefined
}

/** Calendars, which of them each instrument trades by, halts, bands and auctions. */
type MarketRules = readonly [
  readonly CalendarConfig[],
  NamedCalendars['calendarOf'],
  readonly Halt[],
  PriceBandsConfig | undefined,
  AuctionsConfig | undefined,
]

/** When the session of each instrument opens that a market was in or before; -1: it has none. */
function sessionOpens({ rules, state: { sessions, earlier_open_us } }: SavedMarket): readonly number[] {
  if (earlier_open_us !== undefined) return earlier_open_us
  const [, calendarOf] = JSON.parse(rules) as MarketRules
  return calendarOf.map((at) => sessions[at] ?? -1)
}

export type AuctionsHeld = { readonly opening: boolean; readonly closing: boolean }

/** Which auctions a venue holds for any of its instruments. */
export function auctionsHeld(
  calendars: readonly CalendarConfig[],
  venue: VenueMarketTerms['venue'],
  specs: readonly InstrumentSpec[],
): AuctionsHeld {
  const { calendars: named } = calendarsOf(calendars, venue, specs)
  return {
    opening: named.some(({ opening_auction }) => opening_auction),
    closing: named.some(({ closing_auction }) => closing_auction),
  }
}

type NamedCalendars = {
  readonly calendars: readonly CalendarConfig[]
  /** By instrument index; -1 where it trades around the clock, or elsewhere. */
  readonly calendarOf: readonly number[]
}

/** An instrument's own calendar, or else its venue's. */
function calendarsOf(
  calendars: readonly CalendarConfig[],
  venue: VenueMarketTerms['venue'],
  specs: readonly InstrumentSpec[],
): NamedCalendars {
  const used: CalendarConfig[] = []
  const calendarOf = specs.map((spec) => {
    if (spec.venue_id !== venue.id) return -1
    const name = spec.calendar === 'always' ? venue.calendar : spec.calendar
    if (name === undefined) return -1
    const config = must(
      calendars.find(({ id }) => id === name),
      'a calendar is configured before it is named',
    )
    if (!used.includes(config)) used.push(config)
    return used.indexOf(config)
  })
  return { calendars: used, calendarOf }
}

/** Halts of instruments that the run has. */
function haltsOf(venue: VenueMarketTerms['venue'], specs: readonly InstrumentSpec[]): Halt[] {
  return (venue.simulation?.halts ?? []).flatMap(({ instrument, from, to }) => {
    const spec = specs.find(({ instrument_id }) => instrument_id === instrument)
    return spec === undefined
      ? []
      : [{ instrument_index: spec.index, from_us: timeOf(from), to_us: timeOf(to) }]
  })
}

function timeOf(text: string): number {
  return Number(Temporal.Instant.from(text).epochNanoseconds / 1000n)
}
