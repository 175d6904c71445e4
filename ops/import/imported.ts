// What an import brought: each series of each file for scripts, a table by series for a person.

import type { ImportOutcome } from '../../engine/tick-store-port.ts'
import { isoTime } from '../../schemas/units.ts'
import { seriesName } from '../text/series-name.ts'
import { alignedRows, grouped } from '../text/table.ts'

export type Imported = ImportOutcome & { readonly file: string }

export function importedJson({ file, manifest, already_present }: Imported) {
  const { first_us, last_us, mapping, ...rest } = manifest
  return {
    file,
    already_present,
    ...rest,
    mapping: JSON.parse(mapping) as unknown,
    from: isoTime(first_us),
    to: isoTime(last_us),
  }
}

export function importedText(imported: readonly Imported[]): string {
  const bySeries = Map.groupBy(imported, ({ manifest }) => seriesName(manifest.series))
  const rows = [...bySeries].map(([series, files]) => [series, ...cells(files)])
  const head = ['series', 'rows', 'from', 'to', 'already there']
  const renamed = imported.filter(
    ({ file, manifest, already_present }) => already_present && !sameName(file, manifest.source_name),
  )
  const notes = renamed.map(
    ({ file, manifest }) => `${file} has the content that was imported as ${manifest.source_name}.`,
  )
  return `${[...alignedRows([head, ...rows], [1, 4]), ...new Set(notes)].join('\n')}\n`
}

function cells(files: readonly Imported[]): string[] {
  const manifests = files.map(({ manifest }) => manifest)
  const rowsOf = (some: readonly Imported[]) =>
    grouped(some.reduce((sum, { manifest }) => sum + manifest.row_count, 0))
  return [
    rowsOf(files),
    isoTime(Math.min(...manifests.map(({ first_us }) => first_us))),
    isoTime(Math.max(...manifests.map(({ last_us }) => last_us))),
    rowsOf(files.filter(({ already_present }) => already_present)),
  ]
}

/** A source's name is the end of its path. */
function sameName(file: string, sourceName: string): boolean {
  return file.replaceAll('\\', '/').endsWith(sourceName)
}
