// The tick store for the length of one command.

import type { TickColumns, TickStore } from '../../engine/tick-store-port.ts'
import type { Option } from './command.ts'
import type { Progress } from './progress.ts'

export const STORE_DEFAULT = 'data/ticks'

export const STORE_OPTION: Option = {
  type: 'string',
  value: 'DIR',
  description: `Folder of the tick store (default ${STORE_DEFAULT}).`,
}

export async function withStore<T>(
  directory: string | undefined,
  use: (store: TickStore) => Promise<T>,
): Promise<T> {
  const { openChdbTickStore } = await import('../../adapters/clickhouse/chdb-tick-store.ts')
  const store = await openChdbTickStore({ directory: directory ?? STORE_DEFAULT })
  try {
    return await use(store)
  } finally {
    await store.close()
  }
}

/** A store to read from; one that is not there is refused, not made. */
export async function withExistingStore<T>(
  directory: string | undefined,
  use: (store: TickStore) => Promise<T>,
): Promise<T> {
  const { openExistingStore } = await import('../../adapters/clickhouse/existing-store.ts')
  const store = await openExistingStore(directory ?? STORE_DEFAULT)
  try {
    return await use(store)
  } finally {
    await store.close()
  }
}

/** The same blocks, counted into the progress. */
export async function* counted<Block extends TickColumns>(
  blocks: AsyncIterable<Block>,
  progress: Progress,
): AsyncGenerator<Block> {
  let rows = 0
  for await (const block of blocks) {
    yield block
    rows += block.count
    progress.update(rows)
  }
}
