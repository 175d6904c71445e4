// Under which first words the nodes of a configuration speak on the bus: a node without accounts under its own, where
// nobody else speaks and its streams are no one else's; all others under the environment's.

import { streamName } from '../../adapters/nats/streams.ts'
import { must } from '../../schemas/assert.ts'
import type { Config } from '../../schemas/config/config.ts'
import { familyOf } from '../../schemas/messages/node-subject.ts'
import { apartEnvironment, type BusEnvironment } from '../../schemas/subjects.ts'
import { environmentOf } from './bus-environment.ts'

export class NodeVoices {
  readonly environment: BusEnvironment
  /** Names of the nodes that host strategies alone. */
  readonly apart: readonly string[]
  readonly #nodeOf: ReadonlyMap<string, string>

  constructor(config: Config) {
    const { nodes = [] } = config
    // A configuration of one node is hosted whole, under the name of its session.
    const placed = nodes.length > 1 ? nodes : []
    this.environment = environmentOf(config)
    this.apart = placed.filter(({ accounts }) => accounts.length === 0).map(({ id }) => id)
    this.#nodeOf = new Map(placed.flatMap(({ id, strategies }) => strategies.map((own) => [own, id])))
  }

  ofNode(node: string): BusEnvironment {
    return this.apart.includes(node) ? apartEnvironment(this.environment, node) : this.environment
  }

  /** Of the node that speaks of a strategy on a subject within nodes: its own, and its account's of its orders. */
  ofSpeaker(subject: string, strategy_id: string): BusEnvironment {
    const family = familyOf(subject)
    if (family === 'order' || family === 'risk') return this.environment
    return this.ofNode(this.nodeOf(strategy_id))
  }

  /** Name of the node that runs the strategy. */
  nodeOf(strategy_id: string): string {
    return must(this.#nodeOf.get(strategy_id), 'every strategy is in a node')
  }

  /** The stream that holds what a node says on a subject within nodes. */
  streamOf(subject: string, source: string): string {
    return streamName(this.ofNode(source), familyOf(subject))
  }
}
