// A venue: its delays, hours, fees and data.

import Type, { type Static } from 'typebox'
import { Count, Currency, closed, Decimal, DecimalOrZero, Secret, Token } from './field-types.ts'
import { LatencyConfig } from './latency.ts'
import { SimulationConfig } from './simulation-config.ts'

export const CommissionConfig = Type.Union(
  [
    Type.Object(
      {
        basis_points: DecimalOrZero({ description: 'Hundredths of a percent of the notional of each fill.' }),
      },
      closed('Commission in proportion to notional, in quote currency.'),
    ),
    Type.Object(
      {
        per_unit: DecimalOrZero({ description: 'Commission per unit of quantity filled.' }),
        currency: Currency({ description: 'Currency the commission is charged in.' }),
      },
      closed('Commission per unit of quantity.'),
    ),
  ],
  { description: 'What a fill costs; absent: nothing.' },
)
export type CommissionConfig = Static<typeof CommissionConfig>

export const VenueConfig = Type.Object(
  {
    id: Token({ description: 'Id of the venue; the part of an instrument id after the dot.' }),
    latency: LatencyConfig,
    calendar: Type.Optional(
      Token({
        description:
          'Name of the calendar it trades by; absent: around the clock. An instrument may name another.',
      }),
    ),
    commission: Type.Optional(CommissionConfig),
    simulation: Type.Optional(SimulationConfig),
    displayed_quantity_default: Decimal({
      description:
        'Quantity shown at the best bid and ask where the data has no sizes, and where trades or bars that are not expanded are the market.',
      // The usual depth at the top of a major currency pair's book.
      default: '1000000',
    }),
    market_data: Type.Object(
      {
        stale_after_us: Count({
          description: 'An instrument without a row for longer is stale, and orders on it are denied.',
          // A liquid market is never silent for a minute; a price that old is no reference for a collar.
          default: 60_000_000,
        }),
      },
      closed('When market data counts as stale.', { default: {} }),
    ),
    credentials: Type.Optional(
      Type.Record(
        Type.String({ pattern: '^[a-z][a-z0-9_]*$' }),
        Secret({ description: 'env:NAME of a variable or file:PATH of a file that holds the secret.' }),
        { description: 'Sign-in secrets by name, as references only; the simulated exchange needs none.' },
      ),
    ),
  },
  closed('A venue and how its simulated exchange behaves.'),
)
export type VenueConfig = Static<typeof VenueConfig>
