// The configuration of a session, as a YAML file holds it. A field with a `default` may be left out of the file; the
// loader fills it in, so the types below are those of the complete, normalised configuration: decimals without
// superfluous zeros, times with microseconds. The `text` annotation says how the loader reads and normalises a string.

import Type, { type Static } from 'typebox'
import { CalendarConfig } from './calendar.ts'
import { Instrument } from './instrument.ts'
import { LatencyConfig } from './latency.ts'
import { AuctionsConfig, BustsConfig, HaltConfig, PriceBandsConfig } from './market-rules.ts'

/** What a configured string means to the loader: exact number, instant, file path, or reference to a secret. */
export type TextMeaning = 'decimal' | 'time' | 'path' | 'secret'

const POSITIVE = '^(?=.*[1-9])\\d{1,15}(\\.\\d{1,8})?$'
const NOT_NEGATIVE = '^\\d{1,15}(\\.\\d{1,8})?$'
const TIME = '^\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,6})?Z)?$'

type Options = { readonly description: string; readonly default?: unknown }

const closed = (description: string, more: { readonly default?: unknown } = {}) => ({
  additionalProperties: false,
  description,
  ...more,
})
const Decimal = (options: Options) => Type.String({ pattern: POSITIVE, text: 'decimal', ...options })
const DecimalOrZero = (options: Options) =>
  Type.String({ pattern: NOT_NEGATIVE, text: 'decimal', ...options })
const Time = (options: Options) => Type.String({ pattern: TIME, text: 'time', ...options })
const Path = (options: Options) => Type.String({ minLength: 1, text: 'path', ...options })
const Secret = (options: Options) => Type.String({ pattern: '^(env|file):.+$', text: 'secret', ...options })
const Token = (options: Options) => Type.String({ pattern: '^[A-Za-z0-9_-]{1,32}$', ...options })
const Currency = (options: Options) => Type.String({ pattern: '^[A-Z0-9]{3,10}$', ...options })
const DurationUs = (options: Options) => Type.Integer({ minimum: 0, ...options })
const Source = (options: Options) => Type.String({ pattern: '^[^#]+#[A-Za-z_$][\\w$]*$', ...options })
const Count = (options: Options) => Type.Integer({ minimum: 1, ...options })

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

const Probability = (options: Options) =>
  Type.String({ pattern: '^(0(\\.\\d{1,6})?|1(\\.0{1,6})?)$', text: 'decimal', ...options })

/** What an author's model is found by. */
const authored = {
  model: Type.Literal('custom', { description: 'One of your own.' }),
  source: Source({
    description: 'File and exported name: models/half.ts#half, relative to the configuration file.',
  }),
  params: Type.Record(Type.String(), Type.Unknown(), {
    description: "Parameters, validated by the model's own schema.",
    default: {},
  }),
}

export const FillsConfig = Type.Union(
  [
    Type.Object(
      {
        model: Type.Literal('residual_worse', {
          description: 'What is not shown trades one increment worse.',
        }),
      },
      closed('What is shown, and the whole residual of a market order one price increment worse.'),
    ),
    Type.Object(
      { model: Type.Literal('top_of_book', { description: 'What is not shown does not trade.' }) },
      closed('What is shown at the touch and nothing more; the rest of a market order is canceled.'),
    ),
    Type.Object(
      { model: Type.Literal('walk_book', { description: 'As many levels as the book has.' }) },
      closed('What is shown on each level an order reaches; the rest of a market order is canceled.'),
    ),
    Type.Object(
      {
        model: Type.Literal('participation', { description: 'A share of what is shown.' }),
        participation_max: Probability({
          description: 'Share of the displayed size one order may take, 0 to 1.',
        }),
      },
      closed('A share of what is shown at the touch; the rest of a market order is canceled.'),
    ),
    Type.Object(
      {
        model: Type.Literal('probabilistic', { description: 'By chance, from the seed.' }),
        slip_probability: Probability({
          description: 'Chance that a market order fills one increment worse than shown.',
          default: '0',
        }),
        touch_probability: Probability({
          description: 'Chance that a resting limit order is filled when its own side touches its price.',
          default: '0',
        }),
      },
      closed('As residual_worse, with slippage and fills on touch by chance.'),
    ),
    Type.Object(authored, closed('A model of fills that a file of yours defines.')),
  ],
  {
    description:
      'How much of what is shown an order gets; absent: residual_worse, and in a deeper book walk_book.',
  },
)
export type FillsConfig = Static<typeof FillsConfig>

export const QueueConfig = Type.Union(
  [
    Type.Object(
      { model: Type.Literal('none', { description: 'Nobody stands in front.' }) },
      closed('A resting order has no queue of others ahead of it.'),
    ),
    Type.Object(
      { model: Type.Literal('conservative', { description: 'The whole level stands in front.' }) },
      closed('A resting order stands behind all that is shown at its price, and only trades use that up.'),
    ),
    Type.Object(
      {
        model: Type.Literal('by_position', {
          description: 'Cancellations come from in front and from behind.',
        }),
        weight: Type.Union(
          [Type.Literal('linear'), Type.Literal('square'), Type.Literal('cube'), Type.Literal('logarithm')],
          {
            description:
              'f in f(ahead) : f(behind), the proportion in which what is taken back at a level stood in front of the order and behind it.',
            default: 'square',
          },
        ),
      },
      closed('As conservative, but of what is taken back at the level the expected part stood in front.'),
    ),
    Type.Object(
      { model: Type.Literal('exact', { description: 'As the book by order says.' }) },
      closed('The place of a resting order is known; for a book by order alone.'),
    ),
  ],
  {
    description:
      'Where resting limit orders stand in the queue of their price; absent: none on quotes, conservative in a book by price, exact in a book by order.',
  },
)
export type QueueConfig = Static<typeof QueueConfig>
const pressing = {
  increments: Decimal({
    description: 'Price increments by which prices are worse once `quantity` has just been taken.',
  }),
  quantity: Decimal({ description: 'Quantity that presses by `increments`.' }),
  half_life_us: Count({
    description: 'Time in which half of what passes has passed, microseconds.',
    // A minute: what is known of how fast a book fills again lies between seconds and minutes.
    default: 60_000_000,
  }),
  permanent_share: Probability({
    description: 'Share of what is taken whose pressure does not pass, 0 to 1.',
    default: '0',
  }),
}

export const ImpactConfig = Type.Union(
  [
    Type.Object(
      { model: Type.Literal('linear', { description: 'In proportion to what was taken.' }), ...pressing },
      closed('What orders took presses on the price of their side in proportion.'),
    ),
    Type.Object(
      {
        model: Type.Literal('square_root', { description: 'With the square root of what was taken.' }),
        ...pressing,
      },
      closed('What orders took presses on the price of their side with its square root.'),
    ),
    Type.Object(authored, closed('A model of impact that a file of yours defines.')),
  ],
  { description: 'What trades of own orders do to the prices that later ones meet; absent: nothing.' },
)
export type ImpactConfig = Static<typeof ImpactConfig>

export type QueueWeight = Extract<QueueConfig, { model: 'by_position' }>['weight']

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
            'Orders it takes: all it can (the default), all and groups of which one cancels the others, all and every link between orders (oco, ouo, oto), market and limit orders alone, or what a broker takes. The engine works out the rest.',
        },
      ),
    ),
    book: Type.Optional(
      Type.Union([Type.Literal('quote'), Type.Literal('book_level'), Type.Literal('book_order')], {
        description:
          'The kind of rows it trades on: quotes (the default, which a book in the data gives too), a book by price, or a book by order. Rows of a lesser kind are ignored and counted.',
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
            'What becomes of an order that comes to the price of another of its account: they do not meet (the default), they trade, or the one that came, the one that waited, or both are canceled.',
        },
      ),
    ),
    bars: Type.Optional(
      Type.Union([Type.Literal('close'), Type.Literal('fixed'), Type.Literal('adaptive')], {
        description:
          'What an imported bar trades at: its close alone (the default), open-high-low-close, or the extreme nearer to the open first.',
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
      description: 'Quantity shown at the best bid and ask where the data has no sizes.',
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
      description: 'Largest position per instrument, with all open and unproven orders at their worst case.',
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

export const StrategyConfig = Type.Object(
  {
    id: Type.String({
      pattern: '^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$',
      description: 'Id of the strategy; short letters and digits, since it is part of every client order id.',
    }),
    source: Source({
      description: 'File and exported name: strategies/ema.ts#emaCross, relative to the configuration file.',
    }),
    account: Token({ description: 'Id of the account it trades on.' }),
    instruments: Type.Array(
      Type.String({
        pattern: '^[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+$',
        description: 'Instrument id <symbol>.<venue>.',
      }),
      { minItems: 1, description: 'What it sees and may trade; intents on anything else are denied.' },
    ),
    params: Type.Record(Type.String(), Type.Unknown(), {
      description: "Parameters, validated by the strategy's own schema.",
      default: {},
    }),
  },
  closed('One strategy and the account it trades on.'),
)
export type StrategyConfig = Static<typeof StrategyConfig>

export const NodeConfig = Type.Object(
  {
    id: Token({ description: 'Name of the node: it begins the ids of its messages.' }),
    accounts: Type.Array(Token({ description: 'Id of an account.' }), {
      description: 'Accounts whose risk, orders and venue links it holds.',
      default: [],
    }),
    strategies: Type.Array(Type.String({ description: 'Id of a strategy.' }), {
      description: 'Strategies it runs.',
      default: [],
    }),
  },
  closed('What one node of several hosts.'),
)
export type NodeConfig = Static<typeof NodeConfig>

export const LimitsConfig = Type.Object(
  {
    step_messages_max: Count({
      description: 'Messages one strategy may cause inside a step; the excess faults it.',
      default: 10_000,
    }),
    instant_inputs_max: Count({
      description:
        'Inputs due at once (zero latency) that may follow one row; the excess faults the strategy.',
      default: 1_000,
    }),
    order_retention: Count({
      description: 'Finished orders kept in memory per account, with their execution ids.',
      default: 10_000,
    }),
  },
  closed('Bounds of the engine.', { default: {} }),
)
export type LimitsConfig = Static<typeof LimitsConfig>

const feedFields = {
  venue: Token({ description: 'Id of the venue whose rows it brings.' }),
}

export const FeedConfig = Type.Union(
  [
    Type.Object(
      {
        ...feedFields,
        kind: Type.Literal('generator', { description: 'A seeded random market, in real time.' }),
        rows_per_s: Type.Integer({
          minimum: 1,
          maximum: 100_000,
          description: 'Quotes a second of each instrument, on average.',
          default: 10,
        }),
      },
      closed('Quotes of a generated market.'),
    ),
    Type.Object(
      {
        ...feedFields,
        kind: Type.Literal('history', {
          description: 'The history in the tick store, data.from to data.to.',
        }),
      },
      closed('A stored history, replayed.'),
    ),
    Type.Object(
      {
        ...feedFields,
        kind: Type.Literal('bus', { description: 'What programs publish on the bus: docs/market-data.md.' }),
      },
      closed('Quotes and trades from the bus.'),
    ),
    Type.Object(
      {
        ...feedFields,
        kind: Type.Literal('exchange', { description: 'What the exchange process itself sends.' }),
      },
      closed('Rows of the simulated exchange in its own process.'),
    ),
  ],
  { description: 'Where the rows of one venue come from, by kind.' },
)
export type FeedConfig = Static<typeof FeedConfig>

export const LiveConfig = Type.Object(
  {
    environment: Token({ description: 'First word of every subject on the bus.', default: 'paper' }),
    feeds: Type.Array(FeedConfig, { description: 'One feed a venue.', default: [] }),
    speed: Decimal({
      description:
        'How many times as fast as the wall its clock runs; other than 1 for generator and history only.',
      default: '1',
    }),
    exchange: Type.Optional(
      Type.String({
        pattern: '^tcp://(127\\.0\\.0\\.1|localhost|\\[::1\\]):\\d{1,5}$',
        description:
          'The simulated exchange in a process of its own (orrery exchange): tcp://127.0.0.1:4760. Absent: in the node.',
      }),
    ),
    record: Type.Boolean({
      description: 'Whether a recorder, a process of its own, puts the raw rows into the tick store.',
      default: true,
    }),
    recorder: Type.Union([Type.Literal('beside'), Type.Literal('bus')], {
      description:
        'beside: the session starts a recorder on its machine; bus: raw rows go over the bus to the one of the installation, orrery recorder.',
      default: 'beside',
    }),
    snapshot_inputs: Count({ description: 'Inputs between two snapshots.', default: 100_000 }),
    archive: Type.Optional(
      Type.Object(
        {
          epochs_kept: Count({
            description: 'How many of the newest epochs are left as they are; the last one always is.',
            default: 3,
          }),
          days_kept: Type.Optional(
            Count({
              description: 'orrery sessions prune removes archived epochs that ended longer ago, days.',
            }),
          ),
        },
        closed('When the session has ended, its older epochs are packed. Absent: only when asked to.'),
      ),
    ),
    reconcile_interval_ms: Count({
      description: "How often the venues' books are compared with ours, milliseconds.",
      default: 10_000,
    }),
    absence_grace_ms: Count({
      description:
        'How long after a connection an order that a venue does not know may still turn up, milliseconds.',
      default: 1_000,
    }),
    takeover_grace_ms: Count({
      description: 'The same after a standby has taken over, from the end of the lease before, milliseconds.',
      default: 5_000,
    }),
    lease_margin_ms: Count({
      description: 'An order leaves only this long before the lease ends, milliseconds.',
      default: 500,
    }),
    on_stop: Type.Union([Type.Literal('cancel'), Type.Literal('keep')], {
      description: 'What a graceful stop does with resting orders.',
      default: 'cancel',
    }),
    stop_timeout_ms: Count({
      description: 'How long a graceful stop waits for cancels, milliseconds.',
      default: 10_000,
    }),
  },
  closed('What only live and paper sessions need.', { default: {} }),
)
export type LiveConfig = Static<typeof LiveConfig>

export const Config = Type.Object(
  {
    session: Type.String({
      pattern: '^[A-Za-z0-9]{1,12}$',
      description: 'Name of the session, at most 12 letters and digits: it begins every client order id.',
    }),
    seed: Type.Integer({
      minimum: 0,
      description: 'Seed of every named random stream; the same seed gives the same run.',
      default: 1,
    }),
    durability: Type.Union([Type.Literal('deferred'), Type.Literal('local'), Type.Literal('replicated')], {
      description:
        'local: an order waits until its record is on disk; replicated: and until the bus holds a copy; deferred, in backtests only: the journal syncs at the end.',
      default: 'deferred',
    }),
    bus: Type.Optional(
      Type.String({
        pattern: '^(nats|tls)://[A-Za-z0-9._:\\[\\]-]+$',
        description: 'NATS server of a live session: nats://127.0.0.1:4222. Absent: all in this process.',
      }),
    ),
    bus_credentials: Path({
      description: 'Folder of the keys of the roles on the bus, as orrery nats up made it.',
      default: './nats/credentials',
    }),
    bus_tls_ca: Type.Optional(
      Path({
        description:
          "File of the authority that signed the bus's certificate, PEM; absent: those the machine trusts.",
      }),
    ),
    live: LiveConfig,
    journal: Type.Object(
      { directory: Path({ description: 'Folder that holds one folder per run.', default: './runs' }) },
      closed('Where runs are kept.', { default: {} }),
    ),
    data: DataConfig,
    calendars: Type.Optional(
      Type.Array(CalendarConfig, { description: 'Trading calendars, which venues and instruments name.' }),
    ),
    venues: Type.Array(VenueConfig, { minItems: 1, description: 'Venues, in a fixed order.' }),
    accounts: Type.Array(AccountConfig, { minItems: 1, description: 'Accounts, in a fixed order.' }),
    strategies: Type.Array(StrategyConfig, {
      minItems: 1,
      description: 'Strategies; each message reaches them in this order.',
    }),
    nodes: Type.Optional(
      Type.Array(NodeConfig, {
        minItems: 1,
        description:
          'Which node hosts what; every account and every strategy is in exactly one. Absent: one node hosts all.',
      }),
    ),
    bars: Type.Object(
      {
        // Absent, no row of a backtest comes too late for its bar; live it is a fifth of a second.
        close_delay_us: Type.Optional(
          DurationUs({
            description:
              'How long after its end a built bar waits for late rows, microseconds; absent: the longest data latency in a backtest, 200000 live.',
          }),
        ),
      },
      closed('How bars are built.', { default: {} }),
    ),
    limits: LimitsConfig,
    instruments: Type.Array(Instrument, {
      description: 'Definitions beside the built-in ones; the same id here wins.',
      default: [],
    }),
  },
  closed('The configuration of a session.'),
)
export type Config = Static<typeof Config>
