// Plays a scenario written as lines of text against simulated venues, in the way the backtest's driver does, and gives
// the reports back as lines. Prices and sizes are in units. A line is a time in microseconds and one of
//
//   quote 100/101 [10x10]        bid/ask, with displayed sizes or none (the configured default)
//   trade 100 [20 [sell]]    bar bid 100    bar last 100 105 98 101 [400]   (open, high, low, close, volume)
//   bid 100 10 [more]    ask 101 0       a level of a book by price, after which its event goes on or has ended
//   add 1 bid 100 5    modify 1 100 4    execute 1 2    delete 1       a row of a book by order
//   a buy 5 market ioc           client order id, side, quantity, type, time in force
//   b sell 5 limit 102 gtc
//   e sell 5 stop 99 gtc by=last      f buy 5 stop_limit 103 104 gtc    (trigger, limit)
//   g sell 5 trailing_stop 3 gtc unit=ticks at=97 active=105      h buy 5 limit 99 gtd until=50 post reduce show=2
//   c cancel a    d replace b 7 103 [trigger]
//   time                         nothing comes; what is due before it happens
//
// Market data and orders may name another instrument than X.sim, and orders another account than main, or another venue
// than the instrument's: `quote:Y.sim`, `a:Y.sim:other`, `a:Y.far:main:sim`.

import { BOOK_ACTION } from '../../engine/book/book-action.ts'
import { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { compileInstrument, type InstrumentSpec } from '../../engine/instrument-spec.ts'
import { must } from '../../schemas/assert.ts'
import type { AccountId, ClientOrderId, StrategyId, VenueId } from '../../schemas/ids.ts'
import type { Instrument } from '../../schemas/instrument.ts'
import {
  hasTrigger,
  isTrailing,
  type OrderType,
  type SendOutcome,
  type Side,
  type TimeInForce,
  type VenueCommand,
  type VenueReport,
} from '../../schemas/messages/order.ts'
import {
  type OrderTerms,
  PLAIN_TERMS,
  type TrailUnit,
  type TriggerMethod,
} from '../../schemas/messages/order-terms.ts'
import type { SecurityStatus } from '../../schemas/messages/security-status.ts'
import type { PriceUnits, SizeUnits, TimeUs } from '../../schemas/units.ts'
import type { AccountTerms } from './accounts/account-factors.ts'
import type { AgendaItem } from './in-flight/agenda.ts'
import type { BarPrices } from './matching/bar-path.ts'
import { SimulatedVenues, type SimulatedVenuesTerms, type VenueTerms } from './simulated-venues.ts'

type FxPair = Extract<Instrument, { asset_class: 'fx_pair' }>
export type Delivery = {
  readonly at_us: number
  readonly message: VenueReport | SecurityStatus | SendOutcome
}

/** Prices in cents, whole units, a margin of one per cent. */
export function instrument(change: Partial<FxPair> = {}): Instrument {
  return {
    asset_class: 'fx_pair',
    instrument_id: 'X.sim',
    base_currency: 'XXX',
    price_scale: 2,
    size_scale: 0,
    increments: [{ price_increment: '0.01' }],
    lot: '1',
    quantity_min: '1',
    multiplier: '1',
    quote_currency: 'USD',
    calendar: 'always',
    time_zone: 'UTC',
    allow_non_positive_price: false,
    margin_initial: '0.01',
    short_allowed: true,
    aliases: [],
    ...change,
  }
}

export function specsOf(...definitions: readonly Instrument[]): InstrumentSpec[] {
  return definitions.map(compileInstrument)
}

export function terms(change: Partial<SimulatedVenuesTerms> = {}): SimulatedVenuesTerms {
  return {
    venues: [venue()],
    accounts: [account()],
    specs: specsOf(instrument()),
    calendars: [],
    order_retention: 100,
    trade_retention: 0,
    seed: 1,
    ...change,
  }
}

export function venue(change: Partial<VenueTerms> = {}): VenueTerms {
  return {
    id: 'sim',
    latency: { submit_us: 0, report_us: 0 },
    displayed_quantity_default: '1000',
    ...change,
  }
}

export function account(change: Partial<AccountTerms> = {}): AccountTerms {
  return {
    id: 'main',
    venues: ['sim'],
    currency: 'USD',
    balance: '1000000',
    leverage_max: '100',
    conversion_rates: {},
    ...change,
  }
}

/** A scenario under way: what has come back so far, and the venues to look into. */
export class Scenario {
  readonly venues: SimulatedVenues
  readonly deliveries: Delivery[] = []
  readonly #specs: readonly InstrumentSpec[]
  /** A calendar never ends. */
  readonly #isEndless: boolean

  constructor(from: SimulatedVenuesTerms = terms()) {
    this.venues = new SimulatedVenues(from)
    this.#specs = from.specs
    this.#isEndless = from.calendars.length > 0
  }

  /** Plays lines, then everything that is still due. Returns the reports as lines. */
  play(...lines: readonly string[]): string[] {
    for (const line of lines) this.step(line)
    this.finish()
    return this.reports()
  }

  /** Venues just made that have read what these wrote; what was delivered stays here. */
  reopened(from: SimulatedVenuesTerms): Scenario {
    const writer = new CanonicalWriter(1 << 14)
    this.venues.save(writer)
    const opened = new Scenario(from)
    opened.venues.load(new CanonicalReader(writer.view()))
    return opened
  }

  /** One line in the driver's order: what is due before it, the line itself, and what it causes at once. */
  step(line: string): void {
    if (this.venues.leaveEarlier()) this.drainBefore(Number(line.split(' ')[0]))
    this.venues.begin(Number(line.split(' ')[0]))
    this.drainBefore(Number(line.split(' ')[0]))
    this.hand(line)
    this.drainInstants()
  }

  /** Hands one line to its exchange and nothing else. */
  hand(line: string): void {
    const [time = '', subject = '', ...words] = line.split(' ')
    const ts_us = Number(time)
    const [name = '', instrument_id = 'X.sim', account_id = 'main', venue = ''] = subject.split(':')
    if (name === 'time') return
    const spec = this.#spec(instrument_id)
    if (isRow(name)) this.#row(name, spec, ts_us, words)
    else {
      const command = commandOf(name, spec, account_id as AccountId, words)
      const venue_id = venue === '' ? spec.venue_id : (venue as VenueId)
      this.venues.exchange(venue_id).send({ ...command, venue_id }, ts_us)
    }
  }

  drainBefore(ts_us: number): void {
    while (this.venues.agenda.next_due_us < ts_us) {
      this.#handle(this.venues.agenda.pop())
      this.drainInstants()
    }
  }

  drainInstants(): void {
    while (this.venues.agenda.has_instant) this.#handle(this.venues.agenda.pop())
  }

  finish(): void {
    if (!this.#isEndless) return this.drainBefore(Number.POSITIVE_INFINITY)
    const { agenda } = this.venues
    for (let due = agenda.messages_due_us(); due !== undefined; due = agenda.messages_due_us())
      this.drainBefore(due + 1)
  }

  reports(): string[] {
    return this.deliveries.flatMap(({ at_us, message }) =>
      message.type === 'venue_report' ? [printed(message, at_us)] : [],
    )
  }

  #row(name: RowName, spec: InstrumentSpec, ts_us: number, words: readonly string[]): void {
    const exchange = this.venues.exchange(spec.venue_id)
    if (name === 'bid' || name === 'ask') {
      const [price, size] = words.map(Number)
      const isLast = words[2] !== 'more'
      const [price_units, size_units] = [must(price, 'a level has a price'), must(size, 'a level has a size')]
      return exchange.deepRows.onLevel(
        spec.index,
        ts_us,
        name === 'bid' ? 1 : -1,
        price_units,
        size_units,
        isLast,
      )
    }
    if (isOrderRow(name)) return this.#orderRow(name, spec, ts_us, words)
    if (name === 'trade') {
      const aggressor = words[2] === undefined ? 0 : words[2] === 'buy' ? 1 : -1
      return exchange.rows.onTrade(spec.index, ts_us, Number(words[0]), Number(words[1] ?? 0), aggressor)
    }
    if (name === 'bar') {
      const [open = 0, high = open, low = open, close = open, volume = 0] = words.slice(1).map(Number)
      const prices = words.length < 5 ? undefined : barPrices(open, high, low, close, volume)
      const [price_type, minutes] = (words[0] as string).split('*')
      return exchange.rows.onBar(spec.index, ts_us, {
        price_type: price_type as 'bid',
        interval_us: Number(minutes ?? 1) * 60_000_000,
        close_price_units: close,
        prices,
      })
    }
    const [bid, ask] = pair(must(words[0], 'a quote has prices'), '/')
    const [bidSize, askSize] = pair(words[1] ?? '0x0', 'x')
    exchange.rows.onQuote(spec.index, ts_us, bid, ask, bidSize, askSize)
  }

  #orderRow(name: OrderRowName, spec: InstrumentSpec, ts_us: number, words: readonly string[]): void {
    const [id, ...rest] = name === 'add' ? words.toSpliced(1, 1) : words
    const numbers = rest.map(Number)
    const [price, size] = name === 'execute' ? [0, ...numbers] : numbers
    this.venues
      .exchange(spec.venue_id)
      .deepRows.onBookOrder(
        spec.index,
        ts_us,
        BOOK_ACTION[name],
        Number(id),
        words[1] === 'ask' ? -1 : 1,
        price ?? 0,
        size ?? 0,
      )
  }

  #handle(item: AgendaItem): void {
    if (item.kind === 'arrival')
      return this.venues.exchange(item.message.venue_id).arrive(item.message, item.due_us)
    if (item.kind !== 'row') this.deliveries.push({ at_us: item.due_us, message: item.message })
  }

  #spec(instrument_id: string): InstrumentSpec {
    return must(
      this.#specs.find((spec) => spec.instrument_id === instrument_id),
      `the scenario has the instrument ${instrument_id}`,
    )
  }
}

function barPrices(open: number, high: number, low: number, close: number, volume: number): BarPrices {
  return {
    open_price_units: open,
    high_price_units: high,
    low_price_units: low,
    close_price_units: close,
    volume_units: volume,
  }
}

const ORDER_ROWS = ['add', 'modify', 'execute', 'delete'] as const
type OrderRowName = (typeof ORDER_ROWS)[number]
const ROWS = ['quote', 'trade', 'bar', 'bid', 'ask', ...ORDER_ROWS] as const
type RowName = (typeof ROWS)[number]

function isOrderRow(name: string): name is OrderRowName {
  return ORDER_ROWS.some((row) => row === name)
}

function isRow(name: string): name is RowName {
  return ROWS.some((row) => row === name)
}

/** Plays one scenario from the start. */
export function play(lines: readonly string[], from?: SimulatedVenuesTerms): string[] {
  return new Scenario(from).play(...lines)
}

function commandOf(
  client_order_id: string,
  spec: InstrumentSpec,
  account_id: AccountId,
  words: readonly string[],
): VenueCommand {
  const common = {
    account_id,
    strategy_id: 'test' as StrategyId,
    counter: 1,
    incarnation: 1,
    client_order_id: client_order_id as ClientOrderId,
    venue_id: spec.venue_id,
    instrument_id: spec.instrument_id,
    instrument_index: spec.index,
  }
  const [verb = '', second = '', third = '', fourth = '0', fifth = '0'] = words
  const original_client_order_id = second as ClientOrderId
  if (verb === 'cancel') return { type: 'order_cancel_request', ...common, original_client_order_id }
  if (verb === 'replace') {
    return {
      type: 'order_cancel_replace_request',
      ...common,
      original_client_order_id,
      order_quantity_units: Number(third) as SizeUnits,
      price_units: Number(fourth) as PriceUnits,
      trigger_price_units: Number(fifth) as PriceUnits,
    }
  }
  const order_type = third as OrderType
  const numbers = words
    .slice(3)
    .filter((word) => /^-?[\d.]+$/.test(word))
    .map(Number)
  const [time_in_force = '', ...options] = words.slice(3 + numbers.length)
  const trigger = hasTrigger(order_type) ? numbers.shift() : 0
  const trail_offset = isTrailing(order_type) ? numbers.shift() : 0
  return {
    type: 'new_order_single',
    ...common,
    counter: Number(options.find((option) => option.startsWith('as='))?.slice(3) ?? 1),
    side: verb as Side,
    order_quantity_units: Number(second) as SizeUnits,
    order_type,
    price_units: (numbers.shift() ?? 0) as PriceUnits,
    time_in_force: time_in_force as TimeInForce,
    terms: termsOf(trigger ?? 0, trail_offset ?? 0, options),
  }
}

function termsOf(trigger: number, trail_offset: number, options: readonly string[]): OrderTerms {
  if (trigger === 0 && trail_offset === 0 && options.length === 0) return PLAIN_TERMS
  const said = new Map(options.map((option) => option.split('=') as [string, string | undefined]))
  const number = (name: string) => Number(said.get(name) ?? 0)
  return {
    ...PLAIN_TERMS,
    trigger_price_units: (trigger || number('at')) as PriceUnits,
    trigger_method: (said.get('by') ?? 'bid_ask') as TriggerMethod,
    trail_offset,
    trail_unit: (said.get('unit') ?? 'price') as TrailUnit,
    limit_offset_units: number('limit') as PriceUnits,
    activation_price_units: number('active') as PriceUnits,
    expire_time_us: number('until') as TimeUs,
    post_only: said.has('post'),
    reduce_only: said.has('reduce'),
    display_quantity_units: number('show') as SizeUnits,
    group_counter: number('oco') || number('ouo'),
    group_type: said.has('oco') ? 'oco' : said.has('ouo') ? 'ouo' : '',
    parent_counter: number('oto') || number('whole'),
    parent_fill: said.has('whole') ? 'full' : 'partial',
  }
}

function printed(report: VenueReport, at_us: number): string {
  const time = at_us === report.ts_event_us ? `${at_us}` : `${at_us}(${report.ts_event_us})`
  const names = [report.client_order_id, report.report_type, report.original_client_order_id]
  const details = detailsOf(report)
  return [time, ...names, details].filter((word) => word !== '').join(' ')
}

function detailsOf(report: VenueReport): string {
  switch (report.report_type) {
    case 'trade':
      return `${report.last_quantity_units}@${report.last_price_units} leaves ${report.leaves_quantity_units}`
    case 'replaced':
      return `${report.order_quantity_units}@${report.price_units} leaves ${report.leaves_quantity_units}`
    case 'new':
    case 'expired':
      return `leaves ${report.leaves_quantity_units}`
    case 'canceled':
      return `cum ${report.cum_quantity_units}`
    default:
      return report.reason_code
  }
}

function pair(text: string, separator: string): [number, number] {
  const [left, right] = text.split(separator)
  return [Number(left), Number(right)]
}
