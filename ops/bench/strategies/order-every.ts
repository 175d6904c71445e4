// A market order every so many quotes, in turn a buy and a sell: the load of the order figures.

import { defineStrategy, Type } from 'orrery'

export const orderEvery = defineStrategy({
  name: 'order_every',
  params: Type.Object(
    {
      quotes: Type.Integer({ minimum: 1, description: 'Quotes from one order to the next.' }),
      quantity: Type.String({ default: '1000', description: 'Quantity of an order, as a decimal.' }),
    },
    { additionalProperties: false },
  ),
  state: () => ({ quotes: 0, is_long: false }),
  onQuote(ctx, quote) {
    const { state } = ctx
    state.quotes++
    if (state.quotes % ctx.params.quotes !== 0) return
    state.is_long = !state.is_long
    const quantity_units = ctx.instrument(quote.instrument_id).size(ctx.params.quantity)
    ctx.submit({ instrument: quote.instrument_id, side: state.is_long ? 'buy' : 'sell', quantity_units })
  },
})
