// What a reader should know before believing a run: faults, and where the simulation was generous or had little to go by.

import { must } from '../../schemas/assert.ts'
import type { Config } from '../../schemas/config/config.ts'
import { isoTime } from '../../schemas/units.ts'
import { takesOf } from '../../sim/exchange/orders/capability-tables.ts'
import { groupedDecimal } from './formats.ts'
import type { ReportData } from './report-data.ts'

/** Fewer closed trades than this say little about a strategy. */
const TRADES_TELLING = 30

export function warningsOf(data: ReportData): string[] {
  return [
    ...faultWarnings(data),
    ...fillWarnings(data),
    ...lastPriceWarnings(data),
    ...spreadWarnings(data.config),
    ...heldTriggerWarnings(data),
    ...keptGroupWarnings(data),
    ...venueWarnings(data),
    ...configWarnings(data.config),
    ...resultWarnings(data),
  ]
}

function faultWarnings({ faults }: ReportData): string[] {
  return faults.map(({ strategy_id, handler, code, message, line, ts_us }) => {
    const place = line === '' ? '' : ` (${line})`
    return `The strategy ${strategy_id} failed in ${handler} at ${isoTime(ts_us)}: ${message} [${code}]${place}. Its orders were cancelled and it traded no more.`
  })
}

function fillWarnings({ rows, config }: ReportData): string[] {
  const residual = config.venues
    .filter(fillsResidual)
    .reduce((sum, { id }) => sum + (rows.residual_counts.get(id) ?? 0), 0)
  return residual === 0
    ? []
    : [
        `${orders(residual)} larger than the size shown: the rest was filled one price increment worse, whatever the real book held.`,
      ]
}

/** Elsewhere what is not shown does not trade, and worse prices are those of further levels. */
function fillsResidual({ simulation = {} }: Config['venues'][number]): boolean {
  const { book = 'quote', fills } = simulation
  const model = fills?.model ?? 'residual_worse'
  return book === 'quote' && (model === 'residual_worse' || model === 'probabilistic')
}

/** A trigger by the last price waits for trades, or bars of last prices: quotes and bars of one side are none. */
function lastPriceWarnings({ rows, config }: ReportData): string[] {
  const told = config.data.sources
    .filter((source) => source.kind !== 'quote' && !(source.kind === 'bar' && source.price_type !== 'last'))
    .flatMap(({ venue, instruments }) => instruments.map((symbol) => `${symbol}.${venue}`))
  return [...rows.used.watching_last_counts]
    .filter(([instrument_id]) => !told.includes(instrument_id))
    .map(([instrument_id, count]) => {
      return `The data of ${instrument_id} has no last price: the trigger of ${ordersOf(count)} by it could never be met.`
    })
}

/** Trades, and bars of one kind, put bid and ask at one price. */
function spreadWarnings({ data }: Config): string[] {
  const kinds = kindsOf(data.sources)
  const names = [...kinds].filter(([, told]) => !hasSpread(told)).map(([instrument_id]) => instrument_id)
  const bouncing = names.filter((instrument_id) => hasLastPrices(kinds.get(instrument_id)))
  return [
    ...(names.length === 0
      ? []
      : [
          `The data of ${names.join(', ')} has no spread: market orders, and what else took there, paid none.`,
        ]),
    ...(bouncing.length === 0
      ? []
      : [
          `${bouncing.join(', ')} traded at last prices alone: where these bounce between a bid and an ask, orders if touched and limit orders that are immediate or cancel gained up to half of the bounce with each fill.`,
        ]),
  ]
}

function hasLastPrices(kinds: ReadonlySet<string> | undefined): boolean {
  return kinds?.has('trade') === true || kinds?.has('last bar') === true
}

/** The engine sees an imported bar at its end, where a venue that watches a trigger meets it on the way. */
function heldTriggerWarnings({ config, rows }: ReportData): string[] {
  return config.venues.flatMap((venue) => {
    const { id } = venue
    const takes = takesOf(venue.simulation)
    const isHeld = takes === 'market_and_limit' || takes === 'alpaca'
    const traits = rows.used.traits(id)
    const names = expandedBarsAlone(venue, config)
    if (!isHeld || names.length === 0 || !(traits.has('triggers') || traits.has('trails'))) return []
    return [
      `What ${id} does not watch of triggers and trails, the engine does, and it sees bars at their closes alone: what the bars of ${names.join(', ')} met on their way, it did not.`,
    ]
  })
}

/** It hears of the trades inside a bar behind it, too, and ends or lowers the others of a group then. */
function keptGroupWarnings({ config, rows }: ReportData): string[] {
  return config.venues.flatMap((venue) => {
    const { id } = venue
    const count = rows.used.keptJoinCount(id)
    const names = expandedBarsAlone(venue, config)
    if (names.length === 0 || count === 0) return []
    const why =
      takesOf(venue.simulation) === 'all_and_contingent'
        ? 'The venue keeps those alone that the gate has room for, with all their orders, as they are asked for.'
        : 'Under takes: all_and_contingent the venue keeps them.'
    return [
      `${ordersOf(count)} at ${id} joined groups that the engine kept: it hears of the trades inside a bar behind it, and a bar of ${names.join(', ')} that met two orders of a group traded both, as far as they did not only reduce. ${why}`,
    ]
  })
}

/** The instruments of a venue that trade on bars alone, and all the way through them. */
function expandedBarsAlone({ id, simulation }: Config['venues'][number], { data }: Config): string[] {
  if (simulation?.bars === 'close') return []
  return [...kindsOf(data.sources)]
    .filter(([instrument_id, told]) => instrument_id.endsWith(`.${id}`) && isBarsAlone(told))
    .map(([instrument_id]) => instrument_id)
}

/** By instrument, the kinds of its sources, of bars with their price. */
function kindsOf(sources: Config['data']['sources']): ReadonlyMap<string, ReadonlySet<string>> {
  const kinds = new Map<string, Set<string>>()
  for (const source of sources)
    for (const symbol of source.instruments) {
      const instrument_id = `${symbol}.${source.venue}`
      const kind = source.kind === 'bar' ? `${source.price_type} bar` : source.kind
      kinds.set(instrument_id, (kinds.get(instrument_id) ?? new Set()).add(kind))
    }
  return kinds
}

function hasSpread(kinds: ReadonlySet<string>): boolean {
  const isQuoted = ['quote', 'book_level', 'book_order'].some((kind) => kinds.has(kind))
  return isQuoted || (kinds.has('bid bar') && kinds.has('ask bar'))
}

function isBarsAlone(kinds: ReadonlySet<string>): boolean {
  return [...kinds].every((kind) => kind.endsWith('bar'))
}

function venueWarnings({ result, config }: ReportData): string[] {
  return result.venues.flatMap((venue) => {
    const { venue_id, bar_order_fill_count, ignored_row_count } = venue
    const warnings = [...unsizedWarnings(venue, config), ...closedBarWarnings(venue)]
    if (bar_order_fill_count > 0) {
      const expansion = config.venues.find(({ id }) => id === venue_id)?.simulation?.bars
      const assumed = expansion === 'fixed' ? 'the high' : 'the extreme nearer to the open'
      warnings.push(
        `${fills(bar_order_fill_count)} at ${venue_id} came about in bars whose high and low both met orders: that ${assumed} came first is an assumption.`,
      )
    }
    if (ignored_row_count > 0) {
      warnings.push(
        `The exchange ${venue_id} did not trade on ${rows(ignored_row_count)} of another kind than its book.`,
      )
    }
    return warnings
  })
}

function unsizedWarnings(
  { venue_id, unsized_instruments }: ReportData['result']['venues'][number],
  { venues }: Config,
): string[] {
  if (unsized_instruments.length === 0) return []
  const { displayed_quantity_default } = must(
    venues.find(({ id }) => id === venue_id),
    'a result is of the venues of its configuration',
  )
  const size = groupedDecimal(displayed_quantity_default)
  return [
    `Quotes of ${unsized_instruments.join(', ')} lack sizes: where one was missing, ${size} was taken to be shown.`,
  ]
}

/** A bar is a row of its end: one as long as a session, or longer, ends when nothing trades any more. */
function closedBarWarnings({
  venue_id,
  bar_count,
  closed_bar_count,
}: ReportData['result']['venues'][number]): string[] {
  if (closed_bar_count === 0) return []
  const isAll = closed_bar_count === bar_count
  const which = isAll
    ? `All ${groupedDecimal(String(bar_count))} bars at ${venue_id}`
    : `${groupedDecimal(String(closed_bar_count))} of ${groupedDecimal(String(bar_count))} bars at ${venue_id}`
  const effect = isAll ? 'no order could fill on them' : 'no order could fill on those'
  return [
    `${which} ended while their instrument was closed, as daily bars do, and ${effect}: import bars that end within the sessions of its calendar, or let it trade without one.`,
  ]
}

function configWarnings({ venues }: Config): string[] {
  return venues.flatMap(({ id, latency, commission }) => [
    ...(latency.submit_us === 0 && latency.report_us === 0
      ? [`Orders and reports at ${id} took no time (latency 0).`]
      : []),
    ...(commission === undefined ? [`Trading at ${id} was free (no commission).`] : []),
  ])
}

function resultWarnings({ result }: ReportData): string[] {
  const { statistics, orders: counts, pnl } = result
  const warnings: string[] = []
  if (statistics.trades < TRADES_TELLING) {
    warnings.push(`Closed trades: ${statistics.trades}, too few to tell skill from luck.`)
  }
  if (Number(pnl.unrealized) !== 0)
    warnings.push('A position was still open at the end; its profit is not realized.')
  if (counts.denied > 0)
    warnings.push(`Denied orders: ${counts.denied} of ${counts.submitted}; the reasons are below.`)
  if (counts.rejected > 0)
    warnings.push(`Orders that a venue refused: ${counts.rejected}; the reasons are below.`)
  return warnings
}

function ordersOf(count: number): string {
  return count === 1 ? '1 order' : `${groupedDecimal(String(count))} orders`
}

function orders(count: number): string {
  return count === 1 ? '1 market order was' : `${count} market orders were`
}

function fills(count: number): string {
  return count === 1 ? '1 fill' : `${groupedDecimal(String(count))} fills`
}

function rows(count: number): string {
  return count === 1 ? '1 row' : `${groupedDecimal(String(count))} rows`
}
