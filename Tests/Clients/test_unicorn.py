"""unicorn-binance-websocket-api against exchange-sim."""

import json
import os
import queue
import time

from client_case import SYMBOL, WATCHED, ClientCase
from venue import DEADLINE


class Unicorn(ClientCase):
    """unicorn-binance-websocket-api: its manager's threads and combined streams."""

    module = "unicorn_binance_websocket_api"

    def setUp(self):
        # It takes no context: OpenSSL's own variable says whom to trust.
        before = os.environ.get("SSL_CERT_FILE")
        os.environ["SSL_CERT_FILE"] = self.venue.authority

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
            exchange="binance.com-futures", websocket_base_uri=f"{self.venue.streams}/", warn_on_update=False)
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
