"""Rolling windows over trades: t - W < T <= t, with exact integer sums."""

from collections import deque


class TradeWindow:
    """buy and sell are sums of quantity (1e-8), pq the sum of price * quantity (1e-16)."""

    def __init__(self, span_ms):
        self.span_ms = span_ms
        self.trades = deque()
        self.buy = 0
        self.sell = 0
        self.pq = 0

    def move(self, t):
        """Event time is t: trades with T <= t - W leave. Returns their quantities."""
        left = []
        edge = t - self.span_ms
        trades = self.trades
        while trades and trades[0][0] <= edge:
            _, price, quantity, is_buy = trades.popleft()
            if is_buy:
                self.buy -= quantity
            else:
                self.sell -= quantity
            self.pq -= price * quantity
            left.append(quantity)
        return left

    def add(self, t, price, quantity, is_buy):
        self.trades.append((t, price, quantity, is_buy))
        if is_buy:
            self.buy += quantity
        else:
            self.sell += quantity
        self.pq += price * quantity

    @property
    def count(self):
        return len(self.trades)

    @property
    def cvd(self):
        return self.buy - self.sell

    @property
    def quantity(self):
        return self.buy + self.sell
