"""NautilusTrader over the tape, its quotes in memory: the time of `BacktestEngine.run` alone."""

import tape
from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig
from nautilus_trader.config import LoggingConfig
from nautilus_trader.indicators import ExponentialMovingAverage
from nautilus_trader.model import Money, Venue
from nautilus_trader.model.currencies import USD
from nautilus_trader.model.data import BarType, QuoteTick
from nautilus_trader.model.enums import AccountType, OmsType, OrderSide
from nautilus_trader.model.objects import Price, Quantity
from nautilus_trader.test_kit.providers import TestInstrumentProvider
from nautilus_trader.trading.strategy import Strategy

instrument = TestInstrumentProvider.default_fx_ccy("EUR/USD")


class EmaCross(Strategy):
    """Buys where the fast average of bid closes comes above the slow one, and sells where it comes below."""

    def on_start(self):
        self.was_above = None
        self.position = 0
        bars = BarType.from_str(f"{instrument.id}-1-MINUTE-BID-INTERNAL")
        self.fast = ExponentialMovingAverage(10)
        self.slow = ExponentialMovingAverage(20)
        self.register_indicator_for_bars(bars, self.fast)
        self.register_indicator_for_bars(bars, self.slow)
        self.subscribe_bars(bars)

    def on_bar(self, bar):
        is_above = self.fast.value > self.slow.value
        was_above, self.was_above = self.was_above, is_above
        if was_above is None or is_above == was_above:
            return
        target = 10_000 if is_above else -10_000
        side = OrderSide.BUY if is_above else OrderSide.SELL
        quantity = instrument.make_qty(abs(target - self.position))
        self.position = target
        self.submit_order(self.order_factory.market(instrument.id, side, quantity))


class OrderEvery(Strategy):
    """A market order every so many quotes, in turn a buy and a sell."""

    def on_start(self):
        self.every = tape.case()
        self.quotes = 0
        self.is_long = False
        self.subscribe_quote_ticks(instrument.id)

    def on_quote_tick(self, quote):
        self.quotes += 1
        if self.quotes % self.every != 0:
            return
        self.is_long = not self.is_long
        side = OrderSide.BUY if self.is_long else OrderSide.SELL
        self.submit_order(self.order_factory.market(instrument.id, side, instrument.make_qty(1_000)))


def quotes():
    size = Quantity.from_int(1_000_000)
    bids_asks = tape.read(tape.rows())
    return [
        QuoteTick(instrument.id, Price(bid * 1e-5, 5), Price(ask * 1e-5, 5), size, size, ts * 1_000, ts * 1_000)
        for ts, bid, ask in zip(*(column.tolist() for column in bids_asks))
    ]


engine = BacktestEngine(BacktestEngineConfig(logging=LoggingConfig(bypass_logging=True)))
engine.add_venue(Venue("SIM"), OmsType.NETTING, AccountType.MARGIN, [Money(1_000_000_000, USD)], base_currency=USD)
engine.add_instrument(instrument)
engine.add_data(quotes())
engine.add_strategy(EmaCross() if tape.case() is None else OrderEvery())


def run():
    engine.run()
    return engine.cache.orders_total_count()


tape.say(tape.rows(), run)
