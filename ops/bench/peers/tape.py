"""The tape that all engines are given, and how each of them says what it did."""

import json
import sys
import time

import numpy as np

PRICE_SCALE = 1e-5


def read(rows):
    """Times in microseconds since 1970, bids and asks in units of 0.00001: the first rows of the file named first."""
    columns = np.fromfile(sys.argv[1], dtype=np.float64).reshape(3, -1)[:, :rows]
    return columns.astype(np.int64)


def case():
    """`ema_cross`, or the quotes from one market order to the next."""
    return None if sys.argv[2] == "ema_cross" else int(sys.argv[2])


def rows():
    return int(sys.argv[3])


def say(count, run):
    """Runs once and prints how many of `count` it did a second, and the orders it sent."""
    began = time.perf_counter()
    orders = run()
    print(json.dumps({"per_s": count / (time.perf_counter() - began), "orders": int(orders)}))
