// Which instruments of a venue trade now. Calendars and halts move each from phase to phase; while it does not trade, its
// orders are in the call, where no row reaches them, and it begins again with its first row. Rules: ./SPEC.md.

import {
  phaseIn,
  SESSION_PHASES,
  type SessionCalendar,
  type SessionPhase,
} from '../../../engine/calendar/session-calendar.ts'
import type { InstrumentSpec } from '../../../engine/instrument-spec.ts'
import { assert, must, unreachable } from '../../../schemas/assert.ts'
import type { AuctionsConfig, PriceBandsConfig } from '../../../schemas/config/market-rules.ts'
import type { VenueId } from '../../../schemas/ids.ts'
import { SECURITY_STATUSES, type SecurityTradingStatus } from '../../../schemas/messages/security-status.ts'
import type { Agenda, MarketEvent } from '../in-flight/agenda.ts'
import type { VenueOrder } from '../orders/venue-order.ts'
import type { Print } from './auction.ts'
import type { CallFloor, Settlement } from './call-floor.ts'
import { PhaseColumns, type PhaseColumnsState } from './phase-columns.ts'
import type { BandPosition } from './price-bands.ts'
import { SessionCursors, type SessionEvent } from './session-cursors.ts'

export type Halt = { readonly instrument_index: number; readonly from_us: number; readonly to_us: number }

export type MarketPhasesTerms = {
  readonly venue_id: VenueId
  readonly rank: number
  /** Every instrument of the node by its index. */
  readonly specs: readonly InstrumentSpec[]
  readonly calendars: readonly SessionCalendar[]
  /** Which of the calendars each instrument trades by; -1 where it trades around the clock. */
  readonly calendarOf: readonly number[]
  readonly halts: readonly Halt[]
  readonly auctions: AuctionsConfig
  /** Undefined where prices may go anywhere. */
  readonly bands: PriceBandsConfig | undefined
  /** Whether a pause of the US plan in the last minutes of a day ends with its closing auction (schemas/behaviour.ts). */
  readonly terms_hold: boolean
  /** An instrument begins to trade, but for the end of a stand at a band. */
  readonly onOpen: (instrument_index: number) => void
  /** An instrument waits for the row with which it begins. */
  readonly onAwait: (instrument_index: number) => void
  /** A session opens or a halt begins, and what has come by then is all that comes: of a market of one side that one. */
  readonly onSideStopped: (instrument_index: number) => void
  /** Whether a side of its book shows what was there before it began to wait. */
  readonly isOld: (instrument_index: number) => boolean
  /** The last session of its day has ended. */
  readonly onDayEnd: (instrument_index: number) => void
  readonly agenda: Agenda
  readonly floor: CallFloor
  /** Says that an instrument is in another status now. */
  readonly tell: (instrument_index: number, ts_us: number) => void
  /**
   * Of a venue with a deeper book: whether it has both sides, and with them what others would trade in an auction. Best
   * prices are of before: an instrument of such a venue begins with its next row.
   */
  readonly isDeepBookReady: ((instrument_index: number) => boolean) | undefined
  /** Whether quotes are its market, so that a trade says nothing of what is shown. */
  readonly hasQuotes: (instrument_index: number) => boolean
}

/**
 * What an instrument waits for: a row that opens it, with an auction or without; a print that opens or closes it; the row
 * behind a print that has opened it.
 */
const PENDING = {
  none: 0,
  row: 1,
  auction: 2,
  opening_print: 3,
  closing_print: 4,
  row_behind_print: 5,
} as const

/** In `has_row`: what is shown is of before, and a print may be the price all the same. */
const PRINT_ALONE = 2
const NEVER_TOLD = 255
const NEVER_LATE = Number.POSITIVE_INFINITY
/** In the last minutes of a day an instrument that pauses under the US plan trades no more before the closing auction. */
const LAST_PAUSE_US = 600_000_000
/** So long an instrument waits for the bars of its other side. */
const SIDE_WAIT_US = 3_600_000_000

/** By instrument index, and of the cursors by calendar. */
export type MarketState = PhaseColumnsState & {
  readonly sessions: readonly number[]
  /** While a close waits for its price. */
  readonly late_from?: readonly number[]
  /** Until a market begins behind one of other rules. */
  readonly earlier_open_us?: readonly number[]
}

export class MarketPhases {
  readonly #terms: MarketPhasesTerms
  readonly #cursors: SessionCursors
  readonly #columns: PhaseColumns
  readonly #own: readonly InstrumentSpec[]
  /** While a close waits for its price: the priority from which on orders came behind it. Else infinite. */
  readonly #lateFrom: Float64Array
  /** When the session opens, by instrument index, that a market of other rules was in or before; -1: it had none. */
  #earlierOpens_us: readonly number[] | undefined

  constructor(terms: MarketPhasesTerms) {
    this.#terms = terms
    this.#cursors = new SessionCursors(terms.calendars)
    this.#columns = new PhaseColumns(terms.specs.length)
    this.#lateFrom = new Float64Array(terms.specs.length).fill(NEVER_LATE)
    this.#own = terms.specs.filter(({ venue_id }) => venue_id === terms.venue_id)
  }

  /** Comes up at a time: a session under way has opened already, and goes on with the next row where it had other rules. */
  begin(now_us: number, has_other_rules: boolean): void {
    this.#columns.told.fill(NEVER_TOLD)
    for (const at of this.#cursors.calendars.keys()) {
      this.#cursors.seek(at, now_us)
      this.#schedule(at, this.#cursors.changeAfter(at, now_us), now_us)
    }
    for (const halt of this.#terms.halts) {
      if (halt.to_us <= now_us) continue
      if (halt.from_us <= now_us) this.#noteHalt(halt.instrument_index, halt.to_us, now_us)
      else this.#add('halt', -1, halt.instrument_index, now_us, halt.from_us)
    }
    for (const { index } of this.#own) {
      const isLeft = this.#terms.floor.suspend(index) > 0
      this.#terms.floor.forgetPlaces(index)
      if (has_other_rules) this.#endEarlier(index, now_us)
      this.#enter(index, this.#calendarPhase(index, now_us))
      if (has_other_rules) this.#takeOver(index, now_us)
      const isOpen = this.phaseOf(index) === 'continuous' && !this.isHalted(index)
      if (isOpen && has_other_rules && this.#terms.isDeepBookReady?.(index) === true)
        this.#open(index, 'none', now_us)
      // Orders that an earlier market left meet the next row, or what opens this one.
      else if (isOpen && (isLeft || has_other_rules)) this.#await(index, PENDING.row, now_us)
      else if (isOpen) this.#columns.is_trading[index] = 1
      this.#tell(index, now_us)
    }
    this.#earlierOpens_us = undefined
  }

  /** The print that a close of the earlier market waited for does not come, and a session that is over has ended its orders. */
  #endEarlier(index: number, now_us: number): void {
    if (this.isClosing(index)) {
      this.#columns.pending[index] = PENDING.none
      this.#endSession(index, now_us)
      this.#lateFrom[index] = NEVER_LATE
    }
    const at = this.#terms.calendarOf[index] as number
    const open_us = this.#earlierOpens_us?.[index] ?? -1
    if (at === -1 || open_us === -1 || !this.#cursors.isOver(at, open_us, now_us, 'session')) return
    this.#enter(index, 'closed')
    this.#noteDayEnd(index, this.#cursors.isOver(at, open_us, now_us, 'day'), now_us)
    this.#tell(index, now_us)
    this.#endSession(index, now_us)
  }

  /** What an earlier market showed is of before, and where no session ends, no order is for its auctions. */
  #takeOver(index: number, now_us: number): void {
    // Whether the session of before had a row nobody knows.
    this.#columns.has_row[index] = 1
    this.#awaitInCall(index)
    if (this.#terms.calendarOf[index] === -1) this.#terms.floor.endSession(index, false, NEVER_LATE, now_us)
  }

  /** Comes up where everything trades around the clock, and has all the time. */
  beginTrading(): void {
    for (const { index } of this.#own) {
      this.#enter(index, 'continuous')
      this.#columns.is_trading[index] = 1
      this.#columns.told[index] = SECURITY_STATUSES.indexOf('trading')
    }
  }

  phaseOf(instrument_index: number): SessionPhase {
    return must(SESSION_PHASES[this.#columns.phases[instrument_index] as number], 'a phase is known')
  }

  /** As others see it: an instrument that has not had its first row has not opened. */
  statusOf(instrument_index: number): SecurityTradingStatus {
    const phase = this.phaseOf(instrument_index)
    if (phase === 'closed') return 'closed'
    if (this.isHalted(instrument_index)) return 'halted'
    if (phase === 'closing_call') return 'closing_call'
    return this.isTrading(instrument_index) ? 'trading' : 'pre_open'
  }

  /** Whether the session that has closed last was the last of its day. */
  hasDayEnded(instrument_index: number): boolean {
    return this.#columns.ends_day[instrument_index] !== 0
  }

  isHalted(instrument_index: number): boolean {
    const hasEnd = this.#columns.halted_until_us[instrument_index] !== 0
    return hasEnd || this.isHeld(instrument_index) || this.isLimited(instrument_index)
  }

  /** When a day of the instrument ended last; 0: none has. */
  dayEndedUs(instrument_index: number): number {
    return this.#columns.day_ended_us[instrument_index] as number
  }

  /** Whether an operator has halted it. */
  isHeld(instrument_index: number): boolean {
    return this.#columns.is_held[instrument_index] !== 0
  }

  /** Whether the market stands beyond a band, where no own order trades. */
  isLimited(instrument_index: number): boolean {
    return this.#columns.is_limited[instrument_index] !== 0
  }

  isTrading(instrument_index: number): boolean {
    return this.#columns.is_trading[instrument_index] !== 0
  }

  /** Whether it begins or closes with what the market does next. */
  isPending(instrument_index: number): boolean {
    return this.#columns.pending[instrument_index] !== PENDING.none
  }

  /** Whether the next trade is the price of its auction. */
  awaitsPrint(instrument_index: number): boolean {
    return (
      this.#columns.pending[instrument_index] === PENDING.opening_print || this.isClosing(instrument_index)
    )
  }

  /** Whether it has waited so long since it should have begun that a side which has not come does not come. */
  hasWaitedLong(instrument_index: number, ts_us: number): boolean {
    const since_us = this.#columns.pending_since_us[instrument_index] as number
    return since_us !== 0 && ts_us > since_us + SIDE_WAIT_US
  }

  /** Whether its opening has been printed, and the market behind it is still to come. */
  isPrinted(instrument_index: number): boolean {
    return this.#columns.pending[instrument_index] === PENDING.row_behind_print
  }

  /** Whether its closing price is still to come. */
  isClosing(instrument_index: number): boolean {
    return this.#columns.pending[instrument_index] === PENDING.closing_print
  }

  /** Whether an order is in a close that waits for its price. */
  isInClose({ instrument_index, priority }: VenueOrder): boolean {
    return this.isClosing(instrument_index) && priority < (this.#lateFrom[instrument_index] as number)
  }

  /** The calendar an instrument trades by, with its session; undefined where it trades around the clock. */
  sessionOf(instrument_index: number) {
    const at = this.#terms.calendarOf[instrument_index] as number
    if (at === -1) return undefined
    return { calendar: this.#cursors.calendar(at), session: this.#cursors.session(at) }
  }

  /** Whether an order that comes now is kept in the call. */
  keeps({ instrument_index, time_in_force }: VenueOrder): boolean {
    return this.#columns.is_trading[instrument_index] === 0 || time_in_force === 'cls'
  }

  /** Stops trading until a time, where it is not halted for longer already. */
  halt(instrument_index: number, until_us: number, now_us: number): void {
    this.#noteHalt(instrument_index, until_us, now_us)
    this.#suspend(instrument_index, now_us)
  }

  /** An operator stops trading, until he lets it go on. */
  hold(instrument_index: number, now_us: number): void {
    this.#columns.is_held[instrument_index] = 1
    this.#suspend(instrument_index, now_us)
  }

  /** Trading goes on as behind every halt, where nothing else halts it. */
  letGo(instrument_index: number, now_us: number): void {
    assert(this.isHeld(instrument_index), 'what is let go was halted by an operator')
    this.#columns.is_held[instrument_index] = 0
    this.#endHalt(instrument_index, now_us)
  }

  /** Takes over from a market of other rules what an operator has halted, and what its orders are for. */
  takeEarlier(state: MarketState, opens_us: readonly number[]): void {
    const { is_held, phases, pending, ends_day, day_ended_us, late_from = [] } = state
    this.#columns.is_held.set(is_held)
    if (!this.#terms.terms_hold) return
    this.#columns.pending.set(
      pending.map((one) => (one === PENDING.closing_print ? PENDING.closing_print : PENDING.none)),
    )
    this.#columns.phases.set(phases)
    this.#columns.ends_day.set(ends_day)
    this.#columns.day_ended_us.set(day_ended_us)
    this.#lateFrom.set(late_from)
    this.#earlierOpens_us = opens_us
  }

  /** The market of an instrument that trades, stands at a band or has been printed is here now; orders have not met it. */
  onPosition(instrument_index: number, position: BandPosition, ts_us: number): void {
    const wasLimited = this.isLimited(instrument_index)
    if (position === 'inside') {
      if (wasLimited) this.#leaveLimit(instrument_index, ts_us)
      return
    }
    this.#columns.is_limited[instrument_index] = 1
    if (!wasLimited) {
      this.#stop(instrument_index)
      this.#tell(instrument_index, ts_us)
    }
    if (position === 'beyond') this.#columns.limit_since_us[instrument_index] = 0
    else if (this.#columns.limit_since_us[instrument_index] === 0) {
      const { limit_state_us } = must(this.#terms.bands, 'only bands have a limit')
      this.#columns.limit_since_us[instrument_index] = ts_us
      this.#add('limit_due', -1, instrument_index, ts_us, ts_us + limit_state_us)
    }
  }

  /** The book of an instrument has moved. */
  onRow(instrument_index: number, ts_us: number): void {
    if (this.#terms.isOld(instrument_index)) return
    const pending = this.#columns.pending[instrument_index]
    this.#columns.has_row[instrument_index] = 1
    if (pending === PENDING.none) return
    if (this.#terms.isDeepBookReady?.(instrument_index) === false) return
    if (pending === PENDING.row) this.#open(instrument_index, 'none', ts_us)
    else if (pending === PENDING.auction) this.#open(instrument_index, 'book', ts_us)
    else if (pending === PENDING.row_behind_print) this.#beginBehindPrint(instrument_index, ts_us)
  }

  onTrade(instrument_index: number, ts_us: number, price_units: number, size_units: number): void {
    const pending = this.#columns.pending[instrument_index]
    const print = { price_units, size_units }
    if (pending === PENDING.opening_print) this.#openWithPrint(instrument_index, print, ts_us)
    else if (pending === PENDING.closing_print) this.#settleClose(instrument_index, print, ts_us)
  }

  onEvent({ event, calendar, instrument_index }: MarketEvent, now_us: number): void {
    switch (event) {
      case 'halt':
        return this.#startHalt(instrument_index, now_us)
      case 'resume':
        return this.#resume(instrument_index, now_us)
      case 'print_due':
        return this.#endWait(instrument_index, now_us)
      case 'limit_due':
        return this.#pause(instrument_index, now_us)
      case 'pre_open':
      case 'open':
      case 'closing_call':
      case 'close':
        this.#turn(event, calendar, now_us)
        return this.#schedule(calendar, this.#cursors.changeBehind(calendar, event), now_us)
      default:
        return unreachable(event)
    }
  }

  state(): MarketState {
    const isAnyLate = this.#lateFrom.some((priority) => priority !== NEVER_LATE)
    return {
      sessions: this.#cursors.state(),
      ...this.#columns.state(),
      ...(isAnyLate ? { late_from: [...this.#lateFrom] } : {}),
      ...(this.#earlierOpens_us === undefined ? {} : { earlier_open_us: this.#earlierOpens_us }),
    }
  }

  restore({ sessions, late_from = [], earlier_open_us, ...columns }: MarketState): void {
    this.#cursors.restore(sessions)
    this.#columns.restore(columns)
    this.#lateFrom.set(late_from)
    this.#earlierOpens_us = earlier_open_us
  }

  /** A change of a calendar's session, for each instrument that trades by it. */
  #turn(event: SessionEvent, at: number, now_us: number): void {
    const calendar = this.#cursors.calendar(at)
    for (const { index } of this.#own) {
      if (this.#terms.calendarOf[index] !== at) continue
      // A print that has not come by now does not come.
      if (this.isClosing(index)) this.#settleUnprinted(index, now_us)
      const wasLimited = this.isLimited(index)
      this.#forgetLimit(index)
      if (event === 'pre_open') this.#enter(index, 'pre_open')
      else if (event === 'open') {
        this.#enter(index, 'continuous')
        this.#columns.has_row[index] = 0
        if (this.hasWaitedLong(index, now_us)) this.#terms.onSideStopped(index)
        if (!this.isHalted(index)) this.#startOpening(index, calendar.has_opening_auction, now_us)
      } else if (event === 'closing_call') {
        this.#enter(index, 'closing_call')
        if (this.isTrading(index) || wasLimited) this.#columns.has_row[index] = 1
        this.#stop(index)
        this.#terms.floor.forgetPlaces(index)
        this.#columns.pending[index] = PENDING.none
      } else this.#startClose(index, calendar, wasLimited, now_us)
      this.#tell(index, now_us)
    }
  }

  #startOpening(index: number, isAuction: boolean, now_us: number): void {
    const waitsForPrint = isAuction && this.#terms.auctions.price === 'print'
    if (!waitsForPrint && this.#terms.isDeepBookReady?.(index) === true)
      return this.#open(index, isAuction ? 'book' : 'none', now_us)
    this.#terms.onAwait(index)
    this.#await(
      index,
      waitsForPrint ? PENDING.opening_print : isAuction ? PENDING.auction : PENDING.row,
      now_us,
    )
  }

  #await(index: number, pending: number, now_us: number): void {
    this.#columns.pending[index] = pending
    this.#columns.pending_since_us[index] = now_us
    this.#columns.has_row[index] = this.#terms.terms_hold && this.#mayPrint(index) ? PRINT_ALONE : 0
    if (pending !== PENDING.opening_print && pending !== PENDING.closing_print) return
    this.#add('print_due', -1, index, now_us, now_us + this.#terms.auctions.print_wait_us)
  }

  #endWait(index: number, now_us: number): void {
    if (this.#columns.pending[index] === PENDING.none) return
    // The wait may have ended, and another begun.
    if (now_us < (this.#columns.pending_since_us[index] as number) + this.#terms.auctions.print_wait_us)
      return
    if (this.isClosing(index)) this.#settleUnprinted(index, now_us)
    if (this.#columns.pending[index] !== PENDING.opening_print) return
    if (this.#columns.has_row[index] === 1) this.#open(index, 'book', now_us)
    else this.#columns.pending[index] = PENDING.auction
  }

  #open(index: number, settlement: Settlement, ts_us: number): void {
    this.#columns.pending[index] = PENDING.none
    this.#columns.is_trading[index] = 1
    this.#tell(index, ts_us)
    this.#terms.onOpen(index)
    this.#terms.floor.open(this.#spec(index), settlement, ts_us)
  }

  /** What a print leaves waits where the market shown is of before the opening. */
  #openWithPrint(index: number, print: Print, ts_us: number): void {
    if (!this.#terms.terms_hold || this.#isShown(index)) return this.#open(index, print, ts_us)
    this.#columns.pending[index] = PENDING.row_behind_print
    this.#terms.onOpen(index)
    this.#terms.floor.openLater(this.#spec(index), print, ts_us)
  }

  /** Whether what the market shows is of now. Where trades are the market, the one under way has put it at its price. */
  #isShown(index: number): boolean {
    const { isDeepBookReady, hasQuotes } = this.#terms
    if (isDeepBookReady !== undefined) return isDeepBookReady(index)
    return this.#columns.has_row[index] === 1 || !hasQuotes(index)
  }

  /** Its bands are those of the print: a market beyond them is one that nobody trades with. */
  #beginBehindPrint(index: number, ts_us: number): void {
    this.#columns.pending[index] = PENDING.none
    if (!this.isLimited(index)) this.#goOn(index, ts_us)
  }

  #startClose(index: number, calendar: SessionCalendar, wasLimited: boolean, now_us: number): void {
    // What the book shows is of before, where no row of this session has come.
    const isInCall = this.phaseOf(index) === 'closing_call' && this.#columns.has_row[index] !== 0
    const isPaused = this.#columns.is_paused_to_close[index] !== 0 && !this.#isHaltedBeyond(index, now_us)
    this.#columns.is_paused_to_close[index] = 0
    const hasOpened = this.#columns.is_trading[index] !== 0 || wasLimited || isInCall || isPaused
    const isAuction = calendar.has_closing_auction && hasOpened && (isPaused || !this.isHalted(index))
    this.#stop(index)
    this.#terms.floor.forgetPlaces(index)
    this.#enter(index, 'closed')
    this.#columns.pending[index] = PENDING.none
    this.#noteDayEnd(index, this.sessionOf(index)?.session?.is_last_of_day === true, now_us)
    if (!isAuction) return this.#endSession(index, now_us)
    if (this.#terms.auctions.price === 'print') return this.#awaitClose(index, now_us)
    this.#settleClose(index, 'book', now_us)
  }

  #noteDayEnd(index: number, ends_day: boolean, now_us: number): void {
    this.#columns.ends_day[index] = ends_day ? 1 : 0
    if (ends_day) this.#columns.day_ended_us[index] = now_us
  }

  /** The close has been, and its price is still to come: who comes meanwhile is for the next session. */
  #awaitClose(index: number, now_us: number): void {
    if (this.#terms.terms_hold) this.#lateFrom[index] = this.#terms.floor.nextPriority()
    const hasRow = this.#columns.has_row[index] as number
    this.#await(index, PENDING.closing_print, now_us)
    this.#columns.has_row[index] = hasRow
  }

  /** No print has come, and the book decides, where it is of now. */
  #settleUnprinted(index: number, ts_us: number): void {
    this.#settleClose(index, this.#columns.has_row[index] === PRINT_ALONE ? 'none' : 'book', ts_us)
  }

  #settleClose(index: number, settlement: Settlement, ts_us: number): void {
    this.#columns.pending[index] = PENDING.none
    this.#terms.floor.close(this.#spec(index), settlement, this.#lateFrom[index] as number, ts_us)
    this.#endSession(index, ts_us)
    this.#lateFrom[index] = NEVER_LATE
  }

  #endSession(index: number, ts_us: number): void {
    const endsDay = this.hasDayEnded(index)
    if (endsDay) this.#terms.onDayEnd(index)
    this.#terms.floor.endSession(index, endsDay, this.#lateFrom[index] as number, ts_us)
  }

  #startHalt(index: number, now_us: number): void {
    const halt = this.#terms.halts.find(
      ({ instrument_index, from_us, to_us }) =>
        instrument_index === index && from_us <= now_us && now_us < to_us,
    )
    this.halt(index, must(halt, 'a halt is of the script').to_us, now_us)
  }

  #noteHalt(index: number, until_us: number, now_us: number): void {
    this.#columns.halted_until_us[index] = Math.max(this.#columns.halted_until_us[index] as number, until_us)
    this.#add('resume', -1, index, now_us, until_us)
  }

  #resume(index: number, now_us: number): void {
    if (now_us < (this.#columns.halted_until_us[index] as number)) return
    this.#columns.halted_until_us[index] = 0
    this.#endHalt(index, now_us)
  }

  #suspend(index: number, now_us: number): void {
    this.#forgetLimit(index)
    this.#stop(index)
    if (!this.isClosing(index)) {
      this.#columns.pending[index] = PENDING.none
      this.#endWaitForSides(index, now_us)
    }
    this.#tell(index, now_us)
  }

  /** A halt is no time of waiting: what was waited for before it decides. */
  #endWaitForSides(index: number, now_us: number): void {
    if (!this.#terms.terms_hold) return
    if (this.hasWaitedLong(index, now_us)) this.#terms.onSideStopped(index)
    this.#columns.pending_since_us[index] = 0
  }

  #endHalt(index: number, now_us: number): void {
    if (this.isHalted(index)) return
    if (this.phaseOf(index) === 'continuous') this.#startOpening(index, true, now_us)
    else if (this.phaseOf(index) === 'closing_call' && this.#terms.terms_hold) this.#awaitInCall(index)
    this.#tell(index, now_us)
  }

  /** In a closing call that begins in its midst: for its auction, too, what was shown before is of before; a print is its price. */
  #awaitInCall(index: number): void {
    this.#terms.onAwait(index)
    const isReady = this.#terms.isDeepBookReady?.(index) === true
    this.#columns.has_row[index] = isReady ? 1 : this.#mayPrint(index) ? PRINT_ALONE : 0
  }

  /** Whether a print is the price of the close, though what is shown is of before: its session has had a row. */
  #mayPrint(index: number): boolean {
    return this.#terms.auctions.price === 'print' && this.#columns.has_row[index] !== 0
  }

  /** The market has come back inside its bands: orders meet it. */
  #leaveLimit(index: number, ts_us: number): void {
    this.#forgetLimit(index)
    this.#columns.pending[index] = PENDING.none
    this.#goOn(index, ts_us)
  }

  /** Orders meet the market as it is. */
  #goOn(index: number, ts_us: number): void {
    this.#columns.is_trading[index] = 1
    this.#tell(index, ts_us)
    this.#terms.floor.open(this.#spec(index), 'none', ts_us)
  }

  /** It has stood at a band for too long. */
  #pause(index: number, now_us: number): void {
    const { limit_state_us, pause_us } = must(this.#terms.bands, 'only bands have a limit')
    const since_us = this.#columns.limit_since_us[index] as number
    // It may have left the band meanwhile, and come back.
    if (since_us === 0 || now_us < since_us + limit_state_us) return
    const close_us = this.#lastCloseUs(index)
    const until_us = now_us + pause_us
    if (until_us <= close_us - LAST_PAUSE_US) return this.halt(index, until_us, now_us)
    this.#columns.is_paused_to_close[index] = 1
    this.halt(index, close_us, now_us)
  }

  /** When a day of the US plan ends with an auction; never elsewhere. */
  #lastCloseUs(index: number): number {
    const { terms_hold, bands } = this.#terms
    const { calendar, session } = this.sessionOf(index) ?? {}
    const isOfPlan = terms_hold && bands?.plan !== undefined && calendar?.has_closing_auction === true
    return isOfPlan && session?.is_last_of_day === true ? session.close_us : Number.POSITIVE_INFINITY
  }

  #isHaltedBeyond(index: number, now_us: number): boolean {
    return this.isHeld(index) || (this.#columns.halted_until_us[index] as number) > now_us
  }

  #forgetLimit(index: number): void {
    this.#columns.is_limited[index] = 0
    this.#columns.limit_since_us[index] = 0
  }

  #stop(index: number): void {
    if (this.#columns.is_trading[index] === 0) return
    this.#columns.is_trading[index] = 0
    this.#terms.floor.suspend(index)
  }

  #tell(index: number, ts_us: number): void {
    const number = SECURITY_STATUSES.indexOf(this.statusOf(index))
    if (this.#columns.told[index] === number) return
    this.#columns.told[index] = number
    this.#terms.tell(index, ts_us)
  }

  #enter(index: number, phase: SessionPhase): void {
    this.#columns.phases[index] = SESSION_PHASES.indexOf(phase)
  }

  #calendarPhase(index: number, now_us: number): SessionPhase {
    const found = this.sessionOf(index)
    return found === undefined ? 'continuous' : phaseIn(found.session, now_us)
  }

  #schedule(
    calendar: number,
    change: { readonly event: SessionEvent; readonly at_us: number } | undefined,
    now_us: number,
  ): void {
    if (change !== undefined) this.#add(change.event, calendar, -1, now_us, change.at_us)
  }

  #add(
    event: MarketEvent['event'],
    calendar: number,
    instrument_index: number,
    now_us: number,
    due_us: number,
  ): void {
    const { agenda, rank, venue_id } = this.#terms
    agenda.add('arrival', rank, now_us, Math.max(now_us, due_us), {
      type: 'market_event',
      venue_id,
      event,
      calendar,
      instrument_index,
    })
  }

  #spec(index: number): InstrumentSpec {
    return must(this.#terms.specs[index], 'an instrument is listed')
  }
}
