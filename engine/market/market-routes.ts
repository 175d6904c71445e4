// Routes of market data: per instrument, the handlers that want its rows, in the order they were wired. The engine's own
// actors come first, then whatever they sent is delivered, then strategies see the row: a bar that ended before the
// row reaches a strategy before the row does.

export type RowHandler<Row> = (row: Row) => void

export class MarketRoutes<Row> {
  readonly #engine: RowHandler<Row>[][]
  readonly #strategies: RowHandler<Row>[][]

  constructor(instrumentCount: number) {
    this.#engine = Array.from({ length: instrumentCount }, () => [])
    this.#strategies = Array.from({ length: instrumentCount }, () => [])
  }

  addEngineHandler(instrument_index: number, handler: RowHandler<Row>): void {
    this.#engine[instrument_index]?.push(handler)
  }

  addStrategyHandler(instrument_index: number, handler: RowHandler<Row>): void {
    this.#strategies[instrument_index]?.push(handler)
  }

  engineHandlers(instrument_index: number): readonly RowHandler<Row>[] {
    return this.#engine[instrument_index] as RowHandler<Row>[]
  }

  strategyHandlers(instrument_index: number): readonly RowHandler<Row>[] {
    return this.#strategies[instrument_index] as RowHandler<Row>[]
  }
}
