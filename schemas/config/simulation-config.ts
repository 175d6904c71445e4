// How the simulated exchange of a venue works.

import Type, { type Static } from 'typebox'
import { closed } from './field-types.ts'
import { FillsConfig, ImpactConfig, QueueConfig } from './market-models.ts'
import { AuctionsConfig, BustsConfig, HaltConfig, PriceBandsConfig } from './market-rules.ts'

export const SimulationConfig = Type.Object(
  {
    takes: Type.Optional(
      Type.Union(
        [
          Type.Literal('all'),
          Type.Literal('all_and_oco'),
          Type.Literal('all_and_contingent'),
          Type.Literal('market_and_limit'),
          Type.Literal('alpaca'),
        ],
        {
          description:
            'Orders it takes: all it can without links between orders (all), that and groups of which one cancels the others (all_and_oco), that and every link, oco, ouo and oto (all_and_contingent, the default), market and limit orders alone, or what a broker takes: alpaca market, limit, stop, stop limit and trailing stop orders without flags and links, triggers by the last trade. The engine works out the rest.',
        },
      ),
    ),
    book: Type.Optional(
      Type.Union([Type.Literal('quote'), Type.Literal('book_level'), Type.Literal('book_order')], {
        description:
          'The kind of rows it trades on: quotes (the default, which a book in the data gives too), a book by price, or a book by order. Rows of another kind that it has no use for are ignored and counted.',
      }),
    ),
    fills: Type.Optional(FillsConfig),
    queue: Type.Optional(QueueConfig),
    taken_until: Type.Optional(
      Type.Union([Type.Literal('next_row'), Type.Literal('level_changes')], {
        description:
          'How long what an order takes of a quote is gone: until the next row of the instrument (the default), or until one shows another price or size there.',
      }),
    ),
    impact: Type.Optional(ImpactConfig),
    self_match: Type.Optional(
      Type.Union(
        [
          Type.Literal('apart'),
          Type.Literal('allowed'),
          Type.Literal('cancel_aggressive'),
          Type.Literal('cancel_passive'),
          Type.Literal('cancel_both'),
        ],
        {
          description:
            'What becomes of an order that comes to the price of another of its account: they do not meet (the default), they trade, or the one that came, the one that waited, or both are canceled. In an auction all are crossed at one price where they trade, and else each side as if the other were not there.',
        },
      ),
    ),
    bars: Type.Optional(
      Type.Union([Type.Literal('close'), Type.Literal('fixed'), Type.Literal('adaptive')], {
        description:
          'The way an imported bar trades: adaptive, the extreme nearer to the open first (the default); fixed, open-high-low-close, which flatters what the high triggers and the low fills; close, at its close alone.',
      }),
    ),
    auctions: Type.Optional(AuctionsConfig),
    closed_orders: Type.Optional(
      Type.Union([Type.Literal('reject'), Type.Literal('queue')], {
        description:
          'What becomes of an order that comes while the venue is closed: rejected (the default), or kept for the next opening.',
      }),
    ),
    halted_orders: Type.Optional(
      Type.Union([Type.Literal('accept'), Type.Literal('reject')], {
        description:
          'What becomes of an order that comes during a halt: taken for the auction that ends it (the default), or rejected.',
      }),
    ),
    price_bands: Type.Optional(PriceBandsConfig),
    busts: Type.Optional(BustsConfig),
    halts: Type.Optional(
      Type.Array(HaltConfig, {
        description: 'Halts of trading, by script; those of one instrument do not overlap.',
      }),
    ),
  },
  closed('How the simulated exchange of the venue fills orders.'),
)
export type SimulationConfig = Static<typeof SimulationConfig>

export type VenueBook = NonNullable<SimulationConfig['book']>

export type BarExpansion = NonNullable<SimulationConfig['bars']>
