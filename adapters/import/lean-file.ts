// A zip of LEAN's as a file of history.

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import {
  type HistoryFile,
  type HistoryRow,
  type InstrumentTable,
  knownInstrument,
  TimeOrder,
} from './history-file.ts'
import { BadRow, importRefused, placed } from './import-refusal.ts'
import { type LeanPath, parseLeanPath } from './lean-path.ts'
import { type LeanLayout, leanLayout } from './lean-rows.ts'
import { readZipEntry, type ZipEntry } from './zip-entry.ts'

/** Raised when the same bytes and path come to mean other rows. */
const LEAN_READER_VERSION = 1

export async function openLeanFile(path: string, instruments: InstrumentTable): Promise<HistoryFile> {
  const lean = parseLeanPath(resolve(path))
  const entry = readZipEntry(await readFile(path), path)
  if (entry.name !== lean.entry_name) throw otherEntry(path, lean, entry)
  const place = `${path}, ${entry.name}`
  const instrument = placed(path, () => knownInstrument(instruments, lean.instrument_id))
  const layout = leanLayout(lean, instrument)
  if (layout === undefined) throw unsupported(path, lean)
  const { instrument_id, resolution, kind, date, utc_offset_hours } = lean
  return {
    path,
    source_name: lean.relative,
    content_hash: createHash('sha256').update(entry.content).digest('hex'),
    mapping: {
      format: 'lean',
      version: LEAN_READER_VERSION,
      instrument_id,
      resolution,
      kind,
      date,
      utc_offset_hours,
    },
    series: layout.series,
    instruments: [instrument],
    rows: () => rowsOf(entry.content, layout, place),
  }
}

function* rowsOf(content: Buffer, layout: LeanLayout, place: string): Generator<HistoryRow> {
  const order = new TimeOrder()
  let line = 0
  try {
    for (const text of linesOf(content)) {
      line += 1
      for (const row of layout.read(text)) {
        order.check(row)
        yield row
      }
    }
  } catch (error) {
    throw error instanceof BadRow ? error.at(`${place}, line ${line}`) : error
  }
}

const NEWLINE = 10
const RETURN = 13

/** Lines end with `\n` or `\r\n`, the last one with or without. */
function* linesOf(content: Buffer): Generator<string> {
  for (let from = 0; from < content.length; ) {
    const found = content.indexOf(NEWLINE, from)
    const end = found === -1 ? content.length : found
    yield content.toString('latin1', from, content[end - 1] === RETURN ? end - 1 : end)
    from = end + 1
  }
}

function otherEntry(path: string, { entry_name }: LeanPath, { name }: ZipEntry): Error {
  return importRefused({
    code: 'import.lean_entry_name',
    what: `The archive holds ${name}, but its path promises ${entry_name}.`,
    where: path,
    remedy: 'Put the archive where its content belongs.',
  })
}

function unsupported(path: string, { resolution, kind }: LeanPath): Error {
  return importRefused({
    code: 'import.lean_unsupported',
    what: `LEAN’s files of ${resolution} ${kind}s of this class are not read.`,
    where: path,
    remedy:
      'Read are forex and cfd quote ticks, and second and minute bars. Import others as CSV with --mapping.',
  })
}
