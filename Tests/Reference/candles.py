"""Candles of 5 min and Wilder's ATR(14)."""

CANDLE_MS = 300_000
PERIOD = 14


class Candles:
    """Prices of the open candle are integers of 1e-8, the ATR a double in price units."""

    def __init__(self):
        self.start = None  # of the open candle (or bucket without trades)
        self.high = self.low = self.close = None
        self.previous_close = None  # of the last closed candle
        self.first_ranges = []
        self.atr = None
        self.closed = 0

    def advance(self, t):
        """Closes every candle whose end is <= t; buckets without trades are flat."""
        if self.start is None:
            return
        while self.start + CANDLE_MS <= t:
            if self.high is None:
                self.high = self.low = self.close = self.previous_close
            self._close()
            self.start += CANDLE_MS

    def add(self, t, price):
        """A trade, after advance(t)."""
        if self.start is None:
            self.start = t // CANDLE_MS * CANDLE_MS
        if self.high is None:
            self.high = self.low = price
        self.high = max(self.high, price)
        self.low = min(self.low, price)
        self.close = price

    def _close(self):
        high = self.high / 1e8
        low = self.low / 1e8
        if self.previous_close is None:
            true_range = high - low
        else:
            before = self.previous_close / 1e8
            true_range = max(high - low, abs(high - before), abs(low - before))
        self.closed += 1
        if self.closed <= PERIOD:
            self.first_ranges.append(true_range)
            if self.closed == PERIOD:
                total = 0.0
                for value in self.first_ranges:
                    total += value
                self.atr = total / PERIOD
        else:
            self.atr = (13 * self.atr + true_range) / 14
        self.previous_close = self.close
        self.high = self.low = self.close = None

    @property
    def atr_pct(self):
        if self.atr is None:
            return None
        return self.atr / (self.previous_close / 1e8)
