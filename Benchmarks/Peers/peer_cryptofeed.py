"""cryptofeed: its Binance futures feed given frames as its own connection gives them, no socket."""

import asyncio
from decimal import Decimal
from importlib.metadata import version

from cryptofeed.defines import TRADES
from cryptofeed.exchanges import BinanceFutures
from cryptofeed.symbols import Symbols

import recording
import timing


def feed(symbol: str, callback) -> BinanceFutures:
    """Its table of symbols is set by hand, where it would ask the venue for it."""
    Symbols.set(BinanceFutures.id, {"BTC-USDT-PERP": symbol}, {"instrument_type": {"BTC-USDT-PERP": "perpetual"}})
    return BinanceFutures(symbols=["BTC-USDT-PERP"], channels=[TRADES], callbacks={TRADES: callback})


async def main() -> None:
    args = timing.options(__doc__)
    slice_ = recording.last(args.recording, args.items)
    frames = [recording.frame(row, args.symbol) for row in slice_.rows]
    received = None

    async def on_trade(trade, receipt_timestamp):
        nonlocal received
        received = trade

    handler = feed(args.symbol, on_trade).message_handler
    await handler(frames[-1], None, 0.0)
    row = slice_.rows[-1]
    if (received.id, received.price, received.amount) != (str(row.id), Decimal(row.price), Decimal(row.quantity)):
        timing.fail(f"the frame of trade {row.id} came out as {received}")

    found = []
    chunks = timing.batches(frames)
    for measured, turns in ((False, chunks[: timing.WARM_UP]), (True, chunks * args.rounds)):
        for chunk in turns:
            started = timing.perf_counter_ns()
            # As its connection does: one await a message, in the running loop.
            for text in chunk:
                await handler(text, None, 0.0)
            if measured:
                found.append((timing.perf_counter_ns() - started) / len(chunk))
    timing.report(
        "peer.cryptofeed.parse",
        version("cryptofeed"),
        found,
        work="frame -> BinanceFutures.message_handler (msgspec) -> Trade with Decimals -> async callback",
        beside="parse.combined",
        items=len(frames) * args.rounds,
    )


if __name__ == "__main__":
    asyncio.run(main())
