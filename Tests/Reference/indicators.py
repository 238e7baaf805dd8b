"""Indicators and liquidations of a JSON lines file, as known at an event time."""

import bisect
import json
import math
from decimal import Decimal

from decimals import InputError, parse_e8

TYPES = {"long_short_ratio", "open_interest_hist", "coinbase_premium", "funding_rate"}


def _integer(row, key, where):
    value = row.get(key)
    if isinstance(value, str):
        try:
            value = int(value)
        except ValueError:
            raise InputError(f"{where}: {key} is not an integer: {value!r}") from None
    if isinstance(value, bool) or not isinstance(value, int):
        raise InputError(f"{where}: {key} is not an integer: {value!r}")
    return value


def _double(value, where):
    if isinstance(value, (int, Decimal, str)) and not isinstance(value, bool):
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if math.isfinite(number):
            return number
    raise InputError(f"{where}: value is not a number: {value!r}")


def _e8(value, where):
    if isinstance(value, bool) or not isinstance(value, (int, Decimal, str)):
        raise InputError(f"{where}: not a decimal: {value!r}")
    text = value if isinstance(value, str) else format(value, "f")
    return parse_e8(text)


class SymbolIndicators:
    """Rows become known in the order of known_ms; event time only moves forward."""

    def __init__(self):
        self.waiting = []  # (known_ms, line, time_ms, type, payload)
        self.next = 0
        self.series = {kind: [] for kind in TYPES}  # sorted (time_ms, line, value)
        self.liquidations = []  # sorted (time_ms, line, side, notional of 1e-16 USD)

    def ready(self):
        self.waiting.sort(key=lambda row: (row[0], row[1]))

    def move(self, t):
        while self.next < len(self.waiting) and self.waiting[self.next][0] <= t:
            _, line, time_ms, kind, payload = self.waiting[self.next]
            self.next += 1
            if kind == "liquidation":
                bisect.insort(self.liquidations, (time_ms, line) + payload)
            else:
                bisect.insort(self.series[kind], (time_ms, line, payload))

    def latest(self, kind, t, max_age_s):
        """The value with the latest time_ms; of equal ones the later in the file. None when stale."""
        series = self.series[kind]
        if not series:
            return None
        time_ms, _, value = series[-1]
        if t - time_ms > max_age_s * 1000:
            return None
        return value

    def latest_between(self, kind, from_ms, to_ms):
        series = self.series[kind]
        after = bisect.bisect_right(series, (to_ms, math.inf))
        if after == 0 or series[after - 1][0] < from_ms:
            return None
        return series[after - 1][2]

    def liquidated(self, t, window_ms):
        """(B, S): notional of BUY and SELL orders with t - window < time_ms <= t, in 1e-16 USD."""
        first = bisect.bisect_right(self.liquidations, (t - window_ms, math.inf))
        buys = sells = 0
        for time_ms, _, side, notional in self.liquidations[first:]:
            if time_ms > t:
                break
            if side == "BUY":
                buys += notional
            else:
                sells += notional
        return buys, sells


def read_indicators(path, symbols):
    """{symbol: SymbolIndicators} for the symbols replayed; other symbols and unknown types are ignored."""
    found = {symbol: SymbolIndicators() for symbol in symbols}
    if path is not None:
        with open(path, encoding="utf-8") as lines:
            for number, text in enumerate(lines, 1):
                if text.strip():
                    _read_row(text, number, f"{path}:{number}", found)
    for rows in found.values():
        rows.ready()
    return found


def _read_row(text, number, where, found):
    try:
        row = json.loads(text, parse_float=Decimal)
    except ValueError as error:
        raise InputError(f"{where}: not JSON: {error}") from None
    kind = row.get("type")
    if row.get("symbol") not in found or (kind not in TYPES and kind != "liquidation"):
        return
    time_ms = _integer(row, "time_ms", where)
    known_ms = _integer(row, "known_ms", where) if "known_ms" in row else time_ms
    if kind == "liquidation":
        side = row.get("side")
        if side not in ("BUY", "SELL"):
            raise InputError(f"{where}: side is neither BUY nor SELL: {side!r}")
        payload = (side, _e8(row.get("price"), where) * _e8(row.get("qty"), where))
    else:
        payload = _double(row.get("value"), where)
    found[row["symbol"]].waiting.append((known_ms, number, time_ms, kind, payload))
