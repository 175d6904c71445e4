// How fast the store alone gives its rows.

import { join } from 'node:path'
import { openChdbTickStore } from '../../adapters/clickhouse/chdb-tick-store.ts'
import { must } from '../../schemas/assert.ts'

/** Rows per second of two readings of one series, nothing done with them. */
export async function readSpeeds(folder: string, instrument_id: string): Promise<[number, number]> {
  const store = await openChdbTickStore({ directory: join(folder, 'ticks') })
  const read = async () => {
    const [reading] = await store.read([{ instrument_id, kind: 'quote' }], {
      from_us: 0,
      to_us: Number.MAX_SAFE_INTEGER,
    })
    const began = performance.now()
    let rows = 0
    for await (const block of must(reading, 'one series was asked for').blocks) rows += block.count
    return (rows / (performance.now() - began)) * 1000
  }
  try {
    return [await read(), await read()]
  } finally {
    await store.close()
  }
}
