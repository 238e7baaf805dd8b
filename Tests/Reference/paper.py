"""SPEC section 5: sizes and paper positions. Prices and USD are doubles, quantities integers of 1e-8."""

import math

from decimals import INT64_MAX, exact, fixed

RISK_PER_TRADE_USD = 10
LATENCY_MS = 200
SLIPPAGE = 0.0001
TAKER = 0.0005
MAKER = 0.0002
BELOW_LOT = "quantity below the lot"
BEYOND_INT64 = "quantity beyond Int64"
COST_IN_R = "cost in R"


def size(strategy, atr, price):
    """(quantity, reason): the reason is empty when the signal is accepted."""
    distance = strategy.stop_loss_atr * atr
    if distance == 0:
        return 0, BELOW_LOT
    quantity = math.floor(RISK_PER_TRADE_USD / distance * 1e8)
    if quantity == 0:
        return 0, BELOW_LOT
    if quantity > INT64_MAX:
        return 0, BEYOND_INT64
    if strategy.max_cost_r is not None:
        if (2 * TAKER + 2 * SLIPPAGE) * price / distance > strategy.max_cost_r:
            return 0, COST_IN_R
    return quantity, ""


class Pending:
    """An accepted signal that waits for the trade it enters at."""

    def __init__(self, signal_id, strategy, symbol, d, t, agg_id, atr, quantity):
        self.signal_id = signal_id
        self.strategy = strategy
        self.symbol = symbol
        self.d = d
        self.t = t
        self.agg_id = agg_id
        self.atr = atr
        self.quantity = quantity

    def fills(self, t, agg_id):
        return agg_id > self.agg_id and t >= self.t + LATENCY_MS


class Position:
    def __init__(self, pending, t, price):
        strategy = pending.strategy
        self.pending = pending
        self.d = pending.d
        self.entry_t = t
        self.entry = price * (1 + self.d * SLIPPAGE)
        self.quantity = pending.quantity
        self.held = pending.quantity
        stop_distance = strategy.stop_loss_atr * pending.atr
        self.initial_stop = self.entry - self.d * stop_distance
        self.tp1 = self.entry + self.d * (strategy.take_profit_1_atr * pending.atr)
        self.tp2 = self.entry + self.d * (strategy.take_profit_2_atr * pending.atr)
        self.stop = self.initial_stop
        self.risk_usd = stop_distance * (self.quantity / 1e8)
        self.hold_until = t + strategy.hold_close_min * 60_000
        self.took_half = False
        self.exits = []  # (price, quantity)
        self.fees = TAKER * (self.entry * (self.quantity / 1e8))
        self.exit_t = None
        self.reason = "open"

    def _exit(self, t, price, quantity, fee_rate, reason):
        self.exits.append((price, quantity))
        self.fees += fee_rate * (price * (quantity / 1e8))
        self.held -= quantity
        if self.held == 0:
            self.exit_t = t
            self.reason = reason

    def on_trade(self, t, price):
        """Exits on one trade after the entry's; returns whether the position is closed."""
        d = self.d
        with_slippage = price * (1 - d * SLIPPAGE)
        if d * (price - self.stop) <= 0:
            self._exit(t, with_slippage, self.held, TAKER, "breakeven" if self.took_half else "stop")
            return True
        half = self.quantity // 2
        if not self.took_half and half > 0 and d * (price - self.tp1) > 0:
            self._exit(t, self.tp1, half, MAKER, None)
            self.took_half = True
            self.stop = self.entry
        if d * (price - self.tp2) > 0:
            self._exit(t, self.tp2, self.held, MAKER, "tp2")
            return True
        if t >= self.hold_until:
            self._exit(t, with_slippage, self.held, TAKER, "timeout")
            return True
        return False

    def row(self):
        signal = self.pending
        columns = [
            signal.signal_id, signal.strategy.name, signal.symbol, "long" if self.d > 0 else "short",
            str(signal.t), str(self.entry_t), fixed(self.entry, 8), exact(self.quantity),
            fixed(self.initial_stop, 8), fixed(self.tp1, 8), fixed(self.tp2, 8),
        ]
        if self.exit_t is None:
            return columns + ["", "", "open", "", "", "", ""]
        gross = 0.0
        weighted = 0.0
        for price, quantity in self.exits:
            gross += self.d * (price - self.entry) * (quantity / 1e8)
            weighted += price * (quantity / 1e8)
        mean = weighted / (self.quantity / 1e8)
        net = gross - self.fees
        return columns + [
            str(self.exit_t), fixed(mean, 8), self.reason,
            fixed(gross, 6), fixed(self.fees, 6), fixed(net, 6), fixed(net / self.risk_usd, 6),
        ]
