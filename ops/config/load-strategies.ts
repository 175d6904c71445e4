// The strategies a configuration names, loaded, and their parameters read by the schema each strategy brings.

import type { TSchema } from 'typebox'
import { refuseUnfit, type StrategyDefinition } from '../../actors/strategy/definition.ts'
import { type LoadedStrategy, loadStrategy } from '../../adapters/strategy-loader/load-strategy.ts'
import { must } from '../../schemas/assert.ts'
import type { StrategyConfig } from '../../schemas/config/strategy-config.ts'
import { configHash } from './config-hash.ts'
import { ConfigError } from './config-problem.ts'
import type { LoadedConfig } from './load-config.ts'
import { loadModels, type VenueModel } from './load-models.ts'
import { readParams } from './read-params.ts'

export type LoadedSession = {
  /** The configuration with every strategy's parameters complete, and hashed so. */
  readonly loaded: LoadedConfig
  /** In the order of the configuration. */
  readonly strategies: readonly LoadedStrategy[]
  /** Models of fills and of impact that venues name, in the order of the configuration. */
  readonly models: readonly VenueModel[]
}

export async function loadStrategies(loaded: LoadedConfig): Promise<LoadedSession> {
  const { base_directory, config } = loaded
  const strategies: LoadedStrategy[] = []
  for (const { source } of config.strategies) {
    const strategy = await loadStrategy({ source, base_directory })
    refuseMadeByHand(strategy)
    strategies.push(strategy)
  }
  const schemas = strategies.map(({ definition }) => (definition as StrategyDefinition).params)
  const { read, models } = await loadModels(withParams(loaded, schemas))
  return { loaded: read, strategies, models }
}

/** Reads each strategy's parameters by its schema, one schema per strategy. */
export function withParams(loaded: LoadedConfig, schemas: readonly TSchema[]): LoadedConfig {
  const strategies = loaded.config.strategies.map((strategy, index) => {
    const schema = must(schemas[index], 'each strategy has a schema')
    return {
      ...strategy,
      params: readParams<StrategyConfig['params']>(
        loaded,
        ['strategies', index, 'params'],
        schema,
        strategy.params,
      ),
    }
  })
  if (loaded.source.problems.length > 0) throw new ConfigError(loaded.source.problems)
  const config = { ...loaded.config, strategies }
  return { ...loaded, config, config_hash: configHash(config) }
}

/** An object that bears a strategy's brand has not always been through defineStrategy. */
function refuseMadeByHand({ definition, source }: LoadedStrategy): void {
  const { kind: _kind, ...keys } = definition
  refuseUnfit(keys, source)
}
