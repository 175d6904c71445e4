// Brings one file into the store, a series at a time. Every series' rows are written while all rows of the file are
// checked, so a bad line anywhere keeps out the first series, and with it the others.

import { createHash } from 'node:crypto'
import type { ImportOutcome, ImportSource, TickColumns, TickStore } from '../../engine/tick-store-port.ts'
import type { HistoryFile } from './history-file.ts'
import { importRefused } from './import-refusal.ts'
import { RowBlock } from './row-block.ts'

export type ImportOptions = {
  /** Wraps the blocks of a series on their way into the store, to count them. */
  readonly watch?: (blocks: AsyncIterable<TickColumns>) => AsyncIterable<TickColumns>
}

/** Imports every series of the file. What the store has of it stays as it is. */
export async function importHistory(
  store: TickStore,
  file: HistoryFile,
  options: ImportOptions = {},
): Promise<ImportOutcome[]> {
  await store.putInstruments(file.instruments)
  const outcomes: ImportOutcome[] = []
  for (const key of file.series.keys()) {
    const source = sourceOf(file, key)
    const blocks = options.watch?.(source.blocks) ?? source.blocks
    outcomes.push(await store.write({ ...source, blocks }))
  }
  return outcomes
}

function sourceOf(file: HistoryFile, key: string): ImportSource {
  const { source_name, content_hash } = file
  const series = file.series.get(key)
  if (series === undefined) throw nothingIn(file)
  const mapping = canonicalJson(file.mapping)
  const import_id = createHash('sha256')
    .update(`orrery import 1\n${content_hash}\n${mapping}\n${key}\n`)
    .digest('hex')
  return { import_id, source_name, mapping, series, blocks: blocksOf(file, key, new RowBlock(series)) }
}

async function* blocksOf(file: HistoryFile, key: string, block: RowBlock): AsyncGenerator<TickColumns> {
  const seen = new Set<string>()
  for await (const row of file.rows()) {
    seen.add(row.key)
    if (row.key !== key) continue
    block.add(row.us, row.ns_rest, row.values)
    if (block.isFull) yield block.take()
  }
  for (const wanted of file.series.keys()) if (!seen.has(wanted)) throw nothingIn(file)
  yield block.take()
}

function nothingIn({ path }: HistoryFile): Error {
  return importRefused({
    code: 'import.no_rows',
    what: 'The file has no rows to import.',
    where: path,
    remedy: 'Check that it is the right file, and whole.',
  })
}

/** JSON with sorted keys, so that the same mapping is the same text. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
