// The instruments of a run: every one its sources and strategies name, in the order of the configuration, compiled.

import { compileInstrument, type InstrumentSpec } from '../../engine/instrument-spec.ts'
import type { Config } from '../../schemas/config/config.ts'
import type { Instrument } from '../../schemas/instrument.ts'
import { builtInInstruments } from '../../schemas/instrument-table.ts'
import { OperatingError } from '../../schemas/operating-error.ts'

export function instrumentsOf(config: Config): InstrumentSpec[] {
  const definitions = new Map<string, Instrument>()
  for (const instrument of builtInInstruments()) definitions.set(instrument.instrument_id, instrument)
  for (const instrument of config.instruments) definitions.set(instrument.instrument_id, instrument)
  return namedInstruments(config).map((id, index) => {
    const definition = definitions.get(id)
    if (definition !== undefined) return compileInstrument(definition, index)
    throw new OperatingError({
      code: 'instrument.undefined',
      reason: 'usage',
      what: `No definition of the instrument ${id} is known.`,
      where: 'data.sources',
      remedy: 'Correct the name, or define the instrument under `instruments` in the configuration.',
    })
  })
}

function namedInstruments(config: Config): string[] {
  const ids = new Set<string>()
  for (const source of config.data.sources) {
    for (const symbol of source.instruments) ids.add(`${symbol}.${source.venue}`)
  }
  for (const strategy of config.strategies) for (const id of strategy.instruments) ids.add(id)
  return [...ids]
}
