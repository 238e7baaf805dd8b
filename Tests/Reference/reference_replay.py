#!/usr/bin/env python3
"""Reference of `apus replay` (SPEC sections 1-5 and 8): slow, obvious, standard library only."""

import json
import os
import sys
import time

from decimals import InputError
from engine import SymbolState, Tally
from indicators import read_indicators
from strategy import read_strategy
from trade_files import merged

SHIPPED = ("v51_baseline.json", "v52_8signals.json")
STRATEGIES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "strategies")

EVALUATIONS = (
    "time_ms,symbol,strategy,agg_id,price,cvd_30m,cvd_4h,cvd_24h,vwap_30m,vwap_4h,vwap_24h,"
    "atr,p95,p99,accel,direction,score,missing"
)
SIGNALS = "time_ms,symbol,strategy,direction,agg_id,price,score,atr,accepted,reason,signal_id"
PAPER = (
    "signal_id,strategy,symbol,direction,signal_time_ms,entry_time_ms,entry_price,qty,stop,tp1,tp2,"
    "exit_time_ms,exit_price,exit_reason,gross_usd,fees_usd,net_usd,net_r"
)


class UsageError(Exception):
    pass


class Arguments:
    def __init__(self, words):
        self.files = {}  # symbol -> paths, in the order given
        self.indicators = None
        self.every = "trade"
        self.strategies = []
        self.output = self.signals = self.paper = None
        symbol = None
        words = iter(words)
        for word in words:
            name, equals, value = word.partition("=")
            if not equals:
                value = next(words, None)
            if value is None:
                raise UsageError(f"{name}: a value is missing")
            if name == "--symbol":
                symbol = value
                self.files.setdefault(symbol, [])
            elif name == "--trades":
                if symbol is None:
                    raise UsageError("--trades before any --symbol")
                self.files[symbol].append(value)
            elif name == "--strategy":
                self.strategies.append(value)
            elif name in ("--indicators", "--every", "--output", "--signals", "--paper"):
                setattr(self, name[2:], value)
            else:
                raise UsageError(f"unknown option {name}")
        if not self.files or not all(self.files.values()):
            raise UsageError("every --symbol needs --trades")
        if self.every not in ("trade", "15s"):
            raise UsageError(f"--every is trade or 15s, not {self.every}")


def write_rows(path, header, rows):
    if path is None:
        return
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(header + "\n")
        for row in rows:
            file.write(",".join(row) + "\n")


def replay(arguments):
    """Runs the replay, writes the files, returns the summary."""
    paths = arguments.strategies or [os.path.join(STRATEGIES, name) for name in SHIPPED]
    strategies = [read_strategy(path) for path in paths]
    indicators = read_indicators(arguments.indicators, arguments.files)
    tally = Tally()
    output = None
    if arguments.output is not None:
        output = open(arguments.output, "w", encoding="utf-8", newline="")
        output.write(EVALUATIONS + "\n")
        tally.evaluation_rows = output.write
    states = {
        symbol: SymbolState(symbol, strategies, indicators[symbol], arguments.every == "15s", tally)
        for symbol in arguments.files
    }
    started = time.perf_counter()
    for symbol, trade in merged(arguments.files):
        states[symbol].apply(*trade)
    seconds = time.perf_counter() - started
    if output is not None:
        output.close()
    write_rows(arguments.signals, SIGNALS, tally.signal_rows)
    write_rows(arguments.paper, PAPER, (position.row() for position in tally.positions))
    return {
        "trades": tally.trades, "late": tally.late, "dropped": tally.dropped, "gaps": tally.gaps,
        "evaluations": tally.evaluations, "signals": len(tally.signal_rows),
        "seconds": round(seconds, 6), "trades_per_second": round(tally.trades / seconds) if seconds > 0 else 0,
    }


def main(words):
    try:
        print(json.dumps(replay(Arguments(words))))
    except UsageError as error:
        print(f"reference_replay: {error}", file=sys.stderr)
        return 64
    except InputError as error:
        print(f"reference_replay: {error}", file=sys.stderr)
        return 65
    except OSError as error:
        print(f"reference_replay: {error}", file=sys.stderr)
        return 74
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
