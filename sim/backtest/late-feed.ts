// Market data with a latency: which series of a run are late, and the step of a late row. Rows of one source, one venue's
// one kind, share a line to the node and keep their order on it.

import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { BarRow, QuoteRow, TradeRow } from '../../engine/market/market-rows.ts'
import type { Node } from '../../engine/node.ts'
import { isBookKind, type TickColumns, type TickKind } from '../../engine/tick-store-port.ts'
import { must } from '../../schemas/assert.ts'
import type { Config } from '../../schemas/config/config.ts'
import type { Agenda } from '../exchange/in-flight/agenda.ts'
import { Delay, longestDelayUs } from '../exchange/in-flight/delay.ts'
import { LateRows } from './late-rows.ts'
import { NO_QUOTES } from './no-columns.ts'
import type { SeriesCursor } from './series-cursor.ts'

export type LateFeedTerms = {
  readonly config: Pick<Config, 'venues' | 'seed'>
  /** Each with its first block, ranked by the configuration. */
  readonly cursors: readonly SeriesCursor[]
  readonly agenda: Agenda
}

export class LateFeed {
  readonly #sources: LateRows[] = []
  readonly #kinds: TickKind[] = []
  readonly #bySeries = new Map<SeriesCursor, LateRows>()
  #quoteRow: QuoteRow | undefined
  #tradeRow: TradeRow | undefined
  #barRow: BarRow | undefined

  constructor({ config, cursors, agenda }: LateFeedTerms) {
    const byName = new Map<string, LateRows>()
    for (const cursor of cursors) {
      const delay = dataDelay(config, cursor.venue_id)
      if (delay === 0 || cursor.columns === undefined) continue
      const name = sourceName(cursor)
      let rows = byName.get(name)
      if (rows === undefined) {
        const drawn = new Delay(delay, config.seed, `data/${name}`)
        // A book sends its quotes to the node.
        const block = isBookKind(cursor.series.kind) ? NO_QUOTES : cursor.columns
        rows = new LateRows(agenda, this.#sources.length, drawn, block)
        this.#kinds.push(cursor.series.kind)
        byName.set(name, rows)
        this.#sources.push(rows)
      }
      this.#bySeries.set(cursor, rows)
    }
  }

  /** Where rows of the series wait; undefined where the node sees them with the exchange. */
  rowsOf(cursor: SeriesCursor): LateRows | undefined {
    return this.#bySeries.get(cursor)
  }

  /** The first row of a source comes to the node: of a book the quote it showed. Returns what the source has. */
  step(node: Node, source: number, now_us: number): TickKind {
    const rows = must(this.#sources[source], 'a late row is of a source')
    const { columns, front, front_instrument_index } = rows
    this.#stepRow(node, columns, front, front_instrument_index, now_us)
    rows.drop(now_us)
    return must(this.#kinds[source], 'a source has a kind')
  }

  save(writer: CanonicalWriter): void {
    for (const rows of this.#sources) rows.save(writer)
  }

  load(reader: CanonicalReader): void {
    for (const rows of this.#sources) rows.load(reader)
  }

  #stepRow(node: Node, columns: TickColumns, at: number, instrument_index: number, now_us: number): void {
    switch (columns.kind) {
      case 'quote': {
        this.#quoteRow ??= new QuoteRow(columns)
        this.#quoteRow.open(columns)
        this.#quoteRow.instrument_index = instrument_index
        return node.stepQuote(this.#quoteRow.at(at), now_us)
      }
      case 'trade': {
        this.#tradeRow ??= new TradeRow(columns)
        this.#tradeRow.open(columns)
        this.#tradeRow.instrument_index = instrument_index
        return node.stepTrade(this.#tradeRow.at(at), now_us)
      }
      case 'bar': {
        this.#barRow ??= new BarRow(columns)
        this.#barRow.open(columns)
        this.#barRow.instrument_index = instrument_index
        return node.stepBar(this.#barRow.at(at), now_us)
      }
    }
  }
}

/** The longest a row of the run can be under way. */
export function longestDataDelayUs(venues: Config['venues']): number {
  return Math.max(...venues.map(({ latency }) => longestDelayUs(latency.data_us ?? 0)))
}

function dataDelay({ venues }: LateFeedTerms['config'], venue_id: string) {
  const { latency } = must(
    venues.find(({ id }) => id === venue_id),
    'a series is of a configured venue',
  )
  return latency.data_us ?? 0
}

function sourceName({ venue_id, series }: SeriesCursor): string {
  const { instrument_id: _, ...kind } = series
  return [venue_id, ...Object.values(kind)].join('/')
}
