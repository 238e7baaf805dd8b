"""What the tests of all clients share: one exchange-sim, what is asked of every client, and how long is waited.

Clients that nobody here wrote, against exchange-sim: only their addresses and the authority they trust are set. What a client
returns is compared with the venue's own bytes (venue.py). A client that isn't installed is skipped, and fails where
APUS_REQUIRE_CLIENTS is set, as tools/clients does, which installs them all.

  tools/clients
  APUS_EXCHANGE_SIM=.build/debug/exchange-sim python3 -m unittest discover -s Tests/Clients
"""

import asyncio
import atexit
import importlib.util
import os
import unittest
from pathlib import Path

from venue import DEADLINE, Venue

SYMBOL = "BTCUSDT"
# Enough to cross many frames, some seconds of the market.
WATCHED = 60


class ClientCase(unittest.TestCase):
    """What is asked of every client; `module` is what its package brings."""

    module: str
    venue: Venue = None
    maxDiff = 2_000

    @classmethod
    def setUpClass(cls):
        if importlib.util.find_spec(cls.module) is None:
            if "APUS_REQUIRE_CLIENTS" in os.environ:
                raise ModuleNotFoundError(f"{cls.module} is not installed, and APUS_REQUIRE_CLIENTS asks for it")
            raise unittest.SkipTest(f"{cls.module} is not installed: tools/clients installs it")
        # One for all files, and none where every client is skipped.
        if ClientCase.venue is None:
            built = Path(__file__).resolve().parents[2] / ".build" / "debug" / "exchange-sim"
            ClientCase.venue = Venue(os.environ.get("APUS_EXCHANGE_SIM", str(built)))
            atexit.register(ClientCase.venue.close)

    def assert_streamed(self, trades: list) -> None:
        """Trades as the venue writes them: one symbol, ids without a hole, each as REST has it."""
        self.assertGreaterEqual(len(trades), WATCHED)
        self.assertEqual({trade["s"] for trade in trades}, {SYMBOL})
        first = trades[0]["a"]
        self.assertEqual([trade["a"] for trade in trades], list(range(first, first + len(trades))))
        served = self.venue.trades(SYMBOL, first, len(trades))
        self.assertEqual([{key: trade[key] for key in served[0]} for trade in trades], served)

    def assert_now(self, before: int, told: int) -> None:
        self.assertLessEqual(before, told)
        self.assertLessEqual(told, self.venue.get("time")["serverTime"])


async def bounded(work):
    """Waits for one thing, DEADLINE at most."""
    return await asyncio.wait_for(work, DEADLINE)
