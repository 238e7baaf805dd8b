"""python-binance against exchange-sim."""

import asyncio
import time

from client_case import SYMBOL, WATCHED, ClientCase, bounded
from venue import DEADLINE


class PythonBinance(ClientCase):
    """python-binance: `AsyncClient`'s futures calls and `BinanceSocketManager`'s futures sockets."""

    module = "binance"

    def run_with_client(self, work):
        async def run():
            import aiohttp
            from binance import AsyncClient

            # Not `create`, which asks the spot market first.
            client = AsyncClient(session_params={"connector": aiohttp.TCPConnector(ssl=self.venue.tls)})
            client.FUTURES_URL = f"{self.venue.rest}/fapi"
            try:
                await work(client)
            finally:
                await client.close_connection()

        asyncio.run(run())

    def sockets(self, client):
        from binance import BinanceSocketManager

        sockets = BinanceSocketManager(client)
        sockets.FSTREAM_URL = f"{self.venue.streams}/"
        sockets.ws_kwargs = {"ssl": self.venue.tls}
        return sockets

    def test_rest(self):
        async def work(client):
            self.assertEqual(await bounded(client.futures_ping()), {})
            before = self.venue.get("time")["serverTime"]
            self.assert_now(before, (await bounded(client.futures_time()))["serverTime"])
            told = await bounded(client.futures_exchange_info())
            self.assertEqual(told["symbols"], self.venue.get("exchangeInfo")["symbols"])
            first = self.venue.oldest_id(SYMBOL)
            told = await bounded(client.futures_aggregate_trades(symbol=SYMBOL, fromId=first, limit=500))
            self.assertEqual([row["a"] for row in told], list(range(first, first + 500)))
            self.assertEqual(told, self.venue.trades(SYMBOL, first, 500))
            asked = {"symbol": SYMBOL, "interval": "1m", "startTime": self.venue.closed_minute(SYMBOL), "limit": 9}
            told = await bounded(client.futures_klines(**asked))
            self.assertEqual(len(told), 9)
            self.assertEqual(told, self.venue.get("klines", **asked))
            mark = await bounded(client.futures_mark_price(symbol=SYMBOL))
            self.assertEqual(set(mark), set(self.venue.get("premiumIndex", symbol=SYMBOL)))
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
