// The instrument definitions a store holds, and the numbers that stand for them in the rows.

import { must } from '../../schemas/assert.ts'
import type { Instrument } from '../../schemas/instrument.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import type { ChdbLane } from './chdb-lane.ts'

type Entry = { readonly number: number; readonly version: number; readonly definition: string }

export class InstrumentList {
  readonly #lane: ChdbLane
  readonly #entries = new Map<string, Entry>()

  private constructor(lane: ChdbLane) {
    this.#lane = lane
  }

  static async load(lane: ChdbLane): Promise<InstrumentList> {
    const list = new InstrumentList(lane)
    const rows = await lane.rows<Row>(
      'SELECT instrument, instrument_id, version, definition FROM orrery.instruments ORDER BY instrument, version',
    )
    for (const { instrument, instrument_id, version, definition } of rows) {
      list.#entries.set(instrument_id, { number: instrument, version, definition })
    }
    return list
  }

  all(): Instrument[] {
    return [...this.#entries]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { definition }]) => JSON.parse(definition) as Instrument)
  }

  numberOf(instrumentId: string): number {
    const entry = this.#entries.get(instrumentId)
    if (entry !== undefined) return entry.number
    throw new OperatingError({
      code: 'store.unknown_instrument',
      reason: 'data',
      what: `The tick store has no definition of ${instrumentId}.`,
      remedy: 'Import or generate its history into this store, or name the store that has it.',
    })
  }

  async put(instrument: Instrument): Promise<void> {
    const { instrument_id } = instrument
    const held = this.#entries.get(instrument_id)
    const definition = canonicalJson(instrument)
    if (held?.definition === definition) return
    if (held !== undefined) refuseOtherScales(JSON.parse(held.definition) as Instrument, instrument)
    const entry = {
      number: held?.number ?? this.#entries.size + 1,
      version: (held?.version ?? 0) + 1,
      definition,
    }
    const row = { instrument: entry.number, instrument_id, version: entry.version, definition }
    await this.#lane.insertRow('orrery.instruments', row)
    this.#entries.set(instrument_id, entry)
  }
}

type Row = { instrument: number; instrument_id: string; version: number; definition: string }

function refuseOtherScales(held: Instrument, offered: Instrument): void {
  for (const scale of ['price_scale', 'size_scale'] as const) {
    if (held[scale] === offered[scale]) continue
    throw new OperatingError({
      code: 'store.scale_changed',
      reason: 'data',
      what: `The ${scale} of ${held.instrument_id} is ${held[scale]} in the tick store and cannot become ${offered[scale]}.`,
      remedy: 'Keep the scale, or give the instrument another id.',
    })
  }
}

/** JSON with sorted keys, so that the same definition is the same text. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner
    const record = inner as Record<string, unknown>
    const keys = Object.keys(record).sort()
    return Object.fromEntries(keys.map((key) => [key, must(record[key], `the definition has ${key}`)]))
  })
}
