// Replay of books from the embedded store through the whole engine: rows read into the data's book and the exchange's, and
// the quotes they show into the actors.

import { join } from 'node:path'
import { openChdbTickStore } from '../../adapters/clickhouse/chdb-tick-store.ts'
import { compileInstrument } from '../../engine/instrument-spec.ts'
import type { BookKind } from '../../engine/tick-store-port.ts'
import { must } from '../../schemas/assert.ts'
import { builtInInstruments } from '../../schemas/instrument-table.ts'
import { generatedBook } from '../../sim/market-generator/generated-book.ts'
import { MARKET_DEFAULTS } from '../../sim/market-generator/market-generator.ts'
import { type BenchScope, type Figure, figure } from './figure.ts'
import { measuredRun } from './measured-run.ts'
import { sessionBookSpeed } from './session-books.ts'

const SYMBOL = 'GEN1'
const ROWS = 10_000_000

export async function bookFigures(scope: BenchScope): Promise<Figure[]> {
  const names = { book_level: 'book by price', book_order: 'book by order' } as const
  const figures: Figure[] = []
  for (const kind of ['book_level', 'book_order'] as const) {
    scope.note(`generating a ${names[kind]}`)
    await writeBook(scope.folder, kind, ROWS / scope.divisor)
    scope.note(`replaying a ${names[kind]}`)
    figures.push(figure(`replay: ${names[kind]}, EMA cross`, 'rows/s', await speeds(scope, kind)))
    scope.note(`a session's exchange on a ${names[kind]}`)
    figures.push(figure(`session: ${names[kind]}, feed and ledger`, 'rows/s', await taken(scope, kind)))
  }
  return figures
}

async function speeds({ folder, runs }: BenchScope, kind: BookKind): Promise<number[]> {
  const values: number[] = []
  for (let i = 0; i < runs; i++) {
    const { timing } = await measuredRun({ instruments: [SYMBOL], strategy: 'ema_cross', kind, folder })
    values.push(must(timing.rows_per_s, 'a run with rows has a speed'))
  }
  return values
}

async function taken({ folder, runs }: BenchScope, kind: BookKind): Promise<number[]> {
  const values: number[] = []
  for (let i = 0; i < runs; i++)
    values.push(await sessionBookSpeed({ instruments: [SYMBOL], strategy: 'ema_cross', kind, folder }))
  return values
}

async function writeBook(folder: string, kind: BookKind, row_count: number): Promise<void> {
  const store = await openChdbTickStore({ directory: join(folder, 'ticks') })
  try {
    const instrument = must(
      builtInInstruments().find(({ instrument_id }) => instrument_id === `${SYMBOL}.gen`),
      'the generator has instruments',
    )
    await store.putInstruments([instrument])
    const { instrument_id } = instrument
    const size_units = compileInstrument(instrument, 0).lot_units
    await store.write(generatedBook({ ...MARKET_DEFAULTS, kind, instrument_id, row_count, size_units }))
  } finally {
    await store.close()
  }
}
