// What of a session every later build reads, whatever else of its state it cannot: orders, executions, positions,
// balances, risk latches and counters, id high-water marks, and the strategies' own state for those who migrate it. It
// stands at the head of each epoch's base. Instruments are named by id: their index is a node's own.

import Type, { type Static } from 'typebox'

/** Raised with every change below; a build reads every version up to its own. */
export const LEDGER_SECTION_VERSION = 1

const closed = (description: string) => ({ additionalProperties: false, description })
const Text = (description: string) => Type.String({ description })
const Units = (description: string) => Type.Number({ description })
const Money = (description: string) => Type.BigInt({ description })

export const LedgerExecution = Type.Object(
  {
    execution_id: Text('Id of the trade at the venue.'),
    price_units: Units('Price.'),
    quantity_units: Units('Quantity; 0 once busted.'),
    commission: Money('Commission, 10^-8 of its currency.'),
    venue_cum_quantity_units: Units('CumQty of the venue at the trade.'),
  },
  closed('A booked trade of an order.'),
)

export const LedgerTerms = Type.Object(
  {
    trigger_price_units: Units('Stop or touch price.'),
    trigger_method: Text('Which price the trigger watches.'),
    trail_offset: Units('How far a trailing stop stays behind.'),
    trail_unit: Text('What the offset counts.'),
    limit_offset_units: Units('How far beyond its stop the limit stands.'),
    activation_price_units: Units('Where it begins to trail.'),
    expire_time_us: Units('When it expires.'),
    post_only: Type.Boolean({ description: 'Never takes liquidity.' }),
    reduce_only: Type.Boolean({ description: 'Never turns a position over.' }),
    display_quantity_units: Units('How much of it is shown.'),
    parent_counter: Units('The order that releases it.'),
    parent_fill: Text('How much of that one has to trade.'),
    group_counter: Units('The first order of its group.'),
    group_type: Text('What the orders of the group do to each other.'),
  },
  closed('What an order says beyond side, type, price and quantity.'),
)

export const LedgerOrder = Type.Object(
  {
    state: Text('State of the order machine.'),
    strategy_id: Text('Strategy.'),
    counter: Units("The strategy's counter: the order's key."),
    venue_id: Text('Venue.'),
    instrument_id: Text('Instrument.'),
    side: Text('FIX side.'),
    order_type: Text('FIX order type.'),
    time_in_force: Text('FIX time in force.'),
    terms: Type.Optional(LedgerTerms),
    incarnation: Units('The incarnation in force.'),
    client_order_id: Text('Its id.'),
    client_order_ids: Type.Array(Text('An id.'), {
      description: 'Every id the venue has seen for it, oldest first.',
    }),
    venue_order_id: Text("The venue's id of it."),
    price_units: Units('Price in force.'),
    order_quantity_units: Units('Quantity in force.'),
    cum_quantity_units: Units('Filled.'),
    leaves_quantity_units: Units('Open.'),
    notional_low: Units('Sum of price and quantity, low part.'),
    notional_high: Money('Sum of price and quantity, high part.'),
    accepted: Type.Boolean({ description: 'The venue is proven to have taken it.' }),
    ended: Type.Boolean({ description: 'Nothing of it is at the venue.' }),
    cancel_client_order_id: Text('Cancel in flight or remembered.'),
    cancel_unproven: Type.Boolean({ description: 'Whether the sending of that cancel is unproven.' }),
    replace_client_order_id: Text('Replacement in flight.'),
    replace_price_units: Units('Its price.'),
    replace_trigger_price_units: Units('Its trigger price.'),
    replace_quantity_units: Units('Its quantity.'),
    executions: Type.Array(LedgerExecution, { description: 'Its trades that are remembered.' }),
    forgotten_cum_quantity_units: Units('Highest CumQty among those that are not.'),
    ts_approved_us: Units('When it was approved.'),
    ts_sent_us: Units('When it was sent.'),
    ts_accepted_us: Units('When it was taken.'),
    ts_closed_us: Units('When it ended.'),
  },
  closed('An order.'),
)
export type LedgerOrder = Static<typeof LedgerOrder>

export const LedgerOrders = Type.Object(
  {
    counts: Type.Record(Type.String(), Units('Orders.'), {
      description: 'Orders since the session began: accepted, and by the state they ended in.',
    }),
    strategies: Type.Array(
      Type.Object(
        {
          strategy_id: Text('Strategy.'),
          counter_high_water: Units('Highest counter ever used.'),
          dropped_high_water: Units('Highest counter of an order no longer held.'),
          engine_requests: Units("Requests the engine made of its own about the strategy's orders."),
        },
        closed('High-water marks of one strategy.'),
      ),
      { description: 'By strategy, in the order they first traded.' },
    ),
    open: Type.Array(LedgerOrder, { description: 'Open orders, oldest first.' }),
    ended: Type.Array(LedgerOrder, { description: 'The ended orders that are remembered, oldest first.' }),
    stray_count: Units('Reports about orders nobody knows.'),
  },
  closed('The orders of one account.'),
)
export type LedgerOrders = Static<typeof LedgerOrders>

export const LedgerPosition = Type.Object(
  {
    instrument_id: Text('Instrument.'),
    quantity_units: Units('Positive long, negative short.'),
    open_cost: Money('What the open quantity was bought for, signed, exact.'),
    realized: Money('Profit realized, exact.'),
    positions_closed: Units('How often it ended.'),
  },
  closed('A netting position.'),
)
export type LedgerPosition = Static<typeof LedgerPosition>

export const LedgerPortfolio = Type.Object(
  {
    entry_count: Units('Ledger entries so far.'),
    totals: Type.Array(
      Type.Object(
        {
          currency: Text('Currency.'),
          kind: Text('Kind of entry.'),
          amount: Money('Sum of its entries, 10^-8.'),
        },
        closed('The sum of one kind of entry.'),
      ),
      { description: 'Cash by currency and kind; balances are their sums.' },
    ),
    fill_count: Units('Executions booked.'),
    positions: Type.Array(LedgerPosition, { description: "The account's positions." }),
    books: Type.Array(
      Type.Object(
        {
          strategy_id: Text('Strategy.'),
          positions: Type.Array(LedgerPosition, { description: 'Positions of its book.' }),
        },
        closed("A strategy's virtual book."),
      ),
      { description: 'Books by strategy; they sum to the account.' },
    ),
    booked: Type.Array(
      Type.Object(
        { instrument_id: Text('Instrument.'), amount: Money('Profit in account currency so far, 10^-8.') },
        closed('Profit of an instrument as booked.'),
      ),
      { description: 'So that conversion rounds the total.' },
    ),
  },
  closed('Cash and positions of one account.'),
)
export type LedgerPortfolio = Static<typeof LedgerPortfolio>

export const LedgerBehind = Type.Object(
  {
    strategy_id: Text('Strategy.'),
    counter: Units('The order whose trades its venue waits for.'),
    least_units: Units('The least it was for since there are any that wait.'),
    children: Type.Array(Units('A counter.'), { description: 'Those that wait, as they came.' }),
  },
  closed('Open orders that count behind another in the position limit.'),
)
export type LedgerBehind = Static<typeof LedgerBehind>

export const LedgerRisk = Type.Object(
  {
    state: Text('Latch: active, reduce_only or halted.'),
    approved_count: Units('Orders let through.'),
    denied_count: Units('Orders refused.'),
    apart: Type.Optional(
      Type.Record(Type.String(), Text('State of its machine.'), {
        description: 'Strategies in other nodes, by what those told last; absent where there are none.',
      }),
    ),
    admitted_us: Type.Optional(
      Type.Array(Units('When one was let through.'), {
        description:
          'Orders and replaces within the window of the rate, oldest first; absent where there are none, or the window is no longer than a second.',
      }),
    ),
    behind: Type.Optional(
      Type.Array(LedgerBehind, {
        description: 'By strategy and counter of the parent; absent where there are none.',
      }),
    ),
  },
  closed('The gate of one account.'),
)
export type LedgerRisk = Static<typeof LedgerRisk>

export const LedgerStrategy = Type.Object(
  {
    counter: Units('Last counter drawn.'),
    open_counters: Type.Array(Units('A counter.'), { description: 'Orders not known to have ended.' }),
    lifecycle: Text('State of its machine.'),
    is_paused: Type.Optional(
      Type.Boolean({
        description: 'A pause was ordered and not lifted; absent where there is none, or the state says so.',
      }),
    ),
    has_state: Type.Boolean({ description: 'Whether `state` is what the author kept.' }),
    state: Type.Unknown({ description: "The author's own state." }),
  },
  closed('One strategy.'),
)
export type LedgerStrategy = Static<typeof LedgerStrategy>

export const LedgerRemoteBook = Type.Object(
  {
    open: Type.Array(Type.Unknown(), { description: 'Open orders as the strategy sees them.' }),
    quantities: Type.Record(Type.String(), Type.Integer(), {
      description: 'Signed units, by instrument id.',
    }),
  },
  closed('What a strategy apart from its account knows of its orders.'),
)
export type LedgerRemoteBook = Static<typeof LedgerRemoteBook>

export const LedgerHeldOrder = Type.Object(
  {
    strategy_id: Text('Strategy.'),
    counter: Units("The strategy's counter: the order's key."),
    venue_id: Text('Venue.'),
    instrument_id: Text('Instrument.'),
    side: Text('FIX side.'),
    order_type: Text('FIX order type.'),
    time_in_force: Text('FIX time in force.'),
    terms: LedgerTerms,
    awaits: Text('What it waits for: its parent or its trigger.'),
    price_units: Units('Price.'),
    order_quantity_units: Units('Quantity.'),
    trigger_price_units: Units('Where it triggers now.'),
    is_trailing: Type.Boolean({ description: 'Whether a trail has begun.' }),
    anchor_price_units: Units('The best price a trail has seen.'),
    parent_units: Units("Its parent's quantity when it was asked for; 0: it has none."),
  },
  closed('An order the engine keeps in place of the venue.'),
)
export type LedgerHeldOrder = Static<typeof LedgerHeldOrder>

export const LedgerGroup = Type.Object(
  {
    type: Text("What its orders do to each other; '': nothing, the one in it grows with its parent."),
    ended_units: Type.Optional(
      Units(
        'What those that have ended had traded, as far as the others know; absent where that is nothing.',
      ),
    ),
    members: Type.Array(
      Type.Object(
        {
          strategy_id: Text('Strategy.'),
          counter: Units('Order.'),
          quantity_max_units: Type.Optional(
            Units('What its total may be at most; absent where nothing has bounded it.'),
          ),
          told_units: Units('What it has traded, as far as the others know.'),
          is_leaving: Type.Boolean({ description: 'The group ends it.' }),
          parent_counter: Units('The order it grows with; 0: none.'),
          parent_units: Units("That one's quantity when this order was asked for."),
          whole_units: Units('What it grows to; 0: it does not.'),
          granted_units: Units('What of that its parent has released.'),
        },
        closed('An order of the group.'),
      ),
      { description: 'In the order they joined.' },
    ),
  },
  closed('Orders of which one cancels or updates the others.'),
)
export type LedgerGroup = Static<typeof LedgerGroup>

export const LedgerEndedParent = Type.Object(
  {
    strategy_id: Text('Strategy.'),
    counter: Units('The order that waits.'),
    traded_units: Units('What its parent had traded when it ended.'),
  },
  closed('The end of an order that another waits for.'),
)
export type LedgerEndedParent = Static<typeof LedgerEndedParent>

export const LedgerTaken = Type.Object(
  {
    strategy_id: Text('Strategy.'),
    counter: Units('The order that waits.'),
    taken_units: Units('What trades of its group took of it.'),
  },
  closed('What became of an order before its parent released it.'),
)
export type LedgerTaken = Static<typeof LedgerTaken>

export const LedgerHolding = Type.Object(
  {
    orders: Type.Array(LedgerHeldOrder, { description: 'Oldest first.' }),
    ended_parents: Type.Optional(
      Type.Array(LedgerEndedParent, {
        description:
          'Of orders that may go once market and account are open, in the order their parents ended; absent where there are none.',
      }),
    ),
    taken: Type.Optional(
      Type.Array(LedgerTaken, {
        description: 'Of orders that wait for a parent; absent where there are none.',
      }),
    ),
    groups: Type.Array(LedgerGroup, { description: 'Oldest first.' }),
    counters: Type.Record(Type.String(), Units('Highest counter of an order ever kept here.'), {
      description: 'By strategy id.',
    }),
    undecided: Type.Optional(
      Type.Array(Type.Unknown({ description: 'An intent.' }), {
        description:
          'What strategies in other nodes asked for in the last step, which left no word of it; absent where there is nothing.',
      }),
    ),
  },
  closed('What the engine itself keeps of one account.'),
)
export type LedgerHolding = Static<typeof LedgerHolding>

export const LedgerSection = Type.Object(
  {
    version: Type.Integer({ minimum: 1, description: 'Version of this schema.' }),
    seq: Units('Inputs so far.'),
    now_us: Units('Engine time.'),
    outputs: Type.Unsafe<Uint8Array>(
      Type.Unknown({ description: 'The output hash so far and its open block, canonical bytes.' }),
    ),
    orders: Type.Record(Type.String(), LedgerOrders, { description: 'By account id.' }),
    portfolios: Type.Record(Type.String(), LedgerPortfolio, { description: 'By account id.' }),
    risks: Type.Record(Type.String(), LedgerRisk, { description: 'By account id.' }),
    holdings: Type.Record(Type.String(), LedgerHolding, { description: 'By account id.' }),
    strategies: Type.Record(Type.String(), LedgerStrategy, { description: 'By strategy id.' }),
    days_ended: Type.Optional(
      Type.Record(Type.String(), Units('Time on the clock of the venue, microseconds.'), {
        description: 'When a day ended last, as far as it was told, by instrument id; absent where none was.',
      }),
    ),
    remote_books: Type.Optional(
      Type.Record(Type.String(), LedgerRemoteBook, {
        description: 'By strategy id; absent where there are none.',
      }),
    ),
  },
  closed('What of a session outlives the build that ran it.'),
)
export type LedgerSection = Static<typeof LedgerSection>
