// Wires what crosses the border of a node: what actors elsewhere need of those here leaves, and what those elsewhere may
// say comes in. Between a strategy and its account: intents and states of the strategy one way, facts and denials the
// other. Orders and approvals never cross. Rules: ./SPEC.md.

import type { Node } from '../../engine/node.ts'
import type { Config } from '../../schemas/config/config.ts'
import type { StrategyConfig } from '../../schemas/config/strategy-config.ts'
import type { Signal } from '../../schemas/messages/market.ts'
import type { OrderFact } from '../../schemas/messages/order-fact.ts'
import type { OrderDenied } from '../../schemas/messages/risk.ts'
import type { StrategyStateChanged } from '../../schemas/messages/strategy.ts'
import { SUBJECT } from '../../schemas/subjects.ts'
import { OutgoingActor } from './outgoing-actor.ts'
import { OutgoingIntents } from './outgoing-intents.ts'
import type { Placement } from './placement.ts'

export type Border = {
  readonly placement: Placement
  /** Whether whoever looks is told of every order, too. */
  readonly is_on_bus: boolean
}

/** After all other actors, so that what they do about a message comes before others hear of it. */
export function connectNodes(node: Node, config: Config, { placement, is_on_bus }: Border): void {
  const outgoing = new OutgoingActor(node)
  const intents = placement.isApart ? new OutgoingIntents(node) : undefined
  for (const strategy of config.strategies) {
    const isStrategyHere = placement.hasStrategy(strategy.id)
    const isAccountHere = placement.hasAccount(strategy.account)
    if (isStrategyHere && !isAccountHere && intents !== undefined)
      connectStrategy(node, outgoing, intents, placement, strategy)
    if (isAccountHere && !isStrategyHere) connectAccount(node, placement, strategy)
    if (isAccountHere && (is_on_bus || !isStrategyHere)) tellOrders(outgoing, strategy)
  }
  connectSignals(node, outgoing, placement)
}

function connectStrategy(
  node: Node,
  outgoing: OutgoingActor,
  intents: OutgoingIntents,
  placement: Placement,
  { id, account }: StrategyConfig,
): void {
  intents.add(account, id)
  outgoing.add<StrategyStateChanged>(SUBJECT.strategyState(account), ({ strategy_id }) => strategy_id === id)
  const source = placement.nodeOfAccount(account)
  node.hearNode(source, SUBJECT.strategyOrder(account, id), id)
  node.hearNode(source, SUBJECT.denied(account, id), id)
}

function connectAccount(node: Node, placement: Placement, { id, account }: StrategyConfig): void {
  const source = placement.nodeOfStrategy(id)
  node.hearNode(source, SUBJECT.intent(account, id), id)
  node.hearNode(source, SUBJECT.strategyState(account), id)
}

function tellOrders(outgoing: OutgoingActor, { id, account }: StrategyConfig): void {
  outgoing.add<OrderFact>(SUBJECT.strategyOrder(account, id))
  outgoing.add<OrderDenied>(SUBJECT.denied(account, id))
}

/** A signal leaves once, however many hear it. */
function connectSignals(node: Node, outgoing: OutgoingActor, placement: Placement): void {
  const leaving = new Set<string>()
  for (const { publisher, name, listener } of placement.signals) {
    const subject = SUBJECT.signal(publisher, name)
    const isFromHere = placement.hasStrategy(publisher)
    const isHeardHere = placement.hasStrategy(listener)
    if (isFromHere && !isHeardHere && !leaving.has(subject)) {
      leaving.add(subject)
      outgoing.add<Signal>(subject)
    }
    if (isHeardHere && !isFromHere) node.hearNode(placement.nodeOfStrategy(publisher), subject, publisher)
  }
}
