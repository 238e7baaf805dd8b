"""Three rolling windows, candles, ATR, size quantiles and large flow in plain Python, as a careful user writes them.

Every step is O(1) amortised: both-side sums that follow the trades in and out of deques, and quantiles that walk a
histogram from where they stood. It computes what the engine's per-trade update computes and works on whatever numbers
it is given: exact integers of 1e-8 in the tests, floats where it is timed, since that is what is fast in Python.
"""

from __future__ import annotations

from collections import deque

WINDOW_MILLIS = (1_800_000, 14_400_000, 86_400_000)
CANDLE_MILLIS = 300_000
ATR_CANDLES = 14
LARGE_TRADES_MIN = 1000


def bucket(size: int) -> int:
    """The histogram's index of a quantity in units of 1e-8; ascending with the bucket's value."""
    if size < 512:
        return size
    exponent = size.bit_length() - 9
    return (exponent << 8) + (size >> exponent)


def bucket_value(index: int) -> int:
    """The quantity that stands for all of a bucket, in units of 1e-8."""
    if index < 512:
        return index
    exponent = (index >> 8) - 1
    return (index - (exponent << 8)) << exponent


class RollingWindow:
    """Sums of the trades with t - span < T <= t."""

    __slots__ = ("span", "trades", "buy", "sell", "notional")

    def __init__(self, span: int):
        self.span = span
        self.trades = deque()
        self.buy = 0
        self.sell = 0
        self.notional = 0

    @property
    def cvd(self):
        return self.buy - self.sell

    @property
    def vwap(self):
        """None when the window is empty."""
        return self.notional / (self.buy + self.sell) if self.trades else None


class Quantile:
    """The bucket that holds the nearest rank (percent * n + 99) // 100, kept by walking from where it was."""

    __slots__ = ("percent", "counts", "at", "below")

    def __init__(self, percent: int, counts: list[int]):
        self.percent = percent
        self.counts = counts
        self.at = 0
        # Trades in buckets before `at`; whoever changes a count before it says so.
        self.below = 0

    def settle(self, n: int) -> int | None:
        """The quantile's bucket among n trades, None when there is none."""
        if n == 0:
            return None
        rank = (self.percent * n + 99) // 100
        counts, at, below = self.counts, self.at, self.below
        while below >= rank:
            at -= 1
            below -= counts[at]
        while below + counts[at] < rank:
            below += counts[at]
            at += 1
        self.at, self.below = at, below
        return at


class AverageTrueRange:
    """Candles of 5 min from trades, and Wilder's ATR(14) over the closed ones, the first TR being high - low."""

    __slots__ = ("end", "open", "high", "low", "close", "before", "seen", "value")

    def __init__(self):
        self.end = None
        self.open = self.high = self.low = self.close = 0.0
        self.before = None
        self.seen = 0
        self.value = 0.0

    @property
    def ready(self) -> bool:
        return self.seen >= ATR_CANDLES

    def advance(self, time: int) -> None:
        """Closes every candle whose end has come; stretches without trades give flat ones."""
        while time >= self.end:
            self._closed()
            self.open = self.high = self.low = None
            self.end += CANDLE_MILLIS

    def add(self, time: int, price) -> None:
        if self.end is None:
            self.end = time - time % CANDLE_MILLIS + CANDLE_MILLIS
            self.open = self.high = self.low = price
        elif time >= self.end:
            self.advance(time)
        if self.open is None:
            self.open = self.high = self.low = price
        elif price > self.high:
            self.high = price
        elif price < self.low:
            self.low = price
        self.close = price

    def _closed(self) -> None:
        if self.open is None:
            self.high = self.low = self.close
        true_range = self.high - self.low
        if self.before is not None:
            true_range = max(true_range, abs(self.high - self.before), abs(self.low - self.before))
        self.before = self.close
        self.seen += 1
        if self.seen < ATR_CANDLES:
            self.value += true_range
        elif self.seen == ATR_CANDLES:
            self.value = (self.value + true_range) / ATR_CANDLES
        else:
            self.value = ((ATR_CANDLES - 1) * self.value + true_range) / ATR_CANDLES


class DequeEngine:
    """One symbol. `add` is what is timed."""

    def __init__(self):
        self.windows = tuple(RollingWindow(span) for span in WINDOW_MILLIS)
        # The largest quantity of 63 bits is in bucket 14335; one more stops a walk at the end.
        self.counts = [0] * 14_337
        self.p95 = Quantile(95, self.counts)
        self.p99 = Quantile(99, self.counts)
        self.p95_bucket = None
        self.p99_bucket = None
        self.large = deque()
        self.large_buy = 0
        self.large_sell = 0
        self.atr = AverageTrueRange()

    def add(self, time: int, price, quantity, size: int, is_sell: bool) -> None:
        """A trade: T in ms (never less than the last one's), price and quantity in any one kind of number, and the
        quantity once more in units of 1e-8 for the histogram. One of quantity 0 changes nothing."""
        if size == 0:
            return
        short, middle, day = self.windows
        self._leave(short, time)
        self._leave(middle, time)
        self._leave_day(day, time)
        index = bucket(size)
        self._judge(time, quantity, index, is_sell, len(day.trades))

        notional = price * quantity
        trade = (time, quantity, notional, is_sell, index)
        for window in self.windows:
            window.trades.append(trade)
            window.notional += notional
            if is_sell:
                window.sell += quantity
            else:
                window.buy += quantity
        self.counts[index] += 1
        p95, p99 = self.p95, self.p99
        if index < p95.at:
            p95.below += 1
        if index < p99.at:
            p99.below += 1
        n = len(day.trades)
        self.p95_bucket = p95.settle(n)
        self.p99_bucket = p99.settle(n)
        self.atr.add(time, price)

    def _leave(self, window: RollingWindow, time: int) -> None:
        trades = window.trades
        oldest = time - window.span
        while trades and trades[0][0] <= oldest:
            _, quantity, notional, is_sell, _ = trades.popleft()
            window.notional -= notional
            if is_sell:
                window.sell -= quantity
            else:
                window.buy -= quantity

    def _leave_day(self, window: RollingWindow, time: int) -> None:
        """As `_leave`; the histogram covers this window only."""
        trades = window.trades
        oldest = time - window.span
        if not trades or trades[0][0] > oldest:
            return
        counts, p95, p99 = self.counts, self.p95, self.p99
        while trades and trades[0][0] <= oldest:
            _, quantity, notional, is_sell, index = trades.popleft()
            window.notional -= notional
            if is_sell:
                window.sell -= quantity
            else:
                window.buy -= quantity
            counts[index] -= 1
            if index < p95.at:
                p95.below -= 1
            if index < p99.at:
                p99.below -= 1
        self.p99_bucket = p99.settle(len(trades))

    def _judge(self, time: int, quantity, index: int, is_sell: bool, n: int) -> None:
        """Whether the trade is large, judged before it is added; buckets ascend with their values."""
        large = self.large
        oldest = time - WINDOW_MILLIS[0]
        while large and large[0][0] <= oldest:
            _, left, sold = large.popleft()
            if sold:
                self.large_sell -= left
            else:
                self.large_buy -= left
        if n < LARGE_TRADES_MIN or index < self.p99_bucket:
            return
        large.append((time, quantity, is_sell))
        if is_sell:
            self.large_sell += quantity
        else:
            self.large_buy += quantity
