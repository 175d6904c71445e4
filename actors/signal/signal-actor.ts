// Turns rows into bars and bars into indicators, once for everyone. A bar goes out after the indicators over its series
// have seen it. Rules: ./SPEC.md.

import type { Actor } from '../../engine/actor.ts'
import { BAR_CLOSED, BAR_OPENED, BarBuilder } from '../../engine/bars/bar-builder.ts'
import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import {
  createIndicator,
  type Indicator,
  type IndicatorSpec,
  updateByBar,
} from '../../engine/indicators/indicator.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import type { BarRow, QuoteRow, TradeRow } from '../../engine/market/market-rows.ts'
import type { Node } from '../../engine/node.ts'
import { must } from '../../schemas/assert.ts'
import { type Bar, type BarPriceType, barSeries } from '../../schemas/messages/market.ts'
import { SUBJECT } from '../../schemas/subjects.ts'
import { type BarSeries, barOfRow } from './bar-series.ts'

export type SignalOptions = {
  readonly bar_close_delay_us: number
  /** Names (`barSeries`) of the series that come as imported bars. */
  readonly imported: ReadonlySet<string>
}

export class SignalActor implements Actor {
  readonly name = 'signal/bars'
  readonly #node: Node
  readonly #options: SignalOptions
  readonly #index: number
  readonly #series: BarSeries[] = []
  readonly #byName = new Map<string, number>()
  #barCount = 0

  constructor(node: Node, options: SignalOptions) {
    this.#node = node
    this.#options = options
    this.#index = node.addActor(this)
  }

  get state(): string {
    return `${this.#series.length} series, ${this.#barCount} bars`
  }

  /** Wiring: the series of that name, made at its first use; returns its index. */
  addSeries(instrument: InstrumentSpec, interval_us: number, price_type: BarPriceType): number {
    const name = barSeries(instrument.instrument_id, interval_us, price_type)
    const known = this.#byName.get(name)
    if (known !== undefined) return known
    const spec = {
      instrument_id: instrument.instrument_id,
      instrument_index: instrument.index,
      interval_us,
      price_type,
    }
    const isImported = this.#options.imported.has(name)
    const builder = isImported ? undefined : new BarBuilder(spec, this.#options.bar_close_delay_us)
    const route = this.#node.bus.route<Bar>(
      SUBJECT.bar(instrument.venue_id, instrument.symbol, interval_us, price_type),
    )
    const series: BarSeries = { instrument, interval_us, price_type, builder, route, indicators: [] }
    const index = this.#series.push(series) - 1
    this.#byName.set(name, index)
    this.#subscribe(series, index)
    return index
  }

  /** Wiring: who gets the bars of a series. */
  onBar(series: number, handler: (bar: Bar) => void): void {
    this.#at(series).route.handlers.push(handler)
  }

  /** Wiring: an indicator of one strategy's own over a series. */
  addIndicator(series: number, spec: IndicatorSpec): Indicator {
    const indicator = createIndicator(spec)
    this.#at(series).indicators.push(indicator)
    return indicator
  }

  onTimer(id: string): void {
    const index = Number(id)
    const series = this.#at(index)
    const builder = must(series.builder, 'only built bars have timers')
    this.#apply(series, index, builder, builder.onTimer(this.#node.now_us))
  }

  save(writer: CanonicalWriter): void {
    writer.number(this.#barCount)
    for (const { builder, indicators } of this.#series) {
      builder?.save(writer)
      for (const indicator of indicators) indicator.save(writer)
    }
  }

  load(reader: CanonicalReader): void {
    this.#barCount = reader.number()
    for (const { builder, indicators } of this.#series) {
      builder?.load(reader)
      for (const indicator of indicators) indicator.load(reader)
    }
  }

  #subscribe(series: BarSeries, index: number): void {
    const { builder, instrument, price_type } = series
    if (builder === undefined) {
      this.#node.bars.addEngineHandler(instrument.index, (row) => this.#onImported(series, row))
    } else if (price_type === 'last') {
      this.#node.trades.addEngineHandler(instrument.index, (row) =>
        this.#onTrade(series, index, builder, row),
      )
    } else if (price_type === 'bid') {
      this.#node.quotes.addEngineHandler(instrument.index, (row) => this.#onBid(series, index, builder, row))
    } else {
      this.#node.quotes.addEngineHandler(instrument.index, (row) => this.#onAsk(series, index, builder, row))
    }
  }

  #onBid(series: BarSeries, index: number, builder: BarBuilder, row: QuoteRow): void {
    const { ts_event_us, bid_price_units, conflated_count } = row
    const low = row.bid_low_price_units
    const high = row.bid_high_price_units
    const change = builder.onQuote(
      this.#node.now_us,
      ts_event_us,
      bid_price_units,
      low,
      high,
      conflated_count,
    )
    if (change !== 0) this.#apply(series, index, builder, change)
  }

  #onAsk(series: BarSeries, index: number, builder: BarBuilder, row: QuoteRow): void {
    const { ts_event_us, ask_price_units, conflated_count } = row
    const low = row.ask_low_price_units
    const high = row.ask_high_price_units
    const change = builder.onQuote(
      this.#node.now_us,
      ts_event_us,
      ask_price_units,
      low,
      high,
      conflated_count,
    )
    if (change !== 0) this.#apply(series, index, builder, change)
  }

  #onTrade(series: BarSeries, index: number, builder: BarBuilder, row: TradeRow): void {
    const change = builder.onTrade(this.#node.now_us, row.ts_event_us, row.price_units, row.size_units)
    if (change !== 0) this.#apply(series, index, builder, change)
  }

  #onImported(series: BarSeries, row: BarRow): void {
    if (row.interval_us !== series.interval_us || row.price_type !== series.price_type) return
    this.#publish(series, barOfRow(series.instrument, row))
  }

  #apply(series: BarSeries, index: number, builder: BarBuilder, change: number): void {
    if ((change & BAR_CLOSED) !== 0) {
      this.#publish(series, must(builder.closed, 'a closed bar is there to read'))
    }
    if ((change & BAR_OPENED) !== 0) {
      this.#node.timers.set(this.#index, String(index), builder.close_at_us)
    }
  }

  #publish(series: BarSeries, bar: Bar): void {
    this.#barCount++
    for (const indicator of series.indicators) updateByBar(indicator, bar)
    // One bar for all who asked for the series: what one of them does to it, the next would see.
    this.#node.bus.send(series.route, Object.freeze(bar))
  }

  #at(series: number): BarSeries {
    return must(this.#series[series], 'a bar series is one that addSeries returned')
  }
}
