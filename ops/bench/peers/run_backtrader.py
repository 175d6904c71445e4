"""backtrader over one-minute bid bars of the tape: bars a second of `Cerebro.run` alone."""

import backtrader
import pandas as pd
import tape


class EmaCross(backtrader.Strategy):
    def __init__(self):
        fast = backtrader.ind.EMA(period=10)
        slow = backtrader.ind.EMA(period=20)
        self.cross = backtrader.ind.CrossOver(fast, slow)
        self.sent = 0

    def next(self):
        if self.cross == 0:
            return
        self.sent += 1
        self.order_target_size(target=10_000 if self.cross > 0 else -10_000)


ts_us, bids, _asks = tape.read(tape.rows())
quotes = pd.Series(bids * tape.PRICE_SCALE, index=pd.to_datetime(ts_us, unit="us"))
bars = quotes.resample("1min", label="right").ohlc().assign(volume=0)
cerebro = backtrader.Cerebro()
cerebro.broker.setcash(1_000_000_000)
cerebro.adddata(backtrader.feeds.PandasData(dataname=bars))
cerebro.addstrategy(EmaCross)
tape.say(len(bars), lambda: cerebro.run()[0].sent)
