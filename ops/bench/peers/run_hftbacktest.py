"""hftbacktest over the tape, its events in memory. A quote is the changes of a book by price that it makes, two to four."""

import numpy as np
import tape
from hftbacktest import (
    BUY_EVENT,
    DEPTH_EVENT,
    EXCH_EVENT,
    GTC,
    LOCAL_EVENT,
    MARKET,
    SELL_EVENT,
    BacktestAsset,
    ROIVectorMarketDepthBacktest,
)
from hftbacktest.types import event_dtype
from numba import njit

SHOWN = DEPTH_EVENT | EXCH_EVENT | LOCAL_EVENT
MINUTE_NS = 60_000_000_000
NEW_FEED = 2


@njit
def put(event, side, price, size, ts_ns):
    event["ev"] = side | SHOWN
    event["px"] = price * 1e-5
    event["qty"] = size
    event["exch_ts"] = ts_ns
    event["local_ts"] = ts_ns


@njit
def fill(events, ts_us, bids, asks):
    """Each quote says both sides; a side that moved loses its old level first."""
    count = 0
    for i in range(len(ts_us)):
        ts_ns = ts_us[i] * 1_000
        for side, prices in ((BUY_EVENT, bids), (SELL_EVENT, asks)):
            if i > 0 and prices[i] != prices[i - 1]:
                put(events[count], side, prices[i - 1], 0.0, ts_ns)
                count += 1
            put(events[count], side, prices[i], 1e6, ts_ns)
            count += 1
    return count


@njit
def order(hbt, order_id, side_is_buy, quantity):
    hbt.clear_inactive_orders(0)
    depth = hbt.depth(0)
    if side_is_buy:
        hbt.submit_buy_order(0, order_id, depth.best_ask, quantity, GTC, MARKET, False)
    else:
        hbt.submit_sell_order(0, order_id, depth.best_bid, quantity, GTC, MARKET, False)


@njit
def ema_cross(hbt):
    minute, close, fast, slow, bars, orders = -1, 0.0, 0.0, 0.0, 0, 0
    was_above = False
    while hbt.wait_next_feed(False, 10**18) == NEW_FEED:
        now = hbt.current_timestamp // MINUTE_NS
        if now != minute and minute >= 0:
            fast = close if bars == 0 else fast + (close - fast) * 2 / 11
            slow = close if bars == 0 else slow + (close - slow) * 2 / 21
            bars += 1
            is_above = fast > slow
            if bars > 1 and is_above != was_above:
                order(hbt, orders + 1, is_above, 10_000.0 if orders == 0 else 20_000.0)
                orders += 1
            was_above = is_above
        minute = now
        close = hbt.depth(0).best_bid
    return orders


@njit
def order_every(hbt, every):
    feeds, orders = 0, 0
    while hbt.wait_next_feed(False, 10**18) == NEW_FEED:
        feeds += 1
        if feeds % every == 0:
            order(hbt, orders + 1, orders % 2 == 0, 1_000.0)
            orders += 1
    return orders


def run(events):
    asset = BacktestAsset().data([events]).linear_asset(1.0).constant_order_latency(0, 0)
    asset = asset.risk_adverse_queue_model().no_partial_fill_exchange().trading_value_fee_model(0, 0)
    asset = asset.tick_size(tape.PRICE_SCALE).lot_size(1).roi_lb(0.5).roi_ub(2.5)
    hbt = ROIVectorMarketDepthBacktest([asset])
    orders = ema_cross(hbt) if tape.case() is None else order_every(hbt, tape.case())
    hbt.close()
    return orders


ts_us, bids, asks = tape.read(tape.rows())
events = np.zeros(4 * len(ts_us), event_dtype)
events = events[: fill(events, ts_us, bids, asks)]
# Compiled before it is timed.
run(events[:100_000].copy())
tape.say(tape.rows(), lambda: run(events))
