// The strategies a configuration names, loaded, and their parameters read by the schema each strategy brings.

import type { TSchema } from 'typebox'
import Value from 'typebox/value'
import { refuseUnfit, type StrategyDefinition } from '../../actors/strategy/definition.ts'
import { type LoadedStrategy, loadStrategy } from '../../adapters/strategy-loader/load-strategy.ts'
import { must } from '../../schemas/assert.ts'
import type { StrategyConfig } from '../../schemas/config.ts'
import { configHash } from './config-hash.ts'
import { ConfigError, type ConfigPath } from './config-problem.ts'
import { ConfigReader } from './config-reader.ts'
import type { JsonSchema } from './json-schema.ts'
import type { LoadedConfig } from './load-config.ts'

export type LoadedSession = {
  /** The configuration with every strategy's parameters complete, and hashed so. */
  readonly loaded: LoadedConfig
  /** In the order of the configuration. */
  readonly strategies: readonly LoadedStrategy[]
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
  return { loaded: withParams(loaded, schemas), strategies }
}

/** Reads each strategy's parameters by its schema, one schema per strategy. */
export function withParams(loaded: LoadedConfig, schemas: readonly TSchema[]): LoadedConfig {
  const strategies = loaded.config.strategies.map((strategy, index) => {
    const schema = must(schemas[index], 'each strategy has a schema')
    return { ...strategy, params: readParams(loaded, strategy, index, schema) }
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

function readParams(loaded: LoadedConfig, strategy: StrategyConfig, index: number, schema: TSchema) {
  const { source } = loaded
  const path = ['strategies', index, 'params']
  const count = source.problems.length
  const params = new ConfigReader(source).read(schema as JsonSchema, source.nodeAt(path), path)
  if (source.problems.length > count) return strategy.params
  // What the reader does not know of JSON Schema, the author's schema still holds to.
  for (const error of Value.Errors(schema, params)) {
    source.reportAt([...path, ...pointerParts(error.instancePath)], `the value ${error.message}.`)
  }
  return params as StrategyConfig['params']
}

function pointerParts(pointer: string): ConfigPath {
  return pointer.split('/').slice(1)
}
