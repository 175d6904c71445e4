// Where a message between nodes goes: what it says decides it, inside a node and on the bus, so that a right to publish
// on a subject is a right to say what belongs there and nothing else.

import { must } from '../assert.ts'
import { BUS_SUBJECT, type BusEnvironment, SUBJECT } from '../subjects.ts'
import type { NodeFamily, NodePayload } from './node-message.ts'

/** Its subject inside the node that says or hears it. */
export function nodeSubjectOf(payload: NodePayload): string {
  switch (payload.type) {
    case 'submit_intent':
    case 'cancel_intent':
    case 'replace_intent':
      return SUBJECT.intent(payload.account_id, payload.strategy_id)
    case 'signal':
      return SUBJECT.signal(payload.strategy_id, payload.name)
    case 'strategy_state_changed':
      return SUBJECT.strategyState(payload.account_id)
    case 'order_denied':
      return SUBJECT.denied(payload.account_id, payload.strategy_id)
    case 'order_approved':
      return SUBJECT.order(payload.account_id)
    default:
      return SUBJECT.strategyOrder(payload.account_id, payload.strategy_id)
  }
}

/** Its subject on the bus. */
export function busSubjectOf(env: BusEnvironment, payload: NodePayload): string {
  switch (payload.type) {
    case 'submit_intent':
    case 'cancel_intent':
    case 'replace_intent':
      return BUS_SUBJECT.intent(env, payload.account_id, payload.strategy_id)
    case 'signal':
      return BUS_SUBJECT.signal(env, payload.strategy_id, payload.name)
    case 'strategy_state_changed':
      return BUS_SUBJECT.state(env, payload.account_id, payload.strategy_id)
    case 'order_denied':
      return BUS_SUBJECT.risk(env, payload.account_id)
    default:
      return BUS_SUBJECT.order(env, payload.account_id)
  }
}

/** By the first word of a subject inside a node: the family on the bus. */
const FAMILY: Readonly<Record<string, NodeFamily>> = {
  intent: 'intent',
  sig: 'sig',
  'strategy-state': 'state',
  order: 'order',
  denied: 'risk',
}

/** The family on the bus of a subject inside a node. */
export function familyOf(subject: string): NodeFamily {
  return must(FAMILY[subject.slice(0, subject.indexOf('.'))], 'nodes talk about this')
}

/** Where on the bus a node hears what belongs on a subject of its own. */
export function heardOn(env: BusEnvironment, subject: string, strategy_id: string): string {
  const [, first = '', second = ''] = subject.split('.')
  switch (familyOf(subject)) {
    case 'intent':
      return BUS_SUBJECT.intent(env, first, second)
    case 'sig':
      return BUS_SUBJECT.signal(env, first, second)
    case 'state':
      return BUS_SUBJECT.state(env, first, strategy_id)
    case 'order':
      return BUS_SUBJECT.order(env, first)
    default:
      return BUS_SUBJECT.risk(env, first)
  }
}
