// Figures people judge a run by, from closed positions and equity samples. Ratios are floats: they are for reading, and
// enter no hash and no decision.

import { divideRounded } from '../../engine/money/rounding.ts'
import type { Statistics } from '../../schemas/backtest-result.ts'
import type { EquitySample } from './equity-sampler.ts'
import { moneyText } from './money-text.ts'
import type { TradeTally } from './trade-tally.ts'

const DAY_US = 86_400_000_000
const DAYS_PER_YEAR = 252

/** Equity of all accounts before the first input, and behind the last one. */
export type EquityEnds = { readonly start: bigint; readonly end: bigint }

export function statisticsOf(
  trades: TradeTally,
  samples: readonly EquitySample[],
  ends: EquityEnds,
): Statistics {
  return { ...tradeFigures(trades), ...equityFigures(samples, ends) }
}

function tradeFigures({ count, wins, losses, won, lost }: TradeTally) {
  return {
    trades: count,
    win_rate: count === 0 ? null : wins / count,
    profit_factor: lost === 0n ? null : Number(won) / Number(lost),
    average_win: meanMoney(won, wins),
    average_loss: meanMoney(-lost, losses),
    expectancy: meanMoney(won - lost, count),
  }
}

function equityFigures(samples: readonly EquitySample[], { start, end }: EquityEnds) {
  const { amount, fraction } = maxDrawdown(samples, start)
  const returns = dailyReturns(samples, start)
  return {
    return_fraction: start === 0n ? null : Number(end - start) / Number(start),
    max_drawdown: moneyText(amount),
    max_drawdown_fraction: fraction,
    sharpe_ratio: ratio(returns, returns),
    sortino_ratio: ratio(
      returns,
      returns.map((value) => Math.min(value, 0)),
      0,
    ),
    exposure_fraction: exposure(samples),
  }
}

/** The largest fall from a high, in money and as a share of that high. */
function maxDrawdown(
  samples: readonly EquitySample[],
  start: bigint,
): { amount: bigint; fraction: number | null } {
  let high = start
  let amount = 0n
  let fraction = 0
  for (const { equity } of samples) {
    if (equity > high) high = equity
    const fall = high - equity
    if (fall > amount) amount = fall
    if (high > 0n) fraction = Math.max(fraction, Number(fall) / Number(high))
  }
  return { amount, fraction: high > 0n ? fraction : null }
}

/** Returns from one UTC day's last equity to the next's, the first from the start. */
function dailyReturns(samples: readonly EquitySample[], start: bigint): number[] {
  const closes = new Map<number, bigint>()
  for (const { ts_us, equity } of samples) closes.set(Math.floor(ts_us / DAY_US), equity)
  const values = [start, ...closes.values()]
  const returns: number[] = []
  for (let i = 1; i < values.length; i++) {
    const before = Number(values[i - 1])
    if (before !== 0) returns.push((Number(values[i]) - before) / before)
  }
  return returns
}

/** Annualised mean of `values` over the deviation of `spread` around its mean, or around `centre`. */
function ratio(values: readonly number[], spread: readonly number[], centre?: number): number | null {
  if (values.length < 2) return null
  const around = centre ?? mean(spread)
  const squares = spread.reduce((total, value) => total + (value - around) ** 2, 0)
  const deviation = Math.sqrt(squares / (spread.length - 1))
  return deviation === 0 ? null : (mean(values) / deviation) * Math.sqrt(DAYS_PER_YEAR)
}

function exposure(samples: readonly EquitySample[]): number | null {
  const first = samples[0]
  const last = samples.at(-1)
  if (first === undefined || last === undefined || last.ts_us === first.ts_us) return null
  let exposed_us = 0
  for (let i = 1; i < samples.length; i++) {
    const before = samples[i - 1] as EquitySample
    if (before.has_position) exposed_us += (samples[i] as EquitySample).ts_us - before.ts_us
  }
  return exposed_us / (last.ts_us - first.ts_us)
}

function meanMoney(total: bigint, count: number): string | null {
  return count === 0 ? null : moneyText(divideRounded(total, BigInt(count), 'half_even'))
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length
}
