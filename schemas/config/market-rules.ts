// What can happen to the market of a simulated venue beside orders meeting prices: auctions, halts, bands of prices,
// trades taken back. Configuration alone; the simulated exchange acts on it.

import Type, { type Static } from 'typebox'
import { Count, closed, Probability, Time } from './field-types.ts'

export const AuctionsConfig = Type.Object(
  {
    price: Type.Union([Type.Literal('book'), Type.Literal('print')], {
      description:
        'book: own orders are crossed with what the book shows; print: they trade at the first trade in the data after the auction, up to its size.',
      default: 'book',
    }),
    print_wait_us: Count({
      description:
        'How long a print is waited for before the book decides, microseconds; that of a close no longer than to the next pre-open or opening.',
      default: 60_000_000,
    }),
  },
  closed('How an auction is settled.'),
)
export type AuctionsConfig = Static<typeof AuctionsConfig>

export const HaltConfig = Type.Object(
  {
    instrument: Type.String({
      pattern: '^[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+$',
      description: 'Instrument id <symbol>.<venue>.',
    }),
    from: Time({ description: 'When trading stops.' }),
    to: Time({ description: 'When it goes on.' }),
  },
  closed('A halt of one instrument, known beforehand to nobody but the script.'),
)
export type HaltConfig = Static<typeof HaltConfig>

export const PriceBandsConfig = Type.Object(
  {
    basis_points: Type.Optional(
      Count({
        description: 'Distance of the bands from the reference price, hundredths of a percent: 500 is 5 %.',
      }),
    ),
    plan: Type.Optional(
      Type.Union([Type.Literal('us_luld'), Type.Literal('us_luld_pilot')], {
        description:
          'In place of basis_points, distances and periods of the US limit up-limit down plan: us_luld with its eighteenth amendment, of 2019, us_luld_pilot as before.',
      }),
    ),
    tier_2: Type.Optional(
      Type.Array(Type.String({ description: 'Instrument id.' }), {
        description: 'Instruments of tier 2 of the plan, <symbol>.<venue>; all others are of tier 1.',
      }),
    ),
    reference_window_us: Count({
      description: 'Trades of so long make the reference price, their mean, microseconds.',
      // The plan to address extraordinary market volatility (LULD): five minutes.
      default: 300_000_000,
    }),
    reference_change_basis_points: Type.Optional(
      Count({
        description:
          'By how much the mean must differ from the reference price to replace it, hundredths of a percent; absent: under a plan 100, else every change does.',
      }),
    ),
    reference_hold_us: Type.Optional(
      Count({
        description:
          'How long a reference price stays at least, microseconds; absent: under a plan 30 seconds, else it does not.',
      }),
    ),
    wide_after_open_us: Type.Optional(
      Count({
        description: 'For so long behind an opening the bands stand twice as far; a plan has its own.',
      }),
    ),
    wide_before_close_us: Type.Optional(
      Count({
        description: 'For so long before the close of a day they stand twice as far; a plan has its own.',
      }),
    ),
    limit_state_us: Count({
      description:
        'How long a buyer may stand at the upper or a seller at the lower band before trading pauses, microseconds.',
      default: 15_000_000,
    }),
    pause_us: Count({ description: 'How long a pause lasts, microseconds.', default: 300_000_000 }),
  },
  closed('Bands no trade may leave, and the pause when the market stays at one.'),
)
export type PriceBandsConfig = Static<typeof PriceBandsConfig>

export const BustsConfig = Type.Object(
  {
    bust_probability: Probability({
      description: 'Chance that a trade is taken back, drawn from the seed.',
      default: '0',
    }),
    correct_probability: Probability({
      description: 'Chance that the price of a trade is corrected, drawn from the seed.',
      default: '0',
    }),
    correct_increments: Count({
      description: 'By how many price increments a corrected trade becomes worse for its order.',
      default: 1,
    }),
    delay_us: Count({ description: 'How long after the trade, microseconds.', default: 60_000_000 }),
  },
  closed('Trades that the venue takes back or corrects.'),
)
export type BustsConfig = Static<typeof BustsConfig>
