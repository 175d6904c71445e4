// Figures as a person reads them. The exact value stays in the markup: in `data` and `time` elements.

import { divideRounded } from '../../engine/money/rounding.ts'
import { must } from '../../schemas/assert.ts'
import type { BacktestResult } from '../../schemas/backtest-result.ts'
import { MONEY_SCALE } from '../../schemas/money.ts'
import { decimalString, parseDecimal } from '../../schemas/units.ts'
import { type Html, html } from './html.ts'

export const UNDEFINED = '–'

/** Fraction digits amounts are shown with: an account of dollars needs two, one of bitcoin all of them. */
export function moneyDigits({ equity }: BacktestResult): number {
  const size = Math.abs(Number(equity.start))
  return size >= 1000 ? 2 : size >= 1 ? 4 : MONEY_SCALE
}

/** An amount rounded half-even: `−1,234.57`. */
export function moneyShown(exact: string, digits: number): string {
  const amount = must(parseDecimal(exact, MONEY_SCALE), 'an amount of a result is a decimal')
  return groupedDecimal(
    decimalString(divideRounded(amount, 10n ** BigInt(MONEY_SCALE - digits), 'half_even'), digits),
  )
}

export function money(exact: string | null, digits: number): Html {
  if (exact === null) return html`${UNDEFINED}`
  return html`<data value="${exact}">${moneyShown(exact, digits)}</data>`
}

/** A gain or loss: with its sign, and marked for its colour. */
export function gain(exact: string | null, digits: number): Html {
  if (exact === null) return html`${UNDEFINED}`
  const shown = moneyShown(exact, digits)
  return html`<data value="${exact}" class="${toneOf(Number(exact))}">${Number(exact) > 0 ? '+' : ''}${shown}</data>`
}

function toneOf(value: number): string {
  return value > 0 ? 'gain' : value < 0 ? 'loss' : ''
}

/** A return, marked for its colour; one that rounds to nothing has none. */
export function percentGain(fraction: number | null): Html {
  const shown = percent(fraction)
  const tone = shown === percent(0) ? '' : toneOf(fraction ?? 0)
  return html`<span class="${tone}">${shown}</span>`
}

/** In hundredths, and below that in as many digits as fit. */
export function percent(fraction: number | null): string {
  if (fraction === null) return UNDEFINED
  const value = fraction * 100
  const size = Math.abs(value)
  return `${fixed(value, size >= SMALL_PERCENT && size < 0.01 ? 4 : 2)} %`
}

const SMALL_PERCENT = 0.0001

export function ratio(value: number | null): string {
  return value === null ? UNDEFINED : fixed(value, 2)
}

/** What rounds to nothing has no sign. */
function fixed(value: number, digits: number): string {
  const text = value.toFixed(digits)
  return signed(Number(text) === 0 ? text.replace('-', '') : text)
}

/** `1234567.5` as `1,234,567.5`, with a real minus sign. */
export function groupedDecimal(text: string): string {
  const [whole = '', fraction] = text.split('.')
  const grouped = whole.replaceAll(/\B(?=(\d{3})+$)/g, ',')
  return signed(fraction === undefined ? grouped : `${grouped}.${fraction}`)
}

/** A time in UTC to the millisecond. */
export function time(iso: string): Html {
  return html`<time datetime="${iso}">${iso.slice(0, 10)} ${iso.slice(11, 23)}</time>`
}

/** A day where the time is midnight, else to the second. */
export function briefTime(iso: string): Html {
  const shown = iso.endsWith('T00:00:00.000000Z')
    ? iso.slice(0, 10)
    : `${iso.slice(0, 10)} ${iso.slice(11, 19)}`
  return html`<time datetime="${iso}">${shown}</time>`
}

function signed(text: string): string {
  return text.replace('-', '−')
}
