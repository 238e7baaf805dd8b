"""Plain Python: parsing with the standard json, orjson and msgspec, and the three windows of deque_engine."""

import json
import platform
import sys
from typing import NamedTuple

import recording
import timing
from deque_engine import DequeEngine

try:
    import msgspec
    import orjson
except ImportError:  # the standard library's rows need no package
    msgspec = orjson = None


class Trade(NamedTuple):
    """What every parser here ends with, so that none has less to do than another."""

    id: int
    time_ms: int
    price: float
    quantity: float
    is_sell: bool


def generic(loads):
    """The work with a parser that makes dictionaries."""

    def work(frames):
        for text in frames:
            data = loads(text)["data"]
            trade = Trade(data["a"], data["T"], float(data["p"]), float(data["q"]), data["m"])
        return trade

    return work


def typed():
    """msgspec's typed decoder, its fastest documented path: keys that are not declared are skipped, not built; gc=False
    is its documented switch for structs that hold no cycles."""

    class Data(msgspec.Struct, gc=False):
        a: int
        p: str
        q: str
        T: int
        m: bool

    class Frame(msgspec.Struct, gc=False):
        data: Data

    decode = msgspec.json.Decoder(Frame).decode

    def work(frames):
        for text in frames:
            data = decode(text).data
            trade = Trade(data.a, data.T, float(data.p), float(data.q), data.m)
        return trade

    return work


def expect(row: recording.Row, trade: Trade) -> None:
    if trade != (row.id, row.time_ms, float(row.price), float(row.quantity), row.is_sell):
        timing.fail(f"a frame of trade {row.id} was parsed as {trade}")


def parse(args, slice_: recording.Slice) -> None:
    python = platform.python_version()
    parsers = [("peer.python_json.parse", python, lambda: generic(json.loads), "json.loads")]
    if orjson:
        parsers.append(("peer.orjson.parse", orjson.__version__, lambda: generic(orjson.loads), "orjson.loads"))
    if msgspec:
        parsers.append(("peer.msgspec.parse", msgspec.__version__, typed, "typed msgspec decoder"))
    parsers = [parser for parser in parsers if timing.wanted(args, parser[0])]
    if not parsers:
        return
    frames = [recording.frame(row, args.symbol).encode() for row in slice_.rows]
    for name, version, make, how in parsers:
        work = make()
        expect(slice_.rows[-1], work(frames[-1:]))
        chunks = timing.batches(frames)
        timing.times(work, chunks[: timing.WARM_UP])
        found = timing.times(work, chunks, args.rounds)
        done = f"frame -> tuple of id, T, price, quantity as floats, side; {how}"
        timing.report(name, version, found, work=done, beside="parse.combined", items=len(frames) * args.rounds)


def filled(args, slice_: recording.Slice) -> DequeEngine:
    """The engine as it stands before the measured trades."""
    engine = DequeEngine()
    for row in recording.rows(args.recording, 0, slice_.first):
        quantity = float(row.quantity)
        engine.add(row.time_ms, float(row.price), quantity, recording.units(row.quantity), row.is_sell)
    return engine


def windows(args, slice_: recording.Slice) -> None:
    name = "peer.python_deque.window"
    if not timing.wanted(args, name):
        return
    engine = filled(args, slice_)
    trades = [
        (row.time_ms, float(row.price), float(row.quantity), recording.units(row.quantity), row.is_sell)
        for row in slice_.rows
    ]

    def work(chunk):
        add = engine.add
        for time, price, quantity, size, is_sell in chunk:
            add(time, price, quantity, size, is_sell)

    found = timing.times(work, timing.batches(trades))
    held = len(engine.windows[-1].trades)
    done = f"three windows, candles and ATR, P95/P99, large flow; floats; {held} trades held"
    timing.report(name, platform.python_version(), found, work=done, beside="window.trade", items=len(trades))


def decision(args, slice_: recording.Slice) -> None:
    """Frame to windows in one go with the fastest of the parsers; no score, which Apus' figure has."""
    name = "peer.python_deque.frame"
    if not timing.wanted(args, name) or not msgspec:
        return
    engine = filled(args, slice_)
    frames = [recording.frame(row, args.symbol).encode() for row in slice_.rows]
    parse_one = typed()

    def work(chunk):
        add = engine.add
        for text in chunk:
            trade = parse_one((text,))
            quantity = trade.quantity
            add(trade.time_ms, trade.price, quantity, round(quantity * 1e8), trade.is_sell)

    found = timing.times(work, timing.batches(frames))
    done = "frame -> msgspec -> three windows, ATR, P95/P99, large flow; no score"
    timing.report(name, platform.python_version(), found, work=done, beside="decision.frame", items=len(frames))


def main() -> None:
    args = timing.options(__doc__)
    slice_ = recording.last(args.recording, args.items)
    if not slice_.rows:
        sys.exit(f"{args.recording} holds no trade")
    parse(args, slice_)
    windows(args, slice_)
    decision(args, slice_)


if __name__ == "__main__":
    main()
