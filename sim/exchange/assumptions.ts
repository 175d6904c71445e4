// What the simulated exchange takes for granted: listed in the guide, and in every report, there those first that its run
// rests on.

/** What can be the case at a venue of a run, by its configuration, its data and the orders that were sent there. */
export type RunFact =
  // The hours and rules of its market.
  | 'closures'
  | 'auctions'
  | 'auction_prints'
  | 'price_bands'
  | 'band_plan'
  | 'busts'
  | 'increments_by_price'
  // Its data.
  | 'quotes'
  | 'trades'
  | 'bars'
  | 'expanded_bars'
  | 'trades_or_bars'
  | 'trades_or_closes'
  | 'book_rows'
  // How it trades, and how long it takes.
  | 'quote_book'
  | 'deep_book'
  | 'book_by_order'
  | 'residuals'
  | 'other_fills'
  | 'participation'
  | 'queue'
  | 'queue_of_levels'
  | 'impact'
  | 'self_match'
  | 'engine_triggers'
  | 'venue_links'
  | 'latency'
  | 'data_latency'
  | 'conversion'
  // The orders it had.
  | OrderTrait
  | 'forgotten_orders'

/** What an order, or a request about one, can be. */
export type OrderTrait =
  | 'market_orders'
  | 'market_to_limit_orders'
  | 'limit_orders'
  | 'resting_orders'
  | 'triggers'
  | 'stops'
  | 'trails'
  | 'auction_orders'
  | 'immediate_orders'
  | 'gtd_orders'
  | 'reduce_only_orders'
  | 'post_only_or_reduce_only_orders'
  | 'display_quantities'
  | 'links'
  | 'groups'
  | 'replaces'
  | 'cancels_or_replaces'

export type Assumption = {
  readonly sentence: string
  /** It says nothing of a venue that lacks one of these. */
  readonly needs: readonly RunFact[]
}

export const ASSUMPTIONS: readonly Assumption[] = [
  {
    sentence:
      'A venue without a calendar trades around the clock, and a day order stays in force there like a good-till-cancel one; with one, a day order expires when the last session of its day ends.',
    needs: [],
  },
  {
    sentence:
      'While an instrument is closed, before its opening, in a closing call or halted, none of its orders fills and no trigger is met, whatever the data shows.',
    needs: ['closures'],
  },
  {
    sentence:
      'An instrument opens with its first row behind the opening, one of bars of bids and asks once both have come, or after an hour with the next of one, which stands for both until the other has bars again; and orders that waited meet the market there like new ones: a gap fills them at the price of the opening. Strategies hear that it trades behind that row: what they ask for at the row itself is judged as before the opening.',
    needs: ['closures'],
  },
  {
    sentence:
      'Orders for an auction are taken and replaced up to its cut-off, which itself is too late, and canceled at any time, unless its calendar has a cut-off for cancels: from that one on they stay as they are until the auction has had its price, in a halt, too, errors not excepted.',
    needs: ['auction_orders'],
  },
  {
    sentence:
      'The price of an auction is the one at which most trades, then leaves the smallest imbalance, then is nearest to the last price, or to the bid or the ask of that moment where the last price is beyond them, then is the higher.',
    needs: ['auctions'],
  },
  {
    sentence:
      'In an auction buyers of the run are crossed with what the book shows at that moment as if no sellers of the run were there, and its sellers as if no buyers were, so that each side has one price; where a venue lets orders of one account trade with each other all orders of the run have one, those of two accounts, too.',
    needs: ['auctions'],
  },
  {
    sentence:
      'Of the book an auction fills with best prices alone no more than the displayed sizes, and of a volume that both sides share that side first whose first order that trades came first; at its price the orders of the market come first, but for those behind an order that a halt has kept in its queue.',
    needs: ['auctions'],
  },
  {
    sentence:
      'Where a venue takes auction prices from prints, orders better than the first trade behind the auction get its price, up to its size, and orders at that price get nothing; what is left meets the first quote that has come behind the opening, which may be behind the print.',
    needs: ['auctions', 'auction_prints'],
  },
  {
    sentence:
      'In an auction the fill model of a venue has no say, neither by a share of what is shown nor by slippage, and nor has its impact.',
    needs: ['auctions'],
  },
  {
    sentence:
      'Prices have no bands unless the venue is given some; then own orders do not trade while a side of the market is beyond its band, and a market that stays at one is paused, and goes on with an auction, under the US plan in the last ten minutes with the closing one.',
    needs: [],
  },
  {
    sentence:
      'Bands stand around the mean of the last minutes, which moves them at each price, or, under the US limit up-limit down plan and where the configuration says so, once it differs enough from the price they stand around and that has stood long enough; time alone moves them with the next row of the instrument.',
    needs: ['price_bands'],
  },
  {
    sentence:
      'Under the US limit up-limit down plan the percentages go by the last price of the day before, or else the first of the day, in the quote currency; multiples for leveraged products are left out.',
    needs: ['band_plan'],
  },
  {
    sentence:
      'No trade is taken back or corrected unless the venue is told to, by chances drawn from the seed, or in a paper session by its operator; an open order has a busted quantity to trade again, an ended one does not.',
    needs: [],
  },
  {
    sentence:
      'A halt is one of the script in the configuration, a pause at a band, or in a paper session one of its operator; it ends with an auction, and one that lasts over the close leaves the closing auction out.',
    needs: [],
  },
  {
    sentence:
      'Market buys pay the ask and market sells receive the bid of the book at the time the order reaches the venue.',
    needs: ['market_orders'],
  },
  {
    sentence:
      'A market order fills up to the displayed size at the touch and the whole residual one price increment worse, however large it is.',
    needs: ['market_orders', 'quote_book', 'residuals'],
  },
  { sentence: 'Only whole lots of the displayed size trade.', needs: [] },
  {
    sentence:
      'An order that only reduces ends behind the row that leaves it nothing to reduce, inside an expanded bar behind the price that does; a position that ends and begins again within one row keeps it.',
    needs: ['reduce_only_orders'],
  },
  {
    sentence:
      'The displayed size of a side is shared by all orders until the next row of that instrument shows it anew, or, under taken_until level_changes, until a quote shows another price or size there.',
    needs: ['quote_book'],
  },
  {
    sentence: 'A size of zero in the data means the configured default displayed quantity.',
    needs: ['quotes'],
  },
  {
    sentence:
      'The marketable part of an arriving limit order fills at the touch up to the displayed size, and the rest waits at its limit.',
    needs: ['limit_orders', 'quote_book'],
  },
  {
    sentence:
      'A resting limit order fills at its own price, and only when the opposite side reaches that price; a touch of its own side is not a cross.',
    needs: ['resting_orders'],
  },
  {
    sentence:
      'On quotes resting limit orders have no queue of others ahead of them unless the venue chooses one; among the orders of the run, better price goes first, then the earlier order.',
    needs: ['resting_orders', 'quote_book'],
  },
  {
    sentence:
      'With a queue on quotes an order stands behind all that is shown at its price when it comes to rest, at a price behind the best behind whatever is first shown there, and between the best prices behind nobody.',
    needs: ['resting_orders', 'quote_book', 'queue'],
  },
  {
    sentence:
      'In a queue trades at the price use up what is ahead, and what is left of a trade fills the order; a trade at a worse price, or the other side beyond its price, fills it, and the other side at exactly its price only where nobody is ahead.',
    needs: ['resting_orders', 'queue'],
  },
  {
    sentence:
      'A trade that does not say who took is counted to the side whose best price it is at or beyond, and to none inside the spread; one without a size has the default displayed quantity.',
    needs: ['trades'],
  },
  {
    sentence:
      'A level that is shown no more leaves nobody ahead and fills nothing; trades and bars without quotes show no queue, so that under one they fill resting orders only beyond their price.',
    needs: ['resting_orders', 'queue'],
  },
  {
    sentence:
      'In a conservative queue what others take back was never ahead; by position the expected part of it was, f(ahead) : f(behind), drawn by no chance, and an order stands behind no more than is shown; in a conservative one it may. A trade is expected before the quote that shows what it left.',
    needs: ['resting_orders', 'queue_of_levels'],
  },
  {
    sentence:
      'Over a halt, a pause or a stand at a band an order keeps its place in a queue, and what is shown at its price when trading goes on tells what others did meanwhile, of a book by order each of its rows; over a closing call and the end of a session the place is lost.',
    needs: ['resting_orders', 'queue', 'closures'],
  },
  {
    sentence:
      'A replace keeps its place in time only if it leaves price and trigger price and does not raise the quantity.',
    needs: ['replaces'],
  },
  {
    sentence:
      'The remainder of an immediate-or-cancel order and an unfillable fill-or-kill order are canceled, not expired.',
    needs: ['immediate_orders'],
  },
  {
    sentence:
      'Orders of the run do not trade with each other, unless the venue lets those of one account do so, and move the market in auctions alone, unless it chooses an impact.',
    needs: [],
  },
  {
    sentence:
      'An impact makes what the run took worse for the side that took it, in whole increments, and nothing better for the other: later orders, and what comes to resting ones, meet prices as pressed; triggers, margin and marks see the data.',
    needs: ['impact'],
  },
  {
    sentence:
      'Where orders of one account meet they trade at the price of the one that waited, or are canceled, by the rule of self-match prevention that the venue names; at one price the market goes first unless nobody stands in front of the own order. Orders of two accounts meet in auctions alone, of a venue where those of one account trade.',
    needs: ['self_match'],
  },
  {
    sentence:
      'A trade or an imported bar of price type last puts bid and ask at its price, so such a market has no spread, and what takes there pays none; a bid or ask bar does so for its own side, and for the other until that has bars of its own.',
    needs: ['quote_book', 'trades_or_bars'],
  },
  {
    sentence:
      'Where the last prices that are the market bounce between a bid and an ask that nobody is shown, what takes only at the better of the two gains up to half of the bounce with each fill: an order if touched, or a limit order that is immediate or cancel. Fills of such orders there are no proof that they earn.',
    needs: ['quote_book', 'trades_or_bars'],
  },
  {
    sentence:
      'Where trades or bars are the market, a limit order trades at exactly its price only where the data says that somebody stands there on the other side: a bar of asks does for buys, one of bids for sells, and so does a trade in which a buyer took, or a seller. A last price alone touches it, and the order, new or resting, waits until it is passed.',
    needs: ['quote_book', 'trades_or_bars'],
  },
  {
    sentence:
      'Where trades, or bars that are not expanded, are the market, the configured default displayed quantity is shown at their price, whatever their own sizes, but under participation.',
    needs: ['quote_book', 'trades_or_closes'],
  },
  {
    sentence:
      'Once an instrument has had a quote, its trades and bars no longer move its book: trades and bars of last prices are news for triggers by the last price alone, and bars of bid or ask prices are ignored and counted.',
    needs: ['quote_book', 'quotes', 'trades_or_bars'],
  },
  {
    sentence:
      'Orders, cancels, replaces and reports are under way for the latency configured: the same for each, drawn from a distribution by the seed, or one after the other from a recording, which begins again behind its end; no message is lost.',
    needs: [],
  },
  {
    sentence:
      'Without latency an order meets the market as it stands at the row it was decided on; where bars are the market, at their close once all rows of that time have come, so that nobody trades against the bar of a minute that is over.',
    needs: [],
  },
  {
    sentence:
      'What one account sends to a venue keeps its order, and so do the reports it gets: what would be faster waits for what was sent before it, as on one TCP connection, whatever the delay of each.',
    needs: ['latency'],
  },
  {
    sentence:
      "Where a venue has a data latency, the exchange trades on a row at its own time and the strategy sees it later; rows of one source, one venue's one kind, keep their order, and one that is still under way at the end of the range is never seen.",
    needs: ['data_latency'],
  },
  {
    sentence:
      'A race of a fill with a cancel or a replace is decided by what comes first at the venue; the request that loses is refused, with the order as it is by then.',
    needs: ['cancels_or_replaces'],
  },
  {
    sentence:
      'Positions net, in one margin account per account id across the venues it trades at, and profit is realized at average cost.',
    needs: [],
  },
  {
    sentence:
      'An order that raises the worst-case exposure is taken only if equity covers initial margin and leverage of all worst cases at the prices that would close them; one that cannot raise it needs no margin.',
    needs: [],
  },
  {
    sentence:
      'Money is converted at the constant rates given, when profit is realized or a commission charged.',
    needs: ['conversion'],
  },
  { sentence: 'There is no margin call, no financing and no interest.', needs: [] },
  {
    sentence:
      'Contracts do not expire and are not settled, and no split, dividend or renaming of an instrument is acted on: prices are taken as the data has them.',
    needs: [],
  },
  {
    sentence:
      'The venue forgets the oldest finished client order ids beyond the configured retention, and then no longer knows a duplicate of them.',
    needs: ['forgotten_orders'],
  },
  {
    sentence:
      "The fill model of a venue is the one of its configuration: residual_worse unless it names another; the sentences on market orders above are that model's.",
    needs: [],
  },
  {
    sentence:
      'Under top_of_book, walk_book and participation what a market order finds no size for is canceled; under probabilistic a market order slips one increment, and a touched limit order fills, where a last price touches it, too, by the chances given, drawn from the seed of the session, and none before another of its side with a better price or of the same that came first.',
    needs: ['other_fills'],
  },
  {
    sentence:
      'A buy stop watches the ask and a sell stop the bid, an order if touched likewise, unless it names the last price or the middle; a trigger is met at its price or beyond.',
    needs: ['triggers'],
  },
  {
    sentence:
      'A triggered stop is a market order at that moment: gapped through, it fills at the first price beyond its trigger.',
    needs: ['stops'],
  },
  {
    sentence:
      'An order whose trigger its venue does not watch is watched by the engine; without latency it gives the same fills, but inside an expanded bar, of which the engine sees the close alone, where bars of one time come one after the other, of which the engine sees each as it comes, where an order is changed at the very row that triggers it, where one row triggers orders that the venue watches, which go first, and others, where one that only reduces meets a position that ends and begins again at one moment, and where what goes out then meets a limit of the risk gate, which a stop beyond the order rate waits for.',
    needs: ['triggers', 'engine_triggers'],
  },
  {
    sentence:
      'An order that waits for its trigger weighs nothing in the margin; the account is asked again when it is triggered, and what it cannot bear is canceled.',
    needs: ['triggers'],
  },
  {
    sentence:
      'A trailing stop follows every row and never moves back; where its offset or that of its limit falls between two prices, it is rounded to the increment away from the market.',
    needs: ['trails'],
  },
  {
    sentence:
      'Of a trailing order a first stop of 0 says that it has none, and an activation price of 0 that it trails at once, where prices may be zero or below, too.',
    needs: ['trails'],
  },
  {
    sentence:
      'A market-to-limit order takes what is shown at the touch, and the rest waits at the price of its fill; one that finds nothing there is canceled.',
    needs: ['market_to_limit_orders'],
  },
  {
    sentence:
      'A post-only order that would take is rejected, a replace by which it would is refused, and one that would when it is triggered is canceled; a reduce-only order fills no more than is open on the other side, in an auction no more than those before it by price and time leave of it, and its rest is canceled.',
    needs: ['post_only_or_reduce_only_orders'],
  },
  {
    sentence:
      'A displayed part that is used up is followed by the next behind all others at its price, and an order that loses its place shows a whole part at the new one.',
    needs: ['display_quantities'],
  },
  {
    sentence:
      "An order good till date trades up to and at its time, and expires after the rows of that time, and after an auction of that time whose price is the book's; one that comes at its time is too late.",
    needs: ['gtd_orders'],
  },
  {
    sentence:
      'An imported bar passes its open, the extreme nearer to it (the high where both are as near), the other one and its close, with a quarter of its volume at each and the rest at the close; so expanded unless it is to trade at its close alone. Where the venue says `fixed` the high always comes first: what it triggers can trade at the low of the same bar, which flatters a buy stop-limit that waits for the way back.',
    needs: ['bars', 'quote_book'],
  },
  {
    sentence:
      'Bars of bids and of asks that end together go together once the rows of that time have come, behind one of last prices: at one pace, in steps of a price unit of the longer way, in one order of high and low, by the sum of their distances; a side that is between two increments at a step stands at the worse, and the middle is that of both as they stand. One without the other, and each on the tape of a session, whose rows have a time each, goes by itself while the other side stands.',
    needs: ['expanded_bars'],
  },
  {
    sentence:
      'Inside an expanded bar the market passes every price between: a stop there fills at its trigger where its venue watches it, and only the open gaps, where resting limit orders fill at the open if it is better than their price.',
    needs: ['expanded_bars'],
  },
  {
    sentence:
      'A volume of an expanded bar is traded once: buys and sells share it, and all that happens on the way to a price shares what is shown there, those first that the market had come to before with nothing left for them; a bar without a volume shows the default on each side.',
    needs: ['expanded_bars'],
  },
  {
    sentence:
      'Inside an expanded bar a trail stands where it stood at the open, since nothing tells what came before what; at the close it follows the best price of the bar, and is met there where the close is beyond its stop.',
    needs: ['trails', 'expanded_bars'],
  },
  {
    sentence:
      'An order that arrives while a bar forms meets all prices of that bar, since nothing in it tells which came before the order: one that is decided on shorter bars or other rows of the same minutes is flattered.',
    needs: ['bars', 'quote_book'],
  },
  {
    sentence:
      "Links between orders are kept by the venue, unless it takes none (`all`, `market_and_limit`, a broker's table) or only groups of which one cancels the others (`all_and_oco`); those it does not take, over two venues, or with an order that waits in the engine, the engine keeps. These act on the venue's reports: with latency, inside one expanded bar, or where one row or bars of one time meet both, two orders of a group may both trade before the first report.",
    needs: ['links'],
  },
  {
    sentence:
      "Kept by the venue, a trade ends or lowers the others of its group before anything else is matched, in one auction one order of a group alone trades, and what a parent's trade releases of a child meets the book once the row or order that traded has been matched, inside an expanded bar once the market has been at the price of that trade: it is there for the rest of the bar. Where bars of the child's instrument may still come of that time, it meets the book behind them, but for those of last prices of another length.",
    needs: ['links', 'venue_links'],
  },
  {
    sentence:
      'Orders of a group that the venue keeps weigh in their account as the largest of them does; of one that the engine keeps each weighs by itself, so that where nothing can be sold short a stop beside a limit is canceled as it is triggered, and the limit with it, unless it only reduces.',
    needs: ['groups'],
  },
  {
    sentence:
      'Without latency links kept by the venue and by the engine give the same fills, but where one row or one moment meets two orders of a group, inside an expanded bar that trades a parent (what it releases is there for the rest of the bar at the venue, and behind it where the engine keeps it), where a strategy cancels or replaces an order at the very row that trades what hangs on it (the engine ends what it holds before it hears of the trade, the venue has released it) or asks for another at the row that releases one, or more of one (the engine sends that, or lets it grow, behind the other), where a child has traded all that was released of it at the very row that trades more of its parent, or at bars of one time (the engine leaves the rest to the others of its group, where it has one; at the venue it goes on with what that releases), where an order that shows a part was released or lowered below that part and grows (the engine cannot show more of it by a replace), where a lowered order would be below the least the venue takes (the engine cannot replace it by that, the venue lowers it all the same), where what the engine sends meets a limit of the risk gate or a halt (the gate judges a child kept by the venue when it is asked for, with its whole quantity; one for which it has no room then, with other ways out of the same parent, waits in the engine, and so is not kept by the venue), in an auction, where one of a group trades whole or ends before another of it has come (the venue gives that one the rest of a group of which one lowers the others, and refuses it otherwise), and after a linked order was replaced.',
    needs: ['links'],
  },
  {
    sentence:
      'A venue has no report of its own for a quantity it takes away or has not released: the order is told with the quantity ordered until it ends, and what never worked ends as canceled.',
    needs: ['links', 'venue_links'],
  },
  {
    sentence:
      'Where a venue keeps a book by price or by order, what takes walks the levels, and so does a resting order that the market has come to, at its own price; what the book does not hold is not filled, but under residual_worse and probabilistic, where the rest of a market order trades one increment beyond the last level; what own orders took stays taken until the data says anew what stands at the level, by order as long as the orders that came first are there.',
    needs: ['deep_book'],
  },
  {
    sentence:
      'In a book by price a resting order stands behind the whole level it joins, and only trades use that up, unless the venue chooses another queue; in a book by order its place is exact, and a trade that took from behind it is one it would have had first.',
    needs: ['deep_book', 'resting_orders'],
  },
  {
    sentence:
      'Over a snapshot of a book by order who comes back at the side and price of an order of the run stands to it as before, and whoever else the snapshot shows there stands in front of it.',
    needs: ['book_by_order'],
  },
  {
    sentence:
      'The rows of one event of a book change it at once, and nothing is matched between them; a book whose sides cross in the data trades as it stands, and is shown to nobody as a quote.',
    needs: ['book_rows'],
  },
  {
    sentence:
      "Each fill costs the commission of its venue, by value or by unit, a maker's like a taker's; there is no minimum for an order, no tier and no rebate, and without one in the configuration trading is free.",
    needs: [],
  },
  {
    sentence:
      'An order that comes before the first row of its instrument is rejected, where orders wait for an opening, too.',
    needs: [],
  },
  {
    sentence:
      'A stored quote whose bid is above its ask trades as it stands: buys pay the lower ask, sells receive the higher bid.',
    needs: ['quotes'],
  },
  {
    sentence:
      'A side of a deeper book that is empty has nothing to take, and keeps its last price for triggers, margin and the reference of an auction.',
    needs: ['deep_book'],
  },
  {
    sentence:
      'What orders of the run took of a deeper book moves none of its best prices: triggers, margin, marks, bands and the side of a trade that does not say who took go by the prices of the data.',
    needs: ['deep_book'],
  },
  {
    sentence:
      'An imported bar is a row of its end: one that ends while its instrument is closed, a daily one for instance, fills nothing there.',
    needs: ['bars', 'closures'],
  },
  {
    sentence:
      'Under participation all orders of the run, of every account, take one share together of what is shown, until the data shows anew, or of a trade, whatever of that those in front of them had, whoever comes first.',
    needs: ['participation'],
  },
  {
    sentence:
      'Where trades, or bars that are not expanded, are the market, the share under participation is one of what traded, of buys and sells together, and one of the default displayed quantity where the data has no size; of a trade that was the print of an auction nobody has a share besides.',
    needs: ['quote_book', 'participation', 'trades_or_closes'],
  },
  {
    sentence:
      'What linked orders did upon a trade stays done when that is taken back: what it canceled stays canceled, and what it took from others or released of children stays so.',
    needs: ['links', 'busts'],
  },
  {
    sentence:
      'Where the increment depends on the price, residuals, slippage, impact and the ticks of a trail count increments as they are at the price they start from.',
    needs: ['increments_by_price'],
  },
]
