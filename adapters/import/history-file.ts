// A file of history, understood: what identifies it, which series it holds, and its rows. Formats make these.

import type { TickSeries } from '../../engine/tick-store-port.ts'
import type { Instrument } from '../../schemas/instrument.ts'
import { BadRow } from './import-refusal.ts'

export type HistoryRow = {
  /** Key of the row's series in its file. */
  readonly key: string
  readonly us: number
  readonly ns_rest: number
  /** The values in the order of `VALUE_COLUMNS`. */
  readonly values: readonly number[]
}

export type HistoryFile = {
  /** How the file is called in messages. */
  readonly path: string
  /** How the store calls the source: without the folders that differ from one machine to the next. */
  readonly source_name: string
  /** SHA-256 (hex) of the content. */
  readonly content_hash: string
  /** How the content is read: plain data. */
  readonly mapping: object
  readonly series: ReadonlyMap<string, TickSeries>
  readonly instruments: readonly Instrument[]
  /** Every row, each checked; the rows of a series never go back in time. May be asked for again. */
  rows(): Iterable<HistoryRow> | AsyncIterable<HistoryRow>
}

export type InstrumentTable = ReadonlyMap<string, Instrument>

export function knownInstrument(instruments: InstrumentTable, id: string): Instrument {
  const instrument = instruments.get(id)
  if (instrument !== undefined) return instrument
  throw new BadRow({
    code: 'import.unknown_instrument',
    what: `The instrument ${id} is unknown.`,
    remedy: 'Correct its name, or define it in a file and name that with --instruments.',
  })
}

type Stamped = Pick<HistoryRow, 'key' | 'us' | 'ns_rest'>

/** Refuses a series that goes back in time. */
export class TimeOrder {
  readonly #last = new Map<string, Stamped>()

  check(row: Stamped): void {
    const last = this.#last.get(row.key)
    this.#last.set(row.key, row)
    if (last === undefined || row.us > last.us || (row.us === last.us && row.ns_rest >= last.ns_rest)) return
    throw new BadRow({
      code: 'import.time_goes_back',
      what: 'The time is before that of the row above it.',
      remedy: 'Sort the file by time, keeping the order of equal times.',
    })
  }
}
