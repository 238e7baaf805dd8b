"""Clients that nobody here wrote, against exchange-sim: only their addresses and the authority they trust are set.

What a client returns is compared with the venue's own bytes (venue.py). A client that isn't installed is skipped, and
fails where APUS_REQUIRE_CLIENTS is set, as tools/clients does, which installs them all.

  tools/clients
  APUS_EXCHANGE_SIM=.build/debug/exchange-sim python3 -m unittest discover -s Tests/Clients
"""

import asyncio
import importlib.util
import json
import os
import queue
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from venue import DEADLINE, Venue

SYMBOL = "BTCUSDT"
# Enough to cross many frames, some seconds of the market.
WATCHED = 60

venue: Venue = None


def tearDownModule():
    if venue is not None:
        venue.close()


class ClientCase(unittest.TestCase):
    """What is asked of every client; `module` is what its package brings."""

    module: str
    maxDiff = 2_000

    @classmethod
    def setUpClass(cls):
        if importlib.util.find_spec(cls.module) is None:
            if "APUS_REQUIRE_CLIENTS" in os.environ:
                raise ModuleNotFoundError(f"{cls.module} is not installed, and APUS_REQUIRE_CLIENTS asks for it")
            raise unittest.SkipTest(f"{cls.module} is not installed: tools/clients installs it")
        # One for all, and none where every client is skipped.
        global venue
        if venue is None:
            built = Path(__file__).resolve().parents[2] / ".build" / "debug" / "exchange-sim"
            venue = Venue(os.environ.get("APUS_EXCHANGE_SIM", str(built)))

    def assert_streamed(self, trades: list) -> None:
        """Trades as the venue writes them: one symbol, ids without a hole, each as REST has it."""
        self.assertGreaterEqual(len(trades), WATCHED)
        self.assertEqual({trade["s"] for trade in trades}, {SYMBOL})
        first = trades[0]["a"]
        self.assertEqual([trade["a"] for trade in trades], list(range(first, first + len(trades))))
        served = venue.trades(SYMBOL, first, len(trades))
        self.assertEqual([{key: trade[key] for key in served[0]} for trade in trades], served)

    def assert_now(self, before: int, told: int) -> None:
        self.assertLessEqual(before, told)
        self.assertLessEqual(told, venue.get("time")["serverTime"])


async def bounded(work):
    """Waits for one thing, DEADLINE at most."""
    return await asyncio.wait_for(work, DEADLINE)


class Ccxt(ClientCase):
    """`ccxt.binanceusdm`, blocking and asynchronous, and `ccxt.pro` for streams."""

    module = "ccxt"
    market = "BTC/USDT:USDT"

    def settings(self) -> dict:
        # Its own rewriting puts /market before /ws.
        addresses = {"fapiPublic": f"{venue.rest}/fapi/v1", "ws": {"linear": f"{venue.streams}/ws"}}
        return {"urls": {"api": addresses}}

    def blocking(self):
        import ccxt

        return ccxt.binanceusdm({**self.settings(), "validateServerSsl": venue.authority})

    def streaming(self):
        import ccxt.pro

        return ccxt.pro.binanceusdm({**self.settings(), "cafile": venue.authority})

    def assert_markets(self, markets: dict) -> None:
        entries = venue.symbols()
        self.assertEqual({market["id"] for market in markets.values()}, set(entries))
        for market in markets.values():
            filters = entries[market["id"]]["filters"]
            self.assertTrue(market["swap"] and market["linear"] and market["active"])
            self.assertEqual(market["precision"]["price"], float(filters["PRICE_FILTER"]["tickSize"]))
            self.assertEqual(market["precision"]["amount"], float(filters["LOT_SIZE"]["stepSize"]))
            self.assertEqual(market["limits"]["amount"]["max"], float(filters["LOT_SIZE"]["maxQty"]))
            self.assertEqual(market["limits"]["market"]["max"], float(filters["MARKET_LOT_SIZE"]["maxQty"]))
            self.assertEqual(market["limits"]["cost"]["min"], float(filters["MIN_NOTIONAL"]["notional"]))

    def assert_trades(self, trades: list, count: int) -> None:
        """Unified trades, from the first one's id on as REST has them."""
        self.assertEqual({trade["symbol"] for trade in trades}, {self.market})
        told = [[trade[key] for key in ("id", "timestamp", "side", "price", "amount")] for trade in trades]
        served = venue.trades(SYMBOL, int(trades[0]["id"]), count)
        expected = [
            [str(row["a"]), row["T"], "sell" if row["m"] else "buy", float(row["p"]), float(row["q"])]
            for row in served
        ]
        self.assertEqual(len(expected), count)
        self.assertEqual(told, expected)

    def test_markets_have_the_ticks_and_lots_of_exchange_info(self):
        exchange = self.blocking()
        self.assert_markets(exchange.load_markets())

    def test_time_trades_and_candles(self):
        exchange = self.blocking()
        before = venue.get("time")["serverTime"]
        self.assert_now(before, exchange.fetch_time())
        first = venue.oldest_id(SYMBOL)
        trades = exchange.fetch_trades(self.market, limit=700, params={"fromId": first})
        self.assertEqual(trades[0]["id"], str(first))
        self.assert_trades(trades, 700)
        since = venue.closed_minute(SYMBOL)
        candles = exchange.fetch_ohlcv(self.market, "1m", since=since, limit=9)
        served = venue.get("klines", symbol=SYMBOL, interval="1m", startTime=since, limit=9)
        self.assertEqual(candles, [[row[0], *map(float, row[1:6])] for row in served])

    def test_a_refusal_is_the_venues(self):
        import ccxt

        with self.assertRaises(ccxt.BadSymbol):
            self.blocking().fapiPublicGetAggTrades({"symbol": "NOTASYMBOL"})

    def test_without_the_authority_nothing_is_trusted(self):
        import ccxt

        with self.assertRaises(ccxt.NetworkError) as refused:
            ccxt.binanceusdm(self.settings()).fetch_time()
        self.assertIn("CERTIFICATE_VERIFY_FAILED", str(refused.exception.__cause__))

    def test_asynchronous(self):
        async def run():
            import ccxt.async_support

            exchange = ccxt.async_support.binanceusdm({**self.settings(), "cafile": venue.authority})
            try:
                self.assert_markets(await bounded(exchange.load_markets()))
                before = venue.get("time")["serverTime"]
                self.assert_now(before, await bounded(exchange.fetch_time()))
                asked = {"fromId": venue.oldest_id(SYMBOL)}
                self.assert_trades(await bounded(exchange.fetch_trades(self.market, limit=200, params=asked)), 200)
            finally:
                await exchange.close()

        asyncio.run(run())

    def test_watched_trades_are_consecutive(self):
        async def run():
            exchange = self.streaming()
            trades = []
            try:
                while len(trades) < WATCHED:
                    # Named, since ccxt's standard is a stream of single trades, which the venue doesn't document.
                    trades += await bounded(exchange.watch_trades(self.market, params={"name": "aggTrade"}))
            finally:
                await exchange.close()
            self.assert_trades(trades, len(trades))

        asyncio.run(run())


class PythonBinance(ClientCase):
    """python-binance: `AsyncClient`'s futures calls and `BinanceSocketManager`'s futures sockets."""

    module = "binance"

    def run_with_client(self, work):
        async def run():
            import aiohttp
            from binance import AsyncClient

            # Not `create`, which asks the spot market first.
            client = AsyncClient(session_params={"connector": aiohttp.TCPConnector(ssl=venue.tls)})
            client.FUTURES_URL = f"{venue.rest}/fapi"
            try:
                await work(client)
            finally:
                await client.close_connection()

        asyncio.run(run())

    def sockets(self, client):
        from binance import BinanceSocketManager

        sockets = BinanceSocketManager(client)
        sockets.FSTREAM_URL = f"{venue.streams}/"
        sockets.ws_kwargs = {"ssl": venue.tls}
        return sockets

    def test_rest(self):
        async def work(client):
            self.assertEqual(await bounded(client.futures_ping()), {})
            before = venue.get("time")["serverTime"]
            self.assert_now(before, (await bounded(client.futures_time()))["serverTime"])
            told = await bounded(client.futures_exchange_info())
            self.assertEqual(told["symbols"], venue.get("exchangeInfo")["symbols"])
            first = venue.oldest_id(SYMBOL)
            told = await bounded(client.futures_aggregate_trades(symbol=SYMBOL, fromId=first, limit=500))
            self.assertEqual([row["a"] for row in told], list(range(first, first + 500)))
            self.assertEqual(told, venue.trades(SYMBOL, first, 500))
            asked = {"symbol": SYMBOL, "interval": "1m", "startTime": venue.closed_minute(SYMBOL), "limit": 9}
            told = await bounded(client.futures_klines(**asked))
            self.assertEqual(len(told), 9)
            self.assertEqual(told, venue.get("klines", **asked))
            mark = await bounded(client.futures_mark_price(symbol=SYMBOL))
            self.assertEqual(set(mark), set(venue.get("premiumIndex", symbol=SYMBOL)))
            self.assertEqual(mark["symbol"], SYMBOL)
            self.assertGreater(float(mark["markPrice"]), 0)

        self.run_with_client(work)

    def test_a_refusal_is_the_venues(self):
        async def work(client):
            from binance.exceptions import BinanceAPIException

            with self.assertRaises(BinanceAPIException) as refused:
                await bounded(client.futures_aggregate_trades(symbol="NOTASYMBOL"))
            self.assertEqual((refused.exception.status_code, refused.exception.code), (400, -1121))

        self.run_with_client(work)

    def test_the_aggtrade_socket_is_consecutive(self):
        async def work(client):
            async with self.sockets(client).aggtrade_futures_socket(SYMBOL) as socket:
                frames = [await bounded(socket.recv()) for _ in range(WATCHED)]
            self.assertEqual({frame.get("stream") for frame in frames}, {"btcusdt@aggTrade"})
            self.assert_streamed([frame["data"] for frame in frames])

        self.run_with_client(work)

    def test_a_multiplex_socket_carries_marks_and_candles(self):
        async def work(client):
            wanted = {"btcusdt@markPrice@1s": "markPriceUpdate", "ethusdt@kline_1m": "kline"}
            found = {}
            async with self.sockets(client).futures_multiplex_socket(list(wanted)) as socket:
                end = time.monotonic() + DEADLINE
                while found.keys() != wanted.keys() and time.monotonic() < end:
                    frame = await bounded(socket.recv())
                    found[frame["stream"]] = frame["data"]
            self.assertEqual({name: data["e"] for name, data in found.items()}, wanted)
            self.assertEqual({data["s"] for data in found.values()}, {SYMBOL, "ETHUSDT"})

        self.run_with_client(work)


class BinanceConnector(ClientCase):
    """Binance's own connector, binance-sdk-derivatives-trading-usds-futures: modelled REST answers and streams."""

    module = "binance_sdk_derivatives_trading_usds_futures"

    def client(self):
        from binance_common.configuration import ConfigurationRestAPI, ConfigurationWebSocketStreams
        from binance_sdk_derivatives_trading_usds_futures.derivatives_trading_usds_futures import (
            DerivativesTradingUsdsFutures,
        )

        # 1 s, its standard, is short for a debug build on a busy machine.
        rest = ConfigurationRestAPI(base_path=venue.rest, https_agent=venue.tls, timeout=int(DEADLINE * 1_000))
        streams = ConfigurationWebSocketStreams(stream_url=venue.streams, https_agent=venue.tls)
        return DerivativesTradingUsdsFutures(config_rest_api=rest, config_ws_streams=streams)

    def test_rest(self):
        rest = self.client().rest_api
        before = venue.get("time")["serverTime"]
        self.assert_now(before, rest.check_server_time().data().server_time)
        told = {entry.symbol: entry for entry in rest.exchange_information().data().symbols}
        for symbol, entry in venue.symbols().items():
            filters = {each.filter_type: each for each in told.pop(symbol).filters}
            self.assertEqual(filters["PRICE_FILTER"].tick_size, entry["filters"]["PRICE_FILTER"]["tickSize"])
            self.assertEqual(filters["LOT_SIZE"].step_size, entry["filters"]["LOT_SIZE"]["stepSize"])
        self.assertEqual(told, {})
        first = venue.oldest_id(SYMBOL)
        rows = rest.compressed_aggregate_trades_list(symbol=SYMBOL, from_id=first, limit=500).data()
        served = venue.trades(SYMBOL, first, 500)
        self.assertEqual([{key: getattr(row, key) for key in served[0]} for row in rows], served)
        since = venue.closed_minute(SYMBOL)
        told = rest.kline_candlestick_data(symbol=SYMBOL, interval="1m", start_time=since, limit=9).data()
        served = venue.get("klines", symbol=SYMBOL, interval="1m", startTime=since, limit=9)
        self.assertEqual([[getattr(cell, "actual_instance", cell) for cell in row] for row in told], served)

    def test_a_refusal_is_the_venues(self):
        from binance_common.errors import BadRequestError

        with self.assertRaisesRegex(BadRequestError, "Invalid symbol"):
            self.client().rest_api.compressed_aggregate_trades_list(symbol="NOTASYMBOL")

    def test_the_aggregate_trade_stream_is_consecutive(self):
        async def run():
            # It opens /market, /public and /private, and names its messages by UUIDs.
            connection = await bounded(self.client().websocket_streams.create_connection())
            self.assertIsNotNone(connection, "it could not open one of its connections")
            try:
                arrived = asyncio.Queue()
                stream = await bounded(connection.aggregate_trade_streams(symbol=SYMBOL.lower()))
                stream.on("message", arrived.put_nowait)
                rows = [await bounded(arrived.get()) for _ in range(WATCHED)]
                await bounded(stream.unsubscribe())
            finally:
                await connection.close_connection()
            self.assert_streamed([row.to_dict() for row in rows])

        asyncio.run(run())


class Unicorn(ClientCase):
    """unicorn-binance-websocket-api: its manager's threads and combined streams."""

    module = "unicorn_binance_websocket_api"

    def setUp(self):
        # It takes no context: OpenSSL's own variable says whom to trust.
        before = os.environ.get("SSL_CERT_FILE")
        os.environ["SSL_CERT_FILE"] = venue.authority

        def restore():
            os.environ.pop("SSL_CERT_FILE")
            if before is not None:
                os.environ["SSL_CERT_FILE"] = before

        self.addCleanup(restore)

    def test_the_stream_is_consecutive(self):
        from unicorn_binance_websocket_api import BinanceWebSocketApiManager

        arrived = queue.Queue()
        # warn_on_update asks a host on the internet.
        manager = BinanceWebSocketApiManager(
            exchange="binance.com-futures", websocket_base_uri=f"{venue.streams}/", warn_on_update=False)
        try:
            manager.create_stream(["aggTrade"], [SYMBOL.lower()], process_stream_data=arrived.put)
            frames = []
            end = time.monotonic() + DEADLINE
            while len(frames) < WATCHED:
                frame = json.loads(arrived.get(timeout=max(0, end - time.monotonic())))
                # Answers to its own messages come the same way.
                if "stream" in frame:
                    frames.append(frame)
        finally:
            manager.stop_manager()
        self.assertEqual({frame["stream"] for frame in frames}, {"btcusdt@aggTrade"})
        self.assert_streamed([frame["data"] for frame in frames])


if __name__ == "__main__":
    unittest.main()
