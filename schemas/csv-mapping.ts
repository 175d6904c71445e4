// What the columns of a CSV history mean, as a YAML file declares it. Nothing is guessed from the data.

import Type, { type Static } from 'typebox'

const closed = (description: string, more: { readonly default?: unknown } = {}) => ({
  additionalProperties: false,
  description,
  ...more,
})
const Column = (description: string) => Type.String({ minLength: 1, description })
const time = Column(
  'When it happened; of a bar, its stamp. A name of the header, or a number from 1 without one.',
)

const common = {
  instrument: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+$',
      description: 'The one instrument of the file: EURUSD.fxcm.',
    }),
  ),
  instrument_column: Type.Optional(
    Column('Instead of `instrument`: the column that holds each row’s instrument id.'),
  ),
  delimiter: Type.String({ pattern: '^[^"\\r\\n]$', description: 'Between two fields.', default: ',' }),
  header: Type.Boolean({ description: 'The first line names the columns.', default: true }),
  time_format: Type.String({
    minLength: 1,
    description:
      'iso, unix_s, unix_ms, unix_us, unix_ns, or a pattern of YYYY MM DD HH mm ss S (S: 1 to 9 digits).',
  }),
  time_zone: Type.Optional(
    Type.String({
      minLength: 1,
      description: 'Of times that do not say it: UTC, -05:00, America/New_York. Unix times have none.',
    }),
  ),
}

export const QuoteCsv = Type.Object(
  {
    kind: Type.Literal('quote', { description: 'What a row is.' }),
    ...common,
    columns: Type.Object(
      {
        time,
        bid_price: Column('Best bid.'),
        ask_price: Column('Best ask.'),
        bid_size: Type.Optional(Column('Quantity shown at the bid.')),
        ask_size: Type.Optional(Column('Quantity shown at the ask.')),
      },
      closed('Where each value stands.'),
    ),
  },
  closed('A file of quotes.'),
)

export const TradeCsv = Type.Object(
  {
    kind: Type.Literal('trade'),
    ...common,
    columns: Type.Object(
      {
        time,
        price: Column('Price paid.'),
        size: Column('Quantity traded.'),
        side: Type.Optional(Column('Side that took liquidity; an empty field: unknown.')),
      },
      closed('Where each value stands.'),
    ),
    sides: Type.Object(
      {
        buy: Type.String({ minLength: 1, description: 'Text of a buy.', default: 'buy' }),
        sell: Type.String({ minLength: 1, description: 'Text of a sell.', default: 'sell' }),
      },
      closed('How the side is written.', { default: {} }),
    ),
  },
  closed('A file of trades.'),
)

export const BarCsv = Type.Object(
  {
    kind: Type.Literal('bar'),
    ...common,
    interval_us: Type.Integer({ minimum: 1, description: 'Length of a bar: 60000000 is a minute.' }),
    price_type: Type.Union([Type.Literal('bid'), Type.Literal('ask'), Type.Literal('last')], {
      description: 'Which price the bars are made of.',
    }),
    stamp: Type.Union([Type.Literal('start'), Type.Literal('end')], {
      description: 'Whether a bar’s time is its start or its end.',
    }),
    columns: Type.Object(
      {
        time,
        open: Column('First price.'),
        high: Column('Highest price.'),
        low: Column('Lowest price.'),
        close: Column('Last price.'),
        volume: Type.Optional(Column('Quantity traded in the bar.')),
      },
      closed('Where each value stands.'),
    ),
  },
  closed('A file of bars.'),
)

export const CsvMapping = Type.Union([QuoteCsv, TradeCsv, BarCsv], {
  description: 'What the columns of a CSV history mean.',
})
export type CsvMapping = Static<typeof CsvMapping>
