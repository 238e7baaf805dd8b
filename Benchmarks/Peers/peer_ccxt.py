"""ccxt: its pro client for USD-M futures given frames as its own websocket gives them, no socket."""

import asyncio
from decimal import Decimal

import ccxt
import ccxt.pro

import recording
import timing

MARKET = {
    "id": "BTCUSDT",
    "lowercaseId": "btcusdt",
    "symbol": "BTC/USDT:USDT",
    "base": "BTC",
    "quote": "USDT",
    "settle": "USDT",
    "baseId": "BTC",
    "quoteId": "USDT",
    "settleId": "USDT",
    "type": "swap",
    "spot": False,
    "swap": True,
    "future": False,
    "option": False,
    "contract": True,
    "linear": True,
    "inverse": False,
    "contractSize": 1.0,
    "active": True,
    "precision": {"amount": 0.001, "price": 0.1},
    "limits": {"amount": {}, "price": {}, "cost": {}, "leverage": {}},
    "info": {},
}


def same(trade: dict, row: recording.Row) -> bool:
    price, amount = Decimal(str(trade["price"])), Decimal(str(trade["amount"]))
    if (price, amount) != (Decimal(row.price), Decimal(row.quantity)):
        return False
    side = "sell" if row.is_sell else "buy"
    return (trade["id"], trade["timestamp"], trade["side"]) == (str(row.id), row.time_ms, side)


async def main() -> None:
    args = timing.options(__doc__)
    slice_ = recording.last(args.recording, args.items)
    frames = [recording.frame(row, args.symbol) for row in slice_.rows]
    exchange = ccxt.pro.binanceusdm()
    market = MARKET | {"id": args.symbol, "lowercaseId": args.symbol.lower()}
    # Set by hand, where it would ask the venue for them.
    exchange.set_markets([market])
    client = exchange.client(exchange.urls["api"]["ws"]["linear"])

    def whole(chunk):
        """What its socket calls a frame: orjson, dispatch, unified trade, cache of 1,000 trades, waking who waits."""
        receive = client.handle_text_or_binary_message
        for text in chunk:
            receive(text)

    import orjson

    unified = exchange.markets[market["symbol"]]

    def parse_only(chunk):
        for text in chunk:
            trade = exchange.parse_ws_trade(orjson.loads(text)["data"], unified)
        return trade

    if not same(parse_only(frames[-1:]), slice_.rows[-1]):
        timing.fail(f"ccxt made something else of trade {slice_.rows[-1].id}")
    whole(frames[-1:])
    if not same(exchange.trades[market["symbol"]][-1], slice_.rows[-1]):
        timing.fail(f"ccxt kept something else for trade {slice_.rows[-1].id}")

    chunks = timing.batches(frames)
    for name, work, done in (
        ("peer.ccxt.parse", parse_only, "frame -> orjson -> parse_ws_trade, a unified trade"),
        ("peer.ccxt.adapter", whole, "frame -> the pro client's receive path -> unified trade in its cache"),
    ):
        if not timing.wanted(args, name):
            continue
        timing.times(work, chunks[: timing.WARM_UP])
        found = timing.times(work, chunks)
        timing.report(name, ccxt.__version__, found, work=done, beside="parse.combined", items=len(frames))
    await exchange.close()


if __name__ == "__main__":
    asyncio.run(main())
