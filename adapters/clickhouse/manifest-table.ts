// The manifests: the list of imports that are complete, hence visible. Small enough to be held in memory.

import type { ImportManifest, RecordedPart, TickSeries } from '../../engine/tick-store-port.ts'
import { assert, must } from '../../schemas/assert.ts'
import type { ChdbLane } from './chdb-lane.ts'
import { TICK_TABLES } from './tick-table.ts'

export class ManifestTable {
  readonly #lane: ChdbLane
  readonly #byId = new Map<string, ImportManifest>()

  private constructor(lane: ChdbLane) {
    this.#lane = lane
  }

  static async load(lane: ChdbLane): Promise<ManifestTable> {
    const table = new ManifestTable(lane)
    for (const from of ['orrery.imports', 'orrery.recordings FINAL']) {
      const rows = await lane.rows<ManifestRow>(
        `SELECT import_id, source_name, mapping, instrument_id, kind, toString(interval_us) AS interval_us, price_type,
          toString(row_count) AS row_count, toString(first_us) AS first_us, toString(last_us) AS last_us, data_hash
        FROM ${from} ORDER BY import_id`,
      )
      for (const row of rows) table.#byId.set(row.import_id, manifestOf(row))
    }
    return table
  }

  get(importId: string): ImportManifest | undefined {
    return this.#byId.get(importId)
  }

  /** All manifests by import id. */
  all(): ImportManifest[] {
    return [...this.#byId.values()].sort((a, b) => (a.import_id < b.import_id ? -1 : 1))
  }

  /** Makes an import visible: durable when it resolves. */
  async add(manifest: ImportManifest): Promise<void> {
    assert(!this.#byId.has(manifest.import_id), 'an import has one manifest')
    await this.#lane.insertRow('orrery.imports', rowOf(manifest))
    this.#byId.set(manifest.import_id, manifest)
  }

  /** Makes parts of recordings as long as these say, all at once: durable when it resolves. */
  async grow(manifests: readonly ImportManifest[]): Promise<void> {
    await this.#lane.insertRows('orrery.recordings', manifests.map(rowOf))
    for (const manifest of manifests) this.#byId.set(manifest.import_id, manifest)
  }
}

/** The first 64 bits of the import id: the rows' tie-break, the same in every store, and their link to the manifest. */
export function importKey(importId: string): bigint {
  assert(/^[0-9a-f]{64}$/.test(importId), `an import id is a SHA-256 in hex, got ${importId}`)
  return BigInt(`0x${importId.slice(0, 16)}`)
}

/** How the mapping of a recorded part begins. */
const RECORDED = '{"tape":'

type ManifestRow = {
  import_id: string
  source_name: string
  mapping: string
  instrument_id: string
  kind: string
  interval_us: string
  price_type: string
  row_count: string
  first_us: string
  last_us: string
  data_hash: string
}

function rowOf(manifest: ImportManifest): ManifestRow {
  const { series, row_count, first_us, last_us, recorded, ...rest } = manifest
  return {
    ...rest,
    ...(recorded === undefined ? {} : { mapping: JSON.stringify(recorded) }),
    instrument_id: series.instrument_id,
    kind: series.kind,
    interval_us: series.kind === 'bar' ? String(series.interval_us) : '0',
    price_type: series.kind === 'bar' ? series.price_type : '',
    row_count: String(row_count),
    first_us: String(first_us),
    last_us: String(last_us),
  }
}

function manifestOf(row: ManifestRow): ImportManifest {
  const { import_id, source_name, mapping, data_hash } = row
  const recorded = mapping.startsWith(RECORDED) ? { recorded: JSON.parse(mapping) as RecordedPart } : {}
  return {
    ...recorded,
    import_id,
    source_name,
    mapping,
    series: seriesOf(row),
    row_count: Number(row.row_count),
    first_us: Number(row.first_us),
    last_us: Number(row.last_us),
    data_hash,
  }
}

function seriesOf(row: ManifestRow): TickSeries {
  const { instrument_id, kind } = row
  const known = must(
    TICK_TABLES.find((table) => table.kind === kind),
    `a manifest names a kind of row, got ${kind}`,
  ).kind
  if (known !== 'bar') return { instrument_id, kind: known }
  const priceTypes = ['bid', 'ask', 'last'] as const
  const priceType = must(
    priceTypes.find((name) => name === row.price_type),
    `a bar's price type is known, got ${row.price_type}`,
  )
  return { instrument_id, kind: known, interval_us: Number(row.interval_us), price_type: priceType }
}
