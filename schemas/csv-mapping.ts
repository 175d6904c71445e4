// What the columns of a CSV history mean, as a YAML file declares it. Nothing is guessed from the data.

import Type, { type Static } from 'typebox'
import { BookLevelCsv, BookOrderCsv, DatabentoMboCsv, TardisBookCsv } from './csv-book-mapping.ts'
import { Column, closed, common, time } from './csv-columns.ts'

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

const MAPPINGS = [QuoteCsv, TradeCsv, BarCsv, BookLevelCsv, BookOrderCsv] as const

export const CsvMapping = Type.Union([...MAPPINGS], {
  description: 'What the columns of a CSV history mean.',
})
export type CsvMapping = Static<typeof CsvMapping>

/** What a file may declare: the columns themselves, or a format that is known by name. */
export const CsvDeclaration = Type.Union([...MAPPINGS, TardisBookCsv, DatabentoMboCsv], {
  description: 'What the columns of a CSV history mean, or the name of a format.',
})
export type CsvDeclaration = Static<typeof CsvDeclaration>
