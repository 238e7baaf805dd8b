"""The two programs of a soak: the simulated exchange and the engine, each a process of its own, joined by TLS sockets."""

import json
import os
import select
import signal
import subprocess
import threading
import time
from collections import Counter, deque
from pathlib import Path

# Beyond what a run is meant to last both end by themselves, so that a soak that was killed leaves nothing for ever.
SPARE_SECONDS = 900
READY_SECONDS = 60
END_SECONDS = 60


class Failure(Exception):
    """An end in one line, with its exit code."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


class Program:
    """A child in a session of its own: Ctrl-C is for the soak, which ends the engine before its exchange."""

    def __init__(self, name, command, work, cwd, environment=None):
        self.name = name
        self.errors = work / f"{name}.err"
        with self.errors.open("w", encoding="utf-8") as errors:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, text=True, errors="replace",
                cwd=cwd, env=environment, start_new_session=True)

    @property
    def pid(self):
        return self.process.pid

    def last_words(self):
        return " / ".join(self.errors.read_text(errors="replace").strip().splitlines()[-3:]) or "nothing"

    def check_alive(self):
        if self.process.poll() is not None:
            raise Failure(70, f"{self.name} ended by itself with code {self.process.returncode}: {self.last_words()}")

    def end(self):
        """By SIGINT, as a person would; both write their files then."""
        self.check_alive()
        self.process.send_signal(signal.SIGINT)
        try:
            code = self.process.wait(timeout=END_SECONDS)
        except subprocess.TimeoutExpired:
            raise Failure(70, f"{self.name} did not end within {END_SECONDS} s of SIGINT") from None
        if code != 0:
            raise Failure(70, f"{self.name} ended with code {code}: {self.last_words()}")

    def discard(self):
        """Whatever happened before: gone afterwards."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process.stdout.close()


class Venue(Program):
    """exchange-sim; made once it serves. `start_seconds` is the market's start by the wall clock."""

    def __init__(self, binaries, work, seconds, options):
        self.totals = work / "totals.jsonl"
        command = [
            str(binaries / "exchange-sim"), "--port", "0", "--cert-dir", str(work / "tls"), "--history-hours", "0",
            "--duration", str(seconds + SPARE_SECONDS), "--write-totals", str(self.totals), *options]
        super().__init__("exchange-sim", command, work, work)
        try:
            ready = self._ready()
        except BaseException:
            self.discard()
            raise
        self.port, self.ca, self.start_seconds = ready["port"], ready["ca"], ready["start_ms"] / 1000

    def _ready(self):
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if select.select([self.process.stdout], [], [], 0.2)[0]:
                line = self.process.stdout.readline()
                if line:
                    return json.loads(line)
            self.check_alive()
        raise Failure(69, f"exchange-sim was not ready within {READY_SECONDS} s: see whether this machine is overloaded")


class Engine(Program):
    """`apus run`. A thread reads its JSON lines, so that its pipe never fills, and gives each status to `on_status` at once:
    what is measured beside it is of the same moment."""

    def __init__(self, binaries, work, seconds, venue, symbols, on_status):
        self.windows = work / "windows.jsonl"
        self.runtime = work / "runtime"
        # All warm up live: history is no part of this, and twenty times the average leaves REST no time for it. No settings of
        # whoever runs this, but APUS__... of the environment: that is how other waits are tried.
        environment = {
            "APUS__LOG__FORMAT": "json", "APUS__HISTORY__REST_MINUTES": "0", **os.environ, "XDG_CONFIG_HOME": str(work), "APUS_RUNTIME_DIR": str(self.runtime)}
        command = [
            str(binaries / "apus"), "run", "--lines", "--venue", "sim", "--rest-url", f"https://127.0.0.1:{venue.port}",
            "--stream-url", f"wss://127.0.0.1:{venue.port}", "--ca", venue.ca, "--duration", str(seconds + SPARE_SECONDS),
            "--windows", str(self.windows)]
        for symbol in symbols:
            command += ["--symbol", symbol]
        self.events = Counter()
        # What was not lost is no news: the log keeps holes and quarrels, not signals.
        self.log = work / "apus.events.jsonl"
        self.latest = deque(maxlen=5)
        super().__init__("apus", command, work, Path(__file__).resolve().parents[2], environment)
        self._reader = threading.Thread(target=self._read, args=(on_status,), daemon=True)
        self._reader.start()

    def _read(self, on_status):
        with self.log.open("w", encoding="utf-8") as log:
            for line in self.process.stdout:
                try:
                    event = json.loads(line)
                except json.JSONDecodeError:
                    self.latest.append(line.strip())
                    continue
                name = event.get("event", "other")
                self.events[name] += 1
                if name == "status":
                    on_status(event)
                if name not in ("signal", "entry", "close"):
                    log.write(line)

    def discard(self):
        # The reader first gets what is left in the pipe: closing it under its hands would be an error in its thread.
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self._reader.join(timeout=10)
        super().discard()

    def latency(self, binaries, seconds):
        """Starts measuring the next so many seconds; the process that will print them as JSON."""
        return subprocess.Popen(
            [str(binaries / "apus"), "latency", "--json", "--interval", str(seconds), "--runtime-dir", str(self.runtime)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            start_new_session=True)
