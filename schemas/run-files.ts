// Columns of the CSV files a run leaves in its folder. Every cell is text: numbers are decimals as people write them,
// never rounded, times are ISO 8601 in UTC with microseconds, and '' stands for what does not apply.

import Type, { type Static, type TObject } from 'typebox'
import { LIQUIDITY_SIDES, ORDER_TYPES, SIDES, TIMES_IN_FORCE } from './messages/order.ts'

const TIME = '\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{6}Z'
const DECIMAL = '-?\\d+(\\.\\d+)?'

const row = (description: string) => ({ additionalProperties: false, description })
const Text = (description: string) => Type.String({ description })
const Time = (description: string) => Type.String({ pattern: `^${TIME}$`, description })
const TimeOrNone = (description: string) => Type.String({ pattern: `^(${TIME})?$`, description })
const Decimal = (description: string) => Type.String({ pattern: `^${DECIMAL}$`, description })
const DecimalOrNone = (description: string) => Type.String({ pattern: `^(${DECIMAL})?$`, description })
const Count = (description: string) => Type.String({ pattern: '^\\d+$', description })
const Words = (words: readonly string[], description: string) =>
  Type.String({ pattern: `^(${words.join('|')})$`, description })

const intent = {
  account_id: Text('Account.'),
  strategy_id: Text('Strategy.'),
  order_counter: Count("Counts the strategy's orders from 1: with account and strategy it names the intent."),
  intent_id: Text('<account>/<strategy>/<counter>: the intent, sent or denied.'),
}

export const ORDER_OUTCOMES = [
  'denied',
  'not_sent',
  'rejected',
  'filled',
  'canceled',
  'expired',
  'open_at_end',
] as const
export type OrderOutcome = (typeof ORDER_OUTCOMES)[number]

export const OrderRow = Type.Object(
  {
    submitted: Time(
      'When the gate approved or denied the order; of one the engine held to its end, when it was asked for.',
    ),
    ended: TimeOrNone('When the engine knew that it had ended; empty while it is open.'),
    ...intent,
    client_order_id: Text(
      'Id at the venue, of the last incarnation; empty for an order that never left the engine.',
    ),
    venue_id: Text('Venue.'),
    instrument_id: Text('Instrument.'),
    side: Words(SIDES, 'Side.'),
    order_type: Words(
      ORDER_TYPES,
      'Order type as it was asked for: a stop that the engine triggers is sent as another.',
    ),
    time_in_force: Words(TIMES_IN_FORCE, 'Time in force as it was asked for.'),
    quantity: Decimal('Ordered quantity, the last replace included.'),
    price: DecimalOrNone(
      'Limit, the last replace included, and of a type that comes to one by itself that one; empty without.',
    ),
    trigger_price: DecimalOrNone('Stop or touch price as it was asked for; empty for a type without one.'),
    filled_quantity: Decimal('Filled up to its end.'),
    average_price: DecimalOrNone(
      'Mean price of its fills, rounded two digits below the price; empty without.',
    ),
    outcome: Words(ORDER_OUTCOMES, 'How it ended.'),
    reason_code: Text('Code of a denial, refusal, cancel or expiry; empty for what filled or is open.'),
    reason: Text('The same in words, as the gate or the venue gave it.'),
  },
  row('orders.csv: one row per order, in the order they ended; those still open come last.'),
)
export type OrderRow = Static<typeof OrderRow>

export const FillRow = Type.Object(
  {
    time: Time('When the venue executed it.'),
    ...intent,
    client_order_id: Text('Id of the incarnation that was filled.'),
    execution_id: Text("The venue's id of the execution."),
    venue_id: Text('Venue.'),
    instrument_id: Text('Instrument.'),
    event: Words(
      ['trade', 'reversal'],
      'A reversal takes an earlier trade back: a bust, or half a correction.',
    ),
    side: Words(SIDES, 'Side of the order.'),
    quantity: Decimal('Quantity executed or taken back, positive.'),
    price: Decimal('Price.'),
    liquidity_side: Words(
      LIQUIDITY_SIDES,
      'maker: the order waited in the book; taker: it came to it; empty for a reversal, or where the venue does not say.',
    ),
    commission: Decimal('Paid; negative is a rebate.'),
    commission_currency: Text('Currency of the commission.'),
  },
  row('fills.csv: one row per execution, in the order the engine booked them.'),
)
export type FillRow = Static<typeof FillRow>

export const PositionRow = Type.Object(
  {
    opened: Time('First fill.'),
    closed: Time('The fill that made it flat or turned it over.'),
    account_id: Text('Account: positions net within it.'),
    strategy_id: Text('Strategy whose fill closed it.'),
    venue_id: Text('Venue.'),
    instrument_id: Text('Instrument.'),
    side: Words(['long', 'short'], 'Side.'),
    quantity: Decimal('Quantity closed in all.'),
    entry_price: Decimal('Mean price of the fills that opened it, rounded two digits below the price.'),
    exit_price: Decimal('Mean price of the fills that closed it, rounded two digits below the price.'),
    fees: Decimal('Commissions, its share of a fill that turned it over included.'),
    profit: Decimal('After fees.'),
    currency: Text('Currency of fees and profit.'),
  },
  row('positions.csv: one row per closed position.'),
)
export type PositionRow = Static<typeof PositionRow>

export const LedgerRow = Type.Object(
  {
    time: Time('When the engine booked it.'),
    account_id: Text('Account.'),
    entry_number: Count('Counts the entries of the account from 1.'),
    kind: Text('deposit, trade_pnl, commission, conversion or adjustment.'),
    strategy_id: Text('Strategy it belongs to; empty for the account itself.'),
    currency: Text('Currency.'),
    amount: Decimal('What was booked; negative left the account.'),
    balance: Decimal('Balance of the currency after it.'),
    reference: Text('What it is about: an execution id, for instance.'),
  },
  row('ledger.csv: every entry of the cash ledger.'),
)
export type LedgerRow = Static<typeof LedgerRow>

export const EquityRow = Type.Object(
  {
    time: Time(
      'Time of the sample; the first one is before the first row, the last behind the last row and the last report.',
    ),
    equity: Decimal('Cash and unrealized profit of all accounts, at the side that would close.'),
    currency: Text('Currency: that of the first account.'),
    in_position: Words(['true', 'false'], 'Whether any account held a position.'),
  },
  row('equity.csv: the equity at fixed times of the history.'),
)
export type EquityRow = Static<typeof EquityRow>

/** Every CSV file of a run by its name. */
export const RUN_FILES = {
  'orders.csv': OrderRow,
  'fills.csv': FillRow,
  'positions.csv': PositionRow,
  'ledger.csv': LedgerRow,
  'equity.csv': EquityRow,
} as const satisfies Readonly<Record<string, TObject>>
