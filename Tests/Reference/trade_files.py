"""aggTrades CSV files of data.binance.vision: plain, .gz or .zip, with or without header."""

import gzip
import heapq
import io
import zipfile

from decimals import InputError, parse_e8

MICROSECONDS_FROM = 10**14


def _lines(path):
    with open(path, "rb") as file:
        magic = file.read(4)
    if magic[:2] == b"\x1f\x8b":
        with gzip.open(path, "rt", encoding="utf-8") as text:
            yield from text
    elif magic == b"PK\x03\x04":
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                with archive.open(name) as member:
                    yield from io.TextIOWrapper(member, encoding="utf-8")
    else:
        with open(path, encoding="utf-8") as text:
            yield from text


def trades_of_file(path):
    """(agg_id, price, quantity, T, is_buy) in the file's order."""
    for number, line in enumerate(_lines(path), 1):
        fields = line.rstrip("\r\n").split(",")
        if number == 1 and not fields[0][:1].isdigit():
            continue
        if fields == [""]:
            continue
        try:
            agg_id = int(fields[0])
            price = parse_e8(fields[1])
            quantity = parse_e8(fields[2])
            t = int(fields[5])
            maker = fields[6].lower()
        except (ValueError, IndexError, InputError) as error:
            raise InputError(f"{path}:{number}: {error}") from None
        if t > MICROSECONDS_FROM:
            raise InputError(f"{path}:{number}: time {t} is in microseconds, milliseconds wanted")
        if maker not in ("true", "false") or price <= 0 or quantity < 0:
            raise InputError(f"{path}:{number}: not a trade: {line.strip()}")
        yield agg_id, price, quantity, t, maker == "false"


def _of_symbol(symbol, paths):
    for path in paths:
        for trade in trades_of_file(path):
            yield (trade[3], symbol, trade[0]), trade


def merged(files_by_symbol):
    """(symbol, trade): each symbol's files one after the other, symbols merged by (T, symbol, id) of their heads."""
    streams = [_of_symbol(symbol, paths) for symbol, paths in files_by_symbol.items()]
    for key, trade in heapq.merge(*streams, key=lambda item: item[0]):
        yield key[1], trade
