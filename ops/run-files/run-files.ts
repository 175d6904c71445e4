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
import type { VenueCommand } from '../../schemas/messages/order.ts'
import { EquityRow, FillRow, LedgerRow, OrderRow, PositionRow, RUN_FILES } from '../../schemas/run-files.ts'
import type { EquitySample } from '../../sim/backtest/equity-sampler.ts'
import type { Columns } from './cells.ts'
import { CsvFile } from './csv-file.ts'
import { FILL_COLUMNS, type FillItem, fillItems } from './fill-rows.ts'
import { notWritten } from './not-written.ts'
import { ORDER_COLUMNS, type OrderItem, OrderLog } from './order-log.ts'
import { POSITION_COLUMNS, type PositionItem, PositionLog } from './position-log.ts'

export const RESULT_FILE = 'result.json'

/** Sees what becomes rows: a report shows what the files hold. */
export type RowListener = {
  readonly onOrder?: (order: OrderItem) => void
  readonly onFill?: (fill: FillItem) => void
  readonly onPosition?: (position: PositionItem) => void
  /** No row: what is sent to a venue, orders and requests about them. */
  readonly onCommand?: (command: VenueCommand) => void
}

export class RunFiles {
  readonly observer: OutputObserver
  readonly #folder: string
  readonly #orders: OrderLog
  readonly #positions: PositionLog
  readonly #files: {
    readonly orders: CsvFile<OrderRow, OrderItem>
    readonly fills: CsvFile<FillRow, FillItem>
    readonly positions: CsvFile<PositionRow, PositionItem>
    readonly ledger: CsvFile<LedgerRow, LedgerEntry>
    readonly equity: CsvFile<EquityRow, EquityItem>
  }

  constructor(folder: string, specs: readonly InstrumentSpec[], listener: RowListener = {}) {
    this.#folder = folder
    const files = {
      orders: new CsvFile(join(folder, 'orders.csv'), OrderRow, ORDER_COLUMNS),
      fills: new CsvFile(join(folder, 'fills.csv'), FillRow, FILL_COLUMNS),
      positions: new CsvFile(join(folder, 'positions.csv'), PositionRow, POSITION_COLUMNS),
      ledger: new CsvFile(join(folder, 'ledger.csv'), LedgerRow, LEDGER_COLUMNS),
      equity: new CsvFile(join(folder, 'equity.csv'), EquityRow, EQUITY_COLUMNS),
    }
    this.#files = files
    this.#orders = new OrderLog(specs, (order) => {
      files.orders.add(order)
      listener.onOrder?.(order)
    })
    this.#positions = new PositionLog(specs, (position) => {
      files.positions.add(position)
      listener.onPosition?.(position)
    })
    this.observer = {
      onAsked: (intent, ts_us) => this.#orders.onAsked(intent, ts_us),
      onCommand: (command, ts_us) => {
        this.#orders.onCommand(command, ts_us)
        listener.onCommand?.(command)
      },
      onFact: (fact, ts_us) => {
        this.#orders.onFact(fact, ts_us)
        this.#positions.onFact(fact)
        for (const fill of fillItems(specs, fact)) {
          files.fills.add(fill)
          listener.onFill?.(fill)
        }
      },
      onDenied: (denial) => this.#orders.onDenied(denial),
      onLedgerEntry: (entry) => {
        this.#positions.onLedgerEntry(entry)
        files.ledger.add(entry)
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
    for (const sample of samples) this.#files.equity.add({ ...sample, currency })
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

const LEDGER_COLUMNS: Columns<LedgerRow, LedgerEntry> = {
  time: (cell, { ts_us }) => cell.time(ts_us),
  account_id: (cell, { account_id }) => cell.text(account_id),
  entry_number: (cell, { entry_number }) => cell.count(entry_number),
  kind: (cell, { kind }) => cell.text(kind),
  strategy_id: (cell, { strategy_id }) => cell.text(strategy_id),
  currency: (cell, { currency }) => cell.text(currency),
  amount: (cell, { amount }) => cell.money(amount),
  balance: (cell, { balance }) => cell.money(balance),
  reference: (cell, { reference }) => cell.text(reference),
}

type EquityItem = EquitySample & { readonly currency: string }

const EQUITY_COLUMNS: Columns<EquityRow, EquityItem> = {
  time: (cell, { ts_us }) => cell.time(ts_us),
  equity: (cell, { equity }) => cell.money(equity),
  currency: (cell, { currency }) => cell.text(currency),
  in_position: (cell, { has_position }) => cell.text(String(has_position)),
}
