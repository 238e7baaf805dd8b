"""A recording of aggTrades, as rows of a data.binance.vision file and as the frames the venue would have sent."""

from __future__ import annotations

import gzip
from itertools import islice
from typing import Iterator, NamedTuple

UNITS = 100_000_000


class Row(NamedTuple):
    """One row; price and quantity stay the file's text, since each peer turns them into its own kind of number."""

    id: int
    price: str
    quantity: str
    first_id: int
    last_id: int
    time_ms: int
    is_sell: bool


def rows(path: str, first: int = 0, count: int | None = None) -> Iterator[Row]:
    """Rows `first` and on, `count` of them; with or without the header, plain or .gz.

    Raises ValueError with file and line where a row is not seven fields of the expected kind.
    """
    opened = gzip.open(path, "rt") if path.endswith(".gz") else open(path, encoding="ascii")
    with opened as file:
        header = file.readline()
        if not header.startswith("agg_trade_id"):
            file.seek(0)
        stop = None if count is None else first + count
        for number, line in enumerate(islice(file, first, stop), start=first + 1):
            try:
                id_, price, quantity, first_id, last_id, time_ms, maker = line.rstrip("\r\n").split(",")
                is_sell = maker in ("true", "True")
                row = Row(int(id_), price, quantity, int(first_id), int(last_id), int(time_ms), is_sell)
            except ValueError as error:
                raise ValueError(f"{path}: trade {number} is no aggTrades row ({error}): {line.rstrip()!r}") from None
            yield row


def count(path: str) -> int:
    """Trades in the file, by its lines."""
    opened = gzip.open(path, "rb") if path.endswith(".gz") else open(path, "rb")
    with opened as file:
        lines = 0
        last = b"\n"
        has_header = file.peek(12).startswith(b"agg_trade_id")
        while block := file.read(1 << 20):
            lines += block.count(b"\n")
            last = block[-1:]
    return lines + (last != b"\n") - has_header


def units(decimal: str) -> int:
    """A decimal of at most 8 decimals in units of 1e-8, exactly."""
    whole, _, fraction = decimal.partition(".")
    return int(whole) * UNITS + int(fraction.ljust(8, "0") or 0)


def padded(decimal: str, decimals: int) -> str:
    """With at least `decimals` decimals: the files have lost the trailing zeros that the venue sends."""
    whole, _, fraction = decimal.partition(".")
    return f"{whole}.{fraction.ljust(decimals, '0')}"


def frame(row: Row, symbol: str) -> str:
    """The combined-stream frame of a row, its keys in the venue's order.

    What a file lacks is made by the rules of the seeded market (Benchmarks/Market), so that Apus and its peers read the
    same bytes: the event time is 100 to 150 ms after the trade, and `nq` is half of `q` in one trade of eight.
    """
    price, quantity = padded(row.price, 2), padded(row.quantity, 3)
    other = quantity
    if row.id % 8 == 0:
        half = units(quantity) // 200_000 * 100_000
        other = padded(f"{half // UNITS}.{half % UNITS:08d}".rstrip("0"), 3)
    return (
        f'{{"stream":"{symbol.lower()}@aggTrade","data":{{"e":"aggTrade","E":{row.time_ms + 100 + row.id % 51},'
        f'"a":{row.id},"s":"{symbol}","p":"{price}","q":"{quantity}","nq":"{other}","f":{row.first_id},'
        f'"l":{row.last_id},"T":{row.time_ms},"m":{"true" if row.is_sell else "false"}}}}}'
    )


class Slice(NamedTuple):
    """The part that is measured, and where it begins."""

    first: int
    rows: list[Row]


def last(path: str, items: int) -> Slice:
    """The last `items` trades of the file, or all of them: by then the longest windows are as full as they get."""
    first = max(0, count(path) - items)
    return Slice(first, list(rows(path, first)))
