"""Whether anything was lost: the engine's windows beside the venue's own totals, symbol by symbol, and how memory grew.

Runs are shorter than a day, so the engine's day holds every trade there was, and its sums must be the venue's to the last
digit. The two are added up by different programs.
"""

import json
from decimal import Decimal, InvalidOperation

# A trade in the pool: 24 bytes, and its share of a chunk's link.
TRADE_BYTES = 24.1
CHUNK_TRADES = 256
# Told first, then only counted: a hundred symbols that miss the same second are one fact.
TOLD_MOST = 20

# Of an honest venue over sockets that end in time, none of these may come.
MUST_BE_ZERO = {
    "pool_full": "trades found no room in the pool",
    "malformed": "frames could not be read",
    "bad_numbers": "frames had impossible numbers",
    "oversized": "messages were too long",
    "unknown_symbol": "frames named a symbol nobody asked for",
    "implausible": "trades were taken for impossible",
    "unknown": "records were of no known kind",
    "quarantined": "trades were taken for contradictory",
}


class Broken(Exception):
    """A file that is not what its writer promises."""


def lines(path):
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Broken(f"{path.name}: cannot be read: {error}") from None
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        try:
            value = json.loads(line)
        except json.JSONDecodeError as error:
            raise Broken(f"{path.name}, line {number}: {error}") from None
        if not isinstance(value, dict):
            raise Broken(f"{path.name}, line {number}: is no object")
        found.append(value)
    return found


def by_symbol(path, found):
    for number, line in enumerate(found, 1):
        if "symbol" not in line:
            raise Broken(f"{path.name}, line {number}: has no symbol")
    return {line["symbol"]: line for line in found}


def read_totals(path):
    """By symbol, what the venue traded."""
    return by_symbol(path, lines(path))


def read_windows(path):
    """By symbol, what the engine holds; and its counters, which are the last line: without it the file is cut off."""
    found = lines(path)
    if not found or "counters" not in found[-1]:
        raise Broken(f"{path.name}: has no counters at its end: the run did not end in its own way")
    return by_symbol(path, found[:-1]), found[-1]["counters"]


def symbol_problem(symbol, total, window):
    """What differs, in one line; None when nothing does."""
    wrong = []
    expected_trades = total["trades"]
    cvd = Decimal(total["buy"]) - Decimal(total["sell"])
    if window["trades_24h"] != expected_trades:
        missing = expected_trades - window["trades_24h"]
        wrong.append(f"{window['trades_24h']} trades of {expected_trades} ({missing} missing)")
    # Where nothing was traded there is no last id to agree on.
    if expected_trades > 0 and window["last_id"] != total["last_id"]:
        wrong.append(f"last id {window['last_id']}, not {total['last_id']}")
    if Decimal(window["cvd_24h"]) != cvd:
        wrong.append(f"cvd {window['cvd_24h']}, not {cvd}")
    if window["held"] != 0:
        wrong.append(f"{window['held']} trades still held")
    if window["hole"] is not False:
        wrong.append("a hole was passed over")
    return f"{symbol}: " + ", ".join(wrong) if wrong else None


def losses(totals, windows, counters):
    """Every way in which the engine's end is not the venue's, as lines; empty when nothing was lost."""
    if not any(total["trades"] for total in totals.values()):
        return ["the venue traded nothing, which proves nothing"]
    found = []
    try:
        for symbol, total in totals.items():
            if symbol in windows:
                problem = symbol_problem(symbol, total, windows[symbol])
            else:
                problem = f"{symbol}: traded at the venue, unknown to the engine"
            if problem:
                found.append(problem)
        found += [f"{symbol}: known to the engine, not to the venue" for symbol in windows if symbol not in totals]
        for name, meaning in MUST_BE_ZERO.items():
            if counters[name] != 0:
                room = f" for {counters['pool_chunks'] * CHUNK_TRADES}" if name == "pool_full" else ""
                found.append(f"{name} {counters[name]}: {meaning}{room}")
    except (KeyError, TypeError, InvalidOperation) as error:
        raise Broken(f"totals or windows lack a field or hold no number: {error!r}") from None
    return found


def shortened(found):
    if len(found) <= TOLD_MOST:
        return found
    return found[:TOLD_MOST] + [f"and {len(found) - TOLD_MOST} more"]


def growth_bytes(samples, load_seconds):
    """Resident memory at the end, less that after the first quarter, less what the trades between them take. None when the
    run had no sample to begin with: too short to say."""
    begin = next((sample for sample in samples if sample.seconds >= load_seconds / 4), None)
    if begin is None or begin.seconds >= load_seconds or samples[-1] is begin:
        return None
    end = samples[-1]
    return end.resident - begin.resident - TRADE_BYTES * (end.trades - begin.trades)


def memory_problem(growth, bound_bytes):
    if growth is None:
        return "memory was not sampled after the first quarter: give more --minutes"
    if growth <= bound_bytes:
        return None
    return f"memory grew by {growth / 2**20:.1f} MiB beyond the trades it holds, {bound_bytes / 2**20:.0f} allowed"
