// What `orrery backtest --json` prints: one object, the contract with scripts and notebooks. Money is a decimal string,
// a time is ISO 8601 in UTC with microseconds. A changed field raises `contract_version`.

import Type, { type Static } from 'typebox'

/** Version of the printed object. It rises when a field changes its meaning or goes; a new field leaves it. */
export const BACKTEST_CONTRACT_VERSION = 1

const closed = (description: string) => ({ additionalProperties: false, description })
const Count = (description: string) => Type.Integer({ minimum: 0, description })
const Hash = (description: string) => Type.String({ pattern: '^[0-9a-f]{64}$', description })
const Money = (description: string) => Type.String({ pattern: '^-?\\d+(\\.\\d+)?$', description })
const Currency = (description: string) => Type.String({ pattern: '^[A-Z0-9]{3,10}$', description })
const Time = (description: string) =>
  Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{6}Z$', description })
const Defined = (description: string) => Type.Union([Type.Number(), Type.Null()], { description })
const DefinedMoney = (description: string) =>
  Type.Union([Type.String({ pattern: '^-?\\d+(\\.\\d+)?$' }), Type.Null()], { description })

export const DataCounts = Type.Object(
  {
    quotes: Count('Quotes the node took in.'),
    trades: Count('Trades the node took in.'),
    bars: Count('Imported bars the node took in.'),
    book_levels: Count('Changes of books by price; the node took in the quotes these showed.'),
    book_orders: Count('Changes of books by order, likewise.'),
    from: Time('Start of the configured range, included.'),
    to: Time('End of the configured range, not included.'),
  },
  closed('The history that was read.'),
)

export const OrderCounts = Type.Object(
  {
    submitted: Count(
      'Intents of orders: denied, held by the engine, not sent and sent. A replace makes no new order.',
    ),
    accepted: Count('Orders the venue accepted.'),
    denied: Count(
      'Orders that the gate denied, or the engine before it: a link to an order that is not there.',
    ),
    not_sent: Count('Orders that passed the gate and provably never left.'),
    rejected: Count('Orders the venue refused.'),
    filled: Count('Orders that ended filled in full.'),
    canceled: Count(
      'Orders that ended canceled, partly filled or not, at the venue or while the engine held them.',
    ),
    expired: Count('Orders that ended by their time in force, at the venue or while the engine held them.'),
    open_at_end: Count('Orders that had not ended when the history did, held ones among them.'),
  },
  closed(
    'Orders, each ending in exactly one of denied, not_sent, rejected, filled, canceled, expired, open_at_end.',
  ),
)

export const AccountBalances = Type.Object(
  {
    account_id: Type.String({ description: 'Id of the account.' }),
    balances: Type.Array(
      Type.Object(
        {
          currency: Currency('Currency of the balance.'),
          total: Money('Cash at the end, unrealized profit left out.'),
        },
        closed('Cash in one currency.'),
      ),
      { description: 'Cash by currency.' },
    ),
  },
  closed('One account at the end.'),
)

export const VenueCounts = Type.Object(
  {
    venue_id: Type.String({ description: 'Id of the venue.' }),
    bar_order_fill_count: Count(
      'Fills inside expanded bars both of whose extremes met orders, if only to trigger, end or lead them on: the order of high and low, which is assumed, decided on them.',
    ),
    ignored_row_count: Count("Rows of another kind than the venue's book, which it did not trade on."),
    bar_count: Count(
      'Imported bars that came to it, those beside quotes among them, on which it did not trade; 0 where it trades on a deeper book.',
    ),
    closed_bar_count: Count(
      'Those of them that ended while their instrument was closed: nothing trades on such a bar.',
    ),
    unsized_instruments: Type.Array(Type.String({ description: 'Id of the instrument.' }), {
      description:
        'Instruments of which a quote that it traded on carried no size on a side, so that displayed_quantity_default was taken to be shown there.',
    }),
  },
  closed('What a simulated venue had to assume, or left out.'),
)

export const Statistics = Type.Object(
  {
    trades: Count('Closed positions: the same as positions_closed. Its profits are after fees.'),
    win_rate: Defined('Share of trades with a profit above zero, 0 to 1; null without a trade.'),
    profit_factor: Defined('Profits of winning trades over losses of losing ones; null without a loss.'),
    average_win: DefinedMoney('Mean profit of winning trades; null without one.'),
    average_loss: DefinedMoney('Mean loss of losing trades, negative; null without one.'),
    expectancy: DefinedMoney('Mean profit of a trade; null without a trade.'),
    return_fraction: Defined(
      'Equity at the end over equity at the start, less one; null when it began at zero.',
    ),
    max_drawdown: Money(
      'Largest fall of equity below its highest value so far, both as equity.csv has them, in account currency, not negative.',
    ),
    max_drawdown_fraction: Defined(
      'Largest fall of equity as a share of the highest value before it, likewise; null at zero equity.',
    ),
    sharpe_ratio: Defined(
      'Mean of daily returns over their standard deviation, times the square root of 252, no riskless rate; null with fewer than two days or no variation.',
    ),
    sortino_ratio: Defined(
      'The same over the deviation of negative daily returns alone; null where it is undefined.',
    ),
    exposure_fraction: Defined(
      'Share of the time from the first to the last input with a position open; null without time.',
    ),
  },
  closed('Figures derived from trades and equity. Those that are ratios are floats and enter no hash.'),
)
export type Statistics = Static<typeof Statistics>

export const BacktestResult = Type.Object(
  {
    contract_version: Type.Literal(BACKTEST_CONTRACT_VERSION, { description: 'Version of this object.' }),
    run_id: Type.String({ description: 'Name of the run and of its folder.' }),
    seed: Type.Integer({ description: 'Seed of every random stream.' }),
    build: Hash('Hash of the engine: its sources, its lockfile and the version of Node.'),
    config_hash: Hash('Hash of the configuration, without folders and secrets.'),
    strategy_hash: Hash('Hash of the strategies: their files and packages.'),
    data_hash: Hash('Hash of the content of the history.'),
    output_hash: Hash('Hash of every order command, order event, fill, ledger entry and denial.'),
    state_hash: Hash('Hash of the state of every actor at the end.'),
    data: DataCounts,
    orders: OrderCounts,
    fills: Count('Executions.'),
    positions_closed: Count('Positions that became flat; a flip to the other side counts one.'),
    venues: Type.Array(VenueCounts, { description: 'Venues in the order of the configuration.' }),
    accounts: Type.Array(AccountBalances, { description: 'Accounts in the order of the configuration.' }),
    equity: Type.Object(
      {
        currency: Currency('Currency of equity and profit: that of the first account.'),
        start: Money('Sum of the starting balances.'),
        end: Money('Balances and unrealized profit at the end: start + realized + unrealized - fees.'),
      },
      closed('Equity of all accounts.'),
    ),
    pnl: Type.Object(
      {
        realized: Money('Profit of closed quantity, before fees.'),
        unrealized: Money('Profit of open quantity at the side that would close it.'),
        fees: Money('Commissions paid; negative when rebates outweigh them.'),
      },
      closed('Where the change of equity came from.'),
    ),
    statistics: Statistics,
    timing: Type.Object(
      {
        wall_s: Type.Number({
          minimum: 0,
          description: 'Seconds from the start of the process to this object.',
        }),
        events: Count('Inputs the node processed.'),
        quotes_per_s: Defined('Quotes per second of the run without start-up; null without a quote.'),
        rows_per_s: Defined('Rows of every kind per second, likewise; null without a row.'),
        peak_rss_mb: Type.Number({
          minimum: 0,
          description: 'Largest resident memory of the process, in 10^6 bytes.',
        }),
      },
      closed('How long it took; the only part that differs between two equal runs.'),
    ),
  },
  { $id: 'orrery.backtest_result', ...closed('The result of a backtest.') },
)
export type BacktestResult = Static<typeof BacktestResult>
