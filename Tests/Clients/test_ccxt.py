"""ccxt against exchange-sim."""

import asyncio

from client_case import SYMBOL, WATCHED, ClientCase, bounded


class Ccxt(ClientCase):
    """`ccxt.binanceusdm`, blocking and asynchronous, and `ccxt.pro` for streams."""

    module = "ccxt"
    market = "BTC/USDT:USDT"

    def settings(self) -> dict:
        # Its own rewriting puts /market before /ws.
        addresses = {"fapiPublic": f"{self.venue.rest}/fapi/v1", "ws": {"linear": f"{self.venue.streams}/ws"}}
        return {"urls": {"api": addresses}}

    def blocking(self):
        import ccxt

        return ccxt.binanceusdm({**self.settings(), "validateServerSsl": self.venue.authority})

    def streaming(self):
        import ccxt.pro

        return ccxt.pro.binanceusdm({**self.settings(), "cafile": self.venue.authority})

    def assert_markets(self, markets: dict) -> None:
        entries = self.venue.symbols()
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
        served = self.venue.trades(SYMBOL, int(trades[0]["id"]), count)
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
        before = self.venue.get("time")["serverTime"]
        self.assert_now(before, exchange.fetch_time())
        first = self.venue.oldest_id(SYMBOL)
        trades = exchange.fetch_trades(self.market, limit=700, params={"fromId": first})
        self.assertEqual(trades[0]["id"], str(first))
        self.assert_trades(trades, 700)
        since = self.venue.closed_minute(SYMBOL)
        candles = exchange.fetch_ohlcv(self.market, "1m", since=since, limit=9)
        served = self.venue.get("klines", symbol=SYMBOL, interval="1m", startTime=since, limit=9)
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

            exchange = ccxt.async_support.binanceusdm({**self.settings(), "cafile": self.venue.authority})
            try:
                self.assert_markets(await bounded(exchange.load_markets()))
                before = self.venue.get("time")["serverTime"]
                self.assert_now(before, await bounded(exchange.fetch_time()))
                asked = {"fromId": self.venue.oldest_id(SYMBOL)}
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
