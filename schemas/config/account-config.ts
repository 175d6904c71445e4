// An account and the limits of its gate.

import Type, { type Static } from 'typebox'
import { Count, Currency, closed, Decimal, DecimalOrZero, Token } from './field-types.ts'

/** Limits of the gate. Amounts have no default: a limit nobody chose protects nobody. */
export const RiskConfig = Type.Object(
  {
    order_quantity_max: Decimal({
      description: 'Largest quantity of one order, in units of the instrument.',
    }),
    order_notional_max: Decimal({
      description: 'Largest worst-case value of one order, in account currency.',
    }),
    position_quantity_max: Decimal({
      description:
        'Largest position per instrument, with all open and unproven orders at their worst case; exits that their venue keeps count behind their entry.',
    }),
    price_collar_basis_points: Decimal({
      description:
        'Largest distance of a price from the side of the book it meets, in hundredths of a percent.',
      // The tightest of the clearly-erroneous bands of the US markets, 3 %.
      default: '300',
    }),
    order_rate: Type.Object(
      {
        orders_max: Count({ description: 'New orders and replaces admitted within any window.', default: 5 }),
        window_us: Count({ description: 'Length of the window, microseconds.', default: 1_000_000 }),
      },
      // Five a second is far above a bar strategy's needs and far below what a runaway loop sends.
      closed('How fast orders may follow each other.', { default: {} }),
    ),
  },
  closed('Limits of the risk gate of one account.'),
)
export type RiskConfig = Static<typeof RiskConfig>

export const AccountConfig = Type.Object(
  {
    id: Token({ description: 'Id of the account.' }),
    venues: Type.Array(Token({ description: 'Id of a venue.' }), {
      minItems: 1,
      description: 'Venues the account trades at.',
    }),
    currency: Currency({ description: 'The one currency of balance, profit and limits.' }),
    balance: DecimalOrZero({ description: 'Money in the account at the start.' }),
    leverage_max: Decimal({
      description:
        'Gross notional over equity that the margin account allows, beside the margin of each instrument.',
      // Nothing is borrowed unless it is asked for.
      default: '1',
    }),
    conversion_rates: Type.Record(
      Type.String({ pattern: '^[A-Z0-9]{3,10}$' }),
      Decimal({ description: 'Units of the account currency that one unit of the named currency is worth.' }),
      {
        description: 'Constant rates for quote and commission currencies other than the account currency.',
        default: {},
      },
    ),
    risk: RiskConfig,
  },
  closed('A netting margin account in one currency.'),
)
export type AccountConfig = Static<typeof AccountConfig>
