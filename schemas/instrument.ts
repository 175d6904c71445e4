// What can be traded: one closed union by asset class. Scales are fixed for ever per instrument id;
// increments and lots are validity rules over dates. Definitions come from the built-in table or from
// configuration, never from data.

import Type, { type Static } from 'typebox'

const Decimal = (description: string) => Type.String({ pattern: '^-?\\d+(\\.\\d+)?$', description })
const Currency = (description: string) => Type.String({ pattern: '^[A-Z0-9]{3,10}$', description })

export const IncrementRule = Type.Object(
  {
    from: Type.Optional(
      Type.String({ description: 'First UTC date on which the rule holds, YYYY-MM-DD; absent: always.' }),
    ),
    price_from: Type.Optional(Decimal('Lowest absolute price the rule holds for; absent: 0.')),
    price_increment: Decimal('Smallest step of a price, in quote currency.'),
  },
  { additionalProperties: false, description: 'A price increment, by date and price.' },
)

const common = {
  instrument_id: Type.String({
    pattern: '^[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+$',
    description: '<symbol>.<venue>',
  }),
  price_scale: Type.Integer({ minimum: 0, maximum: 12, description: 'price_units count 10^-price_scale.' }),
  size_scale: Type.Integer({ minimum: 0, maximum: 12, description: 'size_units count 10^-size_scale.' }),
  increments: Type.Array(IncrementRule, {
    minItems: 1,
    description: 'Price increments by date and price; the last rule that holds wins.',
  }),
  lot: Decimal('Smallest step of a quantity, in units of the instrument.'),
  quantity_min: Decimal('Smallest quantity of an order.'),
  multiplier: Decimal('Quote-currency value of one unit at a price of one.'),
  quote_currency: Currency('Currency prices and profits are in.'),
  calendar: Type.String({ description: 'Name of its trading calendar; `always`: that of its venue.' }),
  time_zone: Type.String({ description: 'IANA time zone of the session calendar.' }),
  allow_non_positive_price: Type.Boolean({ description: 'Prices of zero and below are valid.' }),
  margin_initial: Decimal('Initial margin as a fraction of notional.'),
  short_allowed: Type.Boolean({ description: 'The venue accepts short positions.' }),
  aliases: Type.Array(
    Type.Object(
      {
        symbol: Type.String({ description: "The venue's own symbol." }),
        from: Type.Optional(Type.String({ description: 'First UTC date, YYYY-MM-DD.' })),
        to: Type.Optional(Type.String({ description: 'First UTC date it no longer holds, YYYY-MM-DD.' })),
      },
      { additionalProperties: false },
    ),
    { description: "The venue's own symbols, valid over dates." },
  ),
}

export const FxPair = Type.Object(
  { asset_class: Type.Literal('fx_pair'), ...common, base_currency: Currency('Currency bought by a buy.') },
  { additionalProperties: false, description: 'A spot currency pair.' },
)
export const Cfd = Type.Object(
  {
    asset_class: Type.Literal('cfd'),
    ...common,
    underlying: Type.String({ description: 'What the contract follows.' }),
  },
  { additionalProperties: false, description: 'A contract for difference.' },
)
export const CryptoSpot = Type.Object(
  { asset_class: Type.Literal('crypto_spot'), ...common, base_currency: Currency('Coin bought by a buy.') },
  { additionalProperties: false, description: 'A spot crypto pair.' },
)
export const Equity = Type.Object(
  {
    asset_class: Type.Literal('equity'),
    ...common,
    isin: Type.Optional(Type.String()),
    corporate_actions: Type.Array(
      Type.Object({
        date: Type.String({ description: 'Ex-date, YYYY-MM-DD.' }),
        kind: Type.Union([
          Type.Literal('split'),
          Type.Literal('cash_dividend'),
          Type.Literal('symbol_change'),
        ]),
        value: Type.String({ description: 'Split ratio new/old, dividend per share, or new symbol.' }),
      }),
    ),
  },
  { additionalProperties: false, description: 'A share or fund.' },
)
export const Future = Type.Object(
  {
    asset_class: Type.Literal('future'),
    ...common,
    underlying: Type.String(),
    expiry: Type.String({ description: 'Last trading instant, ISO 8601 UTC.' }),
    settlement: Type.Union([Type.Literal('cash'), Type.Literal('physical')]),
  },
  { additionalProperties: false, description: 'A dated future.' },
)
export const Option = Type.Object(
  {
    asset_class: Type.Literal('option'),
    ...common,
    underlying: Type.String(),
    expiry: Type.String({ description: 'Expiry instant, ISO 8601 UTC.' }),
    strike: Decimal('Strike in quote currency.'),
    right: Type.Union([Type.Literal('call'), Type.Literal('put')]),
    settlement: Type.Union([Type.Literal('cash'), Type.Literal('physical')]),
  },
  { additionalProperties: false, description: 'A listed option.' },
)

export const Instrument = Type.Union([FxPair, Cfd, CryptoSpot, Equity, Future, Option], {
  description: 'An instrument definition, by asset class.',
})
export type Instrument = Static<typeof Instrument>
