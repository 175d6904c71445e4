// What a running session says of itself: one object for scripts, the same for a person.

import type { RemoteBook } from '../../actors/placement/remote-book.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import { must } from '../../schemas/assert.ts'
import type { Config } from '../../schemas/config/config.ts'
import { MONEY_SCALE } from '../../schemas/money.ts'
import { decimalString, isoTime } from '../../schemas/units.ts'
import { alignedRows, counted, grouped } from '../text/table.ts'
import { type LiveSession, SESSION_ENDED } from './live-session.ts'
import type { NodePlace } from './node-place.ts'
import type { MessagesStatus } from './session-messages.ts'

export type SessionStatus = {
  readonly session: string
  /** Of several; '' where one hosts all. */
  readonly node: string
  readonly mode: 'paper' | 'live'
  readonly pid: number
  readonly folder: string
  readonly epoch: number
  readonly base_from: string
  readonly time: string
  readonly inputs: number
  /** Whether everything was reconciled since the start. */
  readonly is_trading_enabled: boolean
  /** Why no order may leave at this moment, a code of the refusals in engine/SPEC.md; '' where they may. */
  readonly orders_held_for: string
  readonly accounts: readonly AccountStatus[]
  readonly strategies: readonly { readonly strategy_id: string; readonly state: string }[]
  /** Of strategies here whose account is in another node, by what that has told. */
  readonly books: readonly BookStatus[]
  readonly venues: readonly {
    readonly venue_id: string
    readonly feed: string
    readonly connection: string
  }[]
  readonly feeds: readonly FeedStatus[]
  readonly journal: {
    readonly appended_lsn: number
    readonly durable_lsn: number
    readonly released_lsn: number
    readonly pending_bytes: number
  }
  readonly conflated_quotes: number
  /** With other nodes, over the bus; null without one. */
  readonly messages: MessagesStatus | null
}

type PositionStatus = { readonly instrument_id: string; readonly quantity: string }

export type FeedStatus = {
  readonly venue_id: string
  readonly counts: Readonly<Record<string, number>>
  /** Of the rows refused, by code. */
  readonly refusals: Readonly<Record<string, number>>
}

export type BookStatus = {
  readonly strategy_id: string
  readonly open_orders: number
  /** Kept by the engine in the account's node until a trigger or a parent releases them; no venue knows of them. */
  readonly held_orders: number
  readonly positions: readonly PositionStatus[]
}

export type AccountStatus = {
  readonly account_id: string
  readonly risk: string
  readonly reconciliation: string
  readonly currency: string
  readonly equity: string
  readonly realized: string
  readonly unrealized: string
  readonly fees: string
  readonly fills: number
  /** Let through by the gate since the session began, whatever became of them. */
  readonly orders: number
  readonly open_orders: number
  /** Kept by the engine until a trigger or a parent releases them; no venue knows of them. */
  readonly held_orders: number
  readonly unknown_orders: number
  readonly positions: readonly PositionStatus[]
}

export type StatusScope = {
  readonly config: Config
  readonly place: NodePlace
  readonly mode: 'paper' | 'live'
  readonly folder: string
  readonly instruments: readonly InstrumentSpec[]
}

export function statusOf(
  session: LiveSession,
  { config, place, mode, folder, instruments }: StatusScope,
): SessionStatus {
  const { node, built } = session.sequencer
  return {
    session: config.session,
    node: place.node_id ?? '',
    mode,
    pid: process.pid,
    folder,
    epoch: session.start.epoch,
    base_from: session.start.base_from,
    time: isoTime(node.now_us),
    inputs: node.seq,
    is_trading_enabled: session.is_trading_enabled,
    orders_held_for: session.orders_held_for,
    accounts: place.accounts.map(({ id }) => accountStatus(session, id, instruments)),
    strategies: [...built.trading.strategies].map(([strategy_id, { state }]) => ({ strategy_id, state })),
    books: [...built.trading.books].map(([strategy_id, book]) => bookStatus(strategy_id, book, instruments)),
    venues: config.venues.map(({ id }) => ({
      venue_id: id,
      feed: node.stateOf(`feed/${id}`),
      connection:
        place.accounts.length === 0
          ? 'not connected from here'
          : (session.connectionStates.get(id) ?? 'connecting'),
    })),
    feeds: session.feeds.map((feed) => ({
      venue_id: feed.venue_id,
      counts: feed.counts(),
      refusals: feed.refusals(),
    })),
    journal: session.journalState,
    conflated_quotes: session.sequencer.conflated_count,
    messages: session.messagesStatus ?? null,
  }
}

function bookStatus(
  strategy_id: string,
  book: RemoteBook,
  instruments: readonly InstrumentSpec[],
): BookStatus {
  const positions = book.positions().map(([instrument_id, units]) => {
    const spec = must(
      instruments.find((each) => each.instrument_id === instrument_id),
      'an instrument is known',
    )
    return { instrument_id, quantity: decimalString(units, spec.size_scale) }
  })
  const { open, held } = book.counts
  return { strategy_id, open_orders: open, held_orders: held, positions }
}

function accountStatus(
  session: LiveSession,
  id: string,
  instruments: readonly InstrumentSpec[],
): AccountStatus {
  const { node, built } = session.sequencer
  const portfolio = must(built.trading.portfolios.get(id), 'an account has a portfolio')
  const orders = must(built.trading.orders.get(id), 'an account has its orders')
  const { currency, equity, realized, unrealized, fees } = portfolio.marks()
  const { accepted: _, ...counts } = orders.counts
  let unknown = 0
  for (const { state } of orders.openRecords()) if (state === 'unknown') unknown++
  return {
    account_id: id,
    risk: node.stateOf(`risk/${id}`),
    reconciliation: node.stateOf(`reconciliation/${id}`),
    currency,
    equity: cents(equity),
    realized: cents(realized),
    unrealized: cents(unrealized),
    fees: cents(fees),
    fills: portfolio.fill_count,
    // Each is open or has ended in one way.
    orders: Object.values(counts).reduce((sum, count) => sum + count, 0),
    open_orders: counts.open,
    held_orders: must(built.trading.executions.get(id), 'an account has its intents').counts.held,
    unknown_orders: unknown,
    positions: instruments.flatMap(({ index, instrument_id, size_scale }) => {
      const units = portfolio.quantity(index)
      return units === 0 ? [] : [{ instrument_id, quantity: decimalString(units, size_scale) }]
    }),
  }
}

export function statusText(status: SessionStatus): string {
  const { session, node, mode, pid, epoch, time, inputs, journal } = status
  const lines = [
    `${node === '' ? session : `${session}/${node}`}  ${mode}  epoch ${epoch}, pid ${pid}`,
    `${time}  ${grouped(inputs)} inputs, ${ordersText(status)}`,
    '',
  ]
  for (const account of status.accounts) lines.push(...accountLines(account), '')
  lines.push(
    ...alignedRows([
      ...status.strategies.map(({ strategy_id, state }) => ['strategy', strategy_id, state]),
      ...status.books.map((book) => ['orders of', book.strategy_id, bookText(book)]),
      ...status.venues.map(({ venue_id, feed, connection }) => [
        'venue',
        venue_id,
        `feed ${feed}, ${connection}`,
      ]),
      ...status.feeds.map((feed) => ['feed', feed.venue_id, feedText(feed)]),
    ]),
    '',
    `journal  ${grouped(journal.appended_lsn + 1)} records, ${grouped(journal.pending_bytes)} bytes not yet durable; ${grouped(status.conflated_quotes)} quotes conflated`,
    ...messageLines(status.messages),
  )
  return `${lines.join('\n')}\n`
}

/** Whether orders leave now, and if not, why. */
function ordersText({ accounts, orders_held_for, venues }: SessionStatus): string {
  if (orders_held_for === SESSION_ENDED) return 'ended'
  if (accounts.length === 0) return 'its orders leave from the node of their account'
  if (orders_held_for === 'not_reconciled') return 'orders are held until the venues agree'
  if (orders_held_for !== '') return `orders are held (${orders_held_for})`
  const away = venues.flatMap(({ venue_id, connection }) => (connection === 'connected' ? [] : [venue_id]))
  return away.length === 0 ? 'orders may leave' : `orders may leave, but not to ${away.join(', ')}`
}

function messageLines(messages: MessagesStatus | null): string[] {
  if (messages === null) return []
  const { unpublished, is_behind, heard, repeated, refused } = messages
  const codes = Object.entries(refused).map(([code, count]) => `, ${grouped(count)} refused (${code})`)
  const held = is_behind ? ', orders are held for it' : ''
  return [
    `messages  ${grouped(unpublished)} not yet on the bus${held}; ${grouped(heard)} heard, ${grouped(repeated)} of them again${codes.join('')}`,
  ]
}

function accountLines(account: AccountStatus): string[] {
  const { account_id, risk, reconciliation, currency, equity, realized, unrealized, fees } = account
  const unknown = account.unknown_orders === 0 ? '' : `, ${account.unknown_orders} of them unknown`
  const held = heldText(account)
  const open = `${counted(account.open_orders, 'order')} open`
  return [
    `${account_id}  ${risk}, books ${reconciliation}`,
    `  equity ${equity} ${currency}  realized ${realized}  unrealized ${unrealized}  fees ${fees}`,
    `  ${counted(account.fills, 'fill')}, ${open}${unknown}${held}; ${positionsText(account.positions)}`,
  ]
}

function bookText(book: BookStatus): string {
  return `${grouped(book.open_orders)} open${heldText(book)}; ${positionsText(book.positions)}`
}

function heldText({ held_orders }: Pick<BookStatus, 'held_orders'>): string {
  return held_orders === 0 ? '' : `, ${grouped(held_orders)} held by the engine`
}

function positionsText(positions: readonly PositionStatus[]): string {
  const texts = positions.map(({ instrument_id, quantity }) => `${quantity} ${instrument_id}`)
  return texts.length === 0 ? 'flat' : texts.join(', ')
}

function feedText({ counts, refusals }: FeedStatus): string {
  const codes = countsText(refusals)
  return codes === '' ? countsText(counts) : `${countsText(counts)} (refused: ${codes})`
}

function countsText(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${grouped(count)} ${name}`)
    .join(', ')
}

/** Money for people, to the nearest cent. */
function cents(money: bigint): string {
  const half = money < 0n ? -CENT / 2n : CENT / 2n
  return decimalString((money + half) / CENT, 2)
}

const CENT = 10n ** BigInt(MONEY_SCALE - 2)
