"""One symbol's state and the order of things on one trade (SPEC sections 3 to 5)."""

import base64
import hashlib
from collections import deque

from candles import Candles
from decimals import exact, fixed, fixed8_of_ratio
from paper import Pending, Position, size
from quantiles import SizeHistogram, bucket_value
from scoring import Moment, direction, evaluate
from windows import TradeWindow

MINUTE_MS = 60_000
GRID_MS = 15_000
LARGE_MIN_TRADES = 1000
SIDES = {1: "long", -1: "short", 0: ""}


def signal_id(name, symbol, d, agg_id):
    digest = hashlib.sha256(f"{name}|{symbol}|{SIDES[d]}|{agg_id}".encode()).digest()
    return base64.b32encode(digest).decode().lower()[:26]


class Tally:
    """What the summary counts, and the rows written, over all symbols."""

    def __init__(self):
        self.trades = self.late = self.dropped = self.gaps = self.evaluations = 0
        self.evaluation_rows = lambda row: None
        self.signal_rows = []
        self.positions = []  # in the order of entry


class SymbolState:
    def __init__(self, symbol, strategies, indicators, on_grid, tally):
        self.symbol = symbol
        self.strategies = strategies
        self.indicators = indicators
        self.on_grid = on_grid
        self.tally = tally
        self.last_id = None
        self.first_t = None
        self.t = None
        self.agg_id = None
        self.price = None
        self.w30m = TradeWindow(30 * MINUTE_MS)
        self.w4h = TradeWindow(240 * MINUTE_MS)
        self.w24h = TradeWindow(1440 * MINUTE_MS)
        self.sizes = SizeHistogram()
        self.large = deque()  # (T, quantity, is_buy)
        self.candles = Candles()
        self.next_grid = None
        self.cvd_before = self.slope_before = self.accel = None
        self.pending = [None] * len(strategies)
        self.open = [None] * len(strategies)
        self.fired_at = {}  # (strategy index, d) -> t

    def apply(self, agg_id, price, quantity, t, is_buy):
        tally = self.tally
        if self.last_id is not None:
            if agg_id <= self.last_id:
                tally.dropped += 1
                return
            if agg_id > self.last_id + 1:
                tally.gaps += 1
        self.last_id = agg_id
        tally.trades += 1
        if quantity == 0:
            return
        if self.first_t is None:
            self.first_t = self.t = t
            self.next_grid = (t // GRID_MS + 1) * GRID_MS
        elif t < self.t:
            tally.late += 1
            t = self.t
        while self.next_grid < t:
            self._pass_grid(self.next_grid)
            self.next_grid += GRID_MS
        self.t = t
        self._move(t)
        self._add(t, price, quantity, is_buy)
        self.agg_id = agg_id
        self.price = price
        for index, position in enumerate(self.open):
            if position is not None and position.on_trade(t, price / 1e8):
                self.open[index] = None
        if not self.on_grid:
            self._evaluate(t)
        for index, pending in enumerate(self.pending):
            if pending is not None and pending.fills(t, agg_id):
                position = Position(pending, t, price / 1e8)
                self.pending[index] = None
                self.open[index] = position
                tally.positions.append(position)

    def _move(self, t):
        self.candles.advance(t)
        self.w30m.move(t)
        self.w4h.move(t)
        for quantity in self.w24h.move(t):
            self.sizes.remove(quantity)
        while self.large and self.large[0][0] <= t - 30 * MINUTE_MS:
            self.large.popleft()

    def _add(self, t, price, quantity, is_buy):
        if self.sizes.n >= LARGE_MIN_TRADES and bucket_value(quantity) >= self.sizes.quantile(99):
            self.large.append((t, quantity, is_buy))
        self.sizes.add(quantity)
        for window in (self.w30m, self.w4h, self.w24h):
            window.add(t, price, quantity, is_buy)
        self.candles.add(t, price)

    def _pass_grid(self, g):
        self._move(g)
        cvd = self.w30m.cvd
        slope = None if self.cvd_before is None else cvd - self.cvd_before
        self.accel = None if self.slope_before is None else slope - self.slope_before
        self.cvd_before = cvd
        self.slope_before = slope
        if self.on_grid:
            self._evaluate(g)

    def _moment(self, t):
        self.indicators.move(t)
        moment = Moment()
        moment.t = t
        moment.agg_id = self.agg_id
        moment.price = self.price
        moment.cvd_30m = self.w30m.cvd
        moment.cvd_4h = self.w4h.cvd
        moment.cvd_24h = self.w24h.cvd
        moment.vwaps = [(w.pq, w.quantity) for w in (self.w30m, self.w4h, self.w24h)]
        moment.atr = self.candles.atr
        moment.atr_pct = self.candles.atr_pct
        moment.p95 = self.sizes.quantile(95)
        moment.p99 = self.sizes.quantile(99)
        moment.accel = self.accel
        moment.large_buy = sum(quantity for _, quantity, is_buy in self.large if is_buy)
        moment.large_sell = sum(quantity for _, quantity, is_buy in self.large if not is_buy)
        moment.indicators = self.indicators
        return moment

    def _evaluate(self, t):
        self.tally.evaluations += 1
        moment = self._moment(t)
        d = direction(moment)
        state = None
        for index, strategy in enumerate(self.strategies):
            score, missing = evaluate(moment, strategy, d)
            if state is None:
                state = self._columns(moment)
            self.tally.evaluation_rows(
                f"{t},{self.symbol},{strategy.name},{state},{SIDES[d]},{fixed(score, 4)},{';'.join(missing)}\n")
            if d != 0 and score >= strategy.threshold:
                self._fire(index, strategy, moment, d, score)

    def _columns(self, moment):
        vwaps = [fixed8_of_ratio(pq, quantity) if quantity else "" for pq, quantity in moment.vwaps]
        return ",".join([
            str(moment.agg_id), exact(moment.price),
            exact(moment.cvd_30m), exact(moment.cvd_4h), exact(moment.cvd_24h), *vwaps,
            fixed(moment.atr, 8), exact(moment.p95), exact(moment.p99), exact(moment.accel),
        ])

    def _fire(self, index, strategy, moment, d, score):
        t = moment.t
        if t - self.first_t < strategy.warm_up_min * MINUTE_MS or moment.atr is None:
            return
        if self.pending[index] is not None or self.open[index] is not None:
            return
        fired = self.fired_at.get((index, d))
        if fired is not None and t < fired + strategy.cooldown_s * 1000:
            return
        self.fired_at[(index, d)] = t
        quantity, reason = size(strategy, moment.atr, moment.price / 1e8)
        identity = signal_id(strategy.name, self.symbol, d, moment.agg_id)
        self.tally.signal_rows.append([
            str(t), self.symbol, strategy.name, SIDES[d], str(moment.agg_id), exact(moment.price),
            fixed(score, 4), fixed(moment.atr, 8), "false" if reason else "true", reason, identity,
        ])
        if not reason:
            self.pending[index] = Pending(
                identity, strategy, self.symbol, d, t, moment.agg_id, moment.atr, quantity)
