// A process that imports into the store at argv[2], to be killed or to hold the store. It prints a line when the store is
// open, one for every block it offers and one for every import that is acknowledged.

import { writeSync } from 'node:fs'
import type { ImportSource, TickColumns } from '../../engine/tick-store-port.ts'
import { builtInInstruments } from '../../schemas/instrument-table.ts'
import { openChdbTickStore } from './chdb-tick-store.ts'
import { quoteBlock, sourceOf } from './rows.test-support.ts'

export const CHILD_IMPORTS = 4
const BLOCKS = 12
const BLOCK_ROWS = 400

/** The imports of the child, the same in every process. Every second row shares its stamp with the one before. */
export function childSources(): ImportSource[] {
  return Array.from({ length: CHILD_IMPORTS }, (_, number) =>
    sourceOf(`import ${number}`, childBlocks(number)),
  )
}

function childBlocks(number: number): TickColumns[] {
  return Array.from({ length: BLOCKS }, (_, block) =>
    quoteBlock(
      Array.from({ length: BLOCK_ROWS }, (_, index) => {
        const row = block * BLOCK_ROWS + index
        return [1_000 * number + (row >> 1), 0, number * 100_000 + row + 1] as const
      }),
    ),
  )
}

async function main(directory: string): Promise<void> {
  const store = await openChdbTickStore({ directory, batch_rows: 1_000 })
  print('opened')
  if (process.argv[3] === 'hold') {
    // An open store alone does not keep a process for sure; this one lives until it is killed.
    process.stdin.resume()
    return
  }
  await store.putInstruments(builtInInstruments())
  for (const source of childSources()) {
    const { manifest } = await store.write({ ...source, blocks: announced(source.blocks) })
    print(`imported ${manifest.import_id}`)
  }
  await store.close()
  print('closed')
}

async function* announced(blocks: AsyncIterable<TickColumns>): AsyncGenerator<TickColumns> {
  for await (const block of blocks) {
    print('block')
    yield block
  }
}

function print(line: string): void {
  writeSync(1, `${line}\n`)
}

const [, script, directory] = process.argv
if (script === import.meta.filename && directory !== undefined) await main(directory)
