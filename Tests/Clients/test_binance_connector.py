"""Binance's own connector against exchange-sim."""

import asyncio

from client_case import SYMBOL, WATCHED, ClientCase, bounded
from venue import DEADLINE


class BinanceConnector(ClientCase):
    """Binance's own connector, binance-sdk-derivatives-trading-usds-futures: modelled REST answers and streams."""

    module = "binance_sdk_derivatives_trading_usds_futures"

    def client(self):
        from binance_common.configuration import ConfigurationRestAPI, ConfigurationWebSocketStreams
        from binance_sdk_derivatives_trading_usds_futures.derivatives_trading_usds_futures import (
            DerivativesTradingUsdsFutures,
        )

        # 1 s, its standard, is short for a debug build on a busy machine.
        rest = ConfigurationRestAPI(base_path=self.venue.rest, https_agent=self.venue.tls, timeout=int(DEADLINE * 1_000))
        streams = ConfigurationWebSocketStreams(stream_url=self.venue.streams, https_agent=self.venue.tls)
        return DerivativesTradingUsdsFutures(config_rest_api=rest, config_ws_streams=streams)

    def test_rest(self):
        rest = self.client().rest_api
        before = self.venue.get("time")["serverTime"]
        self.assert_now(before, rest.check_server_time().data().server_time)
        told = {entry.symbol: entry for entry in rest.exchange_information().data().symbols}
        for symbol, entry in self.venue.symbols().items():
            filters = {each.filter_type: each for each in told.pop(symbol).filters}
            self.assertEqual(filters["PRICE_FILTER"].tick_size, entry["filters"]["PRICE_FILTER"]["tickSize"])
            self.assertEqual(filters["LOT_SIZE"].step_size, entry["filters"]["LOT_SIZE"]["stepSize"])
        self.assertEqual(told, {})
        first = self.venue.oldest_id(SYMBOL)
        rows = rest.compressed_aggregate_trades_list(symbol=SYMBOL, from_id=first, limit=500).data()
        served = self.venue.trades(SYMBOL, first, 500)
        self.assertEqual([{key: getattr(row, key) for key in served[0]} for row in rows], served)
        since = self.venue.closed_minute(SYMBOL)
        told = rest.kline_candlestick_data(symbol=SYMBOL, interval="1m", start_time=since, limit=9).data()
        served = self.venue.get("klines", symbol=SYMBOL, interval="1m", startTime=since, limit=9)
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
