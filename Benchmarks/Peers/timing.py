"""Times batches of work and prints what was found as one line of JSON a measurement."""

import argparse
import json
import sys
from time import perf_counter_ns
from typing import Any, Callable, Sequence

# Long enough that reading the clock (some 50 ns) is nothing, short enough that many batches meet no interruption. Apus
# is timed in batches of 32, which last a microsecond or two.
BATCH = 100
# Batches that are run before any is timed.
WARM_UP = 100


def options(description: str) -> argparse.Namespace:
    """What every peer's program is told."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("recording", help="aggTrades CSV, plain or .gz")
    parser.add_argument("--symbol", default="BTCUSDT", help="the symbol its frames name (default BTCUSDT)")
    parser.add_argument("--items", type=int, default=200_000, help="trades measured, the last ones (default 200000)")
    parser.add_argument("--rounds", type=int, default=3, help="passes over them where they can be repeated (default 3)")
    parser.add_argument("--only", action="append", help="measure only this name; may be repeated")
    return parser.parse_args()


def wanted(args: argparse.Namespace, name: str) -> bool:
    return not args.only or name in args.only


def batches(items: Sequence[Any], size: int = BATCH) -> list[Sequence[Any]]:
    """Whole batches only: a short one would be dearer an item."""
    size = min(size, len(items))
    return [items[start : start + size] for start in range(0, len(items) - size + 1, size)]


def times(work: Callable[[Sequence[Any]], Any], chunks: Sequence[Sequence[Any]], rounds: int = 1) -> list[float]:
    """Nanoseconds an item of every batch, unsorted. The loop over a batch is `work`'s own, as it is in the peer's."""
    found = []
    for _ in range(rounds):
        for chunk in chunks:
            started = perf_counter_ns()
            work(chunk)
            found.append((perf_counter_ns() - started) / len(chunk))
    return found


def quantile(ascending: Sequence[float], share: float) -> float:
    """The nearest rank."""
    return ascending[max(0, -(-int(share * 1000) * len(ascending) // 1000) - 1)]


def report(name: str, version: str, per_item: Sequence[float], *, work: str, beside: str, items: int) -> None:
    """`work` says what is done to an item, `beside` names the measurement of Apus it is compared with."""
    ordered = sorted(per_item)
    line = {
        "name": name,
        "version": version,
        "p50_ns": round(quantile(ordered, 0.5), 1),
        "min_ns": round(ordered[0], 1),
        "p99_ns": round(quantile(ordered, 0.99), 1),
        "batches": len(ordered),
        "items": items,
        "work": work,
        "beside": beside,
    }
    print(json.dumps(line), flush=True)


def fail(reason: str) -> None:
    """Ends the program: what it computed is wrong, so no figure of it counts."""
    sys.exit(reason)
