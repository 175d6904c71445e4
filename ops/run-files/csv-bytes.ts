// Lines of CSV gathered as bytes. Nothing of a cell becomes a text on the way that is not one already: numbers are written
// digit by digit, and a text that is as in the row before is copied from there.

import { safeNumberOf } from '../../engine/canonical/safe-bigint.ts'
import type { OrderKey } from '../../schemas/messages/order.ts'
import { MONEY_SCALE } from '../../schemas/money.ts'
import { decimalString } from '../../schemas/units.ts'
import { moneyText } from '../../sim/backtest/money-text.ts'
import type { Cells } from './cells.ts'
import { ANYWHERE, BEHIND_FIRST, csvCell, PLAINNESS } from './csv.ts'
import { TIME_LENGTH, timeBytes } from './csv-time.ts'

const [COMMA, NEWLINE, MINUS, POINT, SLASH, ZERO] = [44, 10, 45, 46, 47, 48]
const CAPACITY = 1 << 17
/** Room for a number or a time and what parts it from the next. */
const CELL_SIZE_MAX = 32
const MONEY_DIGITS_SHOWN = 2
const MONEY_UNIT = 10n ** BigInt(MONEY_SCALE)
/** Whole numbers below it are divided as 32-bit integers. */
const SMALL_DIGITS = 9
const SMALL = 10 ** SMALL_DIGITS
const POWERS = Array.from({ length: 17 }, (_, scale) => 10 ** scale)

const encoder = new TextEncoder()

export class CsvBytes implements Cells {
  #bytes = new Uint8Array(CAPACITY)
  /** A field of its own: asking the bytes for their length costs more than the comparison with it. */
  #capacity = CAPACITY
  #length = 0
  #column = 0
  /** Of each column its newest text, and where the bytes of it are. */
  readonly #texts: (string | undefined)[] = []
  readonly #starts: number[] = []
  readonly #ends: number[] = []

  get length(): number {
    return this.#length
  }

  /** What was written since `clear`; valid until the next cell. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  clear(): void {
    this.#length = 0
    this.#texts.fill(undefined)
  }

  /** Ends a line, which has a cell at least. */
  endLine(): void {
    this.#bytes[this.#length - 1] = NEWLINE
    this.#column = 0
  }

  text(value: string): void {
    const column = this.#column
    const start = this.#length
    if (value === this.#texts[column])
      this.#repeat(this.#starts[column] as number, this.#ends[column] as number)
    else {
      this.#write(value)
      this.#texts[column] = value
      this.#starts[column] = start
      this.#ends[column] = this.#length
    }
    this.#endCell()
  }

  intent(key: OrderKey): void {
    this.#write(key.account_id)
    this.#slash()
    this.#write(key.strategy_id)
    this.#slash()
    this.count(key.counter)
  }

  count(value: number): void {
    this.#reserve(CELL_SIZE_MAX)
    this.#whole(value, 1)
    this.#endCell()
  }

  decimal(units: number | bigint, scale: number): void {
    const small = typeof units === 'bigint' ? safeNumberOf(units) : units
    if (!Number.isSafeInteger(small) || scale >= POWERS.length) this.text(decimalString(units, scale))
    else {
      this.#decimal(small, scale)
      this.#endCell()
    }
  }

  money(amount: bigint): void {
    const small = safeNumberOf(amount)
    // What a balance counts is seldom a safe integer; what it has before the point is.
    const whole = Number.isNaN(small) ? safeNumberOf(amount / MONEY_UNIT) : 0
    if (Number.isNaN(whole)) return this.text(moneyText(amount))
    if (!Number.isNaN(small)) this.#decimal(small, MONEY_SCALE)
    else this.#parts(amount < 0n, Math.abs(whole), Math.abs(safeNumberOf(amount % MONEY_UNIT)), MONEY_SCALE)
    const shortest = this.#length - (MONEY_SCALE - MONEY_DIGITS_SHOWN)
    while (this.#length > shortest && this.#bytes[this.#length - 1] === ZERO) this.#length--
    this.#endCell()
  }

  time(time_us: number): void {
    this.#reserve(CELL_SIZE_MAX)
    this.#bytes.set(timeBytes(time_us), this.#length)
    this.#length += TIME_LENGTH
    this.#endCell()
  }

  #slash(): void {
    this.#reserve(1)
    this.#bytes[this.#length++] = SLASH
  }

  #endCell(): void {
    this.#reserve(1)
    this.#bytes[this.#length++] = COMMA
    this.#column++
  }

  #repeat(start: number, end: number): void {
    this.#reserve(end - start)
    const bytes = this.#bytes
    let at = this.#length
    for (let from = start; from < end; from++) bytes[at++] = bytes[from] as number
    this.#length = at
  }

  #write(value: string): void {
    this.#reserve(value.length)
    const bytes = this.#bytes
    let at = this.#length
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i)
      if (PLAINNESS[code] !== ANYWHERE && (i === 0 || PLAINNESS[code] !== BEHIND_FIRST))
        return this.#writeEscaped(csvCell(value))
      bytes[at++] = code
    }
    this.#length = at
  }

  #writeEscaped(cell: string): void {
    // Three bytes bound any UTF-16 unit.
    this.#reserve(cell.length * 3)
    this.#length += encoder.encodeInto(cell, this.#bytes.subarray(this.#length)).written
  }

  #decimal(units: number, scale: number): void {
    const magnitude = Math.abs(units)
    const power = POWERS[scale] as number
    const whole = Math.floor(magnitude / power)
    this.#parts(units < 0, whole, magnitude - whole * power, scale)
  }

  /** @param rest what comes behind the point. */
  #parts(isNegative: boolean, whole: number, rest: number, scale: number): void {
    this.#reserve(CELL_SIZE_MAX)
    if (isNegative) this.#bytes[this.#length++] = MINUS
    this.#whole(whole, 1)
    if (scale === 0) return
    this.#bytes[this.#length++] = POINT
    this.#whole(rest, scale)
  }

  /** A whole number, with zeros in front of it up to a number of digits. */
  #whole(value: number, digits_min: number): void {
    if (value < SMALL) return this.#small(value | 0, digits_min)
    const high = Math.floor(value / SMALL)
    this.#whole(high, digits_min - SMALL_DIGITS)
    this.#small((value - high * SMALL) | 0, SMALL_DIGITS)
  }

  #small(value: number, digits_min: number): void {
    let digits = Math.max(digits_min, 1)
    while (digits < SMALL_DIGITS && value >= (POWERS[digits] as number)) digits++
    const bytes = this.#bytes
    const start = this.#length
    this.#length = start + digits
    let rest = value
    for (let at = start + digits - 1; at >= start; at--) {
      const tenth = (rest / 10) | 0
      bytes[at] = ZERO + rest - tenth * 10
      rest = tenth
    }
  }

  #reserve(size: number): void {
    if (this.#length + size > this.#capacity) this.#grow(this.#length + size)
  }

  #grow(needed: number): void {
    this.#capacity = Math.max(needed, this.#capacity * 2)
    const grown = new Uint8Array(this.#capacity)
    grown.set(this.#bytes)
    this.#bytes = grown
  }
}
