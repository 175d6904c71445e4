// A generated history as an import: its identity is the generator's version and options, as a file's is its content.

import { createHash } from 'node:crypto'
import type { ImportSource } from '../../engine/tick-store-port.ts'
import { GENERATOR_VERSION, generateQuotes, type MarketOptions } from './market-generator.ts'

export function generatedSource(options: MarketOptions): ImportSource {
  const {
    seed,
    instrument_id,
    row_count,
    start_us,
    gap_us_mean,
    start_price_units,
    size_units,
    shared_stamps,
  } = options
  const mapping = JSON.stringify({
    generator: 'market',
    version: GENERATOR_VERSION,
    seed: String(seed),
    instrument_id,
    row_count,
    start_us,
    gap_us_mean,
    start_price_units,
    size_units,
    shared_stamps,
  })
  return {
    import_id: createHash('sha256').update(mapping).digest('hex'),
    source_name: `generated ${instrument_id}, seed ${seed}`,
    mapping,
    series: { instrument_id, kind: 'quote' },
    blocks: generateQuotes(options),
  }
}
