// Which rows of the store a run reads, and from when to when.

import Type, { type Static } from 'typebox'
import { Count, closed, Path, Time, Token } from './field-types.ts'

const sourceFields = {
  venue: Token({ description: 'Id of the venue the rows come from.' }),
  instruments: Type.Array(Token({ description: 'Symbol without the venue: EURUSD, not EURUSD.fxcm.' }), {
    minItems: 1,
    description: 'Symbols read from this source.',
  }),
}

export const TickSource = Type.Object(
  {
    ...sourceFields,
    kind: Type.Union(
      [Type.Literal('quote'), Type.Literal('trade'), Type.Literal('book_level'), Type.Literal('book_order')],
      {
        description:
          'What a row is: a quote, a trade, or a change of a book by price (MBP, L2) or by order (MBO, L3).',
      },
    ),
  },
  closed('Quotes, trades or book changes of one venue.'),
)
export type TickSource = Static<typeof TickSource>

/** How long a bar waits for late rows where nothing else is configured: live data is late, simulated data is not. */
export const LIVE_BAR_CLOSE_DELAY_US = 200_000

export const BarSource = Type.Object(
  {
    ...sourceFields,
    kind: Type.Literal('bar', { description: 'Imported bars, each known at its end.' }),
    interval_us: Count({ description: 'Length of a bar in microseconds: 60000000 is a minute.' }),
    price_type: Type.Union([Type.Literal('bid'), Type.Literal('ask'), Type.Literal('last')], {
      description: 'Which price the bars are made of.',
    }),
  },
  closed('Imported bars of one venue.'),
)
export type BarSource = Static<typeof BarSource>

export const DataConfig = Type.Object(
  {
    store: Path({ description: 'Folder of the tick store.', default: './data/ticks' }),
    from: Type.Optional(
      Time({
        description:
          'Start of the history, included: 2014-05-07 or 2014-05-07T05:00:00Z. A backtest and a history feed need it.',
      }),
    ),
    to: Type.Optional(Time({ description: 'End of the history, not included.' })),
    processed: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9_-]+/[A-Za-z0-9]+$',
        description:
          'A backtest reads what this live session processed, <node>/<session>, when and in the order it did; from and to are of its clock.',
      }),
    ),
    sources: Type.Array(Type.Union([TickSource, BarSource], { description: 'Rows of one venue, by kind.' }), {
      minItems: 1,
      description: "What to read, one venue's one kind each; rows known at the same time come in this order.",
    }),
  },
  closed('What is read: the history of a backtest, and the rows a live session listens to.'),
)
export type DataConfig = Static<typeof DataConfig>
