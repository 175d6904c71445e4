// From `path#export` to a model of fills or of impact that a user wrote.

import {
  FILL_MODEL_KIND,
  type FillModelDefinition,
  IMPACT_MODEL_KIND,
  type ImpactModelDefinition,
} from '../../actors/strategy/market-model.ts'
import {
  type AuthoredSource,
  type LoadedSource,
  loadSource,
  materializeSource,
  type StoredSource,
} from './load-source.ts'

/** Which section of a venue's simulation names it. */
export type ModelPart = 'fills' | 'impact'
export type MarketModelDefinition = FillModelDefinition | ImpactModelDefinition

export type LoadedMarketModel = Omit<LoadedSource<MarketModelDefinition>, 'hash'> & {
  readonly part: ModelPart
  readonly model_hash: string
}

const WANTED = {
  fills: { kind: FILL_MODEL_KIND, noun: 'fill model', made_by: 'defineFillModel' },
  impact: { kind: IMPACT_MODEL_KIND, noun: 'impact model', made_by: 'defineImpactModel' },
} as const

export async function loadMarketModel(part: ModelPart, source: AuthoredSource): Promise<LoadedMarketModel> {
  return named(part, await loadSource<MarketModelDefinition>(source, WANTED[part]))
}

/** Writes stored files under `directory`, an empty folder, and loads the model from there. The hash is the same. */
export async function materializeMarketModel(
  part: ModelPart,
  stored: StoredSource,
  directory: string,
): Promise<LoadedMarketModel> {
  return named(part, await materializeSource<MarketModelDefinition>(stored, directory, WANTED[part]))
}

function named(part: ModelPart, { hash, ...loaded }: LoadedSource<MarketModelDefinition>): LoadedMarketModel {
  return { ...loaded, part, model_hash: hash }
}
