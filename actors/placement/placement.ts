// What a node hosts of a configuration, and what it has to say to others. Rules: ./SPEC.md.

import { must } from '../../schemas/assert.ts'
import type { Config } from '../../schemas/config/config.ts'
import type { NodeConfig } from '../../schemas/config/node-config.ts'
import type { StrategyConfig } from '../../schemas/config/strategy-config.ts'

/** A signal that a strategy of one node publishes and one of another hears. */
export type PlacedSignal = { readonly publisher: string; readonly name: string; readonly listener: string }

export class Placement {
  /** Every strategy of the configuration, by id. */
  readonly strategies: ReadonlyMap<string, StrategyConfig>
  readonly signals: PlacedSignal[] = []
  readonly #own: NodeConfig | undefined
  readonly #nodes: readonly NodeConfig[]

  /** @param node_id which of `config.nodes` it is; absent: one node hosts all. */
  constructor(config: Config, node_id: string | undefined) {
    this.strategies = new Map(config.strategies.map((strategy) => [strategy.id, strategy]))
    this.#nodes = node_id === undefined ? [] : (config.nodes ?? [])
    if (node_id === undefined) return
    this.#own = must(
      this.#nodes.find(({ id }) => id === node_id),
      'a node is one of the configuration',
    )
  }

  get isApart(): boolean {
    return this.#own !== undefined
  }

  hasAccount(account_id: string): boolean {
    return this.#own?.accounts.includes(account_id) ?? true
  }

  hasStrategy(strategy_id: string): boolean {
    return this.#own?.strategies.includes(strategy_id) ?? true
  }

  /** Name of the node that holds the account. */
  nodeOfAccount(account_id: string): string {
    return must(
      this.#nodes.find(({ accounts }) => accounts.includes(account_id)),
      'every account is in a node',
    ).id
  }

  /** Name of the node that runs the strategy. */
  nodeOfStrategy(strategy_id: string): string {
    return must(
      this.#nodes.find(({ strategies }) => strategies.includes(strategy_id)),
      'every strategy is in a node',
    ).id
  }

  /** While wiring: who hears whom. */
  noteSignal(publisher: string, name: string, listener: string): void {
    this.signals.push({ publisher, name, listener })
  }
}
