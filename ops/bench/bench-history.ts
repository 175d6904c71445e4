// The generated histories of the bench, in a store of their own.

import { join } from 'node:path'
import { openChdbTickStore } from '../../adapters/clickhouse/chdb-tick-store.ts'
import { builtInInstruments } from '../../schemas/instrument-table.ts'
import { generatedSource } from '../../sim/market-generator/generated-source.ts'
import { MARKET_DEFAULTS } from '../../sim/market-generator/market-generator.ts'

/** Writes `row_count` quotes of each instrument, unless they are there. */
export async function writeHistory(
  folder: string,
  instruments: readonly string[],
  row_count: number,
): Promise<void> {
  const store = await openChdbTickStore({ directory: join(folder, 'ticks') })
  try {
    const ids = instruments.map((symbol) => `${symbol}.gen`)
    await store.putInstruments(
      builtInInstruments().filter(({ instrument_id }) => ids.includes(instrument_id)),
    )
    for (const [seed, instrument_id] of ids.entries()) {
      await store.write(generatedSource({ ...MARKET_DEFAULTS, seed: seed + 1, instrument_id, row_count }))
    }
  } finally {
    await store.close()
  }
}
