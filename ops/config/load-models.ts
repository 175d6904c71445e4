// The models of fills and of impact that venues of a configuration name, loaded, and their parameters read by the schema
// each of them brings.

import { refuseUnfitModel } from '../../actors/strategy/market-model.ts'
import { type LoadedMarketModel, loadMarketModel } from '../../adapters/strategy-loader/load-market-model.ts'
import type { SimulationConfig } from '../../schemas/config/simulation-config.ts'
import type { VenueConfig } from '../../schemas/config/venue-config.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { instrumentsOf } from '../../sim/backtest/instrument-set.ts'
import { configHash } from './config-hash.ts'
import { ConfigError, type ConfigPath } from './config-problem.ts'
import type { LoadedConfig } from './load-config.ts'
import type { Report } from './partly-read.ts'
import { readParams } from './read-params.ts'
import { checkAuthoredFills, checkImpact } from './simulation-checks.ts'

export type VenueModel = LoadedMarketModel & { readonly venue_id: string; readonly params: unknown }

/** The configuration with every model's parameters complete, and hashed so. */
export async function loadModels(
  loaded: LoadedConfig,
): Promise<{ readonly read: LoadedConfig; readonly models: readonly VenueModel[] }> {
  const models: VenueModel[] = []
  const venues: VenueConfig[] = []
  const report: Report = (path, what, remedy) => loaded.source.reportAt(path, what, remedy)
  const specs = instrumentsOf(loaded.config)
  for (const [index, venue] of loaded.config.venues.entries()) {
    let simulation: SimulationConfig = venue.simulation ?? {}
    const at = ['venues', index, 'simulation']
    checkImpact(simulation, venue.id, specs, at, report)
    for (const part of ['fills', 'impact'] as const) {
      const config = simulation[part]
      if (config?.model !== 'custom') continue
      const model = await loadNamed(loaded, part, config.source, [...at, part, 'source'])
      if ('fills_residual' in model.definition)
        checkAuthoredFills(simulation, model.definition.fillsTouched !== undefined, at, report)
      const path = [...at, part, 'params']
      const params = readParams(loaded, path, model.definition.params, config.params)
      simulation = { ...simulation, [part]: { ...config, params } }
      models.push({ ...model, venue_id: venue.id, params })
    }
    venues.push(venue.simulation === undefined ? venue : { ...venue, simulation })
  }
  if (loaded.source.problems.length > 0) throw new ConfigError(loaded.source.problems)
  if (models.length === 0) return { read: loaded, models }
  const config = { ...loaded.config, venues }
  return { read: { ...loaded, config, config_hash: configHash(config) }, models }
}

/** What is wrong with the file that a venue names, and with no line of it, is told where the configuration names it. */
async function loadNamed(
  { source: file, base_directory }: LoadedConfig,
  part: 'fills' | 'impact',
  source: string,
  path: ConfigPath,
): Promise<LoadedMarketModel> {
  try {
    const model = await loadMarketModel(part, { source, base_directory })
    refuseMadeByHand(model)
    return model
  } catch (error) {
    if (!(error instanceof OperatingError) || error.where !== source) throw error
    const { code, reason, what, remedy, cause } = error
    throw new OperatingError({ code, reason, what, where: file.where(file.nodeAt(path)), remedy, cause })
  }
}

/** An object that bears a model's brand has not always been through its define function. */
function refuseMadeByHand({ definition, part, source }: LoadedMarketModel): void {
  const { kind: _kind, ...keys } = definition
  refuseUnfitModel(part, keys, source)
}
