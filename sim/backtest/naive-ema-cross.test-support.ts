// An EMA cross over one tape of quotes as anybody would write it in an hour: one loop, floats, no engine. Fills of the
// real run must be these, to the microsecond and the unit.

import type { Row } from './memory-tick-store.test-support.ts'

export type NaiveFill = {
  readonly ts_us: number
  readonly side: 'buy' | 'sell'
  readonly price_units: number
  readonly quantity_units: number
}

export type NaiveOptions = {
  readonly interval_us: number
  readonly fast_period: number
  readonly slow_period: number
  readonly quantity_units: number
  /** What a quote without sizes shows. */
  readonly shown_default_units: number
  /** End of the history: a bar that ends there is not traded any more. */
  readonly to_us: number
}

export function naiveEmaCross(rows: readonly Row[], options: NaiveOptions): NaiveFill[] {
  const { interval_us, fast_period, slow_period, quantity_units, shown_default_units, to_us } = options
  const fills: NaiveFill[] = []
  let [fast, slow, bars, position] = [0, 0, 0, 0]
  let wasAbove = false
  let end_us = 0
  for (const [at, [ts = 0]] of rows.entries()) {
    if (ts > end_us && at > 0) closeBar(rows[at - 1] as Row)
    if (ts > end_us) end_us = Math.ceil(ts / interval_us) * interval_us
  }
  if (end_us < to_us) closeBar(rows.at(-1) as Row)
  return fills

  function closeBar([, bid = 0, ask = 0, bidSize = 0, askSize = 0]: Row): void {
    bars += 1
    fast = bars === 1 ? bid : fast + (2 / (fast_period + 1)) * (bid - fast)
    slow = bars === 1 ? bid : slow + (2 / (slow_period + 1)) * (bid - slow)
    const isAbove = fast > slow
    const isCross = bars > 1 && isAbove !== wasAbove
    wasAbove = isAbove
    if (!isCross || bars < Math.max(fast_period, slow_period)) return
    const change = (isAbove ? quantity_units : -quantity_units) - position
    position += change
    if (change > 0) trade('buy', change, ask, askSize, 1)
    if (change < 0) trade('sell', -change, bid, bidSize, -1)
  }

  /** What is shown at the touch, the rest one price further. */
  function trade(side: 'buy' | 'sell', quantity: number, touch: number, size: number, step: number): void {
    const shown = Math.min(quantity, size === 0 ? shown_default_units : size)
    fills.push({ ts_us: end_us, side, price_units: touch, quantity_units: shown })
    if (shown === quantity) return
    fills.push({ ts_us: end_us, side, price_units: touch + step, quantity_units: quantity - shown })
  }
}
