// What every CSV mapping has: the instrument, how lines, times and prices are written.

import Type from 'typebox'

export const closed = (description: string, more: { readonly default?: unknown } = {}) => ({
  additionalProperties: false,
  description,
  ...more,
})
export const Column = (description: string) => Type.String({ minLength: 1, description })
export const time = Column(
  'When it happened; of a bar, its stamp. A name of the header, or a number from 1 without one.',
)

const INSTRUMENT_ID = '^[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+$'

export const Symbols = Type.Record(
  Type.String({ pattern: '^\\S{1,64}$' }),
  Type.String({ pattern: INSTRUMENT_ID, description: 'Instrument id: BTCUSD.coinbase.' }),
  { description: 'Instrument ids by what the file calls them; a row of any other is refused.' },
)

export const common = {
  instrument: Type.Optional(
    Type.String({
      pattern: INSTRUMENT_ID,
      description: 'The one instrument of the file: EURUSD.fxcm.',
    }),
  ),
  instrument_column: Type.Optional(
    Column('Instead of `instrument`: the column that holds each row’s instrument id.'),
  ),
  symbols: Type.Optional(Symbols),
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
