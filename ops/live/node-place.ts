// Which of a configuration's nodes a process hosts: all of them in one, or the one it is told to.

import { strategyRole, TRADING_ROLE } from '../../adapters/nats/roles.ts'
import type { AccountConfig } from '../../schemas/config/account-config.ts'
import type { Config } from '../../schemas/config/config.ts'
import { OperatingError } from '../../schemas/operating-error.ts'

export type NodePlace = {
  /** Begins the ids of its messages, and names its journal on the bus. */
  readonly name: string
  /** Which of the configuration's nodes; undefined where one hosts all. */
  readonly node_id: string | undefined
  /** Accounts whose orders and venue links it holds; none: it hosts strategies alone. */
  readonly accounts: readonly AccountConfig[]
  /** Who it signs in to the bus as. */
  readonly role: string
}

/** @param node as given on the command line. */
export function nodePlace(config: Config, node: string | undefined): NodePlace {
  const nodes = config.nodes ?? []
  const own = nodes.find(({ id }) => id === node)
  if (node !== undefined && own === undefined) throw unknownNode(node, nodes)
  if (nodes.length <= 1)
    return { name: config.session, node_id: undefined, accounts: config.accounts, role: TRADING_ROLE }
  if (own === undefined) throw nodesApart(nodes)
  if (config.bus === undefined) throw noBusBetween(nodes)
  const accounts = config.accounts.filter(({ id }) => own.accounts.includes(id))
  if (accounts.length === 0) refuseBusFeeds(config, own.id)
  const role = accounts.length === 0 ? strategyRole(own.id) : TRADING_ROLE
  return { name: own.id, node_id: own.id, accounts, role }
}

type Nodes = readonly { readonly id: string }[]

function unknownNode(node: string, nodes: Nodes): OperatingError {
  return new OperatingError({
    code: 'config.unknown_node',
    reason: 'usage',
    what: `The configuration has no node ${node}.`,
    where: '--node',
    remedy:
      nodes.length === 0
        ? 'It names no nodes: leave --node out, and one process hosts all.'
        : `Name one of ${listOf(nodes)}.`,
  })
}

/** One process that ran everything would be another placement than the one asked for. */
function nodesApart(nodes: Nodes): OperatingError {
  return new OperatingError({
    code: 'config.nodes_apart',
    reason: 'usage',
    what: `The configuration places the session in ${nodes.length} nodes, and each is a process of its own.`,
    where: 'nodes',
    remedy: `Say which one this is with --node, once for each of ${listOf(nodes)}; or leave nodes out, so that one hosts all.`,
  })
}

function noBusBetween(nodes: Nodes): OperatingError {
  return new OperatingError({
    code: 'config.nodes_without_bus',
    reason: 'usage',
    what: `The nodes ${listOf(nodes)} talk over a bus, and the configuration names none.`,
    where: 'bus',
    remedy:
      'Add bus: nats://127.0.0.1:4222 and start it with orrery nats up; docs/nats.md says how nodes are let in.',
  })
}

/** It has one reader for market data, made for it by whoever set up the server. */
function refuseBusFeeds({ live }: Config, node: string): void {
  const venues = live.feeds.filter(({ kind }) => kind === 'bus').map(({ venue }) => venue)
  if (venues.length <= 1) return
  throw new OperatingError({
    code: 'config.one_bus_feed',
    reason: 'usage',
    what: `The rows of ${venues.join(', ')} are to come from the bus, where the node ${node} has one reader.`,
    where: 'live.feeds',
    remedy:
      'Place strategies of several such venues in a node that holds an account, or give the others another feed.',
  })
}

function listOf(nodes: Nodes): string {
  return nodes.map(({ id }) => id).join(', ')
}
