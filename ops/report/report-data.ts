// What a report is made of, and how a command gathers it:
//
//   const recorder = new ReportRecorder(specs)            // before the run; specs = instrumentsOf(config)
//   const files = new RunFiles(folder, specs, recorder.rows)
//   const outcome = await runBacktest({ …, store: recorder.prices.watch(store), observer: files.observer })
//   files.finish(outcome)
//   await writeReport(folder, recorder.data(outcome, config))

import type { FaultReport } from '../../actors/strategy/strategy-fault.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import type { BacktestResult } from '../../schemas/backtest-result.ts'
import type { Config } from '../../schemas/config/config.ts'
import { MONEY_SCALE } from '../../schemas/money.ts'
import type { BacktestOutcome } from '../../sim/backtest/run-backtest.ts'
import { PriceRecorder, type PriceSeries } from './price-recorder.ts'
import { RowRecorder } from './row-recorder.ts'

export type ReportData = {
  readonly result: BacktestResult
  readonly config: Config
  readonly specs: readonly InstrumentSpec[]
  readonly faults: readonly FaultReport[]
  /** Equity and profits in account currency, as floats: for drawing alone. */
  readonly samples: readonly { readonly ts_us: number; readonly equity: number }[]
  readonly profits: readonly number[]
  readonly prices: readonly PriceSeries[]
  readonly rows: RowRecorder
}

export class ReportRecorder {
  readonly prices: PriceRecorder
  readonly rows = new RowRecorder()
  readonly #specs: readonly InstrumentSpec[]

  constructor(specs: readonly InstrumentSpec[]) {
    this.#specs = specs
    this.prices = new PriceRecorder(specs)
  }

  data(outcome: Pick<BacktestOutcome, 'result' | 'faults' | 'samples'>, config: Config): ReportData {
    const { result, faults, samples } = outcome
    return {
      result,
      config,
      specs: this.#specs,
      faults,
      samples: samples.map(({ ts_us, equity }) => ({ ts_us, equity: drawn(equity) })),
      profits: this.rows.profits,
      prices: this.prices.series(),
      rows: this.rows,
    }
  }
}

function drawn(money: bigint): number {
  return Number(money) / 10 ** MONEY_SCALE
}
