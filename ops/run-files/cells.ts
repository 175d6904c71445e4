// A row as cells: each column of a file says which value of its item it shows, and of what kind that is. A file takes cells as
// bytes (csv-bytes.ts), a report as texts.

import type { OrderKey } from '../../schemas/messages/order.ts'
import { decimalString, isoTime } from '../../schemas/units.ts'
import { moneyText } from '../../sim/backtest/money-text.ts'

/** Takes cells one after another, each by the kind of its value. An empty cell is the text ''. */
export type Cells = {
  text(value: string): void
  /** The name of an order's intent: <account>/<strategy>/<counter>, ids in which nothing is to be escaped. */
  intent(key: OrderKey): void
  /** A whole number that is not negative. */
  count(value: number): void
  /** `units` of 10^-scale. */
  decimal(units: number | bigint, scale: number): void
  money(amount: bigint): void
  time(time_us: number): void
}

export type Column<Item> = (cell: Cells, item: Item) => void

/** A column for each property of the schema of a file's rows. */
export type Columns<Row, Item> = { readonly [Name in keyof Row]: Column<Item> }

/** The texts of a row as the file has them, before they are escaped. */
export function textRow<Row, Item>(columns: Columns<Row, Item>, item: Item): Row {
  const row: Record<string, string> = {}
  for (const [name, column] of Object.entries<Column<Item>>(columns)) {
    const cell = new TextCell()
    column(cell, item)
    row[name] = cell.value
  }
  return row as Row
}

class TextCell implements Cells {
  value = ''

  text(value: string): void {
    this.value = value
  }

  intent({ account_id, strategy_id, counter }: OrderKey): void {
    this.value = `${account_id}/${strategy_id}/${counter}`
  }

  count(value: number): void {
    this.value = String(value)
  }

  decimal(units: number | bigint, scale: number): void {
    this.value = decimalString(units, scale)
  }

  money(amount: bigint): void {
    this.value = moneyText(amount)
  }

  time(time_us: number): void {
    this.value = isoTime(time_us)
  }
}
