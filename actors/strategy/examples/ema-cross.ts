// Buys when a fast average of bar closes crosses above a slow one, sells when it crosses below: always in the market
// after the first cross. The averages start with the first value.

import { defineStrategy, ema, Type } from 'orrery'

export const emaCross = defineStrategy({
  name: 'ema_cross',
  params: Type.Object(
    {
      fast_period: Type.Integer({ minimum: 1, default: 10, description: 'Bars of the fast average.' }),
      slow_period: Type.Integer({ minimum: 2, default: 20, description: 'Bars of the slow average.' }),
      interval_us: Type.Integer({ minimum: 1_000_000, default: 60_000_000, description: 'Length of a bar.' }),
      quantity: Type.String({ default: '10000', description: 'Position held after a cross, as a decimal.' }),
    },
    { additionalProperties: false },
  ),
  bars: ({ params, instruments }) => ({
    minute: { instrument: instruments[0] ?? '', interval_us: params.interval_us, price_type: 'bid' },
  }),
  indicators: ({ params }) => ({
    fast: { bars: 'minute', spec: ema(params.fast_period) },
    slow: { bars: 'minute', spec: ema(params.slow_period) },
  }),
  state: () => ({ was_above: undefined as boolean | undefined }),
  onBar(ctx, bar) {
    const isAbove = ctx.indicator('fast').value > ctx.indicator('slow').value
    const wasAbove = ctx.state.was_above
    ctx.state.was_above = isAbove
    if (!ctx.is_trading || wasAbove === undefined || isAbove === wasAbove) return
    const target = ctx.instrument(bar.instrument_id).size(ctx.params.quantity) * (isAbove ? 1 : -1)
    const change = target - ctx.position(bar.instrument_id)
    if (change === 0) return
    ctx.submit({
      instrument: bar.instrument_id,
      side: change > 0 ? 'buy' : 'sell',
      quantity_units: Math.abs(change),
    })
  },
})
