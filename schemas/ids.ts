// Identifiers, branded per kind. Tokens are legal in NATS subjects, streams, durables and KV keys alike.

import { assert } from './assert.ts'

export type AccountId = string & { readonly __id: 'account' }
export type StrategyId = string & { readonly __id: 'strategy' }
export type VenueId = string & { readonly __id: 'venue' }
/** `<symbol>.<venue>`, for example `EURUSD.fxcm`. */
export type InstrumentId = string & { readonly __id: 'instrument' }
/** `<session>-<epoch>-<strategy>-<counter>`, at most 32 characters of `[A-Za-z0-9-]`. */
export type ClientOrderId = string & { readonly __id: 'client_order' }
/** `<node>.<epoch>.<seq>.<n>`: the n-th effect of the step that processed input `seq`. */
export type MessageId = string & { readonly __id: 'message' }

export const TOKEN = /^[A-Za-z0-9_-]+$/
const MESSAGE_ID = /^([A-Za-z0-9_-]+)\.(\d{1,15})\.(\d{1,15})\.(\d{1,15})$/
export const CLIENT_ORDER_ID_LENGTH_MAX = 32
const DIGIT_ZERO = 48
const LETTER_C = 99
/** Requests the engine makes of its own count from here, and are written `c1`, `c2`, …: a strategy's never get there. */
export const ENGINE_COUNTER_BASE = 2 ** 40
// Called by itself: looking the method up on strings of many internal kinds costs more than the call.
const { charCodeAt } = String.prototype

export function isToken(text: string): boolean {
  return TOKEN.test(text)
}

/** Splits `<symbol>.<venue>`; undefined when the text is not of that form. */
export function parseInstrumentId(text: string): { symbol: string; venue: VenueId } | undefined {
  const parts = text.split('.')
  const [symbol, venue] = parts
  if (parts.length !== 2 || symbol === undefined || venue === undefined) return undefined
  if (!isToken(symbol) || !isToken(venue)) return undefined
  return { symbol, venue: venue as VenueId }
}

export function instrumentId(symbol: string, venue: string): InstrumentId {
  assert(isToken(symbol) && isToken(venue), `instrument id tokens are [A-Za-z0-9_-]+, got ${symbol}.${venue}`)
  return `${symbol}.${venue}` as InstrumentId
}

/** What the id before began with: the next is mostly of the same strategy. */
let latest = { session: '', epoch: 0, strategy: '', prefix: '-0--' }

/** A pure function of its parts, so that a re-run names every order alike. */
export function clientOrderId(
  session: string,
  epoch: number,
  strategy: string,
  counter: number,
): ClientOrderId {
  const count = counter < ENGINE_COUNTER_BASE ? counter : `c${counter - ENGINE_COUNTER_BASE}`
  if (session !== latest.session || epoch !== latest.epoch || strategy !== latest.strategy)
    latest = { session, epoch, strategy, prefix: [session, epoch, strategy, ''].join('-') }
  // Joined, because a sum stays a tree of its pieces, which everyone who reads a character of it walks.
  const id = [latest.prefix, count].join('')
  assert(id.length <= CLIENT_ORDER_ID_LENGTH_MAX, 'a client_order_id has at most 32 characters')
  return id as ClientOrderId
}

/** Where the strategy and the counter of a client order id are; undefined for an id of another form. */
export function parseClientOrderId(id: string): { strategy_id: StrategyId; counter: number } | undefined {
  const last = id.lastIndexOf('-')
  const second = id.indexOf('-', id.indexOf('-') + 1)
  if (second < 0 || second >= last) return undefined
  const isEngines = charCodeAt.call(id, last + 1) === LETTER_C
  let counter = 0
  for (let i = last + (isEngines ? 2 : 1); i < id.length; i++) {
    const digit = charCodeAt.call(id, i) - DIGIT_ZERO
    if (digit < 0 || digit > 9) return undefined
    counter = counter * 10 + digit
  }
  if (isEngines) counter += ENGINE_COUNTER_BASE
  return { strategy_id: id.slice(second + 1, last) as StrategyId, counter }
}

/** In which epoch of its session an order was sent, by an id as `clientOrderId` makes it. */
export function epochOfOrder(id: ClientOrderId): number {
  const first = id.indexOf('-')
  return Number(id.slice(first + 1, id.indexOf('-', first + 1)))
}

/** The parts of a message id; undefined for one of another form. */
export function parseMessageId(
  id: string,
): { node: string; epoch: number; seq: number; n: number } | undefined {
  const match = MESSAGE_ID.exec(id)
  if (match === null) return undefined
  const [, node = '', epoch, seq, n] = match
  return { node, epoch: Number(epoch), seq: Number(seq), n: Number(n) }
}

export function messageId(node: string, epoch: number, seq: number, n: number): MessageId {
  return `${node}.${epoch}.${seq}.${n}` as MessageId
}
