// The header of a backtest's epoch: all that its journal is bound to, with contents, so that another process can run it
// again. The history itself is named, not stored: store, range, and the hash of every import read.

import { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import type { SeriesReading, TickSeries } from '../../engine/tick-store-port.ts'
import type { Config } from '../../schemas/config/config.ts'

export type StoredStrategy = {
  readonly strategy_id: string
  /** `path#export`, as configured. */
  readonly source: string
  readonly strategy_hash: string
  readonly files: readonly { readonly path: string; readonly bytes: Uint8Array }[]
}

/** A model of a venue that its user wrote. */
export type StoredModel = {
  readonly venue_id: string
  readonly part: 'fills' | 'impact'
  readonly source: string
  readonly model_hash: string
  readonly files: readonly { readonly path: string; readonly bytes: Uint8Array }[]
}

export type StoredSeries = {
  readonly series: TickSeries
  readonly row_count: number
  readonly imports: readonly { readonly import_id: string; readonly data_hash: string }[]
}

export type BacktestHeader = {
  readonly kind: 'backtest'
  readonly run_id: string
  readonly schema_version: number
  /** What the code decides, by its number (schemas/behaviour.ts); absent in journals of before there was one. */
  readonly behaviour?: number
  readonly build_hash: string
  readonly version: string
  readonly node_version: string
  readonly config_hash: string
  /** Of strategies and models. */
  readonly strategy_hash: string
  readonly data_hash: string
  /** The complete, normalised configuration. */
  readonly config: Config
  readonly strategies: readonly StoredStrategy[]
  /** Absent in journals of before there were any. */
  readonly models?: readonly StoredModel[]
  readonly data: readonly StoredSeries[]
}

export function encodeHeader(header: BacktestHeader): Uint8Array {
  const writer = new CanonicalWriter(1 << 14)
  writer.value(header)
  return writer.copy()
}

export function decodeHeader(bytes: Uint8Array): BacktestHeader {
  const reader = new CanonicalReader(bytes)
  const header = reader.value() as BacktestHeader
  reader.end()
  return header
}

export function storedSeries(readings: readonly SeriesReading[]): StoredSeries[] {
  return readings.map(({ series, row_count, manifests }) => ({
    series,
    row_count,
    imports: manifests.map(({ import_id, data_hash }) => ({ import_id, data_hash })),
  }))
}
