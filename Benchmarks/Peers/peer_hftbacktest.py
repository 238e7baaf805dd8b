"""hftbacktest: trades through its backtest in njit code, bare and with three rolling windows. Compiling isn't timed."""

import hftbacktest
import numpy as np
from hftbacktest import BUY_EVENT, EXCH_EVENT, LOCAL_EVENT, SELL_EVENT, TRADE_EVENT
from hftbacktest import BacktestAsset, HashMapMarketDepthBacktest
from hftbacktest.types import event_dtype
from numba import njit

import recording
import timing
from deque_engine import ATR_CANDLES, CANDLE_MILLIS, LARGE_TRADES_MIN, WINDOW_MILLIS, DequeEngine

SPANS = np.array(WINDOW_MILLIS, dtype=np.int64)
# Events a batch; trades that share a millisecond are one event.
STEP = 1_000
FEED_LATENCY_NANOS = 1_000_000
FOREVER = 10_000_000_000_000_000
FEED = 2  # what wait_next_feed returns when it received a market event

# Of the three windows, by window: both sides' quantity, notional.
BUY, SELL, NOTIONAL = 0, 1, 2
# Whole numbers of the engine.
ADDED, LARGE_FIRST, LARGE_END, AT_95, BELOW_95, AT_99, BELOW_99, CANDLE_END, CLOSED, TAILS = range(10)
# Prices and large flow.
HIGH, LOW, CLOSE, BEFORE, ATR, LARGE_BUY, LARGE_SELL = range(7)

FIELDS = np.dtype([("time", "i8"), ("quantity", "f8"), ("notional", "f8"), ("index", "i4"), ("sell", "i1")], align=True)


def events(path: str) -> np.ndarray:
    """The recording as hftbacktest's events, received a millisecond after they happened."""
    found = np.zeros(recording.count(path), event_dtype)
    for at, row in enumerate(recording.rows(path)):
        side = SELL_EVENT if row.is_sell else BUY_EVENT
        nanos = row.time_ms * 1_000_000
        found[at] = (
            TRADE_EVENT | EXCH_EVENT | LOCAL_EVENT | side, nanos, nanos + FEED_LATENCY_NANOS,
            float(row.price), float(row.quantity), 0, 0, 0.0,
        )  # fmt: skip
    return found


def backtest(data: np.ndarray):
    asset = (
        BacktestAsset()
        .data(data)
        .linear_asset(1.0)
        .constant_order_latency(FEED_LATENCY_NANOS, FEED_LATENCY_NANOS)
        .risk_adverse_queue_model()
        .no_partial_fill_exchange()
        .trading_value_fee_model(0.0002, 0.0005)
        .tick_size(0.1)
        .lot_size(0.001)
        .last_trades_capacity(10_000)
    )
    return HashMapMarketDepthBacktest([asset])


@njit
def bucket(size):
    if size < 512:
        return size
    exponent = 0
    while size >> exponent >= 512:
        exponent += 1
    return (exponent << 8) + (size >> exponent)


@njit
def settle(counts, whole, at_field, percent, n):
    """The bucket of the nearest rank, walking from where it was; -1 among none."""
    if n == 0:
        return -1
    rank = (percent * n + 99) // 100
    at, below = whole[at_field], whole[at_field + 1]
    while below >= rank:
        at -= 1
        below -= counts[at]
    while below + counts[at] < rank:
        below += counts[at]
        at += 1
    whole[at_field], whole[at_field + 1] = at, below
    return at


@njit
def close_candles(prices, whole, time):
    while time >= whole[CANDLE_END]:
        if np.isnan(prices[HIGH]):
            prices[HIGH] = prices[LOW] = prices[CLOSE]
        true_range = prices[HIGH] - prices[LOW]
        if whole[CLOSED] > 0:
            true_range = max(true_range, abs(prices[HIGH] - prices[BEFORE]), abs(prices[LOW] - prices[BEFORE]))
        prices[BEFORE] = prices[CLOSE]
        whole[CLOSED] += 1
        if whole[CLOSED] < ATR_CANDLES:
            prices[ATR] += true_range
        elif whole[CLOSED] == ATR_CANDLES:
            prices[ATR] = (prices[ATR] + true_range) / ATR_CANDLES
        else:
            prices[ATR] = ((ATR_CANDLES - 1) * prices[ATR] + true_range) / ATR_CANDLES
        prices[HIGH] = np.nan
        whole[CANDLE_END] += CANDLE_MILLIS


@njit
def add(time, price, quantity, is_sell, trades, large, counts, sums, whole, prices):
    """A trade into ring, sums, histogram and candles; `trades` holds them all, each window has its own tail in it."""
    size = np.int64(np.round(quantity * 1e8))
    if size == 0:
        return
    head = whole[ADDED]
    for window in range(3):
        tail = whole[TAILS + window]
        oldest = time - SPANS[window]
        while tail < head and trades[tail].time <= oldest:
            old = trades[tail]
            sums[window, SELL if old.sell else BUY] -= old.quantity
            sums[window, NOTIONAL] -= old.notional
            if window == 2:
                counts[old.index] -= 1
                if old.index < whole[AT_95]:
                    whole[BELOW_95] -= 1
                if old.index < whole[AT_99]:
                    whole[BELOW_99] -= 1
            tail += 1
        whole[TAILS + window] = tail

    index = bucket(size)
    oldest = time - SPANS[0]
    while whole[LARGE_FIRST] < whole[LARGE_END]:
        old = trades[large[whole[LARGE_FIRST]]]
        if old.time > oldest:
            break
        prices[LARGE_SELL if old.sell else LARGE_BUY] -= old.quantity
        whole[LARGE_FIRST] += 1
    n = head - whole[TAILS + 2]
    if n >= LARGE_TRADES_MIN and index >= settle(counts, whole, AT_99, 99, n):
        large[whole[LARGE_END]] = head
        whole[LARGE_END] += 1
        prices[LARGE_SELL if is_sell else LARGE_BUY] += quantity

    notional = price * quantity
    new = trades[head]
    new.time = time
    new.quantity = quantity
    new.notional = notional
    new.index = index
    new.sell = is_sell
    whole[ADDED] = head + 1
    for window in range(3):
        sums[window, SELL if is_sell else BUY] += quantity
        sums[window, NOTIONAL] += notional
    counts[index] += 1
    if index < whole[AT_95]:
        whole[BELOW_95] += 1
    if index < whole[AT_99]:
        whole[BELOW_99] += 1
    settle(counts, whole, AT_95, 95, n + 1)
    settle(counts, whole, AT_99, 99, n + 1)

    if whole[CANDLE_END] == 0:
        whole[CANDLE_END] = time - time % CANDLE_MILLIS + CANDLE_MILLIS
    close_candles(prices, whole, time)
    if np.isnan(prices[HIGH]):
        prices[HIGH] = prices[LOW] = price
    prices[HIGH] = max(prices[HIGH], price)
    prices[LOW] = min(prices[LOW], price)
    prices[CLOSE] = price


@njit
def with_windows(hbt, steps, trades, large, counts, sums, whole, prices):
    """Trades seen in `steps` events; each is decided on alone, as a live engine would."""
    seen = 0
    for _ in range(steps):
        result = hbt.wait_next_feed(False, FOREVER)
        for event in hbt.last_trades(0):
            is_sell = (event.ev & SELL_EVENT) == SELL_EVENT
            time = event.exch_ts // 1_000_000
            add(time, event.px, event.qty, is_sell, trades, large, counts, sums, whole, prices)
            seen += 1
        hbt.clear_last_trades(0)
        # At the end of the data the last trades are there all the same.
        if result != FEED:
            break
    return seen


@njit
def bare(hbt, steps):
    seen = 0
    for _ in range(steps):
        result = hbt.wait_next_feed(False, FOREVER)
        seen += len(hbt.last_trades(0))
        hbt.clear_last_trades(0)
        if result != FEED:
            break
    return seen


def state(count: int):
    """Of the windows, for `count` trades: trades, indexes of the large ones, histogram, sums, whole numbers, prices."""
    prices = np.zeros(7)
    prices[HIGH] = np.nan
    trades, large, counts = np.zeros(count, FIELDS), np.zeros(count, np.int64), np.zeros(14_337, np.int64)
    return trades, large, counts, np.zeros((3, 3)), np.zeros(13, np.int64), prices


def timed(step, total: int, skip: int) -> list[float]:
    """Nanoseconds an event, of the steps after the first `skip` trades."""
    found, done = [], 0
    while done < total:
        started = timing.perf_counter_ns()
        seen = step()
        elapsed = timing.perf_counter_ns() - started
        if seen == 0:
            timing.fail(f"hftbacktest gave {done} of {total} trades")
        if done >= skip and seen >= min(STEP, total - skip):
            found.append(elapsed / seen)
        done += seen
    return found


def check(path: str, data: np.ndarray, count: int) -> None:
    """The njit windows against the plain Python ones, over the first trades."""
    engine = DequeEngine()
    for row in recording.rows(path, 0, count):
        size = recording.units(row.quantity)
        engine.add(row.time_ms, float(row.price), float(row.quantity), size, row.is_sell)
    bot, arrays = backtest(data[:count]), state(count)
    while with_windows(bot, STEP, *arrays):
        pass
    bot.close()
    _, _, _, sums, whole, prices = arrays
    expected = [(w.buy, w.sell, w.notional) for w in engine.windows]
    same = np.allclose(sums, expected, rtol=1e-6) and np.isclose(prices[ATR], engine.atr.value, rtol=1e-9)
    same = same and (whole[AT_95], whole[AT_99]) == (engine.p95_bucket, engine.p99_bucket)
    if not (same and np.allclose(prices[LARGE_BUY:], (engine.large_buy, engine.large_sell), atol=1e-6)):
        timing.fail(f"the njit windows disagree with the plain ones after {count} trades")


def main() -> None:
    args = timing.options(__doc__)
    data = events(args.recording)
    total = len(data)
    skip = max(0, total - args.items)
    # Also compiles everything.
    check(args.recording, data, min(total, 50_000))
    bot = backtest(data[:1000])
    bare(bot, 1000)
    bot.close()

    name = "peer.hftbacktest.window"
    if timing.wanted(args, name):
        bot, arrays = backtest(data), state(total)
        found = timed(lambda: with_windows(bot, STEP, *arrays), total, skip)
        bot.close()
        held = arrays[4][ADDED] - arrays[4][TAILS + 2]
        done = f"event -> njit strategy: three windows, ATR, P95/P99, large flow; floats; {held} trades held"
        timing.report(name, hftbacktest.__version__, found, work=done, beside="window.trade", items=total - skip)

    name = "peer.hftbacktest.backtest"
    if timing.wanted(args, name):
        bot = backtest(data)
        found = timed(lambda: bare(bot, STEP), total, skip)
        bot.close()
        done = "event -> idle njit strategy; binary events in memory; no CSV, windows or score"
        version, beside = hftbacktest.__version__, "replay.every_trade.csv"
        timing.report(name, version, found, work=done, beside=beside, items=total - skip)


if __name__ == "__main__":
    main()
