// Mappings of CSV files whose rows are changes of a book, and formats of them that are known by name.

import Type, { type Static } from 'typebox'
import { Column, closed, common, Symbols, time } from './csv-columns.ts'

export const LEVEL_WORDS = ['update', 'delete', 'clear', 'none'] as const
export const ORDER_WORDS = ['add', 'modify', 'cancel', 'delete', 'execute', 'fill', 'clear', 'none'] as const

const LevelWord = Type.Union(
  [Type.Literal('update'), Type.Literal('delete'), Type.Literal('clear'), Type.Literal('none')],
  { description: 'What it does.' },
)
const OrderWord = Type.Union(
  [
    Type.Literal('add'),
    Type.Literal('modify'),
    Type.Literal('cancel'),
    Type.Literal('delete'),
    Type.Literal('execute'),
    Type.Literal('fill'),
    Type.Literal('clear'),
    Type.Literal('none'),
  ],
  { description: 'What it does.' },
)
const Text = Type.String({ pattern: '^\\S{1,32}$' })

const events = {
  event: Type.Optional(Column('Rows one after the other with the same text here are one event.')),
  last: Type.Optional(Column('Says which row is the last of its event: 1 or true, or by `last_bit`.')),
}

const books = {
  sides: Type.Object(
    {
      bid: Type.String({ minLength: 1, description: 'Text of the side of the bids.', default: 'bid' }),
      ask: Type.String({ minLength: 1, description: 'Text of the side of the asks.', default: 'ask' }),
    },
    closed('How the side is written.', { default: {} }),
  ),
  price_scale: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 18,
      description: 'Prices are whole numbers of 10^-price_scale; absent: decimals.',
    }),
  ),
  last_bit: Type.Optional(
    Type.Integer({ minimum: 1, description: 'The column `last` holds flags, and this is the one: 128.' }),
  ),
}

export const BookLevelCsv = Type.Object(
  {
    kind: Type.Literal('book_level'),
    ...common,
    ...books,
    actions: Type.Optional(
      Type.Record(Text, LevelWord, {
        description:
          'What the texts of the action column do; absent: they are update, delete, clear and none.',
      }),
    ),
    columns: Type.Object(
      {
        time,
        side: Column('Side of the level.'),
        price: Column('Price of the level.'),
        size: Column('Quantity it has from now on; 0: the level is gone.'),
        action: Type.Optional(Column('What the row does; absent: it updates the level.')),
        snapshot: Type.Optional(
          Column('true or 1 in rows of a snapshot: the first of them empties the book.'),
        ),
        ...events,
      },
      closed('Where each value stands.'),
    ),
  },
  closed('A file of changes of a book by price.'),
)
export type BookLevelCsv = Static<typeof BookLevelCsv>

export const BookOrderCsv = Type.Object(
  {
    kind: Type.Literal('book_order'),
    ...common,
    ...books,
    actions: Type.Optional(
      Type.Record(Text, OrderWord, {
        description:
          'What the texts of the action column do; absent: they are add, modify, cancel (of the size given), delete, execute, fill (its change of the book comes in another row), clear and none.',
      }),
    ),
    columns: Type.Object(
      {
        time,
        action: Column('What the row does.'),
        order_id: Column('Number of the order, below 2^53.'),
        side: Column('Side of the order.'),
        price: Column('Its price.'),
        size: Column('Of an add or modify what it has from now on, else what is taken back or traded.'),
        ...events,
      },
      closed('Where each value stands.'),
    ),
  },
  closed('A file of changes of a book by order.'),
)
export type BookOrderCsv = Static<typeof BookOrderCsv>

export const TardisBookCsv = Type.Object(
  {
    kind: Type.Literal('tardis_incremental_book_L2'),
    symbols: Symbols,
  },
  closed('A file incremental_book_L2 of Tardis.dev: a book by price.'),
)

export const DatabentoMboCsv = Type.Object(
  {
    kind: Type.Literal('databento_mbo'),
    symbols: Symbols,
    symbol_column: Type.Union([Type.Literal('symbol'), Type.Literal('instrument_id')], {
      description: 'Which column names the instrument: symbol where symbols were mapped, or instrument_id.',
      default: 'symbol',
    }),
    pretty_px: Type.Boolean({
      description: 'Prices are decimals; false: whole numbers of 10^-9.',
      default: true,
    }),
    pretty_ts: Type.Boolean({
      description: 'Times are ISO 8601; false: nanoseconds since 1970.',
      default: true,
    }),
  },
  closed('A file of the schema mbo of Databento: a book by order.'),
)
