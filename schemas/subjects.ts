// Subjects of a node and of the bus between nodes, built and parsed here alone. No order ids or times are in a subject.

import { assert } from './assert.ts'
import { isToken } from './ids.ts'

export const SUBJECT = {
  intent: (account_id: string, strategy_id: string) => `intent.${token(account_id)}.${token(strategy_id)}`,
  order: (account_id: string) => `order.${token(account_id)}`,
  /** The facts of one strategy's orders, inside the node. */
  strategyOrder: (account_id: string, strategy_id: string) =>
    `order.${token(account_id)}.${token(strategy_id)}`,
  denied: (account_id: string, strategy_id: string) => `denied.${token(account_id)}.${token(strategy_id)}`,
  feedState: (venue_id: string) => `feed-state.${token(venue_id)}`,
  securityStatus: (venue_id: string) => `security-status.${token(venue_id)}`,
  reconciliation: (account_id: string) => `reconciliation.${token(account_id)}`,
  strategyState: (account_id: string) => `strategy-state.${token(account_id)}`,
  /** What execution asks of the gate, and what the gate hands to the order actor: inside the node, never on a bus. */
  gate: (account_id: string) => `gate.${token(account_id)}`,
  approved: (account_id: string) => `approved.${token(account_id)}`,
  signal: (strategy_id: string, name: string) => `sig.${token(strategy_id)}.${token(name)}`,
  bar: (venue_id: string, symbol: string, interval_us: number, price_type: string) =>
    `md.bar-${interval_us}-${token(price_type)}.${token(venue_id)}.${token(symbol)}`,
} as const

/**
 * First words of every subject on the bus: `paper`, `live`, or `sim.<run id>`, which can never look live. Those of what a
 * strategy node says go on with `apart.<node>`, so that streams hold the words of one node and of no other.
 */
export type BusEnvironment = string & { readonly __id: 'bus_environment' }

/** What is on the bus, by the word behind the environment. */
export const BUS_FAMILIES = [
  'md',
  'sig',
  'intent',
  'order',
  'risk',
  'ctl',
  'journal',
  'mdseq',
  'state',
] as const
export type BusFamily = (typeof BUS_FAMILIES)[number]

/** How many words follow the family's. */
const FAMILY_TOKENS: Readonly<Record<BusFamily, number>> = {
  md: 3,
  sig: 2,
  intent: 2,
  order: 1,
  risk: 1,
  ctl: 1,
  journal: 1,
  mdseq: 1,
  state: 2,
}

/** Stands for any one word where a subscriber or a permission is meant: `paper.intent.*.ema`. */
export const ANY = '*'

/** Subjects between nodes. A word may be `ANY` where they are listened to. */
export const BUS_SUBJECT = {
  marketData: (env: BusEnvironment, kind: string, venue_id: string, symbol: string) =>
    busSubject(env, 'md', kind, venue_id, symbol),
  signal: (env: BusEnvironment, strategy_id: string, name: string) =>
    busSubject(env, 'sig', strategy_id, name),
  intent: (env: BusEnvironment, account_id: string, strategy_id: string) =>
    busSubject(env, 'intent', account_id, strategy_id),
  /** In which of its states a strategy is, for the node of its account. */
  state: (env: BusEnvironment, account_id: string, strategy_id: string) =>
    busSubject(env, 'state', account_id, strategy_id),
  /** Orders let through and their facts, of all strategies of the account. */
  order: (env: BusEnvironment, account_id: string) => busSubject(env, 'order', account_id),
  /** What the account's gate denied. */
  risk: (env: BusEnvironment, account_id: string) => busSubject(env, 'risk', account_id),
  /** Of a scope: an account, a strategy, a node, or `all`. */
  control: (env: BusEnvironment, scope: string) => busSubject(env, 'ctl', scope),
  journal: (env: BusEnvironment, node: string) => busSubject(env, 'journal', node),
  /** Which raw row went into which input of the node, for the recorder. */
  marketDataSeq: (env: BusEnvironment, node: string) => busSubject(env, 'mdseq', node),
  /** Everything of a family. */
  all: (env: BusEnvironment, family: BusFamily) => `${env}.${family}.>`,
} as const

/** Behind the environment, before the name of a strategy node. */
const APART = 'apart'

/** First words of what a strategy node says; `ANY` for those of every one. */
export function apartEnvironment(env: BusEnvironment, node: string): BusEnvironment {
  return `${env}.${APART}.${node === ANY ? node : token(node)}` as BusEnvironment
}

/** The environment, and the strategy node whose words these are, if one's. */
export function splitEnvironment(env: BusEnvironment): { root: BusEnvironment; node: string | undefined } {
  const words = env.split('.')
  if (words.at(-2) !== APART || words.length < 3) return { root: env, node: undefined }
  return { root: words.slice(0, -2).join('.') as BusEnvironment, node: words.at(-1) }
}

export type ParsedBusSubject = {
  /** All words before the family's. */
  readonly env: BusEnvironment
  /** The strategy node that alone says this; undefined for a subject of all others. */
  readonly node: string | undefined
  readonly family: BusFamily
  /** The words behind the family's, in the order in which `BUS_SUBJECT` takes them. */
  readonly tokens: readonly string[]
}

/** The parts of a subject on the bus; undefined for one of another form. */
export function parseBusSubject(subject: string): ParsedBusSubject | undefined {
  const parts = parseBusPattern(subject)
  return parts !== undefined &&
    parts.tokens.length === FAMILY_TOKENS[parts.family] &&
    parts.tokens.every(isToken)
    ? parts
    : undefined
}

/** The same of a subject with wildcards behind its family. */
export function parseBusPattern(subject: string): ParsedBusSubject | undefined {
  const words = subject.split('.')
  const root = words[0] === 'sim' ? 2 : 1
  const node = words[root] === APART ? words[root + 1] : undefined
  const depth = node === undefined ? root : root + 2
  const family = BUS_FAMILIES.find((name) => name === words[depth])
  if (parseBusEnvironment(words.slice(0, root).join('.')) === undefined || family === undefined)
    return undefined
  if (node !== undefined && !isToken(node)) return undefined
  const env = words.slice(0, depth).join('.') as BusEnvironment
  return { env, node, family, tokens: words.slice(depth + 1) }
}

/** `paper`, `live` or another token, or `sim.<run id>`; undefined for a text of another form. */
export function parseBusEnvironment(text: string): BusEnvironment | undefined {
  const [first = '', run_id = '', ...rest] = text.split('.')
  const isWhole = first === 'sim' ? isToken(run_id) : isToken(first) && !text.includes('.')
  return isWhole && rest.length === 0 ? (text as BusEnvironment) : undefined
}

/** The parts of a signal as a subscriber writes it, `<strategy id>.<name>`; undefined where it is of another form. */
export function parseSignalName(text: string): { strategy_id: string; name: string } | undefined {
  const [strategy_id = '', name = '', ...rest] = text.split('.')
  return isToken(strategy_id) && isToken(name) && rest.length === 0 ? { strategy_id, name } : undefined
}

function busSubject(env: BusEnvironment, family: BusFamily, ...words: readonly string[]): string {
  return [env, family, ...words.map((word) => (word === ANY ? word : token(word)))].join('.')
}

function token(text: string): string {
  assert(isToken(text), 'tokens of a subject are [A-Za-z0-9_-]+')
  return text
}
