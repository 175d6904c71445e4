// Which series a run reads, over which range, with which rank, and the hash of their content.

import { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import type { Sha256 } from '../../engine/sha256-port.ts'
import type { SeriesReading, TickSeries, TickStore, TimeRange } from '../../engine/tick-store-port.ts'
import { must } from '../../schemas/assert.ts'
import type { Config } from '../../schemas/config/config.ts'
import type { BarSource, TickSource } from '../../schemas/config/data-config.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { SeriesCursor } from './series-cursor.ts'
import { sessionInputs } from './session-inputs.ts'
import { refuseOtherScales } from './stored-scales.ts'

export type DataPlan = {
  readonly range: TimeRange
  /** Ranked: by source in the configuration, then by instrument name. */
  readonly series: readonly TickSeries[]
  /** The session whose inputs are read, `<node>/<session>`; absent: history as it was imported. */
  readonly processed?: string
}

export function planData(config: Config): DataPlan {
  const series = config.data.sources.flatMap((source) =>
    [...source.instruments].sort().map((symbol) => seriesOf(source, symbol)),
  )
  const { from, to } = config.data
  if (from === undefined || to === undefined) throw noRange()
  const range = { from_us: timeOf(from), to_us: timeOf(to) }
  const { processed } = config.data
  return processed === undefined ? { range, series } : { range, series, processed }
}

/** Opens the plan's series. A series without a row in the range is refused: a strategy would wait for it in vain. */
export async function openData(
  plan: DataPlan,
  instruments: readonly InstrumentSpec[],
  store: TickStore,
): Promise<SeriesReading[]> {
  await refuseOtherScales(instruments, store)
  const readings = await openReadings(plan, store)
  for (const { row_count, series } of readings) {
    if (row_count > 0) continue
    throw plan.processed === undefined ? noRows(series) : nothingRecorded(series, plan.processed)
  }
  return readings
}

async function openReadings(
  { series, range, processed }: DataPlan,
  store: TickStore,
): Promise<SeriesReading[]> {
  if (processed === undefined) return store.read(series, range)
  const readings = await store.readProcessed(series, processed)
  return readings.map((reading) => ({ ...reading, blocks: sessionInputs(reading, range) }))
}

export async function openCursors(
  readings: readonly SeriesReading[],
  instruments: readonly InstrumentSpec[],
): Promise<SeriesCursor[]> {
  const cursors = readings.map((reading, rank) => {
    const spec = must(
      instruments.find(({ instrument_id }) => instrument_id === reading.series.instrument_id),
      'every series is of an instrument of the run',
    )
    return new SeriesCursor(reading, rank, spec.index, spec.venue_id)
  })
  await Promise.all(cursors.map((cursor) => cursor.fill()))
  return cursors
}

/** The part of the range that has rows, as far as the imports tell. */
export function coveredRange(plan: DataPlan, readings: readonly SeriesReading[]): TimeRange {
  if (plan.processed !== undefined) return plan.range
  const manifests = readings.flatMap((reading) => reading.manifests)
  if (manifests.length === 0) return plan.range
  const first_us = Math.min(...manifests.map((manifest) => manifest.first_us))
  const last_us = Math.max(...manifests.map((manifest) => manifest.last_us))
  const from_us = Math.max(plan.range.from_us, first_us)
  return { from_us, to_us: Math.min(plan.range.to_us, last_us + 1) }
}

/** Hash of the content a run reads: for each series in rank order, its range and the hashes of its imports. */
export function dataHash(sha256: Sha256, plan: DataPlan, readings: readonly SeriesReading[]): Uint8Array {
  const writer = new CanonicalWriter(4096)
  writer.number(plan.range.from_us)
  writer.number(plan.range.to_us)
  if (plan.processed !== undefined) writer.text(plan.processed)
  for (const { series, row_count, manifests } of readings) {
    writer.value(series)
    writer.number(row_count)
    // By content, so that neither the name of an import nor when it came can be seen.
    for (const hash of manifests.map(({ data_hash }) => data_hash).sort()) writer.text(hash)
  }
  return sha256.digest(writer.view())
}

/** A source's series of one of its instruments. */
export function seriesOf(source: TickSource | BarSource, symbol: string): TickSeries {
  const instrument_id = `${symbol}.${source.venue}`
  if (source.kind !== 'bar') return { instrument_id, kind: source.kind }
  const { interval_us, price_type } = source
  return { instrument_id, kind: 'bar', interval_us, price_type }
}

function timeOf(text: string): number {
  const instant = Temporal.Instant.from(text.includes('T') ? text : `${text}T00:00:00Z`)
  return Number(instant.epochNanoseconds / 1000n)
}

function noRange(): OperatingError {
  return new OperatingError({
    code: 'config.no_range',
    reason: 'usage',
    what: 'The configuration does not say which part of the history is read.',
    where: 'data.from and data.to',
    remedy: 'Give both, as times or dates: from: 2024-01-01, to: 2024-02-01.',
  })
}

function nothingRecorded({ kind, instrument_id }: TickSeries, processed: string): OperatingError {
  const session = processed.slice(processed.indexOf('/') + 1)
  return new OperatingError({
    code: 'data.no_rows',
    reason: 'data',
    what: `The store holds no ${kind} of ${instrument_id} that ${processed} processed.`,
    where: 'data.processed',
    remedy: `Write <node>/<session>: where one node hosts all it has the session's name, ${session}/${session}. orrery recorder --once records what a session left.`,
  })
}

function noRows(series: TickSeries): OperatingError {
  return new OperatingError({
    code: 'data.no_rows',
    reason: 'data',
    what: `The store holds no ${series.kind} of ${series.instrument_id} in the range of the run.`,
    where: 'data.sources',
    remedy:
      'Run `orrery data` to see what it holds, then import the history or change data.from and data.to.',
  })
}
