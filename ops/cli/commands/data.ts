import type { ImportManifest, SeriesSummary, TickSeries, TickStore } from '../../../engine/tick-store-port.ts'
import { EXIT_CODE } from '../../../schemas/operating-error.ts'
import { isoTime } from '../../../schemas/units.ts'
import { seriesName } from '../../text/series-name.ts'
import { alignedRows, grouped } from '../../text/table.ts'
import type { Call, Command, Outcome } from '../command.ts'
import { STORE_OPTION, withExistingStore } from '../with-store.ts'

export const command: Command = {
  name: 'data',
  summary: 'Show what the tick store holds.',
  usage: '',
  description: `
Lists the series in the store: instrument, kind, rows, first and last instant in UTC. With --imports each import apart,
with its content hash. With --check every row is read again and each import's hash recomputed: exit code 3 when one
differs from what was imported.`,
  arguments_min: 0,
  arguments_max: 0,
  options: {
    store: STORE_OPTION,
    imports: { type: 'boolean', description: 'List imports, not series.' },
    check: { type: 'boolean', description: 'Recompute the hash of every import from its rows.' },
  },
  examples: [
    { line: 'orrery data', what: 'series in the default store' },
    { line: 'orrery data --store /data/ticks --imports --json', what: 'every import, for a script' },
    { line: 'orrery data --check', what: 'prove that the rows are those that were imported' },
  ],
  run: (call) => withExistingStore(call.text('store'), (store) => show(call, store)),
}

async function show(call: Call, store: TickStore): Promise<Outcome> {
  if (call.flag('check')) return check(call, store)
  const rows: readonly (SeriesSummary | ImportManifest)[] = call.flag('imports')
    ? await store.manifests()
    : await store.summary()
  if (rows.length === 0) {
    return { json: [], text: 'The store is empty. Fill it with orrery import or orrery generate.\n' }
  }
  const table = rows.map((row) => [
    seriesName(row.series),
    grouped(row.row_count),
    isoTime(row.first_us),
    isoTime(row.last_us),
    'source_name' in row
      ? `${row.import_id.slice(0, 12)} ${row.source_name}`
      : `imports: ${row.import_count}`,
  ])
  return { json: rows, text: `${alignedRows(table, [1]).join('\n')}\n` }
}

async function check(call: Call, store: TickStore): Promise<Outcome> {
  const manifests = await store.manifests()
  const results: {
    import_id: string
    series: TickSeries
    ok: boolean
    data_hash: string
    recomputed: string
  }[] = []
  call.progress.start('checking imports', manifests.length)
  for (const manifest of manifests) {
    const { import_id, series, data_hash } = manifest
    const recomputed = await store.recomputeDataHash(manifest)
    results.push({ import_id, series, ok: recomputed === data_hash, data_hash, recomputed })
    call.progress.update(results.length)
  }
  const wrong = results.filter(({ ok }) => !ok)
  const lines = wrong.map(
    ({ import_id, series }) =>
      `✗ ${seriesName(series)}: import ${import_id} has other rows than were imported.`,
  )
  const remedy = wrong.length === 0 ? '' : 'Delete the store and import the files again.\n'
  return {
    json: results,
    text: `${[...lines, `${results.length - wrong.length} of ${results.length} imports are as imported.`].join('\n')}\n${remedy}`,
    exit_code: wrong.length === 0 ? EXIT_CODE.done : EXIT_CODE.data,
  }
}
