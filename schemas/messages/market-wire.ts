// Market data as any program may publish it: readable JSON on `<env>.md.quote.<venue>.<symbol>` and
// `<env>.md.trade.<venue>.<symbol>`, one row or a list of rows. Prices and sizes are decimals as text, in the instrument's
// own currency and unit. docs/market-data.md is the guide.

import Type, { type Static } from 'typebox'

/** The version of these rows; one without a version is of the first. */
export const MARKET_WIRE_VERSION = 1

/** Rows of one message at most. */
export const MARKET_WIRE_ROWS_MAX = 10_000

const Decimal = (description: string) =>
  Type.String({ pattern: '^-?\\d{1,18}(\\.\\d{1,18})?$', maxLength: 40, description })
const common = {
  version: Type.Optional(
    Type.Literal(MARKET_WIRE_VERSION, { description: 'Version of the row; absent: 1.' }),
  ),
  ts_event_us: Type.Integer({
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    description: 'When it happened at the venue, microseconds since 1970-01-01T00:00:00Z.',
  }),
}

export const WireQuote = Type.Object(
  {
    ...common,
    bid: Decimal('Best price somebody buys at.'),
    ask: Decimal('Best price somebody sells at.'),
    bid_size: Type.Optional(Decimal('Quantity shown at the bid; absent: not known.')),
    ask_size: Type.Optional(Decimal('Quantity shown at the ask; absent: not known.')),
  },
  {
    additionalProperties: false,
    description: 'The top of the book.',
    examples: [
      {
        ts_event_us: 1_700_000_000_000_000,
        bid: '1.08543',
        ask: '1.08545',
        bid_size: '1000000',
        ask_size: '500000',
      },
    ],
  },
)
export type WireQuote = Static<typeof WireQuote>

export const WireTrade = Type.Object(
  {
    ...common,
    price: Decimal('Price of the trade.'),
    size: Decimal('Quantity traded.'),
    aggressor: Type.Optional(
      Type.Union([Type.Literal('buy'), Type.Literal('sell')], {
        description: 'Who crossed the spread; absent: not known.',
      }),
    ),
  },
  {
    additionalProperties: false,
    description: 'A trade.',
    examples: [{ ts_event_us: 1_700_000_000_000_000, price: '64000.5', size: '0.25', aggressor: 'buy' }],
  },
)
export type WireTrade = Static<typeof WireTrade>
