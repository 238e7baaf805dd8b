"""exchange-sim as the tests start it, and what it says when asked without any client library.

Answers are read by urllib and json alone, so that what a client makes of them is compared with the bytes and not with
another client.
"""

import json
import os
import select
import ssl
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

# Seconds within which an answer or a trade must be there: far more than the slowest machine needs.
DEADLINE = 60.0


class Venue:
    """One running exchange-sim, without REST weights; `close` ends it."""

    def __init__(self, binary: str):
        self.folder = tempfile.TemporaryDirectory(prefix="apus-clients-")
        # --duration: a test that was killed leaves nothing running for long.
        options = ["--port", "0", "--cert-dir", self.folder.name, "--rate", "20", "--history-hours", "1"]
        options += ["--weight-limit", "0", "--duration", "600"]
        try:
            self.process = subprocess.Popen([binary, *options], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
        except OSError:
            self.folder.cleanup()
            raise
        try:
            ready = json.loads(self._first_line())
        except BaseException:
            self.close()
            raise
        self.authority = ready["ca"]
        self.tls = ssl.create_default_context(cafile=self.authority)
        self.rest = f"https://127.0.0.1:{ready['port']}"
        self.streams = f"wss://127.0.0.1:{ready['port']}"

    def _first_line(self) -> bytes:
        end = time.monotonic() + DEADLINE
        line = b""
        while not line.endswith(b"\n"):
            readable, _, _ = select.select([self.process.stdout], [], [], max(0, end - time.monotonic()))
            if not readable:
                raise TimeoutError(f"exchange-sim was not ready within {DEADLINE:.0f} s")
            read = os.read(self.process.stdout.fileno(), 4096)
            if not read:
                raise RuntimeError(f"exchange-sim ended with code {self.process.wait(DEADLINE)} before it was ready")
            line += read
        return line

    def close(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        finally:
            self.process.stdout.close()
            self.folder.cleanup()

    def get(self, path: str, **parameters):
        """The body of a 200 at /fapi/v1/PATH; prices and quantities are the strings that were sent."""
        url = f"{self.rest}/fapi/v1/{path}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(url, timeout=DEADLINE, context=self.tls) as answer:
            return json.load(answer)

    def symbols(self) -> dict:
        """exchangeInfo's entries by symbol, their filters by type."""
        entries = {entry["symbol"]: entry for entry in self.get("exchangeInfo")["symbols"]}
        for entry in entries.values():
            entry["filters"] = {each["filterType"]: each for each in entry["filters"]}
        return entries

    def trades(self, symbol: str, first_id: int, count: int) -> list:
        return self.get("aggTrades", symbol=symbol, fromId=first_id, limit=count)

    def oldest_id(self, symbol: str) -> int:
        """The first trade it still serves; those after it no longer change."""
        return self.trades(symbol, 0, 1)[0]["a"]

    def closed_minute(self, symbol: str) -> int:
        """Start of a minute's candle, in ms, that has been closed for ten minutes and has nine closed ones after it."""
        return self.get("klines", symbol=symbol, interval="1m", limit=20)[0][0]
