#!/usr/bin/env python3
"""A seeded generator of adversarial markets: aggTrades CSVs, indicators and strategies for one replay.

Trades are dense enough for signals, and every few hundred rows break an assumption: T that repeats, runs backwards or
lies on a grid, candle or window edge; ids repeated, older or missing; quantity 0; silences; sizes over 12 orders.
"""

import bisect
import gzip
import json
import math
import os
import random
import sys
import zipfile

SHIPPED = ("v51_baseline.json", "v52_8signals.json")
STRATEGIES = os.path.normpath(
    os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "strategies"))
HOUR = 3_600_000
GRID = 15_000
SPANS = (1_800_000, 4 * HOUR, 24 * HOUR)
HEADER = "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker"


def text_e8(units, decimals=0):
    """A plain decimal of an integer of 1e-8 with at least so many decimals."""
    whole, fraction = divmod(units, 10**8)
    digits = f"{fraction:08d}".rstrip("0").ljust(decimals, "0")
    return f"{whole}.{digits}" if digits else str(whole)


class Regimes:
    """Stretches of drift, volatility and one-sided flow over the whole span."""

    KINDS = ("with", "with", "with", "against", "chop", "flat", "reversal", "rush")

    def __init__(self, rng, start, end):
        self.starts = []
        self.rows = []  # (kind, direction of the flow, drift per 5 min in sd of 5 min, share of buys)
        at = start
        day = rng.choice((-1, 1))
        day_ends = at + rng.uniform(10, 30) * HOUR
        while at < end:
            if at > day_ends:
                day = -day
                day_ends = at + rng.uniform(8, 26) * HOUR
            kind = rng.choice(self.KINDS)
            flow = {"against": -day, "reversal": day, "chop": 0, "flat": day}.get(kind, day)
            drift = {
                "with": day * rng.uniform(0.1, 0.8), "against": -day * rng.uniform(0.1, 0.6), "chop": 0.0,
                "flat": 0.0, "reversal": -day * rng.uniform(0.5, 1.5), "rush": day * rng.uniform(1.0, 2.5),
            }[kind]
            share = 0.5 + flow * rng.uniform(0.05, 0.25)
            if kind == "against":
                share = 0.5 + flow * rng.uniform(0.0, 0.1)
            self.starts.append(at)
            self.rows.append((kind, flow or day, drift, share))
            at += int(rng.uniform(0.2, 2.0) * HOUR)

    def at(self, t):
        return self.rows[max(0, bisect.bisect_right(self.starts, t) - 1)]


class Sizes:
    """Quantities in units of 1e-8, in one of several styles."""

    STYLES = ("lognormal", "lognormal", "discrete", "wild", "pepe", "dust")

    def __init__(self, rng, style):
        self.rng = rng
        self.style = style
        self.median = {"pepe": 10 ** rng.uniform(13, 15), "dust": rng.uniform(40, 900)}.get(
            style, 10 ** rng.uniform(4, 11))
        self.sigma = rng.uniform(0.8, 1.8)
        self.step = 10 ** rng.randint(0, 4) if style in ("lognormal", "pepe") else 1
        self.choices = [max(1, int(self.median * rng.choice((0.1, 0.5, 1, 2, 5, 10)))) for _ in range(6)]

    def next(self):
        rng = self.rng
        if self.style == "discrete":
            return rng.choice(self.choices)
        if self.style == "wild" and rng.random() < 0.02:
            return int(10 ** rng.uniform(0, 14))
        if rng.random() < 0.001:
            return rng.choice((1, 255, 256, 511, 512, 513, 1023, 1024, 2**40 - 1, 2**40))
        units = int(self.median * math.exp(rng.gauss(0, self.sigma)))
        if self.style != "pepe":
            units = min(units, 10**17)
        return max(self.step, min(units, 9 * 10**18) // self.step * self.step)


class Market:
    """The rows of one symbol's files."""

    def __init__(self, rng, base, alone, rows, long_silence):
        self.rng = rng
        self.alone = alone  # with several symbols the raw T of useless rows would decide the merge
        self.span = int(rng.uniform(28, 56) * HOUR)
        self.start = base + rng.randint(0, 6 * HOUR)
        if rng.random() < 0.5:
            self.start = self.start // 300_000 * 300_000  # the first trade lies on a grid point and a candle's edge
        self.end = self.start + self.span
        self.regimes = Regimes(rng, self.start, self.end)
        self.sizes = Sizes(rng, rng.choice(Sizes.STYLES))
        # Near 1.0000 with a tick of 1 bp, an entry's price with slippage is a price others trade at.
        self.stable = rng.random() < 0.2
        self.price0 = 1.0 if self.stable else 10 ** rng.uniform(-3, 5)
        finest = max(0, min(8, math.ceil(4 - math.log10(self.price0))))
        self.decimals = rng.randint(finest, 8)
        if self.price0 < 1:
            self.decimals = max(self.decimals, 1)
        if self.stable:
            self.decimals = 4
        self.reach = 0.0008 if self.stable else 1.5
        self.tick = 10 ** (8 - self.decimals)
        # A market that begins without a price change has an ATR of exactly 0.
        self.dead_until = self.start + (rng.randint(90, 300) * 60_000 if rng.random() < 0.2 else 0)
        self.sd = 10 ** rng.uniform(-3.2, -2.3)  # of 5 min, relative
        self.mean_gap = self.span / rows * 2.2
        self.silences = sorted(
            [(self.start + rng.uniform(0.05, 0.95) * self.span, rng.uniform(2, 50) * 60_000) for _ in range(6)]
            + ([(self.start + 0.4 * self.span, 25.5 * HOUR)] if long_silence else []))
        self.times = []
        self.rows = []  # (id, price, quantity, T, is_buyer_maker)
        self._make(rows)

    def _next_time(self, t):
        rng = self.rng
        if self.silences and t >= self.silences[0][0]:
            t += int(self.silences.pop(0)[1])
            return t // GRID * GRID if rng.random() < 0.5 else t
        if rng.random() < 0.04:
            return t + rng.choice((199, 200, 201))
        after = t + int(rng.expovariate(1 / self.mean_gap))
        for warm_up in (90 * 60_000, 4 * HOUR):
            if t < self.start + warm_up <= after:
                return self.start + warm_up
        chance = rng.random()
        if chance < 0.02:
            return max(t, (after // GRID + 1) * GRID)
        if chance < 0.03:
            return max(t, after // GRID * GRID + rng.choice((199, 200, 201, 14_999, 1)))
        if chance < 0.034:
            return max(t, (after // 300_000 + 1) * 300_000 - rng.choice((0, 0, 1)))
        if chance < 0.06:
            # Exactly one window after an earlier trade, or a millisecond beside it.
            span = rng.choice(SPANS)
            index = bisect.bisect_left(self.times, t - span)
            if index < len(self.times):
                edge = self.times[index] + span + rng.choice((0, 0, 1, -1))
                if t <= edge < t + 120_000:
                    return edge
        return after

    def _make(self, rows):
        rng = self.rng
        t = self.start
        agg_id = rng.randint(0, 10**9)
        log_price = 0.0
        before = t
        if rng.random() < 0.3:
            self.rows.append((agg_id, self.tick, 0, t - rng.randint(0, 5) * 1000, True))
            agg_id += 1
        burst = 0
        while len(self.rows) < rows:
            if burst:
                burst -= 1
                t += rng.choice((0, 0, 0, 0, 1, 3))
            elif self.times:
                t = self._next_time(t)
                if rng.random() < 0.03:
                    burst = rng.choice((3, 10, 40))
            kind, _, drift, share = self.regimes.at(t)
            if t < self.dead_until:
                kind = "flat"
            steps = min((t - before) / 300_000, 3.0)
            before = t
            log_price += self.sd * (drift * steps + rng.gauss(0, 1) * math.sqrt(steps))
            if abs(log_price) > self.reach:  # a coin that dies ends at one tick, where nothing is tested any more
                log_price *= 0.97
            noise = 0.0 if kind == "flat" else rng.gauss(0, 0.05) * self.sd
            if kind == "flat":
                price = self._flat(log_price)
            else:
                self.flat_price = None
                price = self._tick_price(log_price + noise)
            buy = rng.random() < share
            quantity = self.sizes.next()
            if len(self.times) in (999, 1000):  # the last trade that is not judged, the first that is
                quantity = min(quantity * 1000, 9 * 10**18)
            raw = t
            if rng.random() < 0.01:
                raw = t - (rng.randint(1, 3000) if rng.random() < 0.9 else rng.randint(1, 900_000))
            self._bother(agg_id, price, t)
            agg_id = max(agg_id, self.rows[-1][0] + 1) if self.rows else agg_id
            if rng.random() < 0.0005:
                agg_id += rng.randint(1, 1000)
            self.rows.append((agg_id, price, quantity, raw, not buy))
            self.times.append(t)
            agg_id += 1

    flat_price = None

    def _flat(self, log_price):
        if self.flat_price is None:
            self.flat_price = self._tick_price(log_price)
        return self.flat_price

    def _tick_price(self, log_price):
        units = self.price0 * math.exp(log_price) * 1e8
        return max(1, round(units / self.tick)) * self.tick

    def _bother(self, agg_id, price, t):
        """Rows that must change nothing (but the last seen id)."""
        rng = self.rng
        chance = rng.random()
        if chance < 0.003:
            far = rng.randint(-2 * HOUR, 30 * HOUR) if self.alone and rng.random() < 0.2 else 0
            self.rows.append((agg_id, price, 0, t + far, rng.random() < 0.5))
        elif chance < 0.008 and self.rows:
            old_id, old_price, quantity, old_t, maker = rng.choice(self.rows[-50:])
            if rng.random() < 0.5:
                old_price += self.tick * rng.randint(0, 50)
                quantity *= 3
                old_t = t + rng.randint(0, 2 * HOUR) if self.alone else old_t
                quantity = min(quantity, 9 * 10**18)
            self.rows.append((old_id, old_price, quantity, old_t, maker))


def write_trades(rng, market, directory, number):
    """One to three files, overlapping, in every accepted form. Returns their paths."""
    count = rng.choice((1, 1, 2, 3))
    rows = market.rows
    cuts = sorted(rng.randint(0, len(rows)) for _ in range(count - 1))
    paths = []
    for index, (first, last) in enumerate(zip([0] + cuts, cuts + [len(rows)])):
        first = max(0, first - rng.randint(0, 40)) if index else 0
        padded = market.decimals if rng.random() < 0.5 else 0
        spot = rng.random() < 0.2
        lines = [HEADER] if rng.random() < 0.5 else []
        for agg_id, price, quantity, t, maker in rows[first:last]:
            flag = str(maker) if spot else str(maker).lower()
            size = "0.00000000" if quantity == 0 and padded else text_e8(quantity)
            line = f"{agg_id},{text_e8(price, padded)},{size},{agg_id * 2},{agg_id * 2 + 1},{t},{flag}"
            lines.append(line + ",True" if spot else line)
        body = ("\n".join(lines) + ("\n" if rng.random() < 0.9 else "")).encode()
        # A file name never depends on the symbol: it may be non-ASCII.
        path = os.path.join(directory, f"trades-{number}-{index}.csv")
        form = rng.choice(("plain", "gz", "zip"))
        if form == "gz":
            path += ".gz"
            with open(path, "wb") as file:
                file.write(gzip.compress(body, 1, mtime=0))
        elif form == "zip":
            name = os.path.basename(path)
            path = path[:-4] + ".zip"
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr(name, body)
        else:
            with open(path, "wb") as file:
                file.write(body)
        paths.append(path)
    return paths


class IndicatorRows:
    """Indicators that mostly speak for the flow, with everything a feed does wrong."""

    def __init__(self, rng, market, symbol):
        self.rng = rng
        self.symbol = symbol
        self.market = market
        self.lines = []  # (order, text)
        absent = rng.choice((None, None, None, "long_short_ratio", "coinbase_premium", "funding_rate"))
        self.interest = 10 ** rng.uniform(2, 9)
        for kind in ("long_short_ratio", "open_interest_hist", "coinbase_premium", "funding_rate"):
            if kind != absent:
                self._series(kind)
        self._liquidations()
        for kind in ("top_trader_position", "weather"):
            self._put(market.start + HOUR, kind, 1.5)

    def _value(self, kind, t):
        rng = self.rng
        direction = self.market.regimes.at(t)[1]
        if rng.random() < 0.2:
            direction = -direction
        if kind == "long_short_ratio":
            return rng.choice((1.0, 2.0, 1.5, 0.4, 3.0)) if rng.random() < 0.1 else (
                rng.uniform(0.8, 1.5) if direction > 0 else rng.uniform(1.5, 2.2))
        if kind == "open_interest_hist":
            self.interest *= 1 + rng.uniform(-0.001, 0.004)
            if rng.random() < 0.02:
                self.interest *= 0.9
            return 0.0 if rng.random() < 0.01 else self.interest
        if kind == "coinbase_premium":
            return direction * rng.uniform(-0.0001, 0.0008)
        return rng.choice((5e-4, -1.8e-7, 0.0)) if rng.random() < 0.1 else -direction * rng.uniform(-3e-4, 6e-4)

    def _series(self, kind):
        rng = self.rng
        t = self.market.start - HOUR
        pace = 60_000 if kind == "coinbase_premium" else 300_000
        while t < self.market.end + HOUR:
            t += pace
            if rng.random() < 0.01:
                t += rng.randint(5, 60) * 60_000  # goes stale
            stamp = t if rng.random() < 0.6 else t + rng.randint(-2000, 2000)
            if rng.random() < 0.005:
                stamp = t + rng.randint(1, 20) * 60_000
            elif rng.random() < 0.02:
                stamp = (t // GRID) * GRID - 900_000  # exactly as old as allowed on the grid
            self._put(stamp, kind, self._value(kind, t))
            if rng.random() < 0.05:
                self._put(stamp, kind, self._value(kind, t))

    def _put(self, time_ms, kind, value):
        rng = self.rng
        text = rng.choice((repr(value), f"{value:.8f}", f"{value:E}", f"{value:.5e}"))
        if rng.random() < 0.3:
            text = json.dumps(text)
        symbol = self.symbol if rng.random() < 0.98 else "OTHERUSDT"
        row = f'"time_ms":{time_ms},"symbol":{json.dumps(symbol)},"type":"{kind}","value":{text}'
        self._line(time_ms, row)

    def _line(self, time_ms, row):
        rng = self.rng
        chance = rng.random()
        if chance < 0.5:
            known = time_ms + rng.randint(0, 20_000)
        elif chance < 0.55:
            known = time_ms + rng.randint(1, 40) * 60_000
        elif chance < 0.6:
            known = time_ms - rng.randint(1, 900_000)
        elif chance < 0.65:
            known = (time_ms // GRID + 1) * GRID
        else:
            known = None
        if known is not None:
            row += f',"known_ms":{known}'
        order = time_ms + (rng.randint(-3, 3) * HOUR if rng.random() < 0.05 else rng.randint(-1000, 1000))
        self.lines.append((order, "{" + row + "}"))

    def _liquidations(self):
        rng = self.rng
        t = self.market.start
        while t < self.market.end:
            t += int(rng.expovariate(1 / (rng.choice((3, 20, 80)) * 60_000)))
            direction = self.market.regimes.at(t)[1]
            side = "BUY" if (direction > 0) == (rng.random() < 0.85) else "SELL"
            price, qty = rng.choice((
                ("50000", "2"), ("50000", "1.99999999"), ("0.001", "100000000"), ("25000.5", "2"), ("100", "10"),
                ("100000", "0.5"), (f"{rng.uniform(1, 50000):.2f}", f"{rng.uniform(0.001, 5):.3f}")))
            if rng.random() < 0.5:
                price = json.dumps(price)
                qty = json.dumps(qty)
            stamp = t // GRID * GRID if rng.random() < 0.2 else t
            self._line(stamp, f'"time_ms":{stamp},"symbol":{json.dumps(self.symbol)},"type":"liquidation",'
                              f'"side":"{side}","price":{price},"qty":{qty}')


def custom_strategy(rng, name, directory):
    """A strategy with other constants on the same signals."""
    with open(os.path.join(STRATEGIES, rng.choice(SHIPPED)), encoding="utf-8") as file:
        document = json.load(file)
    document.update(
        name=name, version="0." + str(rng.randint(1, 9)), threshold=rng.choice((45, 55.5, 60, 70)),
        stop_loss_atr=rng.choice((0.7, 1, 2.5)), take_profit_1_atr=rng.choice((0.3, 0.8)),
        take_profit_2_atr=rng.choice((0.9, 2, 4)), cooldown_s=rng.choice((30, 60, 600)),
        warm_up_min=rng.choice((0, 90, 240)), hold_close_min=rng.choice((5, 30, 70)),
        max_cost_r=rng.choice((None, 0.3, 0.5)))
    signals = document["signals"]
    signals["cvd"].update(base=rng.choice((0.5, 0.6)))
    # A span that is no power of two: in which order it is multiplied and divided tells in the last place.
    signals["p99"].update(rng.choice(({"neutral": 0.5, "span": 0.3}, {"neutral": 0.4, "span": 0.1}, {})))
    signals["oi"].update(before_min_min=rng.choice((20, 30)), full_rise=rng.choice((0.005, 0.01)))
    signals["atr_vwap"].update(near_atr=rng.choice((1, 2)), min_atr_pct=rng.choice((0.0005, 0.002)))
    signals["ls_ratio"].update(max_age_s=rng.choice((300, 900)))
    if rng.random() < 0.3:
        signals["cvd"]["weight"] += signals["ls_ratio"]["weight"]
        signals["ls_ratio"]["weight"] = 0
    elif rng.random() < 0.3:
        moved = signals.pop("coinbase_premium")["weight"]
        signals["p99"]["weight"] += moved
    if rng.random() < 0.5:
        # Without one of those that look at trades and come first.
        left_out = rng.choice(("accel", "p99", "atr_vwap"))
        signals["cvd"]["weight"] += signals[left_out]["weight"]
        if rng.random() < 0.5:
            signals[left_out]["weight"] = 0
        else:
            del signals[left_out]
    path = os.path.join(directory, name + ".json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(document, file, indent=1)
    return path


def generate(seed, directory, rows=40_000):
    """Writes a market into the directory; returns the replay's arguments (without the output files)."""
    rng = random.Random(f"apus-{seed}")
    symbols = rng.sample(["BTCUSDT", "1000PEPEUSDT", "ETHUSDT", "NEXOUSDT"], rng.choice((1, 1, 1, 2, 3)))
    if seed % 10 == 7:
        symbols[0] = "币安人生USDT"
    words = []
    lines = []
    base = 1_700_000_000_000 + rng.randint(0, 10**10)
    for number, symbol in enumerate(symbols):
        market = Market(rng, base, len(symbols) == 1, rows // len(symbols), long_silence=seed % 5 == 3)
        words += ["--symbol", symbol]
        for path in write_trades(rng, market, directory, number):
            words += ["--trades", path]
        lines += IndicatorRows(rng, market, symbol).lines
    if seed % 6 != 5:
        lines.sort(key=lambda line: line[0])
        path = os.path.join(directory, "indicators.jsonl")
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(text for _, text in lines) + "\n")
        words += ["--indicators", path]
    if seed % 3 != 0:
        shipped = [os.path.join(STRATEGIES, name) for name in SHIPPED]
        strategies = shipped + [custom_strategy(rng, f"custom_{n}", directory) for n in range(seed % 3)]
        rng.shuffle(strategies)
        for path in strategies:
            words += ["--strategy", path]
    return words


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: market.py SEED DIRECTORY")
    os.makedirs(sys.argv[2], exist_ok=True)
    print(" ".join(generate(int(sys.argv[1]), sys.argv[2])))
