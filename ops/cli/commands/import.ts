import type { HistoryFile, InstrumentTable } from '../../../adapters/import/history-file.ts'
import type { TickStore } from '../../../engine/tick-store-port.ts'
import { OperatingError } from '../../../schemas/operating-error.ts'
import type { Imported } from '../../import/imported.ts'
import type { Call, Command, Outcome } from '../command.ts'
import { counted, STORE_OPTION, withStore } from '../with-store.ts'

export const command: Command = {
  name: 'import',
  summary: 'Bring histories of quotes, trades, bars and books into the tick store.',
  usage: 'FILE...',
  description: `
Reads LEAN's zips (the folders of a path say what a file holds), or with --mapping CSV files. A folder means every such
file below it. A file is imported whole or not at all; importing it again changes nothing. docs/importing.md shows
the formats.`,
  arguments_min: 1,
  arguments_max: Number.POSITIVE_INFINITY,
  options: {
    store: STORE_OPTION,
    mapping: { type: 'string', value: 'FILE', description: 'What the columns of CSV files mean.' },
    lean: { type: 'boolean', description: "The files are LEAN's zips, as without --mapping." },
    instruments: {
      type: 'string',
      value: 'FILE',
      description: 'Definitions of instruments beside the built-in ones.',
    },
  },
  examples: [
    { line: 'orrery import lean/forex', what: 'every zip below a folder of LEAN' },
    { line: 'orrery import quotes.csv --mapping quotes.yaml', what: 'a CSV file with a declared mapping' },
  ],
  run: importFiles,
}

type OpenFile = (path: string) => Promise<HistoryFile>

async function importFiles(call: Call): Promise<Outcome> {
  const { historyPaths } = await import('../../import/history-paths.ts')
  const mapping = call.text('mapping')
  if (mapping !== undefined && call.flag('lean')) throw twoFormats()
  const instruments = await instrumentTable(call.text('instruments'))
  const open = mapping === undefined ? await leanOpener(instruments) : await csvOpener(mapping, instruments)
  const paths = await historyPaths(call.arguments, mapping === undefined ? '.zip' : '.csv')
  const imported = await withStore(call.text('store'), (store) => importAll(store, paths, open, call))
  const { importedJson, importedText } = await import('../../import/imported.ts')
  return { json: imported.map(importedJson), text: importedText(imported) }
}

async function importAll(store: TickStore, paths: readonly string[], open: OpenFile, call: Call) {
  const { importHistory } = await import('../../../adapters/import/import-history.ts')
  const { progress } = call
  const imported: Imported[] = []
  for (const [index, path] of paths.entries()) {
    progress.start(`${index + 1} of ${paths.length}: ${path}, rows`)
    const outcomes = await importHistory(store, await open(path), {
      watch: (blocks) => counted(blocks, progress),
    })
    imported.push(...outcomes.map((outcome) => ({ ...outcome, file: path })))
  }
  return imported
}

async function leanOpener(instruments: InstrumentTable): Promise<OpenFile> {
  const { openLeanFile } = await import('../../../adapters/import/lean-file.ts')
  return (path) => openLeanFile(path, instruments)
}

async function csvOpener(mappingPath: string, instruments: InstrumentTable): Promise<OpenFile> {
  const { openCsvFile } = await import('../../../adapters/import/csv-file.ts')
  const { csvMappingFaults } = await import('../../../adapters/import/csv-mapping-faults.ts')
  const { csvMappingOf } = await import('../../../adapters/import/csv-presets.ts')
  const { CsvDeclaration } = await import('../../../schemas/csv-mapping.ts')
  const { readDeclared } = await import('../../import/declared-file.ts')
  const mapping = csvMappingOf(await readDeclared(mappingPath, CsvDeclaration, csvMappingFaults))
  return (path) => openCsvFile(path, mapping, instruments)
}

async function instrumentTable(path: string | undefined): Promise<InstrumentTable> {
  const { builtInInstruments } = await import('../../../schemas/instrument-table.ts')
  const { readInstruments } = await import('../../import/instruments-file.ts')
  const declared = path === undefined ? [] : await readInstruments(path)
  return new Map([...builtInInstruments(), ...declared].map((one) => [one.instrument_id, one]))
}

function twoFormats(): OperatingError {
  return new OperatingError({
    code: 'import.two_formats',
    reason: 'usage',
    what: 'Files are either LEAN’s or CSV files with a mapping.',
    where: '--lean --mapping',
    remedy: 'Give one of the two.',
  })
}
