// A CSV file with a declared mapping as a file of history. It is streamed: memory does not depend on its length.

import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { pipeline } from 'node:stream'
import { CsvError, type Options, parse } from 'csv-parse'
import { isBookKind } from '../../engine/tick-store-port.ts'
import type { CsvMapping } from '../../schemas/csv-mapping.ts'
import { bookEvents, type MarkedRow } from './book-events.ts'
import { csvRowReader, csvSeries } from './csv-rows.ts'
import {
  type HistoryFile,
  type HistoryRow,
  type InstrumentTable,
  knownInstrument,
  TimeOrder,
} from './history-file.ts'
import { BadRow, importRefused, placed } from './import-refusal.ts'

/** Raised when the same bytes and mapping come to mean other rows. */
const CSV_READER_VERSION = 1
/** An unclosed quote ends here, and not with the memory. */
const RECORD_BYTES_MAX = 1 << 16

export async function openCsvFile(
  path: string,
  mapping: CsvMapping,
  instruments: InstrumentTable,
): Promise<HistoryFile> {
  const content_hash = await contentHash(path)
  const rows = () => rowsOf({ path, mapping, instruments, content_hash })
  const ids = mapping.instrument === undefined ? await idsIn(rows()) : [mapping.instrument]
  return {
    path,
    source_name: basename(path),
    content_hash,
    mapping: { format: 'csv', version: CSV_READER_VERSION, ...mapping },
    series: new Map(ids.map((id) => [id, csvSeries(mapping, id)])),
    instruments: ids.map((id) => placed(path, () => knownInstrument(instruments, id))),
    rows,
  }
}

type Reading = {
  readonly path: string
  readonly mapping: CsvMapping
  readonly instruments: InstrumentTable
  readonly content_hash: string
}

async function* rowsOf(reading: Reading): AsyncGenerator<HistoryRow> {
  const { path, content_hash } = reading
  const hash = createHash('sha256')
  const file = createReadStream(path)
  file.on('data', (chunk) => hash.update(chunk))
  // Its types know rows of texts only; what a record becomes is for `on_record` to say.
  const parser = parse(csvOptions(reading) as unknown as Options)
  // A failure of the file reaches the loop below through the parser.
  pipeline(file, parser, () => {})
  const { kind } = reading.mapping
  const rows = parser as AsyncIterable<HistoryRow>
  try {
    if (isBookKind(kind))
      yield* bookEvents(rows as AsyncIterable<unknown> as AsyncIterable<MarkedRow>, kind, path)
    else yield* rows
  } catch (error) {
    throw error instanceof CsvError ? malformed(path, error) : error
  }
  if (hash.digest('hex') !== content_hash) throw changed(path)
}

/** The parser turns each record into a row at once, where its line is known. */
function csvOptions({ path, mapping, instruments }: Reading) {
  const order = new TimeOrder()
  let header: readonly string[] | undefined
  let width = 0
  let read: ReturnType<typeof csvRowReader> | undefined
  const rowOf = (fields: readonly string[]): HistoryRow | MarkedRow | null => {
    if (width === 0) width = fields.length
    if (fields.length !== width) throw otherWidth(fields.length, width)
    if (mapping.header && header === undefined) {
      header = fields
      return null
    }
    read ??= csvRowReader(mapping, instruments, { header, width })
    const row = read(fields)
    order.check(row)
    return row
  }
  return {
    delimiter: mapping.delimiter,
    bom: true,
    trim: true,
    relax_column_count: true,
    max_record_size: RECORD_BYTES_MAX,
    on_record: (fields: string[], { lines }: { lines: number }): HistoryRow | MarkedRow | null =>
      placed(`${path}, line ${lines}`, () => rowOf(fields)),
  }
}

async function idsIn(rows: AsyncIterable<HistoryRow>): Promise<string[]> {
  const ids = new Set<string>()
  for await (const { key } of rows) ids.add(key)
  return [...ids].sort()
}

async function contentHash(path: string): Promise<string> {
  const hash = createHash('sha256')
  let length = 0
  for await (const chunk of createReadStream(path)) {
    hash.update(chunk)
    length += chunk.length
  }
  if (length > 0) return hash.digest('hex')
  throw importRefused({
    code: 'import.empty_file',
    what: 'The file is empty.',
    where: path,
    remedy: 'Get the file again.',
  })
}

function otherWidth(found: number, wanted: number): BadRow {
  return new BadRow({
    code: 'import.column_count',
    what: `The line has ${found} columns, the first one ${wanted}.`,
    remedy: 'Correct the file, or the delimiter in the mapping.',
  })
}

function malformed(path: string, error: CsvError): Error {
  const { lines } = error as { lines?: number }
  return importRefused({
    code: 'import.bad_csv',
    what: `The file is no CSV: ${error.message}.`,
    where: lines === undefined ? path : `${path}, line ${lines}`,
    remedy: 'Correct the file, or the delimiter in the mapping.',
    cause: error,
  })
}

function changed(path: string): Error {
  return importRefused({
    code: 'import.file_changed',
    what: 'The file changed while it was read.',
    where: path,
    remedy: 'Import it again when nothing writes to it.',
  })
}
