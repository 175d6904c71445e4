// What a ledger belongs to: venues with the models of their simulation, accounts, instruments and books, in their order. One
// of another layout is refused at a start.

import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import { isBookKind } from '../../engine/tick-store-port.ts'
import type { Config } from '../../schemas/config/config.ts'
import type { SimulationConfig } from '../../schemas/config/simulation-config.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { instrumentsOf } from '../backtest/instrument-set.ts'

/** The books name venues, accounts and instruments by their place, and hold what the models of a venue remember. */
export function refuseOtherLayout(was: Config, is: Config): void {
  const layout = (config: Config) => [
    ...config.venues.map(venueLayout),
    ...config.venues.flatMap(({ id }) => historyLayout(config, id)),
    ...config.accounts.map(({ id }) => `account ${id}`),
    ...instrumentsOf(config).map(instrumentLayout),
  ]
  const before = layout(was)
  const after = layout(is)
  if (before.join() === after.join()) return
  throw new OperatingError({
    code: 'exchange.other_layout',
    reason: 'usage',
    what: `The ledger of the simulated exchange is of ${before.join(', ')}; the configuration now has ${after.join(', ')}.`,
    where: 'venues with the models of their simulation, accounts, data.sources and strategies',
    remedy: 'Put them back, or begin a session of another name.',
  })
}

/** Prices, sizes and money are counts of these. */
function instrumentLayout(spec: InstrumentSpec): string {
  const { instrument_id, price_scale, size_scale, quote_currency, value_per_product } = spec
  return `instrument ${instrument_id} (scales ${price_scale} and ${size_scale}, ${quote_currency} ${value_per_product})`
}

function venueLayout({ id, simulation = {} }: Config['venues'][number]): string {
  const { book = 'quote', fills, queue, impact } = simulation
  const taking = modelName(fills) ?? (book === 'quote' ? 'residual_worse' : 'walk_book')
  const models = [book, taking, queue?.model, modelName(impact)]
  return `venue ${id} (${models.filter((model) => model !== undefined).join(' ')})`
}

/** Of a venue with a book its place in the history is a place among all its rows. */
function historyLayout({ data }: Config, venue_id: string): string[] {
  const sources = data.sources.filter(({ venue }) => venue === venue_id)
  if (!sources.some(({ kind }) => isBookKind(kind))) return []
  return sources.map(({ kind, instruments }) => `${kind} of ${instruments.join(' and ')}`)
}

/** Of a user's own, the file and the name in it, wherever the file lies. */
function modelName(config: SimulationConfig['fills'] | SimulationConfig['impact']): string | undefined {
  return config?.model === 'custom' ? config.source.slice(config.source.lastIndexOf('/') + 1) : config?.model
}
