// All simulated venues of a run and what they share: one agenda, one book of prices, one set of accounts. This is what
// a driver builds, drives, and keeps in snapshot and state hash.

import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import { NameMap } from '../../engine/name-map.ts'
import { must } from '../../schemas/assert.ts'
import { BEHAVIOUR, SINCE_BEHAVIOUR } from '../../schemas/behaviour.ts'
import type { CalendarConfig } from '../../schemas/config/calendar.ts'
import type { VenueConfig } from '../../schemas/config/venue-config.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { parseUnits } from '../../schemas/units.ts'
import type { AccountTerms } from './accounts/account-factors.ts'
import { VenueAccount, type VenuePosition } from './accounts/venue-account.ts'
import { Agenda } from './in-flight/agenda.ts'
import { countsTaken, sharesTraded } from './matching/fill-model.ts'
import { TopOfBook } from './matching/top-of-book.ts'
import { orderedUnits } from './orders/venue-order.ts'
import { type ExchangeTerms, SimulatedExchange } from './simulated-exchange.ts'

export type VenueTerms = ExchangeTerms['venue'] & Pick<VenueConfig, 'displayed_quantity_default'>

export type SimulatedVenuesTerms = {
  /** In the order of the configuration, which ranks them. */
  readonly venues: readonly VenueTerms[]
  readonly accounts: readonly AccountTerms[]
  /** Every instrument of the node by its index. */
  readonly specs: readonly InstrumentSpec[]
  /** Those that venues and instruments name. */
  readonly calendars: readonly CalendarConfig[]
  /** Finished orders each venue remembers by id. */
  readonly order_retention: number
  /** Trades of each venue an operator can take back or correct; 0 where nobody operates the market, as in a backtest. */
  readonly trade_retention: number
  /** Of the session; what venues draw by chance comes from it. */
  readonly seed: number
  /** What the venues do, by its number; absent: as today. */
  readonly behaviour?: number
}

/** The venues' own view, for reports and for comparison with the engine's. Money counts 10^-MONEY_SCALE. */
export type VenueBooks = {
  readonly accounts: readonly {
    readonly account_id: string
    readonly currency: string
    readonly balance: bigint
    readonly equity: bigint
    readonly positions: readonly VenuePosition[]
  }[]
  readonly open_orders: readonly {
    readonly venue_id: string
    readonly account_id: string
    readonly client_order_id: string
    readonly venue_order_id: string
    readonly leaves_quantity_units: number
  }[]
}

export class SimulatedVenues {
  readonly agenda: Agenda
  /** In the order of the configuration. */
  readonly exchanges: readonly SimulatedExchange[]
  readonly accounts: readonly VenueAccount[]
  readonly #book: TopOfBook
  readonly #byId: ReadonlyMap<string, SimulatedExchange>
  #hasBegun = false

  constructor(terms: SimulatedVenuesTerms) {
    const { venues, accounts, specs, calendars, order_retention, trade_retention, seed } = terms
    const { behaviour = BEHAVIOUR } = terms
    const terms_hold = behaviour >= SINCE_BEHAVIOUR.terms_hold
    const simulations = specs.map((spec) => venueOf(venues, spec).simulation)
    const book = new TopOfBook(
      displayedDefaults(venues, specs),
      simulations.map((simulation) => simulation?.taken_until === 'level_changes'),
      simulations.map((simulation) => terms_hold && countsTaken(simulation)),
      behaviour >= SINCE_BEHAVIOUR.bar_volume_once,
      terms_hold,
      simulations.map((simulation) => terms_hold && sharesTraded(simulation)),
    )
    this.#book = book
    this.agenda = new Agenda(terms_hold)
    const keeps_places = behaviour >= SINCE_BEHAVIOUR.place_over_halt
    this.accounts = accounts.map((account) => new VenueAccount(account, specs, book))
    this.exchanges = venues.map((venue, venue_rank) => {
      const members = this.accounts.filter((_, i) => accounts[i]?.venues.includes(venue.id))
      return new SimulatedExchange(
        { venue, calendars, venue_rank, order_retention, trade_retention, seed, terms_hold, keeps_places },
        { agenda: this.agenda, specs, book, accounts: members },
      )
    })
    this.#byId = new NameMap(this.exchanges.map((exchange) => [exchange.venue_id, exchange]))
  }

  /** Whoever drives the venues says when the first thing happens, before it does; later calls say nothing. */
  begin(now_us: number): void {
    if (this.#hasBegun) return
    this.#hasBegun = true
    for (const exchange of this.exchanges) exchange.begin(now_us)
  }

  /** Whether any of them goes on under other rules: what was under way to it is handled before they begin. */
  leaveEarlier(): boolean {
    let isAny = false
    for (const exchange of this.exchanges) if (exchange.leaveEarlier()) isAny = true
    return isAny
  }

  /** The last row has come. */
  endRows(): void {
    for (const exchange of this.exchanges) exchange.endRows()
  }

  exchange(venue_id: string): SimulatedExchange {
    return must(this.#byId.get(venue_id), 'a venue is configured before it is used')
  }

  books(): VenueBooks {
    return {
      accounts: this.accounts.map((account) => ({
        account_id: account.account_id,
        currency: account.currency,
        balance: account.balance,
        equity: account.equity(),
        positions: account.positions(),
      })),
      open_orders: this.exchanges.flatMap((exchange) =>
        exchange.openOrders().map((order) => ({
          venue_id: exchange.venue_id,
          account_id: order.account.account_id,
          client_order_id: order.client_order_id,
          venue_order_id: order.venue_order_id,
          leaves_quantity_units: orderedUnits(order) - order.cum_quantity_units,
        })),
      ),
    }
  }

  save(writer: CanonicalWriter): void {
    this.agenda.save(writer)
    this.#book.save(writer)
    for (const account of this.accounts) account.save(writer)
    for (const exchange of this.exchanges) exchange.save(writer)
  }

  /** Reads what `save` wrote into venues just made from the same terms. */
  load(reader: CanonicalReader): void {
    this.agenda.load(reader)
    this.#book.load(reader)
    for (const account of this.accounts) account.load(reader)
    for (const exchange of this.exchanges) exchange.load(reader)
  }
}

/** What each instrument shows where its data has no sizes, by the venue that lists it. */
function displayedDefaults(
  venues: SimulatedVenuesTerms['venues'],
  specs: readonly InstrumentSpec[],
): number[] {
  return specs.map((spec) => {
    const venue = venueOf(venues, spec)
    const units = parseUnits(venue.displayed_quantity_default, spec.size_scale)
    if (units === undefined || units < spec.lot_units) {
      throw new OperatingError({
        code: 'exchange.bad_displayed_quantity',
        reason: 'usage',
        what: `A displayed quantity of ${venue.displayed_quantity_default} is less than a lot of ${spec.instrument_id}, or finer than its scale.`,
        where: `venues.${venue.id}.displayed_quantity_default`,
        remedy: 'Give a multiple of the lot of every instrument of the venue.',
      })
    }
    return units
  })
}

function venueOf(venues: SimulatedVenuesTerms['venues'], spec: InstrumentSpec): VenueTerms {
  return must(
    venues.find((candidate) => candidate.id === spec.venue_id),
    `the venue of ${spec.instrument_id} is configured`,
  )
}
