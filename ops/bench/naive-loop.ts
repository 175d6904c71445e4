// What a person would write by hand for the EMA cross on one-minute bid bars: no order life, no gate, no journal, no
// positions but one number. The engine's overhead is measured against it.

import type { QuoteColumns } from '../../engine/tick-store-port.ts'

const MINUTE_US = 60_000_000

export type NaiveResult = { readonly trades: number; readonly cash: number; readonly position: number }

export function naiveEmaCross(
  blocks: readonly QuoteColumns[],
  fast_period: number,
  slow_period: number,
  quantity: number,
): NaiveResult {
  const fastWeight = 2 / (fast_period + 1)
  const slowWeight = 2 / (slow_period + 1)
  let fast = 0
  let slow = 0
  let bars = 0
  let end_us = Number.NEGATIVE_INFINITY
  let close = 0
  let wasAbove: boolean | undefined
  let position = 0
  let cash = 0
  let trades = 0
  let bid = 0
  let ask = 0
  for (const { count, ts_event_us, bid_price_units, ask_price_units } of blocks) {
    for (let i = 0; i < count; i++) {
      const ts = ts_event_us[i] as number
      if (ts > end_us) {
        if (bars > 0 || close !== 0) {
          fast = bars === 0 ? close : fast + fastWeight * (close - fast)
          slow = bars === 0 ? close : slow + slowWeight * (close - slow)
          bars++
          const isAbove = fast > slow
          if (bars >= slow_period && wasAbove !== undefined && isAbove !== wasAbove) {
            const target = isAbove ? quantity : -quantity
            // The order meets the last quote before the bar's end was known.
            cash -= (target - position) * (target > position ? ask : bid)
            position = target
            trades++
          }
          wasAbove = isAbove
        }
        const remainder = ts % MINUTE_US
        end_us = remainder === 0 ? ts : ts - remainder + MINUTE_US
      }
      bid = bid_price_units[i] as number
      ask = ask_price_units[i] as number
      close = bid
    }
  }
  return { trades, cash, position }
}
