// From `path#export` to a strategy definition.

import { STRATEGY_KIND, type StrategyDefinition } from '../../actors/strategy/definition.ts'
import {
  type AuthoredSource,
  type LoadedSource,
  loadSource,
  materializeSource,
  type StoredSource,
} from './load-source.ts'

export type LoadedStrategy = Omit<LoadedSource<StrategyDefinition>, 'hash'> & {
  readonly strategy_hash: string
}

const STRATEGY = { kind: STRATEGY_KIND, noun: 'strategy', made_by: 'defineStrategy' }

export async function loadStrategy(source: AuthoredSource): Promise<LoadedStrategy> {
  return named(await loadSource<StrategyDefinition>(source, STRATEGY))
}

/** Writes stored files under `directory`, an empty folder, and loads the strategy from there. The hash is the same. */
export async function materializeStrategy(stored: StoredSource, directory: string): Promise<LoadedStrategy> {
  return named(await materializeSource<StrategyDefinition>(stored, directory, STRATEGY))
}

function named({ hash, ...loaded }: LoadedSource<StrategyDefinition>): LoadedStrategy {
  return { ...loaded, strategy_hash: hash }
}
