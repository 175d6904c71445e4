// What a run leaves in its folder beside the journal: result.json and the CSV files of schemas/run-files.ts.
//
// For a command: `const files = new RunFiles(folder, specs, report)` before the run, `files.observer` into
// `runBacktest`, then `files.finish(outcome)`, or `files.abandon()` when the run threw. Rows go to disk as they
// happen, so memory stays flat; a disk that fails shows in `finish` and changes nothing in the run.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import type { LedgerEntry } from '../../engine/ledger/ledger.ts'
import type { OutputObserver } from '../../engine/outputs.ts'
import type { BacktestResult } from '../../schemas/backtest-result.ts'
import { EquityRow, FillRow, LedgerRow, OrderRow, PositionRow, RUN_FILES } from '../../schemas/run-files.ts'
import type { EquitySample } from '../../sim/backtest/equity-sampler.ts'
import { moneyText } from '../../sim/backtest/money-text.ts'
import { CsvFile } from './csv-file.ts'
import { fillRows } from './fill-rows.ts'
import { notWritten } from './not-written.ts'
import { OrderLog } from './order-log.ts'
import { PositionLog } from './position-log.ts'
import { timeText } from './time-text.ts'

export const RESULT_FILE = 'result.json'

/** Sees the rows as they are written: a report shows what the files hold. */
export type RowListener = {
  readonly onOrder?: (row: OrderRow) => void
  readonly onFill?: (row: FillRow) => void
  readonly onPosition?: (row: PositionRow) => void
}

export class RunFiles {
  readonly observer: OutputObserver
  readonly #folder: string
  readonly #orders: OrderLog
  readonly #positions: PositionLog
  readonly #files: {
    readonly orders: CsvFile<OrderRow>
    readonly fills: CsvFile<FillRow>
    readonly positions: CsvFile<PositionRow>
    readonly ledger: CsvFile<LedgerRow>
    readonly equity: CsvFile<EquityRow>
  }

  constructor(folder: string, specs: readonly InstrumentSpec[], listener: RowListener = {}) {
    this.#folder = folder
    const files = {
      orders: new CsvFile<OrderRow>(join(folder, 'orders.csv'), OrderRow),
      fills: new CsvFile<FillRow>(join(folder, 'fills.csv'), FillRow),
      positions: new CsvFile<PositionRow>(join(folder, 'positions.csv'), PositionRow),
      ledger: new CsvFile<LedgerRow>(join(folder, 'ledger.csv'), LedgerRow),
      equity: new CsvFile<EquityRow>(join(folder, 'equity.csv'), EquityRow),
    }
    this.#files = files
    this.#orders = new OrderLog(specs, (row) => {
      files.orders.add(row)
      listener.onOrder?.(row)
    })
    this.#positions = new PositionLog(specs, (row) => {
      files.positions.add(row)
      listener.onPosition?.(row)
    })
    this.observer = {
      onAsked: (intent, ts_us) => this.#orders.onAsked(intent, ts_us),
      onCommand: (command, ts_us) => this.#orders.onCommand(command, ts_us),
      onFact: (fact, ts_us) => {
        this.#orders.onFact(fact, ts_us)
        this.#positions.onFact(fact)
        for (const row of fillRows(specs, fact)) {
          files.fills.add(row)
          listener.onFill?.(row)
        }
      },
      onDenied: (denial) => this.#orders.onDenied(denial),
      onLedgerEntry: (entry) => {
        this.#positions.onLedgerEntry(entry)
        files.ledger.add(ledgerRow(entry))
      },
    }
  }

  /** Completes and closes the files; returns their names. */
  finish(outcome: { readonly result: BacktestResult; readonly samples: readonly EquitySample[] }): string[] {
    const { result, samples } = outcome
    this.finishRows(samples, result.equity.currency)
    writeResult(join(this.#folder, RESULT_FILE), result)
    return [RESULT_FILE, ...Object.keys(RUN_FILES)]
  }

  /** Completes and closes the CSV files alone. */
  finishRows(samples: readonly EquitySample[], currency: string): void {
    this.#orders.finish()
    this.#positions.settle()
    for (const sample of samples) this.#files.equity.add(equityRow(sample, currency))
    for (const file of Object.values(this.#files)) file.close()
  }

  /** Closes the files of a run that came to no result, with the rows up to its end. */
  abandon(): void {
    for (const file of Object.values(this.#files)) file.abandon()
  }
}

function writeResult(path: string, result: BacktestResult): void {
  try {
    writeFileSync(path, `${JSON.stringify(result, null, 2)}\n`)
  } catch (error) {
    throw notWritten(path, error)
  }
}

function ledgerRow(entry: LedgerEntry): LedgerRow {
  return {
    time: timeText(entry.ts_us),
    account_id: entry.account_id,
    entry_number: String(entry.entry_number),
    kind: entry.kind,
    strategy_id: entry.strategy_id,
    currency: entry.currency,
    amount: moneyText(entry.amount),
    balance: moneyText(entry.balance),
    reference: entry.reference,
  }
}

function equityRow({ ts_us, equity, has_position }: EquitySample, currency: string): EquityRow {
  return { time: timeText(ts_us), equity: moneyText(equity), currency, in_position: String(has_position) }
}
