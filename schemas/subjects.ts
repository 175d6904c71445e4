// Subjects, built and parsed here alone. `<env>.` stands before them on the wire: an environment's name live, and
// `sim.<run_id>` in a replay, which can therefore never look live. No order ids or times are in a subject.

import { assert } from './assert.ts'
import { isToken } from './ids.ts'

/** Subjects of a node, without the environment. */
export const SUBJECT = {
  intent: (account_id: string, strategy_id: string) => `intent.${token(account_id)}.${token(strategy_id)}`,
  order: (account_id: string) => `order.${token(account_id)}`,
  /** The facts of one strategy's orders, inside the node. */
  strategyOrder: (account_id: string, strategy_id: string) =>
    `order.${token(account_id)}.${token(strategy_id)}`,
  denied: (account_id: string, strategy_id: string) => `denied.${token(account_id)}.${token(strategy_id)}`,
  feedState: (venue_id: string) => `feed-state.${token(venue_id)}`,
  strategyState: (account_id: string) => `strategy-state.${token(account_id)}`,
  /** What execution asks of the gate, and what the gate hands to the order actor: inside the node, never on a bus. */
  gate: (account_id: string) => `gate.${token(account_id)}`,
  approved: (account_id: string) => `approved.${token(account_id)}`,
  ledger: (account_id: string) => `ledger.${token(account_id)}`,
  risk: (account_id: string) => `risk.${token(account_id)}`,
  signal: (strategy_id: string, name: string) => `sig.${token(strategy_id)}.${token(name)}`,
  bar: (venue_id: string, symbol: string, interval_us: number, price_type: string) =>
    `md.bar-${interval_us}-${token(price_type)}.${token(venue_id)}.${token(symbol)}`,
} as const

/** Puts a subject into an environment: `paper.order.main`. */
export function inEnvironment(environment: string, subject: string): string {
  return `${token(environment)}.${subject}`
}

/** Puts a subject into a replay: `sim.<run_id>.order.main`. */
export function inReplay(run_id: string, subject: string): string {
  return `sim.${token(run_id)}.${subject}`
}

function token(text: string): string {
  assert(isToken(text), 'tokens of a subject are [A-Za-z0-9_-]+')
  return text
}
