// Subjects of a node, built and parsed here alone. No order ids or times are in a subject.

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
  reconciliation: (account_id: string) => `reconciliation.${token(account_id)}`,
  strategyState: (account_id: string) => `strategy-state.${token(account_id)}`,
  /** What execution asks of the gate, and what the gate hands to the order actor: inside the node, never on a bus. */
  gate: (account_id: string) => `gate.${token(account_id)}`,
  approved: (account_id: string) => `approved.${token(account_id)}`,
  signal: (strategy_id: string, name: string) => `sig.${token(strategy_id)}.${token(name)}`,
  bar: (venue_id: string, symbol: string, interval_us: number, price_type: string) =>
    `md.bar-${interval_us}-${token(price_type)}.${token(venue_id)}.${token(symbol)}`,
} as const

/** The parts of a signal as a subscriber writes it, `<strategy id>.<name>`; undefined where it is of another form. */
export function parseSignalName(text: string): { strategy_id: string; name: string } | undefined {
  const [strategy_id = '', name = '', ...rest] = text.split('.')
  return isToken(strategy_id) && isToken(name) && rest.length === 0 ? { strategy_id, name } : undefined
}

function token(text: string): string {
  assert(isToken(text), 'tokens of a subject are [A-Za-z0-9_-]+')
  return text
}
