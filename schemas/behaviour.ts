// The number of what the code decides where its schemas stay as they are. A journal says under which it was written, and
// is run again under that one: a change that alters a decision raises the number and is asked for where it acts, so that
// what was written before comes out as it did.

/**
 * 1: as the journals say that name none.
 *
 * 2: in a backtest a bar's volume trades once: buys and sells share it, and so does all that happens on the way to a
 *    price.
 *
 * 3: what an order says holds to its end.
 *
 *    Orders
 *    - A post-only order takes neither by a replace nor when its trigger is met.
 *    - A market-to-limit order that finds nothing is canceled, and meets own orders as far as the first level alone.
 *    - One that trades whole in an auction ends before others trade.
 *    - Fill-or-kill counts none of its own group, fills whole before an own order that would end it, knows how far it
 *      slips, and takes what its model promised.
 *    - The limit of a trailing order is a price. A replace gives such an order no trigger price, whoever watches it,
 *      and no order a limit that has none. One that trails where no market comes is denied.
 *    - A trail that begins at its activation price stands at its offset there, where its first stop is not nearer, and
 *      every trail on the increment of where it stands.
 *    - The limit that a venue makes of an order, from market to limit or as a trailing one is triggered, is that
 *      order's, and what a change leaves out stays as it is.
 *    - A replace that only lowers an order is a cancel of a part: a venue takes it when it takes cancels, and the
 *      gate passes it but in a halted account; one of the engine's that a venue refused is asked for again when its
 *      instrument trades again.
 *    - An order that shows a part shows a whole one where it comes to a new place, and a trade at a worse price is
 *      its own part after part. One of which links leave less than it shows shows what is left; one that shows more
 *      than it is for is denied at once.
 *    - An order that has traded whole while its replace is unanswered need not be in its venue's books.
 *
 *    Orders that the engine holds
 *    - Orders it would hold without ever looking at their trigger, or send with another time in force, go to the
 *      gate, which denies them.
 *    - What the venue lacks of an order that waits here for trigger or parent is denied as it is asked for, and so
 *      are its prices and quantity, and what a venue would not take as the market stands, of a change, too.
 *    - One that is held is watched on where its venue has come to watch triggers itself.
 *    - One that is held loses its place by a replace, as at a venue, and wherever it waits for its trigger, it keeps
 *      it where it is lowered at most. One that only reduces ends when there is nothing left to reduce.
 *    - What follows from orders that are kept here waits for room in the order rate, and behind a closing auction for
 *      the next session. What the gate denies behind its trigger is open no longer for a strategy in another node,
 *      and that one sees its open orders from the asking on, in the states and the order of one node.
 *
 *    Links between orders
 *    - What is due between them while a market is closed is looked at every quarter second, and nothing else is: a
 *      request that a venue refused is not made again for that.
 *    - What a parent had traded when it ended is kept with the orders that wait for it; one that comes behind a
 *      parent which left too little for it ends at once. Nothing hangs on an order that was over as it was asked for.
 *    - A child that waits in the engine and is cancelled leaves its parent as one at a venue does; one that its venue
 *      cancels, or that has nothing left to reduce, takes the rest of its parent along.
 *    - A child that waits is in proportion to what its parent is for as it is asked for or changed, a replace without an
 *      answer included; no lowering gives it a larger share, and no raise beyond its parent one beyond one to one.
 *    - One that is denied as it is asked for ends nobody of the group it named, and one that takes its limit from its first
 *      trade grows once it has one.
 *    - The quantity of a child is its strategy's to change once it has all it grows to, and not before; what others of
 *      its group take is of all it is to grow to, and before it came in of what its parent releases. One that has
 *      traded all its venue knew of before it grew leaves the rest to the others of its group; one at its venue that
 *      has traded all that was released at the row that trades more of its parent goes on with what that releases. One
 *      of a venue comes in and grows behind the bars of the time in which its parent trades.
 *    - What a row releases or leaves nothing to reduce comes in or ends behind that row, whichever leads to the
 *      other.
 *    - One that joins an order which has ended, or in a group of which one cancels the others has traded, is denied;
 *      in one of which one lowers the others it is for what all of these have left, those that have ended included, and no
 *      change of it brings the rest back. One that joins a group as one of another type is refused, and the group stays
 *      what it is.
 *    - One that trades whole in a group of which one lowers the others leaves them the rest, and one of which its parent
 *      leaves too little for an order leaves them what that one traded.
 *    - An order whose trade ends it has the others of its group cancelled once. Groups are looked at in the order in
 *      which they were founded, and none takes in an order by one that is to leave it. What others took of a held
 *      order no change of it brings back.
 *    - The gate counts children that a venue keeps behind their parent, and not as if they traded without it.
 *    - A child that the gate would not take as it is asked for waits in the engine, whatever its venue keeps, and one of
 *      an order that was denied, or that nobody remembers, is denied, too.
 *    - At a venue one that lowers others of its group, and traded whole before they came, leaves them the rest.
 *    - A simulated exchange keeps them, unless its configuration says otherwise.
 *    - A group over two venues is kept by the engine, whatever these keep. One that its venue keeps weighs in its
 *      account as its largest order does, where one of it comes in, is triggered or grows, and in the price of an
 *      auction.
 *
 *    Sessions, auctions, halts
 *    - A market changes before what reaches its venue at that time, and before an order's time ends then; what comes
 *      at the cut-off of an auction is too late, and a pause of the US plan in the last minutes ends with the closing
 *      auction. At one moment a halt begins, then sessions change, then a halt ends. What was shown before a halt that
 *      ends in the closing call, or before a market of other rules, is of before.
 *    - An instrument whose bids and asks have bars begins once both have come, or an hour later with one of them. The
 *      last price counts in an auction from the bid to the ask.
 *    - The end of a day that passed while its venue was not heard ends what the engine holds for that day, and under
 *      other rules of the market what was for a session that is over ends.
 *    - The price of an auction that nobody names is on the increment. What it takes is gone as what trades before and
 *      behind it is, on both sides of a volume that both show; what the market trades with itself there is none of
 *      the run's share. Orders that only reduce take their turn among those of their account by price and time. Own
 *      orders do not trade with each other unless their venue lets them.
 *    - What the print of an opening leaves does not meet the quote of before it. Who comes while a close waits for
 *      its print is for the next session, where a venue queues what comes while it is closed.
 *    - An order keeps its place in a queue over a halt.
 *
 *    Books and bars
 *    - A last price is no offer: a limit order trades once it is passed, or at it by chance, and where the data says who
 *      stands there. Imported bars are traded through, the nearer extreme first, unless the venue says otherwise, and a
 *      trail stands inside one until it ends.
 *    - A touch that fills by chance keeps price and time; by order it fills an order only where nobody is ahead.
 *    - A share of what is shown is one for all orders, and one of a trade is of all that traded. Where trades or bars at
 *      their close are the market it is one of what traded, and not of the default.
 *    - A sell that is pressed or slips beyond the last valid price meets that one.
 *    - By volume each fill presses by itself, in fractions of a unit, and half of what passes is gone in each half-life,
 *      whatever was taken meanwhile. What comes to a resting order by a trade or a touch is pressed as a quote is.
 *    - In a book by order what own orders take is gone from the orders that came first, a snapshot gains no order a
 *      place, and what comes in under a known id meets own orders without the one that it replaces.
 *    - In a deeper book a resting order that the market has come to has its share of each level it reaches, and not
 *      of the best alone; and what orders of the run took moves no best price for triggers, margin and the side of a
 *      trade.
 *    - A bar beside quotes is news for triggers by the last price. On its way inside a bar the market meets those
 *      first that it had come to with nothing left, and passes the prices at which resting parents trade, with what they
 *      release. One that opens an instrument shows at its open no more than its quarter, and that once.
 *      Inside one of bids or asks a trigger that watches the middle is met where the middle is there. Those of one time
 *      go together, and what is sent where bars are the market comes behind the rows of its time.
 *    - Fills count as decided by the order of high and low where both met orders, if only to trigger or end them.
 *
 *    Strategies and operators
 *    - What a strategy says that would be passed over faults it: names that no order has, links to no order, another
 *      type for a group than the same handler gave it, a change of nothing, what names no timer, signal or price, and a
 *      timer without a handler of timers; so it is refused where its indicators say what none has, or it asks for
 *      signals and has no handler of them.
 *    - A strategy that an operator halted is halted still when the session has been stopped.
 *    - An order or replace that was long on its way from another node is denied, though the engine would hold what it
 *      is about, and a strategy apart from its account goes on from the counters that its account knows.
 */
export const BEHAVIOUR = 3

/** From which number on a change holds. */
export const SINCE_BEHAVIOUR = {
  bar_volume_once: 2,
  terms_hold: 3,
  denied_closes: 3,
  told_as_in_one_node: 3,
  place_over_halt: 3,
  due_alone: 3,
  knows_ended: 3,
  reducers_end: 3,
  lowers_at_once: 3,
  cancels_once: 3,
  unknown_refused: 3,
  halt_outlives_stop: 3,
  intents_age: 3,
  counters_told: 3,
  filled_unlisted: 3,
  ends_days_once: 3,
  venue_keeps_links: 3,
} as const

/** Of a journal's header; those of before there was a number name none. */
export const BEHAVIOUR_UNNAMED = 1
